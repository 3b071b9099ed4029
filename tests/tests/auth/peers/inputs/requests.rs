//! Where in a request a session token is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use clerk_tests::tokens::Signer;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde_json::json;

use super::{Input, PUBLISHABLE_KEY, Token, request};
use crate::common::NOW;

pub fn inputs() -> Vec<Input> {
    [headers(), cookies(), refused()].into_iter().flatten().collect()
}

/// What the names of the instance's cookies end with.
fn suffix() -> String {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, PUBLISHABLE_KEY.as_bytes());
    URL_SAFE.encode(hash)[..8].to_owned()
}

fn user(name: &str) -> Token {
    Token::session(json!({ "sub": name }))
}

fn headers() -> Vec<Input> {
    let (token, other) = (user("user_1"), user("user_2"));
    let (text, cookie) = (&token.text, &other.text);
    let values = [
        format!("Bearer {text}"),
        format!("bearer {text}"),
        format!("BEARER {text}"),
        format!("Bearer  {text}"),
        format!("Bearer {text}  "),
        format!("  Bearer {text}"),
        text.clone(),
        format!("  {text}  "),
        format!("Token {text}"),
        "Basic dTpw".into(),
        format!("Basic {text}"),
        "Bearer".into(),
        "Bearer ".into(),
        String::new(),
        format!("Bearer {text} {cookie}"),
        format!("Bearer {text}, Bearer {cookie}"),
        format!("Bearer: {text}"),
        format!("Bearer\t{text}"),
        format!("Bearer{text}"),
        format!("{text} Bearer"),
        format!("{text} "),
        format!("Bearer Bearer {text}"),
        format!("Bearer \"{text}\""),
        format!("Bearer={text}"),
        "Bearer x".into(),
        "Bearer a.b.c".into(),
        "a.b.c".into(),
        "x".into(),
        "Bearer null".into(),
        "Bearer undefined".into(),
        format!("Bearer {text}."),
        format!("Bearer {}", Signer::two().session(&token.claims)),
    ];
    let mut inputs = Vec::new();
    for value in values {
        for cookies in ["", "good", "bad"] {
            let mut headers = vec![json!(["authorization", value])];
            match cookies {
                "good" => headers.push(json!(["cookie", format!("__session={cookie}; __client_uat=1")])),
                "bad" => headers.push(json!(["cookie", "__session=x; __client_uat=1"])),
                _ => {}
            }
            let about = format!(
                "authorization {:?}, {cookies} cookie",
                value.replace(text, "T").replace(cookie, "C")
            );
            inputs.push(request(about, &token, headers.into(), json!({})));
        }
    }
    let twice =
        json!([["authorization", format!("Bearer {text}")], ["authorization", format!("Bearer {cookie}")]]);
    inputs.push(request("two authorization headers", &token, twice, json!({})));
    for name in ["Authorization", "AUTHORIZATION"] {
        inputs.push(request(name, &token, json!([[name, format!("Bearer {text}")]]), json!({})));
    }
    for name in ["x-authorization", "proxy-authorization", "x-clerk-auth-token"] {
        inputs.push(request(name, &token, json!([[name, format!("Bearer {text}")]]), json!({})));
    }
    inputs
}

/// `T` and `O` stand for tokens of two users, `S` for the suffix of the instance.
const COOKIES: [&str; 36] = [
    "",
    "a=b",
    "__session=T",
    "__session=",
    "__session",
    "__session=x",
    "__session=\"T\"",
    "__session=T; a=b",
    "a=b; __session=T",
    "a=b;__session=T",
    "a=b;  __session=T  ",
    "__session = T",
    "__session=T; __session=O",
    "__session=x; __session=T",
    "__session=; __session=T",
    "__session_S=T",
    "__session_S=T; __session=O",
    "__session=O; __session_S=T",
    "__session_S=x; __session=T",
    "__session_S=; __session=T",
    "__session_S=T; __session=x",
    "__session_XXXXXXXX=T",
    "__session_XXXXXXXX=T; __session=O",
    "__session_XXXXXXXX=T; __session_S=O",
    "__session_S=T; __session_S=O",
    "__Session=T",
    "__SESSION=T",
    "__sessionx=T",
    "x__session=T",
    "session=T",
    "__Host-__session=T",
    "%5F_session=T",
    "__session=%T",
    "__session=T%20",
    "__session=T,O",
    "__refresh_S=x; __session=T",
];

