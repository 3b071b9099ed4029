//! Values as they stand in a query.

use std::borrow::Cow;

use super::field::whole;

/// A value as a query parameter: one text, or several under one key.
pub(crate) trait Query {
    /// Adds the texts to send.
    fn texts(self, out: &mut Vec<String>);
}

impl Query for String {
    fn texts(self, out: &mut Vec<String>) {
        out.push(self);
    }
}

impl Query for &str {
    fn texts(self, out: &mut Vec<String>) {
        out.push(self.to_owned());
    }
}

impl Query for Cow<'_, str> {
    fn texts(self, out: &mut Vec<String>) {
        out.push(self.into_owned());
    }
}

impl Query for bool {
    fn texts(self, out: &mut Vec<String>) {
        out.push(self.to_string());
    }
}

impl Query for f64 {
    fn texts(self, out: &mut Vec<String>) {
        out.push(whole(self).map_or_else(|| self.to_string(), |whole| whole.to_string()));
    }
}

macro_rules! whole_query {
    ($($ty:ty),*) => {$(
        impl Query for $ty {
            fn texts(self, out: &mut Vec<String>) {
                out.push(self.to_string());
            }
        }
    )*};
}
whole_query!(i32, u32, i64, u64, usize);

impl<T: Query> Query for Vec<T> {
    fn texts(self, out: &mut Vec<String>) {
        self.into_iter().for_each(|item| item.texts(out));
    }
}

impl<T: Query, const N: usize> Query for [T; N] {
    fn texts(self, out: &mut Vec<String>) {
        self.into_iter().for_each(|item| item.texts(out));
    }
}

/// A list as one comma-separated text; an empty one is none, as with lists that repeat their key.
pub(crate) fn joined<T: Query>(items: Vec<T>) -> Vec<String> {
    let mut texts = Vec::with_capacity(items.len());
    items.texts(&mut texts);
    if texts.is_empty() { texts } else { vec![texts.join(",")] }
}

/// A list as one text, with another character between the items.
#[allow(dead_code, reason = "not every document has such a parameter")]
pub(crate) fn delimited<T: Query>(items: Vec<T>, delimiter: char) -> Vec<String> {
    let mut texts = Vec::with_capacity(items.len());
    items.texts(&mut texts);
    if texts.is_empty() { texts } else { vec![texts.join(delimiter.to_string().as_str())] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_sent_without_a_fraction() {
        let mut texts = Vec::new();
        10.0_f64.texts(&mut texts);
        0.25_f64.texts(&mut texts);
        assert_eq!(texts, ["10", "0.25"]);
    }
}
