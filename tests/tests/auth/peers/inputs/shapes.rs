//! What is no token, or not quite one; and keys, written and fetched in all ways.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use clerk_tests::random::Random;
use clerk_tests::tokens::{Signer, jwks};
use ring::hmac;
use serde_json::{Value, json};

use super::{Input, Token, verify};
use crate::common::{claims, merged};

pub fn inputs(server: &str) -> Vec<Input> {
    [texts(), segments(), signatures(), mutations(), pems(), fetched(server)].into_iter().flatten().collect()
}

fn good() -> Token {
    Token::session(json!({}))
}

fn texts() -> Vec<Input> {
    let good = good();
    let text = &good.text;
    let mut segments = text.split('.');
    let [header, claims, signature] = [(); 3].map(|()| segments.next().unwrap());
    let texts = [
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        "x".into(),
        "a.b.c".into(),
        "null".into(),
        format!("{header}.{claims}"),
        format!("{header}.{claims}."),
        format!(".{claims}.{signature}"),
        format!("{header}..{signature}"),
        format!("{text}."),
        format!(".{text}"),
        format!("{text}.{signature}"),
        format!("{text}.."),
        format!("{header}.{claims}.{signature}=="),
        format!("{header}=.{claims}.{signature}"),
        format!("{header}.{claims}=.{signature}"),
        format!(" {text}"),
        format!("{text} "),
        format!("{text}\n"),
        format!("{header}.{claims}\n.{signature}"),
        format!("{header} .{claims}.{signature}"),
        format!("\"{text}\""),
        format!("Bearer {text}"),
        text.replace('.', ".."),
        text.to_uppercase(),
        text.replace('_', "/"),
        text.replace('-', "+"),
        format!("{signature}.{claims}.{header}"),
        format!("{text}\u{0}"),
        format!("ü{text}"),
    ];
    texts.map(|text| verify(format!("text {text:?}"), &good.written(text.clone()), json!({}))).into()
}

/// A token of these bytes, signed.
fn signed(header: &str, claims: &str) -> Token {
    let signature = Signer::one().signature(format!("{header}.{claims}").as_bytes(), "RS256");
    let read = |segment: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(segment.trim_end_matches('=')).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    };
    let text = format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode(signature));
    Token { header: read(header), claims: read(claims), text }
}

