//! See `tests/psrp/harness_http.rs`.

#![no_main]

#[path = "../../tests/psrp/harness.rs"]
#[allow(dead_code)]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::http::keytab(data));
