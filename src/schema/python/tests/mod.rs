//! Every construct of the language with the tree that it is lowered to, and laws that hold for any source.

mod depth;
mod laws;
mod reformat;
mod show;
mod tokens;

use super::ast::Ignore;
use super::*;
use show::shown;

/// Real-looking modules, for laws and mutations.
const CORPUS: [&str; 4] = [
    include_str!("corpus/classic.py"),
    include_str!("corpus/constructs.py"),
    include_str!("corpus/declarative.py"),
    include_str!("corpus/migration.py"),
];

/// The expected side is what CPython's own parser says, printed in the same way.
#[test]
fn every_construct_is_what_python_says() {
    let module = parse(include_bytes!("corpus/constructs.py"));
    let (found, expected) = (shown(&module), include_str!("corpus/constructs.txt"));
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), expected.lines().count());
    assert!(module.errors.is_empty(), "{:?}", module.errors);
}

#[test]
fn what_stands_whole_survives_an_error() {
    let source =
        "class A:\n    x = 1\n    y = = 2\n    z = 3\n\ndef f(:\n    pass\n\nclass B(A):\n    b = 1\n";
    let module = parse(source.as_bytes());
    let text = shown(&module);
    for part in ["(class A)", "(= x 1)", "(= z 3)", "(class B A)", "(= b 1)"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(module.errors.contains(&3), "{:?}", module.errors);
}

#[test]
fn an_ignore_comment_has_rules_and_a_reason() {
    let source = "a = 1  # nija: ignore[one, two] because\n# nija: ignore[three]\nb = '# nija: ignore[no]'\n#nija:ignore x\n";
    let ignores = parse(source.as_bytes()).ignores;
    let expected = [
        Ignore { line: 1, alone: false, rules: vec!["one".into(), "two".into()], reason: "because".into() },
        Ignore { line: 2, alone: true, rules: vec!["three".into()], reason: String::new() },
        Ignore { line: 4, alone: true, rules: Vec::new(), reason: "x".into() },
    ];
    assert_eq!(ignores, expected);
}

#[test]
fn sql_is_found_in_any_call_that_runs_it() {
    let long = "    x = 1\n".repeat(40);
    let source = format!(
        "def f(c):\n{long}    c.execute('DROP TABLE a')\n\
         sa.text(f'alter table {{t}} add b int')\n\
         c.exec_driver_sql('create ' + 'table ' + name, (1,))\n\
         c.execute(text('COMMENT ON TABLE a IS NULL'))\n\
         c.execute('select 1')\nprint('DROP TABLE b')\nexecute(statement='drop index i' % x)\n"
    );
    let found: Vec<(u32, String)> =
        parse(source.as_bytes()).sql.into_iter().map(|(line, text)| (line, text.to_string())).collect();
    let expected = [
        (42, "DROP TABLE a"),
        (43, "alter table {} add b int"),
        (44, "create table {}"),
        (45, "COMMENT ON TABLE a IS NULL"),
        (48, "drop index i"),
    ];
    assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
}

#[test]
fn long_functions_keep_their_body_where_they_may_declare() {
    let long = "    x = 1\n".repeat(40);
    let kept = |source: &str| match &parse(source.as_bytes()).body[0].kind {
        ast::StmtKind::Function(function) => function.body.is_some(),
        other => panic!("{other:?}"),
    };
    assert!(!kept(&format!("def f():\n{long}")));
    assert!(kept(&format!("def upgrade():\n{long}")));
    assert!(kept(&format!("def f():\n{long}    return Column(x)\n")));
    assert!(kept("def f():\n    return 1\n"));
    assert!(kept(&format!("def f():\n    return g(1,{}2)\n", "\n".repeat(40))));
}

#[test]
fn an_expression_stands_on_its_own() {
    let text = |source: &str| parse_expression(source, 7).map(|expr| (expr.line, show::expr(&expr)));
    assert_eq!(text("list['User']"), Some((7, "([] list \"User\")".to_owned())));
    assert_eq!(text("  a |\n  None # c"), Some((7, "(| a None)".to_owned())));
    assert_eq!(text("a, b"), Some((7, "(tuple a b)".to_owned())));
    for wrong in ["", "a b", "a = b", "a)(b", "a) + (b", "import a", "a; b", "(", "x = 1\ny"] {
        assert_eq!(text(wrong), None, "{wrong:?}");
    }
}

#[test]
fn python_2_is_noise_that_hides_nothing() {
    let source = "print 'x' % y\nprint >>f, x\nexec 'code' in d\nraise A, 'b'\nclass A: x = 0777L\ntry: a\nexcept B, c: d\n";
    let text = shown(&parse(source.as_bytes()));
    assert!(text.contains("(class A)\n 5 (= x #0777L)"), "{text}");
    assert!(text.contains("(try)"), "{text}");
}

#[test]
fn lines_are_those_of_the_file_whatever_its_bytes() {
    let lines = |source: &[u8]| parse(source).body.iter().map(|stmt| stmt.line).collect::<Vec<_>>();
    assert_eq!(lines(b"\xef\xbb\xbfa = 1\r\n\r\nb = '''\r\n'''\r\nc = 3\r\n"), [1, 3, 5]);
    assert_eq!(lines(b"a = 1\rb = 2\r"), [1, 2]);
    assert_eq!(lines(b"# coding: latin-1\na = '\xe9'\n\x0cb = 2\n"), [2, 3]);
    assert_eq!(parse(b"a = 1\nb = '\xe9'\n").errors, [2]);
    assert_eq!(parse(&vec![b' '; source::MAX_BYTES + 1]).errors, [1]);
}

#[test]
fn layout_that_python_allows_hides_no_statement() {
    let source = "class A(B):\n    @c\n    # why\n    def d(cls): return 1\n    e = (\n  1,\n)\n    f = 2\n\nclass G: pass\n";
    let module = parse(source.as_bytes());
    assert_eq!(module.errors, Vec::<u32>::new());
    assert_eq!(module.body.len(), 2, "{module:#?}");
    let ast::StmtKind::Class(class) = &module.body[0].kind else { panic!("no class") };
    assert_eq!(class.body.len(), 3, "{class:#?}");
}
