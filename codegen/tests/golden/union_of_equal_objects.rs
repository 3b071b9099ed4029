// types.rs
/// Refresh: one of several objects (`/components/schemas/Refresh` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Refresh {
    /// Cookies.
    Cookies(Cookies),
    /// Fresh.
    Fresh(Fresh),
    /// Stale.
    Stale(Fresh),
    /// Something that this version of the SDK does not know, as it came.
    Unknown(serde_json::Value),
}
// types.rs
union! {
    Refresh [None] {
        @From Cookies(Cookies) Shape {
            tags: &[], keys: &["list"], hints: &[("object", &["cookies"]),
            ],
        },
        Fresh(Fresh) Shape {
            tags: &[], keys: &["value"], hints: &[
            ],
        },
        Stale(Fresh) Shape {
            tags: &[], keys: &["value"], hints: &[
            ],
        },
    }
}
