//! `progenitor` as the second reader of the document: another program, written by other people, that shares nothing with
//! `document/` and `model/`. What it understood of every operation has to be what the model says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod cut;
mod theirs;

use std::collections::{BTreeMap, BTreeSet};

use clerk_codegen::model::{self, Operation};
use cut::Cut;

/// How an operation is called, as far as both readers can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// Parameters by place and name on the wire, and whether they are required.
    pub(crate) parameters: BTreeMap<(Place, String), bool>,
    /// The body.
    pub(crate) body: Option<Body>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Path,
    Query,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// An object, by its fields and whether they are required.
    Fields(BTreeMap<String, bool>),
    /// An array.
    List,
    /// Anything else.
    Other,
}

/// What `progenitor` 0.15 cannot read. A line more is a decision, not an accident.
const FORMS: &[&str] = &["SetUserProfileImage", "UploadOAuthApplicationLogo", "UploadOrganizationLogo"];
const SAME_IDENTIFIER: &[(&str, &str)] = &[("GetPublicInterstitial", "frontend_api")];
const SEVERAL_KINDS_OF_ERRORS: &[&str] = &["VerifyPassword", "VerifyTOTP"];

/// Where the two readers differ, and why that is right: operation, difference, reason.
const EXPLAINED: &[(&str, &str, &str)] = &[];

fn document() -> &'static [u8] {
    clerk_openapi::bapi("2026-05-12").unwrap().json
}

#[test]
fn only_what_progenitor_cannot_read_is_kept_from_it() {
    let mut expected: Vec<Cut> = Vec::new();
    expected.extend(FORMS.iter().map(|id| Cut::Form((*id).to_owned())));
    expected.extend(SEVERAL_KINDS_OF_ERRORS.iter().map(|id| Cut::ErrorAnswers((*id).to_owned())));
    expected.extend(
        SAME_IDENTIFIER.iter().map(|(id, name)| Cut::Parameter((*id).to_owned(), (*name).to_owned())),
    );
    expected.sort();

    let (_, cuts) = cut::cut_down(document());

    assert_eq!(cuts, expected);
}

#[test]
fn progenitor_reads_every_operation_as_the_model_does() {
    let api = clerk_codegen::read(document()).unwrap();
    let (cut_down, cuts) = cut::cut_down(document());

    let theirs = theirs::calls(&cut_down);

    assert_eq!(
        counts(&theirs),
        Counts { operations: 249, in_path: 187, in_query: 219, objects: 105, lists: 3 }
    );
    let mut ours: BTreeMap<String, (&str, Call)> = BTreeMap::new();
    for operation in &api.operations {
        let key = format!("{} {}", operation.method, operation.path);
        ours.insert(key, (&operation.id, call(operation, &cuts)));
    }
    let keys = |keys: Vec<&String>| keys.into_iter().cloned().collect::<BTreeSet<String>>();
    assert_eq!(keys(ours.keys().collect()), keys(theirs.keys().collect()));
    let mut found = Vec::new();
    for (key, (id, ours)) in &ours {
        found.extend(differences(ours, &theirs[key]).into_iter().map(|difference| (*id, difference)));
    }
    let explained: Vec<(&str, String)> =
        EXPLAINED.iter().map(|(id, difference, _)| (*id, (*difference).to_owned())).collect();
    assert_eq!(found, explained, "differences found on the left, explained ones on the right");
}

/// What the other reader has found in all, so that it cannot agree by having seen nothing.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    operations: usize,
    in_path: usize,
    in_query: usize,
    objects: usize,
    lists: usize,
}

fn counts(calls: &BTreeMap<String, Call>) -> Counts {
    let mut counts = Counts { operations: calls.len(), ..Counts::default() };
    for call in calls.values() {
        let in_path = call.parameters.keys().filter(|(place, _)| *place == Place::Path).count();
        counts.in_path += in_path;
        counts.in_query += call.parameters.len() - in_path;
        counts.objects += usize::from(matches!(&call.body, Some(Body::Fields(fields)) if !fields.is_empty()));
        counts.lists += usize::from(call.body == Some(Body::List));
    }
    counts
}

/// An operation of the model, without what was kept from the other reader.
fn call(operation: &Operation, cuts: &[Cut]) -> Call {
    let mut parameters = BTreeMap::new();
    let mut fields = BTreeMap::new();
    let mut whole = None;
    let arguments = operation.arguments.iter().map(|it| (it, true));
    for (argument, required) in arguments.chain(operation.setters.iter().map(|it| (it, false))) {
        let wire = argument.wire.clone();
        match argument.place {
            model::Place::Path => {
                parameters.insert((Place::Path, wire), required);
            }
            model::Place::Query | model::Place::JoinedQuery | model::Place::DelimitedQuery(_) => {
                if !cuts.contains(&Cut::Parameter(operation.id.clone(), wire.clone())) {
                    parameters.insert((Place::Query, wire), required);
                }
            }
            // The documents have neither.
            model::Place::Header | model::Place::Cookie => panic!("a header or cookie in {}", operation.id),
            model::Place::BodyField | model::Place::FormPart => {
                fields.insert(wire, required);
            }
            model::Place::WholeBody => {
                whole =
                    Some(if matches!(argument.ty, model::Type::List(_)) { Body::List } else { Body::Other });
            }
        }
    }
    let body = match operation.body {
        model::Body::None => None,
        _ if cuts.contains(&Cut::Form(operation.id.clone())) => None,
        _ => Some(whole.unwrap_or(Body::Fields(fields))),
    };
    Call { parameters, body }
}

/// What one reader says and the other does not, a line each.
fn differences(ours: &Call, theirs: &Call) -> Vec<String> {
    let mut differences = compare("parameter", &named(&ours.parameters), &named(&theirs.parameters));
    match (&ours.body, &theirs.body) {
        (Some(Body::Fields(ours)), Some(Body::Fields(theirs))) => {
            differences.extend(compare("field", ours, theirs));
        }
        (ours, theirs) if ours == theirs => {}
        (ours, theirs) => differences.push(format!("body: {ours:?} here, {theirs:?} there")),
    }
    differences
}

fn named(parameters: &BTreeMap<(Place, String), bool>) -> BTreeMap<String, bool> {
    parameters.iter().map(|((place, name), required)| (format!("{name} in {place:?}"), *required)).collect()
}

fn compare(what: &str, ours: &BTreeMap<String, bool>, theirs: &BTreeMap<String, bool>) -> Vec<String> {
    let said = |required: Option<&bool>| match required {
        None => "missing",
        Some(true) => "required",
        Some(false) => "optional",
    };
    let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    names
        .into_iter()
        .filter(|name| ours.get(*name) != theirs.get(*name))
        .map(|name| format!("{what} {name}: {} here, {} there", said(ours.get(name)), said(theirs.get(name))))
        .collect()
}
