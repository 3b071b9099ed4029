//! What Clerk's own SDKs for JavaScript and Python decide about the same tokens and requests. Each difference must be one
//! that is listed, in `differences.rs` and in `docs/decisions.md`.

mod differences;
mod inputs;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use clerk_tests::clients::{Missing, javascript, obtained, python};
use clerk_tests::driver::Driver;
use clerk_tests::server::{Recorded, Reply, Server};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use self::differences::{DIFFERENCES, Difference};
use self::inputs::Input;

/// Whose decisions ours are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sdk {
    JavaScript,
    Python,
}

/// What an SDK decided: who it is, or why not.
#[derive(Debug)]
struct Decision(Result<Value, String>);

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    WeRefuse,
    WeAccept,
    /// Both accept, and do not agree on who it is and what it may do.
    WhoItIs,
    /// Both refuse, for reasons that have the same names and are not the same.
    Reason,
}

impl Decision {
    fn read(answer: &Value) -> Self {
        match (answer.get("accepted"), answer["refused"].as_str()) {
            (Some(who), _) => Self(Ok(who.clone())),
            (None, reason) => Self(Err(reason.expect("a decision").to_owned())),
        }
    }

    /// Ours, as the driver tells it.
    fn ours(answer: &Value) -> Self {
        match (&answer["ok"], &answer["err"]) {
            (Value::Bool(true), _) => Self(Ok(json!({}))),
            (Value::Bool(false), _) => Self(Err("does not have it".to_owned())),
            (Value::Null, error) => Self(Err(error["reason"].as_str().unwrap_or("config").to_owned())),
            (ok, _) => Self(Ok(json!({
                "type": ok["token_type"], "subject": ok["subject"], "session": ok["session_id"], "org": ok["org_id"],
                "role": ok["org_role"], "permissions": ok["org_permissions"], "scopes": ok["scopes"],
            }))),
        }
    }
}

/// The reasons that have one meaning in all SDKs.
const REASONS: [&str; 8] = [
    "session-token-missing",
    "token-expired",
    "token-not-active-yet",
    "token-iat-in-the-future",
    "token-invalid-algorithm",
    "token-invalid-authorized-parties",
    "token-invalid-signature",
    "jwk-kid-mismatch",
];

fn difference(ours: &Decision, theirs: &Decision) -> Option<Outcome> {
    match (&ours.0, &theirs.0) {
        (Ok(_), Err(_)) => Some(Outcome::WeAccept),
        (Err(_), Ok(_)) => Some(Outcome::WeRefuse),
        (Ok(ours), Ok(theirs)) => {
            let same = |(name, value): (&String, &Value)| {
                ours.get(name).is_none_or(|own| normal(own) == normal(value))
            };
            (!theirs.as_object().expect("who it is").iter().all(same)).then_some(Outcome::WhoItIs)
        }
        (Err(ours), Err(theirs)) => {
            let known = |reason: &String| REASONS.contains(&reason.as_str());
            (known(ours) && known(theirs) && ours != theirs).then_some(Outcome::Reason)
        }
    }
}

/// Lists without order, and one way to say that there is nothing.
fn normal(value: &Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() => Value::Null,
        Value::Array(all) if all.is_empty() => Value::Null,
        Value::Array(all) => {
            let mut all = all.clone();
            all.sort_by_key(Value::to_string);
            all.into()
        }
        value => value.clone(),
    }
}

