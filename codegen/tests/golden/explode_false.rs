// requests.rs
impl ListThings {
    /// In the query.
    pub fn ids(self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.set_query("ids", into_list::<String>(ids))
    }
    /// In the query, joined with commas.
    pub fn mode(self, mode: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.set_query("mode", joined(into_list::<String>(mode)))
    }
}
