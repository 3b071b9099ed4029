//! What an operation is called with: its parameters, and what its body is made of.

use serde_json::json;

use super::Lowering;
use crate::document::{self, BodyContent, Facts, Property, Schema, SchemaKind};
use crate::finding::{self, Findings};
use crate::model::types::{
    self, Origin, Parent, Types, Use, by_name, field_ident, is_sensitive, refuse_file,
};
use crate::model::{Argument, Body, Direction, Place, Type, TypeKind, names};

/// How many `allOf`s of one member are followed before they count as a circle.
const LONGEST_CHAIN: usize = 32;

/// The arguments of an operation: those of its method, and those that have setters.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub(super) required: Vec<Argument>,
    pub(super) optional: Vec<Argument>,
}

impl Arguments {
    fn add(&mut self, required: bool, argument: Argument) {
        if required { &mut self.required } else { &mut self.optional }.push(argument);
    }

    /// Each has a name that it can have, and that is its own.
    pub(super) fn check(&self, operation: &document::Operation, findings: &mut Findings) {
        let mut seen: Vec<&Argument> = Vec::new();
        let all = self.required.iter().map(|it| (it, false)).chain(self.optional.iter().map(|it| (it, true)));
        for (argument, setter) in all {
            let Argument { wire, ident, .. } = argument;
            let advice =
                format!("add `x-rust-name` to `{wire}` of {} in openapi/overlays/names.yaml", operation.id);
            if let Some(twin) = seen.iter().find(|other| other.ident == *ident) {
                let message = format!("`{}` and `{wire}` both become `{ident}` in Rust", twin.wire);
                findings.add(&operation.pointer, message, &advice);
            }
            // A setter stands beside the methods that every request has.
            let reserved = names::REQUEST_METHODS.contains(&ident.as_str()) || ident.starts_with("with_");
            let hides = names::FUNCTIONS.contains(&ident.as_str());
            if (setter && reserved) || hides || !names::is_ident(ident) {
                let message = format!("`{ident}` cannot be the name of an argument");
                findings.add(&operation.pointer, message, &advice);
            }
            seen.push(argument);
        }
    }
}

impl Lowering<'_, '_> {
    /// The arguments, those of the path first and in its order; and what the body is.
    pub(super) fn arguments(&mut self) -> (Arguments, Body) {
        let operation = self.operation;
        let mut parameters: Vec<&document::Parameter> = operation.parameters.iter().collect();
        parameters.sort_by_key(|parameter| match parameter.place {
            document::Place::Path => {
                operation.path.find(&format!("{{{}}}", parameter.name)).unwrap_or(usize::MAX)
            }
            _ => usize::MAX,
        });
        let mut arguments = Arguments::default();
        for parameter in parameters {
            arguments.add(parameter.required, self.parameter(parameter));
        }
        let body = self.body(&mut arguments);
        (arguments, body)
    }

    fn property(&self, name: &str) -> Origin {
        Origin::Property { parent: Parent::Operation(self.marker.clone()), property: name.to_owned() }
    }

