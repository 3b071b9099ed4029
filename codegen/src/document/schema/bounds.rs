//! Bounds of values: how large a number, how long a text and how many items.

use super::keywords::Keywords;

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
pub(super) fn read(keywords: &Keywords<'_>) -> Vec<Bound> {
    let count = |count: Option<usize>| count.and_then(|count| i64::try_from(count).ok());
    let bound = |measure, least, most| Bound { measure, least, most };
    let minimum = keywords.minimum.and_then(|limit| limit.whole());
    let maximum = keywords.maximum.and_then(|limit| limit.whole());
    let (above, below) = (keywords.exclusive_minimum, keywords.exclusive_maximum);
    let all = match keywords.typ {
        Some("integer") => vec![bound(
            Measure::Number,
            minimum.map(|least| least.saturating_add(i64::from(above))),
            maximum.map(|most| most.saturating_sub(i64::from(below))),
        )],
        Some("number") => vec![
            bound(Measure::Above, minimum.filter(|_| above), None),
            bound(Measure::Number, minimum.filter(|_| !above), maximum.filter(|_| !below)),
        ],
        Some("string") => {
            vec![bound(Measure::Characters, count(keywords.min_length), count(keywords.max_length))]
        }
        Some("array") => vec![bound(Measure::Items, count(keywords.min_items), count(keywords.max_items))],
        _ => Vec::new(),
    };
    all.into_iter().filter(|bound| bound.least.is_some() || bound.most.is_some()).collect()
}
