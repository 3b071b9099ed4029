#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = (clerk_tests::targets::WEBHOOK.run)(input);
});
