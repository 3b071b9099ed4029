// types.rs
/// Thing input: an object that callers send (`/components/schemas/ThingInput` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ThingInput {
    /// Name.
    pub name: String,
    /// Password.
    /// Not shown by `Debug`.
    pub password: Option<String>,
    /// Code.
    pub code: Option<String>,
}
// types.rs
object! { ThingInput { name, password [secret], code } }
// resources.rs
    /// Create things: `POST /things`.
    ///
    /// * `items`: The body.
    ///
    /// Answers nothing (204). The document declares no failures.
    /// A retry repeats it only where it cannot have been acted on, unless told otherwise.
    /// See [Clerk's reference](https://clerk.com/docs/reference/backend-api/tag//post/things).
    ///
    /// ```no_run
    /// # #![allow(deprecated, unused)]
    /// # async fn example(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
    /// clerk.things().create_many([clerk_sdk::types::ThingInput::new("name")]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_many(&self, items: impl IntoList<types::ThingInput>) -> requests::CreateThings {
        Request::new(&self.clerk).set_value(items.into_list())
    }
// op.rs
impl Operation for CreateThings {
    type Output = ();
    const META: &'static Meta = &Meta::post("CreateThings", "/things", VERSION).body(BodyKind::RequiredJson);
}
