//! Requests and responses that no operation of the documents has yet, as they go over the wire.

#![allow(unreachable_pub, reason = "generated types are public")]

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::Body as _;

use super::*;
use crate::FilePart;
use crate::body::Body;
use crate::operation::{BodyKind, ContentKind, Meta};
use crate::transport::{HttpClient, HttpFuture, HttpRequest};
use crate::value::{Field, delimited, integer_enum};

/// A request as it was sent: the head, and the body.
type Sent = (http::request::Parts, Bytes);

/// Answers each request with the same status and body, and keeps it.
#[derive(Clone, Default)]
struct Recorder {
    sent: Arc<Mutex<Vec<Sent>>>,
    status: u16,
    answer: &'static str,
}

impl HttpClient for Recorder {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            self.sent.lock().unwrap().push((head, collect(body)));
            let body: Body = Bytes::from_static(self.answer.as_bytes()).into();
            Ok(http::Response::builder().status(self.status).body(body).unwrap())
        })
    }
}

fn collect(mut body: Body) -> Bytes {
    let mut all = Vec::new();
    let mut cx = Context::from_waker(std::task::Waker::noop());
    while let Poll::Ready(Some(frame)) = Pin::new(&mut body).poll_frame(&mut cx) {
        all.extend_from_slice(&frame.unwrap().into_data().unwrap());
    }
    all.into()
}

macro_rules! operation {
    ($name:ident -> $output:ty = $meta:expr) => {
        struct $name;
        impl Operation for $name {
            type Output = $output;
            const META: &'static Meta = &$meta;
        }
    };
}
operation!(Plain -> () = Meta::get("Plain", "/plain", crate::API_VERSION));
operation!(Head -> () = Meta::head("Head", "/head", crate::API_VERSION));
operation!(Send -> () = Meta::put("Send", "/send", crate::API_VERSION).body(BodyKind::Binary));
operation!(Fill -> () = Meta::post("Fill", "/fill", crate::API_VERSION).body(BodyKind::UrlEncoded));
operation!(Text -> String = Meta::get("Text", "/text", crate::API_VERSION).returns(ContentKind::Text));
operation!(Binary -> Bytes = Meta::get("Binary", "/binary", crate::API_VERSION).returns(ContentKind::Bytes));
operation!(Redirect -> () = Meta::get("Redirect", "/redirect", crate::API_VERSION).redirects());
operation!(Maybe -> Option<i64> = Meta::get("Maybe", "/maybe", crate::API_VERSION));

fn recorder(answer: &'static str) -> (Recorder, Clerk) {
    let recorder = Recorder { sent: Arc::default(), status: 200, answer };
    let clerk = Clerk::builder("sk_test_x").http_client(recorder.clone()).build().unwrap();
    (recorder, clerk)
}

impl Recorder {
    fn only(&self) -> Sent {
        self.sent.lock().unwrap().pop().unwrap()
    }
}

#[tokio::test]
async fn header_parameters_are_sent_and_a_list_is_joined_with_commas() {
    let (recorder, clerk) = recorder("");

    let request =
        Request::<Plain>::new(&clerk).set_header("If-Match", "\"old\"").set_header("If-Match", "\"new\"");
    request.set_header("X-List", vec![1_i64, 2]).await.unwrap();

    let (head, _) = recorder.only();
    assert_eq!(head.headers["if-match"], "\"new\"");
    assert_eq!(head.headers.get_all("if-match").iter().count(), 1);
    assert_eq!(head.headers["x-list"], "1,2");
}

#[tokio::test]
async fn a_header_of_the_call_replaces_a_header_parameter() {
    let (recorder, clerk) = recorder("");

    let request = Request::<Plain>::new(&clerk).set_header("If-Match", "\"old\"");
    request.with_header("if-match", "\"mine\"").await.unwrap();

    assert_eq!(recorder.only().0.headers["if-match"], "\"mine\"");
}

