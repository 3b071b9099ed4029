//! What the commands do, as a whole.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod cases;
mod compiler;
mod examples;
mod history;
mod keys;
mod lint;
mod positions;
pub(crate) mod published;
mod regen;
mod supported;

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::tree::Tree;

/// Where a changed copy of the workspace has its place. All of them have the same one: cargo tells crates apart by where
/// they are in a workspace, not by where the workspace is.
fn scratch() -> PathBuf {
    Tree::of_workspace().root().join("target/programs/tree")
}

/// Where it is built.
fn build() -> PathBuf {
    Tree::of_workspace().root().join("target/programs/build")
}

/// Keeps others out of the copy.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
