#!/usr/bin/env python3
"""Tells a bot in Python whether an order may go out now, from the same files and by the same rules as `nija gate`.

One file, standard library only, Python 3.8 or newer: copy it beside the bot, or run it as a program.

    from nija_gate import Gate, Order
    verdict = Gate("/var/lib/nija").check(Order("BTC/USD", side="sell", qty="0.5", position="2", platform="kraken"))
    if not verdict.allowed:
        print(verdict.exit, [reason.code for reason in verdict.reasons])

`check` never raises over what it finds on disk: doubt is a verdict. `Order` raises ValueError over figures that are
none; a bot that swallows that must not trade.

    nija_gate.py SYMBOL [--side buy|sell] [--qty Q] [--position P] [--reduce-only] [--platform X] [--strategy X]
                 [--account X] [--state-dir D] [--fallback-dir D ...] [--json | --quiet]

Exit 0: trade. 1: do not. 3: cannot tell (do not), which is also the answer to every error and to --help, so that
only a decision is ever 0. The state directory is --state-dir, else NIJA_STATE_DIR; nija.toml is not read.
"""

import json
import os
import re
import stat
import sys
from collections import namedtuple
from datetime import date
from decimal import Decimal

STOP_FILE = "EMERGENCY_STOP"
DOCUMENT = "killswitch.json"
FORMAT = "nija.killswitch"
STOP_FILE_FORMAT = "nija.emergency_stop"
MAJOR = 1
REASONS_MAX = 16
NESTING_MAX = 127
STOP_FILE_READ_MAX_BYTES = 256 * 1024
# Rust's white space; Python's own `strip` also takes U+001C to U+001F.
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
    r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
ENDS = {
    "ENV_STOP": "restart the process without NIJA_EMERGENCY_STOP",
    "KILL_SWITCH_HALTED": "nija killswitch deactivate REASON",
    "KILL_SWITCH_REDUCE_ONLY": "nija killswitch deactivate REASON",
    "KILL_SWITCH_SCOPE_UNKNOWN": "pass the symbol, --platform, --strategy and --account, or release the halt",
    "REDUCE_ONLY_WOULD_INCREASE": "lower --qty to the position, or turn --side",
    "STATE_UNREADABLE": "nija doctor",
    "STATE_MISSING": "nija doctor",
    "STATE_NEWER": "install the nija that wrote this state",
}
DOUBTS = ("KILL_SWITCH_SCOPE_UNKNOWN", "STATE_UNREADABLE", "STATE_MISSING", "STATE_NEWER")
VALUES = ("side", "qty", "position", "platform", "strategy", "account", "state-dir", "fallback-dir")
FLAGS = ("reduce-only", "json", "quiet")

Reason = namedtuple("Reason", "code message ends halt_id")
Verdict = namedtuple("Verdict", "allowed exit reasons")


class Order:
    """What is known of an order. What is not known counts against it where it matters.

    `qty` is positive; `position` is what the order meets, negative when short. Both take Decimal, int, float or text.
    """

    def __init__(self, symbol, side=None, qty=None, position=None, reduce_only=False,
                 platform=None, strategy=None, account=None):
        if side not in (None, "buy", "sell"):
            raise ValueError(f"{side!r} is neither 'buy' nor 'sell'")
        self.symbol, self.side, self.reduce_only = _utf8(symbol), side, bool(reduce_only)
        self.qty, self.position = _decimal("qty", qty), _decimal("position", position)
        self.platform, self.strategy, self.account = (
            given if given is None else _utf8(given) for given in (platform, strategy, account))
        if self.qty is not None and self.qty <= 0:
            raise ValueError(f"qty must be positive, not {qty}")

    def reduces(self):
        """Whether the order is known to shrink its position: opposite side, and no larger than the position."""
        if self.side is None or self.qty is None or not self.position:
            return False
        opposite = self.position < 0 if self.side == "buy" else self.position > 0
        # `abs` would round to the precision of the caller's decimal context.
        return opposite and self.qty <= self.position.copy_abs()

    def contradicts_claim(self):
        """Whether the figures given contradict the claim to only reduce."""
        return self.reduce_only and None not in (self.side, self.qty, self.position) and not self.reduces()


