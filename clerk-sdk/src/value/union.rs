//! Open unions: one of several objects, or whatever else the API sends.

use std::fmt;

use serde_json::Value;

/// Implements everything for an enum whose variants hold objects, with an `Unknown(Value)` for all others.
#[macro_export]
#[doc(hidden)]
macro_rules! union {
    ($($name:ident $tag:tt { $($variant:ident($ty:ident) $shape:expr),* $(,)? })*) => {$(
        impl $crate::__private::Serialize for $name {
            fn serialize<S: $crate::__private::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(value) => value.serialize(serializer),)*
                    Self::Unknown(value) => value.serialize(serializer),
                }
            }
        }
        impl<'de> $crate::__private::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                const SHAPES: &[$crate::value::Shape] = &[$($shape),*];
                let value = <$crate::__private::Value as $crate::__private::Deserialize>::deserialize(deserializer)?;
                if value.is_null() {
                    return Err($crate::__private::Error::invalid_type(
                        $crate::__private::Unexpected::Unit,
                        &"an object",
                    ));
                }
                let mut chosen = $crate::value::choose(&value, $tag, SHAPES);
                $(
                    if chosen == Some(0) {
                        if let Ok(known) = <$ty as $crate::__private::Deserialize>::deserialize(&value) {
                            return Ok(Self::$variant(known));
                        }
                        $crate::value::path::forget();
                    }
                    chosen = chosen.and_then(|index| index.checked_sub(1));
                )*
                let _ = chosen;
                Ok(Self::Unknown(value))
            }
        }
        impl $crate::value::Field for $name {
            fn decode<'de, D: $crate::__private::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::__private::Deserialize::deserialize(deserializer)
            }
            fn encode<S: $crate::__private::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::__private::Serialize::serialize(self, serializer)
            }
        }
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $(Self::$variant(value) => f.debug_tuple(stringify!($variant)).field(value).finish(),)*
                    Self::Unknown(value) => $crate::value::UnknownValue::Json(value).fmt(f),
                }
            }
        }
    )*};
}

/// What the values of a variant look like.
#[doc(hidden)]
#[derive(Debug)]
pub struct Shape {
    /// Values of the tag that mean this variant.
    pub tags: &'static [&'static str],
    /// Keys that such a value has.
    pub keys: &'static [&'static str],
    /// Properties with known values; one that ends in `*` is a beginning.
    pub hints: &'static [(&'static str, &'static [&'static str])],
}

/// The variant that a value is of: by its tag where it has one, else by its shape. `None` for an unknown tag, and
/// where nothing fits.
#[doc(hidden)]
pub fn choose(value: &Value, tag: Option<&str>, shapes: &[Shape]) -> Option<usize> {
    let object = value.as_object()?;
    if let Some(tag) = tag.and_then(|tag| object.get(tag)).filter(|tag| !tag.is_null()) {
        let tag = tag.as_str()?;
        return shapes.iter().position(|shape| shape.tags.contains(&tag));
    }
    let mut best: Option<(usize, usize)> = None;
    for (index, shape) in shapes.iter().enumerate() {
        if !shape.keys.iter().all(|key| object.contains_key(*key)) {
            continue;
        }
        let mut score = shape.keys.len();
        let mut fits = true;
        for (property, values) in shape.hints {
            let Some(text) = object.get(*property).and_then(Value::as_str) else { continue };
            let known = values.iter().any(|value| match value.strip_suffix('*') {
                Some(beginning) => text.starts_with(beginning),
                None => *value == text,
            });
            fits &= known;
            // A value that only this variant knows says more than a key that all have.
            score += 100;
        }
        if fits && best.is_none_or(|(_, highest)| score > highest) {
            best = Some((index, score));
        }
    }
    best.map(|(index, _)| index)
}

/// How an unknown value is shown: by its size alone, since nobody knows what is in it.
#[doc(hidden)]
pub enum UnknownValue<'a> {
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
