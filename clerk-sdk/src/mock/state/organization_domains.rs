//! The domains of all organizations in one list, and the proof that one belongs to an organization.

use serde_json::{Value, json};

use super::list::{among, among_signed, contains, order, page};
use super::{Call, Handler, Object, State, fields, resources};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] =
    &[("ListAllOrganizationDomains", domains), ("VerifyOrganizationDomainOwnership", verify)];

const TAG: &str = "organization_domain";

fn domains(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let rows = state.rows(TAG);
    let mut rows: Vec<&Object> = rows
        .filter(|domain| {
            let verified = domain["verification"]["status"] == "verified";
            let organization = call.query.first("organization_id");
            organization.is_none_or(|id| domain["organization_id"] == id)
                && call.query.flag("verified").is_none_or(|wanted| wanted == verified)
                && among_signed(call, "enrollment_mode", |mode| domain["enrollment_mode"] == mode)
                && among(call, "domains", |name| domain["name"] == name)
                && contains(call, "query", [domain.text("name"), domain.id()])
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
            "status": "verified", "strategy": "txt", "attempts": 1, "expire_at": null, "verified_at": now,
        });
        fields!(domain, { "ownership_verification": verification, "verification": verification });
        Ok(())
    })
}
