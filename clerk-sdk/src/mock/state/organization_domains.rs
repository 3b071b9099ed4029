//! The domains of all organizations in one list, and the proof that one belongs to an organization.

use serde_json::{Value, json};

use super::list::{among, among_signed, contains, order, page};
use super::{Call, Handler, Object, State, fields, resources};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("ListOrganizationDomains", |state, call| {
        let id = state.organization_id(call)?;
        domains(state, call, Some(&id))
    }),
    ("ListAllOrganizationDomains", |state, call| {
        if call.query.first("query").is_some_and(|query| query.trim().is_empty()) {
            return Err(ApiError::value("query", "must not be empty"));
        }
        domains(state, call, None)
    }),
    ("VerifyOrganizationDomainOwnership", verify),
];

const TAG: &str = "organization_domain";

/// The domains of an organization, or those of all.
fn domains(state: &State, call: &Call<'_>, of: Option<&str>) -> Result<Value, ApiError> {
    let wanted = call.query.first("query");
    if wanted.is_some_and(|query| query.trim().is_empty()) {
        return Err(ApiError::value("query", "must not be empty"));
    }
    // What looks like an organization's id is one.
    let organization = wanted.filter(|query| query.starts_with("org_"));
    let organization = organization.or(call.query.first("organization_id")).or(of);
    let rows = state.rows(TAG);
    let mut rows: Vec<&Object> = rows
        .filter(|domain| {
            let verified = domain["verification"]["status"] == "verified";
            organization.is_none_or(|id| domain["organization_id"] == id)
                && call.query.flag("verified").is_none_or(|wanted| wanted == verified)
                && among_signed(call, "enrollment_mode", |mode| domain["enrollment_mode"] == mode)
                && among(call, "domains", |name| domain["name"] == name)
                && (organization.is_some() || contains(call, "query", [domain.text("name")]))
        })
        .collect();
    order(call, &mut rows, &["name", "created_at"], |domain, name| domain[name].clone())?;
    Ok(page(call, rows, |domain| resources::of_tag(TAG).map_or(Value::Null, |r| r.show(state, domain))))
}

fn verify(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let now = state.now();
    let resource = resources::of_tag(TAG).ok_or_else(|| ApiError::not_found("kind", TAG))?;
    resource.update(state, call, |_, domain| {
        let verification = json!({
            "status": "verified", "strategy": "manual_override", "attempts": 1, "expire_at": null, "verified_at": now,
        });
        fields!(domain, { "ownership_verification": verification, "verification": verification });
        Ok(())
    })
}
