//! What a caller learns from a failed call, and what nobody learns from it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::error::Error as _;
use std::time::Duration;

use clerk_sdk::http::Method;
use clerk_sdk::{Clerk, Error, ErrorKind, HttpErrorKind, RetryPolicy};
use clerk_tests::server::{Reply, Server};
use serde_json::Value;

async fn error(reply: Reply) -> Error {
    let server = Server::scripted([reply]);
    let clerk =
        Clerk::builder("sk_test_errors").server_url(server.url()).retry(RetryPolicy::none()).build().unwrap();
    clerk.request::<u32>(Method::GET, "/users/user_1").await.unwrap_err()
}

#[tokio::test]
async fn an_error_reads_as_what_happened() {
    let body = r#"{"errors":[{"code":"too_many_requests","message":"Slow down."}],"clerk_trace_id":"5fa1"}"#;

    let error = error(Reply::json(429, body).header("retry-after", "7").header("cf-ray", "no")).await;

    assert_eq!(
        error.to_string(),
        "request: GET /users/user_1 → 429 too_many_requests: Slow down. (trace 5fa1, 1 attempt)"
    );
    assert!(error.is_rate_limited() && !error.is_not_found());
    assert!(error.has_code("too_many_requests") && !error.has_code("other"));
    assert_eq!(error.trace_id(), Some("5fa1"));
    let api = error.api().unwrap();
    assert_eq!(api.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(api.body(), body);
    assert_eq!((error.operation(), error.path()), (Some("request"), Some("/users/user_1")));
    assert_eq!(error.method(), Some(&Method::GET));
}

#[tokio::test]
async fn what_is_wrong_with_which_parameter_is_said_once() {
    let body = r#"{"errors":[
        {"code":"form_param_format_invalid","message":"is invalid","long_message":"Not an e-mail address.",
         "meta":{"param_name":"email_address"}},
        {"code":"form_identifier_exists","message":"Taken.","long_message":"Taken."}]}"#;

    let error = error(Reply::json(422, body)).await;

    let text = error.to_string();
    assert!(
        text.contains("form_param_format_invalid: is invalid: Not an e-mail address. [email_address]; "),
        "{text}"
    );
    assert!(text.contains("form_identifier_exists: Taken. ("), "{text}");
    let parameters: Vec<_> = error.errors().iter().map(|item| item.parameter()).collect();
    assert_eq!(parameters, [Some("email_address"), None]);
    // What `main` and a test print, which return it.
    let text = format!("{error:?}");
    for said in ["Not an e-mail address.", "email_address", "Taken."] {
        assert!(text.contains(said), "{said} is not in {text}");
    }
}

#[tokio::test]
async fn what_is_empty_in_an_error_is_not_printed() {
    let body = r#"{"errors":[{"code":"","message":"Slow down.","long_message":" ","meta":{"param_name":""}},
        {"code":"a","message":""},{"code":"","message":""}]}"#;

    let error = error(Reply::json(422, body)).await;

    assert_eq!(
        error.to_string(),
        "request: GET /users/user_1 → 422 Slow down.; a; an error without code or message (1 attempt)"
    );
}

#[tokio::test]
async fn a_server_cannot_write_lines_of_its_own_into_a_log() {
    let body = r#"{"errors":[{"code":"a\nERROR forged","message":"b\r\u001b[2Kc","long_message":"d\u2028e",
        "meta":{"param_name":"f\tg"}}],"clerk_trace_id":"h\u0085i"}"#;

    let error = error(Reply::json(422, body)).await;

    assert_eq!(
        error.to_string(),
        r"request: GET /users/user_1 → 422 a\nERROR forged: b\r\u{1b}[2Kc: d\u{2028}e [f\tg] (trace h\u{85}i, 1 attempt)"
    );
    assert_eq!(
        error.api().unwrap().errors()[0].code(),
        Some("a\nERROR forged"),
        "a program sees it as it came"
    );
    assert!(!format!("{error:?}").contains('\n'), "{error:?}");
}

#[tokio::test]
async fn a_path_cannot_write_lines_of_its_own_into_a_log() {
    let clerk = Clerk::builder("sk_test_errors").server_url("http://127.0.0.1:9/v1").build().unwrap();

    let error = clerk.request::<u32>(Method::GET, "/users/\nERROR forged").await.unwrap_err();

    assert!(!error.to_string().contains('\n'), "{error}");
}

