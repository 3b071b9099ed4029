//! Values made from a schema: well-formed, complete (optional fields too) and plausible, so that an operation
//! about which the embedded Clerk knows nothing else still answers something that a program can work with.

use serde_json::{Map, Value, json};

use super::document::Document;
use super::ids::Ids;

/// Where a value is being made: what is above it decides what its fields look like.
struct Place<'a> {
    /// The property's name, empty at the root.
    name: &'a str,
    /// The `object` tag of the object around it.
    tag: &'a str,
    /// The tag of the object that this one is in.
    outer: &'a str,
    /// How many objects and arrays are above it.
    depth: usize,
}

/// Nesting deeper than this is cut where the schema allows it: a schema may contain itself.
const DEEPEST: usize = 7;

/// Optional values that say that something went wrong or came to an end: a fresh object has none.
const ABSENT: &[&str] = &[
    "error",
    "actor",
    "expired",
    "revocation_reason",
    "revoked_at",
    "canceled_at",
    "ended_at",
    "past_due_at",
    "mfa_disabled_at",
    "lockout_expires_in_seconds",
    "tasks",
];

/// Makes values from the document's schemas.
pub(super) struct Sampler<'a> {
    pub(super) document: &'a Document,
    pub(super) ids: &'a mut Ids,
    /// Unix milliseconds.
    pub(super) now: i64,
}

