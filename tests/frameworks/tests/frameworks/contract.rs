//! What holds in each framework.

use std::time::Duration;

use clerk_sdk::auth::{Auth, Caller, Factor, MachineAuth, RequestState, Reverification, Role, TokenType};
use clerk_sdk::frameworks::{ClerkLayer, GuardedLayer, Maybe, Rejection, Require, require_auth};
use clerk_sdk::mock::{MockClerk, SignIn};
use clerk_sdk::reqwest::{Client, RequestBuilder, Response};
use clerk_sdk::types::User;
use clerk_sdk::webhooks::{Delivery, Webhook};
use clerk_sdk::{RetryPolicy, http, reqwest};
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "https://app.example.com";
pub(crate) const BILLING: &str = "org:billing:manage";

/// What a service under test is made from.
///
/// `/public` says hello, `/me` the user's id, `/maybe` that or `nobody`, `/state` why nobody is signed in. `/machine` says
/// the subject of a program and its organization, `/caller` the subject of any caller. `/billing`
/// is guarded by the permission [`BILLING`], where the framework has guards in front of handlers; `/admin` asks for the
/// role `org:admin` in its handler, `/erase` for a recent verification. `/webhooks` says the id and the kind of what it is sent.
/// If routes can be nested with a guard inside, [`nested_guard`] is around `/nested/open`, `/nested/shut`,
/// `/nested/deeper/open` and `/nested/deeper/shut`. `/own` and `/own-success` are guarded by [`own_format`] and
/// [`own_success`], and say `own`.
pub(crate) struct Setup {
    /// None for a service in which it was forgotten.
    pub(crate) layer: Option<ClerkLayer>,
    pub(crate) webhook: Option<Webhook>,
    /// Set if the layer is [`guarded`].
    pub(crate) guarded: bool,
}

/// A service that runs until this is dropped.
pub(crate) struct Running {
    pub(crate) url: String,
    /// Ends it.
    pub(crate) _stop: tokio::sync::oneshot::Sender<()>,
}

pub(crate) async fn maybe(Maybe(auth): Maybe<Auth>) -> String {
    auth.map_or("nobody".to_owned(), |auth| auth.user_id().to_owned())
}

pub(crate) async fn machine(machine: MachineAuth) -> String {
    format!("{:?} {:?}", machine.user_id(), machine.org_id())
}

pub(crate) async fn caller(caller: Caller) -> String {
    caller.subject().to_string()
}

pub(crate) async fn maybe_machine(Maybe(machine): Maybe<MachineAuth>) -> String {
    machine.map_or("no program".to_owned(), |machine| machine.subject().to_string())
}

pub(crate) async fn state(state: RequestState) -> String {
    match state {
        RequestState::SignedIn(_) => "signed in".to_owned(),
        RequestState::SignedOut { reason, .. } => reason.to_string(),
    }
}

pub(crate) async fn admin(auth: Auth) -> Result<&'static str, Rejection> {
    auth.require(Role("admin"))?;
    Ok("admin")
}

pub(crate) async fn erase(auth: Auth) -> Result<&'static str, Rejection> {
    auth.require(Reverification::Strict)?;
    auth.require(Reverification::Within(Factor::First, Duration::from_secs(90)))?;
    Ok("erased")
}

pub(crate) async fn webhooks(delivery: Delivery) -> String {
    format!("{} {}", delivery.id, delivery.event.kind())
}

/// Leaves whole paths open, and paths without their prefix, which do not count.
pub(crate) fn nested_guard() -> Require {
    require_auth().except(["/nested/open", "/nested/deeper/open", "/shut", "/deeper/shut"])
}

/// A guard with the application's own responses, around `/own`.
pub(crate) fn own_format() -> Require {
    require_auth().or_else(|rejection| {
        let response = http::Response::builder().status(rejection.status()).header("x-own", "yes");
        response.body(format!("own {}", rejection.code())).unwrap()
    })
}

