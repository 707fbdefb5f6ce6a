//! `kill -9` and failing disks at every system call of the orders commands: no order, fill or halt is lost or doubled.

use nija::domain::document::decode;
use nija::domain::pending::{State, Tracked};
use serde_json::Value;

use super::stage::Stage;
use super::strace::{Call, calls, inject};
use crate::common::TestEnv;

const TRACK: [&str; 11] = [
    "orders",
    "track",
    "A-1",
    "--symbol",
    "BTC-USD",
    "--side",
    "buy",
    "--price",
    "64000",
    "--strategy",
    "scalper",
];

const COMPLETE: [&str; 7] = ["orders", "complete", "A-1", "--outcome", "filled", "--fill-price", "64010"];

fn init(env: &TestEnv) {
    env.nija(&["init"]).run().expect(0);
}

fn tracked(env: &TestEnv) {
    init(env);
    env.nija(&TRACK).run().expect(0);
}

/// Two orders of the strategy are counted; the third halts it.
fn about_to_trip(env: &TestEnv) {
    init(env);
    env.config("[orders]\nthrottle = \"3/1h\"\n");
    for id in ["A-8", "A-9"] {
        env.nija(&["orders", "track", id, "--symbol", "BTC-USD", "--strategy", "scalper"]).run().expect(0);
    }
}

/// Completed so long ago that the next look moves it to the log.
fn old(env: &TestEnv) {
    tracked(env);
    env.nija(&COMPLETE).run().expect(0);
    let path = env.state("orders/A-1.json");
    let mut document: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    document["completion"]["at"] = "2026-01-02T03:04:05Z".into();
    std::fs::write(&path, document.to_string()).unwrap();
}

fn order(env: &TestEnv) -> Option<Tracked> {
    let bytes = std::fs::read(env.state("orders/A-1.json")).ok()?;
    Some(decode(&bytes).unwrap_or_else(|why| panic!("the order is torn: {why}")))
}

/// Lines of the logs in a folder that are about the order.
fn lines(env: &TestEnv, folder: &str) -> usize {
    let Ok(months) = std::fs::read_dir(env.state(folder)) else { return 0 };
    let text = months.map(|month| std::fs::read_to_string(month.unwrap().path()).unwrap());
    text.map(|text| text.matches("\"A-1\"").count()).sum()
}

/// Every call of a command with a fault, and what is wrong afterwards.
fn matrix(
    args: &[&str],
    prepare: fn(&TestEnv),
    faults: &[&str],
    judge: fn(&TestEnv, i32) -> Result<(), String>,
) {
    let stage = Stage::new(prepare);
    let env = &stage.env;
    let points = calls(env, env.nija(args));
    let (mut wrong, mut cases) = (Vec::new(), 0);
    for (call, fault) in points.iter().flat_map(|call| faults.iter().map(move |fault| (call, *fault))) {
        if !touches_the_disk(call) && fault != "signal=SIGKILL" {
            continue;
        }
        stage.reset();
        let output = inject(env.nija(args), call, fault).run();
        let said = format!("{fault} at {call}, which exited with {}", output.code);
        wrong.extend(judge(env, output.code).err().map(|why| format!("{said}: {why}")));
        cases += 1;
    }
    assert!(cases > 20, "only {cases} faults were injected into {args:?}");
    super::report(&format!("{args:?}"), cases, &wrong);
}

fn touches_the_disk(call: &Call) -> bool {
    ["write", "fsync", "fdatasync", "renameat", "renameat2", "openat", "unlinkat", "ftruncate"]
        .contains(&call.name.as_str())
}

const KILL: &[&str] = &["signal=SIGKILL"];
const ERRORS: &[&str] = &["error=EIO", "error=ENOSPC"];

