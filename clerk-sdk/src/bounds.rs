//! Bounds of arguments: checked when an argument is set, reported when the request is sent.

use std::fmt;

use serde_json::Value;

/// A bound that the OpenAPI document states for an argument, or for a field in one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    /// The name of the argument and those of fields after it, such as `rules[].name`.
    path: &'static str,
    measure: Measure,
    least: Option<i64>,
    most: Option<i64>,
}

/// The quantity that is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Number,
    /// A number that is greater than `least`.
    Above,
    Characters,
    Items,
}

impl Bound {
    pub(crate) const fn number(path: &'static str, least: Option<i64>, most: Option<i64>) -> Self {
        Self { path, measure: Measure::Number, least, most }
    }

    pub(crate) const fn above(path: &'static str, least: i64) -> Self {
        Self { path, measure: Measure::Above, least: Some(least), most: None }
    }

    pub(crate) const fn characters(path: &'static str, least: Option<i64>, most: Option<i64>) -> Self {
        Self { path, measure: Measure::Characters, least, most }
    }

    pub(crate) const fn items(path: &'static str, least: Option<i64>, most: Option<i64>) -> Self {
        Self { path, measure: Measure::Items, least, most }
    }

    /// Checks a quantity. `name` is what the message calls the value.
    fn check(&self, name: &str, quantity: Quantity) -> Result<(), String> {
        let above = self.measure == Measure::Above;
        let low =
            self.least.is_some_and(|least| quantity.is_below(least) || (above && !quantity.is_above(least)));
        if low || self.most.is_some_and(|most| quantity.is_above(most)) {
            return Err(format!("`{name}` must {self}, got {quantity}"));
        }
        Ok(())
    }

    /// Checks all values that `path` leads to. `name` is the place in the request that `value` has.
    fn check_at(&self, path: &str, name: &str, value: &Value) -> Result<(), String> {
        if let Some(rest) = path.strip_prefix("[]") {
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let rest = rest.strip_prefix('.').unwrap_or(rest);
            return items
                .iter()
                .enumerate()
                .try_for_each(|(index, item)| self.check_at(rest, &format!("{name}[{index}]"), item));
        }
        if !path.is_empty() {
            let (field, rest) = path.split_at(path.find(['.', '[']).unwrap_or(path.len()));
            let rest = rest.strip_prefix('.').unwrap_or(rest);
            let Some(value) = value.get(field) else { return Ok(()) };
            return self.check_at(rest, &format!("{name}.{field}"), value);
        }
        match (self.measure, value) {
            (Measure::Number | Measure::Above, Value::Number(number)) => {
                self.check(name, Quantity::of(number.as_i64(), number.as_f64()))
            }
            (Measure::Characters, Value::String(text)) => {
                self.check(name, Quantity::count(text.chars().count()))
            }
            (Measure::Items, Value::Array(items)) => self.check(name, Quantity::count(items.len())),
            _ => Ok(()),
        }
    }
}

/// A number, or how many characters or items there are.
#[derive(Clone, Copy)]
enum Quantity {
    Whole(i64),
    Fraction(f64),
}

impl Quantity {
    fn of(whole: Option<i64>, number: Option<f64>) -> Self {
        whole.map_or(Self::Fraction(number.unwrap_or(f64::NAN)), Self::Whole)
    }

    fn count(count: usize) -> Self {
        Self::Whole(i64::try_from(count).unwrap_or(i64::MAX))
    }

    fn is_below(self, bound: i64) -> bool {
        match self {
            Self::Whole(number) => number < bound,
            Self::Fraction(number) => number < bound as f64,
        }
    }

    fn is_above(self, bound: i64) -> bool {
        match self {
            Self::Whole(number) => number > bound,
            Self::Fraction(number) => number > bound as f64,
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => number.fmt(f),
            Self::Fraction(number) => number.fmt(f),
        }
    }
}

/// Returns the rule that a value breaks, such as `be at most 500`.
impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, noun) = match self.measure {
            Measure::Above => return write!(f, "be greater than {}", self.least.unwrap_or(i64::MIN)),
            Measure::Number => ("be", ""),
            Measure::Characters => ("have", " characters"),
            Measure::Items => ("have", " items"),
        };
        match (self.least, self.most) {
            (Some(least), Some(most)) => write!(f, "{verb} between {least} and {most}{noun}"),
            (Some(least), None) => write!(f, "{verb} at least {least}{noun}"),
            (None, Some(most)) => write!(f, "{verb} at most {most}{noun}"),
            (None, None) => Ok(()),
        }
    }
}

/// Checks a query parameter. Characters are Unicode characters, as JSON Schema counts them.
pub(crate) fn check_texts(bounds: &[Bound], name: &str, texts: &[String]) -> Result<(), String> {
    let applies = |bound: &&Bound| bound.path.strip_suffix("[]").unwrap_or(bound.path) == name;
    for bound in bounds.iter().filter(applies) {
        match bound.measure {
            Measure::Items => bound.check(name, Quantity::count(texts.len()))?,
            Measure::Characters => {
                texts.iter().try_for_each(|text| bound.check(name, Quantity::count(text.chars().count())))?;
            }
            Measure::Number | Measure::Above => texts
                .iter()
                .try_for_each(|text| bound.check(name, Quantity::of(text.parse().ok(), text.parse().ok())))?,
        }
    }
    Ok(())
}

