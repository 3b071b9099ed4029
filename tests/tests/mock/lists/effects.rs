//! Whether a query parameter has its effect.

use serde_json::Value;

use super::tried::Try;
use super::{List, items};
use crate::document::Document;

/// Nothing, or what is wrong.
type Verdict = Result<(), String>;

/// A parameter of a list, and all that the list has without it.
pub(super) struct Trial<'a> {
    list: &'a List<'a>,
    parameter: &'a str,
    /// What the document says that it is where it is not given.
    default: Option<&'a str>,
    all: Vec<Value>,
}

impl<'a> Trial<'a> {
    pub(super) async fn of(document: &'a Document, list: &'a List<'a>, parameter: &'a str) -> Self {
        let declared = list.parameters.iter().find(|declared| declared["name"] == parameter).expect("it");
        let default = document.resolve(&declared["schema"])["default"].as_str();
        Self { list, parameter, default, all: items(&list.ask("").await) }
    }

    pub(super) async fn judge(&self, how: Try) -> Verdict {
        if self.all.len() < 2 && !matches!(how, Try::Adds(_)) {
            return Err(format!("there are too few: {}", self.all.len()));
        }
        match how {
            Try::Is(field) => self.is(field).await.map(drop),
            Try::Either(field) => self.either(field).await.map(drop),
            Try::Signed(field) => self.signed(field).await,
            Try::Part(field, part) => {
                let wanted = part.to_lowercase();
                let found = self.with(part).await;
                self.keeps(|item| text(&at(item, field)).to_lowercase().contains(&wanted), &found)
            }
            Try::Before(field) => self.times(field, |time, limit| time < limit).await,
            Try::After(field) => self.times(field, |time, limit| time > limit).await,
            Try::Since(field) => self.times(field, |time, limit| time >= limit).await,
            Try::Left(value, count) => self.left(value, count).await,
            Try::Adds(field) => self.adds(field).await,
            Try::Orders(values) => self.orders(values).await,
            Try::Envelope => {
                let body = self.list.ask(&format!("{}=true", self.parameter)).await;
                let counted = body["total_count"] == self.all.len();
                holds(counted && body["data"].as_array() == Some(&self.all), || body.to_string())
            }
            Try::Cursor => {
                let found = self.with(&text(&at(&self.all[0], "/id"))).await;
                holds(found == self.all[1..], || format!("{} found", found.len()))
            }
        }
    }

    /// The items with a value of the parameter.
    async fn with(&self, value: &str) -> Vec<Value> {
        items(&self.list.ask(&format!("{}={value}", self.parameter)).await)
    }

    /// The values of a field that are there.
    fn known(&self, field: &str) -> Vec<Value> {
        self.all.iter().map(|item| at(item, field)).filter(|value| !value.is_null()).collect()
    }

    /// What was found are the items that are to be kept, which are some and not all.
    fn keeps(&self, keep: impl Fn(&Value) -> bool, found: &[Value]) -> Verdict {
        let kept: Vec<&Value> = self.all.iter().filter(|item| keep(item)).collect();
        if kept.is_empty() || kept.len() == self.all.len() {
            return Err(format!("of {} items {} are as asked", self.all.len(), kept.len()));
        }
        holds(found.iter().collect::<Vec<_>>() == kept, || {
            format!("{} found, not {}", found.len(), kept.len())
        })
    }

    /// The value that was asked for, and another one.
    async fn is(&self, field: &str) -> Result<(Value, Value), String> {
        let values = self.known(field);
        let one = values.first().ok_or_else(|| format!("no item has {field}"))?;
        let found = self.with(&escape(&text(one))).await;
        self.keeps(|item| at(item, field) == *one, &found)?;
        let other = values.iter().find(|value| *value != one).ok_or("all have the same")?;
        Ok((one.clone(), other.clone()))
    }