class Gate:
    """Answers for one state directory. Keeps nothing: every check reads the files again, each once."""

    def __init__(self, state_dir, fallback_dirs=None, env=os.environ):
        self.state_dir, self.env = os.fsdecode(state_dir), env
        if not self.state_dir:
            raise ValueError("the state directory must not be empty")
        if fallback_dirs is None:
            runtime = env.get("XDG_RUNTIME_DIR")
            fallback_dirs = ["/run/nija"] + ([os.path.join(runtime, "nija")] if runtime else [])
        self.fallback_dirs = [os.fsdecode(directory) for directory in fallback_dirs]

    def check(self, order):
        """Whether `order` may go out now."""
        # A release writes a stop into the document before it moves the file away: looked at in the other order, a stop
        # could be missed between the two looks.
        stop, doubt = self._stop_file()
        halts, unreadable = [], None
        try:
            halts = _halts(os.path.join(self.state_dir, DOCUMENT))
        except FileNotFoundError as error:
            unreadable = "STATE_MISSING", _words(error)
        except Newer as error:
            unreadable = "STATE_NEWER", _words(error)
        except Exception as error:  # whatever a document makes this reader trip over is doubt
            unreadable = "STATE_UNREADABLE", _words(error)
        reasons = list(_objections(order, self.env, halts, unreadable, stop, doubt))[:REASONS_MAX]
        doubtful = all(reason.code in DOUBTS for reason in reasons)
        return Verdict(not reasons, (3 if doubtful else 1) if reasons else 0, reasons)

    def _stop_file(self):
        """What is known of a standing stop file, else None; and why some place could not be looked at, else None."""
        doubt = None
        for directory in [self.state_dir] + self.fallback_dirs:
            path = os.path.join(directory, STOP_FILE)
            try:
                os.lstat(path)
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                doubt = doubt or _words(error)
                continue
            return f"{_printable(path)}: {_stop_file_words(path)}", None
        return None, doubt


def _objections(order, env, halts, unreadable, stop, doubt):
    if "NIJA_EMERGENCY_STOP" in env:
        yield _reason("ENV_STOP", _printable(env["NIJA_EMERGENCY_STOP"]) or "NIJA_EMERGENCY_STOP is set")
    for halt in halts:
        code = _judge(order, halt)
        if code:
            yield _reason(code, _halt_words(halt), halt["id"])
    if unreadable:
        yield _reason(*unreadable)
    # A stop file that a total halt already accounts for is the same stop, not a second one.
    if stop and not any(halt["scope"] == ("all", "") and halt["mode"] == "halted" for halt in halts):
        yield _reason("KILL_SWITCH_HALTED", stop)
    if doubt:
        yield _reason("STATE_UNREADABLE", doubt)
    if order.contradicts_claim():
        words = f"{order.side} {order.qty} does not reduce a position of {order.position}"
        yield _reason("REDUCE_ONLY_WOULD_INCREASE", words)


def _reason(code, message, halt_id=None):
    return Reason(code, message, ENDS[code], halt_id)


def _judge(order, halt):
    covers, reduce_only = _covers(order, *halt["scope"]), halt["mode"] == "reduce-only"
    if covers is False or (reduce_only and order.reduces()):
        return None
    if covers is None:
        return "KILL_SWITCH_SCOPE_UNKNOWN"
    return "KILL_SWITCH_REDUCE_ONLY" if reduce_only else "KILL_SWITCH_HALTED"


def _covers(order, kind, name):
    if kind == "all":
        return True
    # A blank field, as of an unset shell variable, says nothing.
    if kind == "symbol":
        return _significant(order.symbol) == _significant(name) if _significant(order.symbol) else None
    given = (getattr(order, kind) or "").strip(WHITE_SPACE)
    return given.lower() == name.lower() if given else None


def _significant(symbol):
    return "".join(char.lower() for char in symbol if char.isalnum())


def _halt_words(halt):
    scope, cause, actor = ":".join(filter(None, halt["scope"])), halt["cause"], halt["cause"]["actor"]
    who = actor.get("operator") or actor.get("user") or f"uid {actor['uid']}"
    return f"{scope} {halt['mode']} by {who} since {cause['at']}: {cause['reason']}"


def _stop_file_words(path):
    """The first recorded reason, else the first words of whoever made the file."""
    recorded, reserve, foreign = [], [], []
    try:
        lines = _read(path, STOP_FILE_READ_MAX_BYTES).decode("utf-8", "replace").split("\n")
    except (OSError, ValueError):
        lines = []  # its existence is what counts
    for line in lines:
        try:
            fields = json.loads(line)
            own = fields["format"] == STOP_FILE_FORMAT and isinstance(fields["reason"], str)
        except (ValueError, TypeError, LookupError, RecursionError):
            own = False
        if own:
            (reserve if fields.get("reserve") is True else recorded).append(fields["reason"])
        else:
            foreign.append("".join(char for char in line if not _is_control(char))[:200].strip())
    return next(filter(None, recorded + reserve + foreign), "stop file made by hand")


