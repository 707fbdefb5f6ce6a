//! Laws: formatting changes nothing, any bytes end in a module, and a module survives being kept.

use proptest::prelude::*;

use super::super::ast::Module;
use super::super::{codec, parse, parse_expression};
use super::CORPUS;
use super::reformat::{Coins, reformatted};
use super::show::shown;
use super::tokens::{joined, tokens};

/// Everything that formatting must not change.
fn meaning(module: &Module) -> (String, Vec<String>, Vec<Vec<String>>) {
    let text = shown(module);
    let lines = text.lines().map(|line| line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()));
    let sql = module.sql.iter().map(|(_, text)| text.to_string()).collect();
    (
        lines.collect::<Vec<_>>().join("\n"),
        sql,
        module.ignores.iter().map(|ignore| ignore.rules.clone()).collect(),
    )
}

/// Whatever the module is, it can be kept and had back.
fn survives(bytes: &[u8]) -> Result<(), TestCaseError> {
    let module = parse(bytes);
    let kept = codec::encode(&module);
    prop_assert!(codec::imports(&kept).is_some());
    prop_assert_eq!(codec::decode(&kept), Some(module));
    Ok(())
}

/// A source with tokens deleted, doubled and swapped.
fn mutated(source: &str, seed: u64, times: u64) -> String {
    let mut coins = Coins(seed | 1);
    let mut all = tokens(source);
    for _ in 0..times {
        let mut place = || usize::try_from(coins.below(all.len() as u64)).unwrap_or(0);
        let (at, other, what) = (place(), place(), place() % 3);
        match what {
            0 => drop(all.remove(at)),
            1 => all.insert(other, all[at].clone()),
            _ => all.swap(at, other),
        }
    }
    joined(&all)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn formatting_changes_nothing(which in 0..CORPUS.len(), seed in any::<u64>()) {
        let source = CORPUS[which];
        let again = reformatted(source, seed);
        let (module, other) = (parse(source.as_bytes()), parse(again.as_bytes()));
        prop_assert_eq!(&other.errors, &Vec::<u32>::new(), "{}", again);
        prop_assert_eq!(meaning(&module), meaning(&other), "{}", again);
    }

    #[test]
    fn docstrings_change_nothing(text in "[ -~]{0,40}\n{0,3}[ -!#-Z]{0,20}") {
        let text = text.replace(['\\', '"'], "");
        let with = format!("class A:\n    \"\"\"{text} \"\"\"\n    x = 1\n");
        let without = "class A:\n    ''\n    x = 1\n";
        prop_assert_eq!(meaning(&parse(with.as_bytes())), meaning(&parse(without.as_bytes())));
    }

    #[test]
    fn any_bytes_end_in_a_module(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        survives(&bytes)?;
    }

    #[test]
    fn any_python_like_text_ends_in_a_module(text in "([a-c ]|\n|    |[()\\[\\]{}:=,.*'\"#\\\\]|class |def |if |f'|lambda |@){0,80}") {
        survives(text.as_bytes())?;
        if let Some(expr) = parse_expression(&text, 5) {
            prop_assert!(expr.line >= 5);
        }
    }

    #[test]
    fn broken_python_ends_in_a_module(which in 0..CORPUS.len(), seed in any::<u64>(), times in 1_u64..20) {
        survives(mutated(CORPUS[which], seed, times).as_bytes())?;
    }

    #[test]
    fn damaged_bytes_are_refused_or_a_module(which in 0..CORPUS.len(), places in prop::collection::vec((any::<usize>(), any::<u8>()), 1..5), cut in any::<usize>()) {
        let mut kept = codec::encode(&parse(CORPUS[which].as_bytes()));
        let length = kept.len();
        prop_assert_eq!(codec::decode(&kept[..cut % length]), None);
        for (place, byte) in places {
            kept[place % length] = byte;
        }
        if let Some(module) = codec::decode(&kept) {
            prop_assert_eq!(codec::decode(&codec::encode(&module)), Some(module));
        }
        let _ = codec::imports(&kept);
    }
}

#[test]
fn imports_are_read_without_the_rest() {
    let source = "import a.b, c as d\nfrom . import e\nfrom ..f.g import h as i\nfrom ..f.g import *\ndef k():\n    from l import m\n";
    let kept = codec::encode(&parse(source.as_bytes()));
    let expected = [".", "..f.g", "..f.g.*", "..f.g.h", ".e", "a.b", "c", "l", "l.m"];
    assert_eq!(codec::imports(&kept).unwrap(), expected);
    assert_eq!(codec::imports(b"npy\x00"), None);
}
