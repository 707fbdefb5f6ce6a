//! Names of constraints and indexes that have none: naming conventions with their tokens.

use super::builder::Builder;
use super::column::text;
use super::draft::Draft;
use crate::schema::eval::Value;

/// What SQLAlchemy names indexes where no convention is given.
const DEFAULT: &str = "ix_%(column_0_label)s";

/// What a name is made for.
pub struct Subject<'s> {
    /// `ix`, `uq`, `ck`, `fk` or `pk`.
    pub prefix: &'static str,
    /// The table.
    pub table: usize,
    /// Columns by key and name.
    pub columns: &'s [(String, String)],
    /// Of a foreign key: the table it points to, and the columns there.
    pub referred: Option<(&'s str, &'s [String])>,
}

impl Builder<'_, '_> {
    /// The name of a constraint or index: what was given, as the convention of its metadata makes it.
    pub fn constraint_name(&mut self, given: Option<&Value>, subject: &Subject<'_>) -> Option<String> {
        let draft = self.drafts.get(subject.table)?;
        let metadata = self.metadata.get(draft.metadata)?;
        let template = match &metadata.convention {
            None if subject.prefix == "ix" => Some(Value::Str(DEFAULT.into())),
            None => None,
            Some(convention) => {
                convention.iter().find(|(key, _)| key == subject.prefix).map(|(_, value)| value.clone())
            }
        };
        let given = given.filter(|value| **value != Value::None);
        if let Some(call) = given.and_then(|value| self.call(value))
            && ["conv", "f", "quoted_name"].contains(&&*call.name.last)
        {
            return call.args.first().and_then(|value| self.words(value));
        }
        let said = given.and_then(|value| self.words(value));
        let template = template.as_ref().and_then(text);
        match (said, template) {
            (Some(said), Some(template)) if template.contains("constraint_name") => {
                Some(self.expand(&template, subject, Some(&said)))
            }
            (Some(said), _) => Some(said),
            // A convention that needs a name leaves constraints without one alone.
            (None, Some(template)) if template.contains("%(constraint_name)") => None,
            (None, template) => template.map(|template| self.expand(&template, subject, None)),
        }
    }

    fn expand(&mut self, template: &str, subject: &Subject<'_>, said: Option<&str>) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some(start) = rest.find('%') {
            out.push_str(rest.get(..start).unwrap_or_default());
            rest = rest.get(start + 1..).unwrap_or_default();
            if let Some(after) = rest.strip_prefix('%') {
                out.push('%');
                rest = after;
            } else if let Some((token, after)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(")s"))
            {
                out.push_str(&self.token(token, subject, said));
                rest = after;
            } else {
                out.push('%');
            }
        }
        out.push_str(rest);
        out
    }

    /// What stands for a token.
    fn token(&mut self, token: &str, subject: &Subject<'_>, said: Option<&str>) -> String {
        let Some(draft) = self.drafts.get(subject.table) else { return String::new() };
        let custom = self.metadata.get(draft.metadata).and_then(|metadata| metadata.convention.as_ref());
        if custom.is_some_and(|custom| custom.iter().any(|(key, _)| key == token)) {
            return self.custom(token, subject);
        }
        match token {
            "table_name" => draft.name.clone(),
            "constraint_name" => said.unwrap_or_default().to_owned(),
            "referred_table_name" => subject
                .referred
                .map_or_else(String::new, |(table, _)| table.rsplit('.').next().unwrap_or(table).to_owned()),
            _ => columns(token, subject, draft).unwrap_or_else(|| format!("<{token}>")),
        }
    }

    /// A token that a function of the tree makes from the constraint, of which it is only known which columns it has.
    fn custom(&mut self, token: &str, subject: &Subject<'_>) -> String {
        let place = self.drafts.get(subject.table).map(|draft| draft.place.clone());
        if let Some(place) = place {
            self.note(
                "unresolved-name",
                &place,
                &format!("the naming convention's %({token})s is a function"),
            );
        }
        let names: Vec<&str> = subject.columns.iter().map(|(_, name)| name.as_str()).collect();
        format!("<{token}:{}>", names.join(","))
    }
}

/// `column_0_name`, `column_0N_label`, `referred_column_0_name` and the like.
fn columns(token: &str, subject: &Subject<'_>, draft: &Draft) -> Option<String> {
    let (referred, rest) = token.strip_prefix("referred_").map_or((false, token), |rest| (true, rest));
    let rest = rest.strip_prefix("column_")?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let at: usize = rest.get(..end)?.parse().ok()?;
    let rest = rest.get(end..)?;
    let (joint, what) = match (rest.strip_prefix("_N_"), rest.strip_prefix("N_")) {
        (Some(what), _) => (Some("_"), what),
        (_, Some(what)) => (Some(""), what),
        _ => (None, rest.strip_prefix('_')?),
    };
    let names: Vec<String> = if referred {
        subject.referred.map(|(_, columns)| columns.to_vec()).unwrap_or_default()
    } else {
        subject.columns.iter().map(|(key, name)| label(what, key, name, draft)).collect()
    };
    Some(match joint {
        Some(joint) => names.join(joint),
        None => names.get(at).cloned().unwrap_or_default(),
    })
}

/// The key, name or label of a column.
fn label(what: &str, key: &str, name: &str, draft: &Draft) -> String {
    match what {
        "key" => key.to_owned(),
        "label" => match &draft.schema {
            Some(schema) => format!("{}_{}_{name}", schema.replace('.', "_"), draft.name),
            None => format!("{}_{name}", draft.name),
        },
        _ => name.to_owned(),
    }
}
