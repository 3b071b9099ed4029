//! Arguments out of the bounds that the OpenAPI document states: rejected before anything is sent.

use clerk_sdk::types::BulkInvitation;
use clerk_sdk::{Error, ErrorKind};
use clerk_tests::server::{Reply, Server};

use crate::{client, redirect_urls};

fn assert_rejected<T: std::fmt::Debug>(result: Result<T, Error>, reason: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert!(error.to_string().contains(reason), "{error}");
}

#[tokio::test]
async fn a_limit_or_offset_out_of_its_bounds_is_rejected_before_it_is_sent() {
    let server = redirect_urls(7);
    let list = || client(&server).redirect_urls().list();

    assert_rejected(list().limit(501).await, "`limit` must be between 1 and 500, got 501");
    assert_rejected(list().limit(0).await, "`limit` must be between 1 and 500, got 0");
    assert_rejected(list().offset(-1).await, "`offset` must be at least 0, got -1");
    for prefetch in [0, 3] {
        let walk = list().limit(501).items().prefetch(prefetch);
        assert_rejected(walk.try_collect::<Vec<_>>().await, "`limit` must be between 1 and 500, got 501");
    }
    assert_eq!(server.seen().len(), 0);

    assert_eq!(list().limit(500).offset(0).await.unwrap().len(), 7);
    assert_eq!(list().limit(1).offset(6).await.unwrap().len(), 1);
}

#[tokio::test]
async fn arguments_of_the_body_out_of_their_bounds_are_rejected_before_they_are_sent() {
    let server = Server::answering(|_| Reply::json(200, "{}"));
    let clerk = client(&server);
    let invitation = |days| BulkInvitation::new("ada@example.com").expires_in_days(days);

    assert_rejected(
        clerk.users().bulk_ban((0..51).map(|index| format!("user_{index}"))).await,
        "`user_ids` must have between 1 and 50 items, got 51",
    );
    assert_rejected(
        clerk.machines().create("é".repeat(256)).await,
        "`name` must have between 1 and 255 characters, got 256",
    );
    assert_rejected(
        clerk.invitations().bulk_create([invitation(365), invitation(366)]).await,
        "`body[1].expires_in_days` must be between 1 and 365, got 366",
    );
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn the_last_value_of_an_argument_is_the_one_that_is_checked() {
    let server = redirect_urls(7);
    let list = || client(&server).redirect_urls().list();

    assert_eq!(list().limit(0).limit(2).await.unwrap().len(), 2);
    assert_rejected(list().limit(2).limit(0).await, "`limit`");
    assert_rejected(list().limit(0).offset(-1).limit(2).await, "`offset`");
}

#[tokio::test]
async fn a_value_that_is_set_by_name_is_sent_as_it_is() {
    let server = redirect_urls(7);

    let page = client(&server).redirect_urls().list().limit(0).with_query("limit", 501).await.unwrap();

    assert_eq!(page.len(), 7);
    assert_eq!(server.seen()[0].target, "/v1/redirect_urls?limit=501");
}
