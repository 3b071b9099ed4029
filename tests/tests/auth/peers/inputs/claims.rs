//! Session tokens whose signature is good, with odd claims.

use clerk_tests::random::Random;
use clerk_tests::tokens::Signer;
use serde_json::{Value, json};

use super::{Input, Token, anything, shown, verify, with};
use crate::common::{NOW, claims};

const NAMES: [&str; 20] = [
    "sub",
    "exp",
    "nbf",
    "iat",
    "iss",
    "azp",
    "aud",
    "sid",
    "v",
    "sts",
    "jti",
    "act",
    "fva",
    "o",
    "fea",
    "pla",
    "org_id",
    "org_role",
    "org_permissions",
    "custom",
];

pub fn inputs() -> Vec<Input> {
    [each_claim(), dates(), parties(), audiences(), issuers(), several()].into_iter().flatten().collect()
}

fn token(claims: Value) -> Token {
    Token::new(Signer::one().header(), claims)
}

fn each_claim() -> Vec<Input> {
    let mut inputs = Vec::new();
    for name in NAMES {
        for value in anything() {
            let token = token(with(claims(json!({})), name, value.as_ref()));
            inputs.push(verify(format!("{name} = {}", shown(value.as_ref())), &token, json!({})));
        }
    }
    inputs
}

fn dates() -> Vec<Input> {
    let offsets = [
        -86_400.0, -61.0, -60.0, -59.0, -6.0, -5.5, -5.001, -5.0, -4.999, -4.5, -4.0, -1.0, -0.5, 0.0, 0.5,
        1.0, 4.0, 4.5, 4.999, 5.0, 5.001, 5.5, 6.0, 59.0, 60.0, 61.0, 86_400.0,
    ];
    #[allow(clippy::cast_precision_loss, reason = "it is small")]
    let fractions = offsets.map(|offset| json!(NOW as f64 + offset));
    #[allow(clippy::cast_possible_truncation, reason = "they are whole")]
    let whole =
        offsets.iter().filter(|offset| offset.fract() == 0.0).map(|offset| json!(NOW + *offset as i64));
    let texts = [-5, 0, 60].map(|offset| json!((NOW + offset).to_string()));
    let extremes = [
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(9_223_372_036_854_775_808_u64),
        json!(1e300),
        json!(-1e300),
        json!(0),
        json!(-1),
        json!(8_640_000_000_000_i64),
        json!(8_640_000_000_001_i64),
        json!(253_402_300_800_i64),
        json!(NOW * 1000),
    ];
    let values: Vec<Value> = whole.chain(fractions).chain(texts).chain(extremes).collect();
    let mut inputs = Vec::new();
    for name in ["exp", "nbf", "iat"] {
        for value in &values {
            let token = token(with(claims(json!({})), name, Some(value)));
            for skew in [json!(null), json!(0), json!(999), json!(60_000)] {
                inputs.push(verify(
                    format!("{name} = {value} at {NOW}, skew {skew}"),
                    &token,
                    json!({"clock_skew_ms": skew}),
                ));
            }
        }
    }
    inputs
}

/// Each of these values of a claim with each of these settings.
fn crossed(claim: &str, values: &Value, setting: &str, settings: &Value) -> Vec<Input> {
    let mut inputs = Vec::new();
    let values = values.as_array().unwrap().iter().cloned().map(Some);
    for value in std::iter::once(None).chain(values).chain(anything()) {
        let token = token(with(claims(json!({})), claim, value.as_ref()));
        for configured in settings.as_array().unwrap() {
            let about = format!("{claim} = {}, {setting} = {configured}", shown(value.as_ref()));
            inputs.push(verify(about, &token, json!({ setting: configured })));
        }
    }
    inputs
}

fn parties() -> Vec<Input> {
    let app = "https://app.example.com";
    let values = json!([
        app,
        "https://app.example.com/",
        "HTTPS://APP.EXAMPLE.COM",
        "https://evil.example.com",
        [app],
        "null",
        " https://app.example.com",
        "app.example.com",
        "https://app.example.com:443",
        "https://app",
    ]);
    crossed("azp", &values, "authorized_parties", &json!([[app], ["https://x.example", app], [""], []]))
}

fn audiences() -> Vec<Input> {
    let values = json!(["api", "API", "api ", ["api"], ["x", "api"], ["api", 1], ["api", ""], ["x", "y"], "a", ["a"],
                        {"api": "api"}, [["api"]]]);
    crossed("aud", &values, "audience", &json!([null, ["api"], ["y", "api"], [""], []]))
}

fn issuers() -> Vec<Input> {
    let values =
        json!(["https://clerk.example.com/", "http://clerk.example.com", ["https://clerk.example.com"]]);
    let issuer = "https://clerk.example.com";
    crossed("iss", &values, "issuer", &json!([[issuer], ["https://x.example", issuer], [""]]))
}

/// Two to four odd claims at once, and odd settings.
fn several() -> Vec<Input> {
    let mut random = Random::new(1);
    let anything = anything();
    let odd_dates = [-86_400, -5, -4, 0, 5, 6, 60].map(|offset| Some(json!(NOW + offset)));
    let parties = [json!(null), json!(["https://app.example.com"]), json!(["x"])];
    let audiences = [json!(null), json!(null), json!(["x"])];
    (0..600)
        .map(|_| {
            let mut all = claims(json!({}));
            let mut about = String::new();
            for _ in 0..2 + random.below(3) {
                let name = random.one_of(&NAMES);
                let dated = matches!(*name, "exp" | "nbf" | "iat") && random.below(4) > 0;
                let value = random.one_of(if dated { &odd_dates[..] } else { &anything });
                all = with(all, name, value.as_ref());
                about += &format!("{name} = {}; ", shown(value.as_ref()));
            }
            let parties = random.one_of(&parties);
            let audience = random.one_of(&audiences);
            let changes = json!({"authorized_parties": parties, "audience": audience});
            verify(format!("{about}{changes}"), &token(all), changes)
        })
        .collect()
}
