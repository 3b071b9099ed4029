//! Tasks that take several requests: machine tokens, API keys, invitations and imports.

use std::time::SystemTime;

use clerk_sdk::mock::MockClerk;
use clerk_sdk::types::{BulkInvitation, PasswordHasher, User};
use clerk_sdk::{Clerk, Error, RetryPolicy, error_codes};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::{AnyError, with_ada};

#[tokio::test]
async fn machines_identify_themselves_to_each_other() -> Result<(), AnyError> {
    let mock = MockClerk::start().await?;
    let clerk = mock.client();
    // code: machine-tokens
    // Once, by a program with the instance's key: two machines, and which may call which.
    let billing = clerk.machines().create("billing").await?;
    let reports = clerk.machines().create("reports").await?;
    clerk.machines().create_scope(&reports.id, &billing.id).await?;

    // The service that calls has a key of its own, and gets a token by it.
    let key = clerk.machines().get_secret_key(&reports.id).await?.secret;
    let token = clerk.m2m().create_token().with_secret_key(key).seconds_until_expiration(600).await?;

    // The service that is called verifies the token.
    let verified = clerk.m2m().verify_token(token.token).await?;
    println!("called by {}", verified.subject);
    // end
    assert_eq!(verified.subject, reports.id);
    Ok(())
}

#[tokio::test]
async fn users_get_keys_for_programs_of_theirs() -> Result<(), AnyError> {
    let (_mock, clerk, user) = with_ada().await;
    // code: api-keys
    let key = clerk.api_keys().create("deploy script", &user.id).scopes(["deploys:write"]).await?;
    println!("{}", key.secret); // show it once to the user

    let verified = clerk.api_keys().verify(&key.secret).await?;
    println!("{} may {:?}", verified.subject, verified.scopes);

    clerk.api_keys().revoke(&key.id).revocation_reason("the laptop was stolen").await?;
    // end
    assert_eq!(verified.subject, user.id);
    assert!(clerk.api_keys().get(&key.id).await?.revoked);
    Ok(())
}

// code: invitations
async fn invite(clerk: &Clerk, addresses: &[&str]) -> Result<(), Error> {
    for chunk in addresses.chunks(10) {
        let items = chunk.iter().map(|address| BulkInvitation::new(*address).ignore_existing(true));
        clerk.invitations().bulk_create(items).await?;
    }
    Ok(())
}

async fn withdraw(clerk: &Clerk, invitation_id: &str) -> Result<(), Error> {
    match clerk.invitations().revoke(invitation_id).await {
        Ok(_) => Ok(()),
        Err(error) if error.has_code(error_codes::INVITATION_ALREADY_REVOKED) => Ok(()),
        Err(error) => Err(error),
    }
}
// end

#[tokio::test]
async fn many_people_are_invited() -> Result<(), AnyError> {
    let mock = MockClerk::start().await?;
    let clerk = mock.client();
    let addresses: Vec<String> = (0..12).map(|number| format!("guest{number}@example.com")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();

    invite(&clerk, &addresses).await?;

    let invitations = clerk.invitations().list().limit(addresses.len()).await?;
    assert_eq!(invitations.len(), 12);
    withdraw(&clerk, &invitations[0].id).await?;
    withdraw(&clerk, &invitations[0].id).await?;
    Ok(())
}

// code: import
struct Row {
    id: String,
    email: String,
    bcrypt: String,
    signed_up: SystemTime,
}

async fn import(clerk: &Clerk, row: Row) -> Result<Option<User>, Error> {
    let request = clerk
        .users()
        .create()
        .external_id(row.id)
        .email_address([row.email])
        .password_digest(row.bcrypt)
        .password_hasher(PasswordHasher::Bcrypt)
        .created_at(row.signed_up);
    match request.await {
        Ok(user) => Ok(Some(user)),
        // An earlier run has created this user.
        Err(error) if error.has_code(error_codes::FORM_IDENTIFIER_EXISTS) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn import_all(key: &str, url: &str, rows: Vec<Row>) -> Result<Vec<Option<User>>, Error> {
    let clerk = Clerk::builder(key).server_url(url).retry(RetryPolicy::for_jobs()).build()?;
    stream::iter(rows).map(|row| import(&clerk, row)).buffer_unordered(32).try_collect().await
}
// end

#[tokio::test]
async fn users_are_imported_once() -> Result<(), AnyError> {
    let mock = MockClerk::start().await?;
    let signed_up = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_600_000_000);
    let rows = || {
        let row = |number: u32| Row {
            id: format!("row_{number}"),
            email: format!("user{number}@example.com"),
            bcrypt: "$2a$04$5Eq9jKvTc8hqZyDBtQTUKu3cGS9gT8xq4SI2bvKqk0kIf2kfG7pHa".to_owned(),
            signed_up,
        };
        (0..5).map(row).collect()
    };

    let first = import_all(mock.secret_key(), &mock.url(), rows()).await?;
    let again = import_all(mock.secret_key(), &mock.url(), rows()).await?;

    assert!(first.iter().flatten().all(|user| user.created_at.as_secs() == 1_600_000_000));
    assert_eq!((first.iter().flatten().count(), again.iter().flatten().count()), (5, 0));
    Ok(())
}
