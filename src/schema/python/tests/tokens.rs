//! Source cut into tokens, as far as the laws need it: strings, comments, words, line ends, blanks, everything else.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Blank,
    Comment,
    LineEnd,
    String,
    Word,
    Operator,
}

/// A token, and how many brackets are open before it.
#[derive(Debug, Clone)]
pub struct Token {
    pub sort: Sort,
    pub text: String,
    pub depth: usize,
}

/// Every token of a source; together they are the source.
pub fn tokens(source: &str) -> Vec<Token> {
    let (mut found, mut rest, mut depth) = (Vec::new(), source, 0_usize);
    while let Some(first) = rest.chars().next() {
        let (sort, length) = next(rest, first);
        let (text, behind) = rest.split_at(length.max(first.len_utf8()));
        found.push(Token { sort, text: text.to_owned(), depth });
        match text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        rest = behind;
    }
    found
}

fn next(rest: &str, first: char) -> (Sort, usize) {
    let while_true = |test: fn(char) -> bool| rest.find(|c: char| !test(c)).unwrap_or(rest.len());
    if first == '\n' {
        return (Sort::LineEnd, 1);
    }
    if rest.starts_with("\\\n") {
        return (Sort::Blank, 2);
    }
    if first == ' ' || first == '\t' {
        return (Sort::Blank, while_true(|c| c == ' ' || c == '\t'));
    }
    if first == '#' {
        return (Sort::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    let prefix = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    if prefix <= 2 && rest[prefix..].starts_with(['"', '\'']) {
        return (Sort::String, prefix + string(&rest[prefix..]));
    }
    if first.is_alphanumeric() || first == '_' {
        return (Sort::Word, while_true(|c| c.is_alphanumeric() || c == '_'));
    }
    let operators =
        ["**=", "//=", ">>=", "<<=", "...", "->", ":=", "**", "//", "<<", ">>", "<=", ">=", "==", "!="];
    let long = operators.iter().find(|operator| rest.starts_with(**operator)).map(|operator| operator.len());
    let short = rest.get(1..2).is_some_and(|next| next == "=" && "+-*/%&|^@".contains(first));
    (Sort::Operator, long.unwrap_or(if short { 2 } else { first.len_utf8() }))
}

/// Length of the string at the start, with its quotes.
fn string(rest: &str) -> usize {
    let quote = &rest[..1];
    let triple = quote.repeat(3);
    let end = if rest.starts_with(&triple) { triple.as_str() } else { quote };
    let mut at = end.len();
    while at < rest.len() && !rest[at..].starts_with(end) {
        let mut characters = rest[at..].chars();
        let escaped = characters.next() == Some('\\');
        at = rest.len() - characters.as_str().len();
        if escaped && let Some(next) = characters.next() {
            at += next.len_utf8();
        }
    }
    (at + end.len()).min(rest.len())
}

/// The source that tokens make.
pub fn joined(tokens: &[Token]) -> String {
    tokens.iter().map(|token| token.text.as_str()).collect()
}
