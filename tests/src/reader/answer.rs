//! Answers that the document allows, what they are when they are written again, and the places in them where something
//! can be wrong.

use serde_json::{Map, Value, json};

use super::sampling::is_whole;
use super::{Document, Kind, Operation};

/// How an answer is made.
#[derive(Clone, Copy, Debug)]
pub struct Make {
    /// Whether optional properties are there.
    pub optional: bool,
    /// Whether what may be null is null.
    pub nulls: bool,
    /// How many items a list has.
    pub items: usize,
    /// Which member of a choice it is.
    pub choice: usize,
    /// Whether objects have a property that the document does not know.
    pub extra: bool,
    /// Whether enums have a value that the document does not know.
    pub unknown_values: bool,
}

impl Make {
    /// All there is to know, and nothing else.
    pub const FULL: Self =
        Self { optional: true, nulls: false, items: 1, choice: 0, extra: false, unknown_values: false };
}

/// The property that no document knows.
const EXTRA: &str = "x_extra";

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// As the server sends it.
    pub sent: Value,
    /// As it is written again after it was decoded.
    pub again: Value,
    /// The places of its values.
    pub spots: Vec<Spot<'a>>,
}

/// The place of a value in an answer.
#[derive(Clone, Debug)]
pub struct Spot<'a> {
    /// The way there.
    pub steps: Vec<Step>,
    /// What the document says about it.
    pub schema: &'a Value,
    /// What it is.
    pub kind: Kind<'a>,
    /// Whether it is always there; items of lists and maps are.
    pub required: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it is inside of a choice, in which nothing is wrong.
    pub within_choice: bool,
    /// Whether it has no fraction, where it is a number.
    pub whole: bool,
}

/// A step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into a property of an object.
    Key(String),
    /// Into the value of a key of a map.
    Entry(&'static str),
    /// Into an item.
    Index(usize),
}

impl Spot<'_> {
    /// The place as errors name it, such as `data[3].id`.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.steps {
            match step {
                Step::Key(key) if path.is_empty() => path.push_str(key),
                Step::Key(key) => path.push_str(&format!(".{key}")),
                Step::Entry(key) => path.push_str(&format!(".{key}")),
                Step::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }

    /// Whether it is a property of an object, so that it can be absent.
    pub fn is_property(&self) -> bool {
        matches!(self.steps.last(), Some(Step::Key(_)))
    }

    /// A document in which something else stands at this place.
    pub fn with(&self, document: &Value, value: Value) -> Value {
        let mut changed = document.clone();
        *within(&mut changed, &self.steps) = value;
        changed
    }

    /// A document without it.
    pub fn without(&self, document: &Value) -> Value {
        let mut changed = document.clone();
        if let Some((Step::Key(key), parent)) = self.steps.split_last()
            && let Some(object) = within(&mut changed, parent).as_object_mut()
        {
            object.remove(key);
        }
        changed
    }
}

fn within<'v>(value: &'v mut Value, steps: &[Step]) -> &'v mut Value {
    steps.iter().fold(value, |value, step| match step {
        Step::Key(key) => &mut value[key.as_str()],
        Step::Entry(key) => &mut value[*key],
        Step::Index(index) => &mut value[*index],
    })
}

impl Answer<'_> {
    /// Whether a decoded answer is the one it has to be. In a choice, what is not known may be kept.
    pub fn is(&self, decoded: &Value) -> bool {
        self.without_leeway(decoded.clone()) == self.without_leeway(self.again.clone())
    }

    fn without_leeway(&self, mut value: Value) -> Value {
        for spot in self.spots.iter().filter(|spot| matches!(spot.kind, Kind::Choice(_))) {
            let pointer: String = spot
                .steps
                .iter()
                .map(|step| match step {
                    Step::Key(key) => format!("/{key}"),
                    Step::Entry(key) => format!("/{key}"),
                    Step::Index(index) => format!("/{index}"),
                })
                .collect();
            if let Some(choice) = value.pointer_mut(&pointer) {
                strip(choice);
            }
        }
        value
    }
}

/// Takes away what a value of an unknown kind keeps, and one of a known kind does not.
fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|key, value| key != EXTRA && !value.is_null());
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

impl Document {
    /// An answer of an operation; `None` where it has none.
    pub fn answer<'a>(&'a self, operation: &Operation<'a>, make: Make) -> Option<Answer<'a>> {
        Some(self.value(operation.id, operation.answer?, make))
    }

