// op.rs
impl Operation for ListUsers {
    type Output = Page<types::User>;
    const META: &'static Meta = &Meta::get("ListUsers", "/users", VERSION);
}
// op.rs
impl Paginated for ListUsers {
    type Item = types::User;
    const CURSOR: Option<&'static str> = Some("starting_after");
    fn cursor(item: &types::User) -> Option<&str> {
        Some(&item.id)
    }
}
// op.rs
impl Operation for ListThings {
    type Output = Page<types::Thing>;
    const META: &'static Meta = &Meta::get("ListThings", "/things", VERSION);
}
// op.rs
impl Paginated for ListThings {
    type Item = types::Thing;
    const TAKES_PAGINATED: bool = true;
}
// op.rs
impl Operation for ListUnpaged {
    type Output = Page<types::Thing>;
    const META: &'static Meta = &Meta::get("ListUnpaged", "/unpaged", VERSION);
}