/// A guard whose closure returns a success, around `/own-success`.
pub(crate) fn own_success() -> Require {
    require_auth().or_else(|rejection| http::Response::new(format!("own {}", rejection.code())))
}

/// A layer that rejects requests itself, around the whole service.
pub(crate) fn guarded(layer: ClerkLayer) -> GuardedLayer {
    layer.guarded_by(require_auth().except(["/public", "/maybe"]))
}

pub(crate) struct World {
    pub(crate) mock: MockClerk,
    ada: User,
    pub(crate) client: Client,
    pub(crate) url: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        let mock = MockClerk::start().await.unwrap();
        let ada = mock.seed().user("ada@example.com").await;
        Self { mock, ada, client: clerk_sdk::reqwest_builder().build().unwrap(), url: String::new() }
    }

    pub(crate) fn setup(&self) -> Setup {
        let layer = ClerkLayer::new(&self.mock.client()).authorized_parties([ORIGIN]);
        Setup {
            layer: Some(layer),
            webhook: Some(Webhook::new(self.mock.webhook_secret()).unwrap()),
            guarded: false,
        }
    }

    pub(crate) fn ada(&self) -> SignIn<'_> {
        self.mock.sign_in(&self.ada).authorized_party(ORIGIN)
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }

    pub(crate) async fn text(&self, path: &str, token: &str) -> String {
        let answer = self.get(path).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }
}

/// Status, code and challenge of an answer, which is an error in Clerk's shape.
async fn error(answer: Response) -> (u16, String, Option<String>) {
    let status = answer.status().as_u16();
    let challenge = answer.headers().get("www-authenticate").map(|it| it.to_str().unwrap().to_owned());
    assert_eq!(answer.headers()["content-type"], "application/json");
    let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    let errors = body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{body}");
    for key in ["code", "message", "long_message"] {
        assert!(errors[0][key].as_str().is_some_and(|text| !text.is_empty()), "{body}");
    }
    assert_eq!(errors[0]["meta"], json!({}));
    (status, errors[0]["code"].as_str().unwrap().to_owned(), challenge)
}

async fn refusal(request: RequestBuilder) -> (u16, String) {
    let (status, code, _) = error(request.send().await.unwrap()).await;
    (status, code)
}

/// Checks all that holds of a service, which `start` starts.
pub(crate) async fn holds<S: Future<Output = Running>>(start: impl Fn(Setup) -> S) {
    let mut world = World::new().await;
    let running = start(world.setup()).await;
    world.url = running.url.clone();
    who_is_signed_in_is_known(&world).await;
    nobody_is_told_why(&world).await;
    two_authorization_headers_are_rejected(&world).await;
    rights_are_asked_for(&world).await;
    a_verification_is_asked_for_as_clerks_frontends_understand_it(&world).await;
    webhooks_are_verified(&world).await;
    callers_are_of_the_type_that_a_handler_takes(&mut world, &start).await;
    a_forgotten_layer_lets_nobody_through(&mut world, &start).await;
}

async fn who_is_signed_in_is_known(world: &World) {
    let token = world.ada().token();
    assert_eq!(world.text("/me", &token).await, world.ada.id);
    assert_eq!(world.text("/maybe", &token).await, world.ada.id);
    assert_eq!(world.text("/state", &token).await, "signed in");
    assert_eq!(world.text("/public", &token).await, "hello");
    let by_cookie = world.get("/me").header("cookie", format!("a=b; __session={token}"));
    assert_eq!(by_cookie.send().await.unwrap().text().await.unwrap(), world.ada.id);
    // The keys were fetched once for all of these.
    assert_eq!(world.mock.received("GetJWKS").len(), 1);
}

