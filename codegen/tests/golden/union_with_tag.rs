// types.rs
/// Thing verification: one of several objects (`/components/schemas/Thing/properties/verification` in the
/// document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum ThingVerification {
    /// `object` is `verification_otp`.
    Otp(VerificationOtp),
    /// `object` is `verification_oauth`.
    Oauth(VerificationOauth),
    /// Something that this version of the SDK does not know, as it came.
    Unknown(serde_json::Value),
}
// types.rs
union! {
    ThingVerification [Some("object")] {
        @From Otp(VerificationOtp) Shape {
            tags: &["verification_otp"], keys: &["strategy", "attempts"], hints: &[
            ("strategy", &["phone_code", "email_code"]),
            ],
        },
        @From Oauth(VerificationOauth) Shape {
            tags: &["verification_oauth"], keys: &["strategy"], hints: &[("strategy", &["oauth_*"]),
            ],
        },
    }
}
