// types.rs
/// Refresh: one of several objects (`/components/schemas/Refresh` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Refresh {
    /// Token.
    Token(Token),
    /// Cookies.
    Cookies(Cookies),
    /// Something that this version of the SDK does not know, as it came.
    Unknown(serde_json::Value),
}
// types.rs
union! {
    Refresh [None] {
        @From Token(Token) Shape {
            tags: &[], keys: &["object", "value"], hints: &[("object", &["token"]),
            ],
        },
        @From Cookies(Cookies) Shape {
            tags: &[], keys: &["list"], hints: &[("object", &["cookies"]),
            ],
        },
    }
}
