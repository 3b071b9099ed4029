//! The bounds that a request is checked against before it is sent: those of its arguments, and of the fields in them.

use super::{Api, Argument, Operation, Place, Type, TypeKind};
use crate::document::{Bound, Measure};

/// A bound and the argument, or the field in one, that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgumentBound {
    /// The name on the wire, and those of fields after it: `limit`, `rules[].name`, or `[].name` in a list that is the
    /// whole body.
    pub path: String,
    /// The bound.
    pub bound: Bound,
}

/// Returns the bounds of an operation's arguments, in the order of the arguments.
pub fn of(api: &Api, operation: &Operation) -> Vec<ArgumentBound> {
    let mut all = Vec::new();
    for argument in operation.all_arguments() {
        let Argument { wire, place, ty, facts, .. } = argument;
        let mut bounds = facts.bounds.clone();
        match place {
            Place::Query | Place::BodyField | Place::WholeBody => {}
            // A list that is joined is one text.
            Place::JoinedQuery | Place::DelimitedQuery(_) => {
                bounds.retain(|bound| bound.measure != Measure::Items);
            }
            Place::Path | Place::FormPart | Place::Header | Place::Cookie => continue,
        }
        add(&mut all, wire, &bounds);
        // The items of a list that is joined are parts of one text.
        if *place != Place::JoinedQuery {
            add(&mut all, &format!("{wire}[]"), &facts.item_bounds);
        }
        inside(api, ty, wire, &mut Vec::new(), &mut all);
    }
    all
}

fn add(all: &mut Vec<ArgumentBound>, path: &str, bounds: &[Bound]) {
    all.extend(bounds.iter().map(|bound| ArgumentBound { path: path.to_owned(), bound: *bound }));
}

/// Adds the bounds of the fields that a type has. `open` are the types that the path leads through.
fn inside(api: &Api, ty: &Type, path: &str, open: &mut Vec<usize>, all: &mut Vec<ArgumentBound>) {
    match ty {
        Type::List(item) => inside(api, item, &format!("{path}[]"), open, all),
        Type::Nullable(inner) => inside(api, inner, path, open, all),
        Type::Named(id) | Type::Boxed(id) if !open.contains(id) => {
            let Some(TypeKind::Object(fields)) = api.types.get(*id).map(|def| &def.kind) else { return };
            open.push(*id);
            for field in fields {
                let dot = if path.is_empty() { "" } else { "." };
                let path = format!("{path}{dot}{}", field.wire);
                add(all, &path, &field.facts.bounds);
                add(all, &format!("{path}[]"), &field.facts.item_bounds);
                inside(api, &field.ty, &path, open, all);
            }
            open.pop();
        }
        _ => {}
    }
}
