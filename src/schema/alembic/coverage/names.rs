//! Names as migrations and models spell them: with schema or without, quoted, shortened, under a naming convention.

/// What stands in a name for a piece that cannot be told.
pub(in crate::schema::alembic) const HOLE: &str = "{?}";

/// Names this long may have been cut by the database: PostgreSQL keeps 63 bytes and SQLAlchemy cuts sooner, with a hash.
const CUT: usize = 50;
/// Fewest letters that are enough of a name that a convention put something in front of.
const TELLING: usize = 4;
/// How conventions begin.
const PREFIXES: [&str; 6] = ["uq", "ck", "fk", "pk", "ix", "ex"];

/// Without quotes, in small letters.
pub(super) fn plain(name: &str) -> String {
    let quote = |c: char| matches!(c, '"' | '`' | '[' | ']' | '\'');
    name.chars().filter(|c| !quote(*c)).collect::<String>().to_lowercase()
}

/// The name of a table alone. Of `name [module]`, as models tell apart tables of one name, the name.
pub(super) fn bare(table: &str) -> String {
    plain(split(table).1)
}

fn split(table: &str) -> (Option<&str>, &str) {
    let table = table.split(" [").next().unwrap_or(table);
    match table.rsplit_once('.') {
        Some((schema, name)) => (Some(schema), name),
        None => (None, table),
    }
}

/// Whether the schemas of two tables of the same name can be the same: it is left out where it is the default.
pub(super) fn schemas_agree(left: &str, right: &str) -> bool {
    match (split(left).0, split(right).0) {
        (Some(left), Some(right)) => {
            plain(left) == plain(right) || left.contains(HOLE) || right.contains(HOLE)
        }
        _ => true,
    }
}

/// Whether two names of constraints or indexes can be the same.
pub(super) fn same(left: &str, right: &str) -> bool {
    let (left, right) = (bare(left), bare(right));
    left == right || fits(&left, &right) || fits(&right, &left) || cut(&left, &right) || behind(&left, &right)
}

/// `uq_{?}_email` fits `uq_users_email`; nothing but a hole fits everything.
fn fits(pattern: &str, name: &str) -> bool {
    if !pattern.contains(HOLE) {
        return false;
    }
    let mut pieces = pattern.split(HOLE);
    let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut last = "";
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = rest.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
        last = piece;
    }
    last.is_empty() || name.ends_with(last)
}

/// Both are long and begin alike.
fn cut(left: &str, right: &str) -> bool {
    let both_long = left.len() >= CUT && right.len() >= CUT;
    both_long && left.bytes().zip(right.bytes()).take_while(|(a, b)| a == b).count() >= CUT
}

/// One is the other behind what a naming convention puts in front: `ck_users_positive` and `positive`.
fn behind(left: &str, right: &str) -> bool {
    let (long, short) = if left.len() > right.len() { (left, right) } else { (right, left) };
    let rest = long.strip_suffix(short).and_then(|rest| rest.strip_suffix('_'));
    let conventional = |rest: &str| PREFIXES.iter().any(|prefix| rest.starts_with(prefix));
    short.len() >= TELLING && rest.is_some_and(conventional)
}

/// Whether two lists of columns or expressions are the same, in whatever order and however they are written.
pub(super) fn same_columns(left: &[String], right: &[String]) -> bool {
    let folded = |names: &[String]| {
        let mut names: Vec<String> = names.iter().map(|name| expression(name)).collect();
        names.sort_unstable();
        names
    };
    !left.is_empty() && left.len() == right.len() && folded(left) == folded(right)
}

/// SQL without white space, brackets, quotes, casts of text and order, for what is written in two ways.
pub(super) fn expression(sql: &str) -> String {
    let sql = plain(sql).replace("::text", "").replace("::character varying", "");
    let sql = sql.strip_suffix(" asc").unwrap_or(&sql);
    sql.chars().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')')).collect()
}

/// Whether a name speaks of every one of the columns.
pub(super) fn speaks_of(name: &str, columns: &[String]) -> bool {
    let name = bare(name);
    !columns.is_empty() && columns.iter().all(|column| name.contains(&plain(column)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_can_be_the_same() {
        for (left, right, expected) in [
            ("ix_a", "ix_a", true),
            ("IX_A", "\"ix_a\"", true),
            ("ix_a", "ix_b", false),
            ("app.ix_a", "ix_a", true),
            ("uq_{?}_email", "uq_users_email", true),
            ("{?}", "anything", true),
            ("uq_{?}_email", "uq_users_name", false),
            ("ck_users_positive", "positive", true),
            ("users_positive", "positive", false),
            ("ck_users_id", "id", false),
            (
                "fk_a_very_long_table_name_that_goes_on_and_on_and_on_0001",
                "fk_a_very_long_table_name_that_goes_on_and_on_and_on_other",
                true,
            ),
        ] {
            assert_eq!(same(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn columns_are_the_same_in_any_order() {
        let list = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert!(same_columns(&list(&["a", "b"]), &list(&["B", "\"a\""])));
        assert!(same_columns(&list(&["lower(name)"]), &list(&["lower((name)::text)"])));
        assert!(!same_columns(&list(&["a"]), &list(&["a", "b"])));
        assert!(!same_columns(&[], &[]));
    }

    #[test]
    fn schemas_agree_where_one_is_left_out() {
        assert!(schemas_agree("app.users", "users"));
        assert!(schemas_agree("{?}.users", "app.users"));
        assert!(!schemas_agree("app.users", "other.users"));
        assert_eq!(bare("app.Users [app.models]"), "users");
    }
}
