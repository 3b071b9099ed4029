// types.rs
/// Get things status: a text of which some values are known (`/paths/~1things/get/parameters/0/schema/items`
/// in the document).
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GetThingsStatus {
    /// `active`.
    Active,
    /// `banned`.
    Banned,
    /// A value that this version of the SDK does not know.
    Unknown(String),
}
// types.rs
open_enum! { GetThingsStatus { Active = "active", Banned = "banned" } }
// types.rs
/// The tags of objects that say by `object` what they are.
///
/// A text of which some values are known.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ObjectType {
    /// `thing`.
    Thing,
    /// A value that this version of the SDK does not know.
    Unknown(String),
}
// types.rs
/// Thing: an object that the api answers (`/components/schemas/Thing` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Thing {
    /// Always `thing`.
    pub object: Option<ObjectType>,
    /// Status.
    pub status: Option<GetThingsStatus>,
    /// Deleted.
    pub deleted: Option<bool>,
}
// requests.rs
    /// In the query.
    pub fn status(self, status: impl IntoList<types::GetThingsStatus>) -> Self {
        self.set_query("status", status.into_list())
    }
