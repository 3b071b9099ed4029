//! Reads an argument from JSON, and makes sure that nothing was lost: a typed call can express a JSON value if what it
//! makes of it is the same value.

use clerk_sdk::value::Field;
use serde_json::{Number, Value};

/// The typed value that is this JSON, or why there is none.
pub(super) fn read<T: Field>(json: &Value) -> Result<T, String> {
    let value = T::decode(json).map_err(|error| format!("cannot be expressed: {error}"))?;
    let again = value
        .encode(serde_json::value::Serializer)
        .map_err(|error| format!("cannot be written as JSON: {error}"))?;
    match difference(json, &again) {
        None => Ok(value),
        Some(place) if place.is_empty() => Err("cannot be expressed as it is".to_owned()),
        Some(place) => Err(format!("cannot be expressed as it is: `{place}` would be lost or changed")),
    }
}

/// Where two values differ first; numbers are compared by value.
fn difference(left: &Value, right: &Value) -> Option<String> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => (!equal(left, right)).then(String::new),
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            left.iter().zip(right).enumerate().find_map(|(index, (left, right))| {
                difference(left, right).map(|rest| format!("[{index}]{}", dotted(&rest)))
            })
        }
        (Value::Object(left), Value::Object(right)) => {
            if let Some(key) = right.keys().find(|key| !left.contains_key(*key)) {
                return Some(key.clone());
            }
            left.iter().find_map(|(key, value)| match right.get(key) {
                None => Some(key.clone()),
                Some(other) => difference(value, other).map(|rest| format!("{key}{}", dotted(&rest))),
            })
        }
        _ => (left != right).then(String::new),
    }
}

/// What follows a name or an index in a path.
fn dotted(rest: &str) -> String {
    if rest.is_empty() || rest.starts_with('[') { rest.to_owned() } else { format!(".{rest}") }
}

fn equal(left: &Number, right: &Number) -> bool {
    // Integers are never compared as floats, where neighbours become one.
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => left == right,
        (None, None) => left.as_f64() == right.as_f64(),
        _ => false,
    }
}

fn integer(number: &Number) -> Option<i128> {
    if let Some(number) = number.as_i64() {
        return Some(number.into());
    }
    if let Some(number) = number.as_u64() {
        return Some(number.into());
    }
    let float = number.as_f64()?;
    #[allow(clippy::cast_possible_truncation, reason = "whole, and far within the limits of i128")]
    (float.fract() == 0.0 && float.abs() < 1e30).then_some(float as i128)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        assert_eq!(read::<i64>(&json!(10.0)), Ok(10));
        assert_eq!(read::<f64>(&json!(10)), Ok(10.0));
        assert!(read::<i64>(&json!(10.5)).is_err());
        assert!(read::<i64>(&json!("10")).is_err());
        assert!(read::<f64>(&json!(9_007_199_254_740_993_i64)).is_err());
        assert_eq!(read::<i64>(&json!(i64::MAX)), Ok(i64::MAX));
    }

    #[test]
    fn what_would_become_something_else_is_refused() {
        assert!(read::<Vec<String>>(&json!(null)).is_err());
        assert!(read::<Vec<String>>(&json!(["a", null])).is_err());
        assert!(read::<String>(&json!(null)).is_err());
        assert_eq!(read::<Vec<String>>(&json!(["a"])), Ok(vec!["a".to_owned()]));
    }

    #[test]
    fn what_is_lost_is_named() {
        let left = json!({"a": [{"b": 1, "c": 2}], "d": 1});
        assert_eq!(difference(&left, &left), None);
        assert_eq!(difference(&left, &json!({"a": [{"b": 1}], "d": 1})).as_deref(), Some("a[0].c"));
        assert_eq!(difference(&left, &json!({"a": [{"b": 1, "c": 2}]})).as_deref(), Some("d"));
        assert_eq!(difference(&json!({}), &left).as_deref(), Some("a"));
    }
}
