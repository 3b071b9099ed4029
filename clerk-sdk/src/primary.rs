//! The primary address, number and wallet of a user, which the API returns by id.

/// Implements the accessors for a user and the types that its lists hold.
macro_rules! primary {
    ($($types:tt)*) => {
        impl $($types)*::User {
            /// Returns the address with the id [`primary_email_address_id`](Self::primary_email_address_id). `None`
            /// for a user without one.
            pub fn primary_email_address(&self) -> Option<&$($types)*::EmailAddress> {
                let id = self.primary_email_address_id.as_deref()?;
                self.email_addresses.iter().find(|address| address.id == id)
            }

            /// Returns the number with the id [`primary_phone_number_id`](Self::primary_phone_number_id). `None` for
            /// a user without one.
            pub fn primary_phone_number(&self) -> Option<&$($types)*::PhoneNumber> {
                let id = self.primary_phone_number_id.as_deref()?;
                self.phone_numbers.iter().find(|number| number.id == id)
            }

            /// Returns the wallet with the id [`primary_web3_wallet_id`](Self::primary_web3_wallet_id). `None` for a
            /// user without one.
            pub fn primary_web3_wallet(&self) -> Option<&$($types)*::Web3Wallet> {
                let id = self.primary_web3_wallet_id.as_deref()?;
                self.web3_wallets.iter().find(|wallet| wallet.id == id)
            }
        }
    };
}

primary!(crate::types);
#[cfg(feature = "webhooks")]
primary!(crate::webhooks::types);