impl Sampler<'_> {
    /// A value of a schema.
    pub(super) fn value(&mut self, schema: &Value) -> Value {
        self.make(schema, &Place { name: "", tag: "", outer: "", depth: 0 })
    }

    /// A value of the schema of a type of the SDK, at its place in the document. Where it has no tag of its own, the
    /// type's name tells what it is.
    pub(super) fn of_type(&mut self, name: &str, pointer: &str) -> Value {
        let tag = in_snake_case(name);
        self.make(self.document.at(pointer), &Place { name: "", tag: &tag, outer: "", depth: 0 })
    }

    /// A value of a property's schema.
    pub(super) fn field(&mut self, schema: &Value, name: &str) -> Value {
        self.make(schema, &Place { name, tag: "", outer: "", depth: 1 })
    }

    /// A value of a named object schema of the document.
    pub(super) fn object(&mut self, component: &str) -> Map<String, Value> {
        let document = self.document;
        match self.value(document.component(component)) {
            Value::Object(object) => object,
            _ => Map::new(),
        }
    }

    fn make(&mut self, schema: &Value, place: &Place<'_>) -> Value {
        let document = self.document;
        let schema = &*document.flatten(schema);
        let nullable = schema["nullable"] == true;
        if nullable && (place.depth > DEEPEST || ABSENT.contains(&place.name)) {
            return Value::Null;
        }
        if let Some(values) = schema["enum"].as_array()
            && let Some(first) = values.first()
        {
            let verified = values.iter().find(|value| **value == "verified");
            return verified.or_else(|| of_outer(values, place.outer)).unwrap_or(first).clone();
        }
        for union in ["oneOf", "anyOf"] {
            if let Some(variants) = schema[union].as_array()
                && let Some(value) = self.variant(schema, variants, place)
            {
                return value;
            }
        }
        match schema["type"].as_str() {
            Some("object") => self.fields(schema, place),
            Some("array") => self.items(schema, place),
            Some("string") => Value::String(self.string(schema, place)),
            Some("integer") => json!(self.integer(schema, place.name)),
            Some("number") => match schema["format"].as_str() {
                Some("float" | "double") => json!(1.5),
                _ => json!(self.integer(schema, place.name)),
            },
            Some("boolean") => json!(self.boolean(place.name)),
            _ if schema.get("properties").is_some() => self.fields(schema, place),
            _ => json!({}),
        }
    }

    /// The first variant of a union, tagged where the union has a discriminator; `None` where the variants only
    /// say which fields are needed together.
    fn variant(&mut self, schema: &Value, variants: &[Value], place: &Place<'_>) -> Option<Value> {
        let first = variants.first()?;
        if schema.get("properties").is_some() {
            return None;
        }
        Some(self.make(first, place))
    }

    fn fields(&mut self, schema: &Value, place: &Place<'_>) -> Value {
        let document = self.document;
        let mut object = Map::new();
        let Some(properties) = schema["properties"].as_object() else { return Value::Object(object) };
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let tag = properties.get("object").map(|p| &document.resolve(p)["enum"][0]).and_then(Value::as_str);
        let around = if place.name.is_empty() { place.tag } else { place.name };
        let outer = if place.name.is_empty() { "" } else { place.tag };
        let place = Place { name: "", tag: tag.unwrap_or(around), outer, depth: place.depth + 1 };
        for (name, property) in properties {
            let optional = !required.contains(&name.as_str());
            if optional && (place.depth > DEEPEST || ABSENT.contains(&name.as_str())) {
                continue;
            }
            object.insert(name.clone(), self.make(property, &Place { name, ..place }));
        }
        relate(&mut object);
        // A schema may require what it does not declare.
        for name in required {
            object.entry(name).or_insert_with(|| json!(true));
        }
        Value::Object(object)
    }

    fn items(&mut self, schema: &Value, place: &Place<'_>) -> Value {
        let wanted = schema["minItems"].as_u64().unwrap_or(0);
        if place.depth > DEEPEST && wanted == 0 {
            return json!([]);
        }
        // The one item of `user_ids` is an id of a user.
        let name = place.name.strip_suffix('s').unwrap_or(place.name);
        let place = Place { name, depth: place.depth + 1, ..*place };
        (0..wanted.max(1)).map(|_| self.make(&schema["items"], &place)).collect()
    }

    fn string(&mut self, schema: &Value, place: &Place<'_>) -> String {
        if let Some(pattern) = schema["pattern"].as_str()
            && let Some(text) = self.matching(pattern)
        {
            return text;
        }
        let text = match (schema["format"].as_str(), place.name) {
            (Some("email"), _) => "ada@example.com".to_owned(),
            (Some("uri"), _) => "https://example.com/".to_owned(),
            (Some("date-time"), _) => super::time::rfc3339(self.now),
            (Some("date"), _) => super::time::rfc3339(self.now).chars().take(10).collect(),
            (_, "id") => self.ids.object(place.tag),
            (_, "object") => place.tag.to_owned(),
            (_, "created_by") => self.ids.object("user"),
            (_, name) => match of_kind(place.tag, name) {
                Some(text) => text.to_owned(),
                None => self.named(name),
            },
        };
        let least = schema["minLength"].as_u64().unwrap_or(0) as usize;
        let most = schema["maxLength"].as_u64().map_or(usize::MAX, |m| m as usize);
        format!("{text:x<least$}").chars().take(most).collect()
    }

    /// A string for a property of this name.
    fn named(&mut self, name: &str) -> String {
        if let Some(tag) = name.strip_suffix("_id") {
            return self.ids.object(tag);
        }
        let fixed = match name {
            _ if name.ends_with("url") || name.ends_with("uri") || name == "href" => "https://example.com/",
            _ if name.ends_with("email_address") || matches!(name, "email" | "identifier") => {
                "ada@example.com"
            }
            _ if name.ends_with("phone_number") => "+15555550100",
            _ if name.ends_with("color") => "#6c47ff",
            "username" => "ada",
            "first_name" => "Ada",
            "last_name" => "Lovelace",
            "locale" => "en-US",
            "slug" => "sample",
            "domain" | "hostname" => "example.com",
            "provider" => "oauth_google",
            "role" => "org:member",
            "role_name" => "Member",
            "currency" => "USD",
            "currency_symbol" => "$",
            "amount_formatted" => "1.00",
            "status" => "active",
            "strategy" => "admin",
            "jwt" | "session_token" | "token" => "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2FtcGxl",
            "ip_address" => "203.0.113.7",
            "web3_wallet" => "0x0000000000000000000000000000000000000001",
            "kty" => "RSA",
            "alg" => "RS256",
            "use" => "sig",
            _ => "sample",
        };
        fixed.to_owned()
    }

    /// A string that fits one of the patterns which the document has: a prefix and random characters, or a
    /// strategy's name.
    fn matching(&mut self, pattern: &str) -> Option<String> {
        if pattern.contains("oauth_") {
            let prefix = if pattern.contains("from_oauth_") { "from_oauth_" } else { "oauth_" };
            return Some(format!("{prefix}google"));
        }
        let rest = pattern.strip_prefix('^')?.strip_suffix('$')?.trim_start_matches('(');
        let prefix: String = rest.chars().take_while(|c| c.is_ascii_lowercase()).collect();
        if pattern.ends_with("_\\w{27}$") {
            Some(self.ids.prefixed(&prefix))
        } else if pattern.ends_with("_[0-9A-Fa-f]{32}$") {
            Some(self.ids.hexadecimal(&prefix))
        } else if pattern == "^[A-Z]{2}$" {
            Some("US".to_owned())
        } else {
            None
        }
    }

    fn integer(&mut self, schema: &Value, name: &str) -> i64 {
        const DAY: i64 = 24 * 60 * 60 * 1000;
        let value = match name {
            _ if name.starts_with("expire") || name.starts_with("abandon") => self.now + 7 * DAY,
            _ if name.ends_with("_at") || name == "date" || name == "period_start" => self.now,
            "period_end" | "expiration" => self.now + 30 * DAY,
            "total_count" => 1,
            "attempts" | "offset" => 0,
            "lifetime" => 60,
            "allowed_clock_skew" => 5,
            "amount" => 100,
            _ => 1,
        };
        let value = schema["minimum"].as_i64().map_or(value, |min| value.max(min));
        schema["maximum"].as_i64().map_or(value, |max| value.min(max))
    }

    fn boolean(&mut self, name: &str) -> bool {
        name.ends_with("enabled") || matches!(name, "deleted" | "active" | "verified" | "success")
    }
}

