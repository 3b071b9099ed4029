//! The model: everything that names or shapes the public API, decided. What `emit` writes, what tables and listings
//! show and what two versions are compared by is read from here.

mod bounds;
mod dedup;
mod events;
mod finish;
mod lower;
pub mod names;
mod sensitive;
mod types;
mod versions;

pub use bounds::{ArgumentBound, of as bounds};
pub use lower::lower;
pub use versions::share;

use crate::document::Facts;

/// The API of one document, as the SDK presents it.
#[derive(Clone, Debug)]
pub struct Api {
    /// The API version, such as `2026-05-12`.
    pub version: String,
    /// The resources, in document order of their first operation.
    pub resources: Vec<Resource>,
    /// The operations, in document order.
    pub operations: Vec<Operation>,
    /// The events that Clerk sends, in document order.
    pub events: Vec<Event>,
    /// The types that operations and events reach, in the order they are met.
    pub types: Vec<TypeDef>,
    /// Whether the resources are also methods of the client itself: those of the newest version are.
    pub is_root: bool,
}

/// Operations that belong together: what `clerk.users()` answers.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The method of the client, such as `users`.
    pub accessor: String,
    /// The type it answers, such as `Users`.
    pub type_name: String,
    /// What it is, in a sentence.
    pub doc: Option<String>,
    /// Other names to be found by.
    pub aliases: Vec<String>,
    /// Indexes of its operations.
    pub operations: Vec<usize>,
}

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The document's id, such as `GetUserList`.
    pub id: String,
    /// The type that stands for it, such as `GetUserList`.
    pub marker: String,
    /// The accessor of its resource.
    pub resource: String,
    /// The method on its resource, such as `list`.
    pub method_name: String,
    /// What it does, in a sentence.
    pub doc: Option<String>,
    /// Other names to be found by.
    pub aliases: Vec<String>,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path template.
    pub path: String,
    /// Clerk's page about it.
    pub reference: String,
    /// Whether it is marked deprecated.
    pub deprecated: bool,
    /// The kind of key it wants.
    pub key: Key,
    /// Whether a repetition has no effect of its own.
    pub repeatable: bool,
    /// The required arguments, in the order they are given.
    pub arguments: Vec<Argument>,
    /// The optional ones, each a setter.
    pub setters: Vec<Argument>,
    /// The body.
    pub body: Body,
    /// The status of a success.
    pub status: u16,
    /// The answer.
    pub output: Output,
    /// How further pages are asked for, for operations that return a list by pages.
    pub paging: Option<Paging>,
    /// The other statuses that the document declares.
    pub failures: Vec<String>,
    /// Codes of errors that it is known to return, in alphabetical order.
    pub error_codes: Vec<String>,
}

/// One kind of event.
#[derive(Clone, Debug)]
pub struct Event {
    /// The value of `type`, such as `user.created`.
    pub kind: String,
    /// The variant that stands for it, such as `UserCreated`.
    pub variant: String,
    /// What has happened, in a sentence.
    pub doc: Option<String>,
    /// What it happened to.
    pub data: Type,
    /// Whether it is marked deprecated.
    pub deprecated: bool,
}

/// The kind of key an operation wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The secret key.
    Secret,
    /// A machine's key.
    Machine,
    /// The secret key, or a machine's key.
    Either,
    /// None.
    None,
}

/// The body of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// None.
    None,
    /// JSON that need not be sent.
    OptionalJson,
    /// JSON that is always sent.
    RequiredJson,
    /// A form of parts (`multipart/form-data`).
    Form,
    /// A form of texts (`application/x-www-form-urlencoded`).
    UrlEncoded,
    /// Bytes (`application/octet-stream`).
    Binary,
}

/// The answer of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// None.
    Nothing,
    /// A value.
    Value(Type),
    /// A page of a list, bare or with its total. Without [`Operation::paging`] it holds the whole list.
    Page(Type),
    /// A text that is not JSON.
    Text,
    /// Bytes.
    Bytes,
}

/// How an operation that answers pages is asked for the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// The key of the items where the answer is an object: `data`, unless the document has another one.
    pub items: String,
    /// Whether it takes `paginated`.
    pub paginated: bool,
    /// The query parameter that takes the id of the last item, if there is one.
    pub cursor: Option<String>,
}

/// Something that a caller passes.
#[derive(Clone, Debug)]
pub struct Argument {
    /// The name on the wire.
    pub wire: String,
    /// The name in Rust.
    pub ident: String,
    /// Where it goes.
    pub place: Place,
    /// Its type.
    pub ty: Type,
    /// Whether null may be passed.
    pub nullable: bool,
    /// Whether it is marked deprecated.
    pub deprecated: bool,
    /// Whether it is a secret.
    pub sensitive: bool,
    /// What it means, in a sentence.
    pub doc: Option<String>,
    /// Limits, defaults, formats.
    pub facts: Facts,
}

