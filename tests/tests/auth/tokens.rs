//! What a session token must be: each rule with a token that just passes and one that just fails.

use std::time::Duration;

use clerk_sdk::ErrorKind;
use clerk_sdk::auth::{Claims, Reason, Verifier, VerifierBuilder};
use clerk_tests::tokens::Signer;
use serde_json::{Value, json};

use crate::common::{NOW, at, claims, merged, reason, refusal, verifier, verify};

fn session(changes: Value) -> String {
    Signer::one().session(&claims(changes))
}

fn with_header(changes: Value) -> String {
    let signer = Signer::one();
    signer.sign(&merged(signer.header(), changes), &claims(json!({})))
}

/// What a verifier with these settings makes of a token with these claims.
#[track_caller]
fn outcome(configure: impl FnOnce(VerifierBuilder) -> VerifierBuilder, changes: Value) -> Result<(), Reason> {
    let verifier = configure(verifier()).build().unwrap();
    verifier.verify_now(session(changes)).map(drop).map_err(|error| error.reason())
}

#[test]
fn a_session_token_is_accepted() {
    let claims = verify(&session(json!({}))).unwrap();

    assert_eq!(claims.user_id(), Some("user_1"));
    assert_eq!(claims.session_id(), Some("sess_1"));
    assert_eq!(claims.issuer(), Some("https://clerk.example.com"));
    assert_eq!(claims.authorized_party(), Some("https://app.example.com"));
    assert_eq!(claims.expires_at().unwrap().as_millis(), (NOW + 60) * 1000);
    assert_eq!(claims.raw()["exp"], NOW + 60);
}

#[test]
fn a_token_expires_when_it_is_older_than_the_skew_allows() {
    assert!(verify(&session(json!({"exp": NOW - 4}))).is_ok());
    assert_eq!(refusal(&session(json!({"exp": NOW - 5}))), Reason::TokenExpired);
    assert_eq!(refusal(&session(json!({"exp": NOW - 6}))), Reason::TokenExpired);
}

#[test]
fn a_token_is_good_from_when_it_says_less_the_skew() {
    assert!(verify(&session(json!({"nbf": NOW + 5}))).is_ok());
    assert_eq!(refusal(&session(json!({"nbf": NOW + 6}))), Reason::TokenNotActiveYet);
    assert!(verify(&session(json!({"iat": NOW + 5}))).is_ok());
    assert_eq!(refusal(&session(json!({"iat": NOW + 6}))), Reason::TokenIatInTheFuture);
}

#[test]
fn the_skew_can_be_set() {
    let none = |builder: VerifierBuilder| builder.clock_skew(Duration::ZERO);
    assert_eq!(outcome(none, json!({"exp": NOW + 1})), Ok(()));
    assert_eq!(outcome(none, json!({"exp": NOW})), Err(Reason::TokenExpired));
    assert_eq!(outcome(none, json!({"nbf": NOW + 1})), Err(Reason::TokenNotActiveYet));
    let minute = |builder: VerifierBuilder| builder.clock_skew(Duration::from_secs(60));
    assert_eq!(outcome(minute, json!({"exp": NOW - 59})), Ok(()));
    let all = |builder: VerifierBuilder| builder.clock_skew(Duration::MAX);
    assert_eq!(outcome(all, json!({"exp": i64::MIN})), Ok(()));
}

#[test]
fn a_fraction_of_a_second_does_not_count() {
    assert_eq!(refusal(&session(json!({"exp": NOW as f64 - 4.1}))), Reason::TokenExpired);
    assert!(verify(&session(json!({"exp": NOW as f64 - 3.9}))).is_ok());
    assert!(verify(&session(json!({"nbf": NOW as f64 + 5.9}))).is_ok());
    assert_eq!(refusal(&session(json!({"nbf": NOW as f64 + 6.1}))), Reason::TokenNotActiveYet);
}

