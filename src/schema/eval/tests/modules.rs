//! Modules and imports.

use super::names;

#[test]
fn imports_are_resolved() {
    let cases: &[(&str, &str)] = &[
        ("=== a.py\ny = 1\n=== m.py\nfrom a import y as x", "1"),
        ("=== p/__init__.py\n=== p/a.py\ny = 1\n=== m.py\nimport p.a\nx = p.a.y", "1"),
        ("=== p/__init__.py\n=== p/a.py\ny = 1\n=== m.py\nimport p.a as q\nx = q.y", "1"),
        ("=== p/__init__.py\n=== p/a.py\ny = 1\n=== m.py\nfrom p import a\nx = a.y", "1"),
        ("=== p/a.py\ny = 1\n=== m.py\nfrom p import a\nx = a.y", "1"),
        ("=== p/__init__.py\nfrom .a import y\n=== p/a.py\ny = 1\n=== m.py\nfrom p import y as x", "1"),
        ("=== p/__init__.py\nfrom .a import *\n=== p/a.py\ny = 1\n=== m.py\nfrom p import y as x", "1"),
        (
            "=== p/__init__.py\n=== p/q/__init__.py\n=== p/q/a.py\nfrom ..b import y\nfrom . import c\nz = c.w\n=== p/q/c.py\nw = 2\n=== p/b.py\ny = 1\n=== m.py\nfrom p.q.a import y, z\nx = (y, z)",
            "(1, 2)",
        ),
        (
            "=== a.py\nfrom b import g\nclass A: pass\ndef f(): return g()\n=== b.py\nfrom a import A\ndef g(): return A\n=== m.py\nfrom a import f\nx = f()",
            "A",
        ),
        (
            "=== a.py\nfrom b import B\nclass A(B): pass\nclass Later: pass\n=== b.py\nfrom a import Later\nclass B(Later): pass\n=== m.py\nfrom a import A\nx = A.__mro__",
            "(A, B, Later)",
        ),
        ("=== a.py\nfrom sqlalchemy import *\n=== m.py\nfrom a import *\nx = Column", "sqlalchemy.Column"),
        ("=== m.py\nfrom gone.away import x", "gone.away.x"),
        ("=== m.py\nfrom .gone import x", "<gone.x is not there>"),
        ("=== p/a.py\ny = 1\n=== m.py\nfrom p.a import x", "<a.x>"),
        ("=== sqlalchemy/x.py\n=== m.py\nfrom sqlalchemy import Column as x", "sqlalchemy.Column"),
        ("=== a.py\nfrom b import y\n=== b.py\nfrom a import y\n=== m.py\nfrom a import y as x", "a.y"),
        ("=== a.py\nimport m\ny = 1\n=== m.py\nimport a\nx = a.y", "1"),
        ("=== a.py\ny = 1\n=== m.py\nimport a\na.z = 3\nx = a.z", "3"),
        ("=== tests/redis.py\n=== m.py\nfrom redis import Redis as x", "redis.Redis"),
        ("=== src/app/__init__.py\n=== src/app/c.py\ny = 1\n=== m.py\nfrom app.c import y as x", "1"),
        (
            "=== app/__init__.py\n=== app/c.py\nN = 'users'\n=== m.py\nfrom app import c\nclass T:\n  __tablename__ = c.N\nx = T.__tablename__, T.__module__",
            "('users', 'm')",
        ),
    ];
    for (tree, expected) in cases {
        assert_eq!(names(tree, &["x"]), [*expected], "\n{tree}");
    }
}

#[test]
fn only_what_is_needed_runs() {
    let memory = crate::schema::memory::Memory::of(
        "=== a.py\nclass A: pass\n=== b.py\nclass B: pass\n=== m.py\nfrom a import A\nfrom b import B\nx = B",
    );
    let mut interpreter = super::Interpreter::new(&memory, &memory);
    interpreter.run("m.py");
    let names: Vec<&str> = interpreter.classes().map(|(_, class)| &*class.name).collect();
    assert_eq!(names, ["B"]);
}
