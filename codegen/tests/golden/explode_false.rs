// requests.rs
impl ListThings {
    /// `ids` in the query.
    pub fn ids(self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.set_query("ids", into_list::<String>(ids))
    }
    /// `mode` in the query, joined with commas.
    pub fn mode(self, mode: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.set_query("mode", joined(into_list::<String>(mode)))
    }
}
