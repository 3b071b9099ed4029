//! What tokens say.
