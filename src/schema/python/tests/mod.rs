//! Every construct of the language with the tree that it is lowered to, and laws that hold for any source.

mod show;

use super::*;
use show::shown;

#[test]
fn statements_keep_their_parts() {
    let source = "a = b = 1\nx: int = 2\nimport a.b as c\nfrom ..d import e as f, g\n";
    let expected = "1 (= a b 1)\n2 (: x int 2)\n3 (import (a.b c))\n4 (from 2 d (e f) (g))\n";
    assert_eq!(shown(&parse(source.as_bytes())), expected);
}

/// Sources that nest one thing in itself, which neither lowering nor dropping nor decoding may overflow the stack with.
fn nested(times: usize) -> Vec<String> {
    let wrap = |open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}\n", open.repeat(times), close.repeat(times))
    };
    let steps = |step: &str| {
        (0..times).map(|depth| format!("{}{step}\n", " ".repeat(depth))).collect::<String>()
            + &" ".repeat(times)
            + "pass\n"
    };
    vec![
        wrap("(", "x", ")"),
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
        wrap("a < (b < ", "x", " < c) < d"),
        wrap("f'{", "x", "}'"),
        wrap("[x for x in ", "x", "]"),
        format!("x{}\n", " + x".repeat(times)),
        format!("x{}\n", " ** x".repeat(times)),
        format!("x{}\n", " < x".repeat(times)),
        format!("x{}\n", " and x".repeat(times)),
        format!("x{}\n", ".x".repeat(times)),
        format!("x{}\n", "()".repeat(times)),
        format!("x{}\n", " = x".repeat(times)),
        format!("x: y{}\n", " | y".repeat(times)),
        format!("x: {}y{}\n", "y[".repeat(times), " | z | z | z]".repeat(times)),
        format!("if x: pass\n{}", "elif x: pass\n".repeat(times)),
        format!("with {}: pass\n", wrap("(", "a as b", ")").trim()),
        format!("del {}", wrap("(", "a", ")")),
        format!("@{}def f(): pass\n", wrap("(", "a", ")")),
        steps("if x:"),
        steps("class X:"),
        steps("def f():"),
        steps("@x\n").replace('\n', "\n "),
        steps("with x:"),
        steps("try:"),
        "(".repeat(times),
        "[{(".repeat(times),
        "if x:\n".repeat(times),
        "\"\"\"".repeat(times) + "f'{".repeat(times).as_str(),
    ]
}

#[test]
fn nothing_is_too_deep() {
    for source in nested(3_000) {
        let module = parse(source.as_bytes());
        let bytes = codec::encode(&module);
        assert_eq!(codec::decode(&bytes).as_ref(), Some(&module), "{:.60}", source);
    }
}
