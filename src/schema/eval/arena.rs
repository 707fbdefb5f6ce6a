//! Things that are named by number and kept as long as the interpreter.

/// A list that answers for every number: what it does not hold is an empty thing.
#[derive(Debug)]
pub(super) struct Arena<T> {
    nothing: T,
    all: Vec<T>,
}

impl<T> Arena<T> {
    pub(super) fn new(nothing: T) -> Self {
        Self { nothing, all: Vec::new() }
    }

    pub(super) fn get(&self, id: u32) -> &T {
        self.all.get(id as usize).unwrap_or(&self.nothing)
    }

    pub(super) fn get_mut(&mut self, id: u32) -> &mut T {
        self.all.get_mut(id as usize).unwrap_or(&mut self.nothing)
    }

    pub(super) fn push(&mut self, thing: T) -> u32 {
        let id = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(thing);
        id
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.all.truncate(len);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.all.iter()
    }
}
