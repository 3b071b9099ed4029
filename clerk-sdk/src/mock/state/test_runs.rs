//! Trial sign-ins through an enterprise connection. Beginning one gives a URL for a browser; how it went is a seed's
//! to say.

use serde_json::json;

use super::resource::{Action, Change, PLAIN, Parent, Resource};
use super::{Call, Handler, ISSUER, Object, State, fields, resources};
use crate::mock::error::ApiError;

pub(super) const TEST_RUN: Resource = Resource {
    tag: "enterprise_connection_test_run",
    words: "test run",
    schema: "/components/schemas/EnterpriseConnectionTestRun",
    parent: Some(Parent {
        field: CONNECTION,
        id: |state, call| Ok(connection(state, call)?.id().to_owned()),
    }),
    operations: &[("ListEnterpriseConnectionTestRuns", Action::List)],
    defaults: |_| json!({ "status": "pending", "logs": [], "parsed_user_info": null, "saml": null, "oauth": null }),
    prepare: |state, call, run, _: Change| {
        let saml = connection(state, call)?.text("provider").starts_with("saml_");
        fields!(run, { "connection_type": if saml { "saml" } else { "oauth" } });
        Ok(())
    },
    ..PLAIN
};

pub(super) const HANDLERS: &[(&str, Handler)] = &[("CreateEnterpriseConnectionTestRun", |state, call| {
    let run = TEST_RUN.create(state, call, TEST_RUN.described(state.document))?;
    let run = run["id"].as_str().unwrap_or_default();
    Ok(json!({ "url": format!("{ISSUER}/v1/enterprise_sso/test?run={run}") }))
})];

/// The id of the connection that was tried.
pub(super) const CONNECTION: &str = "_connection_id";

/// The connection that the path names.
fn connection<'a>(state: &'a State, call: &Call<'_>) -> Result<&'a Object, ApiError> {
    match resources::of_tag("enterprise_connection") {
        Some(connections) => connections.find(state, call),
        None => Err(ApiError::not_found("kind", "enterprise_connection")),
    }
}
