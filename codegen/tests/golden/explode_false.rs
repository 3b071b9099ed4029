// requests.rs
impl ListThings {
    /// In the query.
    pub fn ids(self, ids: impl IntoList<String>) -> Self {
        self.set_query("ids", ids.into_list())
    }
    /// In the query, joined with commas.
    pub fn mode(self, mode: impl IntoList<String>) -> Self {
        self.set_query("mode", joined(mode.into_list()))
    }
}