    /// The first of the two values that were asked for.
    async fn either(&self, field: &str) -> Result<Value, String> {
        let (one, other) = self.is(field).await?;
        let both = format!("{}&{}={}", escape(&text(&one)), self.parameter, escape(&text(&other)));
        let found = self.with(&both).await;
        // Where there are only two values, these are all items.
        let wanted = self.all.iter().filter(|item| [&one, &other].contains(&&at(item, field)));
        let wanted: Vec<Value> = wanted.cloned().collect();
        holds(found == wanted, || format!("{} found for two values, not {}", found.len(), wanted.len()))?;
        Ok(one)
    }

    async fn signed(&self, field: &str) -> Verdict {
        let one = self.either(field).await?;
        let found = self.with(&format!("-{}", escape(&text(&one)))).await;
        self.keeps(|item| at(item, field) != one, &found)
    }

    async fn times(&self, field: &str, passes: impl Fn(i64, i64) -> bool) -> Verdict {
        let mut times: Vec<i64> = self.known(field).iter().filter_map(Value::as_i64).collect();
        times.sort_unstable();
        let middle = *times.get(times.len() / 2).ok_or("no times")?;
        let found = self.with(&middle.to_string()).await;
        self.keeps(|item| at(item, field).as_i64().is_some_and(|time| passes(time, middle)), &found)
    }

    async fn left(&self, value: &str, count: usize) -> Verdict {
        let found = self.with(&self.filled(value)).await.len();
        holds(found == count && found != self.all.len(), || format!("{found} of {} found", self.all.len()))
    }

    /// A value with the ids that its words in capitals stand for.
    fn filled(&self, value: &str) -> String {
        let names = self.list.ids.iter().filter(|(name, _)| name.chars().all(is_capital));
        names.fold(value.to_owned(), |text, (name, id)| replace_word(&text, name, id))
    }

    async fn adds(&self, field: &str) -> Verdict {
        let added = self.with("true").await.iter().all(|item| !item[field].is_null());
        let before = self.all.iter().all(|item| item.get(field).is_none());
        holds(added && before, || format!("{field}: {before} before, {added} with it"))
    }

    async fn orders(&self, values: &[(&str, &str)]) -> Verdict {
        for (value, field) in values {
            let up = self.with(&format!("%2B{value}")).await;
            let plain = self.with(value).await;
            let mut down = self.with(&format!("-{value}")).await;
            down.reverse();
            let keys: Vec<Value> = up.iter().map(|item| at(item, field)).collect();
            let sorted = keys.windows(2).all(|pair| not_after(&pair[0], &pair[1]));
            let several = keys.iter().any(|key| *key != keys[0]);
            let whole = up == plain && up == down && up.len() == self.all.len();
            holds(whole && sorted && several, || format!("by {value}: {keys:?}"))?;
        }
        let default = self.default.unwrap_or("-created_at");
        let by_default = self.with(&escape(default)).await;
        let ids = |items: &[Value]| items.iter().map(|item| at(item, "/id")).collect::<Vec<_>>();
        holds(ids(&by_default) == ids(&self.all), || format!("it is not {default} by default"))?;
        let wrong = self.list.api.get(&format!("{}?order_by=nothing", self.list.path)).await;
        holds(wrong.status == 422, || format!("an unknown order is answered with {}", wrong.status))
    }
}

fn holds(condition: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if condition { Ok(()) } else { Err(otherwise()) }
}

fn at(item: &Value, field: &str) -> Value {
    item.pointer(field).cloned().unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A name in a text, where it is a whole word.
fn replace_word(text: &str, name: &str, value: &str) -> String {
    let parts = text.split_inclusive(|c| !is_capital(c));
    let swap = |part: &str| {
        let word = part.trim_end_matches(|c| !is_capital(c));
        if word == name { part.replacen(word, value, 1) } else { part.to_owned() }
    };
    parts.map(swap).collect()
}

fn is_capital(c: char) -> bool {
    c.is_ascii_uppercase() || c == '_'
}

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('+', "%2B").replace('&', "%26").replace('@', "%40")
}

/// Nothing comes first.
fn not_after(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Null, _) => true,
        (_, Value::Null) => false,
        (Value::String(a), Value::String(b)) => a.to_lowercase() <= b.to_lowercase(),
        _ => a.as_i64() <= b.as_i64(),
    }
}
