//! The list of the documents. `cargo xtask regen` writes this file.

use super::{Api, Document};

/// All documents: for each API the versions in order, the oldest first.
#[rustfmt::skip]
pub const DOCUMENTS: &[Document] = &[
    Document { api: Api::Backend, version: "2024-10-01", json: include_bytes!("../effective/bapi/2024-10-01.json") },
    Document { api: Api::Backend, version: "2025-11-10", json: include_bytes!("../effective/bapi/2025-11-10.json") },
    Document { api: Api::Backend, version: "2026-05-12", json: include_bytes!("../effective/bapi/2026-05-12.json") },
    Document { api: Api::Webhooks, version: "2025-04-15", json: include_bytes!("../effective/webhooks/2025-04-15.json") },
];
