//! Where in a document decoding failed. The way is written down from the inside out while an error unwinds, so that
//! a decoding that succeeds pays nothing for it.

use std::cell::RefCell;

enum Step {
    Key(String),
    Index(usize),
}

thread_local! {
    /// Steps of the failure under way, the innermost first.
    static STEPS: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) };
}

/// Notes that `error` happened below a key.
pub(crate) fn below_key<E>(key: &str, error: E) -> E {
    STEPS.with_borrow_mut(|steps| steps.push(Step::Key(key.to_owned())));
    error
}

/// Notes that `error` happened in an item of a list.
pub(crate) fn below_index<E>(index: usize, error: E) -> E {
    STEPS.with_borrow_mut(|steps| steps.push(Step::Index(index)));
    error
}

/// Forgets what was written down, since the error was dealt with.
pub(crate) fn forget() {
    STEPS.with_borrow_mut(Vec::clear);
}

/// The way to the failure, such as `data[3].email_addresses[0].id`; empty at the root.
pub(crate) fn take() -> String {
    let mut path = String::new();
    for step in STEPS.take().into_iter().rev() {
        match step {
            Step::Key(key) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&key);
            }
            Step::Index(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}
