//! What a log shows of a call, and what can be printed nowhere.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod types;

use std::collections::HashSet;
use std::io::Write;
use std::sync::{Arc, Mutex};

use clerk_sdk::auth::{TokenType, Verifier};
use clerk_sdk::http::{HeaderMap, Method};
use clerk_sdk::{Clerk, Error, FilePart, RetryPolicy};
use clerk_tests::canned::Canned;
use clerk_tests::dispatch::{self, Args};
use clerk_tests::reader::answer::{Answer, Make, Spot};
use clerk_tests::reader::call::Call;
use clerk_tests::reader::{Document, Kind, Style};
use clerk_tests::server::{Reply, Server};
use clerk_tests::tokens::Signer;
use serde_json::{Value, json};
use tracing_subscriber::fmt::format::FmtSpan;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs `work` and gives all that was logged meanwhile at any level by any crate.
fn logged(work: impl Future<Output = ()>) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tracing::subscriber::with_default(subscriber, || runtime.block_on(work));
    String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
}

fn client(server: &Server, key: &str) -> Clerk {
    let quick = RetryPolicy::exponential().initial(std::time::Duration::from_millis(1));
    Clerk::builder(key)
        .machine_secret_key("ak_SECRET0")
        .server_url(server.url())
        .retry(quick)
        .build()
        .unwrap()
}

