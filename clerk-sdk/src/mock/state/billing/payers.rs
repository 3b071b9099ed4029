//! Who pays: a user or an organization, as a payer that billing knows by an id of its own.

use serde_json::{Value, json};

use super::super::users_list::sort_key;
use super::money::money;
use super::{Object, PAYER, State, fields, row};

impl State {
    /// The id of the payer that a user or an organization is, made where there is none; `None` where there is
    /// neither of this id.
    pub(super) fn payer_of(&mut self, owner: &str) -> Option<String> {
        if let Some(payer) = self.known_payer(owner) {
            return Some(payer.id().to_owned());
        }
        if self.users.get(owner).is_none() && self.organizations.get(owner).is_none() {
            return None;
        }
        let now = self.now();
        let id = self.ids.object(PAYER);
        let mut payer = Object::default();
        fields!(payer, {
            "object": PAYER, "id": id, "instance_id": self.instance_id, "_owner": owner, "_balance": null,
            "_currency": "USD", "_method": self.ids.prefixed("cps"), "created_at": now, "updated_at": now,
        });
        self.table_mut(PAYER).insert(payer);
        Some(id)
    }

    /// The payer that a user or an organization is.
    pub(super) fn known_payer(&self, owner: &str) -> Option<&Object> {
        self.rows(PAYER).find(|payer| payer["_owner"] == owner)
    }

    /// A payer as answers show it.
    pub(super) fn show_payer(&self, id: &str) -> Value {
        let nobody = Object::default();
        let payer = row(self, PAYER, id).unwrap_or(&nobody);
        let owner = payer.text("_owner");
        let (user, organization) = (self.users.get(owner), self.organizations.get(owner));
        let of = |object: Option<&Object>, name: &str| object.map(|o| o[name].clone());
        let image = of(user, "image_url").or(of(organization, "image_url")).filter(Value::is_string);
        json!({
            "object": PAYER, "id": id, "instance_id": self.instance_id, "user_id": of(user, "id"),
            "first_name": of(user, "first_name"), "last_name": of(user, "last_name"),
            "email": user.map(|user| sort_key(user, "email_address")),
            "organization_id": of(organization, "id"), "organization_name": of(organization, "name"),
            "image_url": image.unwrap_or_else(|| json!("")),
            "credits_balance": money(payer["_balance"].as_i64().unwrap_or(0), payer.text("_currency")),
            "created_at": payer["created_at"], "updated_at": payer["updated_at"],
        })
    }

    /// The same without nulls, as some answers and all events have it.
    pub(super) fn show_payer_in_full(&self, id: &str) -> Value {
        let mut payer = self.show_payer(id);
        if let Value::Object(fields) = &mut payer {
            for name in ["first_name", "last_name", "email"] {
                if fields[name].is_null() {
                    fields.insert(name.to_owned(), json!(""));
                }
            }
            fields.retain(|_, value| !value.is_null());
        }
        payer
    }

    /// What a payer pays with: everybody has the same card.
    pub(super) fn payment_method(&self, payer: &str) -> Value {
        let nobody = Object::default();
        let payer = row(self, PAYER, payer).unwrap_or(&nobody);
        json!({
            "object": "commerce_payment_method", "id": payer["_method"], "payer_id": payer["id"],
            "payment_type": "card", "is_default": true, "gateway": "stripe", "gateway_external_id": "pm_embedded",
            "gateway_external_account_id": null, "last4": "4242", "status": "active", "wallet_type": null,
            "card_type": "visa", "expiry_year": 2099, "expiry_month": 12, "created_at": payer["created_at"],
            "updated_at": payer["updated_at"], "is_removable": true,
        })
    }

    /// The same as a source, as some answers have it.
    pub(super) fn payment_source(&self, payer: &str) -> Value {
        let mut source = self.payment_method(payer);
        if let Value::Object(fields) = &mut source {
            fields.remove("payment_type");
        }
        source["object"] = json!("commerce_source");
        source["payment_method"] = json!("card");
        source["wallet_type"] = json!("");
        source
    }
}
