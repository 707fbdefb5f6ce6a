//! Modules as bytes and back, for a cache that is keyed by content: compact, quick to read, and proof against any bytes.
//!
//! ```text
//! magic and version | modules imported | every string once | ignores, errors, SQL, statements
//! ```
//! Numbers are varints, a string is its place in the table, a line is its distance from the line before it.

use std::collections::BTreeSet;

use super::ast::{Module, Stmt, StmtKind};
use read::Reader;
use write::Writer;

mod read;
mod shape;
mod write;

/// What the bytes begin with. The last one is the version: raise it with every change of the tree, of lowering or of this
/// encoding, so that no older cache is believed.
const MAGIC: [u8; 4] = *b"npy\x01";

/// A module as bytes.
pub fn encode(module: &Module) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.put(module);
    let mut head = Writer::default();
    let mut names = BTreeSet::new();
    imported(&module.body, &mut names);
    head.number(names.len() as u64);
    names.iter().for_each(|name| head.text(name));
    [MAGIC.as_slice(), &head.finish(), &writer.finish_with_table()].concat()
}

/// The module that bytes hold; `None` where they are not what [`encode`] of this version wrote.
pub fn decode(bytes: &[u8]) -> Option<Module> {
    let mut reader = Reader::new(bytes.strip_prefix(&MAGIC)?);
    for _ in 0..reader.count()? {
        reader.text()?;
    }
    reader.table()?;
    let module = reader.get()?;
    reader.is_empty().then_some(module)
}

/// Modules and names that a module imports, without decoding the rest: `from ..a import b` is `..a` and `..a.b`. Sorted.
pub fn imports(bytes: &[u8]) -> Option<Vec<&str>> {
    let mut reader = Reader::new(bytes.strip_prefix(&MAGIC)?);
    let count = reader.count()?;
    (0..count).map(|_| reader.text()).collect()
}

/// Imports anywhere in statements; those in functions count, since a mapper may wait in one.
fn imported(body: &[Stmt], names: &mut BTreeSet<String>) {
    for stmt in body {
        match &stmt.kind {
            StmtKind::Import(modules) => names.extend(modules.iter().map(|(module, _)| module.to_string())),
            StmtKind::From { module, level, names: from } => {
                let module = format!("{}{module}", ".".repeat(usize::try_from(*level).unwrap_or(0).min(64)));
                let joint = if module.ends_with('.') { "" } else { "." };
                names.extend(from.iter().map(|(name, _)| format!("{module}{joint}{name}")));
                names.insert(module);
            }
            StmtKind::Class(class) => imported(&class.body, names),
            StmtKind::Function(function) => imported(function.body.as_deref().unwrap_or_default(), names),
            StmtKind::If { body, orelse, .. } | StmtKind::For { body, orelse, .. } => {
                imported(body, names);
                imported(orelse, names);
            }
            StmtKind::While { body, .. } | StmtKind::With { body, .. } => imported(body, names),
            StmtKind::Try { body, handlers, orelse, finally } => {
                handlers.iter().chain([body, orelse, finally]).for_each(|block| imported(block, names));
            }
            _ => {}
        }
    }
}
