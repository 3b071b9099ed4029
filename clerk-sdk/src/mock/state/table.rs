//! Rows by id, in the order in which they were made.

use std::collections::{BTreeMap, HashMap};

/// The objects of one kind.
#[derive(Debug)]
pub(super) struct Table<T> {
    rows: BTreeMap<u64, (String, T)>,
    positions: HashMap<String, u64>,
    next: u64,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { rows: BTreeMap::new(), positions: HashMap::new(), next: 0 }
    }
}

impl<T> Table<T> {
    pub(super) fn insert(&mut self, id: &str, row: T) {
        self.positions.insert(id.to_owned(), self.next);
        self.rows.insert(self.next, (id.to_owned(), row));
        self.next += 1;
    }

    pub(super) fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(self.positions.get(id)?).map(|(_, row)| row)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.rows.get_mut(self.positions.get(id)?).map(|(_, row)| row)
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<T> {
        self.rows.remove(&self.positions.remove(id)?).map(|(_, row)| row)
    }

    /// Removes the rows for which `keep` is false.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        let positions = &mut self.positions;
        self.rows.retain(|_, (id, row)| {
            let kept = keep(row);
            if !kept {
                positions.remove(id);
            }
            kept
        });
    }

    /// The rows, oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.rows.values().map(|(_, row)| row)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.rows.values_mut().map(|(_, row)| row)
    }
}
