//! Thousands of deliveries that are nearly right.

use clerk_sdk::http::{HeaderName, HeaderValue};
use clerk_tests::random::{Random, runs};

use crate::{BODY, NOW, SECRET, good, webhook_at};

#[test]
fn nothing_that_was_changed_is_accepted() {
    let webhook = webhook_at(SECRET, NOW);
    let mut random = Random::new(1);
    let (mut tried, mut reasons) = (0, std::collections::BTreeSet::new());
    while tried < runs(20_000) {
        let (mut headers, mut body) = (good(), BODY.to_vec());
        let which = random.below(4);
        if which == 3 {
            random.mutate(&mut body);
        } else {
            let name = ["svix-id", "svix-timestamp", "svix-signature"][which];
            let mut value = headers[name].as_bytes().to_vec();
            random.mutate(&mut value);
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
