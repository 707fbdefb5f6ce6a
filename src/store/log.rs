//! Append-only files: one write per record, torn tails found and cut, closed segments beside the current one.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use rustix::fs::{Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::atomic::{Directory, failed, give_to_owner_of};
use super::{Durability, Log, Tail};
use crate::error::{Error, Result};

/// The current segment's file.
pub fn file(log: Log) -> String {
    format!("{}.jsonl", log.0)
}

/// A closed segment's file, in the folder named like the log.
pub fn segment_file(name: &str) -> String {
    format!("{name}.jsonl")
}

/// Appends one record in a single write. A write cut short by a full disk is taken back.
pub fn append(root: &Directory, log: Log, record: &[u8], durability: Durability) -> Result<()> {
    let name = file(log);
    let path = root.path().join(&name);
    let (mut file, created) = open(root, &name, &path)?;
    let before = file.metadata().map_err(|e| Error::io(format_args!("look at {}", path.display()), e))?.len();
    if let Err(error) = file.write_all(record) {
        // The lock is held, so nobody else's record can be behind ours; a cut that fails is repaired by the next append.
        let _ = file.set_len(before);
        return Err(Error::io(format_args!("append to {}", path.display()), error).hint("nija doctor"));
    }
    if durability == Durability::Strict {
        rustix::fs::fdatasync(&file).map_err(|e| failed("sync", &path, e))?;
        if created {
            root.sync()?;
        }
    }
    Ok(())
}

fn open(root: &Directory, name: &str, path: &Path) -> Result<(File, bool)> {
    let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    match rustix::fs::openat(root, name, flags, Mode::empty()) {
        Ok(fd) => return Ok((fd.into(), false)),
        Err(Errno::NOENT) => {}
        Err(errno) => return Err(failed("open", path, errno)),
    }
    let shared = root.stat()?.st_mode & 0o020;
    let mode = Mode::from_raw_mode(0o644 | shared);
    let fd = rustix::fs::openat(root, name, flags | OFlags::CREATE, mode)
        .map_err(|e| failed("create", path, e))?;
    // The umask may have shut out whoever has to append next.
    rustix::fs::fchmod(&fd, mode).map_err(|e| failed("set the mode of", path, e))?;
    give_to_owner_of(root, &fd);
    Ok((fd.into(), true))
}

/// Makes everything appended so far durable.
pub fn sync(root: &Directory, log: Log) -> Result<()> {
    let name = file(log);
    if let Some(file) = root.open_entry(&name)? {
        rustix::fs::fdatasync(&file).map_err(|e| failed("sync", &root.path().join(&name), e))?;
    }
    root.sync()
}

/// Finds the last complete line, reading backwards in blocks.
pub fn tail(root: &Directory, log: Log) -> Result<Tail> {
    const BLOCK: u64 = 4096;
    let name = file(log);
    let path = root.path().join(&name);
    let Some(file) = root.open_entry(&name)? else { return Ok(Tail::default()) };
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
pub fn cut_torn(root: &Directory, log: Log, suffix: &str) -> Result<String> {
    let name = file(log);
    let path = root.path().join(&name);
    let tail = tail(root, log)?;
    let kept = root.free_name(&format!("{name}.{suffix}"))?;
    let io = |e| Error::io(format_args!("repair {}", path.display()), e).hint("nija doctor");
    let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file: File =
        rustix::fs::openat(root, &*name, flags, Mode::empty()).map_err(|e| failed("open", &path, e))?.into();
    let mut torn = vec![0; usize::try_from(tail.torn_len).unwrap_or(0)];
    file.read_exact_at(&mut torn, tail.complete_len).map_err(io)?;
    root.replace(&kept, &torn, 0o644, Durability::Strict)?;
    file.set_len(tail.complete_len).map_err(io)?;
    rustix::fs::fsync(&file).map_err(|e| failed("sync", &path, e))?;
    Ok(kept)
}

/// Reads whole lines from byte `from` on; see [`super::Backend::scan`].
pub fn scan(mut file: File, path: &Path, from: u64, visit: &mut dyn FnMut(&[u8]) -> bool) -> Result<u64> {
    let io = |e| Error::io(format_args!("read {}", path.display()), e).hint("nija doctor");
    let left = file.seek(SeekFrom::End(0)).map_err(io)?.saturating_sub(from);
    file.seek(SeekFrom::Start(from)).map_err(io)?;
    // Most scans look at the last few records of a long log: no more room than there is to read.
    let room = usize::try_from(left).unwrap_or(usize::MAX).clamp(512, 256 * 1024);
    let mut reader = BufReader::with_capacity(room, file);
    let (mut position, mut line) = (from, Vec::new());
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line).map_err(io)?;
        let Some(record) = line.strip_suffix(b"\n") else { return Ok(position) };
        position += read as u64;
        if !visit(record) {
            return Ok(position);
        }
    }
}

/// Closes the current segment under `name`.
pub fn rotate(root: &Directory, log: Log, name: &str) -> Result<()> {
    let folder = root.folder(log.0)?;
    let (from, to) = (file(log), segment_file(name));
    sync(root, log)?;
    rustix::fs::renameat_with(root, &*from, &folder, &*to, RenameFlags::NOREPLACE)
        .map_err(|e| failed("rotate", &root.path().join(&from), e))?;
    folder.sync()?;
    root.sync()
}

/// Names of the closed segments, oldest first: they are named so that they sort.
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
