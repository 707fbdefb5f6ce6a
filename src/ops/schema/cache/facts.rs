//! The bytes that a glance at a file is stored as.

use std::sync::Arc;

use crate::schema::facts::{Facts, Revision};

/// What a glance told, as bytes.
pub fn encode(facts: &Facts) -> Vec<u8> {
    let mut out = Vec::new();
    let flags = [facts.declares, facts.sql, facts.ignores, facts.revision.is_some(), facts.tests];
    out.push(flags.iter().rev().fold(0, |bits, flag| bits << 1 | u8::from(*flag)));
    texts(&mut out, &facts.imports);
    texts(&mut out, &facts.tables);
    if let Some(revision) = &facts.revision {
        let flags = [revision.id.is_some(), revision.down.is_some(), revision.more];
        out.push(flags.iter().rev().fold(0, |bits, flag| bits << 1 | u8::from(*flag)));
        texts(&mut out, revision.id.as_slice());
        texts(&mut out, revision.down.as_deref().unwrap_or_default());
    }
    out
}

/// What bytes tell; `None` where they were not written by [`encode`].
pub fn decode(bytes: &[u8]) -> Option<Facts> {
    let mut rest = bytes;
    let flags = flags(&mut rest)?;
    let mut facts = Facts {
        declares: flags & 1 != 0,
        sql: flags & 2 != 0,
        ignores: flags & 4 != 0,
        tests: flags & 16 != 0,
        imports: read_texts(&mut rest)?,
        tables: read_texts(&mut rest)?,
        revision: None,
    };
    if flags & 8 != 0 {
        let flags = self::flags(&mut rest)?;
        let (id, down) = (read_texts(&mut rest)?, read_texts(&mut rest)?);
        let id = if flags & 1 != 0 { Some(id.into_iter().next()?) } else { None };
        facts.revision = Some(Revision { id, down: (flags & 2 != 0).then_some(down), more: flags & 4 != 0 });
    }
    rest.is_empty().then_some(facts)
}

fn texts(out: &mut Vec<u8>, texts: &[Arc<str>]) {
    number(out, texts.len());
    for text in texts {
        number(out, text.len());
        out.extend_from_slice(text.as_bytes());
    }
}

fn number(out: &mut Vec<u8>, number: usize) {
    out.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
}

fn flags(rest: &mut &[u8]) -> Option<u8> {
    let (first, more) = rest.split_first()?;
    *rest = more;
    Some(*first)
}

fn read_number(rest: &mut &[u8]) -> Option<usize> {
    let (bytes, more) = rest.split_first_chunk::<4>()?;
    *rest = more;
    usize::try_from(u32::from_le_bytes(*bytes)).ok()
}

fn read_texts(rest: &mut &[u8]) -> Option<Vec<Arc<str>>> {
    let count = read_number(rest)?;
    let mut texts = Vec::new();
    for _ in 0..count {
        let len = read_number(rest)?;
        let (bytes, more) = rest.split_at_checked(len)?;
        *rest = more;
        texts.push(std::str::from_utf8(bytes).ok()?.into());
    }
    Some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_what_was_told() {
        for source in [
            "",
            "from a import b\nclass A(Base):\n    __tablename__ = 'a'\n    x = Column(Integer)\n",
            "revision = 'a'\ndown_revision = None\n",
            "revision = 'a'\ndown_revision = ('b', 'c')\nbranch_labels = 'x'\n",
            "revision = f()\ndown_revision = g()\n# nija: ignore[x] y\nop.execute('x')",
        ] {
            let facts = Facts::of(source.as_bytes());
            let bytes = encode(&facts);
            assert_eq!(decode(&bytes).as_ref(), Some(&facts), "{source}");
            for end in 0..bytes.len() {
                assert_eq!(decode(&bytes[..end]), None, "{source} cut at {end}");
            }
        }
        assert_eq!(decode(&[0xff; 64]), None);
    }
}