fn segments() -> Vec<Input> {
    let header = Signer::one().header().to_string();
    let claims = claims(json!({"padding": "~~~???>>>"})).to_string();
    let plain = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let without = |text: &str, end: &str| text.strip_suffix(end).unwrap().to_owned();
    let mut pairs: Vec<(&str, String, String)> = Vec::new();
    let bodies = [
        ("an array", "[1]".to_owned()),
        ("null", "null".to_owned()),
        ("a text", "\"x\"".to_owned()),
        ("a number", "1".to_owned()),
        ("nothing", String::new()),
        ("spaces around", format!(" {claims}\n")),
        ("a byte order mark", format!("\u{feff}{claims}")),
        ("something behind", format!("{claims}x")),
        ("a second object", format!("{claims}{{}}")),
        ("a comma at the end", format!("{},}}", without(&claims, "}"))),
        ("no end", without(&claims, "}")),
        ("single quotes", claims.replace('"', "'")),
        ("NaN", format!("{},\"x\":NaN}}", without(&claims, "}"))),
        ("a name twice, the last is good", claims.replacen('{', "{\"sub\":\"user_2\",", 1)),
        ("a name twice, the last is bad", format!("{},\"exp\":1}}", without(&claims, "}"))),
        ("a name that is escaped", claims.replace("\"sub\"", "\"s\\u0075b\"")),
        ("a lone surrogate", format!("{},\"x\":\"\\ud800\"}}", without(&claims, "}"))),
        ("a prototype", format!("{},\"__proto__\":{{\"sub\":\"user_9\"}}}}", without(&claims, "}"))),
        ("a number too large", format!("{},\"x\":1e999}}", without(&claims, "}"))),
        ("deep arrays", format!("{},\"x\":{}1{}}}", without(&claims, "}"), "[".repeat(100), "]".repeat(100))),
    ];
    for (about, body) in bodies {
        pairs.push((about, plain(header.as_bytes()), plain(body.as_bytes())));
    }
    for (about, head) in [
        ("spaces in the header", format!(" {header} ")),
        ("a header that is an array", "[]".to_owned()),
        ("a header that is null", "null".to_owned()),
        ("a header with alg twice", header.replacen('{', "{\"alg\":\"none\",", 1)),
    ] {
        pairs.push((about, plain(head.as_bytes()), plain(claims.as_bytes())));
    }
    let bad_utf8 = [claims.as_bytes().strip_suffix(b"}").unwrap(), b",\"x\":\"\xff\"}"].concat();
    pairs.push(("bytes that are no UTF-8", plain(header.as_bytes()), plain(&bad_utf8)));
    pairs.push(("padding", URL_SAFE.encode(&header), URL_SAFE.encode(&claims)));
    pairs.push(("the other alphabet", plain(header.as_bytes()), STANDARD.encode(&claims).replace('=', "")));
    // The last character holds bits that no byte needs.
    let text = plain(format!("{claims} ").as_bytes());
    let text = if text.len() % 4 == 0 { plain(format!("{claims}  ").as_bytes()) } else { text };
    let odd = format!("{}{}", &text[..text.len() - 1], char::from(text.as_bytes()[text.len() - 1] + 1));
    pairs.push(("bits to spare", plain(header.as_bytes()), odd));
    let long = merged(serde_json::from_str(&claims).unwrap(), json!({"x": "x".repeat(100_000)})).to_string();
    pairs.push(("an oversized token", plain(header.as_bytes()), plain(long.as_bytes())));
    let long = merged(Signer::one().header(), json!({"x": "x".repeat(4096)})).to_string();
    pairs.push(("an oversized header", plain(long.as_bytes()), plain(claims.as_bytes())));
    pairs.into_iter().map(|(about, head, body)| verify(about, &signed(&head, &body), json!({}))).collect()
}

fn signatures() -> Vec<Input> {
    let good = good();
    let (message, signature) = good.text.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut inputs = Vec::new();
    let mut add = |about: String, bytes: &[u8]| {
        let text = format!("{message}.{}", URL_SAFE_NO_PAD.encode(bytes));
        inputs.push(verify(about, &good.written(text), json!({})));
    };
    for at in (0..bytes.len()).step_by(13) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        add(format!("a bit of byte {at} of the signature changed"), &changed);
    }
    add("half a signature".into(), &bytes[..128]);
    add("a longer signature".into(), &[&bytes[..], b"x"].concat());
    add("a zero before the signature".into(), &[b"\0", &bytes[..]].concat());
    add("zeros".into(), &[0; 256]);
    add("the signature of another message".into(), &Signer::one().signature(b"x", "RS256"));
    add("signed by another key".into(), &Signer::two().signature(message.as_bytes(), "RS256"));
    add("another hash than it says".into(), &Signer::one().signature(message.as_bytes(), "RS512"));
    for secret in [Signer::one().pem().into_bytes(), Signer::one().public_der().to_vec()] {
        let header = merged(Signer::one().header(), json!({"alg": "HS256"}));
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", encoded(&header), encoded(&good.claims));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), message.as_bytes());
        let text = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag));
        let token = Token { header, claims: good.claims.clone(), text };
        inputs.push(verify("HMAC with the public key", &token, json!({})));
    }
    inputs
}

fn mutations() -> Vec<Input> {
    let mut random = Random::new(2);
    let good = good();
    (0..300)
        .map(|_| {
            let mut bytes = good.text.clone().into_bytes();
            random.mutate(&mut bytes);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            verify("a mutation", &good.written(text), json!({}))
        })
        .collect()
}