async fn nobody_is_told_why(world: &World) {
    for path in ["/public", "/maybe", "/state"] {
        let answer = world.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let text = answer.text().await.unwrap();
        let expected = ["hello", "nobody", "session-token-missing"];
        assert!(expected.contains(&text.as_str()), "{path}: {text}");
    }
    for path in ["/me", "/billing", "/admin"] {
        let answer = world.get(path).send().await.unwrap();
        let (status, code, challenge) = error(answer).await;
        assert_eq!((status, code.as_str()), (401, "session-token-missing"), "{path}");
        assert_eq!(challenge.as_deref(), Some("Bearer"), "{path}");
    }
    let expired = world.ada().issued_ago(Duration::from_secs(120)).token();
    let forged = world.ada().forged().token();
    let elsewhere = world.mock.sign_in(&world.ada).authorized_party("https://evil.example.com").token();
    let pending = world.ada().pending().token();
    for (token, code) in [
        (expired.as_str(), "token-expired"),
        (&forged, "token-invalid-signature"),
        (&elsewhere, "token-invalid-authorized-parties"),
        (&pending, "session-pending"),
        ("a.b.c", "token-invalid"),
        ("ak_0123", "token-type-not-supported"),
    ] {
        assert_eq!(world.text("/maybe", token).await, "nobody", "{code}");
        assert_eq!(world.text("/state", token).await, code);
        let answer = world.get("/me").bearer_auth(token).send().await.unwrap();
        let challenge = format!(r#"Bearer error="invalid_token", error_description="{code}""#);
        assert_eq!(error(answer).await, (401, code.to_owned(), Some(challenge)));
    }
}

/// The status and the code for a request with these `Authorization` headers and a good cookie.
async fn with_authorization(world: &World, values: &[&[u8]]) -> (u16, String) {
    let cookie = format!("__session={}", world.ada().token());
    let request = world.get("/me").header("cookie", cookie);
    refusal(values.iter().fold(request, |request, value| request.header("authorization", *value))).await
}

async fn two_authorization_headers_are_rejected(world: &World) {
    let good = format!("Bearer {}", world.ada().token());
    for other in [good.as_bytes(), b"Bearer a.b.c", b"Basic dTpw", b"x", b"", b"Bearer \xc3\xa9"] {
        for pair in [[good.as_bytes(), other], [other, good.as_bytes()], [other, other]] {
            let refused = with_authorization(world, &pair).await;
            assert_eq!(refused, (401, "token-invalid".to_owned()), "{}", other.escape_ascii());
        }
    }
}

/// Checks that a header which is not UTF-8 counts like any other, in frameworks that pass it on.
pub(crate) async fn headers_that_are_not_utf_8_count<S: Future<Output = Running>>(
    start: impl Fn(Setup) -> S,
) {
    let mut world = World::new().await;
    let running = start(world.setup()).await;
    world.url = running.url.clone();
    let good = format!("Bearer {}", world.ada().token());
    for bytes in [&b"Bearer \xff"[..], b"\xff\xfe"] {
        for pair in [[good.as_bytes(), bytes], [bytes, good.as_bytes()], [bytes, bytes]] {
            let refused = with_authorization(&world, &pair).await;
            assert_eq!(refused, (401, "token-invalid".to_owned()), "{}", bytes.escape_ascii());
        }
    }
    assert_eq!(with_authorization(&world, &[b"Bearer \xff"]).await, (401, "token-invalid".to_owned()));
}

/// Checks that a header which is not UTF-8 does not exist, in frameworks that drop it before anything can see it.
pub(crate) async fn headers_that_are_not_utf_8_are_dropped<S: Future<Output = Running>>(
    start: impl Fn(Setup) -> S,
) {
    let mut world = World::new().await;
    let running = start(world.setup()).await;
    world.url = running.url.clone();
    let good = format!("Bearer {}", world.ada().token());
    let bytes = &b"Bearer \xff"[..];
    for pair in [[good.as_bytes(), bytes], [bytes, good.as_bytes()]] {
        let request =
            pair.iter().fold(world.get("/me"), |request, value| request.header("authorization", *value));
        assert_eq!(request.send().await.unwrap().text().await.unwrap(), world.ada.id);
    }
    let alone = world.get("/me").header("authorization", bytes);
    assert_eq!(refusal(alone).await, (401, "session-token-missing".to_owned()));
    let three = [good.as_bytes(), bytes, good.as_bytes()];
    assert_eq!(with_authorization(&world, &three).await, (401, "token-invalid".to_owned()));
}

async fn rights_are_asked_for(world: &World) {
    let member = world.ada().organization("acme", "org:member").permissions([BILLING]).token();
    let admin = world.ada().organization("acme", "org:admin").permissions(["org:other:read"]).token();
    let alone = world.ada().token();
    assert_eq!(world.text("/billing", &member).await, "billing");
    assert_eq!(world.text("/admin", &admin).await, "admin");
    for (path, token) in [("/billing", &admin), ("/billing", &alone), ("/admin", &member), ("/admin", &alone)]
    {
        let answer = world.get(path).bearer_auth(token).send().await.unwrap();
        assert_eq!(error(answer).await, (403, "forbidden".to_owned(), None), "{path}");
    }
}

/// Their `useReverification` looks for this, has the user verified, and sends the request again.
async fn a_verification_is_asked_for_as_clerks_frontends_understand_it(world: &World) {
    assert_eq!(world.text("/erase", &world.ada().factor_ages(Some(1), Some(9)).token()).await, "erased");
    for (first, second, asked) in
        [(1, 10, json!("strict")), (2, 9, json!({"level": "first_factor", "afterMinutes": 1.5}))]
    {
        let token = world.ada().factor_ages(Some(first), Some(second)).token();
        let answer = world.get("/erase").bearer_auth(token).send().await.unwrap();
        let status = answer.status();
        let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        let hint = json!({"type": "forbidden", "reason": "reverification-error",
                          "metadata": {"reverification": asked}});
        assert_eq!((status.as_u16(), &body["clerk_error"]), (403, &hint));
        assert_eq!(body["errors"][0]["code"], "forbidden");
    }
    let member = world.ada().organization("acme", "org:member").token();
    let answer = world.get("/admin").bearer_auth(member).send().await.unwrap().text().await.unwrap();
    assert!(!answer.contains("clerk_error"), "{answer}");
}

async fn webhooks_are_verified(world: &World) {
    let url = format!("{}/webhooks", world.url);
    let send = || world.mock.send_webhook(&url, json!({"type": "user.created", "data": world.ada}));
    let code = |answer: &[u8]| {
        let body: Value = serde_json::from_slice(answer).unwrap();
        body["errors"][0]["code"].as_str().unwrap().to_owned()
    };

    let answer = send().id("msg_1").await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (200, &b"msg_1 user.created"[..]));
    let forged = send().forged().await.unwrap();
    assert_eq!((forged.status().as_u16(), code(forged.body())), (400, "no-matching-signature".to_owned()));
    let replay = send().signed_ago(Duration::from_secs(400)).await.unwrap();
    assert_eq!((replay.status().as_u16(), code(replay.body())), (400, "timestamp-too-old".to_owned()));
    let bare = world.client.post(&url).body("{}");
    assert_eq!(refusal(bare).await, (400, "missing-header".to_owned()));
    // Half a mebibyte is more than some frameworks take by default, and more than a whole one is refused.
    let large = world.mock.send_webhook(&url, json!({"type": "a", "data": "x".repeat(1 << 19)}));
    assert_eq!(large.id("msg_2").await.unwrap().body().as_ref(), b"msg_2 a");
    let too_large =
        world.mock.send_webhook(&url, json!({"type": "a", "data": "x".repeat(1 << 20)})).await.unwrap();
    assert_eq!((too_large.status().as_u16(), code(too_large.body())), (413, "body-too-large".to_owned()));
}

