//! What is asked of all SDKs: tokens, requests, and what a user may do.

mod claims;
mod headers;
mod machines;
mod questions;
mod requests;
mod shapes;

use clerk_tests::tokens::Signer;
use serde_json::{Value, json};

use crate::common::{NOW, merged};

/// One thing that is decided about.
pub struct Input {
    /// What is special about it, for whoever reads a failure.
    pub about: String,
    /// The question, as a line of the conformance driver.
    pub line: Value,
    /// What is in the token; null where it is none.
    pub header: Value,
    pub claims: Value,
}

impl Input {
    pub fn option(&self, name: &str) -> &Value {
        &self.line["options"][name]
    }

    pub fn accepts(&self, kind: &str) -> bool {
        match self.option("accepts") {
            Value::Array(kinds) => kinds.contains(&json!(kind)),
            accepts => accepts == "any" || (accepts.is_null() && kind == "session_token"),
        }
    }

    pub fn is_template(&self) -> bool {
        self.line["template"] == true
    }

    /// `None` where there is none, and "" where it is no text.
    pub fn category(&self) -> Option<&str> {
        self.header.get("cat").map(|category| category.as_str().unwrap_or_default())
    }

    /// Whether it says so, by its type or by its subject.
    pub fn is_machine_jwt(&self) -> bool {
        let text = |object: &Value, name: &str| {
            object.get(name).and_then(Value::as_str).unwrap_or_default().to_lowercase()
        };
        text(&self.header, "typ").ends_with("at+jwt") || text(&self.claims, "sub").starts_with("mch_")
    }

    pub fn is_text(&self, claim: &str) -> bool {
        self.claims.get(claim).and_then(Value::as_str).is_some_and(|text| !text.is_empty())
    }

    /// The opaque credential.
    pub fn opaque(&self) -> Option<&str> {
        self.claims.as_str().filter(|text| text.contains('_'))
    }

    /// What the request has in a header.
    pub fn carries(&self, header: &str) -> Option<&str> {
        let mut pairs = self.line["headers"].as_array()?.iter();
        pairs.find(|pair| pair[0].as_str() == Some(header)).and_then(|pair| pair[1].as_str())
    }

    /// Whether its cookies begin with one of these.
    pub fn has_cookies(&self, starts: &[&str]) -> bool {
        let cookies = self.about.strip_prefix("cookies \"");
        cookies.is_some_and(|cookies| starts.iter().any(|start| cookies.starts_with(start)))
    }

    /// Whether the token has a feature of this name.
    pub fn lists(&self, feature: &str) -> bool {
        let features = self.claims["fea"].as_str().unwrap_or_default().split(',');
        features.filter_map(|one| one.split_once(':')).any(|(_, name)| name == feature)
    }

    pub fn asks(&self) -> bool {
        self.line["call"] == "$has"
    }

    pub fn asks_for(&self, kind: &str) -> bool {
        self.asks() && self.line["has"].get(kind).is_some()
    }
}

/// All of them. `server` knows keys and opaque credentials.
pub fn all(server: &str) -> Vec<Input> {
    [
        claims::inputs(),
        headers::inputs(),
        shapes::inputs(server),
        machines::inputs(server),
        requests::inputs(),
        questions::inputs(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub use machines::opaque_credentials;
pub use shapes::key_sets;

/// A token, and what is in it.
#[derive(Clone)]
struct Token {
    header: Value,
    claims: Value,
    text: String,
}

impl Token {
    /// Signed by the key that is configured, with the algorithm that its header names.
    fn new(header: Value, claims: Value) -> Self {
        thread_local! {
            static SIGNER: Signer = Signer::one();
        }
        let text = SIGNER.with(|signer| signer.sign(&header, &claims));
        Self { header, claims, text }
    }

    fn session(changes: Value) -> Self {
        Self::new(Signer::one().header(), crate::common::claims(changes))
    }

    /// The same, of other text.
    fn written(&self, text: impl Into<String>) -> Self {
        Self { text: text.into(), ..self.clone() }
    }
}

/// A publishable key of the instance that issues the tokens.
const PUBLISHABLE_KEY: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";

/// With the key at hand, in which case nothing is fetched.
fn options(changes: Value) -> Value {
    let options = json!({"jwt_key": Signer::one().pem(), "now": NOW, "publishable_key": PUBLISHABLE_KEY});
    merged(options, changes)
}

fn verify(about: impl Into<String>, token: &Token, changes: Value) -> Input {
    let line = json!({"call": "$verify_token", "token": token.text, "options": options(changes)});
    Input { about: about.into(), line, header: token.header.clone(), claims: token.claims.clone() }
}

fn has(about: impl Into<String>, token: &Token, question: &Value, changes: Value) -> Input {
    let mut input = verify(about, token, changes);
    input.line["call"] = "$has".into();
    input.line["has"] = question.clone();
    input
}

fn request(about: impl Into<String>, token: &Token, headers: Value, changes: Value) -> Input {
    let line = json!({"call": "$authenticate", "method": "GET", "url": "https://app.example.com/",
                      "headers": headers, "options": options(changes)});
    Input { about: about.into(), line, header: token.header.clone(), claims: token.claims.clone() }
}

/// The object with a key set, or without it.
fn with(mut object: Value, name: &str, value: Option<&Value>) -> Value {
    match value {
        Some(value) => object[name] = value.clone(),
        None => drop(object.as_object_mut().unwrap().remove(name)),
    }
    object
}

/// Absent, and one of everything that JSON has.
fn anything() -> Vec<Option<Value>> {
    let values = json!([null, "", "x", " ", "user_1", 0, 1, 2, -1, 1.5, true, false, [], ["x"], [""], [null], [1], {},
                        {"id": "org_1"}]);
    let values = values.as_array().unwrap().iter().cloned().map(Some);
    std::iter::once(None).chain(values).collect()
}

fn shown(value: Option<&Value>) -> String {
    value.map_or("absent".to_owned(), Value::to_string)
}
