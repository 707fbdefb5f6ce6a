//! The configuration file: any text is taken over or refused with a reason, and what is taken over is in range.
#![no_main]

use std::path::Path;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use nija::config::{Config, Environment, file};

fuzz_target!(|text: &str| {
    let mut config = Config::defaults(&Environment::default());
    match file::take_over(&mut config, text, Path::new("/etc/nija/nija.toml")) {
        Ok(()) => {
            assert!((1..=5).contains(&config.approvals));
            assert!((Duration::from_millis(10)..=Duration::from_secs(60)).contains(&config.lock_wait));
        }
        Err(error) => assert!(!error.message.is_empty() && !error.hint.is_empty()),
    }
});
