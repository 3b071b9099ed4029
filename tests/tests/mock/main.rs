//! The embedded Clerk, seen by a program that knows nothing but HTTP.

mod administration;
mod api;
mod clients;
mod credentials;
mod data;
mod directories;
mod document;
mod every_operation;
mod invitations;
mod made_for_tests;
mod organizations;
mod proofs;
mod refusals;
mod resources;
mod rights;
mod role_sets;
mod running;
mod session_tokens;
mod sessions;
mod sign_ups;
mod stand_in;
mod templates;
mod token;
mod user_belongings;
mod users;
mod users_list;
