//! Writes Python anew so that it means the same: blank lines, comments, wrapped arguments, docstrings, another order.

/// What decides where something is done: one throw after the other, from the start again at the end.
pub struct Dice<'a> {
    throws: &'a [u8],
    at: usize,
}

impl<'a> Dice<'a> {
    pub fn new(throws: &'a [u8]) -> Self {
        Self { throws, at: 0 }
    }

    fn throw(&mut self) -> u8 {
        let throw = self.throws.get(self.at % self.throws.len().max(1)).copied().unwrap_or_default();
        self.at += 1;
        throw
    }
}

/// A line of source, and whether a statement (or nothing) begins on it.
struct Line {
    text: String,
    begins: bool,
}

/// Writes a module anew.
pub fn reformat(source: &str, dice: &mut Dice<'_>) -> String {
    let mut lines = lines(&wrap(source, dice));
    swap_imports(&mut lines, dice);
    move_methods(&mut lines, dice);
    document(&mut lines, dice);
    let mut out = String::new();
    let mut decorated = false;
    for line in &lines {
        // The grammar takes a comment that is indented less than the decorator above it for the end of the class, and says so.
        if line.begins && !decorated {
            match dice.throw() % 6 {
                0 => out.push('\n'),
                1 => out.push_str("# age = Column(Integer)\n"),
                2 => out.push_str("    # a remark, \"quoted\"\n\n"),
                _ => {}
            }
        }
        decorated = line.begins && line.text.trim_start().starts_with('@');
        out.push_str(&line.text);
        out.push('\n');
    }
    out
}

