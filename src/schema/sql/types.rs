//! Types of columns in one spelling for each: the one SQLAlchemy's DDL of the dialect uses, whatever the text says.

use crate::schema::settings::Dialect;

/// Spellings that mean the same, after PostgreSQL's table of data types (8.1) and its aliases.
const POSTGRESQL: [(&str, &str); 28] = [
    ("INT", "INTEGER"),
    ("INT4", "INTEGER"),
    ("INT2", "SMALLINT"),
    ("INT8", "BIGINT"),
    ("SERIAL", "INTEGER"),
    ("SERIAL4", "INTEGER"),
    ("SERIAL2", "SMALLINT"),
    ("SMALLSERIAL", "SMALLINT"),
    ("SERIAL8", "BIGINT"),
    ("BIGSERIAL", "BIGINT"),
    ("BOOL", "BOOLEAN"),
    ("CHARACTER VARYING", "VARCHAR"),
    ("CHAR VARYING", "VARCHAR"),
    ("NVARCHAR", "VARCHAR"),
    ("CHARACTER", "CHAR"),
    ("BPCHAR", "CHAR"),
    ("DECIMAL", "NUMERIC"),
    ("DEC", "NUMERIC"),
    ("FLOAT4", "REAL"),
    ("FLOAT8", "DOUBLE PRECISION"),
    ("DOUBLE", "DOUBLE PRECISION"),
    ("VARBIT", "BIT VARYING"),
    ("TIMESTAMP", "TIMESTAMP WITHOUT TIME ZONE"),
    ("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"),
    ("TIME", "TIME WITHOUT TIME ZONE"),
    ("TIMETZ", "TIME WITH TIME ZONE"),
    ("DATETIME", "TIMESTAMP WITHOUT TIME ZONE"),
    ("BLOB", "BYTEA"),
];

/// The same after MySQL's chapter on data types.
const MYSQL: [(&str, &str); 12] = [
    ("INT", "INTEGER"),
    ("INT UNSIGNED", "INTEGER UNSIGNED"),
    ("INT4", "INTEGER"),
    ("INT2", "SMALLINT"),
    ("INT8", "BIGINT"),
    ("BOOLEAN", "BOOL"),
    ("DEC", "NUMERIC"),
    ("DECIMAL", "NUMERIC"),
    ("DOUBLE PRECISION", "DOUBLE"),
    ("REAL", "DOUBLE"),
    ("CHARACTER VARYING", "VARCHAR"),
    ("CHARACTER", "CHAR"),
];

/// The same where SQLite gives the same affinity.
const SQLITE: [(&str, &str); 7] = [
    ("INT", "INTEGER"),
    ("BOOL", "BOOLEAN"),
    ("CHARACTER VARYING", "VARCHAR"),
    ("CHARACTER", "CHAR"),
    ("DECIMAL", "NUMERIC"),
    ("DOUBLE PRECISION", "DOUBLE"),
    ("FLOAT8", "DOUBLE"),
];

/// Types that are written in capitals, beside those of the tables. Others are names of the project and stay as they are.
const KNOWN: &str = " INTEGER SMALLINT BIGINT TINYINT MEDIUMINT BOOLEAN BOOL VARCHAR CHAR TEXT TINYTEXT MEDIUMTEXT LONGTEXT NUMERIC \
     DECIMAL REAL FLOAT DOUBLE DATE TIME TIMESTAMP DATETIME YEAR INTERVAL UUID JSON JSONB BYTEA BLOB TINYBLOB MEDIUMBLOB LONGBLOB \
     BINARY VARBINARY BIT INET CIDR MACADDR MACADDR8 MONEY OID REGCLASS XML CITEXT HSTORE TSVECTOR TSQUERY INT4RANGE INT8RANGE \
     NUMRANGE TSRANGE TSTZRANGE DATERANGE INT4MULTIRANGE INT8MULTIRANGE NUMMULTIRANGE TSMULTIRANGE TSTZMULTIRANGE \
     DATEMULTIRANGE POINT LINE LSEG BOX PATH POLYGON CIRCLE ENUM SET ";