#[tokio::test]
async fn a_header_value_with_a_line_break_is_refused_and_not_repeated_in_the_error() {
    let (recorder, clerk) = recorder("");

    let error =
        Request::<Plain>::new(&clerk).set_header("If-Match", "secret\r\nX-Other: 1").await.unwrap_err();

    assert!(error.to_string().contains("`If-Match` cannot be sent: invalid header value"), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    assert!(recorder.sent.lock().unwrap().is_empty());
}

#[tokio::test]
async fn cookie_parameters_are_encoded_into_one_header() {
    let (recorder, clerk) = recorder("");

    Request::<Plain>::new(&clerk).set_cookie("a", "x; b=y").set_cookie("n", 7_i64).await.unwrap();

    assert_eq!(recorder.only().0.headers["cookie"], "a=x%3B%20b%3Dy; n=7");
}

#[tokio::test]
async fn a_delimited_list_is_one_query_parameter() {
    let (recorder, clerk) = recorder("");

    Request::<Plain>::new(&clerk).set_query("sizes", delimited(vec![1_i64, 2], '|')).await.unwrap();

    assert_eq!(recorder.only().0.uri.query(), Some("sizes=1%7C2"));
}

#[tokio::test]
async fn a_file_is_sent_as_the_whole_body() {
    let (recorder, clerk) = recorder("");

    Request::<Send>::new(&clerk).set_file(FilePart::from_bytes("a.png", "bytes")).await.unwrap();

    let (head, body) = recorder.only();
    assert_eq!(head.headers["content-type"], "application/octet-stream");
    assert_eq!(body, "bytes");
}

#[tokio::test]
async fn a_form_of_texts_is_url_encoded() {
    let (recorder, clerk) = recorder("");

    Request::<Fill>::new(&clerk).set_body("name", "a b&c".to_owned()).await.unwrap();

    let (head, body) = recorder.only();
    assert_eq!(head.headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(body, "name=a%20b%26c");
}

#[tokio::test]
async fn a_text_and_bytes_are_returned_as_they_came() {
    let (texts, clerk) = recorder("\"not JSON");
    let text = Request::<Text>::new(&clerk).await.unwrap();
    let (binaries, clerk) = recorder("\u{0}bytes");
    let bytes = Request::<Binary>::new(&clerk).await.unwrap();

    assert_eq!(text, "\"not JSON");
    assert_eq!(bytes, "\u{0}bytes");
    assert_eq!(texts.only().0.headers["accept"], "text/plain");
    assert_eq!(binaries.only().0.headers["accept"], "*/*");
}

#[tokio::test]
async fn a_redirect_is_a_success_only_for_an_operation_that_declares_nothing_else() {
    let (mut recorder, _) = recorder("");
    recorder.status = 302;
    let clerk = Clerk::builder("sk_test_x").http_client(recorder.clone()).build().unwrap();

    let redirect = Request::<Redirect>::new(&clerk).with_response().await.unwrap();
    let plain = Request::<Plain>::new(&clerk).await;

    assert_eq!(redirect.status(), 302);
    assert!(plain.is_err());
}

#[tokio::test]
async fn a_response_may_be_null() {
    let (_, clerk) = recorder("null");

    assert_eq!(Request::<Maybe>::new(&clerk).await.unwrap(), None);
}

#[tokio::test]
async fn head_is_sent_and_returns_nothing() {
    let (recorder, clerk) = recorder("");

    Request::<Head>::new(&clerk).await.unwrap();

    let (head, body) = recorder.only();
    assert_eq!((head.method, body.len()), (http::Method::HEAD, 0));
}

#[derive(Clone, PartialEq, Eq)]
enum Level {
    N1,
    Minus2,
    Unknown(i64),
}
integer_enum! { Level { N1 = 1, Minus2 = -2 } }

#[test]
fn an_enum_of_integers_keeps_values_that_it_does_not_know() {
    let levels: Vec<Level> = serde_json::from_str("[1, -2, 3]").unwrap();

    assert!(levels == [Level::N1, Level::Minus2, Level::Unknown(3)]);
    assert_eq!(serde_json::to_string(&levels).unwrap(), "[1,-2,3]");
    assert_eq!(format!("{levels:?} {}", levels[1]), "[N1, Minus2, Unknown(3)] -2");
    assert!(Level::blank() == Level::Unknown(0));
    for refused in ["\"1\"", "1.5", "true", "null"] {
        assert!(serde_json::from_str::<Level>(refused).is_err(), "{refused}");
    }
}
