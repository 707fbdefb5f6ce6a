//! Ids as eight bytes, so that a million of them can be told apart in little memory.

use std::hash::{BuildHasher, DefaultHasher, Hasher};

/// The hash of an id. Among a million ids two are taken for one with a chance of one in thirty million.
pub fn hash(id: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(id);
    hasher.finish()
}

/// Builds hashers for what is a hash already.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuildIdentity;

impl BuildHasher for BuildIdentity {
    type Hasher = Identity;

    fn build_hasher(&self) -> Identity {
        Identity(0)
    }
}

/// Takes a hash for what it is.
#[derive(Debug)]
pub struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0 << 8 | u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
