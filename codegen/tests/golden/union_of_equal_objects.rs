// types.rs
/// Refresh: one of several objects (`/components/schemas/Refresh` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Refresh {
    /// `kind` is `Cookies`.
    Cookies(Cookies),
    /// `kind` is `Fresh`.
    Fresh(Fresh),
    /// `kind` is `Stale`.
    Stale(Fresh),
    /// Something that this version of the SDK does not know, as it came.
    Unknown(serde_json::Value),
}
// types.rs
union! {
    Refresh [Some("kind")] {
        @From Cookies(Cookies) Shape {
            tags: &["Cookies"], keys: &["list"], hints: &[("object", &["cookies"]),
            ],
        },
        Fresh(Fresh) Shape {
            tags: &["Fresh"], keys: &["value"], hints: &[
            ],
        },
        Stale(Fresh) Shape {
            tags: &["Stale"], keys: &["value"], hints: &[
            ],
        },
    }
}
