//! How much work is left: straight code earns steps, calls and loops spend them, so that all work is linear in the source.

use std::sync::Arc;

use super::{Interpreter, ScopeId, Value};

/// Steps before anything is earned.
const START: u64 = 500_000;
/// Steps that a node of straight code earns.
const EARNED: u64 = 200;
/// Most nested evaluations; a thread's stack of 2 MiB holds them in a build without optimisation.
const DEPTH_MAX: u32 = 400;
/// Most nested calls of functions.
const CALLS_MAX: u32 = 40;

/// Work left, and how deep in it we are.
#[derive(Debug)]
pub(super) struct Fuel {
    left: u64,
    depth: u32,
    calls: u32,
    repeats: u32,
    /// The run of a module that we are in, and how many there were.
    run: u32,
    runs: u32,
}

impl Fuel {
    /// The run of a module that we are in.
    pub(super) fn run(&self) -> u32 {
        self.run
    }

    /// Puts most of what is left aside.
    pub(super) fn keep(&mut self) -> u64 {
        let kept = self.left - self.left / 4;
        self.left -= kept;
        kept
    }

    /// Puts it back.
    pub(super) fn give_back(&mut self, kept: u64) {
        self.left = self.left.saturating_add(kept);
    }
}

impl Default for Fuel {
    fn default() -> Self {
        Self { left: START, depth: 0, calls: 0, repeats: 0, run: 0, runs: 0 }
    }
}

impl Interpreter<'_> {
    /// Goes one level down for one step; `false`, with a note, where there is no fuel or it is too deep. Every `true` is
    /// followed by [`Self::ascend`].
    pub(super) fn descend(&mut self, scope: ScopeId, line: u32) -> bool {
        if self.fuel.depth >= DEPTH_MAX || !self.spend(1) {
            let message = "too much to run: what is declared here may be missing".to_owned();
            self.note_at("gave-up", scope, line, message);
            return false;
        }
        self.fuel.depth += 1;
        true
    }

    pub(super) fn ascend(&mut self) {
        self.fuel.depth = self.fuel.depth.saturating_sub(1);
    }

    /// Spends steps; `false` where they are not left. Straight code earns first.
    pub(super) fn spend(&mut self, steps: usize) -> bool {
        if self.fuel.repeats == 0 {
            self.fuel.left = self.fuel.left.saturating_add(EARNED);
        }
        let steps = steps as u64;
        if self.fuel.left < steps {
            return false;
        }
        self.fuel.left -= steps;
        true
    }

    /// Runs something that may run again: it spends. Modules that it makes run are straight code all the same.
    pub(super) fn repeating<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.fuel.repeats += 1;
        let result = run(self);
        self.fuel.repeats = self.fuel.repeats.saturating_sub(1);
        result
    }

    /// Runs something that runs once, whatever it was reached from.
    pub(super) fn once<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let calls = std::mem::take(&mut self.fuel.calls);
        let repeats = std::mem::take(&mut self.fuel.repeats);
        let annotating = std::mem::take(&mut self.annotating);
        let trace = self.trace.take();
        self.fuel.runs += 1;
        let around = std::mem::replace(&mut self.fuel.run, self.fuel.runs);
        let result = run(self);
        self.fuel.run = around;
        self.trace = trace;
        self.fuel.calls = calls;
        self.fuel.repeats = repeats;
        self.annotating = annotating;
        result
    }

    /// Runs a call, unless calls are nested too deep.
    pub(super) fn nested(&mut self, run: impl FnOnce(&mut Self) -> Value) -> Value {
        if self.fuel.calls >= CALLS_MAX {
            return unknown("calls nested too deep");
        }
        self.fuel.calls += 1;
        let annotating = std::mem::take(&mut self.annotating);
        // What is called from outside is straight code: as much of it as is asked for.
        let result = if self.fuel.depth <= 1 { run(self) } else { self.repeating(run) };
        self.annotating = annotating;
        self.fuel.calls = self.fuel.calls.saturating_sub(1);
        result
    }
}

/// What cannot be told, and why.
pub(super) fn unknown(why: impl Into<Arc<str>>) -> Value {
    Value::Unknown(why.into())
}
