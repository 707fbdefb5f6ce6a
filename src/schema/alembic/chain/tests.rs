//! Chains that are sound, and everything that can be wrong with one.

use super::{Script, chain, heads};

/// A script: file, revision, what it follows, then `label:x` and `needs:x`.
fn script(line: &str) -> Script {
    let mut words = line.split_whitespace();
    let path = words.next().unwrap();
    let path = if path.contains('/') { path.to_owned() } else { format!("versions/{path}") };
    let mut script =
        Script { path: path.into(), revision: words.next().unwrap().into(), ..Script::default() };
    for word in words {
        match word.split_once(':') {
            Some(("label", label)) => script.branch_labels.push(label.into()),
            Some((_, needed)) => script.depends_on.push(needed.into()),
            None => script.down_revisions.push(word.into()),
        }
    }
    script
}

fn scripts(lines: &[&str]) -> Vec<Script> {
    lines.iter().copied().map(script).collect()
}

fn said(lines: &[&str]) -> Vec<String> {
    let found = chain(&scripts(lines));
    found
        .iter()
        .map(|finding| format!("{} {}: {}", finding.place.path, finding.rule, finding.message))
        .collect()
}

#[test]
fn sound_chains() {
    for lines in [
        &[][..],
        &["a.py a"],
        &["a.py a", "b.py b a", "c.py c b"],
        &["a.py a", "b.py b a", "c.py c a", "m.py m b c"],
        // The beginning of an id, as alembic's commands take it.
        &["a.py abcdef", "b.py b abcd"],
        &["a.py a label:core", "b.py b label:extra", "c.py c core@a"],
        &["a.py a label:core", "b.py b label:extra needs:core", "c.py c extra@b needs:a"],
        // Two chains that know nothing of each other, with the same ids.
        &["one/versions/a.py a", "one/versions/b.py b a", "two/versions/a.py a", "two/versions/b.py b a"],
        &["v/2020/a.py a", "v/2021/b.py b a", "v/2022/c.py c b"],
    ] {
        assert_eq!(said(lines), Vec::<String>::new(), "{lines:?}");
    }
}

#[test]
fn what_can_be_wrong() {
    for (lines, expected) in [
        (
            &["a.py a", "b.py b a", "c.py c a"][..],
            &["versions/c.py multiple-heads: 2 revisions are followed by none"][..],
        ),
        (&["a.py a", "b.py b"], &["versions/b.py multiple-heads: 2 revisions are followed by none"]),
        (
            &["a.py a", "b.py b gone"],
            &["versions/b.py broken-chain: migration b follows gone, which does not exist"],
        ),
        (
            &["b.py b needs:gone"],
            &["versions/b.py broken-chain: migration b follows gone, which does not exist"],
        ),
        (
            &["a.py a", "b.py a"],
            &[
                "versions/b.py duplicate-revision: revision a is declared more than once: in versions/a.py and versions/b.py",
            ],
        ),
        (&["a.py a a"], &["versions/a.py broken-chain: migrations follow each other in a circle: a"]),
        (
            &["a.py a c", "b.py b a", "c.py c b", "d.py d c"],
            &["versions/a.py broken-chain: migrations follow each other in a circle: a, b, c"],
        ),
        (
            &["a.py a label:core", "b.py b a", "c.py c a", "x.py x label:extra"],
            &["versions/c.py multiple-heads: 2 revisions are followed by none"],
        ),
        // An id that two begin with is none.
        (
            &["a.py abcd1", "b.py abcd2 abcd1", "c.py c abcd"],
            &["versions/c.py broken-chain: migration c follows abcd, which does not exist"],
        ),
    ] {
        assert_eq!(said(lines), expected, "{lines:?}");
    }
}

#[test]
fn heads_are_named_in_the_help() {
    let found = chain(&scripts(&["a.py a", "b.py b a", "c.py c a"]));
    assert_eq!(found[0].help, "alembic merge -m \"join\" b c    # or let one follow the other");
}

#[test]
fn heads_are_what_none_follows() {
    assert_eq!(heads(&scripts(&["a.py a", "b.py b a", "c.py c a"])), ["b", "c"]);
    assert_eq!(heads(&[]), Vec::<String>::new());
}

#[test]
fn a_long_chain_is_walked_without_going_deep() {
    let lines: Vec<String> = (1..20_000).map(|at| format!("f{at}.py r{at:05} r{:05}", at - 1)).collect();
    let mut all = vec!["f0.py r00000"];
    all.extend(lines.iter().map(String::as_str));
    assert_eq!(said(&all), Vec::<String>::new());
}
