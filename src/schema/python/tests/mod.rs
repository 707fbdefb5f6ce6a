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
