//! Regular expressions, as far as names are taken apart with them: what is not known of them makes no guess.

use std::iter::Peekable;
use std::str::Chars;

/// Most steps of one search, so that no pattern runs for long.
const STEPS_MAX: usize = 20_000;
/// Most parts that wait for what matches behind them; each is a few frames of the stack.
const WAITING_MAX: usize = 400;
/// Most nested groups, and longest text that is searched.
const DEPTH_MAX: usize = 20;
const TEXT_MAX: usize = 2_000;

/// A part of a pattern.
#[derive(Debug, Clone)]
enum Node {
    /// A character out of ranges, or out of all others.
    Class(Vec<(char, char)>, bool),
    /// A group: which, and its alternatives.
    Group(Option<usize>, Vec<Vec<Node>>),
    /// What comes next, or stands before: alternatives, whether before, whether not.
    Look(Vec<Vec<Node>>, bool, bool),
    /// A part, from so often to so often; whether rather seldom.
    Repeat(Box<Node>, usize, usize, bool),
    /// Start, end, edge of a word.
    Start,
    End,
    Edge(bool),
}

/// A pattern.
pub(super) struct Pattern {
    alternatives: Vec<Vec<Node>>,
    groups: usize,
}

/// A match: where it begins and ends, and its groups; the first is the whole.
pub(super) type Match = Vec<Option<(usize, usize)>>;

impl Pattern {
    /// Reads a pattern; `None` where something of it is not known.
    pub(super) fn new(source: &str) -> Option<Self> {
        let mut reader = Reader { chars: source.chars().peekable(), groups: 0 };
        let alternatives = reader.alternatives(0)?;
        reader.chars.next().is_none().then_some(Self { alternatives, groups: reader.groups })
    }

    /// Every match, from left to right; `None` where that takes too long.
    pub(super) fn all(&self, text: &[char]) -> Option<Vec<Match>> {
        let mut found = Vec::new();
        let mut at = 0;
        let mut last_end = None;
        while at <= text.len() {
            let Some(one) = self.at(text, at)? else {
                at += 1;
                continue;
            };
            let (start, end) = one.first().copied().flatten().unwrap_or((at, at));
            // An empty match right behind another is none; Python has one behind a longer one.
            if start == end && last_end == Some((end, true)) {
                at += 1;
                continue;
            }
            last_end = Some((end, start == end));
            at = if start == end { end + 1 } else { end };
            found.push(one);
        }
        Some(found)
    }

    /// The match at a place.
    pub(super) fn at(&self, text: &[char], at: usize) -> Option<Option<Match>> {
        if text.len() > TEXT_MAX {
            return None;
        }
        let mut run = Run { text, groups: vec![None; self.groups + 1], steps: 0, waiting: 0 };
        let mut end = None;
        let matched = run.any(&self.alternatives, at, &mut |_, to| {
            end = Some(to);
            true
        });
        if run.steps > STEPS_MAX {
            return None;
        }
        let mut groups = run.groups;
        if let Some(whole) = groups.first_mut() {
            *whole = end.map(|end| (at, end));
        }
        Some(matched.then_some(groups))
    }
}

struct Reader<'s> {
    chars: Peekable<Chars<'s>>,
    groups: usize,
}

