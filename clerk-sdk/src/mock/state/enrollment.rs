//! Enrollment by domain: who proves an e-mail address of an organization's verified domain is invited into the
//! organization, or has it suggested, where the domain's mode says so.

use serde_json::{Value, json};

use super::organization_invitations::NewInvitation;
use super::{Object, State, fields};

/// The organizations that are suggested to users. The API counts them, and shows none.
pub(super) const SUGGESTION: &str = "organization_suggestion";

/// The field that has the domain which an invitation or a suggestion comes of.
pub(super) const DOMAIN: &str = "_domain_id";

impl State {
    /// Enrolls those whose e-mail addresses a request has verified.
    pub(super) fn enroll(&mut self) {
        let proven: Vec<(String, String)> = self.users.touched().flat_map(newly_verified).collect();
        for (user_id, address) in proven {
            self.enroll_address(&user_id, &address);
        }
    }

    fn enroll_address(&mut self, user_id: &str, address: &str) {
        let Some((_, name)) = address.split_once('@') else { return };
        let is = |domain: &&Object| domain["name"] == name && domain["verification"]["status"] == "verified";
        let Some(domain) = self.rows("organization_domain").find(is) else { return };
        let settings = self.organization_settings();
        let mode = domain.text("enrollment_mode");
        let modes = settings["domains_enrollment_modes"].as_array();
        let possible = settings["domains_enabled"] == true && modes.is_some_and(|m| m.contains(&json!(mode)));
        let (domain, organization) = (domain.id().to_owned(), domain.text("organization_id").to_owned());
        if !possible || self.is_member(&organization, user_id) {
            return;
        }
        match mode {
            "automatic_invitation" => self.invite_by(&domain, &organization, address),
            "automatic_suggestion" => {
                let id = self.ids.prefixed("orgsug");
                let mut suggestion = Object::default();
                fields!(suggestion, {
                    "id": id, DOMAIN: domain, "_user_id": user_id, "organization_id": organization,
                });
                self.table_mut(SUGGESTION).insert(suggestion);
            }
            _ => {}
        }
    }

    /// Invites an address, unless it is invited already or there is no place.
    fn invite_by(&mut self, domain: &str, organization: &str, address: &str) {
        if self.is_invited(organization, address) || self.check_places(organization, 1).is_err() {
            return;
        }
        let role = self.default_role(organization);
        let new = NewInvitation { organization, address, role: &role, ..NewInvitation::default() };
        let mut invitation = self.new_organization_invitation(&new);
        fields!(invitation, { DOMAIN: domain });
        self.organization_invitations.insert(invitation);
    }

    /// How many invitations and suggestions by a domain are open.
    pub(super) fn pending_enrollments(&self, domain: &Object) -> Value {
        let of_domain = |row: &&Object| row[DOMAIN] == domain.id();
        let invitations = self.organization_invitations.iter().filter(of_domain);
        let invitations = invitations.filter(|invitation| invitation["status"] == "pending").count();
        let joined = |suggestion: &&Object| {
            self.is_member(domain.text("organization_id"), suggestion.text("_user_id"))
        };
        let suggestions = self.rows(SUGGESTION).filter(of_domain).filter(|row| !joined(row)).count();
        json!({ "total_pending_invitations": invitations, "total_pending_suggestions": suggestions })
    }
}

/// The verified e-mail addresses that a user had not before, each with the user's id.
fn newly_verified((before, after): (Option<&Object>, &Object)) -> Vec<(String, String)> {
    let known: Vec<&str> = before.map(verified).unwrap_or_default();
    let new = verified(after).into_iter().filter(|address| !known.contains(address));
    new.map(|address| (after.id().to_owned(), address.to_owned())).collect()
}

fn verified(user: &Object) -> Vec<&str> {
    let addresses = user["email_addresses"].as_array().into_iter().flatten();
    let verified = addresses.filter(|address| address["verification"]["status"] == "verified");
    verified.filter_map(|address| address["email_address"].as_str()).collect()
}