def _read(path, limit_bytes=-1):
    """Reads a regular file; never follows a link, never blocks on a pipe."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is not a regular file")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(limit_bytes)
    finally:
        os.close(descriptor)


class Newer(Exception):
    """The document was written by a newer major version."""


class Object(list):
    """A JSON object as its pairs: a dict would hide a field that is given twice."""


def _halts(path):
    """The halts in the document, which is read as strictly as by the types in Rust, or not at all."""
    try:
        value = json.loads(_read(path).decode("utf-8"), object_pairs_hook=Object, parse_float=_float,
                           parse_int=_integer, parse_constant=_no_constant)
        _vet(value, NESTING_MAX)
        _judge_version(value)
        return _agreeing(_document(value))
    except Newer as error:
        raise Newer(f"{_printable(path)} has format version {error}, newer than this reader understands")
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{_printable(path)} is corrupt: {_words(error)}")


def _agreeing(document):
    """The halts, where the summary for simple readers agrees with them."""
    everything = [halt["mode"] for halt in document["halts"] if halt["scope"][0] == "all"]
    strongest = "halted" if "halted" in everything else (everything or [None])[0]
    if (document["is_active"], document.get("mode")) != (bool(document["halts"]), strongest):
        raise ValueError("'is_active' and 'mode' do not agree with 'halts': it was edited by hand")
    return document["halts"]


def _integer(digits):
    return int(digits) if len(digits) <= 20 and digits != "-0" else _float(digits)


def _float(digits):
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError("number out of range")
    return number


def _no_constant(word):
    raise ValueError(f"{word} is not JSON")


def _vet(value, levels_left):
    """Refuses half a surrogate pair anywhere, and nesting that Rust refuses."""
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, list):
        if levels_left == 0:
            raise ValueError("nested too deeply")
        for item in value:
            for part in item if isinstance(item, tuple) else (item,):
                _vet(part, levels_left - 1)


def _judge_version(value):
    # A newer major version may have changed anything else, so the version is judged before the rest.
    probe = _record({"format": _string, "version": _string})(value)
    if probe["format"] != FORMAT:
        raise ValueError(f"its format is '{probe['format']}', not '{FORMAT}'")
    numbers = re.fullmatch(r"([0-9]{1,10})\.([0-9]{1,10})", probe["version"])
    if not numbers or max(map(int, numbers.groups())) >= 1 << 32:
        raise ValueError(f"its version '{probe['version']}' is not MAJOR.MINOR")
    if int(numbers.group(1)) > MAJOR:
        raise Newer(probe["version"])


def _record(required, optional=None):
    """A reader of objects with these fields; any others belong to newer minor versions."""
    readers = {**required, **(optional or {})}

    def read(value):
        fields = {}
        for name, item in value if isinstance(value, Object) else _refuse("not an object"):
            if name in fields:
                raise ValueError(f"duplicate field '{name}'")
            if name in readers:
                fields[name] = readers[name](item)
        missing = [name for name in required if name not in fields]
        return fields if not missing else _refuse(f"missing field '{missing[0]}'")

    return read


def _each(reader):
    are_items = _that("a list", lambda value: isinstance(value, list) and not isinstance(value, Object))
    return lambda value: [reader(item) for item in are_items(value)]


def _or_null(reader):
    return lambda value: None if value is None else reader(value)


def _that(wanted, test):
    return lambda value: value if test(value) else _refuse(f"{value!r:.80} is not {wanted}")


def _refuse(why):
    raise ValueError(why)


def _unsigned(bits):
    return _that(f"a whole number of {bits} bits", lambda value: type(value) is int and 0 <= value < 1 << bits)


def _one_of(*words):
    return _that(f"one of {', '.join(words)}", lambda value: isinstance(value, str) and value in words)


def _scope(value):
    kind, _, name = _string(value).partition(":")
    name = name.strip(WHITE_SPACE)
    named = kind in ("platform", "symbol", "strategy", "account")
    spelled = kind != "symbol" or _significant(name)
    if value != "all" and not (
            named and spelled and 1 <= len(name.encode()) <= 128 and not any(map(_is_control, name))):
        raise ValueError(f"{value!r:.80} is not a scope")
    return kind, name


def _is_control(char):
    return char < " " or "\x7f" <= char <= "\x9f"


def _time(value):
    match = TIME.fullmatch(_string(value))
    if not match:
        raise ValueError(f"{value!r:.80} is not an RFC 3339 time")
    date(*map(int, match.groups()[:3]))
    return value


_string = _that("a string", lambda value: isinstance(value, str))
_boolean = _that("true or false", lambda value: isinstance(value, bool))
_mode = _one_of("reduce-only", "halted")
_source = _one_of("CLI", "API", "FILE_SYSTEM", "ENV", "AUTO_MONITORING")
_actor = _record({"uid": _unsigned(32)}, {"user": _or_null(_string), "operator": _or_null(_string)})
_cause = _record(
    {"source": _source, "reason": _string, "actor": _actor, "host": _string, "at": _time},
    {"rule": _or_null(_string)})
_halt = _record({
    "id": _string, "scope": _scope, "mode": _mode, "cause": _cause, "count": _unsigned(64), "last_seen": _time,
    "revision": _unsigned(64)})
_request = _record({
    "id": _string, "reason": _string, "halts": _each(_record({"id": _string, "count": _unsigned(64)})), "at": _time,
    "expires_at": _time, "approvals": _each(_record({"operator": _string, "at": _time}))})
_event = _record({
    "at": _time, "host": _string, "actor": _actor, "source": _source, "action": _string, "subject": _string,
    "data": lambda value: value})
_outbox = _record({
    "after": _record({"segments": _unsigned(64), "offset": _unsigned(64)}), "events": _each(_event)})
_document = _record(
    {"format": _string, "version": _string, "revision": _unsigned(64), "updated_at": _time, "is_active": _boolean,
     "halts": _each(_halt)},
    {"mode": _or_null(_mode), "halts_revision": _unsigned(64), "stop_file_applied": _each(_string), "requests": _each(_request),
     "audit_outbox": _outbox})


def _decimal(what, value):
    if value is None:
        return None
    if isinstance(value, str) and not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?", value):
        raise ValueError(f"{what} '{value}' is not a number")
    number = Decimal(repr(value) if isinstance(value, float) else value)
    return number if number.is_finite() else _refuse(f"{what} {value} is not finite")


def _utf8(text):
    _string(text).encode("utf-8")  # refuses an argument that was not UTF-8
    return text


def _printable(value):
    """Without the traces of bytes that were not UTF-8, which cannot be written out again."""
    return value.encode("utf-8", "replace").decode("utf-8")


def _words(error):
    if isinstance(error, OSError) and error.filename is not None:
        return f"{_printable(error.filename)}: {error.strerror}"
    return _printable(str(error) or type(error).__name__)


def _arguments(words):
    """Reads the command line. Anything not understood exactly, or said twice, is an error."""
    given, rest = {}, list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word[2:].partition("=") if word.startswith("--") else ("symbol", "=", word)
        if name in FLAGS and not equals:
            value = True
        elif name not in VALUES + ("symbol",) or (name == "symbol" and word.startswith("-")):
            raise ValueError(f"'{word}' is not understood")
        elif not equals:
            # A minus starts a value only where it is a sign: a forgotten value must not swallow the next option.
            if not rest or re.match("-(?![0-9.])", rest[0]):
                raise ValueError(f"--{name} needs a value")
            value = rest.pop(0)
        if name in given and name != "fallback-dir":
            raise ValueError(f"'{name}' is given twice")
        given[name] = given.get(name, []) + [value] if name == "fallback-dir" else value
    if "symbol" not in given or ("json" in given and "quiet" in given):
        raise ValueError("a SYMBOL is needed, and not both --json and --quiet")
    return given


def _decide(words, env):
    given = _arguments(words)
    state_dir, fallback_dirs = given.pop("state-dir", None), given.pop("fallback-dir", None)
    fields = {name.replace("-", "_"): value for name, value in given.items() if name not in ("json", "quiet")}
    state_dir = env.get("NIJA_STATE_DIR") if state_dir is None else state_dir
    if not state_dir:
        raise ValueError("no state directory: --state-dir and NIJA_STATE_DIR say nothing, and nija.toml is not read")
    return Gate(state_dir, fallback_dirs, env).check(Order(**fields))


def _print(words, verdict, error=None):
    if "--json" in words:
        reasons = [reason._asdict() for reason in verdict.reasons]
        document = {"allowed": verdict.allowed, "exit_code": verdict.exit, "reasons": reasons, "error": error}
        print(json.dumps(document), flush=True)
    elif "--quiet" not in words and not error:
        lines = [f"{reason.code}: {reason.message}\n  ends with: {reason.ends}" for reason in verdict.reasons]
        text = "\n".join(["trade" if verdict.allowed else "do not trade"] + lines)
        sys.stdout.reconfigure(errors="replace")
        print(text, flush=True)


def main(words, env):
    """Runs the program and returns its exit code; what fails anywhere is 3."""
    try:
        if "--help" in words or "-h" in words:
            print(__doc__, flush=True)
            return 3
        verdict = _decide(words, env)
    except BaseException as error:  # an interrupt, too, leaves the question unanswered
        message, verdict = _words(error), Verdict(False, 3, [])
        print(f"nija_gate: {message}\nhint: nija_gate.py --help", file=sys.stderr, flush=True)
        _print(words, verdict, message)
        return 3
    _print(words, verdict)
    return verdict.exit


if __name__ == "__main__":
    code = 3
    try:
        code = main(sys.argv[1:], os.environ)
    finally:
        # Leaves without the interpreter's own clean-up, which can still turn an answer into another exit code.
        os._exit(code)
