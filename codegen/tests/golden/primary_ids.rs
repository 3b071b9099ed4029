// types.rs
impl Customer {
    /// Returns the item of `addresses` with the id [`primary_address_id`](Self::primary_address_id). `None`
    /// if there is none.
    pub fn primary_address(&self) -> Option<&Address> {
        let id = self.primary_address_id.as_deref()?;
        self.addresses.iter().find(|item| item.id == id)
    }
}
