//! Laws: whatever the source, the interpreter ends, and says the same each time.

use proptest::prelude::*;

use crate::schema::eval::Interpreter;
use crate::schema::memory::Memory;

/// Lines that are put together in any order and depth.
const LINES: [&str; 40] = [
    "import a, b.c as d",
    "from a import *",
    "from . import m as n",
    "from b import x, y as z",
    "class A(x, metaclass=y):",
    "class B(A, A, z[0]):",
    "class C(Enum, B, str):",
    "def f(self, *a, k=f, **b):",
    "def g(cls=A): return g(g)",
    "@property",
    "@f",
    "@x.setter",
    "for x, *y in z:",
    "for x in x:",
    "while y:",
    "with f() as (x, y):",
    "if x:",
    "else:",
    "try:",
    "except y:",
    "finally:",
    "return f(*a, **b)",
    "return super().f(x)",
    "raise x",
    "break",
    "x = y = [x, y]",
    "y = (y, *y, y)",
    "x.y = setattr(x, 'y', x)",
    "x[y] = x[1:][::-1]",
    "y += [z] * 99",
    "z = {**z, 'a': z, x: y}",
    "z = f'{x}{y!r:>9}' % z + 'a' * 9",
    "locals()[str(x)] = globals()",
    "x = [x for x in y for y in z if y]",
    "x = type('T', (x, y), {'a': z})",
    "y = getattr(A, 'x', super)(A(f))(A.__mro__)",
    "del x, y.z, z[0]",
    "x: 'A[int] | None' = lambda x: x(x)",
    "z = list(map(f, sorted(C)))[0].value",
    "z = re.sub('(a|b*)*', lambda m: m.group(1), str(z))",
];

fn source() -> impl Strategy<Value = String> {
    let line =
        (0..4_usize, 0..LINES.len()).prop_map(|(depth, at)| format!("{}{}\n", "  ".repeat(depth), LINES[at]));
    proptest::collection::vec(line, 0..40).prop_map(|lines| lines.concat())
}

/// Everything that running two modules leaves behind, as text.
fn told(m: &str, b: &str) -> String {
    let memory = Memory::new(&[("m.py", m), ("b.py", b)]);
    let mut interpreter = Interpreter::new(&memory, &memory);
    let mut text = String::new();
    for path in ["m.py", "b.py"] {
        let module = interpreter.run(path).unwrap();
        for name in ["x", "y", "z", "A", "B", "C", "f"] {
            if let Some(value) = interpreter.global(module, name) {
                text.push_str(&interpreter.text(&value));
                let attribute = interpreter.attribute(&value, "f");
                text.push_str(&interpreter.text(&attribute));
            }
        }
    }
    let classes: Vec<String> = interpreter.classes().map(|(_, class)| class.name.to_string()).collect();
    format!("{text} {classes:?} {:?}", interpreter.notes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_source_ends_and_tells_the_same_each_time(m in source(), b in source()) {
        prop_assert_eq!(told(&m, &b), told(&m, &b));
    }
}
