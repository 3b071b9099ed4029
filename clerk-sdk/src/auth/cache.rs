//! A bounded store of what was verified before, by the hash of the credential.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::provider::sha256;

/// Keeps at most so many entries. When the younger half is full, the older half is forgotten.
pub(super) struct Cache<V> {
    half: usize,
    entries: Mutex<Entries<V>>,
}

struct Entries<V> {
    generation: u64,
    young: HashMap<[u8; 32], V>,
    old: HashMap<[u8; 32], V>,
}

impl<V: Clone> Cache<V> {
    pub(super) fn new(capacity: usize) -> Self {
        let entries = Entries { generation: 0, young: HashMap::new(), old: HashMap::new() };
        Self { half: capacity.div_ceil(2).max(1), entries: Mutex::new(entries) }
    }

    pub(super) fn key(credential: &str) -> [u8; 32] {
        sha256(credential.as_bytes())
    }

    /// What was put there under keys of this generation. Entries of another are forgotten.
    pub(super) fn get(&self, generation: u64, key: &[u8; 32]) -> Option<V> {
        let entries = self.lock(generation);
        entries.young.get(key).or_else(|| entries.old.get(key)).cloned()
    }

    pub(super) fn put(&self, generation: u64, key: [u8; 32], value: V) {
        let mut entries = self.lock(generation);
        if entries.young.len() >= self.half {
            entries.old = std::mem::take(&mut entries.young);
        }
        entries.young.insert(key, value);
    }

    fn lock(&self, generation: u64) -> MutexGuard<'_, Entries<V>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.generation != generation {
            entries.young.clear();
            entries.old.clear();
            entries.generation = generation;
        }
        entries
    }
}

impl<V> fmt::Debug for Cache<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("half", &self.half).finish_non_exhaustive()
    }
}
