//! What a schema allows, as far as tests need to know.

use serde_json::Value;

use super::Document;

/// A schema, with what its references and compositions come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema<'a> {
    /// What values are.
    pub kind: Kind<'a>,
    /// Whether null is one.
    pub nullable: bool,
}

/// What the values of a schema are.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind<'a> {
    /// Text.
    Text,
    /// One of these texts, or one that is not known yet.
    Enum(Vec<&'a str>),
    /// The content of a file.
    Binary,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// True or false.
    Flag,
    /// A list of these.
    List(&'a Value),
    /// An object with known properties.
    Object(Vec<Property<'a>>),
    /// An object with keys of its own, and the schema of its values if it is known.
    Map(Option<&'a Value>),
    /// One of these.
    Choice(Vec<&'a Value>),
    /// Anything.
    Anything,
}

/// A property of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Property<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its schema.
    pub schema: &'a Value,
    /// Whether it is always there.
    pub required: bool,
}

impl Document {
    /// Reads a schema.
    ///
    /// # Panics
    /// Where it is of a kind that the tests do not know.
    pub fn schema<'a>(&'a self, node: &'a Value) -> Schema<'a> {
        let node = self.resolve(node);
        let nullable = node["nullable"] == true;
        let wrapped = ["allOf", "oneOf"].iter().find_map(|key| match node[*key].as_array()?.as_slice() {
            // A choice of one that has a discriminator is open to more.
            [only] if node.get("discriminator").is_none() => Some(only),
            _ => None,
        });
        if let Some(only) = wrapped {
            let inner = self.schema(only);
            return Schema { nullable: nullable || inner.nullable, kind: inner.kind };
        }
        Schema { kind: self.kind(node), nullable }
    }

    fn kind<'a>(&'a self, node: &'a Value) -> Kind<'a> {
        let mut properties = Vec::new();
        self.collect(node, &mut properties);
        if !properties.is_empty() {
            return Kind::Object(properties);
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(members) = node[key].as_array() {
                return Kind::Choice(members.iter().collect());
            }
        }
        match node["type"].as_str() {
            Some("string") if node["format"] == "binary" => Kind::Binary,
            Some("string") => match node["enum"].as_array() {
                Some(values) => Kind::Enum(values.iter().filter_map(Value::as_str).collect()),
                None => Kind::Text,
            },
            Some("integer") => Kind::Whole,
            Some("number") => Kind::Number,
            Some("boolean") => Kind::Flag,
            Some("array") => Kind::List(&node["items"]),
            Some("object") => {
                let values = &node["additionalProperties"];
                Kind::Map(values.as_object().filter(|keys| !keys.is_empty()).map(|_| values))
            }
            None => Kind::Anything,
            Some(other) => panic!("the type {other} is unknown"),
        }
    }

    /// Adds the properties of an object and of all that it is made of.
    fn collect<'a>(&'a self, node: &'a Value, properties: &mut Vec<Property<'a>>) {
        let node = self.resolve(node);
        for member in node["allOf"].as_array().into_iter().flatten() {
            self.collect(member, properties);
        }
        for (name, schema) in node["properties"].as_object().into_iter().flatten() {
            if !properties.iter().any(|property| property.name == name) {
                properties.push(Property { name, schema, required: false });
            }
        }
        for name in node["required"].as_array().into_iter().flatten() {
            for property in properties.iter_mut().filter(|property| property.name == name) {
                property.required = true;
            }
        }
    }
}
