//! A layer and a guard in one.

use super::{ClerkLayer, Require};

impl ClerkLayer {
    /// Returns this layer with a guard inside: it authenticates each request, and rejects those that the guard rejects.
    ///
    /// Paths that stay open and an error format of your own are those of the guard. Call this last: the settings of the
    /// layer come before it. It is for tower, axum, actix-web and poem; in Rocket it does not compile, since a fairing cannot
    /// reject a request.
    ///
    /// Browsers send no token with the preflight requests of CORS. Put your framework's CORS layer outside of this one.
    ///
    /// ```
    /// use clerk_sdk::Clerk;
    /// use clerk_sdk::frameworks::{ClerkLayer, require_auth};
    ///
    /// # fn main() -> Result<(), clerk_sdk::Error> {
    /// # let clerk = Clerk::new("sk_test_example")?;
    /// let layer = ClerkLayer::new(&clerk)
    ///     .authorized_parties(["https://app.example.com"])
    ///     .checked()?
    ///     .guarded_by(require_auth().except(["/health"]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn guarded_by(self, guard: Require) -> GuardedLayer {
        GuardedLayer { layer: self, guard }
    }
}

/// A layer that authenticates each request and rejects some: a [`ClerkLayer`] around a [`Require`], from
/// [`ClerkLayer::guarded_by`].
#[derive(Clone, Debug)]
#[must_use]
pub struct GuardedLayer {
    pub(super) layer: ClerkLayer,
    pub(super) guard: Require,
}