async fn callers_are_of_the_type_that_a_handler_takes<S: Future<Output = Running>>(
    world: &mut World,
    start: &impl Fn(Setup) -> S,
) {
    let sessions_alone = std::mem::take(&mut world.url);
    let clerk = world.mock.client();
    let acme = clerk.organizations().create("Acme").created_by(&world.ada.id).await.unwrap().id;
    let key = clerk.api_keys().create("a program of Ada's", &world.ada.id).await.unwrap().secret;
    let org_key = clerk.api_keys().create("a program of Acme's", &acme).await.unwrap().secret;
    let layer = ClerkLayer::new(&clerk).accepts([TokenType::Session, TokenType::ApiKey]);
    let running = start(Setup { layer: Some(layer), webhook: None, guarded: false }).await;
    world.url = running.url.clone();
    let (ada, token) = (world.ada.id.clone(), world.ada().token());

    assert_eq!(world.text("/me", &token).await, ada);
    assert_eq!(world.text("/machine", &key).await, format!("{:?} None", Some(&ada)));
    assert_eq!(world.text("/machine", &org_key).await, format!("None {:?}", Some(&acme)));
    for (credential, subject) in [(&token, &ada), (&key, &ada), (&org_key, &acme)] {
        assert_eq!(world.text("/caller", credential).await, *subject);
        assert_eq!(world.text("/state", credential).await, "signed in");
    }
    for (path, credential) in [("/me", &key), ("/me", &org_key), ("/admin", &key), ("/machine", &token)] {
        let refused = refusal(world.get(path).bearer_auth(credential)).await;
        assert_eq!(refused, (401, "token-type-not-supported".to_owned()), "{path}");
    }
    for path in ["/me", "/machine", "/caller"] {
        assert_eq!(refusal(world.get(path)).await, (401, "session-token-missing".to_owned()), "{path}");
    }
    for (path, credential, text) in [
        ("/maybe", &key, "nobody"),
        ("/maybe", &token, ada.as_str()),
        ("/maybe-machine", &org_key, &acme),
        ("/maybe-machine", &token, "no program"),
    ] {
        assert_eq!(world.text(path, credential).await, text, "{path}");
    }
    world.url = sessions_alone;
}

