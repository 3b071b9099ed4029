//! A state that is read from a file and written to it, piece by piece.

use serde_json::{Map, Value, json};

use super::{State, resources};
use crate::mock::keys::Keys;

impl State {
    /// Forgets all objects.
    pub(in crate::mock) fn become_empty(&mut self) {
        self.tables_mut().for_each(|(_, table)| *table = super::Table::default());
    }

    /// Puts an object where it was when it was kept. Kinds that are no longer known are passed over.
    pub(in crate::mock) fn place(&mut self, tag: &str, position: u64, object: Map<String, Value>) {
        let others = resources::RESOURCES.iter().map(|resource| resource.tag);
        let others = others.chain(["verification", super::enrollment::SUGGESTION, super::images::IMAGE]);
        let mut others = others.chain(super::billing::TAGS.iter().copied());
        if let Some(tag) = others.find(|known| *known == tag) {
            self.table_mut(tag);
        }
        if let Some((_, table)) = self.tables_mut().find(|(known, _)| *known == tag) {
            table.place(position, object.into());
        }
    }

    /// What is no object.
    pub(in crate::mock) fn rest(&self) -> Value {
        let rest = json!({
            "settings": self.settings, "instance_id": self.instance_id, "machine": self.machine,
            "keys": self.keys.kept(), "ahead": self.clock.ahead(),
            "origin": self.origin,
        });
        #[cfg(feature = "webhooks")]
        let rest = {
            let mut rest = rest;
            rest["webhook_secret"] = json!(self.webhook_secret);
            rest
        };
        rest
    }

    pub(in crate::mock) fn set_rest(&mut self, rest: &Value) {
        self.settings = rest["settings"].clone();
        for (name, field) in [("instance_id", &mut self.instance_id), ("machine", &mut self.machine)] {
            rest[name].as_str().unwrap_or_default().clone_into(field);
        }
        rest["origin"].as_str().unwrap_or_default().clone_into(&mut self.origin);
        #[cfg(feature = "webhooks")]
        if let Some(secret) = rest["webhook_secret"].as_str() {
            secret.clone_into(&mut self.webhook_secret);
        }
        if let Some(keys) = Keys::of_kept(&rest["keys"]) {
            self.keys = keys;
        }
        self.clock.advance(rest["ahead"].as_i64().unwrap_or(0));
    }
}
