//! What happens while something runs, in order, for those who need to know more than what is there afterwards.

use super::statement::Flow;
use super::{Interpreter, ObjectId, Value};
use crate::schema::place::Place;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A call made an object.
    Made(ObjectId),
    /// `with` began for this value.
    Entered(Value),
    /// The `with` that began last is over.
    Left,
    /// From here on it cannot be told whether this happens at all: a branch, a loop, a handler.
    Doubted,
    /// The doubt that began last is over.
    Settled,
    /// `raise`, on this line.
    Raised(u32),
}

/// What is kept while something is traced.
#[derive(Debug, Default)]
pub(super) struct Trace {
    events: Vec<Event>,
    /// Whether the function that runs may have returned before.
    may_have_returned: bool,
}

impl Interpreter<'_> {
    /// Calls a value and tells what happens meanwhile, in functions that it calls as well, but not in modules that are run
    /// because something is imported from them.
    ///
    /// While something is traced, a `return` behind a test that cannot be told does not end the function, so that everything
    /// that can happen is seen.
    pub fn trace(&mut self, callee: &Value, args: Vec<Value>, place: &Place) -> Vec<Event> {
        let before = self.trace.replace(Trace::default());
        self.call(callee, args, Vec::new(), place);
        let trace = std::mem::replace(&mut self.trace, before);
        trace.map(|trace| trace.events).unwrap_or_default()
    }

    /// Takes an attribute of something outside the tree to have a value: `base` as [`Self::text`] writes it, such as
    /// `alembic.op.get_bind().dialect`.
    pub fn assume(&mut self, base: &str, name: &str, value: Value) {
        self.assigned_names.insert(name.into());
        self.assigned.insert((base.to_owned(), name.into()), value);
    }

    /// What a file of the tree holds.
    pub fn source(&self, path: &str) -> Option<std::sync::Arc<[u8]>> {
        self.tree.read(self.tree.find(path)?).ok()
    }

    pub(super) fn is_traced(&self) -> bool {
        self.trace.is_some()
    }

    pub(super) fn happened(&mut self, event: Event) {
        if let Some(trace) = &mut self.trace {
            trace.events.push(event);
        }
    }

    /// Runs what may not happen.
    pub(super) fn perhaps<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.happened(Event::Doubted);
        let result = run(self);
        self.happened(Event::Settled);
        result
    }

    /// What two branches come to where everything that can happen is to be seen: the function goes on unless both end it.
    pub(super) fn ended(&mut self, first: Flow, second: Flow) -> Flow {
        match (first, second) {
            (Flow::Return(first), Flow::Return(second)) => {
                self.may_return(&first);
                Flow::Return(second)
            }
            (Flow::Raise, Flow::Raise) => Flow::Raise,
            (Flow::Raise, Flow::Return(value)) | (Flow::Return(value), Flow::Raise) => Flow::Return(value),
            (Flow::Jump, Flow::Jump) => Flow::Jump,
            (Flow::Return(value), _) | (_, Flow::Return(value)) => {
                self.may_return(&value);
                Flow::Next
            }
            _ => Flow::Next,
        }
    }

    fn may_return(&mut self, value: &Value) {
        if let Some(trace) = &mut self.trace {
            trace.may_have_returned |= *value != Value::None;
        }
    }

    /// Begins a function; gives what [`Self::function_ends`] needs.
    pub(super) fn function_begins(&mut self) -> bool {
        self.trace.as_mut().is_some_and(|trace| std::mem::take(&mut trace.may_have_returned))
    }

    /// Ends a function; whether it may have returned before.
    pub(super) fn function_ends(&mut self, before: bool) -> bool {
        self.trace.as_mut().is_some_and(|trace| std::mem::replace(&mut trace.may_have_returned, before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::memory::Memory;

    /// What happens when `f` of a file is called: each event in one word.
    fn words(source: &str) -> String {
        let memory = Memory::new(&[("m.py", source)]);
        let mut interpreter = Interpreter::new(&memory, &memory);
        let module = interpreter.run("m.py").unwrap();
        let callee = interpreter.global(module, "f").unwrap();
        let events = interpreter.trace(&callee, Vec::new(), &Place::new("m.py", 1));
        let word = |event: &Event| match event {
            Event::Made(id) => interpreter.text(&interpreter.object(*id).callee),
            Event::Entered(value) => format!("with {} {{", interpreter.text(value)),
            Event::Doubted => "perhaps {".to_owned(),
            Event::Left | Event::Settled => "}".to_owned(),
            Event::Raised(line) => format!("raise {line}"),
        };
        events.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn everything_that_can_happen_is_told_in_order() {
        for (source, expected) in [
            ("import x\ndef f():\n  x.a()\n  x.b()\n", "x.a x.b"),
            ("import x\ndef f():\n  with x.a() as b:\n    x.c()\n  x.d()\n", "x.a with x.a() { x.c } x.d"),
            ("import x\ndef f():\n  if x.y:\n    x.a()\n  x.b()\n", "perhaps { x.a } perhaps { } x.b"),
            ("import x\ndef f():\n  for i in x.y:\n    x.a(i)\n", "perhaps { x.a }"),
            ("import x\ndef f():\n  raise x.E\n", "raise 3"),
            ("import x\ndef f():\n  if x.y:\n    return 1\n  x.b()\n", "perhaps { } perhaps { } x.b"),
        ] {
            assert_eq!(words(source), expected, "{source}");
        }
    }

    #[test]
    fn a_return_that_may_happen_leaves_the_result_open() {
        let source = "import x\ndef g():\n  if x.y:\n    return True\n  return False\ndef f():\n  if g():\n    x.a()\n  x.b()\n";
        assert_eq!(words(source), "perhaps { } perhaps { } perhaps { x.a } perhaps { } x.b");
    }

    #[test]
    fn what_is_assumed_is_told_from() {
        let memory =
            Memory::new(&[("m.py", "from alembic import op\nx = op.get_bind().dialect.name == 'sqlite'\n")]);
        let mut interpreter = Interpreter::new(&memory, &memory);
        interpreter.assume("alembic.op.get_bind().dialect", "name", Value::Str("sqlite".into()));
        let module = interpreter.run("m.py").unwrap();
        assert_eq!(interpreter.global(module, "x"), Some(Value::Bool(true)));
    }
}
