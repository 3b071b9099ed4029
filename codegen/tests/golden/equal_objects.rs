// types.rs
/// Person: an object that the api answers (`/components/schemas/Person` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Person {
    /// Address.
    pub address: Option<PersonAddress>,
    /// Previous addresses.
    pub previous_addresses: Option<Vec<PersonAddress>>,
}
// types.rs
/// Company: an object that the api answers (`/components/schemas/Company` in the document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Company {
    /// Address.
    pub address: Option<PersonAddress>,
    /// Seat.
    pub seat: Option<CompanySeat>,
}
// types.rs
/// Person address: an object that the api answers (`/components/schemas/Person/properties/address` in the
/// document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct PersonAddress {
    /// Street.
    pub street: Option<String>,
    /// City.
    pub city: String,
}
// types.rs
/// Company seat: an object that the api answers (`/components/schemas/Company/properties/seat` in the
/// document).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct CompanySeat {
    /// Street.
    pub street: Option<String>,
    /// City.
    pub city: Option<String>,
}
