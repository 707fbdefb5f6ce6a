#!/usr/bin/env python3
"""Holds nija_gate.py to the table in tests/gate/cases.json, as a library and as a program."""

import decimal
import errno
import fcntl
import json
import os
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
SCRIPTS = Path(__file__).resolve().parent
sys.path.insert(0, str(SCRIPTS))

from nija_gate import ENDS, Clock, Gate, Order, _rfc3339, _time_ns  # noqa: E402

TABLE = json.loads((SCRIPTS.parent / "tests/gate/cases.json").read_text(encoding="utf-8"))
CLEAR = TABLE["templates"]["clear"]


class Standing(Clock):
    """Stands still 1000 s after the start of the machine."""

    def __init__(self, now):
        self.now = _time_ns(now)

    def now_ns(self):
        return self.now

    def since_boot_ns(self):
        return 1000 * 10**9

    def boot_id(self):
        return "boot-1"


def clock(case):
    return Standing(case["now"]) if "now" in case else Clock()


def content_bytes(content, clock):
    if isinstance(content, str):
        content = {"text": content}
    if "hex" in content:
        return bytes.fromhex(content["hex"])
    text = content["text"] if "text" in content else TABLE["templates"][content["template"]]
    for old, new in content.get("replace", []):
        assert old in text, f"{old!r} does not occur"
        text = text.replace(old, new)
    text = text.replace("@BOOT_ID@", clock.boot_id()).replace("@SINCE_BOOT_NS@", str(clock.since_boot_ns()))
    return text.encode("utf-8")[: content.get("truncate")]


def place(directory, files, clock):
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        if "dir" in content:
            path.mkdir()
        elif "symlink" in content:
            path.symlink_to(content["symlink"])
        else:
            path.write_bytes(content_bytes(content, clock))
        if "mode" in content:
            path.chmod(int(content["mode"], 8))


def arguments(order):
    words = [order["symbol"]]
    for name, value in order.items():
        if name == "reduce_only":
            words += ["--reduce-only"] if value else []
        elif name != "symbol":
            words += [f"--{name}", value]
    return words


def options(settings):
    words = [f"--alias={alias}={name}" for alias, name in settings.get("aliases", {}).items()]
    return words + [f"--{name.replace('_', '-')}={value}" for name, value in settings.items() if name != "aliases"]


def run(words, env=None, **more):
    program = [sys.executable, "-S", "-E", str(SCRIPTS / "nija_gate.py")]
    more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    return subprocess.run(program + words, env=env or {}, timeout=30, check=False, **more)