    /// An event of a kind, as an endpoint is sent it.
    pub fn event<'a>(&'a self, kind: &str, schema: &'a Value, make: Make) -> Answer<'a> {
        let mut event = self.value("event", schema, make);
        for value in [&mut event.sent, &mut event.again] {
            value["type"] = kind.into();
        }
        event
    }

    /// A value of a schema.
    pub fn value<'a>(&'a self, name: &str, schema: &'a Value, make: Make) -> Answer<'a> {
        let mut maker = Maker { document: self, make, steps: Vec::new(), choices: 0, spots: Vec::new() };
        let (sent, again) = maker.value(name, schema, true);
        Answer { sent, again, spots: maker.spots }
    }
}

struct Maker<'a> {
    document: &'a Document,
    make: Make,
    steps: Vec<Step>,
    /// How many choices this is inside of.
    choices: usize,
    spots: Vec<Spot<'a>>,
}

impl<'a> Maker<'a> {
    /// A value as it is sent, and as it is written again.
    fn value(&mut self, name: &str, node: &'a Value, required: bool) -> (Value, Value) {
        let schema = self.document.schema(node);
        let whole = is_whole(name, self.document.resolve(node));
        self.spots.push(Spot {
            steps: self.steps.clone(),
            schema: node,
            kind: schema.kind.clone(),
            required,
            nullable: schema.nullable,
            within_choice: self.choices > 0,
            whole,
        });
        if schema.nullable && self.make.nulls && !self.steps.is_empty() {
            return (Value::Null, Value::Null);
        }
        let scalar = match schema.kind {
            Kind::Text | Kind::Binary => json!(format!("{name} \"é\"")),
            Kind::Enum(_) if self.make.unknown_values => json!("not known yet"),
            Kind::Enum(values) => json!(values.first().copied().unwrap_or(name)),
            Kind::Whole => json!(9_007_199_254_740_993_i64),
            Kind::Number if whole => json!(4_102_444_800_000_i64),
            Kind::Number => json!(2.5),
            Kind::Flag => json!(true),
            Kind::Map(None) => json!({"plan": "pro", "gone": null, "deep": [1, 2.5, null, {}]}),
            Kind::Anything => json!({"any": ["thing", 1, null]}),
            Kind::List(item) => return self.list(name, item),
            Kind::Map(Some(values)) => return self.map(name, values),
            Kind::Object(properties) => return self.object(properties),
            Kind::Choice(members) => return self.choice(name, &members),
        };
        (scalar.clone(), scalar)
    }

    fn list(&mut self, name: &str, item: &'a Value) -> (Value, Value) {
        let (mut sent, mut again) = (Vec::new(), Vec::new());
        for index in 0..self.make.items {
            self.steps.push(Step::Index(index));
            let (one, other) = self.value(name, item, true);
            self.steps.pop();
            sent.push(one);
            again.push(other);
        }
        (sent.into(), again.into())
    }

    fn map(&mut self, name: &str, values: &'a Value) -> (Value, Value) {
        self.steps.push(Step::Entry("some key"));
        let (sent, again) = self.value(name, values, true);
        self.steps.pop();
        (json!({"some key": sent}), json!({"some key": again}))
    }

    fn object(&mut self, properties: Vec<super::Property<'a>>) -> (Value, Value) {
        let (mut sent, mut again) = (Map::new(), Map::new());
        for property in properties {
            // Objects that hold each other end somewhere.
            if !property.required && (!self.make.optional || self.steps.len() > 12) {
                continue;
            }
            self.steps.push(Step::Key(property.name.to_owned()));
            let (one, other) = self.value(property.name, property.schema, property.required);
            self.steps.pop();
            // Null is written only where something has to be.
            if !other.is_null() || property.required {
                again.insert(property.name.to_owned(), other);
            }
            sent.insert(property.name.to_owned(), one);
        }
        if self.make.extra {
            sent.insert(EXTRA.to_owned(), json!({"list": [1]}));
        }
        (sent.into(), again.into())
    }

    fn choice(&mut self, name: &str, members: &[&'a Value]) -> (Value, Value) {
        self.choices += 1;
        let value = self.value(name, members[self.make.choice % members.len()], true);
        self.choices -= 1;
        value
    }
}