/// A type in its one spelling, as in `VARCHAR(50)`, `NUMERIC(10, 2)`, `TIMESTAMP WITH TIME ZONE`, `INTEGER[]`.
pub fn canonical(text: &str, dialect: Dialect) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (text, collation) = match find_word(&text, "COLLATE") {
        Some(at) => (text.get(..at).unwrap_or_default().trim(), text.get(at..).unwrap_or_default()),
        None => (text.as_str(), ""),
    };
    let collation =
        collation.get("COLLATE".len()..).map_or_else(String::new, |name| format!(" COLLATE{name}"));
    let element = text.trim_end_matches(|c: char| c == '[' || c == ']' || c.is_ascii_digit() || c == ' ');
    let dimensions = text.get(element.len()..).unwrap_or_default();
    let (element, array) = match dimensions.find('[') {
        Some(at) => {
            (text.get(..element.len() + at).unwrap_or(element), "[]".repeat(dimensions.matches('[').count()))
        }
        None => (text, String::new()),
    };
    let (element, array) = match element.to_ascii_uppercase().strip_suffix(" ARRAY") {
        Some(inner) => (element.get(..inner.len()).unwrap_or(element), "[]".to_owned()),
        None => (element, array),
    };
    format!("{}{array}{collation}", scalar(element.trim(), dialect))
}

/// A type in a spelling that is equal for all types that PostgreSQL holds to be the same: `FLOAT` is `DOUBLE PRECISION`.
pub fn folded(text: &str, dialect: Dialect) -> String {
    let canonical = canonical(text, dialect);
    if dialect != Dialect::Postgresql {
        return canonical;
    }
    match canonical.strip_prefix("FLOAT") {
        Some("") => "DOUBLE PRECISION".to_owned(),
        Some(bits) => match bits.trim_matches(['(', ')']).parse::<u32>() {
            Ok(bits) if bits <= 24 => "REAL".to_owned(),
            Ok(_) => "DOUBLE PRECISION".to_owned(),
            Err(_) => canonical,
        },
        None => canonical,
    }
}

/// `NUMERIC(10,2)`, `timestamp(3) with time zone`, `int(11) unsigned`: no array, no collation.
fn scalar(text: &str, dialect: Dialect) -> String {
    let (word, arguments, behind) = parts(text);
    let words = if behind.is_empty() { word.to_owned() } else { format!("{word} {behind}") };
    let upper = words.to_ascii_uppercase();
    let table: &[(&str, &str)] = match dialect {
        Dialect::Postgresql => &POSTGRESQL,
        Dialect::Mysql => &MYSQL,
        Dialect::Sqlite => &SQLITE,
    };
    let replaced = table.iter().find(|(alias, _)| *alias == upper).map(|(_, name)| *name);
    let first = upper.split(' ').next().unwrap_or_default();
    let known =
        replaced.is_some() || KNOWN.contains(&format!(" {first} ")) || upper == "NATIONAL CHARACTER VARYING";
    if !known {
        return bare_name(text);
    }
    let name = replaced.unwrap_or(&upper);
    let Some(arguments) = arguments else { return name.to_owned() };
    with_arguments(name, &spaced(arguments), dialect)
}

/// Puts arguments behind the first word, and leaves out those that mean nothing: the display width of MySQL's integers.
fn with_arguments(name: &str, arguments: &str, dialect: Dialect) -> String {
    let (first, rest) = match name {
        "DOUBLE PRECISION" | "BIT VARYING" => (name, ""),
        _ => name.split_once(' ').unwrap_or((name, "")),
    };
    if dialect == Dialect::Mysql && first == "TINYINT" && arguments == "1" {
        return "BOOL".to_owned();
    }
    if first.ends_with("INT") || first == "INTEGER" {
        return name.to_owned();
    }
    let space = if rest.is_empty() { "" } else { " " };
    format!("{first}({arguments}){space}{rest}")
}

/// The word, what is in brackets, and what is behind them.
fn parts(text: &str) -> (&str, Option<&str>, &str) {
    let Some((word, behind)) = text.split_once('(') else { return (text, None, "") };
    match behind.rsplit_once(')') {
        Some((arguments, rest)) => (word.trim(), Some(arguments.trim()), rest.trim()),
        None => (text, None, ""),
    }
}

