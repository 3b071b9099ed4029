//! What public types show of themselves: that each has been looked at, and that none shows a secret.
//!
//! `tests/frameworks` includes this file: its types are built there alone.

use std::any::type_name;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::Path;

/// All that was shown, and the types that it was of.
#[derive(Debug, Default)]
pub struct Printed {
    text: String,
    types: BTreeSet<String>,
}

/// Parts of secrets: those that tests plant, plainly and in base64, and how keys, tokens and signatures begin.
const SECRETS: [&str; 9] =
    ["SECRET", "U0VDUkVU", "eyJ", "sk_test_", "sk_live_", "whsec_", "ak_", "mt_", "oat_"];

impl Printed {
    /// Has a value shown in both forms of `Debug`.
    ///
    /// # Panics
    /// Where it shows a secret.
    #[track_caller]
    pub fn show<T: Debug>(&mut self, value: &T) {
        let name = type_name::<T>().trim_start_matches('&');
        let shown = format!("{value:?} {value:#?}\n");
        // Advice may say how a key looks.
        let looked_at = shown.replace("_…", "");
        for secret in SECRETS {
            assert!(!looked_at.contains(secret), "{secret} in what {name} shows: {shown}");
        }
        self.text.push_str(&shown);
        self.types.insert(name.split('<').next().unwrap_or(name).to_owned());
    }

    /// Adds what was shown elsewhere.
    pub fn take_over(&mut self, other: &mut Self) {
        self.text.push_str(&std::mem::take(&mut other.text));
        self.types.append(&mut other.types);
    }

    /// What was shown.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The public types of the SDK's own modules that were not shown: `module` says which modules are asked about.
    ///
    /// That a `pub` type is public is held by the lint `unreachable_pub`.
    ///
    /// # Panics
    /// Where the SDK's source cannot be read.
    pub fn missing(&self, sdk: &Path, module: impl Fn(&str) -> bool) -> Vec<String> {
        let mut types = Vec::new();
        collect(&sdk.join("src"), "clerk_sdk", &mut types);
        assert!(types.len() > 60, "only {} types were found: {types:?}", types.len());
        let shown = |(module, name): &(String, String)| {
            // What a macro makes is in a module below the one where the macro is.
            let of = |shown: &&String| {
                shown.strip_prefix(module.as_str()).is_some_and(|rest| rest.ends_with(&format!("::{name}")))
            };
            self.types.iter().any(|shown| of(&shown))
        };
        let wanted = types.into_iter().filter(|(path, _)| module(path));
        wanted.filter(|one| !shown(one)).map(|(module, name)| format!("{module}::{name}")).collect()
    }
}

/// The public types of the files in a folder, each with its module.
fn collect(folder: &Path, module: &str, types: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("the SDK's source") {
        let path = entry.expect("a file").path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let inner =
            if ["lib", "mod"].contains(&stem) { module.to_owned() } else { format!("{module}::{stem}") };
        if path.is_dir() {
            collect(&path, &inner, types);
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a file");
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for line in text.lines().map(str::trim_start) {
            let rest = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
            let name = rest.and_then(|rest| rest.split(|char: char| !char.is_alphanumeric()).next());
            types.extend(name.filter(|name| !name.is_empty()).map(|name| (inner.clone(), name.to_owned())));
        }
    }
}
