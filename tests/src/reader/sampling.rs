//! Values that a schema allows.

use serde_json::{Map, Value, json};

use super::{Document, Kind};

/// How values are made.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether optional properties are there.
    pub optional: bool,
    /// Whether what may be null is null.
    pub nulls: bool,
    /// How many items a list has.
    pub items: usize,
    /// What scalars are like.
    pub flavour: Flavour,
}

/// What scalars are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Like in life.
    Plain,
    /// False, zero and the empty string.
    Falsy,
    /// Text with characters that mean something in URLs, enum values that nobody knows.
    Awkward,
}

/// Text with characters that mean something in URLs, in JSON or in forms.
pub const AWKWARD: &[&str] = &[
    "a/b",
    "a b",
    "a+b",
    "100%",
    "a%2Fb",
    "?x=1&y=2#z",
    "ä€😀",
    "..a",
    "...",
    "~-._",
    "a\\b",
    "a;b,c:d@e!f$g'h(i)j*k",
    "[\"x\"]",
    "line\nbreak\u{7f}",
    "../../users",
    "..%2F..",
    "%2e%2e",
    "%252e%252e%252f",
    "..;/x",
    "..\\..",
    "x\r\nX-Evil: 1\r\n\r\n",
    "\0",
    "//evil.example/",
    "@evil.example:1/",
    "\u{ff0e}\u{ff0e}\u{ff0f}\u{202e}\u{feff}",
];

impl Style {
    /// Everything, of the plainest kind.
    pub const FULL: Self = Self { optional: true, nulls: false, items: 1, flavour: Flavour::Plain };
    /// Only what is required.
    pub const REQUIRED: Self = Self { optional: false, ..Self::FULL };
    /// Null wherever it may be.
    pub const NULLS: Self = Self { nulls: true, ..Self::FULL };
}

impl Document {
    /// A value of a schema, for the property or parameter `name`.
    pub fn sample(&self, name: &str, node: &Value, style: Style) -> Value {
        self.sample_at(name, node, style, 0)
    }

    fn sample_at(&self, name: &str, node: &Value, style: Style, depth: usize) -> Value {
        let schema = self.schema(node);
        if schema.nullable && (style.nulls || depth > 8) {
            return Value::Null;
        }
        let items = if depth > 8 { 0 } else { style.items };
        let resolved = self.resolve(node);
        match schema.kind {
            Kind::Text => fitting_text(resolved, text(name, style.flavour)).into(),
            Kind::Enum(values) => match style.flavour {
                Flavour::Awkward => "a new value/é".into(),
                _ => values.first().copied().unwrap_or(name).into(),
            },
            Kind::Binary => Value::Null,
            Kind::Whole if style.flavour == Flavour::Falsy => json!(fitting(resolved, 0)),
            Kind::Whole => json!(fitting(resolved, 9_007_199_254_740_993)),
            Kind::Number if style.flavour == Flavour::Falsy => json!(fitting(resolved, 0)),
            Kind::Number if is_whole(name, resolved) => json!(4_102_444_800_000_i64),
            Kind::Number => json!(2.5),
            Kind::Flag => (style.flavour != Flavour::Falsy).into(),
            Kind::List(item) => {
                let items = items.max(bound(resolved, "minItems").map_or(0, |least| least as usize));
                (0..items).map(|_| self.sample_at(name, item, style, depth + 1)).collect::<Vec<_>>().into()
            }
            Kind::Object(properties) => {
                let present = properties
                    .into_iter()
                    .filter(|property| property.required || (style.optional && depth <= 8));
                let fields = present.map(|property| {
                    let value = self.sample_at(property.name, property.schema, style, depth + 1);
                    (property.name.to_owned(), value)
                });
                Value::Object(fields.collect::<Map<_, _>>())
            }
            Kind::Map(Some(values)) => json!({"some key": self.sample_at(name, values, style, depth + 1)}),
            Kind::Map(None) => json!({"plan": "pro", "gone": null, "deep": {"list": [1, 2.5, null, {}]}}),
            Kind::Choice(members) => {
                members.first().map_or(Value::Null, |member| self.sample_at(name, member, style, depth + 1))
            }
            Kind::Anything => json!({"any": ["thing", 1, null]}),
        }
    }
}

fn text(name: &str, flavour: Flavour) -> String {
    match flavour {
        Flavour::Plain => format!("{name}_1"),
        Flavour::Falsy => String::new(),
        Flavour::Awkward => AWKWARD.concat(),
    }
}

/// A bound that a schema states, if it is a whole number.
pub fn bound(schema: &Value, keyword: &str) -> Option<i64> {
    schema[keyword].as_i64()
}

/// The number that is nearest to another one within the bounds of a schema.
fn fitting(schema: &Value, number: i64) -> i64 {
    let above = i64::from(schema["exclusiveMinimum"] == true);
    let least = bound(schema, "minimum").map_or(i64::MIN, |least| least + above);
    number.max(least).min(bound(schema, "maximum").unwrap_or(i64::MAX))
}

/// The text, longer or shorter where the bounds of a schema want that.
fn fitting_text(schema: &Value, text: String) -> String {
    let most = bound(schema, "maxLength").map_or(usize::MAX, |most| most as usize);
    let least = bound(schema, "minLength").map_or(0, |least| least as usize);
    let missing = least.saturating_sub(text.chars().count());
    text.chars().take(most).chain(std::iter::repeat_n('x', missing)).collect()
}

/// Whether a number is a point in time or the length of a list, which has no fraction.
pub(super) fn is_whole(name: &str, schema: &Value) -> bool {
    schema["x-timestamp"].as_bool().unwrap_or_else(|| name.ends_with("_at") || name == "total_count")
}
