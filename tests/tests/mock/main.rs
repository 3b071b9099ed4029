//! The embedded Clerk, seen by a program that knows nothing but HTTP.

mod api;
mod document;
mod every_operation;
mod invitations;
mod organizations;
mod refusals;
mod running;
mod sessions;
mod users;
mod users_list;
