//! The part of `CHANGELOG.md` that `regen` writes: a block in the section of what is not released yet. It grows with each
//! change of the API, until a release turns it into history.

use clerk_codegen::changes::Effect;

use crate::error::Error;

/// Where it stands.
pub(crate) const PATH: &str = "CHANGELOG.md";

const END: &str = "<!-- end -->";
const EFFECTS: [Effect; 3] = [Effect::Invisible, Effect::Additive, Effect::Breaking];

/// A change of the API: a heading, its lines and what they mean.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) heading: String,
    pub(crate) lines: String,
    pub(crate) effect: Effect,
}

/// The changelog with entries added to the block, and the version that follows `version`.
pub(crate) fn with(changelog: &str, entries: &[Entry], version: &str) -> Result<(String, String), Error> {
    let (before, section, after) = unreleased(changelog)?;
    let (head, old, tail) = block(section)?;
    let effects = entries.iter().map(|entry| entry.effect).chain(old.effect);
    let effect = effects.max().unwrap_or(Effect::Invisible);
    let next = effect
        .step(version)
        .ok_or_else(|| Error::new(format!("the version `{version}` is not of three numbers")))?;
    let mut text = format!(
        "<!-- regen: {effect} -->\nThe API, by `cargo xtask regen`; it is {effect}: {version} → {next}.\n"
    );
    text.push_str(&old.entries);
    for entry in entries {
        text.push_str(&format!("\n### {}\n\n{}", entry.heading, entry.lines));
    }
    text.push_str(&format!("{END}\n"));
    let head = format!("{}\n\n", head.trim_end());
    let tail = if tail.trim().is_empty() && after.is_empty() {
        String::new()
    } else {
        format!("\n{}", tail.trim_start_matches('\n'))
    };
    Ok((format!("{before}{head}{text}{tail}{after}"), next))
}

/// What stands before the section's text, the text, and what stands behind it.
fn unreleased(changelog: &str) -> Result<(&str, &str, &str), Error> {
    let heading = changelog
        .match_indices("## ")
        .filter(|(at, _)| *at == 0 || changelog[..*at].ends_with('\n'))
        .find(|(at, _)| {
            changelog[*at..].to_lowercase().trim_start_matches(['#', ' ', '[']).starts_with("unreleased")
        })
        .ok_or_else(|| Error::at(PATH, "there is no section `## Unreleased`"))?;
    let start = changelog[heading.0..].find('\n').map_or(changelog.len(), |end| heading.0 + end + 1);
    let end = changelog[start..].find("\n## ").map_or(changelog.len(), |end| start + end + 1);
    Ok((&changelog[..start], &changelog[start..end], &changelog[end..]))
}

/// What was in the block.
#[derive(Debug, Default)]
struct Block {
    effect: Option<Effect>,
    entries: String,
}

/// What stands before the block, what is in it, and what stands behind it.
fn block(section: &str) -> Result<(&str, Block, &str), Error> {
    let Some(start) = section.find("<!-- regen") else { return Ok((section, Block::default(), "")) };
    let length =
        section[start..].find(END).ok_or_else(|| Error::at(PATH, format!("the block has no `{END}`")))?;
    let text = &section[start..start + length];
    let marker = text.lines().next().unwrap_or_default();
    let effect = EFFECTS.into_iter().find(|effect| marker.contains(&effect.to_string()));
    let entries = text.find("\n### ").map(|at| &text[at..]).unwrap_or_default();
    let behind = &section[start + length + END.len()..];
    Ok((&section[..start], Block { effect, entries: entries.to_owned() }, behind))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn entry(heading: &str, effect: Effect) -> Entry {
        Entry { heading: heading.to_owned(), lines: "- A line.\n".to_owned(), effect }
    }

    #[test]
    fn the_block_grows_and_the_step_is_the_largest() {
        let written = "# Changelog\n\n## Unreleased\n\n- By hand.\n\n## 0.4.2\n\n- Old.\n";

        let (once, next) = with(written, &[entry("One", Effect::Breaking)], "0.4.2").unwrap();
        let (twice, same) = with(&once, &[entry("Two", Effect::Additive)], "0.4.2").unwrap();

        assert_eq!((next.as_str(), same.as_str()), ("0.5.0", "0.5.0"));
        assert_eq!(
            twice,
            "# Changelog\n\n## Unreleased\n\n- By hand.\n\n<!-- regen: breaking -->\nThe API, by `cargo xtask \
             regen`; it is breaking: 0.4.2 → 0.5.0.\n\n### One\n\n- A line.\n\n### Two\n\n- A line.\n<!-- end \
             -->\n\n## 0.4.2\n\n- Old.\n"
        );
    }

    #[test]
    fn a_changelog_without_the_section_is_refused() {
        let error = with("# Changelog\n\n## 1.0.0\n", &[], "1.0.0").unwrap_err();

        assert!(error.to_string().contains("## Unreleased"), "{error}");
    }
}
