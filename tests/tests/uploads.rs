//! Files on the wire: forms as the server reads them, streamed, repeated where they can be.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use clerk_sdk::http::Method;
use clerk_sdk::{Clerk, Error, ErrorKind, FilePart, RetryPolicy};
use clerk_tests::server::{Recorded, Reply, Server};
use serde_json::Value;

fn client(server: &Server) -> Clerk {
    let quick = RetryPolicy::exponential()
        .initial(Duration::from_millis(1))
        .max_interval(Duration::from_millis(2))
        .max_elapsed(Duration::from_secs(2));
    Clerk::builder("sk_test_uploads").server_url(server.url()).retry(quick).build().unwrap()
}

async fn put(server: &Server, file: FilePart) -> Result<Value, Error> {
    client(server).request(Method::PUT, "/logo").text("uploader_user_id", "user_1").file("file", file).await
}

/// The parts of a form: their headers and their contents.
fn parts(seen: &Recorded) -> Vec<(String, String)> {
    let content_type = seen.header("content-type").unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = seen.text();
    let body = body.strip_suffix(&format!("--{boundary}--\r\n")).unwrap();
    let delimiter = format!("--{boundary}\r\n");
    body.split(&delimiter)
        .skip(1)
        .map(|part| {
            let (head, content) = part.split_once("\r\n\r\n").unwrap();
            (head.to_owned(), content.strip_suffix("\r\n").unwrap().to_owned())
        })
        .collect()
}

#[tokio::test]
async fn a_form_has_the_fields_in_order_and_a_known_length() {
    let server = Server::scripted([Reply::json(200, "{}")]);

    put(&server, FilePart::from_bytes("ada.png", "picture")).await.unwrap();

    let seen = server.only();
    let disposition = "Content-Disposition: form-data; name=";
    assert_eq!(
        parts(&seen),
        [
            (format!("{disposition}\"uploader_user_id\""), "user_1".to_owned()),
            (
                format!("{disposition}\"file\"; filename=\"ada.png\"\r\nContent-Type: image/png"),
                "picture".to_owned()
            ),
        ]
    );
    assert_eq!(seen.header("content-length"), Some(seen.body_length.to_string().as_str()));
}

#[tokio::test]
async fn a_file_is_sent_from_its_path() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ada lovelace.jpg");
    let content = "0123456789".repeat(40_000);
    std::fs::write(&path, &content).unwrap();
    let server = Server::scripted([Reply::json(200, "{}")]);

    put(&server, FilePart::from_path(&path).await.unwrap()).await.unwrap();

    let seen = server.only();
    let parts = parts(&seen);
    assert!(
        parts[1].0.contains("filename=\"ada lovelace.jpg\"\r\nContent-Type: image/jpeg"),
        "{}",
        parts[1].0
    );
    assert!(parts[1].1 == content);
    assert_eq!(seen.header("content-length"), Some(seen.body_length.to_string().as_str()));
}

#[tokio::test]
async fn readers_and_streams_are_sent_in_chunks() {
    let server = Server::scripted([Reply::json(200, "{}")]);

    put(&server, FilePart::from_reader("a.gif", &b"from a reader"[..])).await.unwrap();
    let stream = tokio_stream::iter([Ok("from "), Ok(""), Ok("a stream")]);
    put(&server, FilePart::from_stream("a.gif", stream)).await.unwrap();

    let seen = server.seen();
    assert_eq!(parts(&seen[0])[1].1, "from a reader");
    assert_eq!(parts(&seen[1])[1].1, "from a stream");
    assert_eq!(seen[0].header("transfer-encoding"), Some("chunked"));
}

#[tokio::test]
async fn a_file_is_read_again_by_a_retry() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.png");
    std::fs::write(&path, "picture").unwrap();
    let server = Server::scripted([Reply::json(500, "{}"), Reply::json(200, "{}")]);

    put(&server, FilePart::from_path(&path).await.unwrap()).await.unwrap();

    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(parts(&seen[0]), parts(&seen[1]));
}

