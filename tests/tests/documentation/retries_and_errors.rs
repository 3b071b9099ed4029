//! When a call is repeated, and what is said where it failed.

use std::time::Duration;

use clerk_sdk::types::User;
use clerk_sdk::{Clerk, Error, ErrorKind, RetryPolicy, error_codes};
use futures::{StreamExt as _, future, stream};

use crate::{AnyError, with_ada};

#[tokio::test]
async fn retries_are_a_setting_of_the_client_and_of_the_call() -> Result<(), AnyError> {
    let (mock, _, user) = with_ada().await;
    let key = mock.secret_key();
    // code: retries
    let ms = Duration::from_millis;
    let policy = RetryPolicy::exponential()
        .initial(ms(100))
        .max_interval(ms(5_000))
        .exponent(2.0)
        .max_elapsed(ms(20_000));
    let clerk = Clerk::builder(key).retry(policy).build()?;
    // end
    drop(clerk);
    let clerk = mock.client();
    mock.fail_next(503, 1);
    // code: retries-call
    let response = clerk.users().get(&user.id).with_response().await?;
    println!("{} after {} attempts", response.status(), response.attempts());

    clerk.users().get(&user.id).with_retry(RetryPolicy::none()).await?; // this call alone

    // A POST that may be sent twice, whatever became of the first:
    clerk.users().lock(&user.id).with_repeatable(true).await?;
    // end
    assert_eq!(response.attempts(), 2);
    let key = mock.secret_key();
    // code: throttle
    let alone = Clerk::builder(key).throttle(false).build()?; // each call waits for itself

    clerk.users().get(&user.id).with_throttle(false).await?; // this call waits for no others
    // end
    drop(alone);
    // code: handlers-and-jobs
    let for_handlers = Clerk::builder(key).timeout(Duration::from_secs(10)).build()?;

    let for_jobs = Clerk::builder(key).retry(RetryPolicy::for_jobs()).build()?; // a call lasts 10.5 minutes at most
    // end
    drop((for_handlers, for_jobs));
    Ok(())
}

#[tokio::test]
async fn many_requests_are_in_flight_at_once() -> Result<(), AnyError> {
    let (_mock, clerk, user) = with_ada().await;
    let ids = [user.id.clone(), "user_nobody".to_owned()];
    // code: many-at-once
    let users: Vec<Result<User, Error>> =
        stream::iter(ids).map(|id| clerk.users().get(id).send()).buffer_unordered(32).collect().await;
    // end
    assert_eq!(users.iter().filter(|user| user.is_ok()).count(), 1);
    // code: join-and-spawn
    let task = tokio::spawn(clerk.users().count().send());
    let both =
        future::join_all([clerk.users().get("user_1").send(), clerk.users().get("user_2").send()]).await;
    // end
    assert_eq!(task.await??.total_count, 1);
    assert!(both.iter().all(|user| user.as_ref().is_err_and(Error::is_not_found)));
    let raw = clerk.request::<serde_json::Value>(clerk_sdk::Method::GET, "/users/count");
    assert_eq!(tokio::spawn(raw.send()).await??["total_count"], 1);
    Ok(())
}

#[tokio::test]
async fn codes_of_errors_are_constants() -> Result<(), AnyError> {
    let (_mock, clerk, user) = with_ada().await;
    // code: error-codes
    match clerk.users().verify_password(&user.id, "wrong").await {
        Ok(_) => println!("correct"),
        Err(e) if e.has_code(error_codes::INCORRECT_PASSWORD) => println!("wrong"),
        Err(e) if e.has_code(error_codes::NO_PASSWORD_SET) => {
            println!("the user signs in without a password")
        }
        Err(e) => return Err(e.into()),
    }
    // end
    Ok(())
}

#[tokio::test]
async fn errors_say_what_happened() -> Result<(), AnyError> {
    let (_mock, clerk, _) = with_ada().await;
    let id = "user_nobody";
    let mut seen = false;
    // code: errors
    match clerk.users().get(id).await {
        Ok(user) => println!("{}", user.id),
        Err(e) if e.is_not_found() => println!("nobody has this id"),
        Err(e) if e.is_rate_limited() => println!("again in {:?}", e.retry_after()),
        Err(e) if e.has_code("form_param_format_invalid") => println!("that is no id"),
        Err(e) => eprintln!("{e}"),
    }
    // end
    let error = clerk.users().get(id).await.unwrap_err();
    // code: error-api
    if let Some(api) = error.api() {
        println!("{} {:?} {:?}", api.status(), api.trace_id(), api.retry_after());
        for item in api.errors() {
            println!("{:?}: {:?} {:?}", item.code(), item.message(), item.meta());
        }
        let _raw = (api.headers(), api.body());
    }
    // end
    // code: error-kinds
    match error.kind() {
        ErrorKind::Api => println!("the server said no: {:?}", error.status()),
        ErrorKind::Transport => {
            println!("{:?}; may have arrived: {}", error.transport_kind(), error.maybe_sent())
        }
        ErrorKind::Decode => println!("not what was promised, at {:?}", error.decode_path()),
        ErrorKind::InvalidRequest | ErrorKind::Config => println!("not sent: {error}"),
        ErrorKind::RateLimited => println!("not sent; again in {:?}", error.retry_after()),
        _ => println!("{error}"),
    }
    // end
    seen |= error.has_code("resource_not_found");
    assert!(seen, "{error}");
    Ok(())
}
