//! Answers and error bodies.

use clerk_sdk::ErrorKind;
use clerk_tests::canned::Canned;
use clerk_tests::dispatch;
use clerk_tests::random::{Random, runs};
use clerk_tests::reader::Document;
use clerk_tests::reader::answer::Make;
use clerk_tests::reader::call::Call;

#[tokio::test]
async fn an_answer_of_any_bytes_is_decoded_for_good_or_an_error_that_keeps_them() {
    let documents = Document::versions();
    let canned = Canned::default();
    let clerk = canned.client().unwrap();
    let operations = documents[0].operations();
    let mut random = Random::new(4);
    let (mut decoded, mut refused) = (0, 0);
    for round in 0..runs(6000) {
        let operation = random.one_of(&operations);
        let make = Make { choice: round, nulls: round % 5 == 0, optional: round % 3 > 0, ..Make::FULL };
        let Some(answer) = documents[0].answer(operation, make) else { continue };
        let args = Call::required(&documents[0], operation).args(operation);
        let mut body = answer.sent.to_string().into_bytes();
        random.mutate(&mut body);
        let answer = async |body: &[u8]| {
            canned.answer(operation.status, body);
            dispatch::prepare(operation.version, &clerk, operation.id, args.clone()).unwrap().unwrap().await
        };

        match answer(&body).await {
            Ok(response) => {
                let again = response.into_inner();
                let second = answer(again.to_string().as_bytes()).await;
                assert_eq!(second.unwrap().into_inner(), again, "{}", operation.id);
                decoded += 1;
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
                assert_eq!(error.body().unwrap().as_ref(), body);
                refused += 1;
            }
        }
    }
    assert!(decoded > 100 && refused > 100, "{decoded} decoded, {refused} refused");
}

/// Error bodies as they come from Clerk, from proxies and from nowhere.
const ERRORS: [&str; 6] = [
    r#"{"errors":[{"code":"form_param_invalid","message":"m","long_message":"l","meta":{"param_name":"p"}}],"clerk_trace_id":"t"}"#,
    r#"{"errors":[{"code":"a"},{"message":"b"},{},null,7,"text",[]],"meta":{}}"#,
    r#"{"errors":{"code":"a"},"clerk_trace_id":7}"#,
    r#"[{"code":"a"}]"#,
    "<html><body>502 Bad Gateway</body></html>",
    "",
];

#[tokio::test]
async fn an_error_of_any_bytes_is_an_api_error_that_keeps_them() {
    let documents = Document::versions();
    let canned = Canned::default();
    let clerk = canned.client().unwrap();
    let operations = documents[0].operations();
    let mut random = Random::new(5);
    for _ in 0..runs(6000) {
        let operation = random.one_of(&operations);
        let args = Call::required(&documents[0], operation).args(operation);
        let mut body = random.one_of(&ERRORS).as_bytes().to_vec();
        random.mutate(&mut body);
        let status = 300 + random.below(300) as u16;
        canned.answer(status, body.as_slice());

        let called = dispatch::prepare(operation.version, &clerk, operation.id, args).unwrap().unwrap();
        let error = called.await.unwrap_err();

        let api = error.api().unwrap();
        assert_eq!((error.kind(), api.status().as_u16()), (ErrorKind::Api, status));
        assert_eq!(error.body().unwrap().as_ref(), body);
        let text = error.to_string();
        assert!(text.starts_with(operation.id) && text.contains(&status.to_string()), "{text}");
    }
}
