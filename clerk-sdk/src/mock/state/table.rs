//! Objects by id, in the order in which they were made.

use std::collections::{BTreeMap, HashMap};

use super::Object;

/// The objects of one kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    rows: BTreeMap<u64, Object>,
    positions: HashMap<String, u64>,
    next: u64,
}

impl Table {
    /// Adds an object under its id, after all others.
    pub(super) fn insert(&mut self, object: Object) {
        self.positions.insert(object.id().to_owned(), self.next);
        self.rows.insert(self.next, object);
        self.next += 1;
    }

    pub(super) fn get(&self, id: &str) -> Option<&Object> {
        self.rows.get(self.positions.get(id)?)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Object> {
        self.rows.get_mut(self.positions.get(id)?)
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<Object> {
        self.rows.remove(&self.positions.remove(id)?)
    }

    /// Removes the objects for which `keep` is false.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&Object) -> bool) {
        let positions = &mut self.positions;
        self.rows.retain(|_, object| {
            let kept = keep(object);
            if !kept {
                positions.remove(object.id());
            }
            kept
        });
    }

    /// The objects, oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Object> {
        self.rows.values()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Object> {
        self.rows.values_mut()
    }
}
