//! Access to the embedded Clerk: programs on this machine have it, the web pages that a browser on it shows have not.

use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::api::{Api, send};

#[tokio::test]
async fn requests_for_other_hosts_are_misdirected() {
    let api = Api::start().await;

    for host in ["evil.example", "localhost.evil.example:4010", "10.0.0.1"] {
        let answer = send(api.request(Method::GET, "/users").header("host", host)).await;

        assert_eq!(answer.refusal(), (421, "host_invalid", None), "{host}");
        let long = answer.body["errors"][0]["long_message"].as_str().unwrap();
        assert!(long.contains("localhost"), "{long}");
    }
    assert!(api.clerk.requests().is_empty());
}

#[tokio::test]
async fn pictures_and_public_operations_are_refused_to_other_hosts_too() {
    let api = Api::start().await;
    let user = api.user("ada@example.com").await;
    let picture = api.with_form(Method::POST, &format!("/users/{user}/profile_image"), &[], b"picture").await;
    let url = picture.body["image_url"].as_str().unwrap();

    let here = api.http.get(url).send().await.unwrap();
    let elsewhere = api.http.get(url).header("host", "evil.example").send().await.unwrap();
    let public = api.bare(Method::GET, "/v1/public/interstitial").header("host", "evil.example");

    assert_eq!((here.status().as_u16(), elsewhere.status().as_u16()), (200, 421));
    assert_eq!(send(public).await.status, 421);
}

#[tokio::test]
async fn pages_of_other_machines_are_forbidden() {
    let api = Api::start().await;
    let from = |origin: &'static str| send(api.request(Method::GET, "/users").header("origin", origin));

    assert_eq!(from("https://evil.example").await.refusal(), (403, "origin_invalid", None));
    assert_eq!(from("null").await.refusal(), (403, "origin_invalid", None));
    assert_eq!(from("http://localhost:3000").await.status, 200);
}

#[tokio::test]
async fn http_1_0_needs_no_host_and_http_1_1_needs_one() {
    let api = Api::start().await;
    let address = api.clerk.url().replace("http://", "").replace("/v1", "");
    let mut answers = Vec::new();

    for version in ["1.0", "1.1"] {
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        let request = format!("GET /v1/public/interstitial HTTP/{version}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answers.push(answer.split(' ').nth(1).unwrap().to_owned());
    }

    assert_eq!(answers, ["200", "400"]);
}