#[test]
fn a_date_that_is_none_makes_a_token_invalid() {
    assert!(verify(&session(json!({"nbf": null, "iat": null}))).is_ok());
    assert_eq!(refusal(&session(json!({"exp": null}))), Reason::TokenInvalid);
    for date in
        [json!("1700000060"), json!(true), json!([]), json!(9_223_372_036_854_775_808_u64), json!(1e30)]
    {
        for name in ["exp", "nbf", "iat"] {
            assert_eq!(refusal(&session(json!({ name: date }))), Reason::TokenInvalid, "{name}: {date}");
        }
    }
    assert!(verify(&session(json!({"exp": i64::MAX}))).is_ok());
    assert!(verify(&session(json!({"nbf": i64::MIN, "iat": -1e18}))).is_ok());
    let signer = Signer::one();
    let null = signer.sign_text(&signer.header().to_string(), r#"{"sub":"user_1","exp":null}"#, "RS256");
    assert_eq!(refusal(&null), Reason::TokenInvalid);
    for claims in [
        r#"{"sub":"user_1","exp":1e400}"#,
        r#"{"sub":"user_1","exp":-9223372036854775809}"#,
        r#"{"sub":"user_1","exp":10000000000,"nbf":-9223372036854775809}"#,
    ] {
        let token = signer.sign_text(&signer.header().to_string(), claims, "RS256");
        assert_eq!(refusal(&token), Reason::TokenInvalid, "{claims}");
    }
}

#[test]
fn a_token_is_about_somebody() {
    for subject in [json!(""), json!(7), json!(["user_1"])] {
        assert_eq!(refusal(&session(json!({ "sub": subject }))), Reason::TokenInvalid, "{subject}");
    }
    assert_eq!(refusal(&session(json!({"sub": null}))), Reason::TokenInvalid);
    assert_eq!(refusal(&session(json!({"sub": "mch_1"}))), Reason::TokenTypeNotSupported);
    assert!(verify(&session(json!({"sub": "mchx_1"}))).is_ok());
}

#[test]
fn the_category_says_what_kind_of_token_it_is() {
    for category in ["cl_B7d4PD111AAA", "cl_I7d4PD111III"] {
        assert!(verify(&with_header(json!({ "cat": category }))).is_ok(), "{category}");
    }
    assert!(verify(&with_header(json!({"cat": null}))).is_ok());
    let others = ["cl_B7d4PD222AAA", "cl_B7d4PD333AAA", "cl_B7d4PD444AAA", "cl_b7d4pd111aaa", ""];
    for category in others.map(Value::from).into_iter().chain([json!(1), json!(["cl_B7d4PD111AAA"])]) {
        let token = with_header(json!({ "cat": category }));
        assert_eq!(refusal(&token), Reason::TokenTypeNotSupported, "{category}");
    }
}

/// The header of a token whose category does not say that it is a session token, in both ways.
fn without_category() -> [Value; 2] {
    [json!({"cat": null}), json!({"cat": "cl_I7d4PD111III"})]
        .map(|category| merged(Signer::one().header(), category))
}

/// Claims of tokens that name no session of a user: JWT templates, tickets, ID tokens.
fn claims_without_a_session() -> Vec<Value> {
    [
        json!({"sid": null}),
        json!({"sid": ""}),
        json!({"sid": "sess"}),
        json!({"sid": "x_sess_1"}),
        json!({"sid": "SESS_1"}),
        json!({"sid": ["sess_1"]}),
        json!({"sid": 1}),
        json!({"sub": "org_1"}),
        json!({"sub": "client_1"}),
        json!({"sub": "USER_1"}),
        json!({"sub": "x user_1"}),
    ]
    .map(claims)
    .into()
}

#[tokio::test]
async fn without_a_session_category_a_token_names_a_session_and_a_user() {
    let verifier = verifier().build().unwrap();
    for header in without_category() {
        let good = Signer::one().sign(&header, &claims(json!({})));
        assert_eq!(verifier.verify(&good).await.unwrap().session_id(), Some("sess_1"));
        for claims in claims_without_a_session() {
            let token = Signer::one().sign(&header, &claims);
            assert_eq!(refusal(&token), Reason::TokenTypeNotSupported, "{header} {claims}");
            assert_eq!(
                reason(verifier.verify(&token).await),
                Reason::TokenTypeNotSupported,
                "{header} {claims}"
            );
        }
    }
}

#[test]
fn a_token_of_the_session_category_needs_no_session_id() {
    for changes in [json!({"sid": null}), json!({"sid": 1}), json!({"sid": null, "sub": "x"})] {
        assert!(verify(&session(changes.clone())).is_ok(), "{changes}");
    }
}

#[test]
fn a_session_that_is_not_named_is_rejected_before_its_dates() {
    for header in without_category() {
        let token = Signer::one().sign(&header, &claims(json!({"sid": null, "exp": 0})));
        assert_eq!(refusal(&token), Reason::TokenTypeNotSupported);
        let nobody = Signer::one().sign(&header, &claims(json!({"sid": null, "sub": null})));
        assert_eq!(refusal(&nobody), Reason::TokenInvalid);
    }
}

#[tokio::test]
async fn a_cached_template_token_without_category_is_no_session() {
    let verifier = verifier().cache_tokens(10).build().unwrap();
    let header = merged(Signer::one().header(), json!({"cat": "cl_B7d4PD222AAA"}));
    let template = Signer::one().sign(&header, &claims(json!({"sid": null})));
    verifier.verify_template(&template).await.unwrap();
    assert_eq!(reason(verifier.verify(&template).await), Reason::TokenTypeNotSupported);
    for header in without_category() {
        let token = Signer::one().sign(&header, &claims(json!({"sid": null})));
        for _ in 0..2 {
            assert_eq!(reason(verifier.verify(&token).await), Reason::TokenTypeNotSupported);
            assert_eq!(reason(verifier.verify_now(&token)), Reason::TokenTypeNotSupported);
        }
    }
}

#[tokio::test]
async fn tokens_of_templates_have_a_check_of_their_own() {
    let verifier = verifier().authorized_parties(["https://app.example.com"]).build().unwrap();
    let template = with_header(json!({"cat": "cl_B7d4PD222AAA"}));

    assert_eq!(verifier.verify_template(&template).await.unwrap().user_id(), Some("user_1"));

    assert_eq!(reason(verifier.verify(&template).await), Reason::TokenTypeNotSupported);
    for category in [json!("cl_B7d4PD111AAA"), json!("cl_I7d4PD111III"), json!(null)] {
        let token = with_header(json!({ "cat": category }));
        assert_eq!(reason(verifier.verify_template(token).await), Reason::TokenTypeNotSupported);
    }
    let signer = Signer::one();
    let header = merged(signer.header(), json!({"cat": "cl_B7d4PD222AAA"}));
    let elsewhere = signer.sign(&header, &claims(json!({"azp": "https://evil.example.com"})));
    assert_eq!(reason(verifier.verify_template(elsewhere).await), Reason::TokenInvalidAuthorizedParties);
}

#[test]
fn the_type_is_jwt_or_absent() {
    assert!(verify(&with_header(json!({"typ": null}))).is_ok());
    for typ in [json!("jwt"), json!("JWS"), json!(""), json!(1)] {
        assert_eq!(refusal(&with_header(json!({ "typ": typ }))), Reason::TokenInvalid, "{typ}");
    }
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        assert_eq!(refusal(&with_header(json!({ "typ": typ }))), Reason::TokenTypeNotSupported, "{typ}");
    }
}

