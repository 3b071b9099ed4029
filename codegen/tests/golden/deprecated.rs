// resources.rs
    /// Old thing: `GET /old`.
    ///
    /// Answers [`Thing`](types::Thing) (200). The document declares no failures.
    /// A retry may repeat it.
    /// See [Clerk's reference](https://clerk.com/docs/reference/backend-api/tag//get/old).
    ///
    /// ```no_run
    /// # #![allow(deprecated, unused)]
    /// # async fn example(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
    /// let answer = clerk.things().old().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[deprecated = "Clerk's document marks it so"]
    pub fn old(&self) -> requests::OldThing {
        Request::new(&self.clerk)
    }
// requests.rs
impl OldThing {
    /// In the query.
    #[deprecated = "Clerk's document marks it so"]
    pub fn spelling(self, spelling: impl Into<String>) -> Self {
        self.set_query("spelling", Into::<String>::into(spelling))
    }
}
// types.rs
/// Thing: an object that the api answers (`/components/schemas/Thing` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Thing {
    /// Old name.
    /// Deprecated.
    pub old_name: Option<String>,
    /// Name.
    pub name: Option<String>,
}
