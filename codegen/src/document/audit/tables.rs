//! For each place the keys that are read there, and those that have no meaning for a client, with the reason.

use super::Kind::{Any, Count, Flag, List, Number, Object, Text, TextMap, Texts};
use super::{Key, ignored, read};
use crate::document::Node;

/// The keys of a place.
#[derive(Debug)]
pub(in crate::document) struct Table {
    /// The place, as a diagnostic names it.
    pub(super) what: &'static str,
    keys: &'static [&'static [Key]],
}

impl Table {
    pub(super) fn key(&self, name: &str) -> Option<&'static Key> {
        self.all().find(|key| key.name == name)
    }

    /// Returns whether a schema of this kind is one of several.
    pub(super) fn is_union(&self) -> bool {
        std::ptr::eq(self, &UNION)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &'static Key> + use<> {
        self.keys.iter().copied().flatten()
    }
}

const PROSE: &str = "prose for people; the SDK has sentences of its own";
const SAMPLE: &str = "a sample for people";
const SERVER: &str = "the server checks it";
const OTHER_TYPE: &str = "JSON Schema applies it to values of another type";

const DESCRIBED: &[Key] = &[ignored("summary", Text, PROSE), ignored("description", Text, PROSE)];

pub(in crate::document) const ROOT: Table = Table {
    what: "the document",
    keys: &[&[
        read("openapi", Any),
        read("info", Object),
        read("paths", Object),
        read("components", Object),
        read("security", List),
        ignored("servers", List, "the server URL is a setting of the client"),
        ignored("tags", List, PROSE),
        ignored("externalDocs", Object, PROSE),
        read("x-webhooks", Object),
        read("x-doc-resources", Object),
    ]],
};

pub(super) const PATH_ITEM: Table = Table {
    what: "a path item",
    keys: &[
        &[
            read("parameters", List),
            read("get", Object),
            read("put", Object),
            read("post", Object),
            read("delete", Object),
            read("patch", Object),
            read("options", Object),
            read("head", Object),
            read("trace", Object),
            read("servers", List),
        ],
        DESCRIBED,
    ],
};

/// An item of `x-webhooks`: Clerk sends every event by POST.
pub(in crate::document) const EVENT_ITEM: Table =
    Table { what: "the item of an event", keys: &[&[read("post", Object)], DESCRIBED] };

const OPERATION_KEYS: &[Key] = &[
    read("operationId", Text),
    read("tags", Texts),
    read("deprecated", Flag),
    read("security", List),
    read("servers", List),
    read("parameters", List),
    read("requestBody", Object),
    read("responses", Object),
    read("callbacks", Object),
    ignored("externalDocs", Object, PROSE),
    read("x-doc", Text),
    read("x-rust-name", Text),
];

pub(super) const OPERATION: Table = Table {
    what: "an operation",
    keys: &[
        OPERATION_KEYS,
        &[
            read("x-speakeasy-group", Text),
            read("x-speakeasy-name-override", Text),
            read("x-rust-group", Text),
            read("x-rust-alias", Texts),
            read("x-clerk-key", Text),
            read("x-pagination", Any),
            read("x-error-codes", Texts),
        ],
        DESCRIBED,
    ],
};

pub(in crate::document) const EVENT: Table = Table {
    what: "an event",
    keys: &[
        &[
            ignored("operationId", Text, "an event is named after its `type`"),
            ignored("tags", Texts, PROSE),
            read("deprecated", Flag),
            ignored("security", List, "events are verified by their signature"),
            ignored("parameters", List, "the headers of an event are those of its signature"),
            read("requestBody", Object),
            ignored("responses", Object, "the status alone matters to the sender"),
            read("x-doc", Text),
            read("x-rust-name", Text),
        ],
        DESCRIBED,
    ],
};

pub(super) const REFERENCE: Table = Table { what: "a reference", keys: &[&[read("$ref", Text)], DESCRIBED] };

const PARAMETER: &[Key] = &[
    read("name", Text),
    read("in", Text),
    read("required", Flag),
    read("deprecated", Flag),
    read("schema", Object),
    read("content", Object),
    read("style", Text),
    read("explode", Flag),
    ignored("description", Text, PROSE),
    ignored("example", Any, SAMPLE),
    ignored("examples", Object, SAMPLE),
    read("x-doc", Text),
    read("x-rust-name", Text),
    read("x-sensitive", Flag),
];

pub(super) const PATH_PARAMETER: Table = Table { what: "a path parameter", keys: &[PARAMETER] };

pub(super) const QUERY_PARAMETER: Table = Table {
    what: "a query parameter",
    keys: &[
        PARAMETER,
        &[
            ignored("allowEmptyValue", Flag, "a text may be empty anyway"),
            ignored("allowReserved", Flag, "percent-encoded characters mean the same to the server"),
        ],
    ],
};

