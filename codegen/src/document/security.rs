//! How an operation is authenticated: the client sends a bearer token, or none.

use openapiv3::{ReferenceOr, SecurityRequirement, SecurityScheme};

use super::{Document, Node};
use crate::finding::Findings;

/// Returns whether an operation is sent without authentication. Reports requirements that no bearer token meets.
pub(super) fn is_public(
    document: &Document,
    own: Option<&Vec<SecurityRequirement>>,
    node: &Node<'_>,
    findings: &mut Findings,
) -> bool {
    let requirements = own.or(document.openapi.security.as_ref());
    let pointer = match own {
        Some(_) => format!("{}/security", node.pointer()),
        None => "/security".to_owned(),
    };
    // A document that says nothing is about an API with a secret key.
    let Some(requirements) = requirements else { return false };
    let mut others = Vec::new();
    for requirement in requirements {
        let mut schemes = requirement.keys();
        match (schemes.next(), schemes.next()) {
            (Some(scheme), None) if is_bearer(document, scheme, &mut others) => return false,
            (Some(first), Some(_)) => others.push(format!("`{first}` together with others")),
            _ => {}
        }
    }
    let allows_none = requirements.is_empty() || requirements.iter().any(SecurityRequirement::is_empty);
    if !allows_none {
        let message = format!("the client sends a bearer token, not {}", others.join(" or "));
        let advice = "say by an overlay action which scheme of type `http`, `bearer`, the operation takes";
        findings.add(pointer, message, advice);
    }
    allows_none
}

/// Returns whether a scheme is a bearer token; if not, adds what it is.
fn is_bearer(document: &Document, name: &str, others: &mut Vec<String>) -> bool {
    let schemes = document.openapi.components.as_ref().map(|components| &components.security_schemes);
    let what = match schemes.and_then(|schemes| schemes.get(name)) {
        Some(ReferenceOr::Item(SecurityScheme::HTTP { scheme, .. }))
            if scheme.eq_ignore_ascii_case("bearer") =>
        {
            return true;
        }
        Some(ReferenceOr::Item(SecurityScheme::HTTP { scheme, .. })) => format!("HTTP {scheme}"),
        Some(ReferenceOr::Item(SecurityScheme::APIKey { .. })) => "an API key".to_owned(),
        Some(ReferenceOr::Item(SecurityScheme::OAuth2 { .. })) => "OAuth 2".to_owned(),
        Some(ReferenceOr::Item(SecurityScheme::OpenIDConnect { .. })) => "OpenID Connect".to_owned(),
        Some(ReferenceOr::Reference { .. }) => "a reference".to_owned(),
        None => "not declared".to_owned(),
    };
    others.push(format!("`{name}` ({what})"));
    false
}
