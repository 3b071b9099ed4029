// types.rs
/// Owned: an object that the api answers (`/components/schemas/Owned` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Owned {
    /// Id.
    pub id: String,
    /// Name.
    pub name: Option<String>,
    /// Owner.
    pub owner: String,
}
// types.rs
object! { Owned { id, name, owner } }