impl Reader<'_> {
    fn alternatives(&mut self, depth: usize) -> Option<Vec<Vec<Node>>> {
        if depth > DEPTH_MAX {
            return None;
        }
        let mut all = vec![Vec::new()];
        while let Some(c) = self.chars.peek().copied() {
            match c {
                ')' => break,
                '|' => {
                    self.chars.next();
                    all.push(Vec::new());
                }
                _ => {
                    let node = self.node(depth)?;
                    let node = self.repeated(node)?;
                    all.last_mut()?.push(node);
                }
            }
        }
        Some(all)
    }

    fn node(&mut self, depth: usize) -> Option<Node> {
        match self.chars.next()? {
            '.' => Some(Node::Class(vec![('\n', '\n')], true)),
            '^' => Some(Node::Start),
            '$' => Some(Node::End),
            '(' => self.group(depth),
            '[' => self.class(),
            '\\' => self.escape(),
            '*' | '+' | '?' | '{' => None,
            c => Some(Node::Class(vec![(c, c)], false)),
        }
    }

    fn group(&mut self, depth: usize) -> Option<Node> {
        let mut look = None;
        let mut number = None;
        if self.chars.next_if_eq(&'?').is_some() {
            match self.chars.next()? {
                ':' => {}
                '=' => look = Some((false, false)),
                '!' => look = Some((false, true)),
                '<' => match self.chars.next()? {
                    '=' => look = Some((true, false)),
                    '!' => look = Some((true, true)),
                    _ => return None,
                },
                _ => return None,
            }
        } else {
            self.groups += 1;
            number = Some(self.groups);
        }
        let alternatives = self.alternatives(depth + 1)?;
        self.chars.next_if_eq(&')')?;
        Some(match look {
            Some((behind, not)) => Node::Look(alternatives, behind, not),
            None => Node::Group(number, alternatives),
        })
    }

    fn class(&mut self) -> Option<Node> {
        let not = self.chars.next_if_eq(&'^').is_some();
        let mut ranges = Vec::new();
        loop {
            let low = match self.chars.next()? {
                ']' if !ranges.is_empty() => return Some(Node::Class(ranges, not)),
                '\\' => match self.escape()? {
                    Node::Class(inner, false) => match inner.as_slice() {
                        [(c, same)] if c == same => *c,
                        _ => {
                            ranges.extend(inner);
                            continue;
                        }
                    },
                    _ => return None,
                },
                c => c,
            };
            let mut ahead = self.chars.clone();
            let is_range = ahead.next() == Some('-') && ahead.next().is_some_and(|c| c != ']');
            if is_range {
                self.chars.next();
                ranges.push((low, self.chars.next()?));
            } else {
                ranges.push((low, low));
            }
        }
    }

    fn escape(&mut self) -> Option<Node> {
        let digits = vec![('0', '9')];
        let words = vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_'), ('\u{aa}', '\u{2af}')];
        let spaces = vec![(' ', ' '), ('\t', '\r')];
        Some(match self.chars.next()? {
            'd' => Node::Class(digits, false),
            'D' => Node::Class(digits, true),
            'w' => Node::Class(words, false),
            'W' => Node::Class(words, true),
            's' => Node::Class(spaces, false),
            'S' => Node::Class(spaces, true),
            'b' => Node::Edge(true),
            'B' => Node::Edge(false),
            'A' => Node::Start,
            'Z' => Node::End,
            'n' => Node::Class(vec![('\n', '\n')], false),
            't' => Node::Class(vec![('\t', '\t')], false),
            c if c.is_alphanumeric() => return None,
            c => Node::Class(vec![(c, c)], false),
        })
    }

    fn repeated(&mut self, node: Node) -> Option<Node> {
        let (least, most) = match self.chars.peek() {
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            Some('?') => (0, 1),
            Some('{') => return self.counted(node),
            _ => return Some(node),
        };
        self.chars.next();
        let seldom = self.chars.next_if_eq(&'?').is_some();
        Some(Node::Repeat(Box::new(node), least, most, seldom))
    }

    fn counted(&mut self, node: Node) -> Option<Node> {
        self.chars.next();
        let text: String = self.chars.by_ref().take_while(|c| *c != '}').collect();
        let (least, most) = match text.split_once(',') {
            None => (text.parse().ok()?, text.parse().ok()?),
            Some((least, "")) => (least.parse().ok()?, usize::MAX),
            Some((least, most)) => (least.parse().ok()?, most.parse().ok()?),
        };
        let seldom = self.chars.next_if_eq(&'?').is_some();
        Some(Node::Repeat(Box::new(node), least, most, seldom))
    }
}

struct Run<'t> {
    text: &'t [char],
    groups: Match,
    steps: usize,
    waiting: usize,
}