#[tokio::test]
async fn what_can_be_read_once_is_sent_once() {
    for status in [429, 500] {
        let server = Server::scripted([Reply::json(status, "{}"), Reply::json(200, "{}")]);

        let error = put(&server, FilePart::from_reader("a.png", &b"picture"[..])).await.unwrap_err();

        assert_eq!((error.attempts(), server.seen().len()), (1, 1));
    }
}

#[tokio::test]
async fn a_name_cannot_add_headers_or_fields() {
    let server = Server::scripted([Reply::json(200, "{}")]);

    put(&server, FilePart::from_bytes("a\"\r\nX-Evil: 1\r\n\r\n.png", "x")).await.unwrap();
    let error = put(&server, FilePart::from_bytes("a", "x").content_type("image/png\r\nX-Evil: 1"))
        .await
        .unwrap_err();

    let seen = server.only();
    let head = &parts(&seen)[1].0;
    assert!(head.contains("filename=\"a%22%0D%0AX-Evil: 1%0D%0A%0D%0A.png\""), "{head}");
    assert_eq!(head.lines().count(), 2, "{head}");
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn a_name_cannot_end_its_quotes_by_a_backslash() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let file = FilePart::from_bytes("C:\\a\"; x=\"é\u{7f}\\", "x");
    let request = client(&server).request::<Value>(Method::PUT, "/logo");

    request.text("t\\", "1").file("f\\\"\r\n", file).await.unwrap();

    let disposition = "Content-Disposition: form-data; name=";
    let head = |number: usize| parts(&server.only())[number].0.lines().next().unwrap().to_owned();
    assert_eq!(head(0), format!("{disposition}\"t%5C\""));
    assert_eq!(head(1), format!("{disposition}\"f%5C%22%0D%0A\"; filename=\"C:%5Ca%22; x=%22é_%5C\""));
}

#[tokio::test]
async fn a_content_type_that_is_not_a_media_type_is_rejected() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    for wrong in
        ["", "png", "/png", "image/", "image/\"png", "image/png\n", "imäge/png", "a b/c", "image/p\\"]
    {
        let error = put(&server, FilePart::from_bytes("a", "x").content_type(wrong)).await.unwrap_err();

        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 0), "{wrong}: {error}");
    }
    let good = FilePart::from_bytes("a", "x").content_type("image/svg+xml; charset=\"utf-8\"");
    put(&server, good).await.unwrap();

    let head = parts(&server.only())[1].0.clone();
    assert!(head.ends_with("Content-Type: image/svg+xml; charset=\"utf-8\""), "{head}");
}

#[tokio::test]
async fn a_file_that_is_not_there_says_so_before_the_call() {
    let directory = tempfile::tempdir().unwrap();

    for path in [directory.path().join("none.png"), directory.path().to_owned()] {
        let error = FilePart::from_path(&path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_to_its_end_is_no_success() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let broken = tokio_stream::iter([Ok("some"), Err(std::io::Error::other("the disk is gone"))]);

    let error = put(&server, FilePart::from_stream("a.png", broken)).await.unwrap_err();

    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 1));
    assert!(error.to_string().contains("the disk is gone"), "{error}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_slow_upload_goes_on_as_long_as_it_makes_progress() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let (mut writer, reader) = tokio::io::duplex(16);
    tokio::spawn(async move {
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            tokio::io::AsyncWriteExt::write_all(&mut writer, b"piece ").await.unwrap();
        }
    });

    let clerk = Clerk::builder("sk")
        .server_url(server.url())
        .attempt_timeout(Duration::from_millis(1500))
        .build()
        .unwrap();
    let request = clerk.request::<Value>(Method::PUT, "/logo");
    request.file("file", FilePart::from_reader("a.png", reader)).await.unwrap();

    assert_eq!(parts(&server.only())[0].1, "piece ".repeat(20));

    let (_writer, reader) = tokio::io::duplex(16);
    let request = clerk.request::<Value>(Method::PUT, "/logo");
    let error = request.file("file", FilePart::from_reader("a.png", reader)).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
}
