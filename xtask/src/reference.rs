//! `docs/reference/`: the reference pages of the newest version and of the events.

use clerk_codegen::emit;

use crate::derived::File;
use crate::documents::sources::{Api, Sources};
use crate::error::Error;
use crate::surface::api;
use crate::tree::Tree;

/// Where the pages are.
pub(crate) const FOLDER: &str = "docs/reference";

/// All pages.
pub(crate) fn pages(tree: &Tree) -> Result<Vec<File>, Error> {
    let sources = Sources::read(tree)?;
    let mut pages = Vec::new();
    if let Some(newest) = sources.newest(Api::Backend) {
        let api = api(tree, newest)?;
        pages.extend(emit::reference(&api));
    }
    if let Some(events) = sources.newest(Api::Webhooks) {
        pages.push(emit::events(&api(tree, events)?));
    }
    Ok(pages.into_iter().map(|page| (format!("{FOLDER}/{}", page.name), page.text)).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn made() -> BTreeMap<String, String> {
        let folder = |(path, text): File| (path.trim_start_matches("docs/reference/").to_owned(), text);
        pages(&Tree::of_workspace()).unwrap().into_iter().map(folder).collect()
    }

    /// What can be linked to: the headings, as the pages' readers name them.
    fn anchors(page: &str) -> Vec<String> {
        let headings = page.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(" `"));
        headings.map(|heading| heading.trim_end_matches('`').to_lowercase()).collect()
    }

    #[test]
    fn every_operation_and_every_type_that_one_reaches_is_on_one_page() {
        let tree = Tree::of_workspace();
        let sources = Sources::read(&tree).unwrap();
        let newest = sources.newest(Api::Backend).unwrap();
        let api = api(&tree, newest).unwrap();
        let pages = made();
        let on = |anchor: &str| {
            let pages = pages.iter().filter(|(name, _)| *name != "events.md");
            pages.filter(|(_, page)| anchors(page).iter().any(|other| other == anchor)).count()
        };

        for operation in &api.operations {
            let page = &pages[&format!("{}.md", operation.resource)];
            assert!(page.contains(&format!("\n## `{}`\n", operation.method_name)), "{}", operation.id);
        }
        for def in &api.types {
            assert_eq!(on(&def.name.to_lowercase()), 1, "{}", def.name);
        }
    }

    #[test]
    fn no_link_leads_nowhere_and_no_heading_is_there_twice() {
        let pages = made();
        let mut links = 0;
        for (name, page) in &pages {
            let own = anchors(page);
            assert_eq!(
                own.len(),
                own.iter().collect::<BTreeSet<_>>().len(),
                "{name}: two headings of one name"
            );
            for target in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                if target.starts_with("https://") {
                    continue;
                }
                let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
                let file = if file.is_empty() { name } else { file };
                let there = pages.get(file).unwrap_or_else(|| panic!("{name}: no page {file}"));
                assert!(
                    anchor.is_empty() || anchors(there).iter().any(|it| it == anchor),
                    "{name}: {target}"
                );
                links += 1;
            }
        }
        assert!(links > 1_000, "only {links} links were followed");
    }

    #[test]
    fn an_example_is_the_one_that_is_compiled_in_the_documentation() {
        let tree = Tree::of_workspace();
        let sources = Sources::read(&tree).unwrap();
        let newest = sources.newest(Api::Backend).unwrap();
        let generated = clerk_codegen::generate(vec![api(&tree, newest).unwrap()]);
        let compiled = generated.iter().find(|file| file.name.ends_with("resources.rs")).unwrap();
        let compiled: BTreeSet<&str> =
            compiled.text.lines().filter_map(|line| line.trim_start().strip_prefix("/// ")).collect();
        let pages = made();
        let lines = pages.values().flat_map(|page| page.lines());

        let shown: Vec<&str> = lines.filter(|line| line.contains(".await?;")).collect();

        assert_eq!(shown.len(), 249);
        for line in shown {
            assert!(compiled.contains(line), "{line}");
        }
    }
}
