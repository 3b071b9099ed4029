//! The rules of the Backend API that applications trip over, each as whoever breaks it notices it.

mod application;
mod organizations;
mod users;

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::{Answer, Api, send};

impl Api {
    async fn organization(&self, body: Value) -> String {
        let mut whole = json!({ "name": "Acme", "max_allowed_memberships": 0 });
        whole.as_object_mut().expect("fields").extend(body.as_object().expect("fields").clone());
        self.create("/organizations", whole).await
    }

    /// A picture of this kind, uploaded for a user.
    async fn picture(&self, user: &str, kind: &str, bytes: usize) -> Answer {
        let path = format!("/users/{user}/profile_image");
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"ada\"\r\nContent-Type: {kind}\r\n\r\n"
        );
        let body = [head.as_bytes(), &vec![0; bytes], b"\r\n--edge--\r\n"].concat();
        let request = self.request(Method::POST, &path);
        send(request.header("content-type", "multipart/form-data; boundary=edge").body(body)).await
    }
}
