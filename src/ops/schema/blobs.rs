//! What blobs hold, read through one long-lived `git cat-file`.

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout};
use std::sync::{Arc, Mutex, PoisonError};

use super::git::{Git, ask};
use crate::schema::tree::BlobId;

/// Content above this size is not read: such a file is data, and no declaration. In bytes.
pub const SIZE_MAX: u64 = 4 * 1024 * 1024;

/// Reads blobs, from any thread, one at a time.
pub struct Blobs {
    git: Git,
    reader: Mutex<Option<Reader>>,
    too_large: Mutex<BTreeSet<BlobId>>,
}

struct Reader {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Blobs {
    /// Blobs of a repository. Nothing is started before the first is asked for.
    pub fn of(git: Git) -> Self {
        Self { git, reader: Mutex::new(None), too_large: Mutex::default() }
    }

    /// What a blob holds.
    pub fn read(&self, id: BlobId) -> io::Result<Arc<[u8]>> {
        let mut slot = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reader = match slot.take() {
            Some(reader) => reader,
            None => Reader::start(&self.git)?,
        };
        let answer = reader.read(id)?;
        // After a failure the conversation is out of step; another one is started then.
        *slot = Some(reader);
        drop(slot);
        let Answer::Content(bytes) = answer else {
            if matches!(answer, Answer::TooLarge) {
                self.note_too_large(id);
            }
            return Err(io::ErrorKind::NotFound.into());
        };
        Ok(bytes.into())
    }

    /// Notes that something was too large to be read.
    pub fn note_too_large(&self, id: BlobId) {
        self.too_large.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
    }

    /// Blobs that were asked for and are too large to be read.
    pub fn too_large(&self) -> BTreeSet<BlobId> {
        self.too_large.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

enum Answer {
    Content(Vec<u8>),
    TooLarge,
    Missing,
}

impl Reader {
    fn start(git: &Git) -> io::Result<Self> {
        let mut child = git.converse(&["cat-file", "--batch"])?;
        let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self { child, answers: BufReader::with_capacity(64 * 1024, stdout) })
    }

    /// Asks for a blob. The answer is `ID blob SIZE`, the content and a newline, or `ID missing`.
    fn read(&mut self, id: BlobId) -> io::Result<Answer> {
        ask(&mut self.child, &format!("{}\n", hex(id)))?;
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        let mut words = head.split_whitespace().skip(1);
        let (Some("blob"), Some(Ok(size))) = (words.next(), words.next().map(str::parse::<u64>)) else {
            return if head.is_empty() {
                Err(io::ErrorKind::UnexpectedEof.into())
            } else {
                Ok(Answer::Missing)
            };
        };
        if size > SIZE_MAX {
            io::copy(&mut self.answers.by_ref().take(size + 1), &mut io::sink())?;
            return Ok(Answer::TooLarge);
        }
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(0) + 1];
        self.answers.read_exact(&mut bytes)?;
        bytes.pop();
        Ok(Answer::Content(bytes))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It ends when nobody asks any more.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// An id as git reads it. Of a SHA-256 repository it is an abbreviation, which git takes as well.
pub fn hex(id: BlobId) -> String {
    id.0.iter().fold(String::with_capacity(40), |mut text, byte| {
        for half in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(half), 16));
        }
        text
    })
}

/// Reads an id; of a longer one its first 40 digits, which tell contents apart just as well.
pub fn id(hex: &[u8]) -> Option<BlobId> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut id = [0; 20];
    let pairs = hex.get(..40)?.chunks_exact(2);
    for (to, pair) in id.iter_mut().zip(pairs) {
        *to = digit(pair.first()?)? << 4 | digit(pair.last()?)?;
    }
    Some(BlobId(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_and_written_alike() {
        let text = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(hex(id(text.as_bytes()).unwrap()), text);
        let longer = format!("{text}{text}");
        assert_eq!(id(longer.as_bytes()), id(text.as_bytes()));
        assert_eq!(id(b"0123"), None);
        assert_eq!(id(&[b'x'; 40]), None);
    }
}
