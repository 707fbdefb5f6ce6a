//! Foreign keys, constraints and indexes, which are the same by what they hold before they are by name.

use super::{Between, text};
use crate::schema::change::{Detail, Kind};
use crate::schema::model::{Check, ForeignKey, Index, Key};
use crate::schema::place::Place;

/// How options of dialects begin that no database here has.
const ELSEWHERE: [&str; 2] = ["mssql_", "oracle_"];

/// A part of a table that may have a name.
trait Part: Clone {
    /// What makes two of them the same, name and place aside.
    type Structure: Ord;

    fn structure(&self) -> Self::Structure;
    fn name(&self) -> Option<&str>;
    fn place(&self) -> Option<&Place>;
    /// What it is called where it has no name.
    fn columns(&self) -> String;
    fn words(&self) -> String;
    fn detail(&self) -> Detail;
}

/// Names in alphabetical order, for keys whose order means nothing.
pub(super) fn sorted(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

impl Between<'_> {
    /// Looks at everything but columns and the primary key.
    pub(super) fn parts(&mut self) {
        let (from, to) = (self.from, self.to);
        self.each(&from.foreign_keys, &to.foreign_keys, Kind::ForeignKeyAdded);
        self.each(&from.uniques, &to.uniques, Kind::UniqueAdded);
        self.each(&from.checks, &to.checks, Kind::CheckAdded);
        self.each(&from.excludes, &to.excludes, Kind::ExcludeAdded);
        self.each(&from.indexes, &to.indexes, Kind::IndexAdded);
    }

    fn each<P: Part>(&mut self, from: &[P], to: &[P], added: Kind) {
        let (gone, new) = unmatched(from, to);
        for part in gone {
            self.one(&part, added.inverse());
        }
        for part in new {
            self.one(&part, added);
        }
    }

    fn one<P: Part>(&mut self, part: &P, kind: Kind) {
        let item = part.name().map_or_else(|| part.columns(), str::to_owned);
        let words = Some(part.words());
        let added = matches!(
            kind,
            Kind::ForeignKeyAdded
                | Kind::UniqueAdded
                | Kind::CheckAdded
                | Kind::ExcludeAdded
                | Kind::IndexAdded
        );
        let (from, to) = if added { (None, words) } else { (words, None) };
        self.push(kind, Some(item), from, to, part.place().cloned(), part.detail());
    }
}

/// Those that are on one side only. Of the same structure, the same name is matched first; then one without a name matches
/// one that has a name, in order of names, so that turning the sides round matches the same.
fn unmatched<P: Part>(from: &[P], to: &[P]) -> (Vec<P>, Vec<P>) {
    let (mut gone, mut new) = (ordered(from), ordered(to));
    strike(&mut gone, &mut new, |a, b| a == b);
    strike(&mut gone, &mut new, |a, b| a.is_none() != b.is_none());
    let parts = |keyed: Vec<(P::Structure, P)>| keyed.into_iter().map(|(_, part)| part).collect();
    (parts(gone), parts(new))
}

fn ordered<P: Part>(parts: &[P]) -> Vec<(P::Structure, P)> {
    let mut keyed: Vec<_> = parts.iter().map(|part| (part.structure(), part.clone())).collect();
    keyed.sort_by(|a, b| (&a.0, a.1.name()).cmp(&(&b.0, b.1.name())));
    keyed
}

type Keyed<P> = Vec<(<P as Part>::Structure, P)>;

/// Takes out pairs of the same structure whose names go together.
fn strike<P: Part>(
    gone: &mut Keyed<P>,
    new: &mut Keyed<P>,
    go_together: impl Fn(Option<&str>, Option<&str>) -> bool,
) {
    gone.retain(|(structure, part)| {
        // Both are sorted by structure, so that the search stays within equals.
        let start = new.partition_point(|(other, _)| other < structure);
        let equals = new.iter().skip(start).take_while(|(other, _)| other == structure);
        let found = equals.into_iter().position(|(_, other)| go_together(part.name(), other.name()));
        if let Some(offset) = found {
            new.remove(start + offset);
        }
        found.is_none()
    });
}

impl Part for Key {
    type Structure = (Vec<String>, Vec<String>);

    fn structure(&self) -> Self::Structure {
        (sorted(&self.columns), self.options.clone())
    }
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
    fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }
    fn columns(&self) -> String {
        text::brackets(&self.columns)
    }
    fn words(&self) -> String {
        text::key(self, false)
    }
    fn detail(&self) -> Detail {
        Detail::Unique(self.clone())
    }
}

impl Part for ForeignKey {
    type Structure = (Vec<(String, String)>, String, Option<String>, Option<String>, Vec<String>);

    fn structure(&self) -> Self::Structure {
        let mut pairs: Vec<_> =
            self.columns.iter().cloned().zip(self.target_columns.iter().cloned()).collect();
        pairs.sort_unstable();
        // NO ACTION is what a database does where nothing is said; `use_alter` only says when the key is created.
        let action = |action: &Option<String>| action.clone().filter(|action| action != "NO ACTION");
        let options = self.options.iter().filter(|option| *option != "use_alter").cloned().collect();
        (pairs, self.target.clone(), action(&self.on_delete), action(&self.on_update), options)
    }
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
    fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }
    fn columns(&self) -> String {
        text::brackets(&self.columns)
    }
    fn words(&self) -> String {
        text::foreign_key(self)
    }
    fn detail(&self) -> Detail {
        Detail::ForeignKey(self.clone())
    }
}

impl Part for Check {
    type Structure = String;

    fn structure(&self) -> Self::Structure {
        self.sql.clone()
    }
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
    fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }
    fn columns(&self) -> String {
        format!("({})", self.sql)
    }
    fn words(&self) -> String {
        self.sql.clone()
    }
    fn detail(&self) -> Detail {
        Detail::Check(self.clone())
    }
}

impl Part for Index {
    type Structure = (Vec<String>, bool, Vec<String>);

    fn structure(&self) -> Self::Structure {
        let is_ours = |option: &&String| !ELSEWHERE.iter().any(|dialect| option.starts_with(dialect));
        (self.columns.clone(), self.unique, self.options.iter().filter(is_ours).cloned().collect())
    }
    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
    fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }
    fn columns(&self) -> String {
        text::brackets(&self.columns)
    }
    fn words(&self) -> String {
        text::index(self)
    }
    fn detail(&self) -> Detail {
        Detail::Index(self.clone())
    }
}
