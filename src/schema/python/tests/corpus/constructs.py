a = b = c = 1
x: int = 2
x: int
self.x: 'int' = 2
a += 1
a //= b ** -c
a, b = b, a
(a) = 1
(a, *b) = [c, d] = e
a[0], b.c = 1, 2
x = yield y
import a, b.c, d as e, f.g as h
from a import (b, c as d,)
from . import a
from ... import b
from .a.b import *
from __future__ import annotations
class A: pass
class A(B, metaclass=C, *d, **e): x = 1; y = 2
@a.b(c)
@d
class A[T: int, *Ts, **P](Generic[T]): ...
def f(): pass
def f(a, /, b: int, c: str = 'x', *args: int, d, e=1, **kw: str) -> dict[str, int] | None: return
def f(*, a): return a, b
async def f(): await a
@p.setter
async def f[T](x: T) -> 'T': return await x.y(1)
if a: b
elif c: d
elif e: f
else: g
if a:
    b
else:
    if c: d
for a, b in c, d: continue
for x in y:
    break
else:
    pass
async def f():
    async for a in b: c
    async with a as b, c: d
while a: break
while a:
    b
else:
    c
with a: pass
with a as b, c as (d, e): pass
with (a as b, c): pass
with (a): pass
with (a, b) as c: pass
try: a
except: b
try:
    a
except B as c:
    d
except (E, F):
    g
else:
    h
finally:
    i
try: a
except* B: c
raise
raise A
raise A(b) from c
return_ = 1
del a
del a, b[0], c.d
assert a, b
global a, b
nonlocal_ = 2
pass
...
"docstring" 'in two'
lambda: 0
lambda a, *b, c=1, **d: (a, b)
a if b else c
a or b and not c
not a == b
a < b
a < b <= c
a not in b is not c
a != b == c
-a + ~b * +c @ d // e % f
a << b >> c & d | e ^ f
2 ** -3 ** x
(a := b)
f(a := b, c)
await_(a)
a.b.c(d)(e)[f]
f(*a, **b, c=d)
f(x for x in y)
f(a, (x for x in y))
f(*a[1:], *b or c)
x = *a, *b[0]
a[1:2, ::3, :, ...]
a[b,]
a[*b]
a[b:c]
a[:]
a[::]
a[b::c]
()
(a,)
a,
[]
[a, *b]
{}
{a, b}
{a: b, **c, 'd': e}
[x for x in y if z if w for a, b in x]
{x for x in y}
{k: v for k, v in x.items()}
[x async for x in y]
[lambda: x for x in (1, 2)]
s = ''
s = 'a\'b\n\x41\101\u00e9\U0001F600\
c\d'
s = r'\n' R"\""
s = b'\x00a' B"c"
s = u'a'
s = 'a' "b" '''c
d'''
s = f'a{b}c'
s = f'{a!r:>{w}.2f}{{}}{b:%Y-%m}'
s = f'{a=} { b = !s}'
s = f"{x['y']}" 'z' rf'\d{z}'
s = f'{a, b}{c if d else e:x}'
s = f'no values {{}}'
0 + 1_000 + 0xFF + 0o17 + 0b1_1 + 00
9223372036854775807
9223372036854775808
1.5 + 1e10 + .5 + 1j + 1_0.0_1
True, False, None, ...
print(a), print
exec(a)
type(a)
match(a)
type_ = type
type = 1
match = case = 2
match.group(1)
type.x = 3
x: Mapped[Optional[List["User"]]] = mapped_column(ForeignKey("a.b"), nullable=False)
x: a.b[c] | d[e, f] | None = None
x: Callable[[int], str] | (A | B)
x: Annotated[str, mapped_column(String(3)), ...]
x: Literal['a', -1]
a = (  # comment
    b,  # another

    c
)
a = b \
    + c
if a:
    # comment
    b

    # comment
c
def f(a=lambda: 0, *, b=[x for x in y]): "doc"; return 1
