//! The overlay specification's recursive merge: objects merge, arrays are appended to, everything
//! else is replaced.

use serde_json::Value;

/// Merges `update` into `place`; says whether that changed anything.
pub fn merge(place: &mut Value, update: &Value) -> bool {
    match (place, update) {
        (Value::Object(fields), Value::Object(updates)) => {
            let mut changed = false;
            for (key, value) in updates {
                match fields.get_mut(key) {
                    Some(field) => changed |= merge(field, value),
                    None => {
                        fields.insert(key.clone(), value.clone());
                        changed = true;
                    }
                }
            }
            changed
        }
        (Value::Array(entries), Value::Array(more)) => {
            entries.extend(more.iter().cloned());
            !more.is_empty()
        }
        (place, update) => {
            let changed = place != update;
            if changed {
                *place = update.clone();
            }
            changed
        }
    }
}