    fn parameter(&mut self, parameter: &document::Parameter) -> Argument {
        let document::Parameter { name, schema, .. } = parameter;
        let (ty, _) =
            self.types.lower(Use::new(schema, Direction::Request, self.property(name)), self.findings);
        let ty = by_name(name, ty, schema);
        let is_list = matches!(ty, Type::List(_));
        let place = match (parameter.place, parameter.delimiter.filter(|_| is_list)) {
            (document::Place::Path, _) => Place::Path,
            (document::Place::Header, _) => Place::Header,
            (document::Place::Cookie, _) => Place::Cookie,
            (document::Place::Query, None) => Place::Query,
            (document::Place::Query, Some(',')) => Place::JoinedQuery,
            (document::Place::Query, Some(delimiter)) => Place::DelimitedQuery(delimiter),
        };
        let fits = match &ty {
            Type::List(item) => !matches!(place, Place::Path | Place::Cookie) && is_scalar(item, self.types),
            other => is_scalar(other, self.types),
        };
        if !fits {
            let message =
                format!("the parameter `{name}` is neither text, number, boolean nor a list of these");
            let advice = "replace its schema by an overlay action";
            let finding = self.findings.add(&self.operation.pointer, message, advice);
            if place != Place::Path {
                finding.settled_without(finding::parent(&schema.pointer));
            }
        }
        Argument {
            ident: parameter.rust_name.clone().unwrap_or_else(|| names::ident(name)),
            wire: name.clone(),
            place,
            ty,
            // Null cannot be written in a path or query.
            nullable: false,
            deprecated: parameter.deprecated,
            sensitive: is_sensitive(name, parameter.sensitive, &schema.pointer, self.findings),
            doc: schema.doc.clone(),
            facts: schema.facts.clone(),
        }
    }

    fn body(&mut self, arguments: &mut Arguments) -> Body {
        let Some(body) = &self.operation.body else { return Body::None };
        if body.content == BodyContent::Binary {
            arguments.add(
                true,
                Argument { ident: "file".to_owned(), ..self.whole_body(&body.schema, self.property("file")) },
            );
            return Body::Binary;
        }
        let form = matches!(body.content, BodyContent::Multipart | BodyContent::UrlEncoded);
        let origin = Origin::Answer { operation: self.marker.clone(), suffix: "Item" };
        let (mut schema, mut origin) = self.types.follow(&body.schema, origin, self.findings);
        // An `allOf` of one is that one.
        for _ in 0..LONGEST_CHAIN {
            let Some(only) = types::only_member(&schema) else { break };
            (schema, origin) = self.types.follow(&only, origin, self.findings);
        }
        let fields: Option<Vec<Property>> = match &schema.kind {
            SchemaKind::Object { properties, .. } if !properties.is_empty() => {
                Some(self.types.in_direction(properties, Direction::Request))
            }
            SchemaKind::AllOf(..) => Some(self.types.flatten(&schema, Direction::Request, self.findings)),
            _ => None,
        };
        let may_be_null = body.schema.nullable || schema.nullable;
        match fields {
            Some(fields) => {
                if may_be_null && !form {
                    // Its fields are arguments of the call, and the whole has none.
                    let advice = "set `nullable: false` by an overlay action";
                    self.findings
                        .add(&schema.pointer, "a body with fields that may be null", advice)
                        .settled_by(&schema.pointer, json!({"nullable": false}));
                }
                for property in &fields {
                    arguments.add(property.required, self.body_field(property, body.content));
                }
            }
            None if form => {
                let advice = "declare its fields by an overlay action";
                self.findings.add(&schema.pointer, "a form without fields", advice);
            }
            None => arguments.add(true, self.whole_body(&schema, origin)),
        }
        match (body.content, body.required) {
            (BodyContent::Multipart, _) => Body::Form,
            (BodyContent::UrlEncoded, _) => Body::UrlEncoded,
            (BodyContent::Binary, _) => Body::Binary,
            (BodyContent::Json, true) => Body::RequiredJson,
            (BodyContent::Json, false) => Body::OptionalJson,
        }
    }

