//! Tables: CSV, JSON lines and Parquet with every kind of column, plain or gzipped.
#![no_main]

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

use libfuzzer_sys::fuzz_target;

#[path = "../read_rows.rs"]
mod read_rows;

fuzz_target!(
    // The fuzzer's own hook ends the process at any panic, but those of the parquet crate are caught and become errors.
    init: set_hook(Box::new(|_| {})),
    |bytes: &[u8]| {
        if catch_unwind(AssertUnwindSafe(|| read_rows::read_rows(bytes))).is_err() {
            std::process::abort();
        }
    }
);
