//! As many calls at once as a program can have.

use std::time::{Duration, Instant};

use clerk_sdk::http::{Method, Response};
use clerk_sdk::{Clerk, RetryPolicy};
use serde_json::Value;
use tokio::net::TcpListener;

const CALLS: usize = 10_000;

/// A server that speaks HTTP/2, and answers nobody before it has got all of the calls.
async fn all_or_none(listener: TcpListener) {
    let (stream, _) = listener.accept().await.unwrap();
    let mut server = h2::server::Builder::new();
    server.max_concurrent_streams(CALLS as u32);
    let mut connection = server.handshake::<_, bytes::Bytes>(stream).await.unwrap();
    let mut waiting = Vec::new();
    while let Some(call) = connection.accept().await {
        let (_, answer) = call.unwrap();
        waiting.push(answer);
        if waiting.len() == CALLS {
            for mut answer in waiting.drain(..) {
                let mut body = answer.send_response(Response::new(()), false).unwrap();
                body.send_data(bytes::Bytes::from_static(b"{}"), true).unwrap();
            }
        }
    }
}

#[tokio::test]
async fn ten_thousand_calls_at_once_share_a_client_and_a_connection() {
    for policy in [RetryPolicy::none(), RetryPolicy::exponential()] {
        calls(policy).await;
    }
}

async fn calls(policy: RetryPolicy) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(all_or_none(listener));
    let clerk = Clerk::builder("sk_test_scale")
        .server_url(url)
        .retry(policy)
        .attempt_timeout(Duration::from_secs(120))
        .configure_reqwest(|builder| builder.http2_prior_knowledge())
        .build()
        .unwrap();
    let started = Instant::now();

    let calls: Vec<_> = (0..CALLS)
        .map(|number| clerk.request::<Value>(Method::GET, format!("/{number}")).with_response())
        .map(|call| tokio::spawn(call.into_future()))
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().attempts(), 1);
    }

    assert!(started.elapsed() < Duration::from_secs(100), "{:?}", started.elapsed());
}
