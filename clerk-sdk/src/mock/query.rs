//! Query strings and percent-encoding, as servers read them: keys repeat, `+` is a space.

/// The pairs of a query string, decoded, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Query(pub(super) Vec<(String, String)>);

impl Query {
    pub(super) fn parse(text: &str) -> Query {
        Query(url::form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The first value of a key.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a key.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A boolean, `None` where the key is absent.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.first(name).map(|value| value == "true")
    }

    /// A whole number, `None` where the key is absent or holds something else.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.first(name).and_then(integer)
    }
}

/// A whole number, which some programs write with a fraction: Clerk's Python SDK has `limit=10.0` where the published
/// document says `number`.
pub(super) fn integer(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_whole = !fraction.is_empty() && fraction.bytes().all(|digit| digit == b'0');
    whole.parse().ok().filter(|_| is_whole)
}

/// Decodes percent-encoding; what is none stays as it is, and bytes that are no UTF-8 become U+FFFD.
pub(super) fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}
