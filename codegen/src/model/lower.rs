//! From the document's operations to the model's: resources, methods, arguments and answers.

use serde_json::json;

use super::types::{Origin, Parent, Types, Use, by_name, field_ident, is_sensitive};
use super::{
    Api, Argument, Body, Direction, Key, Operation, Output, Paging, Place, Resource, Type, events, finish,
    names,
};
use crate::document::{self, BodyContent, Document, Facts, Property, Schema, SchemaKind};
use crate::finding::{self, Findings, member};

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
        .map(|operation| lower_operation(operation, &mut types, &mut findings))
        .collect();
    let events = events::lower_all(&contents.events, &mut types, &mut findings);
    let resources = resources(&contents, &operations, &mut findings);
    let (types, operations, events) = finish::finish(types.defs, operations, events, &mut findings);
    let version = contents.version;
    findings.into_result(Api { version, resources, operations, events, types, is_root: true })
}

fn lower_operation(
    operation: &document::Operation,
    types: &mut Types<'_>,
    findings: &mut Findings,
) -> Operation {
    let marker = names::type_name(&operation.id);
    let mut all: Vec<(bool, Argument)> = Vec::new();
    let mut parameters: Vec<&document::Parameter> = operation.parameters.iter().collect();
    parameters.sort_by_key(|parameter| match parameter.place {
        document::Place::Path => {
            operation.path.find(&format!("{{{}}}", parameter.name)).unwrap_or(usize::MAX)
        }
        document::Place::Query => usize::MAX,
    });
    for parameter in parameters {
        all.push((parameter.required, lower_parameter(parameter, operation, &marker, types, findings)));
    }
    let body = lower_body(operation, &marker, types, &mut all, findings);
    check_path(operation, findings);
    let (output, paging) = lower_output(operation, &marker, types, findings);
    let (arguments, setters): (Vec<_>, Vec<_>) = all.into_iter().partition(|(required, _)| *required);
    let (arguments, setters) = (second(arguments), second(setters));
    check_arguments(operation, &arguments, &setters, findings);
    let upstream_name = operation.name.as_deref().map(names::ident);
    let method_name = operation.rust_name.clone().or_else(|| upstream_name.clone()).unwrap_or_else(|| {
        let advice = format!(
            "add `x-rust-name` (the method) to the operation `{}` in openapi/overlays/names.yaml",
            operation.id
        );
        let name = derived_name(operation);
        findings
            .add(&operation.pointer, "the operation has no name", advice)
            .settled_by(&operation.pointer, json!({"x-rust-name": name}));
        name
    });
    let mut aliases = operation.aliases.clone();
    aliases.extend(upstream_name.filter(|name| *name != method_name));
    Operation {
        resource: group(operation).unwrap_or_else(|| {
            let advice = format!(
                "add `x-rust-group` (the resource) to the operation `{}` in openapi/overlays/names.yaml",
                operation.id
            );
            let group = derived_group(operation);
            findings
                .add(&operation.pointer, "the operation belongs to no group", advice)
                .settled_by(&operation.pointer, json!({"x-rust-group": group}));
            group
        }),
        reference: reference(operation),
        id: operation.id.clone(),
        marker,
        method_name,
        doc: operation.doc.clone(),
        aliases,
        path: operation.path.clone(),
        deprecated: operation.deprecated,
        key: key(operation, findings),
        repeatable: !matches!(operation.method.as_str(), "POST" | "PATCH"),
        method: operation.method.clone(),
        arguments,
        setters,
        body,
        status: operation.success.status,
        output,
        paging,
        failures: operation.failures.clone(),
    }
}

fn second<T>(pairs: Vec<(bool, T)>) -> Vec<T> {
    pairs.into_iter().map(|(_, value)| value).collect()
}

fn group(operation: &document::Operation) -> Option<String> {
    operation.rust_group.clone().or_else(|| operation.group.as_deref().map(names::ident))
}

fn key(operation: &document::Operation, findings: &mut Findings) -> Key {
    match operation.key.as_deref() {
        _ if operation.public => Key::None,
        None => Key::Secret,
        Some("machine") => Key::Machine,
        Some(other) => {
            findings.add(
                &operation.pointer,
                format!("`x-clerk-key: {other}` is not understood"),
                "it is `machine` or not there",
            );
            Key::Secret
        }
    }
}

