//! Cooldowns on damaged documents and failing disks: exit 0 means locked, and no ticker becomes free on the way.

use std::collections::{BTreeMap, BTreeSet};

use super::errors::faults;
use super::stage::Stage;
use super::strace::{calls, inject};
use crate::common::TestEnv;

const CHECK: [&str; 3] = ["cooldown", "check", "BTC-USD"];
const ACTIVATE: [&str; 3] = ["cooldown", "activate", "BTC-USD"];
const STOP_LOSS: [&str; 6] = ["stop-loss", "BTC-USD", "--price", "64000", "--id", "b-1"];

fn damaged(env: &TestEnv) {
    env.nija(&["init"]).run().expect(0);
    env.nija(&ACTIVATE).run().expect(0);
    std::fs::write(env.state("cooldowns/BTCUSD.json"), "{").unwrap();
}

fn counting(env: &TestEnv) {
    env.nija(&["init"]).run().expect(0);
    env.config("[cooldowns]\nguard_count = 2\n");
    env.nija(&["stop-loss", "ETH-USD", "--price", "2000", "--id", "e-1"]).run().expect(0);
}

#[test]
fn a_damaged_cooldown_is_never_free_while_it_is_replaced() {
    for args in [&ACTIVATE[..], &STOP_LOSS] {
        let stage = Stage::new(damaged);
        let env = &stage.env;
        let calls = calls(env, env.nija(args));
        let (mut wrong, mut judged) = (Vec::new(), BTreeSet::new());
        for call in &calls {
            stage.reset();
            inject(env.nija(args), call, "signal=SIGKILL").run();
            if !judged.insert(stage.fingerprint()) {
                continue;
            }
            let check = env.nija(&CHECK).run();
            if check.code == 0 {
                wrong.push(format!("{call}: {}", check.render()));
            }
            let (again, check) = (env.nija(args).run(), env.nija(&CHECK).run());
            if (again.code, check.code) != (0, 1) {
                wrong.push(format!("{call}: the second run: {}{}", again.render(), check.render()));
            }
        }
        super::report(&format!("{args:?}"), calls.len(), &wrong);
    }
}

#[test]
fn a_failing_disk_is_told_and_a_second_run_completes() {
    for args in [&ACTIVATE[..], &STOP_LOSS] {
        let stage = Stage::new(counting);
        let env = &stage.env;
        let calls = calls(env, env.nija(args));
        let (mut wrong, mut cases, mut judged) = (Vec::new(), 0, BTreeMap::new());
        for (call, error) in calls.iter().flat_map(faults) {
            stage.reset();
            cases += 1;
            let output = inject(env.nija(args), call, &format!("error={error}")).run();
            let check = *judged.entry(stage.fingerprint()).or_insert_with(|| {
                let check = env.nija(&CHECK).run().code;
                wrong.extend(completes(env, args).err().map(|why| format!("{error} at {call}: {why}")));
                check
            });
            if !matches!(output.code, 0 | 64..) || (output.code == 0 && check != 1) {
                wrong.push(format!("{error} at {call}: the check says {check} after {}", output.render()));
            }
        }
        assert!(cases > 10, "only {cases} faults were injected into {args:?}");
        super::report(&format!("{args:?}"), cases, &wrong);
    }
}

/// A second run does what is missing, and nothing twice.
fn completes(env: &TestEnv, args: &[&str]) -> Result<(), String> {
    let again = env.nija(args).run();
    let every = env.nija(&["cooldown", "check", "DOGE"]).run();
    let record = env.nija(&["audit", "export"]).run().stdout;
    let counted = record.matches("\"id\":\"b-1\",\"platform\"").count();
    let (tripped, once) = if args == STOP_LOSS { (1, 1) } else { (0, 0) };
    if (again.code, every.code, counted) == (0, tripped, once) {
        return Ok(());
    }
    Err(format!("the second run: {}{}{counted} on record", again.render(), every.render()))
}
