//! Names as SQL writes them: quoted where they would be read as something else.

use crate::schema::settings::Dialect;

/// Words that PostgreSQL reserves, as SQLAlchemy lists them. Sorted.
const RESERVED: [&str; 102] = [
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "new",
    "not",
    "notnull",
    "null",
    "of",
    "off",
    "offset",
    "old",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "over",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

/// A name, in quotes where it is reserved or more than lower-case letters, digits and underscores.
pub fn identifier(name: &str, dialect: Dialect) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '$';
    let starts = name.chars().next().is_some_and(|c| c.is_ascii_lowercase() || c == '_');
    if starts && name.chars().all(plain) && RESERVED.binary_search(&name).is_err() {
        return name.to_owned();
    }
    match dialect {
        Dialect::Mysql => format!("`{}`", name.replace('`', "``")),
        Dialect::Postgresql | Dialect::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_and_mixed_names_are_quoted() {
        assert!(RESERVED.is_sorted());
        for (name, quoted) in [("a_1", "a_1"), ("user", "\"user\""), ("Name", "\"Name\""), ("1a", "\"1a\"")] {
            assert_eq!(identifier(name, Dialect::Postgresql), quoted);
        }
        assert_eq!(identifier("order", Dialect::Mysql), "`order`");
    }
}
