//! Answers as a whole: of another type, no JSON, nothing, lists.

use clerk_sdk::ErrorKind;
use clerk_tests::reader::{Document, Kind};
use serde_json::json;

use crate::{Decoding, answered, called};

#[tokio::test]
async fn an_answer_of_another_type_is_an_error() {
    for document in &Document::versions() {
        let mut decoding = Decoding::new();
        for (operation, answer) in answered(document) {
            let root = &answer.spots[0].kind;
            if matches!(root, Kind::Object(_) | Kind::List(_)) {
                decoding.fails(&operation, &json!("text"), "").await;
                decoding.fails(&operation, &json!(7), "").await;
            }
            match root {
                Kind::Object(_) if !operation.operation.list => {
                    decoding.fails(&operation, &json!([]), "").await
                }
                Kind::Object(_) => {}
                Kind::List(_) if !operation.operation.list => {
                    decoding.fails(&operation, &json!({}), "").await
                }
                Kind::List(_) => decoding.fails(&operation, &json!({"data": []}), "total_count").await,
                _ => {}
            }
        }
        decoding.finish(document, 680);
    }
}

#[tokio::test]
async fn a_success_without_json_is_an_error_that_keeps_the_body() {
    for document in &Document::versions() {
        let mut decoding = Decoding::new();
        for (operation, _) in answered(document) {
            for body in ["", "<html>", "{", "{}]", "\u{feff}{}"] {
                match decoding.answer(&operation, body).await {
                    Err(error) if error.kind() == ErrorKind::Decode && error.body().unwrap() == body => {}
                    other => decoding.note(&operation, &json!(body), format!("{other:?}")),
                }
            }
        }
        decoding.finish(document, 1000);
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_an_error_that_names_their_place() {
    let decoding = Decoding::new();
    decoding.canned.answer(200, b"[{\"id\": \"user_1\", \"first_name\": \"\xff\"}]");

    let error = decoding.clerk.users().list().await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.decode_path(), Some("[0].first_name"));
}

#[tokio::test]
async fn what_was_kept_as_it_came_is_in_the_place_of_no_later_error() {
    let decoding = Decoding::new();
    // The verification is of a known kind and not as one has to be, so it is kept; the error is what comes after it.
    let address = r#"{"object": "email_address", "id": "idn_1", "verification": {"object": "verification_otp",
        "status": "verified", "strategy": "email_code", "attempts": {}, "expire_at": 0}, "email_address": 7}"#;
    decoding.canned.answer(200, address);

    let error = decoding.clerk.email_addresses().get("idn_1").await.unwrap_err();

    assert_eq!(error.decode_path(), Some("email_address"));
}

#[tokio::test]
async fn an_operation_without_an_answer_takes_whatever_comes() {
    for document in &Document::versions() {
        let mut decoding = Decoding::new();
        for operation in called(document).into_iter().filter(|called| called.operation.answer.is_none()) {
            for body in ["", "<html>", "{\"a\":1}", "[", "null"] {
                match decoding.answer(&operation, body).await {
                    Ok(response) if response.value().is_null() => {}
                    other => decoding.note(&operation, &json!(body), format!("{other:?}")),
                }
            }
        }
        decoding.finish(document, 30);
    }
}

#[tokio::test]
async fn a_list_comes_bare_or_with_its_total() {
    for document in &Document::versions() {
        let mut decoding = Decoding::new();
        let mut lists = 0;
        for (operation, answer) in answered(document) {
            if !operation.operation.list {
                continue;
            }
            lists += 1;
            let declared =
                answer.again.as_object().and_then(|object| object.iter().find(|(_, of)| of.is_array()));
            let key = declared.map_or("data", |(key, _)| key.as_str());
            let items = declared.map_or(&answer.again, |(_, items)| items).clone();
            let total = json!({key: items.clone(), "total_count": 7});
            for sent in [items, total, json!([]), json!({key: [], "total_count": 0})] {
                decoding.decodes(&operation, &sent, |decoded| *decoded == sent).await;
            }
            let more = json!({"a": ["x", 1], key: [], "total_count": 2.0, "x": null, "z": [{"id": 1}], "zz": {"a": 1}});
            let known = json!({key: [], "total_count": 2});
            decoding.decodes(&operation, &more, |decoded| *decoded == known).await;
            for total in [json!({key: []}), json!({key: [], "total_count": null})] {
                decoding.fails(&operation, &total, "total_count").await;
            }
            decoding.fails(&operation, &json!({key: [], "total_count": 1.5}), "total_count").await;
            decoding.fails(&operation, &json!({key: {}, "total_count": 1}), key).await;
        }
        assert!(lists >= document.at_least(48), "{lists}");
        decoding.finish(document, 9 * 48);
    }
}

#[tokio::test]
async fn a_response_keeps_its_body_as_it_came() {
    let decoding = Decoding::new();
    let body = r#"{"object": "user", "id": "user_1", "deleted": true,  "new": [1.50]}"#;
    decoding.canned.answer(200, body);

    let response = decoding.clerk.users().delete("user_1").with_response().await.unwrap();

    assert_eq!(response.value().id, "user_1");
    assert_eq!(response.body(), body);
    let json: serde_json::Value = response.json().unwrap();
    assert_eq!(json["new"], json!([1.5]));
    let mapped = response.map(|deleted| deleted.deleted);
    assert_eq!((*mapped.value(), mapped.body().as_ref()), (true, body.as_bytes()));
    let error = mapped.json::<Vec<String>>().unwrap_err().to_string();
    assert!(!error.contains("user_1"), "{error}");
}

#[tokio::test]
async fn a_raw_response_keeps_its_body_as_it_came() {
    let decoding = Decoding::new();
    decoding.canned.answer(200, r#"{"id":  "user_1"}"#);

    let request = decoding.clerk.request::<serde_json::Value>(clerk_sdk::Method::GET, "/users/user_1");
    let response = request.with_response().await.unwrap();

    assert_eq!(response.body(), r#"{"id":  "user_1"}"#);
}
