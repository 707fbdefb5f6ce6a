//! Lines for programs, written by a thread of their own: a reader that hangs never holds up whoever has something to say.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use serde::Serialize;

/// Lines that wait for a slow reader; what comes on top is counted, not kept.
const WAITING_MAX: usize = 4096;

/// Most bytes that are written at once.
const BATCH_BYTES: usize = 64 * 1024;

/// Standard output as a stream of JSON documents, one per line.
#[derive(Debug)]
pub struct Stream {
    lines: SyncSender<Vec<u8>>,
    ended: Receiver<()>,
    closed: Arc<AtomicBool>,
    lost: u64,
}

impl Stream {
    /// Starts the thread that writes.
    pub fn open() -> io::Result<Self> {
        let (lines, waiting) = sync_channel::<Vec<u8>>(WAITING_MAX);
        let (end, ended) = sync_channel(1);
        let closed = Arc::new(AtomicBool::new(false));
        let gone = Arc::clone(&closed);
        let work = move || {
            write_all(&waiting, &gone);
            let _ = end.send(());
        };
        std::thread::Builder::new().name("stdout".to_owned()).spawn(work)?;
        Ok(Self { lines, ended, closed, lost: 0 })
    }

    /// Says one document. Never waits: what a reader does not take in time is lost, and counted.
    pub fn line(&mut self, document: &impl Serialize) {
        let Ok(mut bytes) = serde_json::to_vec(document) else { return };
        bytes.push(b'\n');
        if let Err(TrySendError::Full(_)) = self.lines.try_send(bytes) {
            self.lost += 1;
        }
    }

    /// How many lines were lost since this was asked last.
    pub fn lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    /// Whether nobody reads any more.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Writes what waits, for at most `limit`.
    pub fn close(self, limit: Duration) {
        drop(self.lines);
        let _ = self.ended.recv_timeout(limit);
    }
}

/// Standard output, to notice that its reader goes away.
pub fn descriptor() -> BorrowedFd<'static> {
    static STDOUT: std::sync::LazyLock<io::Stdout> = std::sync::LazyLock::new(io::stdout);
    STDOUT.as_fd()
}

fn write_all(waiting: &Receiver<Vec<u8>>, gone: &AtomicBool) {
    let mut told = false;
    while let Ok(mut batch) = waiting.recv() {
        while batch.len() < BATCH_BYTES
            && let Ok(more) = waiting.try_recv()
        {
            batch.extend(more);
        }
        match super::stdout(&batch) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => gone.store(true, Ordering::Relaxed),
            Err(error) if !told => {
                super::aside(&format!("error: cannot write to stdout: {error}\n"));
                told = true;
            }
            Err(_) => {}
        }
    }
}
