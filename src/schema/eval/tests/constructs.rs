//! Statements, expressions, builtins.

use super::{check, noted};

#[test]
fn plain_values_are_evaluated() {
    check(&[
        ("x = 1 + 2 * 3", "7"),
        ("x = 'a' 'b' + \"c\"", "'abc'"),
        ("x = [1, 'a', None, True, (1,), {'k': 2.5}]", "[1, 'a', None, True, (1,), {'k': 2.5}]"),
        ("x = f'{1}-{\"a\"}'", "'1-a'"),
        ("x = f'{7:03d}'", "'007'"),
        ("x = 'ix_%s_%d' % ('t', 4)", "'ix_t_4'"),
        ("x = '%(a)s' % {'a': 'b'}", "'b'"),
        ("x = '{}_{n}'.format('a', n=1)", "'a_1'"),
        ("x = 'UserAccount'[4:].lower()", "'account'"),
        ("x = 'abc'[::-1]", "'cba'"),
        ("x = [1, 2, 3][1:]", "[2, 3]"),
        ("x = (1, 2) + (3,)", "(1, 2, 3)"),
        ("x = [1] * 3", "[1, 1, 1]"),
        ("x = {'a': 1} | {'b': 2}", "{'a': 1, 'b': 2}"),
        ("x = {**{'a': 1}, 'b': 2}", "{'a': 1, 'b': 2}"),
        ("x = [*(1, 2), 3]", "[1, 2, 3]"),
        ("x = {1, 1, 2}", "[1, 2]"),
        ("x = 'a' if 1 < 2 else 'b'", "'a'"),
        ("x = not None and 'y'", "'y'"),
        ("x = 'b' in ('a', 'b')", "True"),
        ("x = 'a' not in {'a': 1}", "False"),
        ("x = [a for a in 'abc' if a != 'b']", "['a', 'c']"),
        ("x = {k: v for k, v in {'a': 1}.items()}", "{'a': 1}"),
        ("x = [(a, b) for a in (1, 2) for b in (3,)]", "[(1, 3), (2, 3)]"),
        ("x = (y := 3) + y", "6"),
        ("x = -7 // 2", "-4"),
    ]);
}

#[test]
fn builtins_and_methods_work() {
    check(&[
        ("x = ', '.join(sorted(['b', 'a']))", "'a, b'"),
        ("x = 'a_b'.split('_')", "['a', 'b']"),
        ("x = 'hello world'.title()", "'Hello World'"),
        ("x = 'User'.removesuffix('r')", "'Use'"),
        ("x = list(range(3))", "[0, 1, 2]"),
        ("x = list(zip('ab', [1, 2]))", "[('a', 1), ('b', 2)]"),
        ("x = [i for i, _ in enumerate('ab', 1)]", "[1, 2]"),
        ("x = list(map(lambda a: a + 1, [1, 2]))", "[2, 3]"),
        ("x = list(filter(None, [0, 1]))", "[1]"),
        ("x = max(1, 3), min([2, 1]), sum([1, 2]), len('abc')", "(3, 1, 3, 3)"),
        ("x = any([False, True]), all([])", "(True, True)"),
        ("x = isinstance('a', str), isinstance(1, (str, int))", "(True, True)"),
        ("x = []\nx.append(1)\nx.extend([2, 3])\nx += [4]", "[1, 2, 3, 4]"),
        ("x = {}\nx['a'] = 1\nx.update(b=2)\nx.setdefault('c', 3)", "{'a': 1, 'b': 2, 'c': 3}"),
        ("d = {'a': 1}\nx = d.get('b', 2), d.pop('a'), d", "(2, 1, {})"),
        ("x = dict(a=1, **{'b': 2})", "{'a': 1, 'b': 2}"),
        ("x = sorted([3, 1, 2], key=lambda a: -a)", "[3, 2, 1]"),
        ("import os\nx = os.environ.get('SCHEMA', 'public')", "'public'"),
        ("import os\nx = os.getenv('SCHEMA') or 'public'", "'public'"),
        ("from typing import cast\nx = cast('int', 3)", "3"),
        ("from functools import partial\ndef f(a, b): return (a, b)\nx = partial(f, 1)(b=2)", "(1, 2)"),
        ("import inflection\nx = inflection.underscore('HTTPServerName')", "'http_server_name'"),
        ("x = {'a': [1]} == {'a': [1]}, [(1, [2])] == [(1, [3])], (1, 2) < (1, 3)", "(True, False, True)"),
        ("x = f'{\"a\":>3}|{5:<3}|{7:04}'", "'  a|5  |0007'"),
        ("from typing import Literal, get_args\nx = get_args(Literal['a', 'b'])", "('a', 'b')"),
        (
            "from functools import reduce\nx = reduce(lambda a, b: a + ('_' if b.isupper() else '') + b, 'aBc')",
            "'a_Bc'",
        ),
        ("from decouple import config\nx = config('SCHEMA', default='public')", "'public'"),
        (
            "from environs import Env\nenv = Env()\nx = env.str('SCHEMA', 'public'), env('A', default=1)",
            "('public', 1)",
        ),
        ("x = dict.fromkeys(['a'], 0)", "{'a': 0}"),
    ]);
}

