//! A value of the document together with its JSON pointer.

use std::borrow::Cow;

use super::value::Value;

/// A place in the document.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    root: &'a Value,
    value: &'a Value,
    pointer: String,
}

/// How many references in a row are followed before they count as a circle.
const LONGEST_CHAIN: usize = 32;

/// The keys of a path item that are operations.
const METHODS: &[&str] = &["get", "put", "post", "delete", "patch", "options", "head", "trace"];

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self { root: value, value, pointer: String::new() }
    }

    /// The JSON pointer of this place.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The value itself.
    pub(super) fn value(&self) -> &'a Value {
        self.value
    }

    /// Returns whether this is an object.
    pub(super) fn is_object(&self) -> bool {
        matches!(self.value, Value::Object(_))
    }

    /// The member `key`, if this is an object that has one.
    pub fn get(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| self.child(key, value))
    }

    /// The text, if this is a string.
    pub fn str(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    /// The members of an object, in document order.
    pub fn members(&self) -> Vec<(&'a str, Self)> {
        let members = self.value.members().into_iter();
        members.map(|(key, value)| (key, self.child(key, value))).collect()
    }

    /// The elements of an array.
    pub fn elements(&self) -> Vec<Self> {
        let elements = self.value.elements().iter().enumerate();
        elements.map(|(index, value)| self.child(&index.to_string(), value)).collect()
    }

    /// The operations of a path item, in document order.
    pub(super) fn operations(&self) -> Vec<(&'a str, Self)> {
        let mut members = self.members();
        members.retain(|(key, operation)| METHODS.contains(key) && operation.is_object());
        members
    }

    /// Returns whether `oneOf` or `anyOf` of a schema are no alternatives: members that hold nothing but `required` say
    /// which properties of an object go together.
    pub(super) fn has_rules_alone(&self) -> bool {
        let only_required = |member: &Self| {
            member.is_object() && member.value.members().iter().all(|(key, _)| *key == "required")
        };
        let rules =
            |key: &str| self.get(key).is_none_or(|members| members.elements().iter().all(only_required));
        self.get("properties").is_some() && rules("oneOf") && rules("anyOf")
    }

    pub(super) fn at(&self, pointer: &str) -> Option<Self> {
        let value = self.root.pointer(pointer)?;
        Some(Self { root: self.root, value, pointer: pointer.to_owned() })
    }

    /// The place that a reference leads to, through further references.
    ///
    /// # Errors
    /// Returns the reason if the reference leads nowhere, out of the document or in a circle.
    pub(super) fn resolve(&self, reference: &str) -> Result<Self, String> {
        let mut reference = Cow::Borrowed(reference);
        for _ in 0..LONGEST_CHAIN {
            let Some(target) = pointer_of(&reference).and_then(|pointer| self.at(&pointer)) else {
                let reason = if reference.starts_with('#') { "nowhere" } else { "out of the document" };
                return Err(format!("the reference {reference:?} leads {reason}"));
            };
            match target.value.get("$ref") {
                None => return Ok(target),
                Some(Value::String(next)) => reference = Cow::Owned(next.clone()),
                Some(other) => return Err(format!("the reference {other} is not a text")),
            }
        }
        Err("the reference leads in a circle".to_owned())
    }

    /// A member or element of this place.
    pub(super) fn child(&self, key: &str, value: &'a Value) -> Self {
        let key = key.replace('~', "~0").replace('/', "~1");
        Self { root: self.root, value, pointer: format!("{}/{key}", self.pointer) }
    }
}

/// The JSON pointer of a reference into the document. In a URL fragment it is percent-encoded (RFC 6901, section 6).
pub(super) fn pointer_of(reference: &str) -> Option<String> {
    let fragment = reference.strip_prefix('#')?;
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let [first, after @ ..] = rest {
        let decoded = after.get(..2).filter(|_| *first == b'%').and_then(|digits| {
            let digits =
                str::from_utf8(digits).ok().filter(|it| it.bytes().all(|c| c.is_ascii_hexdigit()))?;
            u8::from_str_radix(digits, 16).ok()
        });
        match decoded {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::pointer_of;

    #[test]
    fn a_reference_is_percent_decoded_into_a_pointer() {
        for (reference, pointer) in [
            ("#/components/schemas/User", Some("/components/schemas/User")),
            ("#/components/schemas/My%20%C3%84rger", Some("/components/schemas/My Ärger")),
            ("#/paths/~1things~1%7Bid%7D", Some("/paths/~1things~1{id}")),
            ("#/a%", Some("/a%")),
            ("#/a%4", Some("/a%4")),
            ("#/a%zz", Some("/a%zz")),
            ("#/a%+1", Some("/a%+1")),
            ("#", Some("")),
            ("#/%FF", None),
            ("User", None),
        ] {
            assert_eq!(pointer_of(reference).as_deref(), pointer, "{reference}");
        }
    }
}
