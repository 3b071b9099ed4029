//! Writes what `progenitor` generates from the same document, cut down to what it can read, as `lib.rs` into a folder:
//! the baseline that `clerk-sdk/benches/check_time.sh` measures against.
//!
//! `cargo run -p clerk-codegen --example progenitor_output -- <folder> [builder|positional]`

#![allow(clippy::unwrap_used, reason = "an example")]

#[path = "../tests/progenitor/cut.rs"]
#[allow(dead_code, reason = "the test looks at more of it")]
mod cut;

use std::path::PathBuf;

use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("the folder to write to is missing")?);
    let style = match arguments.next().as_deref() {
        None | Some("builder") => InterfaceStyle::Builder,
        Some("positional") => InterfaceStyle::Positional,
        Some(other) => return Err(format!("{other}: builder or positional").into()),
    };
    let document = clerk_openapi::newest_bapi().ok_or("there is no document")?;
    let (document, _) = cut::cut_down(document.json);
    let mut generator = Generator::new(GenerationSettings::default().with_interface(style));
    let tokens = generator.generate_tokens(&document)?;
    let text = prettyplease::unparse(&syn::parse2(tokens)?);
    std::fs::write(folder.join("lib.rs"), text)?;
    Ok(())
}