#[tokio::test]
async fn a_wrong_key_comes_with_advice() {
    let error = error(Reply::json(401, r#"{"errors":[{"code":"authentication_invalid"}]}"#)).await;

    assert!(error.to_string().contains("check that the secret key"), "{error}");
    assert!(error.is_unauthorized());
}

#[tokio::test]
async fn what_is_odd_in_an_error_body_hides_nothing_else() {
    let body = r#"{"errors":[{"code":7,"message":"m","meta":{"param_name":"p"}},"text",{"code":"c","message":null},
        {"long_message":"l"}],"clerk_trace_id":12}"#;

    let error = error(Reply::json(422, body).header("cf-ray", "ray1")).await;

    let errors = error.api().unwrap().errors();
    assert_eq!(errors.len(), 3);
    assert_eq!((errors[0].code(), errors[0].message()), (None, Some("m")));
    assert_eq!(errors[0].meta().unwrap()["param_name"], "p");
    assert_eq!((errors[1].code(), errors[1].message()), (Some("c"), None));
    assert_eq!(errors[2].long_message(), Some("l"));
    assert_eq!(error.trace_id(), Some("ray1"));
}

#[tokio::test]
async fn any_status_and_any_body_is_an_api_error() {
    for (status, body) in
        [(404, ""), (418, "<html>teapot</html>"), (500, "[]"), (503, r#"{"errors":"none"}"#), (399, "null")]
    {
        let error = error(Reply::text(status, body)).await;
        let api = error.api().unwrap();
        assert_eq!((error.kind(), api.status().as_u16()), (ErrorKind::Api, status));
        assert_eq!(api.body(), body);
        assert!(api.errors().is_empty());
        assert!(error.to_string().contains(&status.to_string()), "{error}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_decode_keeps_everything() {
    let error = error(Reply::json(200, r#""sk_live_leak""#).header("x-request-id", "r1")).await;

    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.decode_path(), Some(""));
    assert_eq!(error.status().unwrap().as_u16(), 200);
    assert_eq!(error.headers().unwrap()["x-request-id"], "r1");
    assert_eq!(error.body().unwrap().as_ref(), br#""sk_live_leak""#);
    assert_eq!((error.attempts(), error.operation()), (1, Some("request")));
    assert!(error.source().is_some());
    assert!(!format!("{error} {error:?}").contains("leak"), "{error} {error:?}");
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_not_read() {
    let text = "x".repeat(2000);
    let whole = Reply::json(200, &format!("{text:?}"));
    for reply in [whole.clone(), whole.chunked(150)] {
        let server = Server::scripted([reply]);
        let clerk = |limit| {
            Clerk::builder("sk_test_x").server_url(server.url()).max_response_bytes(limit).build().unwrap()
        };

        let error = clerk(2001).request::<Value>(Method::GET, "/x").await.unwrap_err();
        let value: Value = clerk(2002).request(Method::GET, "/x").await.unwrap();

        assert_eq!((error.transport_kind(), error.attempts()), (Some(HttpErrorKind::Body), 1), "{error}");
        assert_eq!(value, text);
    }

    // Neither is the rest waited for: where the head says how much it is, and where it does not.
    let stalled = Reply::json(200, &format!("{text:?}")).stalled();
    let endless = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7d2\r\n{text:?}\r\n");
    for reply in [stalled, Reply::raw(endless)] {
        let server = Server::scripted([reply]);
        let builder = Clerk::builder("sk_test_x").server_url(server.url()).max_response_bytes(1500);
        let clerk = builder.idle_timeout(Duration::from_secs(3)).build().unwrap();

        let error = clerk.request::<Value>(Method::GET, "/x").await.unwrap_err();

        assert!(error.to_string().contains("larger than the client's limit"), "{error}");
    }
}

#[tokio::test]
async fn a_broken_connection_may_have_been_a_request() {
    let error = error(Reply::hang_up()).await;

    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.maybe_sent());
    assert!(error.to_string().contains("may have been sent"), "{error}");
}

#[tokio::test]
async fn errors_are_small_and_can_be_sent() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Error>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}

#[test]
fn errors_of_tokens_and_of_json_are_errors_of_the_client() {
    fn plan(text: &str) -> Result<u32, Error> {
        Ok(serde_json::from_str(text)?)
    }
    fn claims(token: &str) -> Result<clerk_sdk::auth::Claims, Error> {
        let verifier = clerk_sdk::auth::Verifier::with_pem(clerk_tests::tokens::Signer::ed25519().pem());
        Ok(verifier.build()?.verify_now(token)?)
    }

    let json = plan(r#""SECRET""#).unwrap_err();
    assert_eq!((json.kind(), json.kind().as_str()), (ErrorKind::Json, "json"));
    assert!(!json.maybe_sent() && std::error::Error::source(&json).is_some());
    assert!(!format!("{json} {json:?}").contains("SECRET"), "{json}");

    let token = claims("x").unwrap_err();
    assert_eq!((token.kind(), token.kind().as_str()), (ErrorKind::Auth, "auth"));
    assert_eq!(token.auth().unwrap().reason().as_str(), "token-invalid");
    assert!(token.to_string().starts_with("token-invalid: "), "{token}");
}
