//! What the embedded Clerk does not take, and what it says about it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::{Answer, Api, send};
use crate::document::Document;
use crate::furnished::furnished;

/// The body of a refusal is Clerk's: errors with codes and messages, and a trace id.
fn assert_refused(answer: &Answer, what: &str) {
    let errors = answer.body["errors"].as_array().unwrap_or_else(|| panic!("{what}: {}", answer.body));
    assert!((400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.body);
    assert!(!errors.is_empty(), "{what}: {}", answer.body);
    for error in errors {
        for field in ["code", "message", "long_message"] {
            assert!(error[field].as_str().is_some_and(|t| !t.is_empty()), "{what}: {error}");
        }
        assert!(error["meta"].is_object(), "{what}: {error}");
    }
    assert_eq!(answer.body["clerk_trace_id"].as_str().map(str::len), Some(32), "{what}");
    assert_eq!(answer.headers["content-type"], "application/json", "{what}");
}

#[tokio::test]
async fn a_path_that_is_none_of_the_documents_is_a_404() {
    let api = Api::start().await;

    let answer = api.get("/nothing/here").await;

    assert_refused(&answer, "GET");
    assert_eq!(answer.refusal(), (404, "resource_not_found", None));
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_a_405() {
    let api = Api::start().await;

    let answer = api.delete("/users").await;

    assert_refused(&answer, "DELETE");
    assert_eq!(answer.refusal(), (405, "method_not_allowed", None));
}

#[tokio::test]
async fn requests_need_a_key() {
    let api = Api::start().await;
    let with = |key: &str| api.bare(Method::GET, "/v1/users").header("authorization", key.to_owned());

    let codes = [
        send(api.bare(Method::GET, "/v1/users")).await,
        send(with("Basic sk_test_x")).await,
        send(with("Bearer pk_test_x")).await,
        send(with("Bearer sk_test_of_another_application")).await,
        send(with("Bearer ak_test_embedded")).await,
    ];

    let codes: Vec<_> = codes.iter().map(|a| (a.status, a.body["errors"][0]["code"].clone())).collect();
    let expected = [
        "authentication_invalid",
        "authorization_header_format_invalid",
        "clerk_key_invalid",
        "clerk_key_invalid",
        "clerk_key_invalid",
    ];
    assert_eq!(codes, expected.map(|code| (401, json!(code))));
    assert_eq!(send(with("bearer sk_test_embedded")).await.status, 200);
}

#[tokio::test]
async fn the_one_public_operation_needs_no_key() {
    let api = Api::start().await;

    let answer = send(api.bare(Method::GET, "/v1/public/interstitial")).await;

    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn every_operation_but_the_public_one_refuses_a_request_without_key() {
    let document = Document::newest();
    let (api, ids) = furnished().await;

    for operation in document.operations() {
        let (path, query) = document.address(&operation, &ids);
        let answer = send(api.bare(operation.method.clone(), &format!("/v1{path}?{query}"))).await;
        let expected = if operation.id == "GetPublicInterstitial" { 200 } else { 401 };
        assert_eq!(answer.status, expected, "{}", operation.id);
    }
}

#[tokio::test]
async fn each_required_body_field_is_missed_by_name() {
    let document = Document::newest();
    let (api, ids) = furnished().await;
    let mut fields = 0;

    for operation in document.operations() {
        let Some(schema) = document.json_body(&operation) else { continue };
        let Value::Object(body) = document.least(schema, "") else { continue };
        let (path, query) = document.address(&operation, &ids);
        for name in document.resolve(schema)["required"].as_array().into_iter().flatten() {
            let name = name.as_str().expect("a name");
            let mut body = body.clone();
            body.remove(name);
            let url = format!("{path}?{query}");
            let answer = api.with_json(operation.method.clone(), &url, Value::Object(body)).await;
            let expected = (422, "form_param_missing", Some(name));
            assert_eq!(answer.refusal(), expected, "{}: {}", operation.id, answer.body);
            fields += 1;
        }
    }

    assert!(fields > 60, "{fields}");
}

#[tokio::test]
async fn each_required_query_parameter_is_missed_by_name() {
    let api = Api::start().await;

    let answer = api.get("/api_keys").await;

    assert_refused(&answer, "no subject");
    assert_eq!(answer.refusal(), (422, "form_param_missing", Some("subject")));
}

#[tokio::test]
async fn parameters_of_the_wrong_type_or_range_are_refused_by_name() {
    let api = Api::start().await;
    let refused = [
        ("/users?limit=ten", "form_param_type_invalid", "limit"),
        ("/users?limit=1.5", "form_param_type_invalid", "limit"),
        ("/users?limit=0", "form_param_value_invalid", "limit"),
        ("/users?limit=501", "form_param_value_too_large", "limit"),
        ("/users?offset=-1", "form_param_value_invalid", "offset"),
        ("/users?banned=perhaps", "form_param_type_invalid", "banned"),
        ("/users?order_by=shoe_size", "form_param_value_invalid", "order_by"),
        ("/sessions?status=asleep", "form_param_value_invalid", "status"),
        ("/organization_domains?enrollment_mode=a,b", "form_param_value_invalid", "enrollment_mode"),
    ];

    for (path, code, name) in refused {
        let answer = api.get(path).await;
        assert_refused(&answer, path);
        assert_eq!(answer.refusal(), (422, code, Some(name)), "{path}");
    }
}

#[tokio::test]
async fn body_fields_of_the_wrong_type_or_value_are_refused_by_name() {
    let api = Api::start().await;
    let refused = [
        ("/users", json!({ "first_name": 3 }), "form_param_type_invalid", "first_name"),
        ("/users", json!({ "email_address": "a@b.co" }), "form_param_type_invalid", "email_address"),
        ("/users", json!({ "email_address": [null] }), "form_param_type_invalid", "email_address"),
        ("/users", json!({ "public_metadata": null }), "form_param_type_invalid", "public_metadata"),
        (
            "/invitations",
            json!({ "email_address": "a@b.co", "template_slug": "x" }),
            "form_param_value_invalid",
            "template_slug",
        ),
        (
            "/invitations/bulk",
            json!([{ "email_address": 1 }]),
            "form_param_type_invalid",
            "[0].email_address",
        ),
        ("/users", json!({ "favourite_colour": "red" }), "form_param_unknown", "favourite_colour"),
        ("/organizations", json!({ "name": "A", "colour": 1 }), "form_param_unknown", "colour"),
        ("/users/ban", json!({ "user_ids": [] }), "form_param_value_invalid", "user_ids"),
    ];

    for (path, body, code, name) in refused {
        let answer = api.post(path, body).await;
        assert_refused(&answer, path);
        assert_eq!(answer.refusal(), (422, code, Some(name)), "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn all_that_is_wrong_with_a_body_is_said_at_once() {
    let api = Api::start().await;

    let answer = api.post("/users", json!({ "first_name": 1, "last_name": 2, "nickname": "A" })).await;

    assert_eq!(answer.body["errors"].as_array().map(Vec::len), Some(3), "{}", answer.body);
}

#[tokio::test]
async fn a_body_that_is_no_json_is_a_400() {
    let api = Api::start().await;

    for body in ["{", "{\"a\":}", "hello", "\u{0}", "[1,2", "{\"first_name\":\"\\ud800\"}"] {
        let answer = send(api.request(Method::POST, "/users").body(body)).await;
        assert_refused(&answer, body);
        assert_eq!(answer.refusal(), (400, "request_body_invalid", None), "{body}");
    }
}

#[tokio::test]
async fn a_picture_without_its_file_is_refused() {
    let (api, ids) = furnished().await;
    let path = format!("/users/{}/profile_image", ids["user_id"]);

    let empty = api.request(Method::POST, &path).header("content-type", "multipart/form-data; boundary=e");
    let empty = send(empty.body("--e--\r\n")).await;
    let broken = api.request(Method::POST, &path).header("content-type", "multipart/form-data; boundary=e");
    let broken = send(broken.body("--e\r\nContent-Dispo")).await;
    let json = api.post(&path, json!({ "file": "x" })).await;
    let nothing = send(api.request(Method::POST, &path)).await;

    assert_eq!(nothing.refusal(), (400, "form_param_missing", None));
    assert_eq!(empty.refusal(), (400, "form_param_missing", None));
    assert_eq!(broken.refusal(), (400, "malformed_request_parameters", None));
    assert_eq!(json.refusal(), (415, "unsupported_content_type", None));
}

#[tokio::test]
async fn no_body_whatever_makes_it_fail_itself() {
    let document = Document::newest();
    let (api, ids) = furnished().await;
    let deep = (0..100).fold(json!(1), |inner, _| json!({ "public_metadata": inner }));
    let bodies = [
        json!(null),
        json!([]),
        json!([null]),
        json!([{}, 1, "x"]),
        json!("text"),
        json!(-1),
        json!({ "email_address": {}, "name": [], "user_id": null, "role": 1.5, "id": {} }),
        json!({ "email_address": ["", "@", "a@", "\u{0}@x.y"], "name": "", "user_id": "", "role": "" }),
        json!({ "name": "\u{1F600}", "slug": "\u{1F600}", "created_at": "9999999-99-99", "user_id": "../x" }),
        deep,
    ];

    for operation in document.operations() {
        let (path, query) = document.address(&operation, &ids);
        for body in &bodies {
            let url = format!("{path}?{query}");
            let answer = api.with_json(operation.method.clone(), &url, body.clone()).await;
            assert!(answer.status < 500, "{} {body}: {} {}", operation.id, answer.status, answer.body);
            if answer.status >= 400 {
                assert_refused(&answer, operation.id);
            }
        }
    }
}

#[tokio::test]
async fn no_query_whatever_makes_it_fail_itself() {
    let document = Document::newest();
    let (api, ids) = furnished().await;
    let values =
        ["", "%", "%zz", "%ff%fe", "-", "+", "99999999999999999999", "-1", "null", "a%00b", "%2B", "x,y"];

    for operation in document.operations().iter().filter(|o| o.method == Method::GET) {
        let (path, _) = document.address(operation, &ids);
        for parameter in document.parameters(operation).iter().filter(|p| p["in"] == "query") {
            let name = parameter["name"].as_str().expect("a name");
            for value in values {
                let answer = api.get(&format!("{path}?{name}={value}")).await;
                assert!(answer.status < 500, "{} {name}={value}: {}", operation.id, answer.body);
            }
        }
    }
}
