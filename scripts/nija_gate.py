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
                 [--account X] [--state-dir D] [--fallback-dir D ...] [--matching symbol|case|exact] [--alias A=B ...]
                 [--require-watch-seconds S] [--dedupe-window-seconds S] [--json | --quiet]

Exit 0: trade. 1: do not. 3: cannot tell (do not), which is also the answer to every error and to --help, so that
only a decision is ever 0. The state directory is --state-dir, else NIJA_STATE_DIR.

nija.toml is not read: what it says of `fallback_dirs`, `tickers.matching`, `tickers.aliases`, `gate.require_watch` and
`gate.dedupe_window` has to be said here too, or it does not hold for this bot. With a dedupe window, the check that allows an
order makes the next one like it a duplicate, for `nija gate` as well: ask once per order, right before it goes out.
"""

import errno
import fcntl
import hashlib
import json
import os
import re
import stat
import sys
import time
import unicodedata
from collections import namedtuple
from datetime import date
from decimal import Decimal
from urllib.parse import unquote_to_bytes

STOP_FILE = "EMERGENCY_STOP"
DOCUMENT = "killswitch.json"
WATCH = "watch.json"
COOLDOWNS, CLAIMS, LOCKS = "cooldowns", "claims", ".locks"
EVERY = "*"
STOP_FILE_FORMAT = "nija.emergency_stop"
MAJOR = 1
REASONS_MAX = 16
NESTING_MAX = 127
NAME_MAX_BYTES = 200
SECOND_NS = 1_000_000_000
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
    "COOLDOWN_ACTIVE": "wait until then, or nija cooldown deactivate TICKER --reason REASON",
    "COOLDOWN_UNKNOWN": "pass the symbol",
    "WATCH_MISSING": "start nija watch",
    "DUPLICATE_ORDER": "wait until then",
    "DUPLICATE_UNKNOWN": "pass the symbol, --side and --qty; if they are given, nija doctor",
    "STATE_UNREADABLE": "nija doctor",
    "STATE_MISSING": "nija doctor",
    "STATE_NEWER": "install the nija that wrote this state",
}
DOUBTS = ("KILL_SWITCH_SCOPE_UNKNOWN", "COOLDOWN_UNKNOWN", "WATCH_MISSING", "DUPLICATE_UNKNOWN", "STATE_UNREADABLE",
          "STATE_MISSING", "STATE_NEWER")
VALUES = ("side", "qty", "position", "platform", "strategy", "account", "state-dir", "fallback-dir", "matching", "alias",
          "require-watch-seconds", "dedupe-window-seconds")
REPEATED = ("fallback-dir", "alias")
SETTINGS = ("matching", "require-watch-seconds", "dedupe-window-seconds")
FLAGS = ("reduce-only", "json", "quiet")

Reason = namedtuple("Reason", "code message ends halt_id until")
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


class Clock:
    """The machine's clocks."""

    def now_ns(self):
        """Nanoseconds since 1970."""
        return time.time_ns()

    def since_boot_ns(self):
        """Nanoseconds since the machine was started, time suspended included."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)

    def boot_id(self):
        """Names that start; empty when it cannot be known."""
        try:
            with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
                return file.read().strip()
        except OSError:
            return ""


class Tickers:
    """Which spellings are one ticker: `tickers.matching` and `tickers.aliases` of nija.toml."""

    def __init__(self, matching="symbol", aliases=None):
        if matching not in ("symbol", "case", "exact"):
            raise ValueError(f"{matching!r} is none of symbol, case, exact")
        self.matching, self.aliases = matching, dict(aliases or {})

    def canonical(self, symbol):
        """The one spelling that files and comparisons go by; empty when nothing of it counts."""
        ticker = self._spell(symbol.strip(WHITE_SPACE))
        for alias in sorted(self.aliases, key=str.encode):
            if self._spell(alias) == ticker:
                return self._spell(self.aliases[alias])
        return ticker

    def _spell(self, ticker):
        if ticker == EVERY or self.matching == "exact":
            return ticker
        upper = "".join(char.upper() for char in ticker)
        # Of marks and symbols beyond ASCII, some are letters to Rust and none are to Python; newer letters neither knows.
        if not upper.isascii() and any(unicodedata.category(char) in ("Mn", "Mc", "Me", "So", "Cn") for char in upper):
            raise Uncertain(f"this reader cannot tell how '{_printable(ticker)}' is compared")
        return upper if self.matching == "case" else "".join(char for char in upper if char.isalnum())


class Gate:
    """Answers for one state directory. Keeps nothing: every check reads the files again, each once."""

    def __init__(self, state_dir, fallback_dirs=None, env=os.environ, matching="symbol", aliases=None,
                 require_watch_seconds=None, dedupe_window_seconds=None, lock_wait_seconds=2, clock=Clock()):
        self.state_dir, self.env, self.clock = os.fsdecode(state_dir), env, clock
        if not self.state_dir:
            raise ValueError("the state directory must not be empty")
        if fallback_dirs is None:
            runtime = env.get("XDG_RUNTIME_DIR")
            fallback_dirs = ["/run/nija"] + ([os.path.join(runtime, "nija")] if runtime else [])
        self.fallback_dirs = [os.fsdecode(directory) for directory in fallback_dirs]
        self.tickers = Tickers(matching, aliases)
        self.require_watch_ns = _nanoseconds("require_watch_seconds", require_watch_seconds)
        self.dedupe_window_ns = _nanoseconds("dedupe_window_seconds", dedupe_window_seconds)
        self.lock_wait_seconds = lock_wait_seconds

    def check(self, order):
        """Whether `order` may go out now."""
        # A release writes a stop into the document before it moves the file away: looked at in the other order, a stop
        # could be missed between the two looks.
        stop, doubt = self._stop_file()
        halts, unreadable = _attempt(lambda: _halts(os.path.join(self.state_dir, DOCUMENT)), [])
        reasons = list(_objections(order, self.env, halts, unreadable, stop, doubt))
        more = [] if order.reduces() else self._cooldowns(order)
        for reason in more + self._watch():
            # That there is no state at all is said once.
            if reason.code != "STATE_MISSING" or not unreadable or unreadable[0] != "STATE_MISSING":
                reasons.append(reason)
        if self.dedupe_window_ns is not None:
            reasons += self._duplicate(order, allowed=not reasons)
        reasons = reasons[:REASONS_MAX]
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

    def _cooldowns(self, order):
        """What the cooldown of the order's ticker says against it, then that of every ticker."""
        try:
            ticker = self.tickers.canonical(order.symbol)
        except Uncertain as error:
            return [_reason("COOLDOWN_UNKNOWN", _words(error))]
        own = self._nameless(order.side) if ticker in ("", EVERY) else self._cooldown(ticker, order.side)
        # A folder that cannot be looked into is one reason, not two.
        return own + [reason for reason in self._cooldown(EVERY, order.side) if reason not in own]

    def _cooldown(self, ticker, side):
        if len(_encoded(ticker)) > NAME_MAX_BYTES:
            return []  # nobody can have locked it
        found, refused = _attempt(lambda: self._document_in(COOLDOWNS, ticker, "nija.cooldown", _cooldown), None)
        lock = found and _blocking(found, side, self.clock.now_ns())
        if not lock:
            return [_reason(*refused)] if refused else []
        whose = "every ticker" if found["ticker"] == EVERY else found["ticker"]
        words = f"{whose} cools down until {lock['until']} by {_who(lock['cause'])}: {lock['cause']['reason']}"
        return [_reason("COOLDOWN_ACTIVE", words, until=lock["until"])]

    def _nameless(self, side):
        """An order that names no ticker may go out only when none is locked."""
        blocked, refused = _attempt(lambda: self._blocked(side), None)
        if not blocked:
            return [_reason(*refused)] if refused else []
        words = f"{_printable(blocked)} cools down, and the order names no ticker that could be another"
        return [_reason("COOLDOWN_UNKNOWN", words)]

    def _blocked(self, side):
        """Some ticker that cools down, or whose cooldown cannot be read; else None."""
        for ticker in self._names(COOLDOWNS):
            found, refused = _attempt(lambda: self._document_in(COOLDOWNS, ticker, "nija.cooldown", _cooldown), None)
            if ticker != EVERY and (refused or (found and _blocking(found, side, self.clock.now_ns()))):
                return ticker
        return None

    def _watch(self):
        """Why there is no watch to rely on, where there has to be one."""
        if self.require_watch_ns is None:
            return []
        age_ns, refused = _attempt(self._watch_age_ns, None)
        if refused and refused[0] != "STATE_MISSING":
            return [_reason(*refused)]
        if age_ns is None:
            return [_reason("WATCH_MISSING", "no watch has completed a tick here since this machine was started")]
        if age_ns >= self.require_watch_ns:
            return [_reason("WATCH_MISSING", f"the last tick of the watch ended {age_ns // SECOND_NS}s ago")]
        return []

    def _watch_age_ns(self):
        """How long ago the last tick ended; None when none has since this machine was started."""
        watch = _document_at(os.path.join(self.state_dir, WATCH), "nija.watch", _watch)
        # The clock is read after the document: a tick that ends in between must not lie ahead.
        age_ns, boot_id = self.clock.since_boot_ns() - watch["since_boot_ns"], self.clock.boot_id()
        return age_ns if boot_id and watch["boot_id"] == boot_id and age_ns >= 0 else None

    def _document_in(self, folder, name, form, reader):
        """A document of a folder; None when there is certainly none."""
        folder = self._existing_folder(folder)
        try:
            return folder and _document_at(os.path.join(folder, f"{_encoded(name)}.json"), form, reader)
        except FileNotFoundError:
            return None

    def _names(self, folder):
        """The names of a folder's documents."""
        folder = self._existing_folder(folder)
        names = [_decoded(file[:-5]) for file in os.listdir(folder) if file.endswith(".json")] if folder else []
        return [name for name in names if name]

    def _existing_folder(self, name):
        """The path of a folder that can be looked into; None when there is certainly none."""
        path = os.path.join(self.state_dir, name)
        try:
            os.close(os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
            return path
        except FileNotFoundError:
            os.stat(self.state_dir)
        try:
            os.lstat(path)
        except FileNotFoundError:
            return None
        raise ValueError(f"{_printable(path)} leads nowhere")

    def _duplicate(self, order, allowed):
        """The duplicate guard: claims the order if nothing else stands against it."""
        try:
            ticker = self.tickers.canonical(order.symbol)
        except Uncertain as error:
            return [_reason("DUPLICATE_UNKNOWN", _words(error))]
        if ticker in ("", EVERY) or order.side is None or order.qty is None:
            words = "the order does not say its symbol, side and size, so it cannot be told from others"
            return [_reason("DUPLICATE_UNKNOWN", words)]
        if not allowed:
            return []
        try:
            return Claims(self).claim(_identity(order, ticker))
        except Exception as error:  # what cannot be noted must not go out
            return [_reason("DUPLICATE_UNKNOWN", _words(error))]


class Claims:
    """The orders that were let out, one small document each, shared with `nija gate`."""

    def __init__(self, gate):
        self.clock, self.window_ns, self.wait_seconds = gate.clock, gate.dedupe_window_ns, gate.lock_wait_seconds
        self.state_dir = gate.state_dir

    def claim(self, order):
        """Claims an order; the reasons why that cannot be."""
        name = _claim_name(order)
        lock = self._lock(f"{CLAIMS}.{_stripe(name):02x}")
        try:
            return self._claim(order, os.path.join(self._folder(CLAIMS), f"{name}.json"))
        finally:
            os.close(lock)

    def _claim(self, order, path):
        # The clocks are read under the lock: another claim cannot be younger than what is compared with it.
        now_ns, since_boot_ns, boot_id = self.clock.now_ns(), self.clock.since_boot_ns(), self.clock.boot_id()
        reasons, revision = [], 0
        try:
            stored = _document_at(path, "nija.claim", _claim)
            revision = stored["revision"]
            left_ns = self._left_ns(stored, now_ns, since_boot_ns, boot_id)
            if left_ns is not None and left_ns <= 0:
                pass
            elif left_ns is not None:
                return [self._duplicate(now_ns + left_ns)]
            else:  # dated anew, so that it ends one window from now
                reasons = [self._duplicate(now_ns + self.window_ns)]
        except FileNotFoundError:
            pass
        except Newer as error:
            return [_reason("STATE_NEWER", _words(error))]
        except ValueError as error:
            # It may have been made a moment ago. A new one in its place ends the doubt one window from now.
            self._set_aside(path, now_ns)
            reasons = [_reason("STATE_UNREADABLE", _words(error))]
        self._write(path, {
            "format": "nija.claim", "version": "1.0", "revision": revision + 1, "updated_at": _rfc3339(now_ns),
            "order": order, "claimed_at": _rfc3339(now_ns), "boot_id": boot_id, "since_boot_ns": since_boot_ns,
            "window_ms": self.window_ns // 1_000_000})
        return reasons

    def _left_ns(self, stored, now_ns, since_boot_ns, boot_id):
        """How long it stands; None when it lies ahead of a wall clock that stepped back since the machine was started."""
        if boot_id and stored["boot_id"] == boot_id:
            return self.window_ns - max(0, since_boot_ns - stored["since_boot_ns"])
        age_ns = now_ns - _time_ns(stored["claimed_at"])
        return None if age_ns < 0 else self.window_ns - age_ns

    def _duplicate(self, until_ns):
        until = _rfc3339(until_ns)
        return _reason("DUPLICATE_ORDER", f"the same order was let out, and may not be again until {until}", until=until)

    def _lock(self, name):
        flags = os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(os.path.join(self._folder(LOCKS), name), flags, 0o644)
        deadline = time.monotonic() + self.wait_seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return descriptor
            except OSError as error:
                if error.errno != errno.EWOULDBLOCK or time.monotonic() >= deadline:
                    os.close(descriptor)
                    raise
            time.sleep(0.001)

    def _folder(self, name):
        path = os.path.join(self.state_dir, name)
        try:
            os.mkdir(path, stat.S_IMODE(os.stat(self.state_dir).st_mode))
            os.chmod(path, stat.S_IMODE(os.stat(self.state_dir).st_mode))  # the umask narrowed what was asked for
            self._give_to_owner(path)
        except FileExistsError:
            pass
        return path

    def _give_to_owner(self, path):
        """Gives what root makes in somebody else's directory to its owner, who has to go on working with it."""
        owner = os.stat(self.state_dir)
        if os.geteuid() == 0 and owner.st_uid != 0:
            os.chown(path, owner.st_uid, owner.st_gid)

    def _set_aside(self, path, now_ns):
        stamp = _rfc3339(now_ns)[:19].replace("-", "").replace(":", "")
        os.link(path, f"{path}.corrupt-{stamp}Z")  # unlike a rename, never over another
        os.unlink(path)

    def _write(self, path, document):
        folder, name = os.path.split(path)
        temporary = os.path.join(folder, f".{name}.tmp")
        try:
            os.unlink(temporary)  # under the lock, a leftover of a dead process is nobody's
        except FileNotFoundError:
            pass
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(temporary, flags, 0o644), "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o644 | (os.stat(folder).st_mode & 0o020))
            file.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
        self._give_to_owner(temporary)
        os.rename(temporary, path)


def _objections(order, env, halts, unreadable, stop, doubt):
    if "NIJA_EMERGENCY_STOP" in env:
        yield _reason("ENV_STOP", _printable(env["NIJA_EMERGENCY_STOP"]) or "NIJA_EMERGENCY_STOP is set")
    for halt in halts:
        code = _judge(order, halt)
        if code:
            yield _reason(code, _halt_words(halt), halt_id=halt["id"])
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


def _reason(code, message, halt_id=None, until=None):
    return Reason(code, message, ENDS[code], halt_id, until)


def _attempt(read, otherwise):
    """What `read` returns, and None; or `otherwise`, and the code and words of why it cannot."""
    try:
        return read(), None
    except FileNotFoundError as error:
        return otherwise, ("STATE_MISSING", _words(error))
    except Newer as error:
        return otherwise, ("STATE_NEWER", _words(error))
    except Exception as error:  # whatever a document makes this reader trip over is doubt
        return otherwise, ("STATE_UNREADABLE", _words(error))


def _blocking(cooldown, side, now_ns):
    """The lock that blocks an order of this side, the one that ends last; a side that is not said is blocked by any."""
    free = {"buy": "short", "sell": "long"}.get(side)
    locks = [lock for lock in cooldown["locks"]
             if lock.get("released") is None and now_ns < _time_ns(lock["until"]) and lock["side"] != free]
    return max(locks, key=lambda lock: _time_ns(lock["until"]), default=None)


def _encoded(name):
    """A name as it is safe as a file name."""
    plain = [chr(byte) if chr(byte).isalnum() and byte < 128 or chr(byte) in "_-" or (byte == 46 and at > 0)
             else f"%{byte:02X}" for at, byte in enumerate(name.encode("utf-8"))]
    return "".join(plain)


def _decoded(stem):
    """A file name read back; None when it is no name's."""
    try:
        name = unquote_to_bytes(stem).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return name if _encoded(name) == stem else None


def _identity(order, ticker):
    """What makes two orders the same."""
    # Not by `normalize`, which rounds to the precision of the caller's decimal context.
    qty = format(order.qty, "f")
    qty = qty.rstrip("0").rstrip(".") if "." in qty else qty
    return {"ticker": ticker, "side": order.side, "qty": qty, "platform": _spelled(order.platform),
            "strategy": _spelled(order.strategy), "account": _spelled(order.account), "reduce_only": order.reduce_only}


def _spelled(name):
    """As names are compared everywhere; a blank one, as of an unset shell variable, says nothing."""
    return "".join(char.lower() for char in (name or "").strip(WHITE_SPACE)) or None


def _claim_name(order):
    """SHA-256 of the fields, each preceded by its length in bytes so that no two run together."""
    fields = [order[name] for name in ("ticker", "side", "qty", "platform", "strategy", "account")]
    fields.append("reduce-only" if order["reduce_only"] else None)
    text = "".join("-," if field is None else f"{len(field.encode('utf-8'))}:{field}," for field in fields)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:32]


def _stripe(name):
    """FNV-1a: which of the lock files guards this name."""
    value = 0xCBF29CE484222325
    for byte in name.encode("utf-8"):
        value = ((value ^ byte) * 0x100000001B3) % (1 << 64)
    return value % 256


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
    scope, cause = ":".join(filter(None, halt["scope"])), halt["cause"]
    return f"{scope} {halt['mode']} by {_who(cause)} since {cause['at']}: {cause['reason']}"


def _who(cause):
    actor = cause["actor"]
    return actor.get("operator") or actor.get("user") or f"uid {actor['uid']}"


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


class Uncertain(Exception):
    """How a ticker is compared cannot be told here."""


class Object(list):
    """A JSON object as its pairs: a dict would hide a field that is given twice."""


def _halts(path):
    """The halts in the kill switch."""
    document = _document_at(path, "nija.killswitch", _killswitch)
    try:
        return _agreeing(document)
    except ValueError as error:
        raise ValueError(f"{_printable(path)} is corrupt: {_words(error)}")


def _document_at(path, form, reader):
    """A document, which is read as strictly as by the types in Rust, or not at all."""
    try:
        value = json.loads(_read(path).decode("utf-8"), object_pairs_hook=Object, parse_float=_float,
                           parse_int=_integer, parse_constant=_no_constant)
        _vet(value, NESTING_MAX)
        _judge_version(value, form)
        return reader(value)
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


def _judge_version(value, form):
    # A newer major version may have changed anything else, so the version is judged before the rest.
    probe = _record({"format": _string, "version": _string})(value)
    if probe["format"] != form:
        raise ValueError(f"its format is '{probe['format']}', not '{form}'")
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


def _time_ns(text):
    """A time in nanoseconds since 1970."""
    year, month, day, hour, second, fraction, zone, _ = TIME.fullmatch(text).groups()
    days = date(int(year), int(month), int(day)).toordinal() - date(1970, 1, 1).toordinal()
    seconds = days * 86400 + int(hour) * 3600 + int(text[14:16]) * 60 + int(second)
    if zone not in "Zz":
        offset = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
        seconds += offset if zone[0] == "-" else -offset
    return seconds * SECOND_NS + int(((fraction or ".")[1:] + "0" * 9)[:9])


def _rfc3339(ns):
    """Nanoseconds since 1970 as a time."""
    days, rest = divmod(ns, 86400 * SECOND_NS)
    seconds, fraction = divmod(rest, SECOND_NS)
    day = date.fromordinal(date(1970, 1, 1).toordinal() + days)
    return f"{day.isoformat()}T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{fraction:09}Z"


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
_header = {"format": _string, "version": _string, "revision": _unsigned(64), "updated_at": _time}
_killswitch = _record(
    {**_header, "is_active": _boolean, "halts": _each(_halt)},
    {"mode": _or_null(_mode), "halts_revision": _unsigned(64), "stop_file_applied": _each(_string), "requests": _each(_request),
     "audit_outbox": _outbox})
_touch = _record({"at": _time, "reason": _string, "actor": _actor})
_stop_loss = _record({"id": _string, "ticker": _string, "at": _time})
_lock = _record(
    {"id": _string, "side": _one_of("long", "short", "both"), "until": _time, "cause": _cause},
    {"stop_losses": _each(_stop_loss), "extended": _or_null(_touch), "released": _or_null(_touch)})
_cooldown = _record(
    {**_header, "ticker": _string, "locks": _each(_lock)},
    {"stop_losses": _each(_stop_loss), "audit_outbox": _outbox})
_watch = _record({
    **_header, "ticked_at": _time, "boot_id": _string, "since_boot_ns": _unsigned(64), "pid": _unsigned(32),
    "interval_seconds": _unsigned(64)})
_order = _record(
    {"ticker": _string, "side": _one_of("buy", "sell"), "qty": _string, "reduce_only": _boolean},
    {"platform": _or_null(_string), "strategy": _or_null(_string), "account": _or_null(_string)})
_claim = _record({
    **_header, "order": _order, "claimed_at": _time, "boot_id": _string, "since_boot_ns": _unsigned(64),
    "window_ms": _unsigned(64)})


def _nanoseconds(what, seconds):
    if seconds is None:
        return None
    number = _decimal(what, seconds)
    return int(number * SECOND_NS) if 0 < number <= 86400 else _refuse(f"{what} must be above 0 and at most a day")


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
        if name in given and name not in REPEATED:
            raise ValueError(f"'{name}' is given twice")
        given[name] = given.get(name, []) + [value] if name in REPEATED else value
    if "symbol" not in given or ("json" in given and "quiet" in given):
        raise ValueError("a SYMBOL is needed, and not both --json and --quiet")
    return given


def _decide(words, env):
    given = _arguments(words)
    state_dir, fallback_dirs = given.pop("state-dir", None), given.pop("fallback-dir", None)
    aliases = dict(alias.split("=", 1) if "=" in alias else _refuse(f"alias '{alias}' is not A=B")
                   for alias in given.pop("alias", []))
    settings = {name.replace("-", "_"): given.pop(name) for name in SETTINGS if name in given}
    fields = {name.replace("-", "_"): value for name, value in given.items() if name not in ("json", "quiet")}
    state_dir = env.get("NIJA_STATE_DIR") if state_dir is None else state_dir
    if not state_dir:
        raise ValueError("no state directory: --state-dir and NIJA_STATE_DIR say nothing, and nija.toml is not read")
    return Gate(state_dir, fallback_dirs, env, aliases=aliases, **settings).check(Order(**fields))


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
