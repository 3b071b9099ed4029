#![no_main]

#[path = "../../../codegen/tests/broken/small.rs"]
mod small;
#[path = "../../../codegen/tests/broken/targets.rs"]
#[allow(dead_code, reason = "shared with the documents")]
mod targets;

libfuzzer_sys::fuzz_target!(|input: &str| {
    let _ = targets::overlay(input, &mut small::document());
});
