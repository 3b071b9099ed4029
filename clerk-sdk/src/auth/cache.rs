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

/// The generation of what vouched for the credential, and the credential's hash.
type Key = (u64, [u8; 32]);

struct Entries<V> {
    young: HashMap<Key, V>,
    old: HashMap<Key, V>,
}

impl<V: Clone> Cache<V> {
    pub(super) fn new(capacity: usize) -> Self {
        let entries = Entries { young: HashMap::new(), old: HashMap::new() };
        Self { half: capacity.div_ceil(2).max(1), entries: Mutex::new(entries) }
    }

    pub(super) fn key(credential: &str) -> [u8; 32] {
        sha256(credential.as_bytes())
    }

    /// Returns the hash of a credential together with the secret key that it is verified with.
    pub(super) fn key_under(secret_key: &str, credential: &str) -> [u8; 32] {
        // No secret key contains a space.
        sha256(format!("{secret_key} {credential}").as_bytes())
    }

    /// Returns the value that was put there under this generation. An entry of another one is not found.
    pub(super) fn get(&self, generation: u64, key: &[u8; 32]) -> Option<V> {
        let (entries, key) = (self.lock(), (generation, *key));
        entries.young.get(&key).or_else(|| entries.old.get(&key)).cloned()
    }

    pub(super) fn put(&self, generation: u64, key: [u8; 32], value: V) {
        let (mut entries, key) = (self.lock(), (generation, key));
        if entries.young.len() >= self.half && !entries.young.contains_key(&key) {
            entries.old = std::mem::take(&mut entries.young);
        }
        entries.young.insert(key, value);
    }

    fn lock(&self) -> MutexGuard<'_, Entries<V>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V> fmt::Debug for Cache<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("half", &self.half).finish_non_exhaustive()
    }
}
