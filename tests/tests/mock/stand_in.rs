//! What the server is honest about: which operations it keeps state for, as the docs say, and that nothing which is
//! sent to it makes it fail.

use std::fmt::Write as _;
use std::path::Path;

use clerk_sdk::mock::MockClerk;

use crate::document::Document;

/// The page of the docs that this test writes: `UPDATE_GOLDEN=1 cargo test -p clerk-tests --test mock stand_in`.
const PAGE: &str = "../docs/embedded-clerk-operations.md";

fn page() -> String {
    let document = Document::newest();
    let mut operations = document.operations();
    // In which order the document gives them depends on what else is built.
    operations.sort_by(|a, b| (a.path, &a.method).cmp(&(b.path, &b.method)));
    let (with, without): (Vec<_>, Vec<_>) = operations.iter().partition(|o| MockClerk::remembers(o.id));
    let mut page = String::from(
        "# Operations of the embedded Clerk without state\n\n\
         A test writes this page from what is implemented.\n\n",
    );
    let _ = writeln!(
        page,
        "Of {} operations, {} have state and rules behind them. Of the others requests are checked and answered, and\n\
         nothing is remembered:\n",
        operations.len(),
        with.len()
    );
    page.push_str("| operation | |\n|---|---|\n");
    for operation in without {
        let _ = writeln!(page, "| `{}` | {} {} |", operation.id, operation.method, operation.path);
    }
    page
}

#[test]
fn the_docs_say_which_operations_have_no_state() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = page();

    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, &page).expect("the page");
    }

    assert_eq!(std::fs::read_to_string(&file).unwrap_or_default(), page, "UPDATE_GOLDEN=1 writes it");
}
