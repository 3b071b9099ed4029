//! What a request changed: taken back where the request is refused, told to those who keep it or pass it on.

use super::table::{Changed, Table};
use super::{State, expiry};

impl State {
    /// The tables, by the tag of their objects.
    pub(super) fn tables_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut Table)> {
        let own = [
            ("user", &mut self.users),
            ("session", &mut self.sessions),
            ("organization", &mut self.organizations),
            ("organization_membership", &mut self.memberships),
            ("organization_invitation", &mut self.organization_invitations),
            ("invitation", &mut self.invitations),
            ("api_key", &mut self.api_keys),
            ("machine_to_machine_token", &mut self.m2m_tokens),
            ("clerk_idp_oauth_access_token", &mut self.oauth_tokens),
        ];
        own.into_iter().chain(self.others.iter_mut().map(|(tag, table)| (*tag, table)))
    }

    /// What changed since the last time, and it stays so.
    pub(in crate::mock) fn commit(&mut self) -> Vec<Changed> {
        let changes: Vec<Changed> = self.tables_mut().flat_map(|(tag, table)| table.commit(tag)).collect();
        let ends = changes.iter().filter_map(|change| expiry::end(change.tag, change.after.as_ref()?));
        self.next_end = ends.map(|(at, _)| at).fold(self.next_end, i64::min);
        changes
    }

    /// Knows what another state knows, as a change like others.
    pub(in crate::mock) fn become_again(&mut self, other: &State) {
        let mut other = other.clone();
        let mut wanted: std::collections::BTreeMap<_, _> =
            other.tables_mut().map(|(tag, table)| (tag, std::mem::take(table))).collect();
        // A kind that is there now, but was not then, has no objects.
        for tag in self.others.keys() {
            wanted.entry(tag).or_default();
        }
        for tag in wanted.keys() {
            if !self.tables_mut().any(|(own, _)| own == *tag) {
                self.table_mut(tag);
            }
        }
        for (tag, table) in self.tables_mut() {
            if let Some(wanted) = wanted.remove(tag) {
                table.become_again(wanted);
            }
        }
        self.ids = other.ids;
        self.clock = other.clock;
        self.keys = other.keys;
        self.settings = other.settings;
        self.instance_id = other.instance_id;
        self.machine = other.machine;
    }

    /// Everything is as it was at the last commit.
    pub(super) fn roll_back(&mut self) {
        self.tables_mut().for_each(|(_, table)| table.roll_back());
    }
}
