//! File names of documents: any name reads back, and stays inside its folder.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nija::domain::key::{Key, decode, encode};

fuzz_target!(|text: &str| {
    let encoded = encode(text);
    assert_eq!(decode(&encoded).as_deref(), Some(text));
    assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.%".contains(&byte)));
    assert!(!encoded.starts_with('.'));
    if let Some(name) = decode(text) {
        assert_eq!(encode(&name), text, "two file names for one document");
    }
    if let Ok(key) = Key::entry("bots", text) {
        assert!(key.file().len() <= 255 && key.file().matches('/').count() == 1);
    }
});