#[test]
fn what_is_outside_is_remembered() {
    check(&[
        (
            "from sqlalchemy import Column as C, Integer\nx = C(Integer, nullable=False)",
            "sqlalchemy.Column(sqlalchemy.Integer, nullable=False)",
        ),
        ("import sqlalchemy as sa\nx = sa.dialects.postgresql.JSONB", "sqlalchemy.dialects.postgresql.JSONB"),
        ("import sqlalchemy.orm\nx = sqlalchemy.orm.Mapped[int]", "sqlalchemy.orm.Mapped[int]"),
        (
            "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\nx = db.Column(db.String(5))",
            "flask_sqlalchemy.SQLAlchemy().Column(flask_sqlalchemy.SQLAlchemy().String(5))",
        ),
        ("from a import c\nx = (c > 0) & ~(c == None)", "a.c > 0 & ~a.c == None"),
        ("from a import T\nx = T | None", "a.T | None"),
        ("from a import T\nx = dict[str, T]", "dict[str, a.T]"),
        ("x = nowhere", "<the name nowhere>"),
        ("from sqlalchemy import *\nx = Column(Integer)", "sqlalchemy.Column(sqlalchemy.Integer)"),
        (
            "from sqlalchemy import *\nfrom sqlalchemy.orm import *\nx = (relationship, String)",
            "(sqlalchemy.orm.relationship, sqlalchemy.String)",
        ),
    ]);
}

#[test]
fn statements_run() {
    check(&[
        (
            "x = []\nfor a, (b, *c) in [(1, (2, 3, 4))]:\n  x.append((a, b, c))\nelse:\n  x.append('end')",
            "[(1, 2, [3, 4]), 'end']",
        ),
        ("x = 1\nif x == 1:\n  x = 2\nelif x == 2:\n  x = 3\nelse:\n  x = 4", "2"),
        ("from c import flag\nif flag:\n  x = 1\nelse:\n  x = 2", "1"),
        ("from c import flag\nif flag:\n  y = 1\nelse:\n  x = 2", "2"),
        ("from c import flag\nx = 0\nif flag:\n  x = 1", "1"),
        ("try:\n  from a import x\nexcept ImportError:\n  x = None", "a.x"),
        ("try:\n  y = 1\nexcept ImportError:\n  x = 2", "2"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  from a import x\nelse:\n  x = 3", "3"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  from a import x", "a.x"),
        ("from a import f\nwith f() as x:\n  pass", "a.f()"),
        ("x, y = 1, 2\nx, y = y, x", "2"),
        ("a = x = 5", "5"),
        ("x = 1\ndel x", "nothing"),
        ("x: int = 4", "4"),
        ("import sys\nif sys.version_info >= (3, 9):\n  x = 1\nelse:\n  x = 2", "1"),
        ("while True:\n  x = 1\n  break", "1"),
        ("x = globals()['y'] if False else 1\nglobals()['x'] = 7", "7"),
    ]);
}

