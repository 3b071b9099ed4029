// types.rs
/// Thing: an object that the api answers (`/components/schemas/Thing` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Thing {
    /// Always `thing`.
    pub object: Option<ObjectType>,
    /// Id.
    pub id: String,
    /// Name.
    pub name: Option<String>,
    /// Note.
    pub note: Option<String>,
    /// Parts.
    pub parts: Vec<String>,
    /// Metrics.
    pub metrics: Option<ThingMetrics>,
    /// Owner.
    pub owner: Option<Person>,
    /// Size.
    pub size: Option<Size>,
    /// Shared.
    pub shared: Option<Shared>,
    /// Public metadata.
    pub public_metadata: Metadata,
    /// Tag.
    pub tag: Option<serde_json::Value>,
    /// User id.
    pub user_id: Option<String>,
}
// types.rs
object! { Thing {
    object, id, name, note [null], parts, metrics, owner, size, shared, public_metadata, tag, user_id,
} }
// types.rs
/// Person: an object that the api answers (`/components/schemas/Person` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Person {
    /// User id.
    pub user_id: String,
    /// Is admin.
    pub is_admin: Option<bool>,
}
// types.rs
/// Size: an object that the api answers (`/components/schemas/Size` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Size {
    /// Width.
    pub width: Option<i64>,
}
// types.rs
/// Thing metrics: an object that the api answers (`/components/schemas/Thing/properties/metrics` in the
/// document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ThingMetrics {
    /// Count.
    pub count: Option<i64>,
}
// types.rs
/// Shared: an object that the api answers (`/components/schemas/Shared` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Shared {
    /// Name.
    pub name: String,
}
// events.rs
/// What has happened, as Clerk tells it to a webhook endpoint.
///
/// The 1 kinds are those of Clerk's document of 2026-01-01.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// `thing.created`.
    ThingCreated(EventOf<types::Thing>),
    /// An event that this version of the SDK does not know, or whose data it does not understand.
    Unknown(UnknownEvent),
}
