//! Typed client for the Clerk Backend API.


