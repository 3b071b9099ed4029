//! A plain HTTP client of one embedded Clerk.

use clerk_sdk::mock::MockClerk;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// A server and a client of it.
pub(crate) struct Api {
    pub(crate) clerk: MockClerk,
    pub(crate) http: Client,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    /// The JSON; null where the body was empty.
    pub(crate) body: Value,
}

impl Api {
    pub(crate) async fn start() -> Api {
        Api::with(clerk_sdk::reqwest_builder().build().expect("a client")).await
    }

    /// A new server for a client that is there already: setting one up takes longer than a server.
    pub(crate) async fn with(http: Client) -> Api {
        Api { clerk: MockClerk::start().await.expect("a loopback port"), http }
    }

    /// A request with a key and no body. Only the key of a machine creates machine tokens.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.clerk.url());
        let by_machine = method == Method::POST && path.split('?').next() == Some("/m2m_tokens");
        let key = if by_machine { "ak_test_embedded" } else { "sk_test_embedded" };
        self.http.request(method, url).bearer_auth(key)
    }

    /// A request without a key, below the origin instead of `/v1`.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let origin = self.clerk.url().trim_end_matches("/v1").to_owned();
        self.http.request(method, format!("{origin}{path}"))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.with_json(Method::POST, path, body).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.with_json(Method::PATCH, path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.with_json(Method::PUT, path, body).await
    }

    pub(crate) async fn with_json(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.request(method, path).header("content-type", "application/json");
        send(request.body(body.to_string())).await
    }

    /// A request with the key of an instance in production.
    pub(crate) async fn in_production(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.http.request(method, format!("{}{path}", self.clerk.url()));
        let request = request.header("authorization", "Bearer sk_live_embedded");
        send(request.header("content-type", "application/json").body(body.to_string())).await
    }

    /// A form of text fields and one file.
    pub(crate) async fn with_form(
        &self,
        method: Method,
        path: &str,
        fields: &[(&str, &str)],
        file: &[u8],
    ) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part =
                format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"ada.png\"\r\n\
                    Content-Type: image/png\r\n\r\n";
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        let request = self.request(method, path).header("content-type", "multipart/form-data; boundary=edge");
        send(request.body(body)).await
    }

    /// Creates something and gives its id.
    pub(crate) async fn create(&self, path: &str, body: Value) -> String {
        let answer = self.post(path, body).await;
        assert!(matches!(answer.status, 200 | 201), "{path}: {}", answer.body);
        answer.body["id"].as_str().expect("an id").to_owned()
    }

    pub(crate) async fn user(&self, email: &str) -> String {
        self.create("/users", json!({ "email_address": [email] })).await
    }
}

pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await.expect("a body");
    let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
    Answer { status, headers, body }
}

/// A member of an answer that is a text.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

impl Answer {
    /// Status, first code and its parameter: what a refusal comes down to.
    pub(crate) fn refusal(&self) -> (u16, &str, Option<&str>) {
        let error = &self.body["errors"][0];
        let code = error["code"].as_str().unwrap_or_default();
        (self.status, code, error["meta"]["param_name"].as_str())
    }

    /// One field of each item of a list, bare or in an envelope.
    pub(crate) fn column(&self, field: &str) -> Vec<&str> {
        let items = self.body.as_array().or_else(|| self.body["data"].as_array());
        items.into_iter().flatten().map(|item| item[field].as_str().unwrap_or_default()).collect()
    }
}
