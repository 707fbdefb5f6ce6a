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
    /// A function or class of the tree is called here; what happens in it comes next.
    Called(Place),
    /// What was called last is done.
    Returned,
    /// `raise`, on this line.
    Raised(u32),
}

/// What is kept while something is traced.
#[derive(Debug, Default)]
pub(super) struct Trace {
    events: Vec<Event>,
    returned: Returned,
}

/// What the function that runs may have returned before.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Returned {
    /// It did not return.
    #[default]
    Nothing,
    /// This value.
    Perhaps(Value),
    /// A truth value or number, so that nothing follows from what it returns in the end.
    Doubtful,
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

    /// Runs what is called at a place. It may use a part of the fuel only, so that what comes behind it has some.
    pub(super) fn called(&mut self, place: &Place, run: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.is_traced() {
            return run(self);
        }
        self.happened(Event::Called(place.clone()));
        let kept = self.fuel.keep();
        let result = run(self);
        self.fuel.give_back(kept);
        self.happened(Event::Returned);
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
        let Some(trace) = &mut self.trace else { return };
        match value {
            Value::None => {}
            Value::Bool(_) | Value::Int(_) => trace.returned = Returned::Doubtful,
            // Of several texts or objects one stands for all, as where branches name something.
            value if trace.returned == Returned::Nothing => trace.returned = Returned::Perhaps(value.clone()),
            _ => {}
        }
    }

    /// Begins a function; gives what [`Self::function_ends`] needs.
    pub(super) fn function_begins(&mut self) -> Returned {
        self.trace.as_mut().map(|trace| std::mem::take(&mut trace.returned)).unwrap_or_default()
    }

    /// Ends a function: what it may have returned before.
    pub(super) fn function_ends(&mut self, before: Returned) -> Returned {
        self.trace.as_mut().map(|trace| std::mem::replace(&mut trace.returned, before)).unwrap_or_default()
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
        let [Event::Called(_), events @ .., Event::Returned] = events.as_slice() else { panic!("no call") };
        let word = |event: &Event| match event {
            Event::Made(id) => interpreter.text(&interpreter.object(*id).callee),
            Event::Entered(value) => format!("with {} {{", interpreter.text(value)),
            Event::Doubted => "perhaps {".to_owned(),
            Event::Left | Event::Settled => "}".to_owned(),
            Event::Called(place) => format!("call {} {{", place.line),
            Event::Returned => "}".to_owned(),
            Event::Raised(line) => format!("raise {line}"),
        };
        events.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn everything_that_can_happen_is_told_in_order() {
        for (source, expected) in [
            ("import x\ndef f():\n  x.a()\n  x.b()\n", "x.a x.b"),
            ("import x\ndef f():\n  g()\n  x.b()\ndef g():\n  x.a()\n", "call 3 { x.a } x.b"),
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
        assert_eq!(words(source), "call 7 { perhaps { } perhaps { } } perhaps { x.a } perhaps { } x.b");
        // One of several texts stands for all.
        let source = "import x\ndef g():\n  if x.y:\n    return 'a'\n  return 'b'\ndef f():\n  if g() == 'b':\n    x.a()\n";
        assert_eq!(words(source), "call 7 { perhaps { } perhaps { } } x.a");
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