#[test]
fn extensions_that_must_be_understood_are_refused() {
    for crit in [json!(["b64"]), json!([]), json!(false)] {
        assert_eq!(refusal(&with_header(json!({ "crit": crit }))), Reason::TokenInvalid, "{crit}");
    }
    assert!(verify(&with_header(json!({"b64": false}))).is_ok(), "without crit it means nothing");
}

#[test]
fn the_authorized_parties_decide_who_may_use_a_token() {
    let parties =
        |builder: VerifierBuilder| builder.authorized_parties(["https://a.example", "https://b.example"]);
    assert_eq!(outcome(parties, json!({"azp": "https://b.example"})), Ok(()));
    for azp in [
        json!("https://a.example/"),
        json!("https://A.example"),
        json!(""),
        json!(1),
        json!(["https://a.example"]),
    ] {
        let outcome = outcome(parties, json!({ "azp": azp }));
        assert_eq!(outcome, Err(Reason::TokenInvalidAuthorizedParties), "{azp}");
    }
    assert_eq!(outcome(parties, json!({"azp": null})), Err(Reason::TokenInvalidAuthorizedParties));
    assert_eq!(outcome(|builder| builder, json!({"azp": null})), Ok(()));
}

#[test]
fn a_missing_party_is_allowed_on_request_and_a_wrong_one_never() {
    let parties = |builder: VerifierBuilder| {
        builder.authorized_parties(["https://a.example"]).allow_missing_authorized_party()
    };
    assert_eq!(outcome(parties, json!({"azp": null})), Ok(()), "absent");
    assert_eq!(outcome(parties, json!({"azp": "https://a.example"})), Ok(()));
    for azp in [json!("https://b.example"), json!("https://a.example/"), json!(""), json!(1), json!([])] {
        let outcome = outcome(parties, json!({ "azp": azp }));
        assert_eq!(outcome, Err(Reason::TokenInvalidAuthorizedParties), "{azp}");
    }
    let mut null = claims(json!({}));
    null["azp"] = Value::Null;
    let verifier = parties(verifier()).build().unwrap();
    let outcome = verifier.verify_now(Signer::one().session(&null));
    assert_eq!(reason(outcome), Reason::TokenInvalidAuthorizedParties, "null");
}

