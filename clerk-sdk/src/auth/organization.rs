//! The active organization of a session, from the claims of either version.

use serde_json::{Map, Value};

use super::claims::{Claims, Version};
use super::has::without_prefix;

/// What a session says about the active organization; empty without one.
#[derive(Default)]
pub(super) struct Organization {
    pub(super) id: Option<String>,
    pub(super) slug: Option<String>,
    pub(super) role: Option<String>,
    pub(super) permissions: Vec<String>,
}

impl Organization {
    pub(super) fn read(claims: &Claims) -> Self {
        let organization = match claims.version() {
            Some(Version::One) => version_1(claims),
            Some(Version::Two) => version_2(claims),
            None => None,
        };
        organization.unwrap_or_default()
    }
}

fn version_1(claims: &Claims) -> Option<Organization> {
    let text = |name: &str| claims.text(name).map(str::to_owned);
    let permissions = match claims.raw().get("org_permissions") {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    Some(Organization {
        id: Some(text("org_id")?),
        slug: text("org_slug"),
        role: claims.text("org_role").and_then(role),
        permissions,
    })
}

fn version_2(claims: &Claims) -> Option<Organization> {
    let organization = claims.raw().get("o")?.as_object()?;
    let text = |name: &str| text(organization, name);
    Some(Organization {
        id: Some(text("id")?.to_owned()),
        slug: text("slg").map(str::to_owned),
        role: text("rol").and_then(role),
        permissions: match (text("per"), text("fpm")) {
            (Some(names), Some(masks)) => permissions(claims, names, masks),
            _ => Vec::new(),
        },
    })
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Version 2 leaves the prefix out.
fn role(name: &str) -> Option<String> {
    let name = without_prefix(name);
    (!name.is_empty()).then(|| format!("org:{name}"))
}

/// `fpm` has a bit mask for each feature, of which bit 0 is the first name in `per`.
///
/// Clerk's SDKs disagree on which features these are: all of `fea`, or those of the organization alone. A permission
/// counts only where both readings have it.
fn permissions(claims: &Claims, names: &str, masks: &str) -> Vec<String> {
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    let masks: Vec<Mask> = masks.split(',').map(|mask| Mask::read(mask.trim())).collect();
    let entries = || claims.scoped("fea").filter_map(|entry| entry.split_once(':'));
    let all: Vec<(&str, usize)> = entries().enumerate().map(|(at, (_, feature))| (feature, at)).collect();
    let of_organization = entries().filter(|(scope, _)| matches!(*scope, "o" | "ou" | "uo"));
    let mut granted = Vec::new();
    for (at, (_, feature)) in of_organization.enumerate() {
        for (bit, name) in names.iter().enumerate() {
            let has = |at: usize| masks.get(at).is_some_and(|mask| mask.has(bit));
            let in_all = || all.iter().any(|(other, at)| *other == feature && has(*at));
            if !feature.is_empty() && !name.is_empty() && has(at) && in_all() {
                granted.push(format!("org:{feature}:{name}"));
            }
        }
    }
    granted
}

/// The bits of a decimal number of any length, the lowest first in words of 32.
struct Mask(Vec<u32>);

impl Mask {
    /// No bits where it is no number of digits alone.
    fn read(decimal: &str) -> Self {
        let mut words: Vec<u32> = Vec::new();
        if decimal.is_empty() || !decimal.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self(words);
        }
        // Nine digits at a time: what they are multiplied with still fits into a word.
        for digits in chunks_from_the_left(decimal) {
            let factor = 10u64.pow(u32::try_from(digits.len()).unwrap_or_default());
            let mut carry: u64 = digits.parse().unwrap_or_default();
            for word in &mut words {
                let value = u64::from(*word) * factor + carry;
                #[allow(
                    clippy::cast_possible_truncation,
                    reason = "the lower half; the upper one is the carry"
                )]
                {
                    *word = value as u32;
                }
                carry = value >> 32;
            }
            if let Ok(word @ 1..) = u32::try_from(carry) {
                words.push(word);
            }
        }
        Self(words)
    }

    fn has(&self, bit: usize) -> bool {
        self.0.get(bit / 32).is_some_and(|word| word >> (bit % 32) & 1 == 1)
    }
}

fn chunks_from_the_left(decimal: &str) -> impl Iterator<Item = &str> {
    (0..decimal.len()).step_by(9).map(|from| &decimal[from..decimal.len().min(from + 9)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_of_any_length_are_read() {
        let bits = |decimal: &str| (0..200).filter(|bit| Mask::read(decimal).has(*bit)).collect::<Vec<_>>();

        assert_eq!(bits("5"), [0, 2]);
        assert_eq!(bits("0005"), [0, 2]);
        assert_eq!(bits("4294967296"), [32]);
        assert_eq!(bits("18446744073709551617"), [0, 64]); // 2^64 + 1
        assert_eq!(bits("1267650600228229401496703205377"), [0, 100]); // 2^100 + 1
        for none in ["", "0", "-1", "+5", "1e3", "5.0", "0x5", "٣", " 5"] {
            assert_eq!(bits(none), [] as [usize; 0], "{none}");
        }
    }
}