class Base(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state, self.fallback = Path(folder.name, "state"), Path(folder.name, "fallback")
        self.state.mkdir()
        self.fallback.mkdir()

    def gate(self, env=None):
        return Gate(self.state, [self.fallback], env or {})

    def codes(self, order=None, env=None):
        return [reason.code for reason in self.gate(env).check(order or Order("BTC/USD")).reasons]

    def dirs(self):
        return ["--state-dir", str(self.state), "--fallback-dir", str(self.fallback)]


class Table(unittest.TestCase):
    def each(self, judge):
        for case in TABLE["cases"]:
            if case.get("unprivileged") and os.geteuid() == 0:
                continue
            with self.subTest(case["name"]), tempfile.TemporaryDirectory() as folder:
                state, fallback = Path(folder, "state"), Path(folder, "fallback")
                if not case.get("no_state_dir"):
                    state.mkdir()
                fallback.mkdir()
                place(state, case.get("files", {}), clock(case))
                place(fallback, case.get("fallback_files", {}), clock(case))
                judge(case, state, fallback)

    def test_library(self):
        self.each(self.judge_library)

    def judge_library(self, case, state, fallback):
        if case.get("program_only"):
            self.assertRaises(ValueError, Order, **case["order"])
            return
        gate = Gate(state, [fallback], case.get("env", {}), clock=clock(case), **case.get("settings", {}))
        for expected in (case["expect"], case.get("again", case["expect"])):
            verdict = gate.check(Order(**case["order"]))
            self.assertEqual(expected["codes"], [reason.code for reason in verdict.reasons])
            self.assertEqual(expected["exit"], verdict.exit)
            self.assertEqual(verdict.exit == 0, verdict.allowed)

    def test_program(self):
        self.each(self.judge_program)

    def judge_program(self, case, state, fallback):
        if "now" in case:
            return  # a program goes by the machine's clock
        words = arguments(case["order"]) + options(case.get("settings", {}))
        words += ["--state-dir", str(state), "--fallback-dir", str(fallback), "--json"]
        for expected in (case["expect"], case.get("again")):
            if expected:
                done = run(words, case.get("env", {}))
                answer = json.loads(done.stdout)
                self.assertEqual(expected["exit"], done.returncode)
                self.assertEqual(expected["codes"], [reason["code"] for reason in answer["reasons"]])
                self.assertEqual((done.returncode, done.returncode == 0), (answer["exit_code"], answer["allowed"]))

    def test_every_code_has_a_case(self):
        self.assertEqual(set(ENDS), {code for case in TABLE["cases"] for code in case["expect"]["codes"]})


class Reading(Base):
    def test_every_half_written_document_is_doubt(self):
        whole = TABLE["templates"]["several"].encode("utf-8")
        for size_bytes in range(len(whole) - 1):
            (self.state / "killswitch.json").write_bytes(whole[:size_bytes])
            self.assertEqual(["STATE_UNREADABLE"], self.codes(), f"after {size_bytes} bytes")

    def test_a_pipe_is_doubt_and_does_not_block(self):
        os.mkfifo(self.state / "killswitch.json")
        self.assertEqual(["STATE_UNREADABLE"], self.codes())

    def test_nesting_beyond_any_stack_is_doubt(self):
        for opening in ("[", '{"a":'):
            (self.state / "killswitch.json").write_text(opening * 200_000)
            self.assertEqual(["STATE_UNREADABLE"], self.codes())

    def test_a_place_that_cannot_be_looked_at_is_doubt_and_a_stop_elsewhere_is_not(self):
        (self.state / "killswitch.json").write_text(CLEAR)
        self.fallback.rmdir()
        self.fallback.write_text("not a directory")
        self.assertEqual(["STATE_UNREADABLE"], self.codes())
        (self.state / "EMERGENCY_STOP").touch()
        self.assertEqual(["KILL_SWITCH_HALTED"], self.codes())

    def test_a_stop_raised_and_counted_meanwhile_is_not_missed(self):
        (self.state / "killswitch.json").write_text(CLEAR)
        (self.state / "EMERGENCY_STOP").touch()
        gate = self.gate()
        look = gate._stop_file

        def look_then_release():
            found = look()
            (self.state / "EMERGENCY_STOP").unlink()
            return found

        gate._stop_file = look_then_release
        self.assertEqual(1, gate.check(Order("X")).exit)

    def test_the_stop_file_says_why(self):
        (self.state / "killswitch.json").write_text(CLEAR)
        lines, reserve = TABLE["templates"]["stop_line"], TABLE["templates"]["reserve"]
        wanted = [
            ("", "stop file made by hand"), ("\0\0\n", "stop file made by hand"), ("stop!! \x07 now\nx", "stop!!  now"),
            (lines, "fat finger on desk 3"), ("by hand\n" + lines, "fat finger on desk 3"),
            (reserve, "raised from the reserve"), (reserve + lines, "fat finger on desk 3"), ("[1]", "[1]"),
        ]
        for text, words in wanted:
            (self.state / "EMERGENCY_STOP").write_text(text)
            self.assertEqual(f"{self.state}/EMERGENCY_STOP: {words}", self.gate().check(Order("X")).reasons[0].message)

    def test_no_descriptor_is_left_open(self):
        (self.state / "killswitch.json").mkdir()
        before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
        for _ in range(8):
            self.codes()
        self.assertEqual(before, len(os.listdir("/proc/self/fd")) if before else 0)


class Asking(Base):
    def setUp(self):
        super().setUp()
        (self.state / "killswitch.json").write_text(CLEAR)

    def test_sizes_are_exact_whatever_the_caller_made_of_decimal(self):
        with decimal.localcontext() as context:
            context.prec = 3
            self.assertFalse(Order("X", "sell", "10.001", "10").reduces())
            self.assertFalse(Order("X", "sell", "1000.4", Decimal("1000.3")).reduces())
            self.assertTrue(Order("X", "sell", 0.1, "0.1").reduces())
            self.assertTrue(Order("X", "buy", 1, -1).reduces())

    def test_figures_that_are_none_are_refused(self):
        for qty in (float("nan"), float("inf"), 0, -1, "1e", "1_0", " 1", "\u0661", "", Decimal("NaN")):
            self.assertRaises(ValueError, Order, "X", "sell", qty)
        self.assertRaises(ValueError, Order, "X", side="")
        self.assertRaises(ValueError, Order, None)
        self.assertRaises(ValueError, Order, "X\udcff")

    def test_a_state_directory_must_be_named(self):
        self.assertRaises(ValueError, Gate, "")

    def test_fallback_directories_default_to_the_ones_of_nija(self):
        self.assertEqual(["/run/nija"], Gate("x", env={}).fallback_dirs)
        self.assertEqual(["/run/nija", "/r/nija"], Gate("x", env={"XDG_RUNTIME_DIR": "/r"}).fallback_dirs)

    def test_the_environment_is_read_at_every_check(self):
        env = {}
        gate = self.gate(env)
        self.assertTrue(Gate(self.state, [], env).check(Order("X")).allowed)
        gate.env = env = {"NIJA_EMERGENCY_STOP": "drill \udcff"}
        self.assertEqual("drill ?", gate.check(Order("X")).reasons[0].message)


class Tickers(Base):
    def setUp(self):
        super().setUp()
        (self.state / "killswitch.json").write_text(CLEAR)

    def test_a_character_that_rust_may_take_for_a_letter_is_doubt(self):
        for symbol in ("BTC\u0902", "\u24b6", "\u0905\u093e", "\U0001f130", "\u0378"):
            self.assertEqual(["COOLDOWN_UNKNOWN"], self.codes(Order(symbol)), symbol)
            self.assertEqual([], self.codes(Order(symbol, side="sell", qty=1, position=1)), symbol)
            self.assertEqual([], [reason.code for reason in Gate(
                self.state, [], {}, matching="exact").check(Order(symbol)).reasons], symbol)
        self.assertEqual([], self.codes(Order("\u20ac/\u00e4\u4e2d\u00bd")))

    def test_settings_that_are_none_are_told(self):
        wrong = [{"matching": "fuzzy"}, {"require_watch_seconds": 0}, {"require_watch_seconds": -1},
                 {"dedupe_window_seconds": "soon"}, {"dedupe_window_seconds": 86401}, {"dedupe_window_seconds": "nan"}]
        for settings in wrong:
            self.assertRaises(ValueError, Gate, self.state, [], {}, **settings)


class Guard(Base):
    def setUp(self):
        super().setUp()
        (self.state / "killswitch.json").write_text(CLEAR)
        self.order = Order("BTC-USD", side="buy", qty="0.50", platform="Kraken")

    def gate(self, env=None):
        return Gate(self.state, [self.fallback], env or {}, dedupe_window_seconds=60, lock_wait_seconds=0.05)

    def test_the_name_is_the_same_in_every_program(self):
        self.assertTrue(self.gate().check(self.order).allowed)
        # Held by src/domain/gate/claim.rs as well.
        self.assertEqual(["dcf4c0bf770ab77b46de2eb3fbf1ebbf.json"], os.listdir(self.state / "claims"))
        self.assertEqual(["claims.b7"], os.listdir(self.state / ".locks"))

    def test_figures_beyond_the_precision_of_the_context_are_told_apart(self):
        with decimal.localcontext() as context:
            context.prec = 3
            for qty in ("0.12345678901234567890123456", "0.12345678901234567890123457", "1E+3", "1001"):
                order = Order("BTC-USD", side="buy", qty=qty)
                self.assertTrue(self.gate().check(order).allowed, qty)
                self.assertEqual(["DUPLICATE_ORDER"], self.codes(order), qty)

    def test_a_lock_that_is_held_is_doubt(self):
        self.assertTrue(self.gate().check(self.order).allowed)
        with open(self.state / ".locks" / "claims.b7", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertEqual(["DUPLICATE_UNKNOWN"], self.codes(self.order))
        self.assertEqual(["DUPLICATE_ORDER"], self.codes(self.order))

    def test_a_claim_that_cannot_be_written_is_doubt(self):
        for call in ("open", "mkdir", "rename", "fchmod", "unlink", "stat"):
            with mock.patch(f"nija_gate.os.{call}", side_effect=OSError(errno.EIO, "injected")):
                self.assertFalse(self.gate().check(self.order).allowed, call)
        self.assertTrue(self.gate().check(self.order).allowed)

    def test_of_orders_asked_for_at_once_one_is_let_out(self):
        words = ["BTC-USD", "--side", "buy", "--qty", "1", "--dedupe-window-seconds", "60"] + self.dirs()
        program = [sys.executable, "-S", "-E", str(SCRIPTS / "nija_gate.py")]
        asked = [subprocess.Popen(program + words, env={}, stdout=subprocess.DEVNULL) for _ in range(8)]
        self.assertEqual([0] + [1] * 7, sorted(process.wait(30) for process in asked))

    def test_a_time_reads_back(self):
        for text in ("1970-01-01T00:00:00.000000000Z", "2026-03-02T10:00:00.123456789Z", "1969-12-31T23:59:59.999999999Z"):
            self.assertEqual(text, _rfc3339(_time_ns(text)))


class Program(Base):
    def setUp(self):
        super().setUp()
        (self.state / "killswitch.json").write_text(CLEAR)

    def test_every_error_is_three(self):
        wrong = [
            [], ["--json"], ["-x"], ["--", "X"], ["X", "Y"], ["X", "--sym"], ["X", "--side"], ["X", "--side", "up"],
            ["X", "--qty", "--json"], ["X", "--platform", "-h"], ["X", "--qty", "1", "--qty", "1"], ["X", "--json=1"],
            ["X", "--json", "--quiet"], ["X", "--json", "--json"], ["X", "--help"], ["-h"], ["X", "--symbol", "Y"],
            ["X", "--state-dir", ""], ["X", b"--platform=\xff"], [b"\xff"], ["X", "--qty", "1e"],
        ]
        for words in wrong:
            done = run(words + self.dirs())
            self.assertEqual((3, True), (done.returncode, bool(done.stdout + done.stderr)), words)

    def test_usage_errors_are_one_document_with_json(self):
        answer = json.loads(run(["X", "--side", "up", "--json"] + self.dirs()).stdout)
        self.assertEqual((False, 3, []), (answer["allowed"], answer["exit_code"], answer["reasons"]))
        self.assertIn("neither 'buy' nor 'sell'", answer["error"])

    def test_where_the_state_is(self):
        env, fallback = {"NIJA_STATE_DIR": str(self.state)}, ["--fallback-dir", str(self.fallback)]
        self.assertEqual(0, run(["X"] + fallback, env).returncode)
        self.assertEqual(3, run(["X", "--state-dir", "/nonexistent"] + fallback, env).returncode)
        self.assertEqual(3, run(["X", "--state-dir="] + fallback, env).returncode)
        done = run(["X"] + fallback, cwd=self.state)
        self.assertEqual((3, True), (done.returncode, b"NIJA_STATE_DIR" in done.stderr))

    def test_every_fallback_directory_given_is_looked_at(self):
        (self.fallback / "EMERGENCY_STOP").touch()
        self.assertEqual(1, run(["X", "--fallback-dir", "/nonexistent"] + self.dirs()).returncode)
        self.assertEqual(1, run(["X"] + self.dirs() + ["--fallback-dir=/nonexistent"]).returncode)

    def test_what_people_see(self):
        self.assertEqual(b"trade\n", run(["X"] + self.dirs()).stdout)
        self.assertEqual(b"", run(["X", "--quiet"] + self.dirs()).stdout)
        self.assertEqual(0, run(["X", "--position", "-5", "--qty=1", "--side", "buy"] + self.dirs()).returncode)
        (self.state / "killswitch.json").write_text(TABLE["templates"]["halted"].replace("desk 3", "d\u00e9sk"))
        done = run(["X"] + self.dirs(), {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"})
        self.assertEqual(1, done.returncode)
        self.assertIn(b"KILL_SWITCH_HALTED: all halted by alice since 2026-03-02T09:30:00Z: fat finger", done.stdout)
        self.assertEqual(1, run(["X", "--quiet"] + self.dirs()).returncode)

    def test_an_answer_that_cannot_be_given_is_three(self):
        if os.path.exists("/dev/full"):
            with open("/dev/full", "wb") as full:
                self.assertEqual(3, run(["X"] + self.dirs(), stdout=full, stderr=full).returncode)
                self.assertEqual(3, run(["X", "--json"] + self.dirs(), stdout=full).returncode)
                self.assertEqual(0, run(["X", "--quiet"] + self.dirs(), stdout=full).returncode)


if __name__ == "__main__":
    unittest.main()
