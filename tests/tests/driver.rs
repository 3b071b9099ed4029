//! The conformance driver as a program: lines in, lines out.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use clerk_tests::server::{Recorded, Reply, Server, nobody};
use serde_json::{Value, json};

/// The program, running.
struct Driver {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Driver {
    fn start(variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_conformance"))
            .env_clear()
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take(), child.stdout.take().unwrap());
        Self { child, input, output: BufReader::new(output) }
    }

    fn write(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn ask(&mut self, request: &Value) -> Value {
        self.write(&request.to_string());
        self.read()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// A call of an operation on a server, without retries.
fn call(server: &Server, call: &str, rest: Value) -> Value {
    let mut request = json!({"id": call, "call": call, "base_url": server.url(), "secret_key": "sk_test_x",
                             "retry": {"max_elapsed_ms": 0}});
    for (key, value) in rest.as_object().unwrap() {
        request[key] = value.clone();
    }
    request
}

const DELETED: &str = r#"{"id":"user_1","object":"user","deleted":true,"unknown":1}"#;

#[test]
fn a_success_is_answered_with_status_value_and_attempts() {
    let server = Server::scripted([Reply::json(200, DELETED)]);
    let mut driver = Driver::start(&[]);

    let answer = driver.ask(&call(&server, "DeleteUser", json!({"path": {"user_id": "a/b"}})));

    let value = json!({"id": "user_1", "object": "user", "deleted": true});
    let ok = json!({"status": 200, "value": value, "attempts": 1});
    assert_eq!(answer, json!({"id": "DeleteUser", "ok": ok}));
    assert_eq!(server.only().target, "/v1/users/a%2Fb");
}

#[test]
fn arguments_go_where_the_line_says() {
    let server = Server::scripted([Reply::json(400, "{}")]);
    let mut driver = Driver::start(&[]);

    driver.ask(&call(
        &server,
        "GetUserList",
        json!({"query": {"limit": 10, "email_address": ["a@b.c", "d"]}, "headers": {"x-a": "b"}}),
    ));
    driver.ask(&call(
        &server,
        "UpdateUser",
        json!({"path": {"user_id": "user_1"}, "body": {"first_name": null}}),
    ));
    let file = json!({"name": "a.png", "content_type": "image/x", "base64": "aGk="});
    driver.ask(&call(
        &server,
        "UploadOrganizationLogo",
        json!({"path": {"organization_id": "org_1"}, "body": {"uploader_user_id": "user_1"},
               "files": {"file": file}}),
    ));

    let seen = server.seen();
    let sent: Vec<_> = seen.iter().map(|seen| (seen.method.as_str(), seen.target.as_str())).collect();
    assert_eq!(
        sent,
        [
            ("GET", "/v1/users?email_address=a%40b.c&email_address=d&limit=10"),
            ("PATCH", "/v1/users/user_1"),
            ("PUT", "/v1/organizations/org_1/logo"),
        ]
    );
    assert_eq!(seen[0].header("x-a"), Some("b"));
    assert_eq!(seen[0].header("authorization"), Some("Bearer sk_test_x"));
    assert_eq!(seen[1].text(), r#"{"first_name":null}"#);
    let form = seen[2].text();
    assert!(form.contains("name=\"uploader_user_id\"\r\n\r\nuser_1\r\n"), "{form}");
    assert!(form.contains("filename=\"a.png\"\r\nContent-Type: image/x\r\n\r\nhi\r\n"), "{form}");
}

#[test]
fn an_error_of_the_api_is_answered_with_all_that_it_says() {
    let body = r#"{"errors":[{"code":"a"},{"message":"m"},{"code":"b"}],"clerk_trace_id":"t1"}"#;
    let server = Server::scripted([Reply::json(429, body).header("retry-after", "2")]);
    let mut driver = Driver::start(&[]);

    let answer = driver.ask(&call(&server, "GetUser", json!({"path": {"user_id": "user_1"}})));

    let err = &answer["err"];
    assert_eq!(err["kind"], "api");
    assert_eq!(err["operation"], "GetUser");
    assert_eq!(err["status"], 429);
    assert_eq!(err["codes"], json!(["a", "b"]));
    assert_eq!(err["trace_id"], "t1");
    assert_eq!(err["retry_after_ms"], 2000);
    assert_eq!(err["attempts"], 1);
    assert_eq!(err["body"], body);
    assert!(err["message"].as_str().unwrap().starts_with("GetUser: GET /users/{user_id}"), "{err}");
}

#[test]
fn an_answer_that_does_not_decode_is_answered_with_its_place() {
    let server = Server::scripted([Reply::json(200, r#"[{"id":7}]"#), Reply::text(404, "<html>")]);
    let mut driver = Driver::start(&[]);

    let decode = driver.ask(&call(&server, "GetUserList", json!({})));
    let html = driver.ask(&call(&server, "GetUserList", json!({})));

    assert_eq!(decode["err"]["kind"], "decode");
    assert_eq!(decode["err"]["path"], "[0].id");
    assert_eq!(decode["err"]["status"], 200);
    assert_eq!(decode["err"]["body"], r#"[{"id":7}]"#);
    assert_eq!(html["err"]["codes"], json!([]));
    assert_eq!(html["err"]["trace_id"], Value::Null);
    assert_eq!(html["err"]["retry_after_ms"], Value::Null);
    assert_eq!(html["err"]["body"], "<html>");
}

#[test]
fn what_the_typed_call_cannot_express_is_not_sent() {
    let server = Server::scripted([Reply::json(200, "{}")]);
    let mut driver = Driver::start(&[]);

    for (operation, rest, key) in [
        ("GetUser", json!({}), "user_id"),
        ("GetUser", json!({"path": {"user_id": ".."}}), "user_id"),
        ("GetUser", json!({"path": {"user_id": 7}}), "user_id"),
        ("GetUser", json!({"path": {"user_id": "a"}, "query": {"limit": 1}}), "limit"),
        ("GetUser", json!({"path": {"user_id": "a"}, "body": {"x_new": 1}}), "x_new"),
        ("GetUserList", json!({"query": {"limit": "10"}}), "limit"),
        ("GetUserList", json!({"query": {"limit": 1.5}}), "limit"),
        ("GetUserList", json!({"query": {"email_address": "a@b.c"}}), "email_address"),
        ("CreateUser", json!({"body": {"email_address": null}}), "email_address"),
        ("CreateUser", json!({"body": ["a"]}), "body"),
        ("CreateBulkInvitations", json!({}), "body"),
        ("CreateBulkInvitations", json!({"body": [{"email_address": "a", "x_new": 1}]}), "x_new"),
        ("SetUserProfileImage", json!({"path": {"user_id": "a"}}), "file"),
        (
            "SetUserProfileImage",
            json!({"path": {"user_id": "a"}, "files": {"file": {"base64": "!"}}}),
            "file",
        ),
    ] {
        let answer = driver.ask(&call(&server, operation, rest.clone()));
        let err = &answer["err"];
        assert_eq!(err["kind"], "invalid_request", "{operation} {rest}: {answer}");
        assert_eq!(err["attempts"], 0);
        assert_eq!(err["operation"], operation);
        assert!(err["message"].as_str().unwrap().contains(key), "{operation} {rest}: {answer}");
    }

    assert!(server.seen().is_empty());
}

#[test]
fn a_failure_below_http_is_answered_with_its_reason() {
    let server = Server::scripted([Reply::json(200, "{}").after(Duration::from_secs(20))]);
    let mut driver = Driver::start(&[]);

    let refused = driver
        .ask(&json!({"id": 1, "call": "GetJWKS", "base_url": nobody(), "secret_key": "sk_test_x",
                                     "retry": {"max_elapsed_ms": 0}}));
    let late = driver.ask(&call(&server, "GetJWKS", json!({"timeout_ms": 200})));
    let never = driver.ask(&call(&server, "GetJWKS", json!({"timeout_ms": 0})));

    assert_eq!(refused["err"]["kind"], "transport");
    assert_eq!(refused["err"]["operation"], "GetJWKS");
    assert_eq!(
        (&refused["err"]["reason"], &refused["err"]["maybe_sent"]),
        (&json!("connect"), &json!(false))
    );
    assert_eq!(refused["err"]["attempts"], 1);
    assert_eq!((&late["err"]["reason"], &late["err"]["maybe_sent"]), (&json!("timeout"), &json!(true)));
    assert_eq!((&never["err"]["reason"], &never["err"]["maybe_sent"]), (&json!("timeout"), &json!(false)));
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_line_that_is_no_request_is_answered_and_the_next_one_too() {
    let server = Server::scripted([Reply::json(200, DELETED)]);
    let mut driver = Driver::start(&[]);

    for line in
        ["nonsense", "", "[]", "7", "{}", r#"{"call":"GetUser"}"#, r#"{"id":1}"#, r#"{"id":1,"call":7}"#]
    {
        driver.write(line);
        let answer = driver.read();
        assert_eq!(answer["id"], Value::Null, "{line}");
        assert_eq!(answer["err"]["kind"], "driver", "{line}");
        assert!(answer["err"]["message"].is_string(), "{line}");
    }
    for (id, rest) in [
        ("GetNothing", json!({})),
        ("$has", json!({})),
        ("GetUser", json!({"api": "1999-01-01"})),
        ("GetUser", json!({"path": []})),
        ("GetUser", json!({"timeout_ms": "soon"})),
    ] {
        let answer = driver.ask(&call(&server, id, rest));
        assert_eq!((&answer["id"], &answer["err"]["kind"]), (&json!(id), &json!("driver")), "{answer}");
    }

    let answer =
        driver.ask(&call(&server, "DeleteUser", json!({"path": {"user_id": "a"}, "api": "2026-05-12"})));
    assert_eq!(answer["ok"]["status"], 200);
}

#[test]
fn every_version_is_called_by_its_name_on_clients_of_its_own_types() {
    let server = Server::scripted([Reply::json(404, "{}")]);
    let mut driver = Driver::start(&[]);

    for (version, operations) in [("2026-05-12", 249), ("2025-11-10", 239), ("2024-10-01", 220)] {
        let path = json!({"user_id": "a"});
        let answer = driver.ask(&call(&server, "GetUser", json!({"path": path, "api": version})));

        assert_eq!(answer["err"]["status"], 404, "{answer}");
        assert_eq!(server.take()[0].header("clerk-api-version"), Some(version));
        assert_eq!(clerk_tests::dispatch::operations(version).unwrap().len(), operations);
    }
    let gone = json!({"path": {"session_id": "a"}, "body": {"token": "t"}, "api": "2026-05-12"});
    assert_eq!(driver.ask(&call(&server, "VerifySession", gone.clone()))["err"]["kind"], "driver");
    let mut there = gone;
    there["api"] = json!("2024-10-01");
    assert_eq!(driver.ask(&call(&server, "VerifySession", there))["err"]["kind"], "api");
}

#[test]
fn answers_come_in_the_order_of_the_requests() {
    let slow = |seen: &Recorded| {
        let wait = if seen.target.ends_with("/0") { 300 } else { 0 };
        Reply::json(200, DELETED).after(Duration::from_millis(wait))
    };
    let server = Server::answering(slow);
    let mut driver = Driver::start(&[]);

    for number in 0..20 {
        let path = json!({"user_id": number.to_string()});
        let mut request = call(&server, "DeleteUser", json!({"path": path}));
        request["id"] = json!({"n": number});
        driver.write(&request.to_string());
    }

    for number in 0..20 {
        assert_eq!(driver.read()["id"], json!({"n": number}));
    }
}

#[test]
fn keys_and_servers_come_from_the_environment_unless_the_line_has_them() {
    let server = Server::scripted([Reply::json(200, DELETED)]);
    let origin = server.url().trim_end_matches("/v1").to_owned();
    let mut driver = Driver::start(&[
        ("CLERK_SECRET_KEY", "sk_test_env"),
        ("CLERK_MACHINE_SECRET_KEY", "ak_env"),
        ("CLERK_API_URL", &origin),
    ]);

    driver.ask(&json!({"id": 1, "call": "DeleteUser", "path": {"user_id": "a"}}));
    driver
        .ask(&json!({"id": 2, "call": "DeleteUser", "path": {"user_id": "a"}, "secret_key": "sk_test_line"}));
    driver.ask(&json!({"id": 3, "call": "createM2MToken"}));
    driver.ask(&json!({"id": 4, "call": "createM2MToken", "secret_key": "ak_line"}));
    driver.ask(&json!({"id": 5, "call": "GetPublicInterstitial"}));
    let refused = driver.ask(&json!({"id": 6, "call": "GetJWKS", "secret_key": "pk_test_x"}));

    let seen = server.seen();
    assert!(seen.iter().all(|seen| seen.target.starts_with("/v1/")), "{seen:?}");
    let keys: Vec<_> = seen.iter().map(|seen| seen.header("authorization")).collect();
    assert_eq!(
        keys,
        [
            Some("Bearer sk_test_env"),
            Some("Bearer sk_test_line"),
            Some("Bearer ak_env"),
            Some("Bearer ak_line"),
            None
        ]
    );
    assert_eq!((&refused["err"]["kind"], &refused["err"]["attempts"]), (&json!("config"), &json!(0)));
    assert_eq!(refused["err"]["operation"], "GetJWKS");
}

#[test]
fn without_a_key_anywhere_the_answer_says_which_variable_is_missing() {
    let mut driver = Driver::start(&[]);

    let answer = driver.ask(&json!({"id": 1, "call": "GetUser", "path": {"user_id": "a"}}));

    assert_eq!(answer["err"]["kind"], "config");
    assert_eq!(answer["err"]["operation"], "GetUser");
    assert!(answer["err"]["message"].as_str().unwrap().contains("CLERK_SECRET_KEY"), "{answer}");
}

#[test]
fn retries_follow_the_line_and_the_client_s_policy_without_it() {
    let server = Server::answering(|_| Reply::json(503, "{}"));
    let mut driver = Driver::start(&[]);
    let mut request = call(&server, "GetJWKS", json!({"retry": {"max_elapsed_ms": 1500}}));

    let some = driver.ask(&request);
    request.as_object_mut().unwrap().remove("retry");
    request["timeout_ms"] = json!(1500);
    let default = driver.ask(&request);

    assert!(some["err"]["attempts"].as_u64().unwrap() >= 2, "{some}");
    assert!(default["err"]["attempts"].as_u64().unwrap() >= 2, "{default}");
}

#[test]
fn an_operation_without_an_answer_gives_null() {
    let server = Server::scripted([Reply::text(204, "")]);
    let mut driver = Driver::start(&[]);

    let answer = driver.ask(&call(&server, "UpdateInstance", json!({"body": {"test_mode": true}})));

    assert_eq!(answer["ok"], json!({"status": 204, "value": null, "attempts": 1}));
}

#[test]
fn webhooks_are_verified_at_the_time_that_the_line_says() {
    let mut driver = Driver::start(&[]);
    let signed = json!({
        "id": 9, "call": "$verify_webhook", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265330,
        "headers": {"svix-id": "msg_1", "svix-timestamp": "1614265330",
                    "svix-signature": "v1,GoGHIGZO2Fl1zT1NBTAqPlV27RZJRIM0Tmcp+cBNqag="},
        "body": "{\"type\":\"brand.new\",\"data\":{\"a\":1}}",
    });
    let with = |change: &dyn Fn(&mut Value)| {
        let mut line = signed.clone();
        change(&mut line);
        line
    };

    let good = driver.ask(&signed);
    let late = driver.ask(&with(&|line| line["now"] = json!(1614265631)));
    let no_clock = driver.ask(&with(&|line| line["now"] = Value::Null));
    let edited = driver.ask(&with(&|line| line["body"] = json!("{\"type\":\"brand.old\"}")));
    let bare = driver.ask(&with(&|line| line["headers"] = json!({})));
    let odd = driver.ask(&with(&|line| line["headers"]["svix-id"] = json!("a\nb")));
    let secret = driver.ask(&with(&|line| line["secret"] = json!("whsec_!")));

    assert_eq!(
        good,
        json!({"id": 9, "ok": {"type": "brand.new", "known": false,
                               "event": {"type": "brand.new", "data": {"a": 1}}}})
    );
    for (answer, reason) in [
        (late, "timestamp-too-old"),
        (no_clock, "timestamp-too-old"),
        (edited, "no-matching-signature"),
        (bare, "missing-header"),
        (odd, "invalid-header"),
        (secret, "invalid-secret"),
    ] {
        assert_eq!((&answer["err"]["kind"], &answer["err"]["reason"]), (&json!("webhook"), &json!(reason)));
        assert!(!answer["err"]["message"].as_str().unwrap().is_empty());
    }
}
