//! Every operation by its name: takes arguments as JSON and makes the typed call that a user would write. The arms are
//! generated from the same model as the client, so no operation can be missing.

mod args;
mod exact;
mod typed;

use std::pin::Pin;

use clerk_sdk::{Clerk, Error, Response};
use serde_json::Value;

pub use args::{Args, Options};
pub use typed::Typed;

/// A call that is ready to be made. It answers with the decoded answer written as JSON again.
pub type Pending = Pin<Box<dyn Future<Output = Result<Response<Value>, Error>> + Send>>;

/// Why the typed call cannot express what was asked for. It contains the name of the argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid(pub String);

/// Makes a module of each API version.
macro_rules! dispatch_versions {
    ($($module:ident),* $(,)?) => {
        /// The API versions that can be called, the newest first.
        pub const VERSIONS: &[&str] = &[$($module::VERSION),*];

        /// The operations of an API version; `None` where it is not there.
        pub fn operations(version: &str) -> Option<&'static [&'static str]> {
            match version {
                $($module::VERSION => Some($module::OPERATIONS),)*
                _ => None,
            }
        }

        /// The types of an API version that no newer one has; `None` where the version is not there.
        pub fn types(version: &str) -> Option<&'static [Typed]> {
            match version {
                $($module::VERSION => Some($module::TYPES),)*
                _ => None,
            }
        }

        /// Prepares the call of an operation; `None` where the API version has none of that name.
        ///
        /// # Errors
        /// Where the typed call cannot express the arguments.
        pub fn prepare(
            version: &str,
            clerk: &Clerk,
            call: &str,
            args: Args,
        ) -> Option<Result<Pending, Invalid>> {
            match version {
                $($module::VERSION => $module::prepare(&$module::api(clerk), call, args),)*
                _ => None,
            }
        }

        $(
            #[allow(deprecated, reason = "deprecated operations can be called like all others")]
            #[allow(unused_imports, reason = "not every document needs all of them")]
            #[allow(unreachable_pub, reason = "written for any place it is included in")]
            mod $module {
                use std::collections::BTreeMap;

                use clerk_sdk::$module::types;
                use clerk_sdk::{DateTime, FilePart, JsonObject, Metadata, Nullable, Timestamp};

                use super::args::{body, file, path, query, whole_body};
                use super::{Args, Invalid, Pending, Typed};

                pub use clerk_sdk::$module::VERSION;

                include!(concat!(env!("OUT_DIR"), "/", stringify!($module), "/dispatch.rs"));
            }
        )*
    };
}

include!(concat!(env!("OUT_DIR"), "/dispatch.rs"));
