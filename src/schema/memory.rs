//! A tree held in memory, for the tests of every layer.

use std::io;
use std::sync::Arc;

use super::eval::Modules;
use super::facts::Facts;
use super::python::{self, ast};
use super::tree::{BlobId, File, Tree};

/// Files by path, with their text.
#[derive(Debug, Default)]
pub struct Memory {
    files: Vec<File>,
    texts: Vec<Arc<[u8]>>,
}

impl Memory {
    /// A tree of the files given: path and text.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let mut sorted = files.to_vec();
        sorted.sort_unstable();
        let file = |(path, text): &(&str, &str)| File { path: (*path).into(), blob: id(text.as_bytes()) };
        Self {
            files: sorted.iter().map(file).collect(),
            texts: sorted.iter().map(|(_, text)| text.as_bytes().into()).collect(),
        }
    }

    /// A tree of one string: each file is opened by a line `=== path`.
    pub fn of(text: &str) -> Self {
        let mut files: Vec<(&str, String)> = Vec::new();
        for line in text.lines() {
            if let Some(path) = line.trim_start().strip_prefix("=== ") {
                files.push((path.trim(), String::new()));
            } else if let Some((_, body)) = files.last_mut() {
                body.push_str(line);
                body.push('\n');
            }
        }
        let borrowed: Vec<(&str, &str)> = files.iter().map(|(path, body)| (*path, body.as_str())).collect();
        Self::new(&borrowed)
    }
}

impl Tree for Memory {
    fn files(&self) -> &[File] {
        &self.files
    }

    fn read(&self, file: &File) -> io::Result<Arc<[u8]>> {
        let at = self.files.iter().position(|other| other == file);
        at.and_then(|at| self.texts.get(at).cloned()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Modules for Memory {
    fn module(&self, tree: &dyn Tree, file: &File) -> Arc<ast::Module> {
        Arc::new(tree.read(file).map_or_else(|_| ast::Module::default(), |text| python::parse(&text)))
    }

    fn facts(&self, tree: &dyn Tree, file: &File) -> Arc<Facts> {
        Arc::new(tree.read(file).map_or_else(|_| Facts::default(), |text| Facts::of(&text)))
    }
}

/// Tells contents apart; no more is asked of it.
fn id(bytes: &[u8]) -> BlobId {
    let mut hash = [0_u64; 2];
    for (at, byte) in bytes.iter().enumerate() {
        for (lane, half) in hash.iter_mut().enumerate() {
            *half = half.wrapping_mul(0x100_0000_01b3).wrapping_add(u64::from(*byte) ^ ((at + lane) as u64));
        }
    }
    let mut id = [0; 20];
    for (to, from) in id.iter_mut().zip(hash.iter().flat_map(|half| half.to_be_bytes())) {
        *to = from;
    }
    BlobId(id)
}
