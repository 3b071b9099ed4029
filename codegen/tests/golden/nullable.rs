// types.rs
/// Thing: an object that the api answers (`/components/schemas/Thing` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Thing {
    /// Always.
    pub always: String,
    /// Always or null.
    pub always_or_null: Option<String>,
    /// Maybe.
    pub maybe: Option<String>,
    /// Maybe or null.
    pub maybe_or_null: Option<String>,
    /// Behind.
    pub behind: Option<i64>,
    /// List.
    pub list: Vec<Option<String>>,
}
// types.rs
object! { Thing { always, always_or_null [null], maybe, maybe_or_null, behind, list } }
// types.rs
/// Part input: an object that callers send (`/components/schemas/PartInput` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct PartInput {
    /// Always.
    pub always: String,
    /// Always or null.
    pub always_or_null: Nullable<String>,
    /// Maybe.
    pub maybe: Option<String>,
    /// Maybe or null.
    pub maybe_or_null: Option<Nullable<String>>,
}
// types.rs
impl PartInput {
    /// A `PartInput` with what is required of it.
    pub fn new(always: impl Into<String>, always_or_null: impl IntoNullable<String>) -> Self {
        Self {
            always: always.into(),
            always_or_null: always_or_null.into_nullable(),
            maybe: None,
            maybe_or_null: None,
        }
    }
    /// Maybe.
    pub fn maybe(mut self, maybe: impl Into<String>) -> Self {
        self.maybe = Some(maybe.into());
        self
    }
    /// Maybe or null.
    pub fn maybe_or_null(mut self, maybe_or_null: impl IntoNullable<String>) -> Self {
        self.maybe_or_null = Some(maybe_or_null.into_nullable());
        self
    }
}
// samples.rs
    Thing "/components/schemas/Thing" {
        always into String, always_or_null null String, maybe null String, maybe_or_null null String,
        behind null i64, list list Option<String>,
    }
// resources.rs
    /// Update thing: `PATCH /things`.
    ///
    /// Optional, by setters of [`UpdateThing`](requests::UpdateThing): `note`, `plain`, `part`.
    ///
    /// Answers [`Thing`](types::Thing) (200). The document declares no failures.
    /// A retry repeats it only where it cannot have been acted on, unless told otherwise.
    /// See [Clerk's reference](https://clerk.com/docs/reference/backend-api/tag//patch/things).
    ///
    /// ```no_run
    /// # #![allow(deprecated, unused)]
    /// # async fn example(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
    /// let answer = clerk.things().update().note("note").plain("plain").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update(&self) -> requests::UpdateThing {
        Request::new(&self.clerk)
    }
// requests.rs
impl UpdateThing {
    /// In the body.
    /// May be null: `Null`.
    pub fn note(self, note: impl IntoNullable<String>) -> Self {
        self.set_body("note", note.into_nullable())
    }
    /// In the body.
    pub fn plain(self, plain: impl Into<String>) -> Self {
        self.set_body("plain", Into::<String>::into(plain))
    }
    /// In the body.
    pub fn part(self, part: types::PartInput) -> Self {
        self.set_body("part", part)
    }
}
// requests.rs
    /// In the body.
    /// May be null: `Null`.
    pub fn note(self, note: impl IntoNullable<String>) -> Self {
        self.set_body("note", note.into_nullable())
    }
