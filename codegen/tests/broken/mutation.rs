//! Small parts of the document, and changes to them that nobody would want, always the same for the same seed.

use serde_json::{Map, Value, json};

/// Random numbers that are the same on every run (xorshift).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        // The first numbers of neighbouring seeds resemble each other.
        for _ in 0..8 {
            dice.below(2);
        }
        dice
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// The document with three of its paths and the components that these refer to.
pub(crate) fn some_operations(whole: &Value, dice: &mut Dice) -> Value {
    let paths: Vec<(&String, &Value)> = whole["paths"].as_object().unwrap().iter().collect();
    let mut part = json!({"openapi": whole["openapi"], "info": whole["info"], "paths": {}, "components": {}});
    let mut open: Vec<Value> = Vec::new();
    for _ in 0..3 {
        let (path, item) = *dice.one_of(&paths);
        part["paths"][path] = item.clone();
        open.push(item.clone());
    }
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                if let Some(pointer) = members.get("$ref").and_then(Value::as_str) {
                    let names: Vec<&str> = pointer.split('/').collect();
                    let (kind, name) = (names[2], names[3]);
                    if part["components"][kind].get(name).is_none() {
                        let component = whole["components"][kind][name].clone();
                        part["components"][kind][name] = component.clone();
                        open.push(component);
                    }
                }
                open.extend(members.into_iter().map(|(_, member)| member));
            }
            Value::Array(elements) => open.extend(elements),
            _ => {}
        }
    }
    part
}

/// Changes something somewhere, and says what.
pub(crate) fn mutate(document: &mut Value, dice: &mut Dice) -> String {
    let mut places = Vec::new();
    collect(document, String::new(), &mut places);
    let place = dice.one_of(&places).clone();
    let (parent, key) = place.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    let old = document.pointer(&place).unwrap().clone();
    let other: &String = dice.one_of(&places);
    let elsewhere = document.pointer(other).unwrap().clone();
    let parent = document.pointer_mut(parent).unwrap();
    match dice.below(8) {
        0 => {
            remove(parent, &key);
            format!("without {place}")
        }
        1 => {
            let name = (*dice.one_of(&NAMES)).to_owned();
            rename(parent, &key, &name);
            format!("{place} renamed to {name:?}")
        }
        2 => {
            let sibling = parent.as_object().and_then(|members| members.keys().next().cloned());
            let name = sibling.map_or_else(|| "copy".to_owned(), |name| format!("{name}_"));
            if let Some(members) = parent.as_object_mut() {
                members.insert(name, old);
            } else if let Some(elements) = parent.as_array_mut() {
                elements.push(old);
            }
            format!("{place} twice")
        }
        3 => {
            let text = (*dice.one_of(&NAMES)).to_owned();
            put(document, &place, json!(text));
            format!("{place} is {text:?}")
        }
        4 => {
            let reference = match dice.below(6) {
                0 => json!("#/nowhere"),
                1 => json!("https://example.com/other.json#/User"),
                2 => json!(format!("#{place}")),
                3 => json!("#"),
                4 => json!(7),
                _ => json!(format!("#{}", dice.one_of(&places))),
            };
            put(document, &place, json!({"$ref": reference}));
            format!("{place} refers to {reference}")
        }
        5 => {
            let depth = *dice.one_of(&[3, 12, 90]);
            let nested = (0..depth).fold(old, |inner, _| json!({"type": "array", "items": inner}));
            put(document, &place, nested);
            format!("{place} inside of {depth} arrays")
        }
        6 => {
            put(document, &place, elsewhere);
            format!("{place} replaced by another part")
        }
        _ => {
            let odd = dice
                .one_of(&[
                    json!(null),
                    json!(true),
                    json!(-1e99),
                    json!([]),
                    json!({}),
                    json!([{}, null]),
                    json!(0),
                ])
                .clone();
            let what = format!("{place} is {odd}");
            put(document, &place, odd);
            what
        }
    }
}

/// The document with each of its keys, and each of its texts, replaced by what could end a literal or a comment.
pub(crate) fn with_awkward_texts(document: &Value) -> Vec<(String, Value)> {
    const AWKWARD: [&str; 5] = ["a\"b\\", "*/ } {", "line\nfeed\r\u{0}", "#![x] ``` `", "{}{0}"];
    let mut places = Vec::new();
    collect(document, String::new(), &mut places);
    let mut changed = Vec::new();
    for place in &places {
        let (parent, key) = place.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/").replace("~0", "~");
        for text in AWKWARD {
            let mut renamed = document.clone();
            rename(renamed.pointer_mut(parent).unwrap(), &key, text);
            changed.push((format!("{place} renamed to {text:?}"), renamed));
            if document.pointer(place).unwrap().is_string() {
                let mut replaced = document.clone();
                put(&mut replaced, place, json!(text));
                changed.push((format!("{place} is {text:?}"), replaced));
            }
        }
    }
    changed
}

/// Changes a few characters of a text: another one, one more, one less, or an end.
#[cfg(feature = "overlay")]
pub(crate) fn mutate_text(text: &str, dice: &mut Dice) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for _ in 0..=dice.below(3) {
        let at = dice.below(text.len());
        let other =
            *dice.one_of(&['\n', ' ', '{', ']', '*', '&', '$', '?', '.', '"', ':', '|', '-', '\0', '🦀']);
        match dice.below(8) {
            0..=2 => text[at] = other,
            3 | 4 => text.insert(at, other),
            5 | 6 => drop(text.remove(at)),
            _ => text.truncate(at + 1),
        }
    }
    text.into_iter().collect()
}

/// Names and texts that mean something in Rust, in JSON pointers, in paths or to nobody.
const NAMES: [&str; 22] = [
    "",
    " ",
    "type",
    "self",
    "Self",
    "crate",
    "$ref",
    "a/b~c",
    "with_timeout",
    "send",
    "0",
    "-",
    "*/ } {",
    "line\nfeed\r\u{0}",
    "\"quoted\\",
    "grün",
    "🦀",
    "{user_id}",
    "}{",
    "allOf",
    "unknown",
    "#![x] ``` `",
];

fn collect(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                collect(member, format!("{place}/{key}"), places);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect(element, format!("{place}/{index}"), places);
            }
        }
        _ => {}
    }
    if !place.is_empty() {
        places.push(place);
    }
}

fn put(document: &mut Value, place: &str, value: Value) {
    *document.pointer_mut(place).unwrap() = value;
}

fn remove(parent: &mut Value, key: &str) {
    if let Some(members) = parent.as_object_mut() {
        members.remove(key);
    } else if let Some(elements) = parent.as_array_mut() {
        elements.remove(key.parse().unwrap());
    }
}

/// Renames a member without changing the order.
fn rename(parent: &mut Value, key: &str, name: &str) {
    if let Some(members) = parent.as_object_mut() {
        let renamed = std::mem::take(members)
            .into_iter()
            .map(|(old, value)| if old == key { (name.to_owned(), value) } else { (old, value) });
        *members = renamed.collect::<Map<String, Value>>();
    }
}