fn lower_parameter(
    parameter: &document::Parameter,
    operation: &document::Operation,
    marker: &str,
    types: &mut Types<'_>,
    findings: &mut Findings,
) -> Argument {
    let parent = Parent::Operation(marker.to_owned());
    let origin = Origin::Property { parent, property: parameter.name.clone() };
    let (ty, _) = types.lower(Use::new(&parameter.schema, Direction::Request, origin), findings);
    let ty = by_name(&parameter.name, ty, &parameter.schema);
    let place = match parameter.place {
        document::Place::Path => Place::Path,
        document::Place::Query if parameter.explode => Place::Query,
        document::Place::Query => Place::JoinedQuery,
    };
    let fits = match &ty {
        Type::List(item) => place != Place::Path && is_scalar(item, types),
        other => is_scalar(other, types),
    };
    if !fits {
        let message = format!(
            "the parameter `{}` is neither text, number, boolean nor a list of these",
            parameter.name
        );
        let finding = findings.add(&operation.pointer, message, "replace its schema by an overlay action");
        if place != Place::Path {
            finding.settled_without(finding::parent(&parameter.schema.pointer));
        }
    }
    Argument {
        ident: parameter.rust_name.clone().unwrap_or_else(|| names::ident(&parameter.name)),
        wire: parameter.name.clone(),
        place,
        ty,
        // Null cannot be written in a path or query.
        nullable: false,
        deprecated: parameter.deprecated,
        sensitive: is_sensitive(&parameter.name, parameter.sensitive, &parameter.schema.pointer, findings),
        doc: parameter.schema.doc.clone(),
        facts: parameter.schema.facts.clone(),
    }
}

fn is_scalar(ty: &Type, types: &Types<'_>) -> bool {
    match ty {
        Type::String | Type::Bool | Type::Integer | Type::Number | Type::Timestamp => true,
        Type::Named(id) => {
            types.defs.get(*id).is_some_and(|def| matches!(def.kind, super::TypeKind::Enum(_)))
        }
        _ => false,
    }
}

fn lower_body(
    operation: &document::Operation,
    marker: &str,
    types: &mut Types<'_>,
    all: &mut Vec<(bool, Argument)>,
    findings: &mut Findings,
) -> Body {
    let Some(body) = &operation.body else { return Body::None };
    let form = body.content == BodyContent::Multipart;
    let origin = Origin::Answer { operation: marker.to_owned(), suffix: "Item" };
    let (schema, origin) = types.follow(&body.schema, origin, findings);
    let fields: Option<Vec<Property>> = match &schema.kind {
        SchemaKind::Object { properties, .. } if !properties.is_empty() => Some(properties.clone()),
        SchemaKind::AllOf(..) => Some(types.flatten(&schema, Direction::Request, findings)),
        _ => None,
    };
    match fields {
        Some(fields) => {
            for property in &fields {
                all.push((
                    property.required,
                    lower_body_field(property, form, operation, marker, types, findings),
                ));
            }
        }
        None => {
            let (ty, _) = types.lower(Use::new(&schema, Direction::Request, origin), findings);
            let list = matches!(ty, Type::List(_));
            let ident = schema.rust_name.clone().filter(|_| ty.definition().is_none());
            let argument = Argument {
                wire: String::new(),
                ident: ident.unwrap_or_else(|| if list { "items" } else { "body" }.to_owned()),
                place: Place::WholeBody,
                ty,
                nullable: false,
                deprecated: false,
                sensitive: false,
                doc: schema.doc.clone(),
                facts: Facts::default(),
            };
            all.push((true, argument));
        }
    }
    match (form, body.required) {
        (true, _) => Body::Form,
        (false, true) => Body::RequiredJson,
        (false, false) => Body::OptionalJson,
    }
}

fn lower_body_field(
    property: &Property,
    form: bool,
    operation: &document::Operation,
    marker: &str,
    types: &mut Types<'_>,
    findings: &mut Findings,
) -> Argument {
    let Property { name, schema, .. } = property;
    let origin = Origin::Property { parent: Parent::Operation(marker.to_owned()), property: name.clone() };
    let (ty, nullable) = types.lower(Use::new(schema, Direction::Request, origin), findings);
    let ty = by_name(name, ty, schema);
    if form != (ty == Type::File) && ty != Type::String {
        let message = format!("the field `{name}` cannot be sent in this kind of body");
        findings
            .add(
                &operation.pointer,
                message,
                "replace its schema, or the body's media type, by an overlay action",
            )
            .settled_without(&schema.pointer);
    }
    Argument {
        wire: name.clone(),
        ident: field_ident(name, schema, &ty),
        place: if form { Place::FormPart } else { Place::BodyField },
        nullable: nullable && !form,
        deprecated: schema.deprecated,
        sensitive: is_sensitive(name, schema.sensitive, &schema.pointer, findings),
        doc: schema.doc.clone(),
        facts: schema.facts.clone(),
        ty,
    }
}

