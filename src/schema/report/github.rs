//! Findings as annotations of GitHub Actions: one command per line on standard output.

use std::fmt::Write as _;

use crate::schema::finding::{Finding, Level, Note};

/// Annotations of findings, and of what could not be told.
pub fn annotations(findings: &[Finding], notes: &[Note]) -> String {
    let mut out = String::new();
    for finding in findings {
        let word = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note | Level::Off => "notice",
        };
        let text = match finding.help.as_str() {
            "" => finding.message.clone(),
            help => format!("{}\n{help}", finding.message),
        };
        line(&mut out, word, &finding.place.path, finding.place.line, finding.rule, &text);
    }
    for note in notes {
        line(&mut out, "notice", &note.place.path, note.place.line, note.code, &note.message);
    }
    out
}

fn line(out: &mut String, word: &str, path: &str, line: u32, title: &str, text: &str) {
    let line = line.max(1);
    let _ = writeln!(
        out,
        "::{word} file={},line={line},title=nija schema: {}::{}",
        property(path),
        property(title),
        data(text)
    );
}

/// What may stand behind the second pair of colons.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What may stand between commas.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::place::Place;

    #[test]
    fn what_would_end_an_annotation_is_escaped() {
        let finding = Finding {
            rule: "raw-ddl",
            level: Level::Error,
            place: Place::new("a,b:c%.py", 7),
            message: "100 % of it::\nall".to_owned(),
            help: "do this\r\nthen that".to_owned(),
            table: None,
            item: None,
        };
        let note =
            Note { code: "syntax-error", place: Place::new("x.py", 0), message: "no Python".to_owned() };
        assert_eq!(
            annotations(&[finding], &[note]),
            "::error file=a%2Cb%3Ac%25.py,line=7,title=nija schema: raw-ddl::100 %25 of it::%0Aall%0Ado this%0D%0Athen that\n\
             ::notice file=x.py,line=1,title=nija schema: syntax-error::no Python\n"
        );
    }
}