fn ensure(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

/// Its fill is in the slippage log exactly once when it is completed and somebody looked, and never twice.
fn filled_once(env: &TestEnv, code: i32) -> Result<(), String> {
    ensure(lines(env, "slippage") <= usize::from(order(env).is_some()), "a fill without its order")?;
    let state = order(env).map(|order| order.state);
    ensure(matches!(state, Some(State::Pending | State::Completed)), "the order is neither old nor new")?;
    ensure(code != 0 || state == Some(State::Completed), "acknowledged, and not completed")?;
    let look = env.nija(&["check", "orders"]).run();
    ensure(look.code == 0, &look.render())?;
    let fills = || env.nija(&["slippage", "verify"]).run();
    let recorded = lines(env, "slippage");
    match state {
        Some(State::Completed) => ensure(recorded == 1, &format!("{recorded} fills after a look"))?,
        _ => ensure(recorded == 0, "a fill before its order was completed")?,
    }
    for _ in 0..2 {
        let again = env.nija(&COMPLETE).run();
        ensure(again.code == 0, &again.render())?;
        let recorded = lines(env, "slippage");
        ensure(recorded == 1, &format!("{recorded} fills after the second try"))?;
    }
    ensure(order(env).is_some_and(|order| order.fill_outbox.is_none()), "the order still carries its fill")?;
    ensure(fills().code == 0, &fills().render())
}

#[test]
fn a_completion_records_its_fill_exactly_once() {
    matrix(&COMPLETE, tracked, KILL, filled_once);
}

#[test]
fn a_completion_on_a_failing_disk_records_its_fill_exactly_once() {
    matrix(&COMPLETE, tracked, ERRORS, filled_once);
}

/// The order is tracked or not, a second try tracks it, and what was acknowledged is there.
fn tracked_once(env: &TestEnv, code: i32) -> Result<(), String> {
    ensure(code != 0 || order(env).is_some(), "acknowledged, and not tracked")?;
    let again = env.nija(&TRACK).run();
    ensure(again.code == 0 && order(env).is_some(), &again.render())
}

#[test]
fn an_order_is_tracked_or_not() {
    matrix(&TRACK, init, KILL, tracked_once);
    matrix(&TRACK, init, ERRORS, tracked_once);
}

/// The order that is one too many halts its strategy, at the latest when it is tracked again, and is tracked itself.
fn halted(env: &TestEnv, code: i32) -> Result<(), String> {
    let gate = || env.nija(&["gate", "BTC-USD", "--strategy", "scalper"]).run().code;
    ensure(code != 0 || gate() != 0, "acknowledged, and its strategy is not halted")?;
    tracked_once(env, code)?;
    ensure(gate() == 1, "its strategy is not halted after the second try")
}

#[test]
fn the_order_that_is_one_too_many_halts_its_strategy() {
    matrix(&TRACK, about_to_trip, KILL, halted);
    matrix(&TRACK, about_to_trip, ERRORS, halted);
}

/// It is in `orders/`, in the log, or in both until the next look; then in the log once.
fn archived_once(env: &TestEnv, _code: i32) -> Result<(), String> {
    ensure(order(env).is_some() || lines(env, "order-history") > 0, "the order is lost")?;
    let shown = env.nija(&["orders", "show", "A-1"]).run();
    ensure(shown.code == 0 && shown.stdout.contains("filled at 64010"), &shown.render())?;
    let look = env.nija(&["check", "orders"]).run();
    ensure(look.code == 0, &look.render())?;
    ensure(order(env).is_none(), "the order still stands in orders/")?;
    let text = std::fs::read_to_string(env.state("order-history/2026-01.jsonl")).unwrap_or_default();
    ensure(text.lines().count() == 1, &format!("the log holds it {} times", text.lines().count()))?;
    let again = env.nija(&COMPLETE).run();
    ensure(again.code == 0 && again.stdout.starts_with("KNOWN"), &again.render())
}

#[test]
fn an_old_order_moves_to_the_log_exactly_once() {
    matrix(&["check", "orders"], old, KILL, archived_once);
    matrix(&["check", "orders"], old, ERRORS, archived_once);
}