#[test]
fn functions_run() {
    check(&[
        (
            "def f(a, b=2, *c, d, e=5, **g): return (a, b, c, d, e, g)\nx = f(1, 9, 8, d=4, z=0)",
            "(1, 9, (8,), 4, 5, {'z': 0})",
        ),
        ("def f(n):\n  def g(m): return n + m\n  return g\nx = f(1)(2)", "3"),
        ("def f(n): return 1 if n == 0 else n * f(n - 1)\nx = f(5)", "120"),
        ("def f(): return f()\nx = f()", "<calls nested too deep>"),
        ("def f(): yield 1\nx = f()", "<a generator>"),
        ("def f(): pass\nx = f()", "None"),
        ("from c import flag\ndef f():\n  if flag:\n    raise ValueError\n  return 3\nx = f()", "3"),
        ("from c import flag\ndef f():\n  if flag:\n    return None\n  return 3\nx = f()", "3"),
        ("def f():\n  for a in (1, 2, 3):\n    if a == 2:\n      return a\nx = f()", "2"),
        (
            "from a import Column\ndef fk(t, **kw): return Column(t + '.id', **kw)\nx = fk('user', index=True)",
            "a.Column('user.id', index=True)",
        ),
        (
            "import functools\ndef d(f):\n  @functools.wraps(f)\n  def g(*a): return ('d', f(*a))\n  return g\n@d\ndef h(a): return a\nx = h(1)",
            "('d', 1)",
        ),
        ("f = lambda *a, k=1: (a, k)\nx = f(2)", "((2,), 1)"),
    ]);
}

#[test]
fn classes_have_attributes() {
    check(&[
        ("class A:\n  y = 1\nclass B(A): pass\nx = B.y", "1"),
        ("class A:\n  y = 1\n  z = y + 1\nx = A.z", "2"),
        ("class A:\n  def f(self): return self.y\n  def __init__(self, y): self.y = y\nx = A(3).f()", "3"),
        (
            "class A:\n  @classmethod\n  def f(cls): return cls.__name__.lower()\nclass B(A): pass\nx = B.f()",
            "'b'",
        ),
        ("class A:\n  @staticmethod\n  def f(y): return y\nx = A.f(1), A().f(2)", "(1, 2)"),
        ("class A:\n  @property\n  def y(self): return 5\nx = A().y", "5"),
        (
            "class A:\n  def f(self): return 'a'\nclass B(A):\n  def f(self): return super().f() + 'b'\nx = B().f()",
            "'ab'",
        ),
        (
            "class A: pass\nclass B(A): pass\nclass C(A): pass\nclass D(B, C): pass\nx = D.__mro__",
            "(D, B, C, A)",
        ),
        (
            "from sqlalchemy.orm import declared_attr\nclass M:\n  @declared_attr\n  def __tablename__(cls): return cls.__name__.lower()\nclass User(M): pass\nx = User.__tablename__",
            "'user'",
        ),
        (
            "from sqlalchemy.orm import declared_attr\nclass M:\n  @declared_attr.directive\n  def __tablename__(cls) -> str: return cls.__name__.lower()\nclass User(M):\n  y = 1\nx = User.__tablename__",
            "'user'",
        ),
        ("A = type('A', (), {'y': 2})\nx = A.y", "2"),
        (
            "class A: pass\nA.y = 2\nsetattr(A, 'z', 3)\nx = A.y, A.z, hasattr(A, 'w'), getattr(A, 'v', 4)",
            "(2, 3, False, 4)",
        ),
        ("class A:\n  for n in ('a', 'b'):\n    locals()[n] = n\nx = A.b", "'b'"),
        ("def d(cls):\n  cls.y = 1\n  return cls\n@d\nclass A: pass\nx = A.y", "1"),
        (
            "def d(n):\n  def e(cls):\n    cls.y = n\n    return cls\n  return e\n@d(4)\nclass A: pass\nx = A.y",
            "4",
        ),
        (
            "class A:\n  def __init_subclass__(cls, tag=None): cls.y = tag or cls.__name__\nclass B(A, tag='t'): pass\nx = B.y",
            "'t'",
        ),
        ("from a import Base\nclass A(Base): pass\nx = A.metadata", "A.metadata"),
        (
            "from dataclasses import dataclass\n@dataclass\nclass A:\n  y: int\n  z: int = 2\nx = A(1).y, A(1).z",
            "(1, 2)",
        ),
        (
            "class cp:\n  def __init__(self, f): self.f = f\n  def __get__(self, o, owner): return self.f(owner)\nclass A:\n  @cp\n  def y(cls): return cls.__name__\nclass B(A): pass\nx = B.y",
            "'B'",
        ),
        (
            "from sqlalchemy import MetaData\nm = MetaData()\nm.naming_convention = {'pk': 'a'}\nx = m.naming_convention",
            "{'pk': 'a'}",
        ),
        ("from a import Base\nBase.metadata.naming_convention = 1\nx = Base.metadata.naming_convention", "1"),
        (
            "from a import declarative_base\nclass B:\n  y = 1\nBase = declarative_base(cls=B)\nclass C(Base): pass\nx = C.y",
            "1",
        ),
        (
            "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass A(Generic[T]):\n  y = 1\nclass B(A[int]): pass\nx = B.y",
            "1",
        ),
        (
            "from a import String\nclass S(String):\n  def __init__(self, n=10): super().__init__(length=n)\nx = S(5).__super_kwargs__",
            "{'length': 5}",
        ),
    ]);
}

