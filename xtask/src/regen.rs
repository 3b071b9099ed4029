//! `cargo xtask regen`: takes documents in, brings everything that follows from them along, and says what has changed.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use clerk_codegen::changes::{self, Effect, Report};
use clerk_codegen::model::Api;

use crate::changelog::{self, Entry};
use crate::derived;
use crate::diff;
use crate::documents::effective;
use crate::documents::intake::{self, Published, TakenIn};
use crate::documents::sources::{self, Source, Sources};
use crate::error::Error;
use crate::lint;
use crate::scratch;
use crate::stage::Stage;
use crate::steps::Steps;
use crate::surface;
use crate::tree::Tree;

/// Where generated code is put for people to read.
const GENERATED: &str = "target/generated";

/// How many things of a kind are named at the end.
const NAMED: usize = 4;

/// What to take in, if anything, and what to write.
#[derive(Debug, Default, Args)]
#[command(group = ArgGroup::new("published").args(["refresh", "from"]))]
pub(crate) struct Arguments {
    /// Fetch the documents of openapi/sources.toml from where they are published
    #[arg(long)]
    pub(crate) refresh: bool,
    /// A published document to take in: a file or a URL, YAML or JSON
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) from: Option<String>,
    /// With --from, the API version that it describes [default: what it says]; with --refresh, the only one to fetch
    #[arg(long, requires = "published", value_name = "VERSION")]
    pub(crate) api: Option<String>,
    /// The commit of the publishing repository
    #[arg(long, requires = "from")]
    pub(crate) commit: Option<String>,
    /// The public URL of the document, where --from is a copy [default: as recorded before]
    #[arg(long, requires = "from", value_name = "URL")]
    pub(crate) origin: Option<String>,
    /// Do everything but writing into the tree
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write the report of what has changed here, as Markdown
    #[arg(long, value_name = "FILE.md")]
    pub(crate) summary: Option<PathBuf>,
    /// Write the report of what has changed here, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// What has come out of a document.
struct Outcome {
    source: Source,
    model: Api,
    /// What is different from before; `None` where the document is new.
    report: Option<Report>,
}

/// Whether the client of a workspace compiles: where that is, and where to build.
pub(crate) type Check<'a> = &'a dyn Fn(&Path, &Path) -> Result<(), Error>;

/// Regenerates. Nothing is written unless everything is in order.
pub(crate) fn regen(before: &Tree, what: &Arguments, steps: &Steps, check: Check<'_>) -> Result<(), Error> {
    let stage = Stage::of(before.root());
    stage.recover()?;
    let mut tree = before.clone();
    let taken_in = take_in(&mut tree, what, steps)?;
    let corrected = steps.step("lint", || {
        let corrected = effective::documents(&tree)?;
        lint::sources(&tree, &corrected, &taken_in)?;
        Ok((corrected, "no findings".to_owned()))
    })?;
    for action in &corrected.removable {
        steps.line("", &format!("{action} changes nothing any more and can go"));
    }
    steps.step("derive", || {
        derived::follow(&mut tree, corrected.files)?;
        let changed = tree.changes().len();
        Ok(((), format!("{changed} files differ")))
    })?;
    let outcomes = steps.step("generate", || generate(before, &tree))?;
    if tree.changes().iter().any(|change| change.path.starts_with("openapi/effective/")) {
        steps.step("check", || {
            scratch::copy(&tree, &stage.copy())?;
            check(&stage.copy(), &stage.build())?;
            Ok(((), "clerk-sdk compiles".to_owned()))
        })?;
    }
    let verdict = apply_changelog(&mut tree, &outcomes)?;
    write_reports(what, &outcomes)?;
    let changes = tree.changes();
    if !what.dry_run {
        stage.commit(&changes)?;
    }
    conclude(steps, &outcomes, verdict.as_deref());
    let names: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
    match (names.is_empty(), what.dry_run) {
        (true, _) => steps.line("wrote", "nothing: everything is up to date"),
        (false, true) => steps.line("would", &format!("write {}", names.join(", "))),
        (false, false) => steps.line("wrote", &names.join(", ")),
    }
    steps.line("read", &format!("{GENERATED}/ has the generated code"));
    Ok(())
}