    fn body_field(&mut self, property: &Property, content: BodyContent) -> Argument {
        let Property { name, schema, .. } = property;
        let (ty, nullable) =
            self.types.lower(Use::new(schema, Direction::Request, self.property(name)), self.findings);
        let ty = by_name(name, ty, schema);
        let form = content == BodyContent::Multipart;
        let is_refused = match (content, &ty) {
            (BodyContent::Multipart, ty) => !matches!(ty, Type::File | Type::String),
            (BodyContent::UrlEncoded, Type::List(item)) => !is_scalar(item, self.types),
            (BodyContent::UrlEncoded, ty) => !is_scalar(ty, self.types),
            _ => {
                refuse_file(&ty, schema, self.findings);
                false
            }
        };
        if is_refused {
            let wanted =
                if form { "neither a text nor a file" } else { "neither a scalar nor a list of these" };
            let message = format!("the field `{name}` of a form is {wanted}");
            let advice = "replace its schema, or the body's media type, by an overlay action";
            let finding = self.findings.add(&self.operation.pointer, message, advice);
            // A number is sent as a text, too.
            if form && is_plain(&ty) && !matches!(schema.kind, SchemaKind::Reference(_)) {
                finding.settled_by(&schema.pointer, json!({"type": "string"}));
            }
        }
        Argument {
            wire: name.clone(),
            ident: field_ident(name, schema, &ty),
            place: if form { Place::FormPart } else { Place::BodyField },
            // A form has no null.
            nullable: nullable && content == BodyContent::Json,
            deprecated: schema.deprecated,
            sensitive: is_sensitive(name, schema.sensitive, &schema.pointer, self.findings),
            doc: schema.doc.clone(),
            facts: schema.facts.clone(),
            ty,
        }
    }

    /// A body that is no object of fields: a list, say, or any JSON.
    fn whole_body(&mut self, schema: &Schema, origin: Origin) -> Argument {
        let (ty, nullable) = self.types.lower(Use::new(schema, Direction::Request, origin), self.findings);
        let nullable = nullable || self.operation.body.as_ref().is_some_and(|body| body.schema.nullable);
        if self.operation.body.as_ref().is_some_and(|body| body.content == BodyContent::Json) {
            refuse_file(&ty, schema, self.findings);
        }
        let list = matches!(ty, Type::List(_));
        let ident = schema.rust_name.clone().filter(|_| ty.definition().is_none());
        Argument {
            wire: String::new(),
            ident: ident.unwrap_or_else(|| if list { "items" } else { "body" }.to_owned()),
            place: Place::WholeBody,
            ty,
            nullable,
            deprecated: false,
            sensitive: false,
            doc: schema.doc.clone(),
            facts: Facts {
                bounds: schema.facts.bounds.clone(),
                item_bounds: schema.facts.item_bounds.clone(),
                ..Facts::default()
            },
        }
    }

    /// Every `{name}` of the path is a parameter, and every path parameter stands in it.
    pub(super) fn check_path(&mut self) {
        let operation = self.operation;
        let parameters = operation.parameters.iter();
        let declared: Vec<&document::Parameter> =
            parameters.filter(|parameter| parameter.place == document::Place::Path).collect();
        let holes: Vec<&str> =
            operation.path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or(rest)).collect();
        for hole in holes.iter().filter(|hole| !declared.iter().any(|other| other.name == **hole)) {
            let message = format!("the path has `{{{hole}}}`, but there is no such parameter");
            let parameter =
                json!({"name": hole, "in": "path", "required": true, "schema": {"type": "string"}});
            self.findings
                .add(&operation.pointer, message, "add the parameter by an overlay action")
                .settled_by(&operation.pointer, json!({"parameters": [parameter]}));
        }
        for document::Parameter { name, schema, .. } in declared {
            if !holes.contains(&name.as_str()) {
                let message = format!("the path parameter `{name}` does not stand in the path");
                self.findings
                    .add(&operation.pointer, message, "remove the parameter by an overlay action")
                    .settled_without(finding::parent(&schema.pointer));
            }
        }
    }
}

fn is_plain(ty: &Type) -> bool {
    matches!(ty, Type::Bool | Type::Integer | Type::Number | Type::Timestamp)
}

fn is_scalar(ty: &Type, types: &Types<'_>) -> bool {
    match ty {
        Type::String | Type::Bool | Type::Integer | Type::Number | Type::Timestamp | Type::DateTime => true,
        Type::Named(id) => types.defs.get(*id).is_some_and(|def| matches!(def.kind, TypeKind::Enum(_))),
        _ => false,
    }
}
