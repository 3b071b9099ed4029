// types.rs
/// Node: an object that the api answers (`/components/schemas/Node` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Node {
    /// Parent.
    pub parent: Option<Box<Node>>,
    /// Children.
    pub children: Option<Vec<Node>>,
    /// By name.
    pub by_name: Option<BTreeMap<String, Node>>,
}
// types.rs
/// Filter: an object that callers send (`/components/schemas/Filter` in the document).
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Filter {
    /// Not.
    pub not: Option<Box<Filter>>,
    /// Any.
    pub any: Option<Vec<Filter>>,
}
// types.rs
impl Filter {
    /// A `Filter` with what is required of it.
    pub fn new() -> Self {
        Self {
            not: None,
            any: None,
        }
    }
    /// Not.
    pub fn not(mut self, not: Box<Filter>) -> Self {
        self.not = Some(not);
        self
    }
    /// Any.
    pub fn any(mut self, any: impl IntoList<Filter>) -> Self {
        self.any = Some(any.into_list());
        self
    }
}