fn cookies() -> Vec<Input> {
    let (token, other) = (user("user_1"), user("user_2"));
    let suffix = suffix();
    // What says since when the browser is signed in, for those that look at it.
    let since = format!("; __client_uat=1; __client_uat_{suffix}=1");
    let later = format!("; __client_uat={0}; __client_uat_{suffix}={0}", NOW + 1);
    let out = format!("; __client_uat=0; __client_uat_{suffix}=0");
    let mut inputs = Vec::new();
    for cookies in COOKIES {
        for (uat, what) in [
            (&since, "signed in before"),
            (&later, "signed in later"),
            (&out, "signed out"),
            (&String::new(), "no __client_uat"),
        ] {
            let text =
                cookies.replace("_S=", &format!("_{suffix}=")).replace("=O", &format!("={}", other.text));
            let text = text
                .replace("=T", &format!("={}", token.text))
                .replace("\"T\"", &format!("\"{}\"", token.text));
            let text = text
                .replace("%T", &token.text.replace('.', "%2E"))
                .replace(",O", &format!(",{}", other.text));
            let headers = json!([["cookie", format!("{text}{uat}")]]);
            inputs.push(request(format!("cookies {cookies:?}, {what}"), &token, headers, json!({})));
        }
    }
    let two = json!([["cookie", format!("a=b{since}")], ["cookie", format!("__session={}", token.text)]]);
    inputs.push(request("two cookie headers", &token, two, json!({})));
    inputs
}

/// Good and bad tokens, from the header and from a cookie, with settings.
fn refused() -> Vec<Input> {
    let mut inputs = Vec::new();
    let changes = json!([
        {}, {"sts": "pending"}, {"sts": "active"}, {"sts": "x"}, {"exp": NOW - 5}, {"exp": NOW - 4}, {"nbf": NOW + 6}, {"iat": NOW + 6},
        {"azp": "https://evil.example.com"}, {"azp": null}, {"aud": "api"}, {"sub": null}, {"sub": ""}, {"sid": null},
        {"iss": "https://clerk.other.example"}, {"iss": null}, {"v": null}, {"sub": "mch_1"},
        {"o": {"id": "org_1", "rol": "admin", "slg": "acme", "per": "read,manage", "fpm": "3"}, "fea": "o:billing"},
        {"o": {"id": "org_1", "rol": "admin", "per": "read", "fpm": "1"}, "fea": "u:x,o:billing"},
        {"v": null, "org_id": "org_1", "org_role": "org:admin", "org_slug": "acme", "org_permissions": ["org:a:b"]},
        {"v": null, "org_id": "org_1", "org_role": "admin", "org_permissions": ["a:b"]},
        {"org_id": "org_9", "org_role": "org:admin"}, {"o": {"rol": "admin"}, "org_id": "org_9"},
        {"v": 3, "o": {"id": "org_1", "rol": "admin"}}, {"v": 3, "org_id": "org_1", "org_role": "org:admin"}, {"v": "2", "o": {"id": "org_1"}}, {"act": {"sub": "user_9"}},
        {"o": {"id": "org_1", "rol": "org:admin"}}, {"o": {"id": "org_1", "rol": "admin", "per": "x", "fpm": "1,1"}, "fea": "o:a,o:b"},
    ]);
    let settings = json!([{}, {"accept_pending": true}, {"authorized_parties": ["https://app.example.com"]},
                          {"audience": ["api"]}, {"accepts": "any"}, {"accepts": ["session_token", "api_key"]}]);
    for changes in changes.as_array().unwrap() {
        let token = Token::session(changes.clone());
        for settings in settings.as_array().unwrap() {
            let cookie = format!("__session={}; __client_uat=1", token.text);
            for headers in
                [json!([["authorization", format!("Bearer {}", token.text)]]), json!([["cookie", cookie]])]
            {
                let about = format!("{} with {changes}, settings {settings}", headers[0][0]);
                inputs.push(request(about, &token, headers, settings.clone()));
            }
        }
    }
    inputs
}