/// The value that is named like what the object is in: what is in an `email_address` is verified by `email_code`.
fn of_outer<'a>(values: &'a [Value], outer: &str) -> Option<&'a Value> {
    let kind = outer.split('_').next().filter(|kind| !kind.is_empty())?;
    let is = |text: &str| text.strip_prefix(kind).is_some_and(|rest| rest.starts_with('_'));
    values.iter().find(|value| value.as_str().is_some_and(is))
}

/// What a field is where that depends on the object that it is of.
fn of_kind(tag: &str, name: &str) -> Option<&'static str> {
    Some(match (tag, name) {
        (_, "permission") | ("permission", "key") => "org:billing:manage",
        ("organization", "name") => "Acme",
        ("organization", "slug") => "acme",
        ("role", "key") => "org:member",
        ("role", "name") => "Member",
        (tag, "name") if tag.ends_with("domain") => "example.com",
        _ => return None,
    })
}

/// An id that refers to something in the same object is that one's: `primary_email_address_id` the first of
/// `email_addresses`, `user_id` that of `user`.
fn relate(object: &mut Map<String, Value>) {
    let referring: Vec<String> = object.keys().filter(|name| name.ends_with("_id")).cloned().collect();
    for name in referring {
        let Some(kind) = name.strip_suffix("_id") else { continue };
        let referred = match kind.strip_prefix("primary_") {
            Some(kind) => [format!("{kind}s"), format!("{kind}es")]
                .iter()
                .find_map(|list| object.get(list))
                .and_then(|list| list.get(0)),
            None => object.get(kind),
        };
        if let Some(id) = referred.and_then(|it| it.get("id")).filter(|id| id.is_string()).cloned() {
            object.insert(name, id);
        }
    }
}

/// `OrganizationInvitation` as the tag of such an object reads.
fn in_snake_case(name: &str) -> String {
    let mut text = String::new();
    for (index, letter) in name.char_indices() {
        let begins = letter.is_ascii_uppercase() && name[..index].ends_with(|c: char| c.is_ascii_lowercase());
        if begins {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}
