//! What a migration does, step by step: the calls it makes while it runs, as operations.

use std::sync::Arc;

use super::read::Reader;
use crate::schema::eval::trace::Event;
use crate::schema::eval::{ObjectId, Value};
use crate::schema::operation::{Operation, Step};
use crate::schema::place::Place;
use call::{Call, Callee};

mod alter;
mod call;
mod column;
mod constraint;
mod direct;
mod execute;
mod name;
mod place;
mod table;

/// How deep functions that are handed to others (`op.run_async(f)`) are followed.
const DEPTH: u32 = 4;

/// A migration being read.
pub(super) struct Walk<'r, 'i, 'a> {
    reader: &'r mut Reader<'i, 'a>,
    steps: Vec<Step>,
    /// Values of the `with` statements that are open.
    within: Vec<Value>,
    /// Where what runs was called from.
    calls: Vec<Place>,
    /// How many doubts are open.
    doubts: u32,
    depth: u32,
}

/// What a function does when it is called, and where it surely raises.
pub(super) fn of(
    reader: &mut Reader<'_, '_>,
    function: &Value,
    args: Vec<Value>,
) -> (Vec<Step>, Option<u32>) {
    let mut walk =
        Walk { reader, steps: Vec::new(), within: Vec::new(), calls: Vec::new(), doubts: 0, depth: DEPTH };
    let raised = walk.run(function, args);
    (walk.steps, raised)
}

impl Walk<'_, '_, '_> {
    fn run(&mut self, function: &Value, args: Vec<Value>) -> Option<u32> {
        let place = Place::new(Arc::clone(&self.reader.path), 1);
        let events = self.reader.interpreter.trace(function, args, &place);
        let mut raised = None;
        for event in events {
            match event {
                Event::Made(id) => self.made(id),
                Event::Entered(value) => self.within.push(value),
                Event::Left => drop(self.within.pop()),
                Event::Called(place) => self.calls.push(place),
                Event::Returned => drop(self.calls.pop()),
                Event::Doubted => self.doubts += 1,
                Event::Settled => self.doubts = self.doubts.saturating_sub(1),
                Event::Raised(line) if self.doubts == 0 => raised = raised.or(Some(line)),
                Event::Raised(_) => {}
            }
        }
        raised
    }

    fn made(&mut self, id: ObjectId) {
        let object = self.reader.interpreter.object(id).clone();
        let place = object.place.clone();
        let Some(call) = self.reader.call(object) else { return };
        let batch = matches!(call.callee, Callee::Batch { .. });
        if let Some(function) = call.handed_on() {
            self.follow(&function, &call);
            return;
        }
        for operation in self.reader.operations(&call) {
            self.push(operation, &place, batch);
        }
    }

    /// Runs what is handed to `op.run_async(f, …)`; the connection it is given is not known.
    fn follow(&mut self, function: &Value, call: &Call) {
        let Some(depth) = self.depth.checked_sub(1) else { return };
        let before = std::mem::replace(&mut self.depth, depth);
        let mut args = vec![Value::Unknown("a connection".into())];
        args.extend(call.args.iter().skip(1).cloned());
        self.run(function, args);
        self.depth = before;
    }

    /// Keeps an operation, with the line of the script that it comes from, also where another file holds the call.
    fn push(&mut self, operation: Operation, place: &Place, batch: bool) {
        let ours = |place: &&Place| place.path == self.reader.path;
        let here = std::iter::once(place).chain(self.calls.iter().rev()).find(ours).unwrap_or(place).clone();
        let autocommit = self.within.iter().any(|value| self.reader.is_autocommit(value));
        let operation = place::without(self.reader.known_table(operation));
        self.steps.push(Step { operation, place: here, batch, autocommit, conditional: self.doubts > 0 });
    }
}
