//! The embedded Clerk, seen by a program that knows nothing but HTTP.

mod api;
mod billing;
mod clients;
mod credentials;
mod crowd;
mod data;
mod document;
mod every_operation;
mod invitations;
mod made_for_tests;
mod organizations;
mod parameters;
mod proofs;
mod refusals;
mod resources;
mod rights;
mod role_sets;
mod running;
mod samples;
mod session_tokens;
mod sessions;
mod stand_in;
mod token;
mod users;
mod users_list;
