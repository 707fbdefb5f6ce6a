//! One state update beside a durable replace in C, and many processes updating at once; driven by `scripts/bench.sh`.
#![expect(clippy::print_stdout, reason = "a bench says what it measured")]

use std::error::Error;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use nija::clock::{Clock as _, System};
use nija::domain::heartbeat::{Heartbeat, KillSwitchSeen};
use nija::domain::key::Key;
use nija::store::Durability;
use nija::store::document::{self, Stored};
use nija::store::file::FileBackend;

mod pairs;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Long enough that no update ever gives up in here: the worst wait is what is measured.
const LOCK_WAIT: Duration = Duration::from_secs(60);

const WARMUP_ROUNDS: u32 = 5;

fn main() -> Outcome {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["once", dir] => Updater::open(Path::new(dir), "bot-0")?.update(),
        ["pair", floor, dir, rounds] => pair(Path::new(floor), Path::new(dir), rounds.parse()?),
        ["contend", dir, processes, updates] => contend(Path::new(dir), processes.parse()?, updates),
        ["work", dir, name, updates] => work(Path::new(dir), name, updates.parse()?),
        _ => {
            println!("compared with programs in C: run scripts/bench.sh update contention");
            Ok(())
        }
    }
}

/// One component that reports, as `nija gate --client` and `nija heartbeat` do.
struct Updater {
    backend: FileBackend,
    key: Key,
    clock: System,
}

impl Updater {
    fn open(dir: &Path, name: &str) -> Outcome<Self> {
        Ok(Self {
            backend: FileBackend::open(dir)?,
            key: Key::entry("heartbeats", name)?,
            clock: System::new(),
        })
    }

    /// Lock, read, change, commit durably.
    fn update(&self) -> Outcome {
        let seen = KillSwitchSeen { revision: 1, stop_file: false, at: self.clock.now() };
        let mut opened = document::open::<Heartbeat>(&self.backend, &self.key, LOCK_WAIT)?;
        let mut client = match std::mem::replace(&mut opened.stored, Stored::Missing) {
            Stored::Present(client) => client,
            Stored::Missing => Heartbeat::new(&self.key.name, seen, 1, "bench"),
            Stored::Unreadable(why) => return Err(why.to_string().into()),
        };
        client.report(seen, std::process::id(), "bench");
        Ok(opened.commit(&mut client, seen.at, Durability::Strict)?)
    }

    fn timed_ns(&self) -> Outcome<u64> {
        let from = self.clock.monotonic();
        self.update()?;
        Ok(u64::try_from((self.clock.monotonic() - from).as_nanos())?)
    }

    fn stored(&self) -> Outcome<Heartbeat> {
        match document::read(&self.backend, &self.key)? {
            Stored::Present(client) => Ok(client),
            other => Err(format!("{}: {other:?}", self.key.file()).into()),
        }
    }
}

/// Updates and durable replaces in C in turns. Each is measured by the process that does it, right after it was woken.
fn pair(floor: &Path, dir: &Path, rounds: u32) -> Outcome {
    let updater = Updater::open(dir, "bot-0")?;
    updater.update()?;
    let stored = updater.backend.root().folder("heartbeats")?.read("bot-0.json")?;
    let size_bytes = stored.map_or(0, |bytes| bytes.len());
    let mut child = Command::new(floor)
        .args([Path::new("serve"), dir, Path::new(&size_bytes.to_string())])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(mut ask), Some(mut answer)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("the floor has no pipes".into());
    };
    let mut pairs = pairs::Pairs::default();
    for round in 0..rounds + WARMUP_ROUNDS {
        let mut theirs = [0; 8];
        ask.write_all(b"x")?;
        answer.read_exact(&mut theirs)?;
        let ours_ns = updater.timed_ns()?;
        if round >= WARMUP_ROUNDS {
            pairs.push(ours_ns, u64::from_ne_bytes(theirs));
        }
    }
    drop(ask);
    child.wait()?;
    println!("{pairs}");
    Ok(())
}

/// Processes that each update their own document, all at once. Prints the line that `update_sqlite.c` prints.
fn contend(dir: &Path, processes: usize, updates: &str) -> Outcome {
    let program = std::env::current_exe()?;
    let mut workers = Vec::new();
    for index in 0..processes {
        let name = format!("bot-{index}");
        Updater::open(dir, &name)?.update()?;
        workers.push(Worker::start(
            Command::new(&program).args(["work".as_ref(), dir.as_os_str()]).args([&name, updates]),
        )?);
    }
    let seqs = || -> Outcome<u64> {
        (0..processes).map(|index| Ok(Updater::open(dir, &format!("bot-{index}"))?.stored()?.seq)).sum()
    };
    let before = seqs()?;
    let clock = System::new();
    let from = clock.monotonic();
    for worker in &mut workers {
        worker.go();
    }
    let mut waits_us = Vec::new();
    for worker in workers {
        waits_us.extend(worker.finish()?);
    }
    let took_ms = u64::try_from((clock.monotonic() - from).as_millis())?.max(1);
    let total = u64::try_from(waits_us.len())?;
    let worst_us = waits_us.iter().max().copied().unwrap_or(0);
    let median_us = pairs::median(&waits_us);
    println!(
        "updates_per_s {} median_ms {}.{:02} worst_ms {}.{} lost {}",
        total * 1000 / took_ms,
        median_us / 1000,
        median_us % 1000 / 10,
        worst_us / 1000,
        worst_us % 1000 / 100,
        total - (seqs()? - before)
    );
    Ok(())
}

/// One process that waits for its start.
struct Worker {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    fn start(command: &mut Command) -> Outcome<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut answers = BufReader::new(child.stdout.take().ok_or("a worker has no pipe")?);
        answers.read_line(&mut String::new())?;
        Ok(Self { child, answers })
    }

    fn go(&mut self) {
        self.child.stdin = None;
    }

    fn finish(mut self) -> Outcome<Vec<u64>> {
        let mut text = String::new();
        self.answers.read_to_string(&mut text)?;
        if !self.child.wait()?.success() {
            return Err("a worker failed".into());
        }
        text.split_whitespace().map(|wait| wait.parse().map_err(Into::into)).collect()
    }
}

fn work(dir: &Path, name: &str, updates: u32) -> Outcome {
    let updater = Updater::open(dir, name)?;
    println!("ready");
    std::io::stdin().read_to_end(&mut Vec::new())?;
    let mut waits_us = String::new();
    for _ in 0..updates {
        waits_us += &format!("{}\n", updater.timed_ns()? / 1000);
    }
    println!("{waits_us}");
    Ok(())
}