fn lower_output(
    operation: &document::Operation,
    marker: &str,
    types: &mut Types<'_>,
    findings: &mut Findings,
) -> (Output, Option<Paging>) {
    let Some(schema) = &operation.success.schema else { return (Output::Nothing, None) };
    let origin = Origin::Answer { operation: marker.to_owned(), suffix: "Response" };
    let takes = |name: &str| operation.parameters.iter().any(|parameter| parameter.name == name);
    if takes("limit") && takes("offset") && operation.pagination != Some(false) {
        if let Some((items, item, origin)) = page_item(schema, origin.clone(), types, findings) {
            let (item, _) = types.lower(Use::new(&item, Direction::Response, origin), findings);
            let paging = Paging { items, paginated: takes("paginated"), cursor: operation.cursor.clone() };
            if let Some(cursor) = paging.cursor.as_deref().filter(|cursor| !takes(cursor)) {
                findings
                    .add(
                        &operation.pointer,
                        format!("there is no parameter `{cursor}`"),
                        "correct `x-pagination`",
                    )
                    .settled_without(&member(&operation.pointer, "x-pagination"));
            }
            return (Output::Page(item), Some(paging));
        }
        let message = "takes `limit` and `offset`, but its answer is no list";
        findings
            .add(&operation.pointer, message, "say `x-pagination: false` in openapi/overlays/pagination.yaml")
            .settled_by(&operation.pointer, json!({"x-pagination": false}));
    }
    let (ty, nullable) = types.lower(Use::new(schema, Direction::Response, origin), findings);
    if nullable {
        findings
            .add(&schema.pointer, "an answer that may be null", "set `nullable: false` by an overlay action")
            .settled_by(&schema.pointer, json!({"nullable": false}));
    }
    (Output::Value(ty), None)
}

/// The key of the items of a page and what they are: the items of an array, or of the only array beside `total_count`;
/// and what they are named after if they are written out in place.
fn page_item(
    schema: &Schema,
    origin: Origin,
    types: &Types<'_>,
    findings: &mut Findings,
) -> Option<(String, Schema, Origin)> {
    let (schema, origin) = types.follow(schema, origin, findings);
    match schema.kind {
        // What an array becomes where `paginated` asks for the total.
        SchemaKind::Array(items) => Some(("data".to_owned(), *items, origin)),
        SchemaKind::Object { properties, .. } => {
            let total = properties.iter().any(|property| property.name == "total_count");
            let mut lists = properties.iter().filter_map(|property| {
                let (schema, origin) = types.follow(&property.schema, origin.clone(), findings);
                match schema.kind {
                    SchemaKind::Array(items) => Some((property.name.clone(), *items, origin)),
                    _ => None,
                }
            });
            let only = lists.next();
            only.filter(|_| total && lists.next().is_none())
        }
        _ => None,
    }
}

/// Every `{name}` of the path is a parameter, and every path parameter stands in it.
fn check_path(operation: &document::Operation, findings: &mut Findings) {
    let declared: Vec<&str> = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.place == document::Place::Path)
        .map(|parameter| parameter.name.as_str())
        .collect();
    let holes: Vec<&str> =
        operation.path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or(rest)).collect();
    for hole in holes.iter().filter(|hole| !declared.contains(hole)) {
        let message = format!("the path has `{{{hole}}}`, but there is no such parameter");
        let parameter = json!({"name": hole, "in": "path", "required": true, "schema": {"type": "string"}});
        findings
            .add(&operation.pointer, message, "add the parameter by an overlay action")
            .settled_by(&operation.pointer, json!({"parameters": [parameter]}));
    }
    for name in declared.iter().filter(|name| !holes.contains(name)) {
        let message = format!("the path parameter `{name}` does not stand in the path");
        let finding = findings.add(&operation.pointer, message, "remove the parameter by an overlay action");
        let parameter = operation.parameters.iter().find(|parameter| parameter.name == **name);
        if let Some(parameter) = parameter {
            finding.settled_without(finding::parent(&parameter.schema.pointer));
        }
    }
}

fn check_arguments(
    operation: &document::Operation,
    arguments: &[Argument],
    setters: &[Argument],
    findings: &mut Findings,
) {
    let mut seen: Vec<&Argument> = Vec::new();
    for (argument, setter) in arguments.iter().map(|a| (a, false)).chain(setters.iter().map(|a| (a, true))) {
        let advice = format!(
            "add `x-rust-name` to `{}` of {} in openapi/overlays/names.yaml",
            argument.wire, operation.id
        );
        if let Some(twin) = seen.iter().find(|other| other.ident == argument.ident) {
            let message =
                format!("`{}` and `{}` both become `{}` in Rust", twin.wire, argument.wire, argument.ident);
            findings.add(&operation.pointer, message, &advice);
        }
        // A setter stands beside the methods that every request has.
        let reserved =
            names::REQUEST_METHODS.contains(&argument.ident.as_str()) || argument.ident.starts_with("with_");
        let hides = names::FUNCTIONS.contains(&argument.ident.as_str());
        if (setter && reserved) || hides || !names::is_ident(&argument.ident) {
            let message = format!("`{}` cannot be the name of an argument", argument.ident);
            findings.add(&operation.pointer, message, &advice);
        }
        seen.push(argument);
    }
}

