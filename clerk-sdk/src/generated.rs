//! What the build script has generated, one module for each API version, and the lint settings for it.

/// The module of an API version, from its folder among the generated files.
macro_rules! api_version {
    ($module:ident $version:literal) => {
        #[doc = concat!("The API of version ", $version, ".")]
        ///
        /// The newest version is also at the root of the crate. Types that are equal in two versions are one type,
        /// which the older version has from the newer one.
        #[allow(deprecated, reason = "deprecated operations and fields are generated like all others")]
        #[allow(
            clippy::too_many_arguments,
            reason = "required arguments are positional, however many there are"
        )]
        #[allow(clippy::large_enum_variant, reason = "variants are the documents' objects as they are")]
        #[allow(clippy::doc_markdown, reason = "descriptions are made of names")]
        pub mod $module {
            pub use op::VERSION;

            #[doc = concat!("The operations of version ", $version, ", on a client.")]
            ///
            /// It shares the client's connections and settings; calls say which version they speak.
            #[derive(Clone, Debug)]
            pub struct Api {
                clerk: crate::Clerk,
            }

            #[doc = concat!("Leads from a client to the operations of version ", $version, ".")]
            pub trait ClerkExt {
                #[doc = concat!("The operations of version ", $version, ", on this client.")]
                fn $module(&self) -> Api;
            }

            impl ClerkExt for crate::Clerk {
                fn $module(&self) -> Api {
                    Api { clerk: self.clone() }
                }
            }

            /// The objects, enums and unions that operations take and answer.
            pub mod types {
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use crate::value::*;
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use std::collections::BTreeMap;
                include!(concat!(env!("OUT_DIR"), "/", stringify!($module), "/types.rs"));
                #[cfg(feature = "mock")]
                use crate::mock::setters::samples;
                #[cfg(feature = "mock")]
                include!(concat!(env!("OUT_DIR"), "/", stringify!($module), "/samples.rs"));
            }

            /// A type for every operation: what is fixed about it and what it answers.
            #[allow(missing_debug_implementations, reason = "there are no values of these types")]
            pub mod op {
                use super::types;
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use crate::bounds::Bound;
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use crate::operation::{BodyKind, ContentKind, KeyKind, Meta, Operation, Paginated};
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use crate::{JsonObject, Metadata, Page};
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use bytes::Bytes;
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use std::collections::BTreeMap;
                include!(concat!(env!("OUT_DIR"), "/", stringify!($module), "/op.rs"));
            }

            /// A request for every operation, with the setters of its optional arguments.
            pub mod requests {
                use super::{op, types};
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use crate::FilePart;
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use crate::operation::FormValue;
                use crate::request::Request;
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use crate::value::{
                    DateTime, IntoList, IntoNullable, JsonObject, Metadata, Timestamp, delimited, into_map,
                    joined,
                };
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use serde::Serialize;
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use std::collections::BTreeMap;
                include!(concat!(env!("OUT_DIR"), "/", stringify!($module), "/requests.rs"));
            }

            /// Operations that belong together, such as [`Users`](resources::Users).
            pub mod resources {
                use super::{Api, requests, types};
                use crate::Clerk;
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use crate::FilePart;
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use crate::operation::FormValue;
                use crate::request::Request;
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use crate::value::{
                    DateTime, IntoList, IntoNullable, JsonObject, Metadata, Timestamp, delimited, into_map,
                    joined,
                };
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use serde::Serialize;
                #[allow(unused_imports, reason = "not every document needs all of them")]
                use std::collections::BTreeMap;
                include!(concat!(env!("OUT_DIR"), "/", stringify!($module), "/resources.rs"));
            }
        }
    };
}

include!(concat!(env!("OUT_DIR"), "/versions.rs"));

/// The events of Clerk's webhooks.
#[cfg(feature = "webhooks")]
#[allow(deprecated, reason = "deprecated events and fields are generated like all others")]
#[allow(clippy::large_enum_variant, reason = "variants are the documents' objects as they are")]
pub(crate) mod events {
    use crate::webhooks::event::{EventError, EventOf, UnknownEvent, events};

    /// What events are about. Objects that the client knows too are the client's types.
    pub mod types {
        #[allow(unused_imports, reason = "not every document needs all of them")]
        use crate::value::*;
        #[allow(unused_imports, reason = "not every document needs all of them")]
        use std::collections::BTreeMap;
        include!(concat!(env!("OUT_DIR"), "/webhooks/types.rs"));
        #[cfg(feature = "mock")]
        use crate::mock::setters::samples;
        #[cfg(feature = "mock")]
        include!(concat!(env!("OUT_DIR"), "/webhooks/samples.rs"));
    }

    include!(concat!(env!("OUT_DIR"), "/webhooks/events.rs"));
}
