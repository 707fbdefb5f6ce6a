//! Types as a dialect creates them.

use super::spec::Spec;
use crate::schema::settings::Dialect;
use crate::schema::sqlalchemy::names::Space;

/// The DDL of a type that is no enum, array or decorator.
pub fn sql(spec: &Spec, dialect: Dialect) -> String {
    let text = match dialect {
        Dialect::Postgresql => postgresql(spec),
        Dialect::Sqlite => sqlite(spec),
        Dialect::Mysql => mysql(spec),
    };
    text.unwrap_or_else(|| common(spec, dialect))
}

/// What the dialects agree about.
fn common(spec: &Spec, dialect: Dialect) -> String {
    match &*spec.name {
        "String" | "Unicode" | "VARCHAR" | "AutoString" => text_type(spec, "VARCHAR", dialect),
        "Text" | "UnicodeText" | "TEXT" => text_type(spec, "TEXT", dialect),
        name @ ("CHAR" | "NCHAR" | "NVARCHAR" | "CLOB" | "TINYTEXT" | "MEDIUMTEXT" | "LONGTEXT"
        | "BINARY" | "VARBINARY") => text_type(spec, name, dialect),
        "Integer" | "INTEGER" | "INT" => "INTEGER".to_owned(),
        "SmallInteger" | "SMALLINT" => "SMALLINT".to_owned(),
        "BigInteger" | "BIGINT" => "BIGINT".to_owned(),
        "Numeric" | "NUMERIC" => exact(spec, "NUMERIC"),
        "DECIMAL" => exact(spec, "DECIMAL"),
        "Float" | "FLOAT" if dialect != Dialect::Sqlite => with(spec, "FLOAT", "precision"),
        "Float" | "FLOAT" => "FLOAT".to_owned(),
        "Double" | "DOUBLE" => "DOUBLE".to_owned(),
        "DOUBLE_PRECISION" => "DOUBLE PRECISION".to_owned(),
        "DateTime" | "DATETIME" | "UTCDateTime" => "DATETIME".to_owned(),
        "Date" => "DATE".to_owned(),
        "Time" => "TIME".to_owned(),
        "Interval" => "DATETIME".to_owned(),
        "LargeBinary" | "PickleType" | "Binary" => "BLOB".to_owned(),
        "Boolean" | "BOOLEAN" | "MatchType" => "BOOLEAN".to_owned(),
        "Uuid" => "CHAR(32)".to_owned(),
        "NullType" => "NULL".to_owned(),
        name => name.to_uppercase(),
    }
}

fn postgresql(spec: &Spec) -> Option<String> {
    let text = match &*spec.name {
        "Double" => "DOUBLE PRECISION".to_owned(),
        "DateTime" | "UTCDateTime" | "TIMESTAMP" => zoned(spec, "TIMESTAMP"),
        "DATETIME" if spec.space == Space::Sqlite => zoned(spec, "TIMESTAMP"),
        "Time" | "TIME" => zoned(spec, "TIME"),
        "LargeBinary" | "PickleType" | "Binary" => "BYTEA".to_owned(),
        "BLOB" => "BLOB".to_owned(),
        "Interval" if spec.is("native", "False") => "TIMESTAMP WITHOUT TIME ZONE".to_owned(),
        "Interval" => interval(spec, "second_precision"),
        "INTERVAL" => interval(spec, "precision"),
        "Uuid" if !spec.is("native_uuid", "False") => "UUID".to_owned(),
        "BIT" if spec.is("varying", "True") => with(spec, "BIT VARYING", "length"),
        "BIT" => format!("BIT({})", spec.text("length").unwrap_or("1")),
        "DOMAIN" => spec.text("name").unwrap_or("DOMAIN").trim_matches('\'').to_owned(),
        _ => return None,
    };
    Some(text)
}

fn sqlite(spec: &Spec) -> Option<String> {
    (&*spec.name == "AutoString").then(|| text_type(spec, "VARCHAR", Dialect::Sqlite))
}

