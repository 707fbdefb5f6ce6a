//! Nesting of any depth ends in a tree of bounded depth: nothing overflows the stack, and lines say where it was cut.

use super::super::{codec, parse};

/// Sources that nest one thing in itself.
fn nested(times: usize) -> Vec<String> {
    let wrap = |open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}\n", open.repeat(times), close.repeat(times))
    };
    let steps = |step: &str| {
        let lines: String = (0..times).map(|depth| format!("{}{step}\n", " ".repeat(depth))).collect();
        lines + &" ".repeat(times) + "pass\n"
    };
    vec![
        wrap("[", "x", "]"),
        wrap("{1: ", "x", "}"),
        wrap("f(", "x", ")"),
        wrap("f(*", "x", "[1])"),
        wrap("x[1, ", "x", "]"),
        wrap("-", "x", ""),
        wrap("not ", "x", ""),
        wrap("lambda a=1: ", "x", ""),
        wrap("lambda a=lambda: ", "x", ": 1"),
        wrap("x if y else ", "x", ""),
        wrap("(y := x if ", "x", " else y)"),
        wrap("f'{", "x", "}'"),
        wrap("[x for x in ", "x", "]"),
        format!("x{}\n", " + x".repeat(times)),
        format!("x{}\n", " ** x".repeat(times)),
        format!("x{}\n", " < x".repeat(times)),
        format!("x{}\n", " and x".repeat(times)),
        format!("x{}\n", ".x".repeat(times)),
        format!("x{}\n", "()".repeat(times)),
        format!("x: y{}\n", " | y".repeat(times)),
        format!("x: {}y{}\n", "y[".repeat(times), " | z | z | z]".repeat(times)),
        format!("if x: pass\n{}", "elif x: pass\n".repeat(times)),
        steps("if x:"),
        steps("class X:"),
        steps("def f():"),
        steps("with x:"),
    ]
}

/// Sources that look deep and are not, or are no Python.
fn shallow(times: usize) -> Vec<String> {
    let wrap = |open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}\n", open.repeat(times), close.repeat(times))
    };
    vec![
        wrap("(", "x", ")"),
        wrap("a < (b < ", "x", " < c) < d"),
        format!("x{}\n", " = x".repeat(times)),
        format!("with {}: pass\n", wrap("(", "a as b", ")").trim()),
        format!("@{}def f(): pass\n", wrap("(", "a", ")")),
        "(".repeat(times),
        "[{(".repeat(times),
        "if x:\n".repeat(times),
        "\"\"\"".repeat(times) + "f'{".repeat(times).as_str(),
    ]
}

#[test]
fn what_is_too_deep_is_cut_and_told() {
    for source in nested(600) {
        let module = parse(source.as_bytes());
        assert!(!module.errors.is_empty(), "{source:.60}");
        assert_eq!(codec::decode(&codec::encode(&module)).as_ref(), Some(&module), "{source:.60}");
    }
}

#[test]
fn what_only_looks_deep_ends_too() {
    for source in shallow(3_000) {
        let module = parse(source.as_bytes());
        assert_eq!(codec::decode(&codec::encode(&module)).as_ref(), Some(&module), "{source:.60}");
    }
}

#[test]
fn what_people_write_is_not_too_deep() {
    let source = format!("x = q{}\ny = 'a'{}\n", ".where(x)".repeat(80), " + 'a'".repeat(150));
    assert!(parse(source.as_bytes()).errors.is_empty());
}