fn pems() -> Vec<Input> {
    let pem = Signer::one().pem();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let pems = [
        ("as it comes", pem.clone()),
        ("no line break at its end", pem.trim_end().to_owned()),
        ("line breaks of Windows", pem.replace('\n', "\r\n")),
        ("spaces for line breaks", pem.replace('\n', " ")),
        ("escaped line breaks", pem.replace('\n', "\\n")),
        ("one line", pem.replace('\n', "")),
        ("no header lines", body.clone()),
        (
            "no header lines, spaces",
            pem.lines().filter(|line| !line.starts_with('-')).collect::<Vec<_>>().join(" "),
        ),
        ("spaces around", format!("  {pem}  ")),
        ("another key", Signer::two().pem()),
        ("half a key", body[..100].to_owned()),
        ("no key", "x".to_owned()),
        ("a certificate's header", pem.replace("PUBLIC KEY", "CERTIFICATE")),
    ];
    pems.map(|(about, pem)| verify(format!("a key with {about}"), &good(), json!({"jwt_key": pem}))).into()
}

/// The sets of keys that the server has, by the secret keys that see them.
pub fn key_sets() -> Value {
    let (one, two) = (Signer::one(), Signer::two());
    let changed = |changes: Value| json!({"keys": [merged(one.jwk(), changes)]});
    let weak = json!({"kty": "RSA", "kid": "weak", "use": "sig", "alg": "RS256", "e": "AQAB",
                      "n": include_str!("../../../../keys/rsa_weak.modulus").trim()});
    json!({
        "sk_test_one": jwks([&one]),
        "sk_test_both": jwks([&one, &two]),
        "sk_test_other": jwks([&two]),
        "sk_test_misnamed": jwks([&Signer::two().named("one")]),
        "sk_test_none": {"keys": []},
        "sk_test_encryption": changed(json!({"use": "enc"})),
        "sk_test_no_use": changed(json!({"use": null})),
        "sk_test_signing": changed(json!({"key_ops": ["sign"]})),
        "sk_test_rs512": changed(json!({"alg": "RS512"})),
        "sk_test_no_alg": changed(json!({"alg": null})),
        "sk_test_no_kid": changed(json!({"kid": null})),
        "sk_test_more": changed(json!({"x5t": "x", "exp": 1, "unknown": {}})),
        "sk_test_weak": {"keys": [weak]},
        "sk_test_curves": jwks([&Signer::p256(), &Signer::ed25519()]),
    })
}

fn fetched(server: &str) -> Vec<Input> {
    let mut inputs = Vec::new();
    for key in key_sets().as_object().unwrap().keys() {
        for signer in [Signer::one(), Signer::two(), Signer::p256(), Signer::ed25519()] {
            let header = signer.header();
            let claims = claims(json!({}));
            let token = Token { text: signer.sign(&header, &claims), header, claims };
            let kid = token.header["kid"].clone();
            inputs.push(verify(
                format!("signed by {kid}, keys of {key}"),
                &token,
                json!({"jwt_key": null, "secret_key": key, "base_url": server}),
            ));
        }
        for kid in [json!(null), json!("unknown"), json!("")] {
            let header = merged(Signer::one().header(), json!({"kid": kid}));
            let token = Token::new(header, claims(json!({})));
            inputs.push(verify(
                format!("the kid {kid}, keys of {key}"),
                &token,
                json!({"jwt_key": null, "secret_key": key, "base_url": server}),
            ));
        }
    }
    let text = include_str!("../../../../keys/rsa_weak.token").trim();
    let mut segments = text.split('.');
    let weak = signed(segments.next().unwrap(), segments.next().unwrap()).written(text);
    let remote = json!({"jwt_key": null, "secret_key": "sk_test_weak", "base_url": server});
    inputs.push(verify("signed by a weak key that was fetched", &weak, remote));
    let local = json!({"jwt_key": include_str!("../../../../keys/rsa_weak.pub.pem")});
    inputs.push(verify("signed by a weak key that is configured", &weak, local));
    inputs
}