/// Where the characters of a source stand: in a string, a comment, or code at a depth of brackets.
fn scan(source: &str, mut each: impl FnMut(char, Option<usize>)) {
    let letters: Vec<char> = source.chars().collect();
    let (mut at, mut depth) = (0, 0_usize);
    while at < letters.len() {
        let here = letters[at];
        match here {
            '"' | '\'' => {
                let end = end_of_string(&letters, at);
                letters[at..end].iter().for_each(|letter| each(*letter, None));
                at = end;
                continue;
            }
            '#' => {
                while at < letters.len() && letters[at] != '\n' {
                    each(letters[at], None);
                    at += 1;
                }
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        each(here, Some(depth));
        at += 1;
    }
}

fn end_of_string(letters: &[char], start: usize) -> usize {
    let quote = letters[start];
    let is_long = letters.get(start + 1) == Some(&quote) && letters.get(start + 2) == Some(&quote);
    let mut at = if is_long { start + 3 } else { start + 1 };
    while at < letters.len() {
        let closes = letters[at] == quote
            && (!is_long || (letters.get(at + 1) == Some(&quote) && letters.get(at + 2) == Some(&quote)));
        if closes {
            return at + if is_long { 3 } else { 1 };
        }
        at += if letters[at] == '\\' { 2 } else { 1 };
    }
    letters.len()
}

/// Breaks lines behind opening brackets and commas within brackets.
fn wrap(source: &str, dice: &mut Dice<'_>) -> String {
    let mut out = String::new();
    scan(source, |letter, depth| {
        out.push(letter);
        let breaks = depth.is_some_and(|depth| depth > 0) && matches!(letter, '(' | ',');
        if breaks && dice.throw().is_multiple_of(3) {
            out.push('\n');
            out.push_str(&" ".repeat(usize::from(dice.throw() % 9)));
        }
    });
    out
}

fn lines(source: &str) -> Vec<Line> {
    // A line begins a statement when its first character is code outside brackets, or there is none.
    let mut lines: Vec<Line> = Vec::new();
    let mut text = String::new();
    let (mut begins, mut continued) = (true, false);
    let mut depth_now = 0;
    scan(source, |letter, depth| {
        depth_now = depth.unwrap_or(depth_now);
        if letter != '\n' {
            text.push(letter);
            return;
        }
        continued = depth.is_none() || depth_now > 0 || text.ends_with('\\');
        lines.push(Line { text: std::mem::take(&mut text), begins });
        begins = !continued;
    });
    if !text.is_empty() {
        lines.push(Line { text, begins });
    }
    lines
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Imports of single names that follow one another change places.
fn swap_imports(lines: &mut [Line], dice: &mut Dice<'_>) {
    let plain = |line: &Line| {
        let text = &line.text;
        let imports = text.starts_with("from ") && text.contains(" import ") || text.starts_with("import ");
        imports && line.begins && !text.contains(['*', '(', '\\']) && !text.contains("__future__")
    };
    for at in 1..lines.len() {
        if plain(&lines[at - 1]) && plain(&lines[at]) && dice.throw().is_multiple_of(2) {
            lines.swap(at - 1, at);
        }
    }
}

/// Methods move to the end of their class.
fn move_methods(lines: &mut [Line], dice: &mut Dice<'_>) {
    let mut at = 0;
    while at < lines.len() {
        let is_method = lines[at].begins && lines[at].text.starts_with("    def ");
        let is_decorated = at > 0 && lines[at - 1].text.trim_start().starts_with('@');
        if !is_method || is_decorated || !within_class(lines, at) || !dice.throw().is_multiple_of(2) {
            at += 1;
            continue;
        }
        let end = end_of_block(lines, at + 1, 4);
        let class_end = end_of_block(lines, end, 0);
        if end < class_end {
            lines[at..class_end].rotate_left(end - at);
            at = class_end;
        } else {
            at = end;
        }
    }
}

fn within_class(lines: &[Line], at: usize) -> bool {
    let heads = lines[..at].iter().rev().filter(|line| line.begins && !line.text.trim().is_empty());
    let head = heads.into_iter().find(|line| indent(&line.text) == 0 && !line.text.starts_with('#'));
    head.is_some_and(|line| line.text.starts_with("class "))
}

/// Where what is indented deeper than so much ends, blank lines left out.
fn end_of_block(lines: &[Line], from: usize, depth: usize) -> usize {
    let mut end = from;
    for (offset, line) in lines.iter().enumerate().skip(from) {
        let is_blank = line.text.trim().is_empty();
        if line.begins && !is_blank && indent(&line.text) <= depth {
            break;
        }
        if !is_blank {
            end = offset + 1;
        }
    }
    end
}

/// Classes and functions whose body begins on the next line get a docstring.
fn document(lines: &mut Vec<Line>, dice: &mut Dice<'_>) {
    let mut at = 0;
    while at < lines.len() {
        let head = lines[at].text.trim_start();
        let is_head = lines[at].begins && (head.starts_with("class ") || head.starts_with("def "));
        let depth = indent(&lines[at].text);
        let behind = lines.iter().skip(at + 1).position(|line| line.begins).map(|offset| at + 1 + offset);
        at += 1;
        let Some(body) = behind.filter(|_| is_head) else { continue };
        let inside = indent(&lines[body].text);
        let opens = lines[body - 1].text.trim_end().ends_with(':') && inside > depth;
        if opens && dice.throw().is_multiple_of(2) {
            let text = format!("{}\"\"\"Words: class X(Base), Column('y').\"\"\"", " ".repeat(inside));
            lines.insert(body, Line { text, begins: false });
        }
    }
}

#[test]
fn a_module_is_written_anew_and_nothing_of_it_is_lost() {
    let source = "import a\nimport b\n\n\nclass X(Base):\n    def m(self):\n        return \"a, (b\"\n\n    id = Column(Integer, key='#')\n";
    let all = reformat(source, &mut Dice::new(&[0]));
    let body = all.split("class X").nth(1).unwrap();
    assert!(all.find("import b").unwrap() < all.find("import a").unwrap(), "{all}");
    assert!(body.find("id = Column").unwrap() < body.find("def m").unwrap(), "{all}");
    assert!(all.contains("Column(\nInteger,\n key='#')") || all.contains("Column(\nInteger,\n"), "{all}");
    assert!(all.contains("return \"a, (b\"") && all.contains("\"\"\"Words"), "{all}");
}
