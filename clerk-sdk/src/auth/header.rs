//! The header of a JWT: its members that matter, read without building a tree of the others.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::provider::Algorithm;

/// The members of a header that are used.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) class: Class,
    /// Set if the header names extensions that must be understood (`crit`).
    pub(super) critical: bool,
    /// None where it is not supported.
    pub(super) algorithm: Option<Algorithm>,
    /// The name of an algorithm that is not supported.
    pub(super) other_algorithm: Option<String>,
    /// The type, where it is [`Typ::Other`].
    pub(super) other_typ: Option<String>,
    pub(super) kid: Option<String>,
}

/// The kind of token that a header declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) typ: Typ,
    pub(super) category: Category,
}

/// `typ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Typ {
    Absent,
    Jwt,
    /// An OAuth access token, by RFC 9068.
    AccessToken,
    Other,
}

/// `cat`, by which Clerk tells tokens apart that are signed with one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    Absent,
    Session,
    Template,
    MachineToMachine,
    /// Some instances put it on every token: it says nothing.
    Ignore,
    Other,
}

impl Typ {
    fn of(value: &Member<'_>) -> Self {
        match value.0.as_deref() {
            Some("JWT") => Self::Jwt,
            Some(typ)
                if typ.eq_ignore_ascii_case("at+jwt") || typ.eq_ignore_ascii_case("application/at+jwt") =>
            {
                Self::AccessToken
            }
            _ => Self::Other,
        }
    }
}

impl Category {
    fn of(value: &Member<'_>) -> Self {
        match value.0.as_deref() {
            Some("cl_B7d4PD111AAA") => Self::Session,
            Some("cl_B7d4PD222AAA") => Self::Template,
            Some("cl_B7d4PD333AAA") => Self::MachineToMachine,
            Some("cl_I7d4PD111III") => Self::Ignore,
            _ => Self::Other,
        }
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    /// The last of two members of one name counts, as in all of the SDK.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
        let class = Class { typ: Typ::Absent, category: Category::Absent };
        let mut header = Header {
            class,
            critical: false,
            algorithm: None,
            other_algorithm: None,
            other_typ: None,
            kid: None,
        };
        while let Some(name) = map.next_key()? {
            match name {
                Name::Typ => {
                    let value = map.next_value()?;
                    header.class.typ = Typ::of(&value);
                    let other = value.0.filter(|_| header.class.typ == Typ::Other);
                    header.other_typ = other.map(Cow::into_owned);
                }
                Name::Category => header.class.category = Category::of(&map.next_value()?),
                Name::Algorithm => {
                    let value: Member<'_> = map.next_value()?;
                    header.algorithm = value.0.as_deref().and_then(Algorithm::named);
                    header.other_algorithm =
                        value.0.filter(|_| header.algorithm.is_none()).map(Cow::into_owned);
                }
                Name::Kid => header.kid = map.next_value::<Member<'_>>()?.0.map(Cow::into_owned),
                Name::Critical => {
                    header.critical = true;
                    map.next_value::<Skipped>()?;
                }
                Name::Other => {
                    map.next_value::<Skipped>()?;
                }
            }
        }
        Ok(header)
    }
}

/// The name of a member.
enum Name {
    Typ,
    Category,
    Algorithm,
    Kid,
    Critical,
    Other,
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(NameVisitor)
    }
}

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Name, E> {
        Ok(match name {
            "typ" => Name::Typ,
            "cat" => Name::Category,
            "alg" => Name::Algorithm,
            "kid" => Name::Kid,
            "crit" => Name::Critical,
            _ => Name::Other,
        })
    }
}

/// The value of a member if it is a text.
struct Member<'de>(Option<Cow<'de, str>>);

impl<'de> Deserialize<'de> for Member<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor(PhantomData))
    }
}

/// A value that is read and dropped. serde's `IgnoredAny` would accept numbers, escapes and bytes that a parser of
/// values rejects.
struct Skipped;

impl<'de> Deserialize<'de> for Skipped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor(PhantomData))
    }
}

/// A value of which nothing but a text may be kept.
trait Value<'de>: Sized {
    /// Any value but a text.
    const OTHER: Self;

    fn borrowed(text: &'de str) -> Self;

    fn owned(text: &str) -> Self;
}

impl<'de> Value<'de> for Member<'de> {
    const OTHER: Self = Self(None);

    fn borrowed(text: &'de str) -> Self {
        Self(Some(Cow::Borrowed(text)))
    }

    fn owned(text: &str) -> Self {
        Self(Some(Cow::Owned(text.to_owned())))
    }
}

impl Value<'_> for Skipped {
    const OTHER: Self = Self;

    fn borrowed(_: &str) -> Self {
        Self
    }

    fn owned(_: &str) -> Self {
        Self
    }
}

struct ValueVisitor<V>(PhantomData<V>);

impl<'de, V: Value<'de>> Visitor<'de> for ValueVisitor<V> {
    type Value = V;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<V, E> {
        Ok(V::borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<V, E> {
        Ok(V::owned(text))
    }

    fn visit_unit<E>(self) -> Result<V, E> {
        Ok(V::OTHER)
    }

    fn visit_bool<E>(self, _: bool) -> Result<V, E> {
        Ok(V::OTHER)
    }

    fn visit_i64<E>(self, _: i64) -> Result<V, E> {
        Ok(V::OTHER)
    }

    fn visit_u64<E>(self, _: u64) -> Result<V, E> {
        Ok(V::OTHER)
    }

    fn visit_f64<E>(self, _: f64) -> Result<V, E> {
        Ok(V::OTHER)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<V, A::Error> {
        while seq.next_element::<Skipped>()?.is_some() {}
        Ok(V::OTHER)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<V, A::Error> {
        while map.next_entry::<Skipped, Skipped>()?.is_some() {}
        Ok(V::OTHER)
    }
}
