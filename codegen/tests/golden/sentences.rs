// resources.rs
    /// What floats.
    ///
    /// The operations are those of [`Boats`].
    pub fn boats(&self) -> Boats {
        Boats { clerk: self.clerk.clone() }
    }
// resources.rs
/// What floats.
///
/// [`Clerk::boats`] answers it.
#[derive(Clone, Debug)]
pub struct Boats {
    clerk: Clerk,
}
// resources.rs
    /// Paints a boat, whatever colour it has.
    ///
    /// `PUT /boats/{boat_id}`
    ///
    /// * `boat_id`: The boat to paint. In the path.
    ///
    /// Optional, by setters of [`PaintBoat`](requests::PaintBoat): `coats`.
    ///
    /// Answers [`Boat`](types::Boat) (200). The document declares no failures.
    /// Known error codes: `paint_not_found`.
    /// A retry may repeat it.
    /// See [Clerk's reference](https://clerk.com/docs/reference/backend-api/tag//put/boats/%7Bboat_id%7D).
    ///
    /// ```no_run
    /// # #![allow(deprecated, unused)]
    /// # async fn example(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
    /// let answer = clerk.boats().paint("boat_1").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn paint(&self, boat_id: impl Into<String>) -> requests::PaintBoat {
        Request::new(&self.clerk).set_path("boat_id", Into::<String>::into(boat_id))
    }
// requests.rs
    /// How often it is painted.
    /// In the query.
    /// Default: `2`.
    pub fn coats(self, coats: impl TryInto<i64>) -> Self {
        self.set_count("coats", coats)
    }
// types.rs
/// A boat, afloat or not.
///
/// An object that the API answers (`/components/schemas/Boat` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Boat {
    /// What is painted on it.
    pub name: String,
    /// The colour it was painted last.
    pub colour: BoatColour,
    /// Berth.
    pub berth: Option<BoatBerth>,
}
// types.rs
/// A colour that there is paint of.
///
/// A text of which some values are known (`/components/schemas/Boat/properties/colour` in the document).
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BoatColour {
    /// For boats that are to be seen.
    /// `red`.
    Red,
    /// `blue`.
    Blue,
    /// A value that this version of the SDK does not know.
    Unknown(String),
}
// types.rs
/// A place for one boat.
///
/// An object that the API answers (`/components/schemas/Boat/properties/berth` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct BoatBerth {
    /// Rows are counted from the land.
    pub row: Option<i64>,
}