/// What has to match behind; it is given where.
type Then<'c, 't> = &'c mut dyn FnMut(&mut Run<'t>, usize) -> bool;

impl<'t> Run<'t> {
    fn any(&mut self, alternatives: &[Vec<Node>], at: usize, then: Then<'_, 't>) -> bool {
        alternatives.iter().any(|nodes| self.sequence(nodes, at, then))
    }

    fn sequence(&mut self, nodes: &[Node], at: usize, then: Then<'_, 't>) -> bool {
        self.steps += 1;
        if self.waiting > WAITING_MAX {
            self.steps = STEPS_MAX + 1;
        }
        if self.steps > STEPS_MAX {
            return false;
        }
        self.waiting += 1;
        let matched = match nodes.split_first() {
            None => then(self, at),
            Some((first, rest)) => self.node(first, at, &mut |run, at| run.sequence(rest, at, then)),
        };
        self.waiting -= 1;
        matched
    }

    fn node(&mut self, node: &Node, at: usize, then: Then<'_, 't>) -> bool {
        match node {
            Node::Class(ranges, not) => {
                let holds = |c: &char| ranges.iter().any(|(low, high)| low <= c && c <= high) != *not;
                self.text.get(at).is_some_and(holds) && then(self, at + 1)
            }
            Node::Start => at == 0 && then(self, at),
            Node::End => at == self.text.len() && then(self, at),
            Node::Edge(wanted) => {
                let word = |at: Option<usize>| {
                    at.and_then(|at| self.text.get(at)).is_some_and(|c| c.is_alphanumeric() || *c == '_')
                };
                (word(at.checked_sub(1)) != word(Some(at))) == *wanted && then(self, at)
            }
            Node::Group(number, alternatives) => self.group(*number, alternatives, at, then),
            Node::Look(alternatives, behind, not) => {
                let found = if *behind {
                    (0..=at).rev().any(|from| self.any(alternatives, from, &mut |_, to| to == at))
                } else {
                    self.any(alternatives, at, &mut |_, _| true)
                };
                found != *not && then(self, at)
            }
            Node::Repeat(inner, least, most, seldom) => {
                self.repeat(inner, (*least, *most), *seldom, at, then)
            }
        }
    }

    fn group(
        &mut self,
        number: Option<usize>,
        alternatives: &[Vec<Node>],
        at: usize,
        then: Then<'_, 't>,
    ) -> bool {
        self.any(alternatives, at, &mut |run, to| {
            let slot = number.filter(|number| *number < run.groups.len());
            let before =
                slot.and_then(|slot| run.groups.get_mut(slot).and_then(|group| group.replace((at, to))));
            if then(run, to) {
                return true;
            }
            if let Some(group) = slot.and_then(|slot| run.groups.get_mut(slot)) {
                *group = before;
            }
            false
        })
    }

    fn repeat(
        &mut self,
        inner: &Node,
        (least, most): (usize, usize),
        seldom: bool,
        at: usize,
        then: Then<'_, 't>,
    ) -> bool {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return false;
        }
        if let (Node::Class(..), false) = (inner, seldom) {
            return self.repeat_class(inner, (least, most), at, then);
        }
        if least == 0 && (seldom || most == 0) && then(self, at) {
            return true;
        }
        let left = (least.saturating_sub(1), most.saturating_sub(1));
        let more = most > 0
            && self.node(inner, at, &mut |run, to| {
                (to > at || least > 0) && run.repeat(inner, left, seldom, to, then)
            });
        more || (least == 0 && !seldom && most > 0 && then(self, at))
    }

    /// Characters again and again, without going deeper for each.
    fn repeat_class(
        &mut self,
        inner: &Node,
        (least, most): (usize, usize),
        at: usize,
        then: Then<'_, 't>,
    ) -> bool {
        let mut count = 0;
        while count < most && self.node(inner, at + count, &mut |_, _| true) {
            count += 1;
        }
        self.steps += count / 8;
        (least..=count).rev().any(|count| then(self, at + count))
    }
}
