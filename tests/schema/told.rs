//! What is told of a pair of versions, as lines to compare with those that a case expects.

use nija::schema::alembic::Coverage;
use nija::schema::check::{Judged, Report};
use nija::schema::finding::{Finding, Level};

/// One thing that was told. A case may leave out of a change what it changed from and to, and where that was found.
pub struct Told {
    /// The least that a case can say.
    plain: String,
    /// From what to what.
    values: String,
    /// Whether it is covered.
    verdict: String,
    /// Where the step is that covers it, or the line that declares what is not covered.
    place: String,
}

impl Told {
    /// Whether an expected line says this.
    pub fn is(&self, expected: &str) -> bool {
        self.forms().iter().any(|form| form == expected)
    }

    /// All of it.
    pub fn full(&self) -> String {
        self.forms().last().cloned().unwrap_or_default()
    }

    fn forms(&self) -> Vec<String> {
        let Self { plain, values, verdict, place } = self;
        if verdict.is_empty() {
            return vec![plain.clone()];
        }
        vec![
            format!("{plain} [{verdict}]"),
            format!("{plain} [{verdict}{place}]"),
            format!("{plain}{values} [{verdict}]"),
            format!("{plain}{values} [{verdict}{place}]"),
        ]
    }
}

/// Everything that a report tells. That a change is not covered is told once: by the change, not by its finding as well.
pub fn of(report: &Report) -> Vec<Told> {
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    let mut told: Vec<Told> = Vec::new();
    for judged in &report.changes {
        let own = findings.iter().position(|finding| is_about(finding, judged)).map(|at| findings.remove(at));
        told.push(change(judged, own));
    }
    told.extend(
        findings.iter().map(|finding| {
            line(format!("finding {} {} {}", level(finding.level), finding.rule, finding.place))
        }),
    );
    told.extend(report.notes.iter().map(|note| line(format!("note {} {}", note.code, note.place))));
    told
}

fn is_about(finding: &Finding, judged: &Judged) -> bool {
    judged.coverage == Coverage::Missing
        && finding.rule == judged.rule
        && finding.table.as_deref() == Some(judged.change.table.as_str())
        && finding.item == judged.change.item
        && judged.place == finding.place
}

fn change(judged: &Judged, finding: Option<&Finding>) -> Told {
    let change = &judged.change;
    let kind = serde_json::to_value(change.kind).unwrap();
    let item = change.item.as_deref().map(|item| format!(" {item}")).unwrap_or_default();
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    let (verdict, place) = match (&judged.coverage, finding) {
        (Coverage::Covered(place), _) => ("covered".to_owned(), format!(" by {place}")),
        (Coverage::Perhaps(place), _) => ("perhaps".to_owned(), format!(" by {place}")),
        (Coverage::Missing, finding) => {
            let level = match finding.map(|finding| finding.level) {
                Some(Level::Error) => String::new(),
                Some(other) => format!(", {}", level(other)),
                None => ", not told".to_owned(),
            };
            (format!("missing{level}"), format!(" at {}", judged.place))
        }
    };
    Told {
        plain: format!("change {} {}{item}", kind.as_str().unwrap(), change.table),
        values: format!(": {} -> {}", shown(&change.from), shown(&change.to)),
        verdict,
        place,
    }
}

fn line(text: String) -> Told {
    Told { plain: text, values: String::new(), verdict: String::new(), place: String::new() }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Off => "off",
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}