/// Clerk, as far as keys and opaque credentials go. What the credential is called in the body, and where, is up to
/// each SDK: this is about what they make of the answer.
fn clerk() -> Server {
    let (key_sets, credentials) = (inputs::key_sets(), inputs::opaque_credentials());
    Server::answering(move |request: &Recorded| {
        if request.target.ends_with("/jwks") {
            let key = request.header("authorization").unwrap_or_default().trim_start_matches("Bearer ");
            return Reply::json(200, &key_sets[key].to_string());
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let credential = body.as_object().and_then(|body| body.values().next()).and_then(Value::as_str);
        let name = credential.and_then(|text| text.split_once('_')).unwrap_or_default().1;
        match credentials.get(name) {
            Some(answer) => {
                let status = answer[0].as_u64().and_then(|status| u16::try_from(status).ok());
                Reply::json(status.expect("a status"), &answer[1].to_string())
            }
            None => Reply::json(404, r#"{"errors":[]}"#),
        }
    })
}

fn theirs(mut command: Command, inputs: &[Input]) -> Vec<Value> {
    let lines: Vec<&Value> = inputs.iter().map(|input| &input.line).collect();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a process");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(json!(lines).to_string().as_bytes()).expect("all of it");
    drop(stdin);
    let output = child.wait_with_output().expect("its output");
    assert!(output.status.success(), "{command:?} failed");
    serde_json::from_slice(&output.stdout).expect("an array of decisions")
}

/// What is asked, and what we decide. The server goes on for the others.
struct Asked {
    _server: Server,
    inputs: Vec<Input>,
    ours: Vec<Decision>,
}

/// The same for all tests.
async fn asked() -> &'static Asked {
    static ASKED: OnceCell<Asked> = OnceCell::const_new();
    ASKED.get_or_init(ask).await
}

async fn ask() -> Asked {
    let server = clerk();
    let inputs = inputs::all(&server.url());
    let mut driver = Driver::default();
    let mut ours = Vec::new();
    for input in &inputs {
        let mut line = input.line.clone();
        line["id"] = json!(1);
        let answer = driver.answer(line.to_string().as_bytes()).await;
        assert_ne!(answer["err"]["kind"], "driver", "{}: {answer}", input.about);
        ours.push(Decision::ours(&answer));
    }
    Asked { _server: server, inputs, ours }
}

async fn compare(sdk: Sdk, script: fn(&Path) -> Result<Command, Missing>) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let installed = tokio::task::spawn_blocking(move || script(folder)).await.expect("no panic");
    let Some(command) = obtained(installed) else { return };
    let Asked { inputs, ours, .. } = asked().await;
    let theirs = tokio::task::spawn_blocking(|| theirs(command, inputs)).await.expect("no panic");
    assert_eq!(inputs.len(), theirs.len());

    let mut needed = BTreeSet::new();
    let mut unexplained = Vec::new();
    let (mut compared, mut accepted, mut differ) = (0, 0, 0);
    for ((input, ours), theirs) in inputs.iter().zip(ours).zip(&theirs) {
        if theirs.is_null() {
            continue;
        }
        let theirs = Decision::read(theirs);
        compared += 1;
        accepted += usize::from(ours.0.is_ok());
        let Some(outcome) = difference(ours, &theirs) else { continue };
        differ += 1;
        let explains =
            |one: &Difference| one.sdks.contains(&sdk) && one.outcome == outcome && (one.is)(input);
        match DIFFERENCES.iter().position(explains) {
            Some(at) => drop(needed.insert(at)),
            None => unexplained.push(format!(
                "{outcome:?}: {}\n  ours   {:?}\n  theirs {:?}",
                input.about, ours.0, theirs.0
            )),
        }
    }

    println!("{sdk:?}: {compared} inputs, of which we accept {accepted}, {differ} differences");
    let some = unexplained.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(some.is_empty(), "{} differences from {sdk:?} are not listed:\n{some}", unexplained.len());
    for (at, one) in DIFFERENCES.iter().enumerate().filter(|(_, one)| one.sdks.contains(&sdk)) {
        assert!(needed.contains(&at), "{sdk:?} decides no input otherwise for this: {}", one.what);
    }
    // Comparing what everybody refuses would show nothing.
    assert!(compared > 3000 && accepted > compared / 5, "{compared} inputs, of which {accepted} accepted");
}

#[test]
fn the_differences_are_in_the_documentation() {
    let page = include_str!("../../../../docs/decisions.md");
    let table = differences::table();
    assert!(page.contains(table.trim_end()), "docs/decisions.md should say:\n{table}");
}

#[tokio::test]
async fn what_is_listed_as_refused_is_refused() {
    let Asked { inputs, ours, .. } = asked().await;
    let mut accepted = Vec::new();
    for (input, ours) in inputs.iter().zip(ours) {
        let refused = |one: &&Difference| one.outcome == Outcome::WeRefuse && (one.is)(input);
        if let (Ok(who), Some(one)) = (&ours.0, DIFFERENCES.iter().find(refused)) {
            accepted.push(format!("{}: {}\n  {who}", one.what, input.about));
        }
    }
    assert!(accepted.is_empty(), "{} are accepted:\n{}", accepted.len(), accepted.join("\n"));
}

#[tokio::test]
async fn decisions_differ_from_those_of_clerks_javascript_sdk_as_listed() {
    compare(Sdk::JavaScript, |folder| javascript(folder, "decisions.mjs")).await;
}

#[tokio::test]
async fn decisions_differ_from_those_of_clerks_python_sdk_as_listed() {
    compare(Sdk::Python, |folder| python(folder, "decisions.py")).await;
}
