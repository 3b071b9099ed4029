//! `requests.rs`: the request of every operation, with a setter for each optional argument.

use super::params::{argument_type, setting};
use super::{doc, docs, line};
use crate::model::{Api, Argument};

pub(super) fn file(api: &Api) -> String {
    let mut out = String::new();
    for operation in &api.operations {
        let marker = &operation.marker;
        doc(&mut out, "", &docs::request(operation));
        line(&mut out, "", &format!("pub type {marker} = Request<op::{marker}>;"));
        if operation.setters.is_empty() {
            continue;
        }
        line(&mut out, "", &format!("impl {marker} {{"));
        for argument in &operation.setters {
            setter(api, argument, &mut out);
        }
        line(&mut out, "", "}");
    }
    out
}

fn setter(api: &Api, argument: &Argument, out: &mut String) {
    doc(out, "    ", &docs::argument(argument));
    if argument.deprecated {
        line(out, "    ", "#[deprecated = \"Clerk's document marks it so\"]");
    }
    let ty = argument_type(api, argument);
    line(out, "    ", &format!("pub fn {0}(self, {0}: {ty}) -> Self {{", argument.ident));
    line(out, "        ", &format!("self.{}", setting(api, argument)));
    line(out, "    ", "}");
}
