//! What the in-process gate costs a bot before each order, beside one `fstatat`, and that it allocates nothing.
#![expect(clippy::print_stdout, reason = "a bench says what it measured")]
#![expect(unsafe_code, reason = "counting allocations and calling the C library")]

use std::alloc::{GlobalAlloc, Layout, System as Heap};
use std::error::Error;
use std::ffi::{CStr, CString};
use std::fs::File;
use std::hint::black_box;
use std::os::fd::AsRawFd as _;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use nija::clock::{Clock as _, System};
use nija::{Gate, Order, Side};

mod pairs;

const ROUNDS: u32 = 1001;
/// Few, so that a round is rarely interrupted where others use the machine too.
const CALLS_PER_ROUND: u32 = 100;

/// Documents younger than this are read again on every call, because their change time cannot be trusted yet.
const SETTLE: Duration = Duration::from_millis(100);

const ORDER: Order<'_> = Order {
    symbol: "BTC-USD",
    side: Some(Side::Buy),
    qty: None,
    position: None,
    reduce_only: false,
    platform: None,
    strategy: None,
    account: None,
};

/// The system's allocator, counting.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { Heap.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { Heap.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static HEAP: Counting = Counting;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test` starts benches too; measuring is asked for by `cargo bench` alone.
    let mut words = std::env::args().skip_while(|word| word != "--bench");
    if words.next().is_none() {
        return Ok(());
    }
    // As deep as /var/lib/nija: how many folders a path has is part of what a look costs.
    let dir = tempfile::Builder::new().prefix("nija-gate.").tempdir_in("/var/tmp")?;
    let mut init = Command::new(env!("CARGO_BIN_EXE_nija"));
    let initialised = init.arg("--state-dir").arg(dir.path()).arg("init").output()?;
    if !initialised.status.success() {
        return Err(String::from_utf8_lossy(&initialised.stderr).into());
    }
    measure(dir.path())?;
    match (words.next(), words.next()) {
        (Some(small), Some(large)) => compare(Path::new(&small), Path::new(&large)),
        _ => Ok(()),
    }
}

/// A gate that lets the order out, and remembers everything that it looked at.
fn warm(dir: &Path, clock: &System) -> Result<Gate, Box<dyn Error>> {
    clock.sleep(SETTLE);
    let mut gate = Gate::open(dir)?;
    if !gate.check(&ORDER).is_allowed() {
        return Err(format!("the gate over {} does not let the order out", dir.display()).into());
    }
    Ok(gate)
}

fn measure(dir: &Path) -> Result<(), Box<dyn Error>> {
    let clock = System::new();
    let mut gate = warm(dir, &clock)?;
    let directory = File::open(dir)?;
    let path = CString::new(dir.join("EMERGENCY_STOP").into_os_string().into_encoded_bytes())?;
    let in_directory = || is_absent(directory.as_raw_fd(), c"EMERGENCY_STOP");
    let by_path = || is_absent(libc::AT_FDCWD, &path);
    report("stop_file", &clock, &mut || !gate.stop_file_stands(), &mut || in_directory());
    report("stop_file_by_path", &clock, &mut || !gate.stop_file_stands(), &mut || by_path());
    report("documents", &clock, &mut || gate.check(&ORDER).is_allowed(), &mut || in_directory());
    Ok(())
}

/// The same check over many orders and cooldowns beside one over few: directories that `benches/c/populate.c` filled.
fn compare(small: &Path, large: &Path) -> Result<(), Box<dyn Error>> {
    let clock = System::new();
    let (mut few, mut many) = (warm(small, &clock)?, warm(large, &clock)?);
    let directory = File::open(small)?;
    let floor = || is_absent(directory.as_raw_fd(), c"EMERGENCY_STOP");
    report("cooldowns", &clock, &mut || few.check(&ORDER).is_allowed(), &mut || floor());
    report("many_to_few", &clock, &mut || many.check(&ORDER).is_allowed(), &mut || {
        few.check(&ORDER).is_allowed()
    });
    Ok(())
}

/// One `fstatat` through the C library: the least that any gate over files can do.
fn is_absent(directory: libc::c_int, path: &CStr) -> bool {
    let mut stat = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the descriptor is open, the path ends in NUL, and there is room for the answer.
    let found =
        unsafe { libc::fstatat(directory, path.as_ptr(), stat.as_mut_ptr(), libc::AT_SYMLINK_NOFOLLOW) };
    found != 0
}

fn report(name: &str, clock: &System, ours: &mut dyn FnMut() -> bool, theirs: &mut dyn FnMut() -> bool) {
    let mut pairs = pairs::Pairs::default();
    let mut allocations = 0;
    for round in 0..=ROUNDS {
        let before = ALLOCATIONS.load(Relaxed);
        let ours_ns = time_ns(clock, ours);
        allocations += ALLOCATIONS.load(Relaxed) - before;
        let theirs_ns = time_ns(clock, theirs);
        if round > 0 {
            pairs.push(ours_ns, theirs_ns);
        }
    }
    println!("{name} {pairs} allocations {allocations}");
}

fn time_ns(clock: &System, call: &mut dyn FnMut() -> bool) -> u64 {
    let from = clock.monotonic();
    for _ in 0..CALLS_PER_ROUND {
        assert!(black_box(call()), "the gate or the floor saw a stop");
    }
    u64::try_from((clock.monotonic() - from).as_nanos()).unwrap_or(u64::MAX) / u64::from(CALLS_PER_ROUND)
}
