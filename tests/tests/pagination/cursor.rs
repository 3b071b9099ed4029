//! Walks by the id of the last item, which users have.

use crate::{client, number, query, user, users};

#[tokio::test]
async fn users_are_walked_by_cursor_in_the_order_of_creation() {
    let server = users(user().await, 5);
    let clerk = client(&server);
    for order in [None, Some("created_at"), Some("-created_at"), Some("+created_at")] {
        let seen = server.seen().len();

        let request = clerk.users().list().limit(2).apply_if(order, |request, order| request.order_by(order));
        let all: Vec<_> = request.items().try_collect().await.unwrap();

        assert_eq!(all.len(), 5, "{order:?}");
        let requests = &server.seen()[seen..];
        let cursors: Vec<_> = requests.iter().map(|request| query(request, "starting_after")).collect();
        assert_eq!(cursors, [None, Some("user_1".to_owned()), Some("user_3".to_owned())], "{order:?}");
        assert!(requests.iter().all(|request| query(request, "offset").is_none()));
    }
}

#[tokio::test]
async fn users_in_another_order_or_from_an_offset_are_walked_by_offset() {
    let server = users(user().await, 5);
    let clerk = client(&server);

    let by_name: Vec<_> =
        clerk.users().list().limit(2).order_by("username").items().try_collect().await.unwrap();
    let from_offset: Vec<_> = clerk.users().list().limit(2).offset(1).items().try_collect().await.unwrap();

    assert_eq!((by_name.len(), from_offset.len()), (5, 4));
    assert!(server.seen().iter().all(|request| query(request, "starting_after").is_none()));
    let offsets: Vec<_> = server.seen().iter().map(|request| number(request, "offset")).collect();
    assert_eq!(offsets, [0, 2, 4, 1, 3, 5]);
}

#[tokio::test]
async fn a_callers_cursor_is_where_the_walk_begins() {
    let server = users(user().await, 5);

    let rest: Vec<_> =
        client(&server).users().list().starting_after("user_2").items().try_collect().await.unwrap();

    assert_eq!(rest.iter().map(|user| user.id.as_str()).collect::<Vec<_>>(), ["user_3", "user_4"]);
}
