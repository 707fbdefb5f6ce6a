//! Words on the command line and in files: scopes, modes, sources, sides and symbols.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nija::domain::halt::{Mode, Scope, Source, symbols_match};
use nija::domain::order::Side;

fuzz_target!(|text: &str| {
    if let Ok(scope) = text.parse::<Scope>() {
        assert_eq!(scope.to_string().parse(), Ok(scope));
    }
    if let Ok(mode) = text.parse::<Mode>() {
        assert_eq!(mode.to_string(), text);
    }
    if let Ok(source) = text.parse::<Source>() {
        assert_eq!(source.word().parse(), Ok(source));
    }
    if let Ok(side) = text.parse::<Side>() {
        assert_eq!(side.to_string(), text);
    }
    let (left, right) = text.split_once(' ').unwrap_or((text, text));
    assert!(symbols_match(left, left));
    assert_eq!(symbols_match(left, right), symbols_match(right, left));
});