async fn a_forgotten_layer_lets_nobody_through<S: Future<Output = Running>>(
    world: &mut World,
    start: &impl Fn(Setup) -> S,
) {
    let token = world.ada().organization("acme", "org:admin").permissions([BILLING]).token();
    let wrong = ClerkLayer::new(&world.mock.client()).authorized_parties([""; 0]);
    assert!(wrong.clone().checked().is_err());
    let no_clerk = clerk_sdk::Clerk::builder("sk_test_x")
        .server_url("http://127.0.0.1:9/v1")
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let away = ClerkLayer::new(&no_clerk);
    // Without a token the state is known while Clerk is away, and is not without a layer that works.
    for (layer, status, code, state) in [
        (None, 500, "clerk-not-configured", (500, "clerk-not-configured")),
        (Some(wrong), 500, "clerk-not-configured", (500, "clerk-not-configured")),
        (Some(away), 503, "jwk-remote-failed-to-load", (200, "session-token-missing")),
    ] {
        let running = start(Setup { layer, webhook: None, guarded: false }).await;
        world.url = running.url.clone();
        for path in ["/me", "/billing", "/admin"] {
            let answer = world.get(path).bearer_auth(&token).send().await.unwrap();
            assert_eq!(error(answer).await, (status, code.to_owned(), None), "{path}");
        }
        assert_eq!(world.text("/public", &token).await, "hello");
        let response = world.get("/state").send().await.unwrap();
        assert_eq!(response.status(), state.0, "{code}");
        assert!(response.text().await.unwrap().contains(state.1), "{code}");
        let webhook = world.client.post(format!("{}/webhooks", world.url)).body("{}");
        let refused = webhook.send().await.unwrap().status();
        assert!(refused == reqwest::StatusCode::INTERNAL_SERVER_ERROR || refused == 404, "{refused}");
    }
}