#[test]
fn an_audience_that_is_configured_must_be_there() {
    let audience = |builder: VerifierBuilder| builder.audience(["api", "jobs"]);
    assert_eq!(outcome(audience, json!({"aud": "jobs"})), Ok(()));
    assert_eq!(outcome(audience, json!({"aud": ["web", "api"]})), Ok(()));
    for aud in
        [json!("web"), json!(""), json!(["web"]), json!([]), json!(["api", 1]), json!(1), json!({"api": 1})]
    {
        assert_eq!(outcome(audience, json!({ "aud": aud })), Err(Reason::TokenInvalidAudience), "{aud}");
    }
    assert_eq!(outcome(audience, json!({"aud": null})), Err(Reason::TokenInvalidAudience));
    assert_eq!(outcome(|builder| builder, json!({"aud": 1})), Ok(()), "without one it is not looked at");
}

#[test]
fn an_issuer_that_is_configured_must_be_the_tokens() {
    let issuer = |builder: VerifierBuilder| builder.issuer("https://clerk.example.com");
    assert_eq!(outcome(issuer, json!({})), Ok(()));
    for iss in [json!("https://clerk.example.com/"), json!(""), json!(["https://clerk.example.com"])] {
        assert_eq!(outcome(issuer, json!({ "iss": iss })), Err(Reason::TokenInvalidIssuer), "{iss}");
    }
    assert_eq!(outcome(issuer, json!({"iss": null})), Err(Reason::TokenInvalidIssuer));
    let two =
        |builder: VerifierBuilder| builder.issuer("https://old.example").issuer("https://clerk.example.com");
    assert_eq!(outcome(two, json!({})), Ok(()));
}

#[test]
fn empty_lists_are_found_when_the_verifier_is_built() {
    let none: [&str; 0] = [];
    for builder in [verifier().authorized_parties(none), verifier().audience(none)] {
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::Config);
    }
}

#[test]
fn a_party_or_issuer_that_no_token_can_have_is_rejected_by_name() {
    let message = |builder: VerifierBuilder| {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        error.to_string()
    };
    for party in
        ["", "https://app.example.com/", "https://*.example.com", "https://a.example,https://b.example"]
    {
        let message = message(verifier().authorized_parties(["https://app.example.com", party]));
        assert!(message.contains("authorized party") && message.contains(party), "{message}");
    }
    for issuer in ["", "https://clerk.example.com/", "clerk.example.com"] {
        let message = message(verifier().issuer("https://old.example").issuer(issuer));
        assert!(message.contains("the issuer") && message.contains(issuer), "{message}");
    }
}

#[test]
fn a_pending_session_is_one() {
    let claims = verify(&session(json!({"sts": "pending"}))).unwrap();

    assert!(claims.is_pending());
    assert!(!verify(&session(json!({"sts": "active"}))).unwrap().is_pending());
}

