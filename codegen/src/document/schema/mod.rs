//! Schema objects: what a value may be.

mod bounds;
mod keywords;
mod reading;

pub use bounds::{Bound, Measure};

/// A schema, with the facts around its type.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Where it stands.
    pub pointer: String,
    /// What it describes.
    pub kind: SchemaKind,
    /// Whether null is allowed here.
    pub nullable: bool,
    /// Whether it is marked deprecated.
    pub deprecated: bool,
    /// Set if it is part of responses alone.
    pub read_only: bool,
    /// Set if it is part of requests alone.
    pub write_only: bool,
    /// Limits, defaults and formats, for the documentation.
    pub facts: Facts,
    /// `x-doc`: what the value means, in a sentence.
    pub doc: Option<String>,
    /// `x-doc-type`: what the type that is made of it, or of its items, is.
    pub type_doc: Option<String>,
    /// `x-doc-values`: what listed values mean, each by its value.
    pub value_docs: Vec<(String, String)>,
    /// `x-rust-name`: the name of the type or field, given by an overlay.
    pub rust_name: Option<String>,
    /// `x-speakeasy-name-override`: what this is called as a member of a union.
    pub variant_name: Option<String>,
    /// `x-sensitive`: whether the value is a secret; `None` where nobody has said.
    pub sensitive: Option<bool>,
    /// `x-timestamp`: whether the number is a time in Unix milliseconds; `None` leaves it to the name.
    pub timestamp: Option<bool>,
}

/// What a schema describes.
#[derive(Clone, Debug)]
pub enum SchemaKind {
    /// `$ref`, as the pointer that it leads to.
    Reference(String),
    /// A string; listed values, if any.
    String(Vec<String>),
    /// An integer; listed values, if any.
    Integer(Vec<i64>),
    /// A number.
    Number,
    /// A boolean, also where only one value is listed.
    Boolean,
    /// An array.
    Array(Box<Schema>),
    /// An object.
    Object {
        /// The declared properties, in document order.
        properties: Vec<Property>,
        /// What the document says about other keys.
        additional: AdditionalProperties,
    },
    /// All of these at once.
    AllOf(Vec<Schema>, Vec<String>),
    /// One of these.
    Union(Vec<Schema>, Option<Discriminator>),
    /// Anything.
    Any,
}

/// A property of an object.
#[derive(Clone, Debug)]
pub struct Property {
    /// The JSON name.
    pub name: String,
    /// Whether the object must have it.
    pub required: bool,
    /// Its schema.
    pub schema: Schema,
}

/// What an object says about keys that it does not declare.
#[derive(Clone, Debug)]
pub enum AdditionalProperties {
    /// Nothing.
    Unsaid,
    /// None are sent.
    Closed,
    /// Any are.
    Open,
    /// Any, with values of this schema.
    Typed(Box<Schema>),
}

/// How the members of a union are told apart.
#[derive(Clone, Debug)]
pub struct Discriminator {
    /// The property that holds the tag.
    pub property: String,
    /// Tag and pointer of the member, where the document lists them.
    pub mapping: Vec<(String, String)>,
}

/// What the documentation of a value says beside its type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Such as `default: 10` or `at most 500`, each ready to be printed.
    pub lines: Vec<String>,
    /// `format`.
    pub format: Option<String>,
    /// `pattern`.
    pub pattern: Option<String>,
    /// `minimum`, `maxLength`, `minItems` and their like.
    pub bounds: Vec<Bound>,
    /// The same of the items of a list.
    pub item_bounds: Vec<Bound>,
}