pub(super) const HEADER_PARAMETER: Table = Table { what: "a header parameter", keys: &[PARAMETER] };

pub(super) const COOKIE_PARAMETER: Table = Table { what: "a cookie parameter", keys: &[PARAMETER] };

pub(super) const PARAMETER_OF_NO_PLACE: Table = Table { what: "a parameter", keys: &[PARAMETER] };

pub(super) const BODY: Table = Table {
    what: "a request body",
    keys: &[&[read("content", Object), read("required", Flag), ignored("description", Text, PROSE)]],
};

pub(super) const RESPONSE: Table = Table {
    what: "a response",
    keys: &[&[
        read("content", Object),
        ignored("description", Text, PROSE),
        ignored("headers", Object, "`with_response` returns all headers"),
        ignored("links", Object, "a hint for people, not part of the exchange"),
    ]],
};

pub(super) const MEDIA_TYPE: Table = Table {
    what: "a media type",
    keys: &[&[
        read("schema", Object),
        read("encoding", Object),
        ignored("example", Any, SAMPLE),
        ignored("examples", Object, SAMPLE),
    ]],
};

pub(super) const DISCRIMINATOR: Table =
    Table { what: "a discriminator", keys: &[&[read("propertyName", Text), read("mapping", TextMap)]] };

/// The keywords that any schema may have.
const VALUE: &[Key] = &[
    read("nullable", Flag),
    read("deprecated", Flag),
    read("readOnly", Flag),
    read("writeOnly", Flag),
    read("x-doc", Text),
    read("x-doc-type", Text),
    read("x-rust-name", Text),
    read("x-speakeasy-name-override", Text),
    read("x-sensitive", Flag),
    ignored("title", Text, PROSE),
    ignored("description", Text, PROSE),
    ignored("example", Any, SAMPLE),
    ignored("externalDocs", Object, PROSE),
    ignored("xml", Object, "bodies are JSON or forms"),
];

const TYPED: &[Key] = &[read("type", Text), read("default", Any)];

/// Limits that apply to values of one type, where the schema is of another one.
const LIMITS_OF_TEXTS: &[Key] = &[
    ignored("pattern", Text, OTHER_TYPE),
    ignored("minLength", Count, OTHER_TYPE),
    ignored("maxLength", Count, OTHER_TYPE),
];
const LIMITS_OF_NUMBERS: &[Key] = &[
    ignored("minimum", Number, OTHER_TYPE),
    ignored("maximum", Number, OTHER_TYPE),
    ignored("exclusiveMinimum", Flag, OTHER_TYPE),
    ignored("exclusiveMaximum", Flag, OTHER_TYPE),
    ignored("multipleOf", Number, OTHER_TYPE),
];
const LIMITS_OF_LISTS: &[Key] = &[
    ignored("minItems", Count, OTHER_TYPE),
    ignored("maxItems", Count, OTHER_TYPE),
    ignored("uniqueItems", Flag, OTHER_TYPE),
];
const LIMITS_OF_OBJECTS: &[Key] = &[
    ignored("minProperties", Count, OTHER_TYPE),
    ignored("maxProperties", Count, OTHER_TYPE),
    ignored("required", Texts, OTHER_TYPE),
];
const FORMAT_OF_ANOTHER: &[Key] = &[ignored("format", Text, OTHER_TYPE)];

const SCHEMA_REFERENCE: Table = Table {
    what: "a reference to a schema",
    keys: &[
        VALUE,
        &[
            read("$ref", Text),
            read("x-timestamp", Flag),
            ignored("default", Any, "the component has its own"),
        ],
    ],
};

const STRING: Table = Table {
    what: "a schema of type string",
    keys: &[
        VALUE,
        TYPED,
        &[
            read("enum", List),
            read("format", Text),
            read("pattern", Text),
            read("minLength", Count),
            read("maxLength", Count),
            read("x-doc-values", TextMap),
            read("x-timestamp", Flag),
        ],
        LIMITS_OF_NUMBERS,
        LIMITS_OF_LISTS,
        LIMITS_OF_OBJECTS,
    ],
};

const NUMBER: Table = Table {
    what: "a schema of a number",
    keys: &[
        VALUE,
        TYPED,
        &[
            read("enum", List),
            read("format", Text),
            read("minimum", Number),
            read("maximum", Number),
            read("exclusiveMinimum", Flag),
            read("exclusiveMaximum", Flag),
            ignored("multipleOf", Number, SERVER),
            read("x-doc-values", TextMap),
            read("x-timestamp", Flag),
        ],
        LIMITS_OF_TEXTS,
        LIMITS_OF_LISTS,
        LIMITS_OF_OBJECTS,
    ],
};

