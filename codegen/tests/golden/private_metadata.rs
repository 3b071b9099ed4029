// types.rs
impl Customer {
    /// Returns the same without `private_metadata`, here and in `home`, `work`, `addresses`, `former`,
    /// `by_city`, `orders`, for a browser.
    #[must_use]
    pub fn without_private(mut self) -> Self {
        self.private_metadata = None;
        self.home = self.home.without_private();
        self.work = self.work.map(|item| item.without_private());
        self.addresses = self.addresses.into_iter().map(|item| item.without_private()).collect();
        self.former = self.former.map(|item| item.into_iter().map(|item| item.without_private()).collect());
        self.by_city = self.by_city.into_iter().map(|(key, item)| (key, item.without_private())).collect();
        self.orders = self.orders.into_iter().map(|item| item.without_private()).collect();
        self
    }
}
// types.rs
impl Address {
    /// Returns the same without `private_metadata` for a browser.
    #[must_use]
    pub fn without_private(mut self) -> Self {
        self.private_metadata = None;
        self
    }
}
// types.rs
impl Order {
    /// Returns the same without `private_metadata` in `buyer`, `replaces`, for a browser.
    #[must_use]
    pub fn without_private(mut self) -> Self {
        self.buyer = self.buyer.without_private();
        self.replaces = self.replaces.map(|item| Box::new((*item).without_private()));
        self
    }
}