#[test]
fn the_reasons_have_their_order() {
    let signer = Signer::one();
    let all_wrong = claims(json!({"sub": "", "exp": 0, "nbf": NOW + 99, "iat": NOW + 99, "azp": "x"}));
    let strict = || {
        verifier()
            .authorized_parties(["https://y.example"])
            .audience(["z"])
            .issuer("https://i.example")
            .build()
            .unwrap()
    };
    let check = |header: Value, claims: &Value| reason(strict().verify_now(signer.sign(&header, claims)));
    let header = merged(signer.header(), json!({"cat": "x"}));

    let bad_header = merged(header.clone(), json!({"typ": "x", "crit": [], "alg": "HS256"}));
    assert_eq!(check(bad_header, &all_wrong), Reason::TokenInvalid);
    assert_eq!(
        check(merged(header.clone(), json!({"alg": "HS256"})), &all_wrong),
        Reason::TokenInvalidAlgorithm
    );
    let forged = Signer::two().sign(&header, &all_wrong);
    assert_eq!(reason(strict().verify_now(forged)), Reason::TokenInvalidSignature);
    assert_eq!(check(header, &all_wrong), Reason::TokenTypeNotSupported);
    let mut claims = all_wrong;
    for (fixed, expected) in [
        (json!({}), Reason::TokenInvalid),
        (json!({"sub": "user_1"}), Reason::TokenExpired),
        (json!({"exp": NOW + 60}), Reason::TokenNotActiveYet),
        (json!({"nbf": NOW}), Reason::TokenIatInTheFuture),
        (json!({"iat": NOW}), Reason::TokenInvalidIssuer),
        (json!({"iss": "https://i.example"}), Reason::TokenInvalidAudience),
        (json!({"aud": "z"}), Reason::TokenInvalidAuthorizedParties),
    ] {
        claims = merged(claims, fixed);
        assert_eq!(check(signer.header(), &claims), expected);
    }
}

#[test]
fn a_verifier_remembers_tokens_but_checks_what_they_say_each_time() {
    let time = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(NOW));
    let clock = time.clone();
    let verifier = verifier()
        .clock(move || at(clock.load(std::sync::atomic::Ordering::Relaxed))())
        .cache_tokens(2)
        .build()
        .unwrap();
    let token = session(json!({}));

    for _ in 0..3 {
        assert_eq!(verifier.verify_now(&token).unwrap().user_id(), Some("user_1"));
    }
    time.store(NOW + 65, std::sync::atomic::Ordering::Relaxed);

    assert_eq!(reason(verifier.verify_now(&token)), Reason::TokenExpired);
}

/// What is remembered is what was read the first time, and not only equal to it.
fn is_remembered(verifier: &Verifier, read: &(String, Claims)) -> bool {
    std::ptr::eq(verifier.verify_now(&read.0).unwrap().raw(), read.1.raw())
}

#[test]
fn as_many_tokens_are_remembered_as_was_said_and_the_oldest_are_forgotten() {
    let read = |verifier: &Verifier, id: usize| {
        let token = session(json!({ "sid": format!("sess_{id}") }));
        let claims = verifier.verify_now(&token).unwrap();
        (token, claims)
    };
    let forgetful = verifier().build().unwrap();
    assert!(!is_remembered(&forgetful, &read(&forgetful, 0)));

    // Rounded up to an even number.
    let verifier = verifier().cache_tokens(3).build().unwrap();
    let four = [0, 1, 2, 3].map(|id| read(&verifier, id));
    assert!(four.iter().all(|read| is_remembered(&verifier.clone(), read)));

    let fifth = read(&verifier, 4);

    assert!(four[2..].iter().chain([&fifth]).all(|read| is_remembered(&verifier, read)));
    assert!(four[..2].iter().all(|read| !is_remembered(&verifier, read)));
}

#[tokio::test]
async fn a_token_that_was_verified_as_one_kind_is_not_one_of_another() {
    let verifier = verifier().cache_tokens(10).build().unwrap();
    let (session, template) = (session(json!({})), with_header(json!({"cat": "cl_B7d4PD222AAA"})));
    verifier.verify(&session).await.unwrap();
    verifier.verify_template(&template).await.unwrap();

    assert_eq!(reason(verifier.verify_template(&session).await), Reason::TokenTypeNotSupported);
    assert_eq!(reason(verifier.verify(&template).await), Reason::TokenTypeNotSupported);
    assert_eq!(reason(verifier.verify_m2m(&session).await), Reason::TokenTypeNotSupported);
}

#[test]
fn no_error_contains_the_token() {
    let signer = Signer::one();
    let foreign = Signer::two().session(&claims(json!({})));
    let tokens = [
        session(json!({"exp": 0})),
        session(json!({"sub": ""})),
        with_header(json!({"alg": "HS256"})),
        with_header(json!({"cat": "x"})),
        foreign,
        format!("{}.", signer.session(&claims(json!({})))),
        "SECRET".repeat(3),
    ];
    for token in tokens {
        let error = verify(&token).unwrap_err();
        let printed = format!("{error} {error:?} {}", error.message());
        for part in token.split('.').filter(|part| part.len() > 3) {
            assert!(!printed.contains(part), "{printed}");
        }
    }
}