const BOOLEAN: Table = Table {
    what: "a schema of type boolean",
    keys: &[
        VALUE,
        TYPED,
        &[ignored("enum", List, "it still is `true` or `false`")],
        FORMAT_OF_ANOTHER,
        LIMITS_OF_TEXTS,
        LIMITS_OF_NUMBERS,
        LIMITS_OF_LISTS,
        LIMITS_OF_OBJECTS,
    ],
};

const ARRAY: Table = Table {
    what: "a schema of type array",
    keys: &[
        VALUE,
        TYPED,
        &[
            read("items", Object),
            read("minItems", Count),
            read("maxItems", Count),
            ignored("uniqueItems", Flag, SERVER),
        ],
        FORMAT_OF_ANOTHER,
        LIMITS_OF_TEXTS,
        LIMITS_OF_NUMBERS,
        LIMITS_OF_OBJECTS,
    ],
};

const OBJECT: Table = Table {
    what: "a schema of type object",
    keys: &[
        VALUE,
        TYPED,
        &[
            read("properties", Object),
            read("required", Texts),
            read("additionalProperties", Any),
            read("discriminator", Object),
            ignored("minProperties", Count, SERVER),
            ignored("maxProperties", Count, SERVER),
        ],
        FORMAT_OF_ANOTHER,
        LIMITS_OF_TEXTS,
        LIMITS_OF_NUMBERS,
        LIMITS_OF_LISTS,
    ],
};

/// An object with rules about which of its properties go together.
const OBJECT_WITH_RULES: Table = Table {
    what: "a schema of type object",
    keys: &[
        VALUE,
        TYPED,
        &[
            read("properties", Object),
            read("required", Texts),
            read("additionalProperties", Any),
            read("discriminator", Object),
            ignored("minProperties", Count, SERVER),
            ignored("maxProperties", Count, SERVER),
            ignored("oneOf", List, "a rule about `required`: the server checks it"),
            ignored("anyOf", List, "a rule about `required`: the server checks it"),
        ],
        LIMITS_OF_TEXTS,
        LIMITS_OF_NUMBERS,
        LIMITS_OF_LISTS,
    ],
};

const ALL_OF: Table = Table {
    what: "a schema with `allOf`",
    keys: &[
        VALUE,
        TYPED,
        &[
            read("allOf", List),
            read("properties", Object),
            read("required", Texts),
            read("additionalProperties", Any),
            read("discriminator", Object),
            ignored("minProperties", Count, SERVER),
            ignored("maxProperties", Count, SERVER),
            read("x-timestamp", Flag),
        ],
    ],
};

static UNION: Table = Table {
    what: "a schema with `oneOf` or `anyOf`",
    keys: &[
        VALUE,
        TYPED,
        &[read("oneOf", List), read("anyOf", List), read("discriminator", Object), read("x-timestamp", Flag)],
    ],
};

const ANY: Table = Table {
    what: "a schema without a type",
    keys: &[
        VALUE,
        TYPED,
        &[read("required", Texts), read("additionalProperties", Any)],
        FORMAT_OF_ANOTHER,
        LIMITS_OF_TEXTS,
        LIMITS_OF_NUMBERS,
        LIMITS_OF_LISTS,
    ],
};

/// The table for a schema, by its kind: reference, combinator or type.
pub(super) fn of_schema(node: &Node<'_>) -> &'static Table {
    let has = |key: &str| node.get(key).is_some();
    if has("$ref") {
        return &SCHEMA_REFERENCE;
    }
    if has("allOf") {
        return &ALL_OF;
    }
    if has("oneOf") || has("anyOf") {
        return if node.has_rules_alone() { &OBJECT_WITH_RULES } else { &UNION };
    }
    match node.get("type").as_ref().and_then(Node::str) {
        Some("string") => &STRING,
        Some("integer" | "number") => &NUMBER,
        Some("boolean") => &BOOLEAN,
        Some("array") => &ARRAY,
        Some("object") => &OBJECT,
        _ if has("properties") => &OBJECT,
        _ if has("enum") => &STRING,
        _ => &ANY,
    }
}

/// All tables.
pub(super) const ALL: &[&Table] = &[
    &ROOT,
    &PATH_ITEM,
    &EVENT_ITEM,
    &OPERATION,
    &EVENT,
    &REFERENCE,
    &PATH_PARAMETER,
    &QUERY_PARAMETER,
    &HEADER_PARAMETER,
    &COOKIE_PARAMETER,
    &PARAMETER_OF_NO_PLACE,
    &BODY,
    &RESPONSE,
    &MEDIA_TYPE,
    &DISCRIMINATOR,
    &SCHEMA_REFERENCE,
    &STRING,
    &NUMBER,
    &BOOLEAN,
    &ARRAY,
    &OBJECT,
    &OBJECT_WITH_RULES,
    &ALL_OF,
    &UNION,
    &ANY,
];

/// Returns whether an extension is one that some place reads.
pub(super) fn is_own_extension(name: &str) -> bool {
    ALL.iter().any(|table| table.key(name).is_some())
}
