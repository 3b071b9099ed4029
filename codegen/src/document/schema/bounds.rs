//! Bounds of values: how large a number, how long a text and how many items.

use crate::document::Node;
use crate::document::value::Value;

/// A bound that a schema states for its values, in whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The quantity that is bounded.
    pub measure: Measure,
    /// The least that is allowed, if there is one.
    pub least: Option<i64>,
    /// The most that is allowed, if there is one.
    pub most: Option<i64>,
}

/// A quantity of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The number itself.
    Number,
    /// The number itself, which is greater than `least`.
    Above,
    /// The characters of a text.
    Characters,
    /// The items of a list.
    Items,
}

/// Reads the bounds that apply to the schema's type. Bounds that are not whole numbers are left to the server.
pub(super) fn read(node: &Node<'_>) -> Vec<Bound> {
    let whole = |key: &str| node.get(key).and_then(|value| value.value().to_string().parse::<i64>().ok());
    let flag = |key: &str| node.get(key).is_some_and(|value| matches!(value.value(), Value::Bool(true)));
    let bound = |measure, least, most| Bound { measure, least, most };
    let (minimum, maximum) = (whole("minimum"), whole("maximum"));
    let (above, below) = (flag("exclusiveMinimum"), flag("exclusiveMaximum"));
    let all = match node.get("type").as_ref().and_then(Node::str) {
        Some("integer") => vec![bound(
            Measure::Number,
            minimum.map(|least| least.saturating_add(i64::from(above))),
            maximum.map(|most| most.saturating_sub(i64::from(below))),
        )],
        Some("number") => vec![
            bound(Measure::Above, minimum.filter(|_| above), None),
            bound(Measure::Number, minimum.filter(|_| !above), maximum.filter(|_| !below)),
        ],
        Some("string") => vec![bound(Measure::Characters, whole("minLength"), whole("maxLength"))],
        Some("array") => vec![bound(Measure::Items, whole("minItems"), whole("maxItems"))],
        _ => Vec::new(),
    };
    all.into_iter().filter(|bound| bound.least.is_some() || bound.most.is_some()).collect()
}
