//! What a client is told.

use clerk_sdk::http::{HeaderValue, Method};
use clerk_sdk::mock::MockClerk;
use clerk_sdk::{Clerk, HttpClient, HttpFuture, HttpRequest, Null};
use clerk_tests::server::{Reply, Server};
use serde_json::Value;

use crate::AnyError;

#[test]
fn clients_are_configured() -> Result<(), AnyError> {
    let key = "sk_test_x";
    // code: server
    let clerk = Clerk::builder(key).server_url("http://127.0.0.1:4010/v1").build()?; // for all calls
    let request = clerk.users().list().with_server_url("https://proxy.example.com/v1"); // for this one
    // end
    drop(request);
    let headers = clerk_sdk::http::HeaderMap::new();
    // code: configure
    let proxy = clerk_sdk::reqwest::Proxy::all("http://proxy.example.com:3128")?;
    let clerk = Clerk::builder(key)
        .configure_reqwest(|builder| builder.proxy(proxy).default_headers(headers).pool_max_idle_per_host(8))
        .build()?;
    // end
    drop(clerk);
    // code: custom-client-use
    let clerk = Clerk::builder(key).http_client(AddHeader(clerk_sdk::reqwest_builder().build()?)).build()?;
    // end
    drop(clerk);
    // code: hooks
    let clerk = Clerk::builder(key)
        .before_request(|attempt, request| {
            let id = format!("{}-{}", attempt.operation, attempt.number);
            if let Ok(id) = HeaderValue::try_from(id) {
                request.headers_mut().insert("x-request-id", id);
            }
        })
        .on_retry(|attempt, retry| eprintln!("{} again in {:?}", attempt.operation, retry.wait))
        .build()?;
    // end
    drop(clerk);
    Ok(())
}

// code: custom-client
struct AddHeader<C>(C);

impl<C: HttpClient> HttpClient for AddHeader<C> {
    fn send(&self, mut request: HttpRequest) -> HttpFuture<'_> {
        request.headers_mut().insert("client-level-header", HeaderValue::from_static("added by client"));
        self.0.send(request)
    }
}
// end

#[tokio::test]
async fn a_client_of_ones_own_adds_a_header() -> Result<(), AnyError> {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let client = AddHeader(clerk_sdk::reqwest_builder().build()?);
    let clerk = Clerk::builder("sk_test_x").server_url(server.url()).http_client(client).build()?;

    clerk.request::<Value>(Method::GET, "/x").await?;

    assert_eq!(server.only().header("client-level-header"), Some("added by client"));
    Ok(())
}

#[tokio::test]
async fn keys_come_from_where_they_are() -> Result<(), AnyError> {
    let mock = MockClerk::start().await?;
    let (other_key, machine_key) = ("sk_live_embedded", "ak_test_embedded");
    async fn read_from_vault() -> Result<String, std::io::Error> {
        Ok("sk_test_embedded".to_owned())
    }
    // code: keys
    let clerk = Clerk::builder_with_key_provider(|| async { read_from_vault().await }) // asked at each call
        .machine_secret_key(machine_key) // for what a machine calls; `from_env` reads CLERK_MACHINE_SECRET_KEY
        .build()?;
    // end
    drop(clerk);
    // code: keys-machine
    let machine = Clerk::for_machine(machine_key)?; // or `from_env` with CLERK_MACHINE_SECRET_KEY alone
    // end
    drop(machine);
    let clerk = Clerk::builder_with_key_provider(read_from_vault)
        .machine_secret_key(machine_key)
        .server_url(mock.url())
        .build()?;
    // code: keys-call
    clerk.users().count().with_secret_key(other_key).await?; // this call alone
    let token = clerk.m2m().create_token().seconds_until_expiration(Null).await?; // by the machine's key
    // end
    drop(token);
    clerk.users().count().await?;
    let keys: Vec<_> = mock
        .requests()
        .iter()
        .map(|seen| seen.headers["authorization"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(keys, ["Bearer sk_live_embedded", "Bearer ak_test_embedded", "Bearer sk_test_embedded"]);
    Ok(())
}

fn debugging() {
    // code: debugging
    tracing_subscriber::fmt().with_env_filter("clerk_sdk=debug").init();
    // end
}
