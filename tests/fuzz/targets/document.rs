#![no_main]

#[path = "../../../codegen/tests/broken/targets.rs"]
#[allow(dead_code, reason = "shared with the overlays")]
mod targets;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = targets::document(input);
});