fn mysql(spec: &Spec) -> Option<String> {
    let text = match (&*spec.name, spec.space) {
        ("AutoString", _) if spec.text("length").is_none() => "VARCHAR(255)".to_owned(),
        ("NCHAR", _) => text_type(spec, "NATIONAL CHAR", Dialect::Mysql),
        ("NVARCHAR", _) => text_type(spec, "NATIONAL VARCHAR", Dialect::Mysql),
        ("Boolean" | "BOOLEAN" | "MatchType", _) => "BOOL".to_owned(),
        ("LargeBinary" | "BLOB", _) => with(spec, "BLOB", "length"),
        ("DATETIME" | "TIME" | "TIMESTAMP", _) => with(spec, &spec.name, "fsp"),
        (name @ ("BIGINT" | "INTEGER" | "SMALLINT" | "MEDIUMINT" | "TINYINT"), Space::Mysql) => {
            numeric(spec, with(spec, name, "display_width"))
        }
        ("DECIMAL" | "NUMERIC", _) => numeric(spec, exact(spec, &spec.name)),
        ("DOUBLE" | "REAL", Space::Mysql) => numeric(spec, exact(spec, &spec.name)),
        ("FLOAT", Space::Mysql) => numeric(spec, exact(spec, "FLOAT")),
        ("YEAR", _) => with(spec, "YEAR", "display_width"),
        ("BIT", _) => with(spec, "BIT", "length"),
        _ => return None,
    };
    Some(text)
}

/// `NAME(n) CHARACTER SET c COLLATE d`.
fn text_type(spec: &Spec, name: &str, dialect: Dialect) -> String {
    let mut text = with(spec, name, "length");
    if let (Some(charset), Dialect::Mysql) = (spec.text("charset"), dialect) {
        text.push_str(&format!(" CHARACTER SET {}", charset.trim_matches('\'')));
    }
    if let Some(collation) = spec.text("collation") {
        let collation = collation.trim_matches('\'');
        let plain = collation.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if dialect == Dialect::Mysql || plain {
            text.push_str(&format!(" COLLATE {collation}"));
        } else {
            text.push_str(&format!(" COLLATE \"{collation}\""));
        }
    }
    text
}

/// `NAME(n)`, or `NAME` where nothing is said.
fn with(spec: &Spec, name: &str, parameter: &str) -> String {
    spec.text(parameter).map_or_else(|| name.to_owned(), |value| format!("{name}({value})"))
}

/// `NAME(precision, scale)`.
fn exact(spec: &Spec, name: &str) -> String {
    match (spec.text("precision"), spec.text("scale")) {
        (None, _) => name.to_owned(),
        (Some(precision), None) => format!("{name}({precision})"),
        (Some(precision), Some(scale)) => format!("{name}({precision}, {scale})"),
    }
}

/// `NAME(p) WITH TIME ZONE`.
fn zoned(spec: &Spec, name: &str) -> String {
    let zone = if spec.is("timezone", "True") || &*spec.name == "UTCDateTime" { "WITH" } else { "WITHOUT" };
    format!("{} {zone} TIME ZONE", with(spec, name, "precision"))
}

/// `INTERVAL fields (p)`.
fn interval(spec: &Spec, precision: &str) -> String {
    let mut text = "INTERVAL".to_owned();
    if let Some(fields) = spec.text("fields") {
        text.push_str(&format!(" {}", fields.trim_matches('\'')));
    }
    if let Some(precision) = spec.text(precision) {
        text.push_str(&format!(" ({precision})"));
    }
    text
}

/// `… UNSIGNED ZEROFILL`.
fn numeric(spec: &Spec, mut text: String) -> String {
    for (parameter, word) in [("unsigned", " UNSIGNED"), ("zerofill", " ZEROFILL")] {
        if spec.is(parameter, "True") {
            text.push_str(word);
        }
    }
    text
}