#[test]
fn a_span_has_the_names_of_opentelemetry() {
    let server = Server::scripted([
        Reply::json(500, "{}"),
        Reply::json(404, r#"{"errors":[{"code":"resource_not_found"}]}"#),
    ]);

    let log = logged(async {
        let _ = client(&server, "sk_test_x").request::<Value>(Method::GET, "/users/user_1").await;
    });

    for field in [
        r#"otel.name="request""#,
        r#"http.request.method="GET""#,
        r#"url.template="/users/user_1""#,
        "http.response.status_code=404",
        "http.request.resend_count=1",
        r#"error.type="404""#,
        "retrying after",
    ] {
        assert!(log.contains(field), "{field} not in {log}");
    }
}

#[test]
fn an_event_of_a_retry_does_not_repeat_what_its_span_and_fields_contain() {
    let server = Server::scripted([
        Reply::json(500, r#"{"errors":[{"code":"internal_clerk_error"}],"clerk_trace_id":"5fa1"}"#),
        Reply::json(404, r#"{"errors":[{"code":"resource_not_found"}]}"#),
    ]);

    let log = logged(async {
        let _ = client(&server, "sk_test_x").users().get("user_1").await;
    });

    let line = |text: &str| log.lines().find(|line| line.contains(text)).unwrap_or_default();
    for (text, message) in [
        ("retrying after", "retrying after 500 internal_clerk_error (trace 5fa1) attempt=1"),
        ("failed:", "failed: 404 resource_not_found attempts=2"),
    ] {
        let line = line(text);
        assert!(line.contains(message), "{line}");
        assert_eq!(line.matches("/users/{user_id}").count(), 1, "{line}");
        assert_eq!(line.matches("attempt").count(), 1, "{line}");
    }
}

#[test]
fn bodies_are_readable_without_their_secrets() {
    let server = Server::scripted([Reply::json(200, r#"{"id":"user_1","token":"SECRET1","total":3}"#)]);

    let log = logged(async {
        let body = json!({"first_name": "Ada", "password": "SECRET2"});
        let _: Value = client(&server, "sk_test_x").request(Method::POST, "/users").json(body).await.unwrap();
    });

    for kept in ["first_name", "Ada", "user_1", "[redacted]"] {
        assert!(log.contains(kept), "{kept} not in {log}");
    }
    assert!(!log.contains("SECRET"), "{log}");
}

#[test]
fn nothing_that_can_be_printed_holds_a_secret() {
    let answers = [
        Reply::json(
            401,
            r#"{"errors":[{"code":"c","message":"m","meta":{"client_secret":"SECRET1"}}],"secret":"SECRET2"}"#,
        )
        .header("set-cookie", "SECRET3"),
        Reply::json(
            200,
            r#"{"jwt":"SECRET4","secret_key":"sk_live_SECRET5","url":"https://a/?ticket=SECRET6"}"#,
        ),
        Reply::text(500, "SECRET7"),
        Reply::json(200, r#""SECRET8""#),
        Reply::hang_up(),
    ];
    let mut printed = String::new();
    for answer in answers {
        let server = Server::scripted([answer]);
        let mut errors: Vec<Error> = Vec::new();
        printed += &logged(async {
            let clerk = client(&server, "sk_live_SECRET9");
            let builder = Clerk::builder("sk_SECRET10").jwt_key("SECRET11");
            let request = clerk
                .request::<u32>(Method::POST, "/users")
                .with_secret_key("ak_SECRET12")
                .with_header("x-secret", "SECRET13")
                .query("token", "SECRET14")
                .json(json!({"password": "SECRET15", "backup_codes": ["SECRET16"], "code": "SECRET17"}));
            let upload = clerk
                .request::<u32>(Method::POST, "/users")
                .text("secret", "SECRET18")
                .file("file", FilePart::from_bytes("a.png", "SECRET19"));
            tracing::info!("{clerk:?} {builder:?} {request:?} {upload:?}");
            errors.extend(request.await.err());
            errors.extend(upload.await.err());
        });
        assert_eq!(errors.len(), 2);
        for error in errors {
            printed += &format!("{error} {error:?} {error:#?}");
            let mut source = std::error::Error::source(&error);
            while let Some(inner) = source {
                printed += &format!("{inner} {inner:?}");
                source = inner.source();
            }
        }
    }
    for key in ["sk_live_bad SECRET20", "pk_SECRET21"] {
        printed += &format!("{:?}", Clerk::new(key).unwrap_err());
    }

    assert!(printed.contains("clerk_sdk"));
    if let Some(at) = printed.find("SECRET") {
        panic!("{}", &printed[at.saturating_sub(300)..printed.len().min(at + 60)]);
    }
}

/// What is secret in an answer, or known to nobody, with a secret in its place; each place of the document once.
fn with_secrets(document: &Document, answer: &Answer<'_>, seen: &mut HashSet<*const Value>) -> Vec<Value> {
    let secret = |spot: &Spot<'_>| match &spot.kind {
        Kind::Enum(_) => Some(json!("SECRET")),
        Kind::Choice(_) => Some(json!({"object": "something_new", "left": ["SECRET"]})),
        _ if document.resolve(spot.schema)["x-sensitive"] != true => None,
        Kind::Text => Some(json!("SECRET")),
        Kind::List(_) => Some(json!(["SECRET"])),
        _ => None,
    };
    let spots = answer.spots.iter().filter_map(|spot| Some((spot, secret(spot)?)));
    let new = spots.filter(|(spot, _)| seen.insert(std::ptr::from_ref(spot.schema)));
    new.map(|(spot, secret)| spot.with(&answer.sent, secret)).collect()
}

#[tokio::test]
async fn what_debug_shows_of_an_answer_holds_no_secret_and_nothing_unknown() {
    for document in &Document::versions() {
        let canned = Canned::default();
        let clerk = canned.client().unwrap();
        let shown = Arc::new(Mutex::new(String::new()));
        let (mut seen, mut checked, mut wrong) = (HashSet::new(), 0, Vec::new());
        for operation in document.operations() {
            let mut args = Call::required(document, &operation).args(&operation);
            args.options.shown = Some(shown.clone());
            let answers =
                (0..7).filter_map(|choice| document.answer(&operation, Make { choice, ..Make::FULL }));
            for body in answers.flat_map(|answer| with_secrets(document, &answer, &mut seen)) {
                canned.answer(operation.status, body.to_string());
                shown.lock().unwrap().clear();

                let call = dispatch::prepare(operation.version, &clerk, operation.id, args.clone())
                    .unwrap()
                    .unwrap();
                call.await.unwrap();

                checked += 1;
                let shown = shown.lock().unwrap();
                assert!(!shown.is_empty(), "{}", operation.id);
                if shown.contains("SECRET") {
                    wrong.push(format!("{}: {shown:.300} of {body:.300}", operation.id));
                }
            }
        }

        assert!(wrong.is_empty(), "{} of {checked}: {:#?}", wrong.len(), &wrong[..wrong.len().min(5)]);
        assert!(checked >= document.at_least(200), "only {checked} answers");
    }
}

/// The same arguments with a secret in each text.
fn secretly(mut args: Args) -> Args {
    fn plant(value: &mut Value) {
        match value {
            Value::String(text) => text.push_str("SECRET"),
            Value::Array(items) => items.iter_mut().for_each(plant),
            Value::Object(fields) => fields.values_mut().for_each(plant),
            _ => {}
        }
    }
    args.path.values_mut().chain(args.query.values_mut()).chain(&mut args.body).for_each(plant);
    args.options.secret_key = Some("sk_live_SECRET".to_owned());
    args.options.headers = vec![("x-a".to_owned(), "SECRET".to_owned())];
    args
}

#[tokio::test]
async fn what_is_printed_of_a_request_and_of_its_errors_holds_nothing_that_the_caller_passed() {
    let canned = Canned::default();
    let clerk = canned.client().unwrap();
    let shown = Arc::new(Mutex::new(String::new()));
    let mut checked = 0;
    for document in &Document::versions() {
        for operation in document.operations() {
            let call = Call::of(document, &operation, Style::FULL, |_| true);
            for (status, body) in [(500, "SECRET"), (operation.status, "{\"SECRET\""), (302, "[\"SECRET\"]")]
            {
                let mut args = secretly(call.args(&operation));
                args.options.shown = Some(shown.clone());
                canned.answer(status, body);

                let prepared = dispatch::prepare(operation.version, &clerk, operation.id, args);
                let outcome = prepared.unwrap().unwrap().await;

                let printed = format!("{} {:?}", shown.lock().unwrap(), outcome.as_ref().err());
                let text = outcome.err().map(|error| error.to_string()).unwrap_or_default();
                assert!(printed.contains(operation.id), "{printed}");
                assert!(!printed.contains("SECRET") && !text.contains("SECRET"), "{printed} {text}");
                shown.lock().unwrap().clear();
                checked += 1;
            }
        }
    }
    assert!(checked > 3 * 600, "{checked}");
}

#[test]
fn what_a_server_repeats_of_a_key_is_not_repeated() {
    let item = r#"{"code":"c sk_test_SECRET1","message":"The key sk_test_SECRET1 is wrong.","long_message":"eyJSECRET2.x.y","meta":{"param_name":"sk_test_SECRET1"}}"#;
    let body = format!(r#"{{"errors":[{item}],"clerk_trace_id":"sk_test_SECRET1"}}"#);
    let server = Server::scripted([Reply::json(401, &body)]);
    let mut printed = String::new();

    let log = logged(async {
        let error = client(&server, "sk_test_SECRET1").request::<Value>(Method::GET, "/x").await.unwrap_err();
        printed = format!("{error} {error:?}");
    });

    assert!(printed.contains("The key [redacted] is wrong."), "{printed}");
    assert!(!printed.contains("SECRET") && !log.contains("SECRET"), "{printed} {log}");
}

#[test]
fn a_hook_that_prints_the_request_prints_no_key_and_no_header_of_the_call() {
    let server = Server::scripted([Reply::json(200, "1")]);
    let printed = Arc::new(Mutex::new(String::new()));
    let hook = printed.clone();
    let clerk = Clerk::builder("sk_test_SECRET1")
        .server_url(server.url())
        .before_request(move |_, request| *hook.lock().unwrap() = format!("{request:?}"))
        .build()
        .unwrap();

    logged(async {
        let body = json!({"password": "SECRET2"});
        let request = clerk.request::<Value>(Method::POST, "/x").with_header("x-a", "SECRET3").json(body);
        request.await.unwrap();
    });

    let printed = printed.lock().unwrap();
    assert!(printed.contains("x-a") && !printed.contains("SECRET"), "{printed}");
}

#[test]
fn that_tokens_of_any_origin_are_accepted_is_warned_of_once() {
    let token = Signer::one()
        .session(&json!({"sub": "user_1", "exp": 10_000_000_000_i64, "azp": "https://a.example"}));
    let key = || Verifier::with_pem(Signer::one().pem());
    let parties = || key().authorized_parties(["https://a.example"]).build().unwrap();

    let log = logged(async {
        parties().verify(&token).await.unwrap();
    });
    assert!(!log.contains("WARN"), "{log}");

    let log = logged(async {
        for _ in 0..3 {
            key().build().unwrap().verify(&token).await.unwrap();
        }
    });
    assert_eq!(log.matches("WARN").count(), 1, "{log}");
    assert!(log.contains("authorized_parties"), "{log}");
}

#[test]
fn a_credential_that_is_refused_is_not_logged() {
    let server = Server::scripted([Reply::json(400, "{}")]);
    let clerk = client(&server, "sk_test_x");

    let log = logged(async {
        for value in
            ["Bearer SECRET1.SECRET2.SECRET3", "Bearer ak_SECRET4", "mt_SECRET5", "Bearer oat_SECRET6"]
        {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", value.parse().unwrap());
            let state = clerk.authenticate(&headers).accepts(TokenType::ALL).await.unwrap();
            assert!(!format!("{state:?}").contains("SECRET"), "{state:?}");
        }
    });

    assert!(log.contains("token-invalid") && log.contains("sending"), "{log}");
    assert!(!log.contains("SECRET"), "{log}");
}

#[test]
fn an_event_that_does_not_decode_is_a_warning_without_its_values() {
    let event = json!({"type": "user.created", "data": {"id": "user_1", "banned": "SECRET"}});
    let new = json!({"type": "user.levitated", "data": {"id": "SECRET"}});

    let log = logged(async {
        clerk_sdk::webhooks::Event::from_slice(event.to_string().as_bytes()).unwrap();
        clerk_sdk::webhooks::Event::from_slice(new.to_string().as_bytes()).unwrap();
    });

    let warnings: Vec<&str> = log.lines().filter(|line| line.contains("WARN")).collect();
    assert_eq!(warnings.len(), 1, "{log}");
    assert!(warnings[0].contains("kind=\"user.created\" path=\"data.banned\""), "{log}");
    assert!(!log.contains("SECRET"), "{log}");
}