fn take_in(tree: &mut Tree, what: &Arguments, steps: &Steps) -> Result<Vec<TakenIn>, Error> {
    let mut taken_in = Vec::new();
    let mut wanted = Vec::new();
    if let Some(from) = &what.from {
        wanted.push(Published {
            from: from.clone(),
            api: what.api.clone(),
            commit: what.commit.clone(),
            origin: what.origin.clone(),
        });
    }
    if what.refresh {
        let sources = Sources::read(tree)?.documents;
        let is_wanted = |source: &&Source| what.api.as_ref().is_none_or(|api| *api == source.version);
        wanted.extend(sources.iter().filter(is_wanted).map(|source| Published {
            from: source.origin.clone(),
            api: Some(source.version.clone()),
            ..Published::default()
        }));
        if wanted.is_empty() {
            let known: Vec<&str> = sources.iter().map(|source| source.version.as_str()).collect();
            return Err(Error::new(format!(
                "openapi/sources.toml has no document of the version `{}`, but of {}",
                what.api.as_deref().unwrap_or_default(),
                known.join(", ")
            )));
        }
    }
    for published in wanted {
        steps.step("fetch", || {
            let recorded = Sources::read(tree)?.documents;
            let taken = intake::take_in(tree, &published)?;
            let source = &taken.source;
            let old = recorded.iter().find(|old| old.id() == source.id() && !old.snapshot_sha256.is_empty());
            let news = match old {
                None => format!("new, {} operations", source.operations),
                Some(old) if old.upstream_sha256 == source.upstream_sha256 => "unchanged".to_owned(),
                Some(old) if old.snapshot_sha256 == source.snapshot_sha256 => {
                    "changed in its prose alone".to_owned()
                }
                Some(old) => format!("changed, {} → {} operations", old.operations, source.operations),
            };
            let said = format!("{} {}  {news}", source.api, source.version);
            taken_in.push(taken);
            Ok(((), said))
        })?;
    }
    Ok(taken_in)
}

/// The models before and after, and the generated code, written where people can read it.
fn generate(before: &Tree, tree: &Tree) -> Result<(Vec<Outcome>, String), Error> {
    let known = Sources::read(before)?.documents;
    let mut outcomes = Vec::new();
    for source in Sources::read(tree)?.documents {
        let model = surface::api(tree, &source)?;
        let old = known.iter().find(|old| old.id() == source.id() && before.exists(&old.effective()));
        // A document that could not be read before has nothing to be compared with.
        let old = old.and_then(|old| Some((old, surface::api(before, old).ok()?)));
        let report = old.map(|(old, before)| {
            let mut report = changes::between(&before, &model);
            // Two revisions of one version are told apart by their commits.
            (report.old, report.new) = (label(old), label(&source));
            report
        });
        outcomes.push(Outcome { source, model, report });
    }
    let lines = write_generated(tree, &outcomes)?;
    let count = |of: &dyn Fn(&Api) -> usize| outcomes.iter().map(|outcome| of(&outcome.model)).sum::<usize>();
    let operations = count(&|api| api.operations.len());
    let said = format!("{operations} operations, {} types, {lines} lines", count(&|api| api.types.len()));
    Ok((outcomes, said))
}

/// Writes the client of all versions where people can read it. How many lines it has.
fn write_generated(tree: &Tree, outcomes: &[Outcome]) -> Result<usize, Error> {
    // The newest version first, and what is no API at the end.
    let (bapi, others): (Vec<&Outcome>, Vec<&Outcome>) =
        outcomes.iter().partition(|outcome| outcome.source.api == sources::Api::Backend);
    let models = bapi.into_iter().rev().chain(others).map(|outcome| outcome.model.clone()).collect();
    let failed = |error| Error::at(GENERATED, error);
    let mut lines = 0;
    for file in clerk_codegen::generate(models) {
        lines += file.text.lines().count();
        let path = tree.root().join(GENERATED).join(&file.name);
        std::fs::create_dir_all(path.parent().unwrap_or(&path)).map_err(failed)?;
        std::fs::write(path, file.text).map_err(failed)?;
    }
    Ok(lines)
}

/// What a document is called.
fn name(source: &Source) -> String {
    let api = match source.api {
        sources::Api::Backend => "",
        sources::Api::Webhooks => "webhooks ",
    };
    format!("{api}{}", source.version)
}

