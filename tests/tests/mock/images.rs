//! Pictures of users, organizations and applications, as a browser asks for them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::Api;

/// Status, content type and bytes of what is at a URL.
async fn at(api: &Api, url: &Value) -> (u16, String, Vec<u8>) {
    let response = api.http.get(url.as_str().expect("a URL")).send().await.expect("an answer");
    let kind = response.headers()["content-type"].to_str().expect("a content type").to_owned();
    (response.status().as_u16(), kind, response.bytes().await.expect("a body").to_vec())
}

/// A user, an organization and an application, by their ids.
async fn owners(api: &Api) -> [String; 3] {
    let application = json!({ "name": "A", "redirect_uris": ["https://example.com/"] });
    [
        api.user("ada@example.com").await,
        api.create("/organizations", json!({ "name": "Acme" })).await,
        api.create("/oauth_applications", application).await,
    ]
}

#[tokio::test]
async fn a_picture_that_was_uploaded_is_at_its_url_without_a_key_until_another_takes_its_place() {
    let api = Api::start().await;
    let [user, acme, application] = owners(&api).await;

    for (method, path, field) in [
        (Method::POST, format!("/users/{user}/profile_image"), "image_url"),
        (Method::POST, format!("/users/{user}/profile_image"), "profile_image_url"),
        (Method::PUT, format!("/organizations/{acme}/logo"), "image_url"),
        (Method::PUT, format!("/oauth_applications/{application}/logo"), "client_image_url"),
    ] {
        let first = api.with_form(method.clone(), &path, &[], b"one").await.body;
        let one = at(&api, &first[field]).await;
        let second = api.with_form(method, &path, &[], b"another").await.body;
        let gone = at(&api, &first[field]).await;
        let two = at(&api, &second[field]).await;

        assert_eq!(one, (200, "image/png".to_owned(), b"one".to_vec()), "{path}");
        assert_eq!(two, (200, "image/png".to_owned(), b"another".to_vec()), "{path}");
        assert_eq!(gone.0, 404, "{path}");
    }
}

#[tokio::test]
async fn asking_for_a_picture_is_no_request_of_the_program() {
    let api = Api::start().await;
    let user = api.user("ada@example.com").await;
    let set = api.with_form(Method::POST, &format!("/users/{user}/profile_image"), &[], b"one").await.body;
    api.clerk.clear_requests();
    api.clerk.fail_next(503, 1);

    let picture = at(&api, &set["image_url"]).await;
    let next = api.get(&format!("/users/{user}")).await;

    assert_eq!((picture.0, next.status, api.clerk.requests().len()), (200, 503, 1));
}

#[tokio::test]
async fn a_picture_goes_with_what_it_is_of() {
    let api = Api::start().await;
    let [user, acme, application] = owners(&api).await;

    for (method, path, picture, field) in [
        (Method::POST, format!("/users/{user}"), "profile_image", "image_url"),
        (Method::PUT, format!("/organizations/{acme}"), "logo", "image_url"),
        (Method::PUT, format!("/oauth_applications/{application}"), "logo", "client_image_url"),
    ] {
        let picture = format!("{path}/{picture}");
        let mut set = api.with_form(method.clone(), &picture, &[], b"one").await.body;
        if field == "image_url" {
            api.delete(&picture).await;
            assert_eq!(at(&api, &set[field]).await.0, 404, "{picture}");
            set = api.with_form(method, &picture, &[], b"one").await.body;
        }
        assert_eq!(at(&api, &set[field]).await.0, 200, "{picture}");
        api.delete(&path).await;
        assert_eq!(at(&api, &set[field]).await.0, 404, "{path}");
    }
}
