//! `nija orders track` beside few and beside many orders, in turns, as processes; driven by `scripts/bench.sh`.
#![expect(clippy::print_stdout, reason = "a bench says what it measured")]

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};

use nija::clock::{Clock as _, System};

mod pairs;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const WARMUP_ROUNDS: u32 = 3;

fn main() -> Outcome {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["track", nija, many, few, rounds] => track(nija, Path::new(many), Path::new(few), rounds.parse()?),
        _ => {
            println!("compared as processes: run scripts/bench.sh orders");
            Ok(())
        }
    }
}

/// Each round tracks a new order in both state directories and takes it away again.
fn track(nija: &str, many: &Path, few: &Path, rounds: u32) -> Outcome {
    let mut pairs = pairs::Pairs::default();
    for round in 0..rounds + WARMUP_ROUNDS {
        let id = format!("bench-{round}");
        let (ours_ns, theirs_ns) = (timed_ns(nija, many, &id)?, timed_ns(nija, few, &id)?);
        if round >= WARMUP_ROUNDS {
            pairs.push(ours_ns, theirs_ns);
        }
    }
    println!("{pairs}");
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the bench takes away what it made")]
fn timed_ns(nija: &str, state: &Path, id: &str) -> Outcome<u64> {
    let words =
        ["--symbol", "BTC-USD", "--side", "buy", "--qty", "0.5", "--price", "64000", "--platform", "kraken"];
    let mut command = Command::new(nija);
    command.arg("--state-dir").arg(state).args(["orders", "track", id, "--quiet"]).args(words);
    let clock = System::new();
    let from = clock.monotonic();
    let status = command.stdout(Stdio::null()).status()?;
    let took = clock.monotonic() - from;
    if !status.success() {
        return Err(format!("{command:?}: {status}").into());
    }
    std::fs::remove_file(state.join("orders").join(format!("{id}.json")))?;
    Ok(u64::try_from(took.as_nanos())?)
}
