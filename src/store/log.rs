//! Append-only files: one write per append, torn tails found and cut, closed segments beside the current one.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::atomic::{Directory, failed, give_to_owner_of};
use super::{Appended, Durability, Log, Reader, Tail, Unsynced};
use crate::error::{Error, Result};

/// Bytes that a scan reads at once.
const SCAN_BYTES: usize = 256 * 1024;

/// A closed segment's file, in the folder named like the log.
pub fn segment_file(name: &str) -> String {
    format!("{name}.jsonl")
}

/// Written to a file, and not synced yet.
struct Written {
    file: File,
    path: PathBuf,
    /// The directory, where the file is new in it.
    made_in: Option<OwnedFd>,
}

impl Unsynced for Written {
    fn sync(self: Box<Self>) -> Result<()> {
        rustix::fs::fdatasync(&self.file).map_err(|e| failed("sync", &self.path, e))?;
        match &self.made_in {
            None => Ok(()),
            Some(directory) => {
                let folder = self.path.parent().unwrap_or(&self.path);
                rustix::fs::fsync(directory).map_err(|e| failed("sync directory", folder, e))
            }
        }
    }
}

/// Appends records in a single write; see [`super::Backend::append`].
pub fn append(directory: &Directory, name: &str, records: &[u8], torn_suffix: &str) -> Result<Appended> {
    let path = directory.path().join(name);
    let (mut file, created) = open(directory, name, &path)?;
    let look = |e| Error::io(format_args!("look at {}", path.display()), e);
    let mut start = file.metadata().map_err(look)?.len();
    let cut = if is_torn(&file, start).map_err(look)? {
        let kept = cut_torn(directory, name, torn_suffix)?;
        start = file.metadata().map_err(look)?.len();
        Some(kept)
    } else {
        None
    };
    if let Err(error) = file.write_all(records) {
        // The lock is held, so nobody else's record can be behind ours; a cut that fails is repaired by the next append.
        let _ = file.set_len(start);
        return Err(Error::io(format_args!("append to {}", path.display()), error).hint("nija doctor"));
    }
    let made_in = if created { Some(directory.another_handle()?) } else { None };
    let end = start + records.len() as u64;
    Ok(Appended { start, end, cut, unsynced: Box::new(Written { file, path, made_in }) })
}

fn is_torn(file: &File, len: u64) -> std::io::Result<bool> {
    let mut last = [b'\n'];
    if let Some(at) = len.checked_sub(1) {
        file.read_exact_at(&mut last, at)?;
    }
    Ok(last != *b"\n")
}

fn open(directory: &Directory, name: &str, path: &Path) -> Result<(File, bool)> {
    let flags = OFlags::RDWR | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    match rustix::fs::openat(directory, name, flags, Mode::empty()) {
        Ok(fd) => return Ok((fd.into(), false)),
        Err(Errno::NOENT) => {}
        Err(errno) => return Err(failed("open", path, errno)),
    }
    let shared = directory.stat()?.st_mode & 0o020;
    let mode = Mode::from_raw_mode(0o644 | shared);
    let fd = rustix::fs::openat(directory, name, flags | OFlags::CREATE, mode)
        .map_err(|e| failed("create", path, e))?;
    // The umask may have shut out whoever has to append next.
    rustix::fs::fchmod(&fd, mode).map_err(|e| failed("set the mode of", path, e))?;
    give_to_owner_of(directory, &fd);
    Ok((fd.into(), true))
}

/// Makes everything appended so far durable.
pub fn sync(directory: &Directory, name: &str) -> Result<()> {
    if let Some(file) = directory.open_entry(name)? {
        rustix::fs::fdatasync(&file).map_err(|e| failed("sync", &directory.path().join(name), e))?;
    }
    directory.sync()
}

/// Finds the last complete line, reading backwards in blocks.
pub fn tail(directory: &Directory, name: &str) -> Result<Tail> {
    const BLOCK: u64 = 4096;
    let path = directory.path().join(name);
    let Some(file) = directory.open_entry(name)? else { return Ok(Tail::default()) };
    let io = |e| Error::io(format_args!("read {}", path.display()), e).hint("nija doctor");
    let len = file.metadata().map_err(io)?.len();
    let mut bytes: Vec<u8> = Vec::new();
    let mut start = len;
    loop {
        let newlines = bytes.iter().filter(|byte| **byte == b'\n').count();
        if start == 0 || newlines >= 2 {
            return Ok(split_tail(&bytes, start, len));
        }
        let from = start.saturating_sub(BLOCK.max(len - start));
        let mut block = vec![0; usize::try_from(start - from).unwrap_or(0)];
        file.read_exact_at(&mut block, from).map_err(io)?;
        block.extend_from_slice(&bytes);
        (bytes, start) = (block, from);
    }
}

