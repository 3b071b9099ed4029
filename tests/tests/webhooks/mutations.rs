//! Thousands of deliveries that are nearly right.

use clerk_sdk::http::{HeaderName, HeaderValue};

use crate::{BODY, NOW, SECRET, good, webhook_at};

/// A small generator of numbers, the same ones in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    /// Changes, adds, takes away, doubles or cuts off something.
    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len().max(1));
        let byte = self.below(256) as u8;
        match self.below(6) {
            _ if bytes.is_empty() => bytes.push(byte),
            0 => bytes[at] ^= 1 << self.below(8),
            1 => bytes[at] = byte,
            2 => bytes.insert(at, byte),
            3 => drop(bytes.remove(at)),
            4 => bytes.truncate(at),
            _ => bytes.insert(at, bytes[at]),
        }
    }
}

#[test]
fn nothing_that_was_changed_is_accepted() {
    let webhook = webhook_at(SECRET, NOW);
    let mut numbers = Numbers(1);
    let (mut tried, mut reasons) = (0, std::collections::BTreeSet::new());
    while tried < 20_000 {
        let (mut headers, mut body) = (good(), BODY.to_vec());
        let which = numbers.below(4);
        if which == 3 {
            numbers.mutate(&mut body);
        } else {
            let name = ["svix-id", "svix-timestamp", "svix-signature"][which];
            let mut value = headers[name].as_bytes().to_vec();
            numbers.mutate(&mut value);
            // What cannot be a header does not arrive.
            let Ok(value) = HeaderValue::from_bytes(&value) else { continue };
            headers.insert(HeaderName::from_static(name), value);
        }
        // A space after the signature separates it from another one, which is none.
        let same_signature = headers["svix-signature"]
            .to_str()
            .is_ok_and(|text| text.split(' ').any(|element| good()["svix-signature"] == element));
        if body == BODY
            && headers["svix-id"] == good()["svix-id"]
            && headers["svix-timestamp"] == good()["svix-timestamp"]
            && same_signature
        {
            continue;
        }

        let error = webhook.verify(&headers, &body).expect_err(&format!("{headers:?} {body:?}"));

        reasons.insert(error.reason().as_str());
        tried += 1;
    }
    assert_eq!(
        Vec::from_iter(reasons),
        [
            "invalid-header",
            "missing-header",
            "no-matching-signature",
            "timestamp-too-new",
            "timestamp-too-old"
        ]
    );
}
