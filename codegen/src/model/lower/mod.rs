//! From the document's operations to the model's: resources, methods, arguments and answers.

mod answer;
mod arguments;
mod naming;
mod resources;

use super::types::Types;
use super::{Api, Key, Operation, events, finish, names};
use crate::document::{self, Document};
use crate::finding::Findings;

/// Lowers a document to the model.
///
/// # Errors
/// All that is not understood or would have to be guessed, two things of one name among it.
pub fn lower(document: &Document) -> Result<Api, Findings> {
    let contents = document.contents()?;
    let mut findings = Findings::default();
    let mut types = Types::new(document);
    let operations: Vec<Operation> = contents
        .operations
        .iter()
        .map(|operation| Lowering::of(operation, &mut types, &mut findings).operation())
        .collect();
    let events = events::lower_all(&contents.events, &mut types, &mut findings);
    events::require_names_alone(&mut types.defs, &operations, &events);
    let resources = resources::resources(&contents, &operations, &mut findings);
    let (types, operations, events) = finish::finish(types.defs, operations, events, &mut findings);
    let version = contents.version;
    findings.into_result(Api { version, resources, operations, events, types, is_root: true })
}

/// An operation on its way from the document to the model.
struct Lowering<'a, 'd> {
    operation: &'a document::Operation,
    /// The type that stands for it, after which its inline types are named.
    marker: String,
    types: &'a mut Types<'d>,
    findings: &'a mut Findings,
}

impl<'a, 'd> Lowering<'a, 'd> {
    fn of(operation: &'a document::Operation, types: &'a mut Types<'d>, findings: &'a mut Findings) -> Self {
        Self { operation, marker: names::type_name(&operation.id), types, findings }
    }

    fn operation(mut self) -> Operation {
        let operation = self.operation;
        let (arguments, body) = self.arguments();
        self.check_path();
        let (output, paging) = self.output();
        arguments.check(operation, self.findings);
        let (method_name, aliases) = naming::method(operation, self.findings);
        Operation {
            resource: naming::resource(operation, self.findings),
            reference: reference(operation),
            id: operation.id.clone(),
            marker: self.marker,
            method_name,
            doc: operation.doc.clone(),
            aliases,
            path: operation.path.clone(),
            deprecated: operation.deprecated,
            key: key(operation, self.findings),
            repeatable: !matches!(operation.method.as_str(), "POST" | "PATCH"),
            method: operation.method.clone(),
            arguments: arguments.required,
            setters: arguments.optional,
            body,
            status: operation.success.status,
            output,
            paging,
            failures: operation.failures.clone(),
            error_codes: operation.error_codes.clone(),
        }
    }
}

fn key(operation: &document::Operation, findings: &mut Findings) -> Key {
    match operation.key.as_deref() {
        _ if operation.public => Key::None,
        None => Key::Secret,
        Some("machine") => Key::Machine,
        Some("either") => Key::Either,
        Some(other) => {
            findings.add(
                &operation.pointer,
                format!("`x-clerk-key: {other}` is not understood"),
                "it is `machine`, `either` or not there",
            );
            Key::Secret
        }
    }
}

/// Clerk's reference page of an operation.
fn reference(operation: &document::Operation) -> String {
    let tag: String = operation
        .tag
        .as_deref()
        .unwrap_or("")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let tag: Vec<&str> = tag.split('-').filter(|word| !word.is_empty()).collect();
    let path = operation.path.replace('{', "%7B").replace('}', "%7D");
    format!(
        "https://clerk.com/docs/reference/backend-api/tag/{}/{}{path}",
        tag.join("-"),
        operation.method.to_ascii_lowercase()
    )
}
