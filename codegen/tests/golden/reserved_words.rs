// types.rs
/// Thing: an object that the api answers (`/components/schemas/Thing` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Thing {
    /// Type.
    /// `type` in JSON.
    pub type_: String,
    /// Self.
    /// `self` in JSON.
    pub self_: Option<String>,
    /// X5t s256.
    /// `x5t#S256` in JSON.
    pub x5t_s256: Option<String>,
    /// 2fa.
    /// `2fa` in JSON.
    pub n2fa: Option<bool>,
    /// Camel case.
    /// `camelCase` in JSON.
    pub camel_case: Option<String>,
    /// Match.
    /// `match` in JSON.
    pub match_: Option<ThingMatch>,
}
// types.rs
object! { Thing {
    type_ = "type", self_ = "self", x5t_s256 = "x5t#S256", n2fa = "2fa", camel_case = "camelCase",
    match_ = "match",
} }
// types.rs
/// Thing match: a text of which some values are known (`/components/schemas/Thing/properties/match` in the
/// document).
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ThingMatch {
    /// `self`.
    SelfValue,
    /// ``.
    Empty,
    /// `6h`.
    N6h,
    /// `*`.
    All,
    /// `unknown`.
    UnknownValue,
    /// `-name`.
    NameDescending,
    /// `name`.
    Name,
    /// A value that this version of the SDK does not know.
    Unknown(String),
}
// types.rs
open_enum! { ThingMatch {
    SelfValue = "self", Empty = "", N6h = "6h", All = "*", UnknownValue = "unknown",
    NameDescending = "-name", Name = "name",
} }
// resources.rs
    /// Move thing: `POST /things/{ref}`.
    ///
    /// * `ref_`: `ref` in the path.
    ///
    /// Optional, by setters of [`MoveThing`](requests::MoveThing): `async_`.
    ///
    /// Answers [`Thing`](types::Thing) (200). The document declares no failures.
    /// A retry repeats it only where it cannot have been acted on, unless told otherwise.
    /// See [Clerk's reference](https://clerk.com/docs/reference/backend-api/tag//post/things/%7Bref%7D).
    ///
    /// ```no_run
    /// # #![allow(deprecated, unused)]
    /// # async fn example(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
    /// let answer = clerk.things().move_("ref").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn move_(&self, ref_: impl Into<String>) -> requests::MoveThing {
        Request::new(&self.clerk).set_path("ref", Into::<String>::into(ref_))
    }