fn split_tail(bytes: &[u8], start: u64, len: u64) -> Tail {
    let Some(last) = bytes.iter().rposition(|byte| *byte == b'\n') else {
        return Tail { last_line: Vec::new(), complete_len: start, torn_len: len - start };
    };
    let (complete, torn) = bytes.split_at(last + 1);
    let body = complete.strip_suffix(b"\n").unwrap_or(complete);
    let line = body.rsplit(|byte| *byte == b'\n').next().unwrap_or(body);
    let torn_len = torn.len() as u64;
    Tail { last_line: line.to_vec(), complete_len: len - torn_len, torn_len }
}

/// Cuts what follows the last newline, after keeping it under another name.
pub fn cut_torn(directory: &Directory, name: &str, suffix: &str) -> Result<String> {
    let path = directory.path().join(name);
    let tail = tail(directory, name)?;
    let kept = directory.free_name(&format!("{name}.{suffix}"))?;
    let io = |e| Error::io(format_args!("repair {}", path.display()), e).hint("nija doctor");
    let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file: File = rustix::fs::openat(directory, name, flags, Mode::empty())
        .map_err(|e| failed("open", &path, e))?
        .into();
    let mut torn = vec![0; usize::try_from(tail.torn_len).unwrap_or(0)];
    file.read_exact_at(&mut torn, tail.complete_len).map_err(io)?;
    directory.replace(&kept, &torn, 0o644, Durability::Strict)?;
    file.set_len(tail.complete_len).map_err(io)?;
    rustix::fs::fsync(&file).map_err(|e| failed("sync", &path, e))?;
    Ok(kept)
}

struct Opened {
    file: File,
    path: PathBuf,
}

impl Opened {
    fn failed(&self, error: std::io::Error) -> Error {
        Error::io(format_args!("read {}", self.path.display()), error).hint("nija doctor")
    }
}

impl Reader for Opened {
    fn size(&self) -> Result<u64> {
        Ok(self.file.metadata().map_err(|error| self.failed(error))?.len())
    }

    fn read_at(&self, from: u64, into: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        while let Some(free) = into.get_mut(filled..).filter(|free| !free.is_empty()) {
            match self.file.read_at(free, from + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
        Ok(filled)
    }
}

/// An open log, to be read at any place; see [`super::Backend::reader`].
pub fn reader(file: File, path: PathBuf) -> Box<dyn Reader> {
    Box::new(Opened { file, path })
}

/// Reads whole lines from byte `from` on; see [`super::Backend::scan`].
pub fn scan(mut file: File, path: &Path, from: u64, visit: &mut dyn FnMut(&[u8]) -> bool) -> Result<u64> {
    let io = |e| Error::io(format_args!("read {}", path.display()), e).hint("nija doctor");
    let left = file.seek(SeekFrom::End(0)).map_err(io)?.saturating_sub(from);
    if left == 0 {
        // The kernel knows no place beyond 2^63.
        return Ok(from);
    }
    file.seek(SeekFrom::Start(from)).map_err(io)?;
    // Most scans look at the last few records of a long log: no more room than there is to read.
    let room = usize::try_from(left).unwrap_or(usize::MAX).saturating_add(1).clamp(512, SCAN_BYTES);
    let mut buffer = vec![0; room];
    // Bytes held of an incomplete line: all of the buffer's that count.
    let (mut position, mut held) = (from, 0);
    loop {
        if held == buffer.len() {
            buffer.resize(held * 2, 0);
        }
        let free = buffer.get_mut(held..).unwrap_or_default();
        let read = match file.read(free) {
            Ok(0) => return Ok(position),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(io(error)),
        };
        let filled = buffer.get(..held + read).unwrap_or_default();
        let mut start = 0;
        for newline in memchr::memchr_iter(b'\n', filled.get(held..).unwrap_or_default()) {
            let end = held + newline;
            let line = filled.get(start..end).unwrap_or_default();
            position += line.len() as u64 + 1;
            start = end + 1;
            if !visit(line) {
                return Ok(position);
            }
        }
        buffer.copy_within(start..held + read, 0);
        held = held + read - start;
    }
}

/// Closes the current segment under `name`.
pub fn rotate(root: &Directory, log: Log, name: &str) -> Result<()> {
    let folder = root.folder(log.name)?;
    let (from, to) = (log.file(), segment_file(name));
    sync(root, &from)?;
    rustix::fs::renameat_with(root, &*from, &folder, &*to, RenameFlags::NOREPLACE)
        .map_err(|e| failed("rotate", &root.path().join(&from), e))?;
    folder.sync()?;
    root.sync()
}

/// Names of the files of a log's folder, oldest first: they are named so that they sort.
pub fn segments(folder: &Directory) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in rustix::fs::Dir::read_from(folder).map_err(|e| failed("list", folder.path(), e))? {
        let entry = entry.map_err(|e| failed("list", folder.path(), e))?;
        let name = entry.file_name().to_string_lossy();
        names.extend(name.strip_suffix(".jsonl").map(str::to_owned));
    }
    names.sort();
    Ok(names)
}
