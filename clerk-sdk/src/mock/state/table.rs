//! Objects by id, in the order in which they were made, with a memory of how those that a request touches were
//! before: so a request that is refused leaves nothing behind, and who wants to know is told what changed.

use std::collections::{BTreeMap, HashMap};

use super::Object;

/// The objects of one kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    rows: BTreeMap<u64, Object>,
    positions: HashMap<String, u64>,
    next: u64,
    /// What was touched since the last commit, as it was then; `None` where it was not there.
    touched: BTreeMap<u64, Option<Object>>,
}

/// An object before and after a request.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Changed {
    /// The kind, by its `object` tag.
    #[cfg_attr(
        not(any(feature = "mock-data", feature = "webhooks")),
        allow(dead_code, reason = "who keeps the data or sends webhooks reads it")
    )]
    pub(in crate::mock) tag: &'static str,
    /// Its place among those of its kind.
    #[cfg_attr(not(feature = "mock-data"), allow(dead_code, reason = "who keeps the data reads it"))]
    pub(in crate::mock) position: u64,
    pub(super) before: Option<Object>,
    pub(super) after: Option<Object>,
}

#[cfg(feature = "mock-data")]
impl Changed {
    /// The object as it is kept, in JSON; `None` where it is gone.
    pub(in crate::mock) fn whole(&self) -> Option<String> {
        self.after.as_ref().and_then(|object| serde_json::to_string(&**object).ok())
    }
}

impl Table {
    /// Adds an object under its id, after all others.
    pub(super) fn insert(&mut self, object: Object) {
        self.place(self.next, object);
    }

    /// Puts an object where it was when it was kept.
    pub(super) fn place(&mut self, position: u64, object: Object) {
        self.touched.entry(position).or_insert(None);
        self.positions.insert(object.id().to_owned(), position);
        self.rows.insert(position, object);
        self.next = self.next.max(position + 1);
    }

    pub(super) fn get(&self, id: &str) -> Option<&Object> {
        self.rows.get(self.positions.get(id)?)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Object> {
        let position = *self.positions.get(id)?;
        self.touch(position);
        self.rows.get_mut(&position)
    }

    /// The first object, by age, that is so.
    pub(super) fn find_mut(&mut self, is: impl Fn(&Object) -> bool) -> Option<&mut Object> {
        let position = *self.rows.iter().find(|(_, object)| is(object))?.0;
        self.touch(position);
        self.rows.get_mut(&position)
    }

    /// Changes the objects that are so.
    pub(super) fn change(&mut self, is: impl Fn(&Object) -> bool, mut change: impl FnMut(&mut Object)) {
        let positions: Vec<u64> = self.rows.iter().filter(|(_, o)| is(o)).map(|(p, _)| *p).collect();
        for position in positions {
            self.touch(position);
            self.rows.get_mut(&position).into_iter().for_each(&mut change);
        }
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<Object> {
        let position = self.positions.remove(id)?;
        self.touch(position);
        self.rows.remove(&position)
    }

    /// Removes the objects for which `keep` is false.
    pub(super) fn retain(&mut self, keep: impl Fn(&Object) -> bool) {
        let gone = self.rows.values().filter(|object| !keep(object));
        let gone: Vec<String> = gone.map(|object| object.id().to_owned()).collect();
        for id in gone {
            self.remove(&id);
        }
    }

    /// Has the objects of another table.
    pub(super) fn become_again(&mut self, other: Table) {
        let positions: Vec<u64> = self.rows.keys().copied().collect();
        for position in positions {
            self.touch(position);
        }
        for position in other.rows.keys() {
            self.touched.entry(*position).or_insert(None);
        }
        self.rows = other.rows;
        self.positions = other.positions;
        self.next = other.next;
    }

    /// The objects, oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Object> {
        self.rows.values()
    }

    /// What changed since the last time, and it stays so.
    pub(super) fn commit(&mut self, tag: &'static str) -> Vec<Changed> {
        let touched = std::mem::take(&mut self.touched);
        let changed = touched.into_iter().map(|(position, before)| {
            let after = self.rows.get(&position).cloned();
            Changed { tag, position, before, after }
        });
        changed.filter(|changed| changed.before != changed.after).collect()
    }

    /// Everything is as it was at the last commit.
    pub(super) fn roll_back(&mut self) {
        for (position, before) in std::mem::take(&mut self.touched) {
            if let Some(object) = self.rows.remove(&position) {
                self.positions.remove(object.id());
            }
            if let Some(object) = before {
                self.positions.insert(object.id().to_owned(), position);
                self.rows.insert(position, object);
            }
        }
    }

    /// The objects that were touched since the last commit, as they were then and as they are.
    pub(super) fn touched(&self) -> impl Iterator<Item = (Option<&Object>, &Object)> {
        let after = |position| self.rows.get(position);
        self.touched.iter().filter_map(move |(position, before)| Some((before.as_ref(), after(position)?)))
    }

    fn touch(&mut self, position: u64) {
        if let Some(object) = self.rows.get(&position) {
            self.touched.entry(position).or_insert_with(|| Some(object.clone()));
        }
    }
}