#[test]
fn enums_have_members() {
    let color = "from enum import Enum, auto, IntEnum, StrEnum\nclass C(Enum):\n  R = 'r'\n  G = 'g'\n  ALSO = 'g'\n  def f(self): return self.value + '!'\n";
    let cases = [
        ("x = C.R, C.R.value, C.R.name, C.ALSO", "(C.R, 'r', 'R', C.G)"),
        ("x = [e.value for e in C], len(C), list(C.__members__)", "(['r', 'g'], 2, ['R', 'G'])"),
        ("x = C('g'), C['R'], C.R == C.R, C.R == C.G, C.R.f()", "(C.G, C.R, True, False, 'r!')"),
        ("class D(Enum):\n  A = auto()\n  B = auto()\nx = D.B.value", "2"),
        ("class D(StrEnum):\n  A = auto()\nx = D.A.value, f'{D.A}', D.A == 'a'", "('a', 'a', True)"),
        ("class D(str, Enum):\n  A = 'q'\nx = D.A.upper(), ','.join(D)", "('Q', 'q')"),
        (
            "class D(Enum):\n  A = (1, 'one')\n  def __init__(self, n, label): self.label = label\nx = D.A.label",
            "'one'",
        ),
        ("D = Enum('D', 'A B')\nx = [d.name for d in D]", "['A', 'B']"),
        (
            "class Base(str, Enum):\n  @classmethod\n  def values(cls): return [e.value for e in cls]\nclass D(Base):\n  A = 'a'\nx = D.values()",
            "['a']",
        ),
        (
            "class D(Enum):\n  def _generate_next_value_(name, *args): return name\n  A = auto()\nx = D.A.value",
            "'A'",
        ),
    ];
    for (source, expected) in cases {
        check(&[(&format!("{color}{source}"), expected)]);
    }
}

#[test]
fn what_is_under_a_condition_is_noted() {
    assert_eq!(noted("from c import flag\nif flag:\n  class A: pass\n", "conditional-declaration"), [0; 0]);
    assert_eq!(
        noted("from c import flag\nif flag:\n  class A:\n    y: int\n", "conditional-declaration"),
        [2]
    );
    assert_eq!(
        noted("from c import flag, Column\nif flag:\n  y = Column()\n", "conditional-declaration"),
        [2]
    );
    assert_eq!(noted("from c import flag, log\nif flag:\n  log()\n", "conditional-declaration"), [0; 0]);
    assert_eq!(noted("if 1:\n  class A: pass\n", "conditional-declaration"), [0; 0]);
}

#[test]
fn nothing_runs_for_ever() {
    check(&[
        (
            "x = 0\nfor a in range(9999):\n  for b in range(9999):\n    for c in range(9999):\n      x = 'done'",
            "'done'",
        ),
        ("x = (1,)\nfor a in range(9999):\n  x = (x, x)\nx = 1", "1"),
        ("x = 'a'\nfor a in range(9999):\n  x = x + x\nx = 1", "1"),
        (&format!("x = [1]\n{}x = 1", "x = x + x\n".repeat(60)), "1"),
        (&format!("x = (1,)\n{}x = 1", "x = (*x, *x)\n".repeat(60)), "1"),
        (&format!("x = {{}}\n{}x = 1", "x = {**x, 'a': x, 'b': [*x, *x, x]}\n".repeat(60)), "1"),
        (&format!("x = 'a'\n{}x = 1", "x = f'{x}{x}'.join([x, x])\n".repeat(60)), "1"),
        ("x = [1]\nfor a in range(9999):\n  x = x + x\nx = 1", "1"),
        ("from a import x\nfor a in range(9999):\n  x = x.b\nx = 1", "1"),
        ("from a import x\nx = x()\nfor a in range(9999):\n  x = x.b(x)\nx = 1", "1"),
    ]);
    let deep = format!("x = {}1{}", "(".repeat(2000), ")".repeat(2000));
    check(&[("def f(n):\n  return f(n + 1) + f(n + 1)\nf(0)\nx = 1", "1")]);
    let memory = crate::schema::memory::Memory::new(&[("m.py", &deep)]);
    crate::schema::eval::Interpreter::new(&memory, &memory).run("m.py");
}
