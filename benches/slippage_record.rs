//! Many writers recording fills at once: threads that share a recorder, or processes that do not; driven by
//! `scripts/bench.sh`.
#![expect(clippy::print_stdout, reason = "a bench says what it measured")]

use std::collections::HashSet;
use std::error::Error;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nija::clock::{Clock as _, System};
use nija::domain::order::Side;
use nija::domain::slippage::{Facts, Fill, Policy, line};
use nija::domain::ticker;
use nija::ops::slippage::{Ledger, Recorder};
use nija::store::Backend as _;
use nija::store::file::FileBackend;
use nija::store::fills::{FILLS, log};
use rust_decimal::Decimal;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// Long enough that no record ever gives up in here.
const LOCK_WAIT: Duration = Duration::from_secs(60);

fn main() -> Outcome {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["threads", dir, writers, records] => threads(Path::new(dir), writers.parse()?, records.parse()?),
        ["processes", dir, writers, records] => processes(Path::new(dir), writers.parse()?, records.parse()?),
        ["work", dir, writer, records] => work(Path::new(dir), writer.parse()?, records.parse()?),
        _ => {
            println!("writers at once: run scripts/bench.sh record");
            Ok(())
        }
    }
}

/// Threads of one process, all of them with one recorder.
fn threads(dir: &Path, writers: u64, records: u64) -> Outcome {
    let (backend, clock) = (FileBackend::open(dir)?, System::new());
    let recorder = Recorder::new(Ledger { backend: &backend, clock: &clock, wait: LOCK_WAIT });
    let from = clock.monotonic();
    std::thread::scope(|scope| -> Outcome {
        let (recorder, clock) = (&recorder, &clock);
        let start = |writer| scope.spawn(move || record(recorder, clock, writer, records));
        let started: Vec<_> = (0..writers).map(start).collect();
        for thread in started {
            thread.join().map_err(|_| "a writer panicked")??;
        }
        Ok(())
    })?;
    report(&backend, writers * records, clock.monotonic() - from)
}

/// Processes that know nothing of each other.
fn processes(dir: &Path, writers: u64, records: u64) -> Outcome {
    let (backend, clock, program) = (FileBackend::open(dir)?, System::new(), std::env::current_exe()?);
    let mut workers = Vec::new();
    for writer in 0..writers {
        let mut command = Command::new(&program);
        command.arg("work").arg(dir).args([writer.to_string(), records.to_string()]);
        workers.push(ready(&mut command)?);
    }
    let from = clock.monotonic();
    for worker in &mut workers {
        worker.stdin = None;
    }
    for mut worker in workers {
        if !worker.wait()?.success() {
            return Err("a writer failed".into());
        }
    }
    report(&backend, writers * records, clock.monotonic() - from)
}

/// Starts a process that waits for the end of its input.
fn ready(command: &mut Command) -> Outcome<Child> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let said = child.stdout.take().ok_or("a writer has no pipe")?;
    BufReader::new(said).read_line(&mut String::new())?;
    Ok(child)
}

fn work(dir: &Path, writer: u64, records: u64) -> Outcome {
    let (backend, clock) = (FileBackend::open(dir)?, System::new());
    let recorder = Recorder::new(Ledger { backend: &backend, clock: &clock, wait: LOCK_WAIT });
    println!("ready");
    std::io::stdin().read_to_end(&mut Vec::new())?;
    record(&recorder, &clock, writer, records)
}

fn record(recorder: &Recorder<'_>, clock: &System, writer: u64, records: u64) -> Outcome {
    let (tickers, policy) = (ticker::Policy::default(), Policy::default());
    for number in 0..records {
        let facts = Facts {
            at: clock.now(),
            ticker: "BTC-USD".to_owned(),
            side: Side::Buy,
            expected: Decimal::from(64_000),
            actual: Decimal::new(640_125, 1),
            qty: Some(Decimal::new(25, 2)),
            fee: None,
            latency_ms: None,
            broker: Some("kraken".to_owned()),
            order_type: None,
            order_id: None,
            source: "bench".to_owned(),
        };
        let fill = Fill::new(format!("f-{writer:08x}{number:08x}"), facts, &tickers, &policy)?;
        recorder.record(&fill)?;
    }
    Ok(())
}

/// How many there were a second, and how many of them are not in the logs, or not whole.
fn report(backend: &FileBackend, records: u64, took: Duration) -> Outcome {
    let mut ids = HashSet::new();
    for month in backend.months(FILLS)? {
        backend.scan(log(month), 0, &mut |bytes| {
            ids.extend(line::read(bytes).ok().map(|fill| fill.id));
            true
        })?;
    }
    let took_ms = u64::try_from(took.as_millis())?.max(1);
    println!("records_per_s {} lost {}", records * 1000 / took_ms, records - ids.len() as u64);
    Ok(())
}
