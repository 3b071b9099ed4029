// types.rs
/// Thing: an object that the api answers (`/components/schemas/Thing` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Thing {
    /// Created at.
    /// Unix milliseconds.
    pub created_at: Timestamp,
    /// Updated at.
    /// Unix milliseconds.
    pub updated_at: Option<Timestamp>,
    /// Expires at.
    /// Unix milliseconds.
    pub expires_at: Option<Timestamp>,
    /// Seconds at.
    pub seconds_at: Option<i64>,
    /// Public metadata.
    pub public_metadata: Metadata,
    /// Metadata.
    pub metadata: Option<Metadata>,
    /// Actor.
    pub actor: Option<JsonObject>,
    /// Claims.
    pub claims: Option<serde_json::Value>,
    /// Labels.
    pub labels: Option<BTreeMap<String, String>>,
}
// requests.rs
impl CreateThing {
    /// In the query.
    /// Unix milliseconds.
    pub fn created_at_before(self, created_at_before: impl Into<Timestamp>) -> Self {
        self.set_query("created_at_before", Into::<Timestamp>::into(created_at_before))
    }
    /// In the query.
    pub fn limit(self, limit: impl TryInto<i64>) -> Self {
        self.set_count("limit", limit)
    }
    /// In the body.
    pub fn public_metadata(self, public_metadata: impl Into<Metadata>) -> Self {
        self.set_body("public_metadata", Into::<Metadata>::into(public_metadata))
    }
    /// In the body.
    /// Format: `date-time`.
    pub fn created_at(self, created_at: impl Into<String>) -> Self {
        self.set_body("created_at", Into::<String>::into(created_at))
    }
    /// In the body.
    /// Default: `3600`.
    /// At least `60`.
    pub fn expires_in_seconds(self, expires_in_seconds: i64) -> Self {
        self.set_body("expires_in_seconds", expires_in_seconds)
    }
    /// In the body.
    /// Takes a `Timestamp`, or the text of one (RFC 3339).
    /// May be null: `Null`.
    pub fn imported_at(self, imported_at: impl IntoNullable<DateTime>) -> Self {
        self.set_body("imported_at", imported_at.into_nullable())
    }
    /// In the body.
    pub fn tags(self, tags: impl IntoList<String>) -> Self {
        self.set_body("tags", tags.into_list())
    }
}
