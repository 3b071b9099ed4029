//! Open unions: one of several objects, or whatever else the API sends.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, Unexpected};
use serde_json::Value;

use super::{Content, path};

/// Implements everything for an enum whose variants hold objects, with an `Unknown(Value)` for all others. A variant
/// that is marked `@From` is made of its object by `From`: no other one has objects of this type.
macro_rules! union {
    ($($name:ident [$tag:expr] { $($(@$from:ident)? $variant:ident($ty:ident) $shape:expr),* $(,)? })*) => {$(
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(value) => value.serialize(serializer),)*
                    Self::Unknown(value) => value.serialize(serializer),
                }
            }
        }
        $($(
            impl $from<$ty> for $name {
                #[inline]
                fn from(value: $ty) -> Self {
                    Self::$variant(value)
                }
            }
        )?)*
        impl $crate::value::Union for $name {
            const TAG: Option<&'static str> = $tag;
            const SHAPES: &'static [$crate::value::Shape] = &[$($shape),*];

            #[inline]
            fn known(
                mut index: usize,
                content: &$crate::value::Content<'_>,
            ) -> Option<Self> {
                $(
                    if index == 0 {
                        return match $crate::value::Field::decode(content) {
                            Ok(value) => Some(Self::$variant(value)),
                            Err(_) => None,
                        };
                    }
                    index -= 1;
                )*
                let _ = (index, content);
                None
            }

            #[inline]
            fn unknown(value: ::serde_json::Value) -> Self {
                Self::Unknown(value)
            }
        }
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::value::read_union(deserializer)
            }
        }
        impl $crate::value::Field for $name {
            fn decode<'de, D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::value::read_union(deserializer)
            }
            fn encode<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                ::serde::Serialize::serialize(self, serializer)
            }
            #[inline]
            fn blank() -> Self {
                Self::Unknown(::serde_json::Value::Null)
            }
        }
        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $(Self::$variant(value) => f.debug_tuple(stringify!($variant)).field(value).finish(),)*
                    Self::Unknown(value) => $crate::value::UnknownValue::Json(value).fmt(f),
                }
            }
        }
    )*};
}
pub(crate) use union;

/// What the values of a variant look like.
pub(crate) struct Shape {
    /// Values of the tag that mean this variant.
    pub(crate) tags: &'static [&'static str],
    /// Keys that such a value has.
    pub(crate) keys: &'static [&'static str],
    /// Properties with known values; one that ends in `*` is a beginning.
    pub(crate) hints: &'static [(&'static str, &'static [&'static str])],
}

/// An enum of objects, with a variant for whatever else comes.
pub(crate) trait Union: Sized {
    /// The property that says of which variant a value is.
    const TAG: Option<&'static str>;
    const SHAPES: &'static [Shape];

    /// Reads the variant of this index, if there is one and the value is one.
    fn known(index: usize, content: &Content<'_>) -> Option<Self>;

    /// The variant that keeps what is of no other.
    fn unknown(value: Value) -> Self;
}

/// Reads a union: one of its variants, or what came as it came.
pub(crate) fn read_union<'de, T: Union, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let content = Content::deserialize(deserializer)?;
    if content.is_null() {
        return Err(D::Error::invalid_type(Unexpected::Unit, &"an object"));
    }
    Ok(understood(content))
}

fn understood<T: Union>(content: Content<'_>) -> T {
    if let Some(index) = choose(&content, T::TAG, T::SHAPES) {
        if let Some(known) = T::known(index, &content) {
            return known;
        }
        path::forget();
    }
    T::unknown(content.into())
}

/// The variant that a value is of: by its tag where it has one, else by its shape. `None` for an unknown tag, and
/// where nothing fits.
fn choose(object: &Content<'_>, tag: Option<&str>, shapes: &[Shape]) -> Option<usize> {
    if !object.is_object() {
        return None;
    }
    if let Some(tag) = tag.and_then(|tag| object.get(tag)).filter(|tag| !tag.is_null()) {
        let tag = tag.as_str()?;
        return shapes.iter().position(|shape| shape.tags.contains(&tag));
    }
    let mut best: Option<(usize, usize)> = None;
    let mut ambiguous = false;
    for (index, shape) in shapes.iter().enumerate() {
        let Some(score) = score(object, shape, shapes) else { continue };
        match best {
            Some((_, highest)) if score < highest => {}
            Some((_, highest)) if score == highest => ambiguous = true,
            _ => {
                best = Some((index, score));
                ambiguous = false;
            }
        }
    }
    // What could as well be another variant is better kept as it came.
    best.filter(|_| !ambiguous).map(|(index, _)| index)
}

/// How well an object fits a variant; `None` if it cannot be one.
fn score(object: &Content<'_>, shape: &Shape, shapes: &[Shape]) -> Option<usize> {
    if !shape.keys.iter().all(|key| object.get(key).is_some()) {
        return None;
    }
    let mut score = shape.keys.len();
    for (property, values) in shape.hints {
        let Some(text) = object.get(property).and_then(Content::as_str) else { continue };
        if knows(values, text) {
            // A value that only some variants know says more than a key that most have.
            score += 100;
        } else if shapes
            .iter()
            .flat_map(|other| other.hints)
            .any(|(name, values)| name == property && knows(values, text))
        {
            return None;
        }
    }
    Some(score)
}

fn knows(values: &[&str], text: &str) -> bool {
    values.iter().any(|value| match value.strip_suffix('*') {
        Some(beginning) => text.starts_with(beginning),
        None => *value == text,
    })
}

/// How an unknown value is shown: by its size alone, since nobody knows what is in it.
pub(crate) enum UnknownValue<'a> {
    /// An unknown enum value of so many bytes.
    Text(usize),
    /// An unknown member of a union.
    Json(&'a Value),
}

impl fmt::Debug for UnknownValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(length) => write!(f, "Unknown({length} bytes)"),
            Self::Json(value) => write!(f, "Unknown({} bytes)", value.to_string().len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SHAPES: &[Shape] = &[
        Shape {
            tags: &["otp"],
            keys: &["status", "strategy"],
            hints: &[("status", &["new", "verified"]), ("strategy", &["email_code", "phone_code"])],
        },
        Shape {
            tags: &["oauth"],
            keys: &["status", "strategy"],
            hints: &[("status", &["verified"]), ("strategy", &["oauth_*"])],
        },
    ];

    fn content(value: &Value) -> Content<'_> {
        Content::deserialize(value).unwrap()
    }

    #[test]
    fn the_tag_decides_where_there_is_one() {
        let choose = |value| choose(&content(&value), Some("object"), SHAPES);
        assert_eq!(choose(json!({ "object": "oauth" })), Some(1));
        assert_eq!(
            choose(json!({ "object": "new_kind", "status": "verified", "strategy": "oauth_x" })),
            None
        );
        assert_eq!(choose(json!({ "object": 5 })), None);
        assert_eq!(choose(json!("otp")), None);
    }

    #[test]
    fn without_a_tag_the_shape_decides_unless_it_could_be_several() {
        let choose = |value| choose(&content(&value), Some("object"), SHAPES);
        assert_eq!(choose(json!({ "status": "verified", "strategy": "phone_code" })), Some(0));
        assert_eq!(choose(json!({ "status": "verified", "strategy": "oauth_google" })), Some(1));
        assert_eq!(choose(json!({ "status": "brand_new", "strategy": "oauth_google" })), Some(1));
        assert_eq!(choose(json!({ "status": "verified", "strategy": "brand_new" })), None);
        assert_eq!(choose(json!({ "status": "verified" })), None);
    }
}
