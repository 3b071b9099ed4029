//! What all lists have in common: order, pages, and the envelope around the items.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::{Call, Object};
use crate::mock::error::ApiError;

/// The page that a request asks for, in the envelope that the operation has: a bare array, or an object with the
/// items under their key and `total_count`. `paginated=true` turns the array into the object.
pub(super) fn page<T>(call: &Call<'_>, rows: Vec<T>, render: impl FnMut(T) -> Value) -> Value {
    let total = rows.len();
    let offset = usize::try_from(call.query.number("offset").unwrap_or(0)).unwrap_or(0);
    let paged = call.operation.takes("limit");
    let limit = if paged { call.query.number("limit").unwrap_or(10) } else { i64::MAX };
    let limit = usize::try_from(limit).unwrap_or(0);
    let items: Vec<Value> = rows.into_iter().skip(offset).take(limit).map(render).collect();
    envelope(call, items, total)
}

/// Puts items into the operation's envelope.
pub(super) fn envelope(call: &Call<'_>, items: Vec<Value>, total: usize) -> Value {
    let schema = call.operation.answer.as_ref().unwrap_or(&Value::Null);
    if schema["type"] == "array" {
        if call.operation.takes("paginated") && call.query.flag("paginated") == Some(true) {
            return json!({ "data": items, "total_count": total });
        }
        return Value::Array(items);
    }
    let properties = schema["properties"].as_object();
    let key =
        properties.and_then(|p| p.iter().find(|(_, s)| s["type"] == "array")).map(|(key, _)| key.as_str());
    json!({ key.unwrap_or("data"): items, "total_count": total })
}

/// Orders rows, which come oldest first, by the request's `order_by`, by what the document says where it has none, which
/// is newest first where that says nothing. `field` gives
/// what a row is compared by; rows that are equal there keep the order in which they were made.
pub(super) fn order<T>(
    call: &Call<'_>,
    rows: &mut [T],
    allowed: &[&str],
    field: impl Fn(&T, &str) -> Value,
) -> Result<(), ApiError> {
    let (descending, name) = order_by(call);
    if !allowed.contains(&name) {
        return Err(ApiError::none_of("order_by", name, &allowed.join(", ")));
    }
    if name != "created_at" || rows.iter().any(|row| field(row, name).is_null()) {
        rows.sort_by(|a, b| compare(&field(a, name), &field(b, name)));
    } else {
        rows.sort_by_key(|row| field(row, name).as_i64());
    }
    if descending {
        rows.reverse();
    }
    Ok(())
}

/// The direction and the field of `order_by`. A `+` that was not percent-encoded arrives as a space.
pub(super) fn order_by<'a>(call: &'a Call<'_>) -> (bool, &'a str) {
    let own = || {
        let parameter = call.operation.parameters.iter().find(|p| !p.in_path && p.name == "order_by")?;
        parameter.schema["default"].as_str()
    };
    match call.query.first("order_by").filter(|o| !o.is_empty()).or_else(own) {
        None => (true, "created_at"),
        Some(order) => match order.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, order.strip_prefix(['+', ' ']).unwrap_or(order)),
        },
    }
}

/// Nothing comes first, text is compared without case.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::String(a), Value::String(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
        _ => a.as_i64().cmp(&b.as_i64()),
    }
}

/// Whether a value is among those of a filter that repeats its key; true where the filter is not there.
pub(super) fn among(call: &Call<'_>, name: &str, is: impl Fn(&str) -> bool) -> bool {
    let mut values = call.query.all(name).peekable();
    values.peek().is_none() || values.any(is)
}

/// The same, where a value may be preceded by `+` (wanted, as without it) or `-` (not wanted).
pub(super) fn among_signed(call: &Call<'_>, name: &str, is: impl Fn(&str) -> bool) -> bool {
    let (mut wanted, mut found) = (false, false);
    for value in call.query.all(name) {
        if let Some(excluded) = value.strip_prefix('-') {
            if is(excluded) {
                return false;
            }
        } else {
            wanted = true;
            found |= is(value.strip_prefix(['+', ' ']).unwrap_or(value));
        }
    }
    found || !wanted
}

/// Whether one of the texts contains the filter's, without regard to case; true where the filter is not there.
pub(super) fn contains<'a>(call: &Call<'_>, name: &str, texts: impl IntoIterator<Item = &'a str>) -> bool {
    match call.query.first(name).map(str::to_lowercase) {
        Some(wanted) => texts.into_iter().any(|text| text.to_lowercase().contains(&wanted)),
        None => true,
    }
}

/// Whether a time passes the filters `<field>_before` and `<field>_after`; a time that is not there passes none.
pub(super) fn within(call: &Call<'_>, object: &Object, field: &str) -> bool {
    // Most requests have no such filter, and lists are long.
    if !call.query.0.iter().any(|(name, _)| name.starts_with(field)) {
        return true;
    }
    let time = object.get(field).and_then(Value::as_i64);
    let passes = |suffix: &str, test: fn(i64, i64) -> bool| {
        let limit = call.query.number(&format!("{field}{suffix}"));
        limit.is_none_or(|limit| time.is_some_and(|time| test(time, limit)))
    };
    passes("_before", |t, l| t < l) && passes("_after", |t, l| t > l) && passes("_since", |t, l| t >= l)
}
