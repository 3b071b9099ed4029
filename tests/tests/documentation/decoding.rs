//! What answers become.

use clerk_sdk::Timestamp;
use clerk_sdk::types::EmailAddressVerification;

use crate::{AnyError, with_ada};

#[tokio::test]
async fn answers_that_are_new_decode() -> Result<(), AnyError> {
    let (_mock, _clerk, user) = with_ada().await;
    // code: unions
    match &user.email_addresses[0].verification {
        None => println!("not verified in any way"),
        Some(EmailAddressVerification::Otp(otp)) => println!("{}, {:?} attempts", otp.status, otp.attempts),
        Some(EmailAddressVerification::Unknown(json)) => println!("new to this version: {json}"),
        Some(other) => println!("{other:?}"),
    }
    // end
    // code: times
    let begin: Timestamp = user.created_at;
    println!("{begin}, or {} ms, or {:?}", begin.as_millis(), std::time::SystemTime::try_from(begin)?);
    // end
    Ok(())
}
