//! A value of the document together with its JSON pointer.

use super::value::Value;
use crate::finding::Findings;

/// A place in the document.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    root: &'a Value,
    value: &'a Value,
    pointer: String,
}

/// What a member may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `true` or `false`.
    Flag,
    /// A text.
    Text,
    /// An array.
    List,
    /// An object.
    Object,
    /// What is read says itself what it may be, or nothing depends on it.
    Any,
}

/// How many references in a row are followed before they count as a circle.
const LONGEST_CHAIN: usize = 32;

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

    /// The member `key`, if this is an object that has one.
    pub fn get(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| self.child(key, value))
    }

    /// The text, if this is a string.
    pub fn str(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    /// Whether the member `key` is `true`.
    pub fn flag(&self, key: &str) -> bool {
        self.value.get(key).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The text of the member `key`.
    pub fn text(&self, key: &str) -> Option<String> {
        self.value.get(key).and_then(Value::as_str).map(str::to_owned)
    }

    /// The members of an object, in document order.
    pub fn members(&self) -> Vec<(&'a str, Self)> {
        let members = self.value.members().into_iter();
        members.map(|(key, value)| (key, self.child(key, value))).collect()
    }

    /// Finds members that are something else than they may be: what reads them would take them for absent.
    pub(super) fn check(&self, kinds: &[(&str, Kind)], findings: &mut Findings) {
        for (key, kind) in kinds {
            let Some(member) = self.get(key) else { continue };
            let (fits, wanted) = match kind {
                Kind::Flag => (member.value.as_bool().is_some(), "`true` or `false`"),
                Kind::Text => (member.value.as_str().is_some(), "a text"),
                Kind::List => (matches!(member.value, Value::Array(_)), "a list"),
                Kind::Object => (matches!(member.value, Value::Object(_)), "an object"),
                Kind::Any => continue,
            };
            if !fits {
                findings
                    .add(
                        &member.pointer,
                        format!("`{key}` may only be {wanted}"),
                        "correct it by an overlay action",
                    )
                    .settled_without(&member.pointer);
            }
        }
    }

    /// The elements of an array.
    pub fn elements(&self) -> Vec<Self> {
        let elements = self.value.elements().iter().enumerate();
        elements.map(|(index, value)| self.child(&index.to_string(), value)).collect()
    }

    /// The strings of the array `key`.
    pub fn strings(&self, key: &str) -> Vec<String> {
        let elements = self.value.get(key).map(Value::elements).unwrap_or_default();
        elements.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    pub(super) fn at(&self, pointer: &str) -> Option<Self> {
        let value = self.root.pointer(pointer)?;
        Some(Self { root: self.root, value, pointer: pointer.to_owned() })
    }

    /// The place that `$ref` leads to, or this one if it is no reference.
    ///
    /// # Errors
    /// What is wrong with the reference: it leads nowhere, out of the document or in a circle.
    pub fn resolve(&self) -> Result<Self, String> {
        let mut node = self.clone();
        for _ in 0..LONGEST_CHAIN {
            let Some(reference) = node.value.get("$ref") else { return Ok(node) };
            let Some(target) = reference.as_str().and_then(|reference| reference.strip_prefix('#')) else {
                return Err(format!("the reference {reference} leads out of the document"));
            };
            match node.root.pointer(target) {
                Some(value) => node = Self { root: node.root, value, pointer: target.to_owned() },
                None => return Err(format!("the reference {reference} leads nowhere")),
            }
        }
        Err("the reference leads in a circle".to_owned())
    }

    fn child(&self, key: &str, value: &'a Value) -> Self {
        let key = key.replace('~', "~0").replace('/', "~1");
        Self { root: self.root, value, pointer: format!("{}/{key}", self.pointer) }
    }
}
