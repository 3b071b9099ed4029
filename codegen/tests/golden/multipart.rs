// resources.rs
    /// Upload logo: `PUT /things/{thing_id}/logo`.
    ///
    /// * `thing_id`: In the path.
    /// * `uploader_user_id`: In the form.
    /// * `file`: In the form.
    ///
    /// Optional, by setters of [`UploadLogo`](requests::UploadLogo): `label`.
    ///
    /// Answers [`UploadLogoResponse`](types::UploadLogoResponse) (200). The document declares no failures.
    /// A retry may repeat it.
    /// See [Clerk's
    /// reference](https://clerk.com/docs/reference/backend-api/tag//put/things/%7Bthing_id%7D/logo).
    ///
    /// ```no_run
    /// # #![allow(deprecated, unused)]
    /// # async fn example(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
    /// let answer = clerk
    ///     .things()
    ///     .upload_logo("thing_1", "uploader_user_1", clerk_sdk::FilePart::from_bytes("logo.png", &b"..."[..]))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload_logo(
        &self,
        thing_id: impl Into<String>,
        uploader_user_id: impl Into<String>,
        file: FilePart,
    ) -> requests::UploadLogo {
        Request::new(&self.clerk)
            .set_path("thing_id", Into::<String>::into(thing_id))
            .set_part("uploader_user_id", FormValue::Text(uploader_user_id.into()))
            .set_part("file", FormValue::File(file))
    }
// requests.rs
impl UploadLogo {
    /// In the form.
    pub fn label(self, label: impl Into<String>) -> Self {
        self.set_part("label", FormValue::Text(label.into()))
    }
}
// op.rs
impl Operation for UploadLogo {
    type Output = types::UploadLogoResponse;
    const META: &'static Meta = &Meta::put("UploadLogo", "/things/{thing_id}/logo", VERSION).body(BodyKind::Form);
}