/// What a document is called, and its commit.
fn label(source: &Source) -> String {
    match &source.commit {
        Some(commit) => format!("{} ({commit})", name(source)),
        None => name(source),
    }
}

/// How much there is in a model.
fn size(model: &Api) -> String {
    let (count, what) = if model.is_webhooks() {
        (model.events.len(), "events")
    } else {
        (model.operations.len(), "operations")
    };
    format!("{count} {what} and {} types", model.types.len())
}

/// Adds what callers can see to the changelog. What it comes to, in words.
fn apply_changelog(tree: &mut Tree, outcomes: &[Outcome]) -> Result<Option<String>, Error> {
    let mut entries = Vec::new();
    for Outcome { source, model, report } in outcomes {
        let heading = format!("The API of {}", label(source));
        match report {
            None => entries.push(Entry {
                heading,
                lines: format!("- New: {}.\n", size(model)),
                effect: Effect::Additive,
            }),
            Some(report) => {
                let visible = report.visible();
                if let Some(effect) = visible.verdict() {
                    entries.push(Entry { heading, lines: visible.changelog(4), effect });
                }
            }
        }
    }
    let Some(effect) = entries.iter().map(|entry| entry.effect).max() else { return Ok(None) };
    let version = version(tree)?;
    let (text, next) = changelog::with(&tree.text(changelog::PATH)?, &entries, &version)?;
    tree.put(changelog::PATH, text);
    Ok(Some(format!("{effect}: {version} → {next}")))
}

/// The version of the workspace.
fn version(tree: &Tree) -> Result<String, Error> {
    let path = "Cargo.toml";
    let manifest: toml::Table = toml::from_str(&tree.text(path)?).map_err(|error| Error::at(path, error))?;
    let version = manifest.get("workspace").and_then(|it| it.get("package")).and_then(|it| it.get("version"));
    let version = version.and_then(toml::Value::as_str).map(str::to_owned);
    version.ok_or_else(|| Error::at(path, "there is no `workspace.package.version`"))
}

fn write_reports(what: &Arguments, outcomes: &[Outcome]) -> Result<(), Error> {
    if let Some(path) = &what.summary {
        let mut text = String::new();
        for Outcome { source, model, report } in outcomes {
            match report {
                Some(report) if report.changes.is_empty() => {}
                Some(report) => text.push_str(&format!("{}\n", report.markdown())),
                None => text.push_str(&format!("# {}\n\nNew: {}.\n\n", label(source), size(model))),
            }
        }
        if text.is_empty() {
            text.push_str("Nothing that a program could name has changed.\n");
        }
        diff::write(path, &format!("{}\n", text.trim_end()))?;
    }
    if let Some(path) = &what.json {
        let reports: Vec<serde_json::Value> =
            outcomes.iter().filter_map(|outcome| outcome.report.as_ref()).map(Report::json).collect();
        diff::write(path, &format!("{:#}\n", serde_json::Value::Array(reports)))?;
    }
    Ok(())
}

/// The last lines: what has changed in which document, and what that means.
fn conclude(steps: &Steps, outcomes: &[Outcome], verdict: Option<&str>) {
    let mut lines: Vec<String> = outcomes.iter().flat_map(changed).collect();
    lines.push(match verdict {
        Some(verdict) => format!("{:<10} {verdict}", "verdict"),
        None => "nothing that a program could tell".to_owned(),
    });
    for (i, line) in lines.iter().enumerate() {
        steps.line(if i == 0 { "changed" } else { "" }, line);
    }
}

/// What has changed in a document, each line with its version.
fn changed(Outcome { source, model, report }: &Outcome) -> Vec<String> {
    let words = match report {
        None => vec![("new", vec![size(model)])],
        Some(report) => report.summary(),
    };
    let line = |(word, list): (&str, Vec<String>)| {
        let shown: Vec<&str> = list.iter().take(NAMED).map(String::as_str).collect();
        let rest = list.len().saturating_sub(NAMED);
        let rest = if rest == 0 { String::new() } else { format!(" and {rest} more") };
        format!("{}  {word:<10} {}{rest}", name(source), shown.join(", "))
    };
    words.into_iter().map(line).collect()
}