/// `10,2` as `10, 2`; quoted values stay as they are.
fn spaced(arguments: &str) -> String {
    if arguments.contains('\'') {
        return arguments.to_owned();
    }
    arguments.split(',').map(str::trim).collect::<Vec<_>>().join(", ")
}

/// The name of a type of the project, without quotes that it does not need.
fn bare_name(text: &str) -> String {
    let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match quoted {
        Some(name) if !name.contains('"') => name.to_owned(),
        _ => text.replace("\".\"", ".").trim_matches('"').to_owned(),
    }
}

/// Where a word stands on its own, outside brackets and quotes.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let upper = text.to_ascii_uppercase();
    let (mut depth, mut quoted) = (0_u32, false);
    upper.char_indices().find_map(|(at, c)| {
        match c {
            '\'' => quoted = !quoted,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let alone = depth == 0 && !quoted && at > 0;
        let here = alone && upper.get(at..).is_some_and(|rest| rest.starts_with(&format!("{word} ")));
        (here && upper.get(..at).is_some_and(|before| before.ends_with(' '))).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_for_each_type() {
        for (text, dialect, expected) in [
            ("varchar(50)", Dialect::Postgresql, "VARCHAR(50)"),
            ("character varying( 50 )", Dialect::Postgresql, "VARCHAR(50)"),
            ("int4", Dialect::Postgresql, "INTEGER"),
            ("serial", Dialect::Postgresql, "INTEGER"),
            ("BIGSERIAL", Dialect::Postgresql, "BIGINT"),
            ("bool", Dialect::Postgresql, "BOOLEAN"),
            ("timestamptz", Dialect::Postgresql, "TIMESTAMP WITH TIME ZONE"),
            ("timestamp(3) with time zone", Dialect::Postgresql, "TIMESTAMP(3) WITH TIME ZONE"),
            ("timestamptz(3)", Dialect::Postgresql, "TIMESTAMP(3) WITH TIME ZONE"),
            ("timestamp", Dialect::Postgresql, "TIMESTAMP WITHOUT TIME ZONE"),
            ("decimal(10,2)", Dialect::Postgresql, "NUMERIC(10, 2)"),
            ("double precision", Dialect::Postgresql, "DOUBLE PRECISION"),
            ("float8", Dialect::Postgresql, "DOUBLE PRECISION"),
            ("text[]", Dialect::Postgresql, "TEXT[]"),
            ("varchar(10)[][]", Dialect::Postgresql, "VARCHAR(10)[][]"),
            ("integer[3]", Dialect::Postgresql, "INTEGER[]"),
            ("text array", Dialect::Postgresql, "TEXT[]"),
            ("bit varying(5)", Dialect::Postgresql, "BIT VARYING(5)"),
            ("varchar(5) collate \"de_DE\"", Dialect::Postgresql, "VARCHAR(5) COLLATE \"de_DE\""),
            ("\"user_state\"", Dialect::Postgresql, "user_state"),
            ("app.state", Dialect::Postgresql, "app.state"),
            (
                "geoalchemy2.Geometry('POINT', srid=4326)",
                Dialect::Postgresql,
                "geoalchemy2.Geometry('POINT', srid=4326)",
            ),
            ("int(11)", Dialect::Mysql, "INTEGER"),
            ("int(10) unsigned", Dialect::Mysql, "INTEGER UNSIGNED"),
            ("tinyint(1)", Dialect::Mysql, "BOOL"),
            ("enum('a','b')", Dialect::Mysql, "ENUM('a','b')"),
            ("int", Dialect::Sqlite, "INTEGER"),
            ("", Dialect::Postgresql, ""),
        ] {
            assert_eq!(canonical(text, dialect), expected, "{text} {dialect:?}");
            assert_eq!(canonical(expected, dialect), expected, "{expected} is its own spelling");
        }
        assert_eq!(folded("FLOAT", Dialect::Postgresql), folded("float8", Dialect::Postgresql));
    }
}
