//! Constructs, one small tree each: what names stand for once it has run.

use super::*;
use crate::schema::memory::Memory;

mod constructs;
mod modules;
mod properties;

/// Runs `m.py` of a tree, and gives the text of some of its names.
fn names(tree: &str, wanted: &[&str]) -> Vec<String> {
    let memory = Memory::of(tree);
    let mut interpreter = Interpreter::new(&memory, &memory);
    let module = interpreter.run("m.py").unwrap();
    let text = |name: &&str| match interpreter.global(module, name) {
        Some(value) => interpreter.text(&value),
        None => "nothing".to_owned(),
    };
    wanted.iter().map(text).collect()
}

/// Each case is source, and what the name `x` stands for afterwards.
pub(super) fn check(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        let memory = Memory::new(&[("m.py", source)]);
        assert!(memory.module(&memory, memory.find("m.py").unwrap()).errors.is_empty(), "{source}");
        let mut interpreter = Interpreter::new(&memory, &memory);
        let module = interpreter.run("m.py").unwrap();
        let value = interpreter.global(module, "x");
        let text = value.map_or("nothing".to_owned(), |value| interpreter.text(&value));
        assert_eq!(text, *expected, "\n{source}");
    }
}

/// Places of notes of a code.
fn noted(source: &str, code: &str) -> Vec<u32> {
    let memory = Memory::new(&[("m.py", source)]);
    let mut interpreter = Interpreter::new(&memory, &memory);
    interpreter.run("m.py").unwrap();
    interpreter.notes().iter().filter(|note| note.code == code).map(|note| note.place.line).collect()
}
