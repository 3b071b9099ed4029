//! Calls: their arguments and answers, lists, uploads, and what no method is for.

use std::time::Duration;

use clerk_sdk::http::Method;
use clerk_sdk::mock::MockClerk;
use clerk_sdk::types::BulkInvitation;
use clerk_sdk::{Clerk, Error, FilePart, Null};
use serde::Deserialize;
use serde_json::json;

use crate::{AnyError, with_ada};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_the_same_with_and_without_async() -> Result<(), AnyError> {
    let (_mock, clerk, user) = with_ada().await;
    let email_id = user.email_addresses[0].id.clone();
    // code: async
    let email = clerk.email_addresses().get(&email_id).await?;
    println!("{}", email.email_address);
    // end
    assert_eq!(email.email_address, "ada@example.com");
    // code: blocking
    let email = clerk.email_addresses().get(&email_id).send_blocking()?;
    for user in clerk.users().list().items_blocking() {
        println!("{}", user?.id);
    }
    // end
    assert_eq!(email.email_address, "ada@example.com");
    Ok(())
}

// code: plan
#[derive(Deserialize)]
struct Plan {
    name: String,
    seats: u32,
}
// end

#[tokio::test]
async fn users_are_created_updated_and_fields_of_them_cleared() -> Result<(), AnyError> {
    let mock = MockClerk::start().await?;
    let clerk = mock.client();
    // code: create
    let user = clerk
        .users()
        .create()
        .email_address(["ada@example.com"])
        .first_name("Ada")
        .public_metadata(json!({ "plan": { "name": "pro", "seats": 3 } }))
        .await?;

    clerk
        .users()
        .update(&user.id)
        .last_name("Lovelace")
        .username(Null) // null; what is not mentioned is not touched
        .await?;
    // end
    // code: metadata
    let plan: Option<Plan> = user.public_metadata.get_as("plan")?;

    let user = clerk.users().update_metadata(&user.id).public_metadata(json!({ "plan": null })).await?;
    // end
    let plan = plan.unwrap();
    assert_eq!((plan.name.as_str(), plan.seats), ("pro", 3));
    assert_eq!(user.last_name.as_deref(), Some("Lovelace"));
    assert!(user.public_metadata.is_empty());
    let nickname = None;
    // code: optional
    let request = clerk.users().update(&user.id).first_name("Augusta");
    // Sets it if there is something, and does not mention it otherwise:
    let request = request.apply_if(nickname, |request, nickname: &str| request.username(nickname));
    // An `Option` itself is a value or null:
    let request = request.last_name(None::<&str>);
    // end
    assert_eq!(request.await?.last_name, None);
    Ok(())
}

#[tokio::test]
async fn many_are_invited_at_once() -> Result<(), AnyError> {
    let mock = MockClerk::start().await?;
    let clerk = mock.client();
    // code: nested
    let invitation =
        BulkInvitation::new("grace@example.com").public_metadata([("plan", "pro")]).notify(false);
    clerk.invitations().bulk_create([invitation, BulkInvitation::new("alan@example.com")]).await?;
    // end
    let sent = mock.received("CreateBulkInvitations").remove(0);
    assert_eq!(sent.body.json().unwrap()[0]["public_metadata"], json!({ "plan": "pro" }));
    assert_eq!(sent.body.json().unwrap()[1], json!({ "email_address": "alan@example.com" }));
    Ok(())
}

#[tokio::test]
async fn lists_are_walked() -> Result<(), AnyError> {
    let (_mock, clerk, ada) = with_ada().await;
    let organization = clerk.organizations().create("Analytical Engines").created_by(&ada.id).await?;
    // code: lists
    let page = clerk.users().list().limit(50).order_by("-created_at").await?; // one page
    println!("{} of {:?}", page.len(), page.total_count()); // a slice that may know the total

    let mut users = clerk.users().list().query("ada").items(); // all of them, as they come
    while let Some(user) = users.try_next().await? {
        println!("{}", user.id);
    }

    let members: Vec<_> =
        clerk.organization_memberships().list(&organization.id).items().try_collect().await?;
    // end
    assert_eq!((page.len(), members.len()), (1, 1));
    // code: pages
    let mut pages = clerk.organizations().list().limit(20).pages();
    while let Some(page) = pages.try_next().await? {
        println!("{} organizations, {:?} in all", page.len(), pages.total_count());
    }
    // end
    // code: prefetch
    let mut users = clerk.users().list().limit(500).items().prefetch(2); // while you are busy with the ones before
    // end
    assert!(users.try_next().await?.is_some());
    Ok(())
}

#[tokio::test]
async fn what_is_no_longer_wanted_is_dropped() -> Result<(), AnyError> {
    let (_mock, clerk, user) = with_ada().await;
    let mut shutdown = std::pin::pin!(std::future::pending::<()>());
    // code: cancel
    let mut users = clerk.users().list().items();
    loop {
        tokio::select! {
            user = users.try_next() => match user? {
                Some(user) => println!("{}", user.id),
                None => break,
            },
            () = &mut shutdown => break, // the walk ends with the stream, pages that were fetched ahead too
        }
    }

    clerk.users().lock(&user.id).with_timeout(Duration::from_secs(2)).await?; // an error that says whether it was sent
    // end
    Ok(())
}

#[tokio::test]
async fn pictures_are_uploaded() -> Result<(), AnyError> {
    let (mock, clerk, user) = with_ada().await;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("ada.png");
    std::fs::write(&path, "not really a picture")?;
    let socket = &b"more of it"[..];
    // code: upload
    clerk.users().set_profile_image(&user.id, FilePart::from_path(path).await?).await?;

    let file = FilePart::from_reader("ada.png", socket).content_type("image/png");
    clerk.users().set_profile_image(&user.id, file).await?;
    // end
    assert_eq!(mock.received("SetUserProfileImage").len(), 2);
    Ok(())
}

#[tokio::test]
async fn there_is_a_way_out() -> Result<(), AnyError> {
    let (_mock, clerk, user) = with_ada().await;
    let user_path = format!("/users/{}", user.id);
    let value: serde_json::Value = clerk.request(Method::GET, user_path).await?;
    assert_eq!(value["id"], user.id.as_str());
    // code: response
    let response = clerk.users().get(&user.id).with_response().await?;
    println!("{} {:?} {}", response.status(), response.headers(), response.attempts());
    let user = response.into_inner();
    // end
    assert_eq!(value["id"], user.id.as_str());
    Ok(())
}

async fn way_out(clerk: Clerk) -> Result<(), Error> {
    // code: way-out
    let value: serde_json::Value =
        clerk.request(Method::GET, "/brand_new_endpoint").query("limit", 3).await?;

    let users = clerk.users().list().with_query("brand_new_filter", "x").await?;
    // end
    drop((value, users));
    Ok(())
}

#[allow(deprecated, reason = "gone from newer versions, which is why it is called in this one")]
async fn another_version(clerk: Clerk, token: &str) -> Result<(), Error> {
    // code: another-version
    use clerk_sdk::v2024_10_01::ClerkExt as _; // feature `api-2024-10-01`

    let session = clerk.v2024_10_01().sessions().verify("sess_1", token).await?;
    // end
    drop(session);
    Ok(())
}