fn resources(
    contents: &document::Contents,
    operations: &[Operation],
    findings: &mut Findings,
) -> Vec<Resource> {
    let documented = &contents.operations;
    let mut resources: Vec<Resource> = Vec::new();
    for (index, (source, operation)) in documented.iter().zip(operations).enumerate() {
        let pointer = &source.pointer;
        for name in [&operation.resource, &operation.method_name] {
            if !names::is_ident(name) {
                let advice = "correct `x-rust-group` or `x-rust-name` in openapi/overlays/names.yaml";
                let key = if *name == operation.resource { "x-rust-group" } else { "x-rust-name" };
                let better = match key {
                    "x-rust-group" => derived_group(source),
                    _ => names::ident(&operation.id),
                };
                findings
                    .add(pointer, format!("`{name}` cannot be a name in Rust"), advice)
                    .settled_by(pointer, json!({key: better}));
            }
        }
        let resource_type = names::type_name(&operation.resource);
        for (source, name) in [(&operation.id, &operation.marker), (&operation.resource, &resource_type)] {
            if !names::is_type(name) {
                let message = format!("`{source}` cannot become the name of a type");
                findings.add(pointer, message, "give it another name by an overlay action");
            }
        }
        let position = resources.iter().position(|resource| resource.accessor == operation.resource);
        let position = position.unwrap_or_else(|| {
            resources.push(Resource {
                accessor: operation.resource.clone(),
                type_name: names::type_name(&operation.resource),
                doc: contents.resource_docs.get(&operation.resource).cloned(),
                aliases: Vec::new(),
                operations: Vec::new(),
            });
            resources.len() - 1
        });
        let Some(resource) = resources.get_mut(position) else { continue };
        let twin = resource.operations.iter().filter_map(|index| operations.get(*index));
        if let Some(twin) = twin.into_iter().find(|twin| twin.method_name == operation.method_name) {
            let message = format!(
                "{} and {} are both `{}().{}`",
                twin.id, operation.id, resource.accessor, twin.method_name
            );
            let advice = format!("add `x-rust-name` to {} in openapi/overlays/names.yaml", operation.id);
            let whole = names::ident(&operation.id);
            let better = if whole == operation.method_name {
                format!("{whole}_{}", operation.method.to_lowercase())
            } else {
                whole
            };
            findings.add(pointer, message, advice).settled_by(pointer, json!({"x-rust-name": better}));
        }
        let alias = source.group.as_deref().map(names::ident).filter(|alias| *alias != resource.accessor);
        if let Some(alias) = alias.filter(|alias| !resource.aliases.contains(alias)) {
            resource.aliases.push(alias);
        }
        resource.operations.push(index);
    }
    // Where a group is still a resource of its own, only some operations have moved away from it.
    let accessors: Vec<String> = resources.iter().map(|resource| resource.accessor.clone()).collect();
    for resource in &mut resources {
        resource.aliases.retain(|alias| !accessors.contains(alias));
    }
    for (index, operation) in operations.iter().enumerate() {
        if let Some(twin) = operations.iter().take(index).find(|other| other.marker == operation.marker) {
            let message = format!("{} and {} both become `{}` in Rust", twin.id, operation.id, twin.marker);
            let pointer = documented.get(index).map_or("", |source| source.pointer.as_str());
            findings
                .add(pointer, message, "give one of them another operationId by an overlay action")
                .settled_by(pointer, json!({"operationId": format!("{}Again", operation.id)}));
        }
    }
    resources
}

/// A method for an operation that nobody has named: its id without the words that its resource says already.
fn derived_name(operation: &document::Operation) -> String {
    let said = names::words(&group(operation).unwrap_or_else(|| derived_group(operation)));
    let is_said = |word: &String| {
        said.iter().any(|other| other == word || names::singular(other) == names::singular(word))
    };
    let words = names::words(&operation.id);
    let rest: Vec<&str> = words.iter().filter(|word| !is_said(word)).map(String::as_str).collect();
    names::ident(&if rest.is_empty() { words.join("_") } else { rest.join("_") })
}

/// A resource for an operation that nobody has put into one: what its tag says, else where its path begins.
fn derived_group(operation: &document::Operation) -> String {
    let begins = operation.path.split('/').find(|part| !part.is_empty()).unwrap_or("operations");
    names::ident(operation.tag.as_deref().unwrap_or(begins))
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