/// Checks a field of the body, or the whole body where `name` is empty.
pub(crate) fn check_value(bounds: &[Bound], name: &str, value: &Value) -> Result<(), String> {
    let shown = if name.is_empty() { "body" } else { name };
    bounds.iter().try_for_each(|bound| match bound.path.strip_prefix(name) {
        Some(rest) if name.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']) => {
            bound.check_at(rest.strip_prefix('.').unwrap_or(rest), shown, value)
        }
        _ => Ok(()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ALL: &[Bound] = &[
        Bound::number("limit", Some(1), Some(500)),
        Bound::number("offset", Some(0), None),
        Bound::above("seconds", 0),
        Bound::characters("name", Some(1), Some(3)),
        Bound::items("ids", None, Some(2)),
        Bound::characters("ids[]", Some(1), Some(4)),
        Bound::number("rules[].rank", Some(1), None),
        Bound::characters("rules[].test.label", None, Some(2)),
    ];

    fn texts(name: &str, texts: &[&str]) -> Option<String> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        check_texts(ALL, name, &texts).err()
    }

    fn value(name: &str, value: &Value) -> Option<String> {
        check_value(ALL, name, value).err()
    }

    #[test]
    fn the_ends_of_a_bound_are_allowed_and_what_is_beyond_is_rejected_by_name() {
        for limit in ["1", "500"] {
            assert_eq!(texts("limit", &[limit]), None);
        }
        let message = |got| Some(format!("`limit` must be between 1 and 500, got {got}"));
        assert_eq!(texts("limit", &["0"]), message("0"));
        assert_eq!(texts("limit", &["501"]), message("501"));
        assert_eq!(texts("limit", &["-9223372036854775808"]), message("-9223372036854775808"));
        assert_eq!(texts("offset", &["-1"]).unwrap(), "`offset` must be at least 0, got -1");
        assert_eq!(texts("ids", &["a", "b"]), None);
        assert_eq!(texts("ids", &["a", "b", "c"]).unwrap(), "`ids` must have at most 2 items, got 3");
        assert_eq!(texts("limits", &["0"]), None);
    }

    #[test]
    fn the_items_of_a_list_have_bounds_of_their_own() {
        assert_eq!(texts("ids", &["a", ""]).unwrap(), "`ids` must have between 1 and 4 characters, got 0");
        let error = value("ids", &json!(["a", "abcde"])).unwrap();
        assert_eq!(error, "`ids[1]` must have between 1 and 4 characters, got 5");
        assert_eq!(value("ids", &json!(["a", "abcd"])), None);
    }

    #[test]
    fn an_exclusive_bound_is_not_allowed_itself_and_fractions_above_it_are() {
        assert_eq!(value("seconds", &json!(0)).unwrap(), "`seconds` must be greater than 0, got 0");
        assert_eq!(value("seconds", &json!(-0.5)).unwrap(), "`seconds` must be greater than 0, got -0.5");
        assert_eq!(value("seconds", &json!(0.5)), None);
        assert_eq!(value("seconds", &json!(u64::MAX)), None);
        assert!(value("limit", &json!(u64::MAX)).is_some());
    }

    #[test]
    fn the_length_of_a_text_is_that_in_unicode_characters() {
        for name in ["é", "日本語", "👩🏽x"] {
            assert_eq!(value("name", &json!(name)), None, "{name}");
        }
        let error = value("name", &json!("secret")).unwrap();
        assert_eq!(error, "`name` must have between 1 and 3 characters, got 6");
        assert!(value("name", &json!("")).is_some());
    }

    #[test]
    fn null_and_values_of_another_type_have_no_bounds() {
        for other in [json!(null), json!(true), json!({ "name": "long" })] {
            assert_eq!(value("name", &other), None);
            assert_eq!(value("rules", &other), None);
        }
    }

    #[test]
    fn fields_in_lists_are_checked_and_named_by_their_index() {
        let rules = json!([{ "rank": 1, "test": { "label": "ab" } }, { "rank": 0 }]);
        assert_eq!(value("rules", &rules).unwrap(), "`rules[1].rank` must be at least 1, got 0");
        let rules = json!([{ "test": { "label": "abc" } }]);
        assert_eq!(
            value("rules", &rules).unwrap(),
            "`rules[0].test.label` must have at most 2 characters, got 3"
        );

        let whole = [Bound::items("", Some(1), Some(2)), Bound::number("[].days", Some(1), Some(365))];
        let check = |value| check_value(&whole, "", &value).err();
        assert_eq!(check(json!([])).unwrap(), "`body` must have between 1 and 2 items, got 0");
        let error = check(json!([{ "days": 1 }, { "days": 366 }])).unwrap();
        assert_eq!(error, "`body[1].days` must be between 1 and 365, got 366");
    }
}
