//! What stands in a session token, in the two forms that Clerk has for it.

use serde_json::{Map, Value, json};

/// What a token's header says about its kind.
pub(super) const SESSION: &str = "cl_B7d4PD111AAA";
pub(super) const TEMPLATE: &str = "cl_B7d4PD222AAA";
pub(super) const MACHINE: &str = "cl_B7d4PD333AAA";

/// A session token before it is signed. Times are in seconds.
#[derive(Clone, Debug)]
pub(super) struct SessionClaims {
    pub(super) version: u8,
    pub(super) issuer: String,
    pub(super) user_id: String,
    pub(super) session_id: String,
    pub(super) token_id: String,
    pub(super) issued_at: i64,
    pub(super) expires_at: i64,
    pub(super) pending: bool,
    pub(super) organization: Option<ActiveOrganization>,
    /// With their scope: `o:billing`, `u:export`.
    pub(super) features: Vec<String>,
    pub(super) plans: Vec<String>,
    /// Minutes since the first and since the second factor, −1 for never.
    pub(super) factor_ages: [i64; 2],
    pub(super) authorized_party: Option<String>,
    pub(super) actor: Option<Value>,
}

/// The organization that a session is in.
#[derive(Clone, Debug)]
pub(super) struct ActiveOrganization {
    pub(super) id: String,
    pub(super) slug: String,
    pub(super) role: String,
    /// `org:billing:manage`; those of the system are in no token.
    pub(super) permissions: Vec<String>,
}

impl SessionClaims {
    pub(super) fn to_map(&self) -> Map<String, Value> {
        let mut claims = Map::new();
        let mut set = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
        set("iss", json!(self.issuer));
        set("sub", json!(self.user_id));
        set("sid", json!(self.session_id));
        set("iat", json!(self.issued_at));
        set("nbf", json!(self.issued_at.saturating_sub(10)));
        set("exp", json!(self.expires_at));
        set("sts", json!(if self.pending { "pending" } else { "active" }));
        set("fva", json!(self.factor_ages));
        if let Some(party) = &self.authorized_party {
            set("azp", json!(party));
        }
        if let Some(actor) = &self.actor {
            set("act", actor.clone());
        }
        let features = self.all_features();
        if !features.is_empty() {
            set("fea", json!(features.join(",")));
        }
        if !self.plans.is_empty() {
            set("pla", json!(self.plans.join(",")));
        }
        if self.version == 1 {
            if let Some(organization) = &self.organization {
                set("org_id", json!(organization.id));
                set("org_slug", json!(organization.slug));
                set("org_role", json!(organization.role));
                set("org_permissions", json!(organization.permissions));
            }
        } else {
            set("v", json!(2));
            set("jti", json!(self.token_id));
            if let Some(organization) = &self.organization {
                set("o", organization.compact(&features));
            }
        }
        claims
    }

    /// The features, those of the organization first: then the masks fit, whether a reader counts all features or
    /// the organization's alone. A permission belongs to a feature, which is there for it.
    fn all_features(&self) -> Vec<String> {
        let permissions = self.organization.iter().flat_map(|o| o.parts());
        let mut features = self.features.clone();
        for (feature, _) in permissions {
            if !features.iter().any(|f| of_organization(f) == Some(feature)) {
                features.push(format!("o:{feature}"));
            }
        }
        features.sort_by_key(|f| of_organization(f).is_none());
        features
    }
}

impl ActiveOrganization {
    /// Feature and permission of each `org:<feature>:<permission>`.
    fn parts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.permissions.iter().filter_map(|p| p.strip_prefix("org:").unwrap_or(p).split_once(':'))
    }

    /// The claim `o` of version 2: the permissions once each, and for each feature a mask of those it has.
    fn compact(&self, features: &[String]) -> Value {
        let mut claim = Map::new();
        claim.insert("id".into(), json!(self.id));
        claim.insert("slg".into(), json!(self.slug));
        claim.insert("rol".into(), json!(self.role.strip_prefix("org:").unwrap_or(&self.role)));
        let mut names: Vec<&str> = Vec::new();
        for (_, permission) in self.parts() {
            if !names.contains(&permission) {
                names.push(permission);
            }
        }
        if !names.is_empty() {
            let own = features.iter().filter_map(|f| of_organization(f));
            let masks: Vec<String> = own.map(|feature| self.mask(feature, &names)).collect();
            claim.insert("per".into(), json!(names.join(",")));
            claim.insert("fpm".into(), json!(masks.join(",")));
        }
        Value::Object(claim)
    }

    /// A decimal number whose bit at each name's place says whether the feature has that permission.
    fn mask(&self, feature: &str, names: &[&str]) -> String {
        let mut digits = vec![0_u8];
        for name in names.iter().rev() {
            let mut carry = u8::from(self.parts().any(|part| part == (feature, *name)));
            // Doubled in place, lowest digit first: there may be more permissions than an integer has bits.
            for digit in &mut digits {
                let doubled = *digit * 2 + carry;
                (*digit, carry) = (doubled % 10, doubled / 10);
            }
            if carry > 0 {
                digits.push(carry);
            }
        }
        digits.iter().rev().map(|d| char::from(b'0' + d)).collect()
    }
}

/// The name of a feature that an organization has; `None` for a user's.
fn of_organization(feature: &str) -> Option<&str> {
    feature.split_once(':').filter(|(scope, _)| scope.contains('o')).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(permissions: &[&str], features: &[&str]) -> Map<String, Value> {
        let owned = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect();
        let organization = ActiveOrganization {
            id: "org_1".to_owned(),
            slug: "acme".to_owned(),
            role: "org:admin".to_owned(),
            permissions: owned(permissions),
        };
        let claims = SessionClaims {
            version: 2,
            issuer: String::new(),
            user_id: String::new(),
            session_id: String::new(),
            token_id: String::new(),
            issued_at: 0,
            expires_at: 60,
            pending: false,
            organization: Some(organization),
            features: owned(features),
            plans: Vec::new(),
            factor_ages: [0, -1],
            authorized_party: None,
            actor: None,
        };
        claims.to_map()
    }

    #[test]
    fn permissions_are_masks_of_the_features_of_the_organization_which_come_first() {
        let claims = claims(
            &["org:teams:read", "org:billing:manage", "org:billing:read"],
            &["u:export", "o:dashboard", "uo:billing"],
        );

        assert_eq!(claims["fea"], "o:dashboard,uo:billing,o:teams,u:export");
        assert_eq!(claims["o"]["per"], "read,manage");
        assert_eq!(claims["o"]["fpm"], "0,3,1");
        assert_eq!(claims["o"]["rol"], "admin");
    }

    #[test]
    fn a_mask_has_as_many_bits_as_there_are_permissions() {
        let names: Vec<String> = (0..130).map(|n| format!("org:f:p{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();

        let all = claims(&names, &[]);
        let last = claims(&[&names[..], &["org:g:p129"]].concat(), &[]);

        assert_eq!(all["o"]["fpm"], "1361129467683753853853498429727072845823");
        assert_eq!(
            last["o"]["fpm"],
            "1361129467683753853853498429727072845823,680564733841876926926749214863536422912"
        );
    }

    #[test]
    fn an_organization_without_permissions_says_nothing_of_any() {
        let claims = claims(&[], &["o:dashboard"]);

        assert!(claims["o"].get("per").is_none() && claims["o"].get("fpm").is_none());
    }
}
