//! What the end-to-end tests share: a server to call, every operation by its name, and a reading of the document that
//! the generator has no part in.

pub mod canned;
pub mod clients;
pub mod dispatch;
pub mod driver;
pub mod printed;
pub mod published;
pub mod random;
pub mod reader;
pub mod server;
pub mod targets;
pub mod tokens;
