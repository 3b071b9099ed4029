//! `resources.rs`: what `clerk.users()` answers, with a method for every operation.

use super::params::{argument_type, setting};
use super::{WIDTH, doc, docs, line, list, literal};
use crate::model::{Api, Operation, Resource};

pub(super) fn file(api: &Api) -> String {
    let mut out = String::new();
    accessors(api, "Api", "self.clerk.clone()", &mut out);
    if api.is_root {
        accessors(api, "Clerk", "self.clone()", &mut out);
    }
    for resource in &api.resources {
        self::resource(api, resource, &mut out);
    }
    out
}

fn accessors(api: &Api, owner: &str, clerk: &str, out: &mut String) {
    line(out, "", &format!("impl {owner} {{"));
    for resource in &api.resources {
        doc(out, "    ", &docs::accessor(resource));
        aliases(&resource.aliases, out);
        line(out, "    ", &format!("pub fn {}(&self) -> {} {{", resource.accessor, resource.type_name));
        line(out, "        ", &format!("{} {{ clerk: {clerk} }}", resource.type_name));
        line(out, "    ", "}");
    }
    line(out, "", "}");
}

fn resource(api: &Api, resource: &Resource, out: &mut String) {
    doc(out, "", &docs::resource(api, resource));
    line(out, "", "#[derive(Clone, Debug)]");
    line(out, "", &format!("pub struct {} {{", resource.type_name));
    line(out, "    ", "clerk: Clerk,");
    line(out, "", "}");
    line(out, "", &format!("impl {} {{", resource.type_name));
    for operation in resource.operations.iter().filter_map(|index| api.operations.get(*index)) {
        method(api, operation, out);
    }
    line(out, "", "}");
}

fn method(api: &Api, operation: &Operation, out: &mut String) {
    doc(out, "    ", &docs::method(api, operation));
    aliases(&operation.aliases, out);
    if operation.deprecated {
        line(out, "    ", "#[deprecated = \"Clerk's document marks it so\"]");
    }
    signature(api, operation, "    ", " {", out);
    let mut chain = vec!["Request::new(&self.clerk)".to_owned()];
    chain.extend(operation.arguments.iter().map(|argument| format!(".{}", setting(api, argument))));
    let one = chain.concat();
    if one.len() + 8 <= WIDTH {
        line(out, "        ", &one);
    } else {
        for (index, step) in chain.iter().enumerate() {
            line(out, if index == 0 { "        " } else { "            " }, step);
        }
    }
    line(out, "    ", "}");
}

fn aliases(aliases: &[String], out: &mut String) {
    for alias in aliases {
        line(out, "    ", &format!("#[doc(alias = {})]", literal(alias)));
    }
}

/// The head of the method, up to what comes after it.
pub(super) fn signature(api: &Api, operation: &Operation, indent: &str, end: &str, out: &mut String) {
    let mut parameters = vec!["&self".to_owned()];
    parameters.extend(
        operation
            .arguments
            .iter()
            .map(|argument| format!("{}: {}", argument.ident, argument_type(api, argument))),
    );
    let head = format!("pub fn {}", operation.method_name);
    list(out, indent, &head, &parameters, &format!(" -> requests::{}{end}", operation.marker));
}
