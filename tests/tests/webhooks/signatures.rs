//! What is signed, and with what.

use clerk_sdk::webhooks::WebhookErrorReason::{InvalidPayload, NoMatchingSignature};

use crate::{BODY, ID, NOW, SECRET, SIGNATURE, good, headers_of, refused, verify, webhook_at};

#[test]
fn signatures_are_those_of_standard_webhooks() {
    let hundred_bytes = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNE\
                         RUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiYw==";
    let long = format!(r#"{{"type":"a","data":"{}"}}"#, "x".repeat(100_000));
    let unicode = r#"{"type":"user.created","data":{"first_name":"Ærøskøbing ☃ 𝄞"}}"#;
    for (secret, id, timestamp, body, signature) in [
        // The examples of the specification and of its Rust library.
        (
            SECRET,
            ID,
            "1614265330",
            br#"{"test": 2432232314}"#.as_slice(),
            "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            "1649367553",
            br#"{"email":"test@example.com","username":"test_user"}"#,
            "tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        ),
        (SECRET, "msg_1", "1700000000", unicode.as_bytes(), "Nlq77ei05UPwKGV/ta8hT924NDZ7fXL02iup5ZUe8WU="),
        // The time is signed as it is written.
        (
            SECRET,
            "msg_1",
            "0001700000000",
            br#"{"type":"x"}"#,
            "g2ADDJC/JNWlYbR6tXkrfVau5cagCHQCGVWimn8Dcig=",
        ),
        (SECRET, "msg_2", "1700000000", b"\xff\xfe", "1YFqkcmK4TU127ZqBYT4Xr9bme4XWRIJEZD8Xr1+tkE="),
        (SECRET, "msg_2", "1700000000", b"", "F1imYElVtO6DwgNxlD46dsJNZgPsBK40d6ODucRz4DQ="),
        (SECRET, "msg_2", "1700000000", long.as_bytes(), "LpTt516ff31qp6lSUYEwSajZZgL+pY6ossBXhnQMV0M="),
        // Keys longer than a block of the hash, and short ones.
        (
            hundred_bytes,
            "msg_2",
            "1700000000",
            br#"{"type":"x"}"#,
            "rcRrYAiZ0Gi2p1EAk4vEotjAiYRKG9CIl5Jk1Jk80Q8=",
        ),
        ("aw==", "msg_2", "1700000000", br#"{"type":"x"}"#, "KVqvYm8sR7f+ZS6S55Yt3kUyC9hIqzDu4tJFJm55zXY="),
    ] {
        let webhook = webhook_at(secret, timestamp.parse().unwrap());
        let signature = format!("v1,{signature}");
        let headers =
            headers_of([("svix-id", id), ("svix-timestamp", timestamp), ("svix-signature", &signature)]);

        let outcome = webhook.verify(&headers, body);

        // Where the signature were wrong, nobody would look at the payload.
        let known = outcome.map_or_else(|error| error.reason() == InvalidPayload, |_| true);
        assert!(known, "{id} {timestamp}: the signature does not match");
        if !timestamp.starts_with('0') {
            let signed = webhook.sign(id, body).unwrap();
            assert_eq!(signed["svix-signature"], signature);
            assert_eq!(signed["svix-timestamp"], timestamp);
            assert_eq!(signed["svix-id"], id);
        }
    }
}

#[test]
fn the_id_the_time_and_the_body_are_signed() {
    let changed = |name, value: &str| {
        let mut headers = good();
        headers.insert(name, value.parse().unwrap());
        headers
    };
    for (headers, body) in [
        (changed("svix-id", "msg_p5jXN8AQM9LWM0D4loKWxJel"), BODY),
        (changed("svix-timestamp", "1614265331"), BODY),
        (changed("svix-timestamp", "01614265330"), BODY),
        (good(), br#"{"type":"user.deleted","data":{"id":"user_1"}}"#.as_slice()),
        // The same JSON, written differently.
        (good(), br#"{"type": "user.created","data":{"id":"user_1"}}"#),
        (good(), b"{\"type\":\"user.created\",\"data\":{\"id\":\"user_1\"}}\n"),
        (good(), &BODY[..BODY.len() - 1]),
        (good(), b""),
    ] {
        assert_eq!(refused(verify(&headers, body)), NoMatchingSignature, "{headers:?}");
    }
}

/// What is signed is `id.time.body`, so the parts could be cut elsewhere.
#[test]
fn where_one_part_ends_and_the_next_begins_cannot_be_moved() {
    let body = br#"1614265330.{"type":"user.created"}"#;
    let signed = webhook_at(SECRET, NOW).sign("msg_1", body).unwrap();
    let moved = headers_of([
        ("svix-id", "msg_1.1614265330"),
        ("svix-timestamp", "1614265330"),
        ("svix-signature", signed["svix-signature"].to_str().unwrap()),
    ]);
    let nested = webhook_at(SECRET, NOW).sign("msg_1.1614265330", BODY).unwrap();
    let shorter = headers_of([
        ("svix-id", "msg_1"),
        ("svix-timestamp", "1614265330"),
        ("svix-signature", nested["svix-signature"].to_str().unwrap()),
    ]);

    // Clerk would have had to sign a body that is no JSON…
    assert_eq!(refused(verify(&signed, body)), InvalidPayload);
    assert!(verify(&moved, br#"{"type":"user.created"}"#).is_ok());
    // … and the other way around what is left is none.
    let rest = [b"1614265330.", BODY].concat();
    assert_eq!(refused(verify(&shorter, rest)), InvalidPayload);
}

#[test]
fn one_signature_of_several_is_enough() {
    let other = "v1,tFtCZ5RDCPxzWQRWXWPgrCgE2frDBe9gjpbWQxnVfsQ=";
    for signatures in [
        format!("{SIGNATURE} {other}"),
        format!("{other} {SIGNATURE}"),
        format!("{other} {other} {SIGNATURE} {other}"),
        format!("v1a,aGVsbG8= {SIGNATURE}"),
        format!("v2,tFtCZ5RDCPxzWQRWXWPgrCgE2frDBe9gjpbWQxnVfsQ= {SIGNATURE}"),
        // Malformed ones are skipped.
        format!("v1 {SIGNATURE}"),
        format!("v1, {SIGNATURE}"),
        format!(", {SIGNATURE}"),
        format!("nonsense {SIGNATURE} v1,!!!"),
        format!("v1,{} {SIGNATURE}", "A".repeat(4001)),
        format!("  {SIGNATURE}  "),
        vec![other; 500].join(" ") + " " + SIGNATURE,
    ] {
        let mut headers = good();
        headers.insert("svix-signature", signatures.parse().unwrap());
        assert!(verify(&headers, BODY).is_ok(), "{signatures}");
    }
}

#[test]
fn no_signature_that_is_nearly_right_is_enough() {
    let bare = SIGNATURE.strip_prefix("v1,").unwrap();
    let unpadded = SIGNATURE.trim_end_matches('=');
    for signatures in [
        bare.to_owned(),
        format!("v1={bare}"),
        format!("v1:{bare}"),
        format!("v2,{bare}"),
        format!("V1,{bare}"),
        format!("v1a,{bare}"),
        format!("v11,{bare}"),
        format!(",{bare}"),
        format!("v1,,{bare}"),
        format!("v1,{bare},"),
        format!("v1,{bare},v1"),
        format!("v1,{bare};v1,x"),
        format!("v1,\t{bare}"),
        "v1,".to_owned(),
        "v1".to_owned(),
        // Without its padding, and with bits set that base64 leaves over.
        unpadded.to_owned(),
        format!("{unpadded}=="),
        format!("{}Z=", unpadded.strip_suffix('Y').unwrap()),
        // The beginning, and more than all of it.
        "v1,Fq4cjkv/SB1cUuGPWp6job==".to_owned(),
        "v1,Fq4c".to_owned(),
        format!("{unpadded}AA=="),
        // The alphabet of URLs, other cases, hexadecimal digits.
        SIGNATURE.replace('/', "_"),
        SIGNATURE.to_lowercase(),
        SIGNATURE.to_uppercase(),
        "v1,16ae1c8e4bff481d5c52e18f5a9ea3a1b771889e4142a6cff5bfc1d133b4d026".to_owned(),
    ] {
        let mut headers = good();
        headers.insert("svix-signature", signatures.parse().unwrap());
        assert_eq!(refused(verify(&headers, BODY)), NoMatchingSignature, "{signatures}");
    }
}