/// Where an argument goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Into the path.
    Path,
    /// Into the query; an array repeats its key.
    Query,
    /// Into the query; an array is joined with commas.
    JoinedQuery,
    /// Into the query; an array is joined with this character.
    DelimitedQuery(char),
    /// Into a header; an array is joined with commas.
    Header,
    /// Into the header `Cookie`.
    Cookie,
    /// A field of the JSON body.
    BodyField,
    /// The whole JSON body.
    WholeBody,
    /// A part of the form.
    FormPart,
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Text.
    String,
    /// True or false.
    Bool,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Unix milliseconds.
    Timestamp,
    /// A time that is text on the wire.
    DateTime,
    /// Any JSON.
    Json,
    /// A JSON object, kept as it is.
    JsonObject,
    /// Metadata: a JSON object with accessors.
    Metadata,
    /// A file to upload.
    File,
    /// A list.
    List(Box<Type>),
    /// A map from names to values.
    Map(Box<Type>),
    /// A value that may be null: in a list, a map or a page, or as the whole response.
    Nullable(Box<Type>),
    /// A type of the model, by its index in [`Api::types`].
    Named(usize),
    /// The same, behind a box since it contains itself.
    Boxed(usize),
}

/// In which direction a type travels: callers tell absent, null and value apart, answers don't.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the caller to Clerk.
    Request,
    /// From Clerk to the caller.
    Response,
}

/// A type of the generated API.
#[derive(Clone, Debug)]
pub struct TypeDef {
    /// Its name.
    pub name: String,
    /// Where it was found first.
    pub pointer: String,
    /// Which way it travels; of no importance for enums.
    pub direction: Direction,
    /// What it is, in a sentence.
    pub doc: Option<String>,
    /// Its shape.
    pub kind: TypeKind,
    /// Whether it is marked deprecated.
    pub deprecated: bool,
    /// The module of the newer version that has an equal type of this name, which then serves here too.
    pub defined_in: Option<String>,
}

/// The shape of a type.
#[derive(Clone, Debug)]
pub enum TypeKind {
    /// A struct.
    Object(Vec<Field>),
    /// An open enum, of strings or of integers.
    Enum(Vec<Variant>),
    /// An open union.
    Union(Union),
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// The JSON name.
    pub wire: String,
    /// The name in Rust.
    pub ident: String,
    /// Its type, without what follows from the next two.
    pub ty: Type,
    /// Whether it must be there.
    pub required: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it is a secret.
    pub sensitive: bool,
    /// Whether it is marked deprecated.
    pub deprecated: bool,
    /// The only value it has, for tags such as `object: "user"`.
    pub constant: Option<String>,
    /// What it means, in a sentence.
    pub doc: Option<String>,
    /// Limits, defaults, formats.
    pub facts: Facts,
}

/// A value of an enum.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The JSON string, or the number as text.
    pub wire: String,
    /// The number, in an enum of integers.
    pub number: Option<i64>,
    /// The name in Rust.
    pub ident: String,
    /// What it means, in a sentence.
    pub doc: Option<String>,
}

/// A union.
#[derive(Clone, Debug)]
pub struct Union {
    /// The property that tells the variants apart, if there is one.
    pub tag: Option<String>,
    /// The variants.
    pub variants: Vec<UnionVariant>,
}

/// A variant of a union, and what its values look like.
#[derive(Clone, Debug)]
pub struct UnionVariant {
    /// The name in Rust.
    pub ident: String,
    /// The index of its type in [`Api::types`].
    pub ty: usize,
    /// Values of the tag that mean this variant.
    pub tags: Vec<String>,
    /// Keys that such a value has.
    pub keys: Vec<String>,
    /// Properties with known values, and these values; a value that ends in `*` is a beginning.
    pub hints: Vec<(String, Vec<String>)>,
}

impl Field {
    /// Whether a response presents it as an `Option`.
    pub fn is_option(&self) -> bool {
        !self.required || self.nullable
    }
}

impl Output {
    /// The type of the answer, or of the items of a page.
    pub fn ty(&self) -> Option<&Type> {
        match self {
            Self::Nothing | Self::Text | Self::Bytes => None,
            Self::Value(ty) | Self::Page(ty) => Some(ty),
        }
    }

    /// The definition that it leads to.
    pub fn definition(&self) -> Option<usize> {
        self.ty().and_then(Type::definition)
    }
}

impl TypeDef {
    /// The definitions that this one leads to by itself.
    pub fn inner(&self) -> Vec<usize> {
        self.kind.inner()
    }
}

impl TypeKind {
    /// Returns the definitions that the shape refers to directly.
    pub(crate) fn inner(&self) -> Vec<usize> {
        match self {
            Self::Object(fields) => fields.iter().filter_map(|field| field.ty.definition()).collect(),
            Self::Union(union) => union.variants.iter().map(|variant| variant.ty).collect(),
            Self::Enum(_) => Vec::new(),
        }
    }
}

impl Api {
    /// The module in which its types are, such as `v2026_05_12`.
    pub fn module(&self) -> String {
        // There is one document of events, and no version is chosen by callers.
        if self.is_webhooks() { "webhooks".to_owned() } else { names::module(&self.version) }
    }

    /// Whether it is about events that Clerk sends.
    pub fn is_webhooks(&self) -> bool {
        !self.events.is_empty()
    }
}

impl Operation {
    /// All arguments, the required ones first.
    pub fn all_arguments(&self) -> impl Iterator<Item = &Argument> {
        self.arguments.iter().chain(&self.setters)
    }
}
