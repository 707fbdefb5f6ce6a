//! Parameters of SQLAlchemy's types in order, with the defaults that need no spelling.

use crate::schema::sqlalchemy::names::Space;

/// Parameters by type. A default behind `=` is left out when a type is spelled.
const CORE: [(&str, &[&str]); 21] = [
    (
        "String Text Unicode UnicodeText VARCHAR CHAR NCHAR NVARCHAR TEXT CLOB AutoString",
        &["length", "collation"],
    ),
    ("Integer SmallInteger BigInteger INTEGER INT SMALLINT BIGINT Date DATE MatchType NullType BOOLEAN", &[]),
    ("Numeric DECIMAL NUMERIC", &["precision", "scale", "decimal_return_scale", "asdecimal=True"]),
    (
        "Float FLOAT REAL Double DOUBLE DOUBLE_PRECISION",
        &["precision", "asdecimal=False", "decimal_return_scale"],
    ),
    ("DateTime DATETIME TIMESTAMP Time TIME", &["timezone=False"]),
    ("LargeBinary BINARY VARBINARY BLOB", &["length"]),
    ("Boolean", &["create_constraint=False", "name", "_create_events=True", "_adapted_from"]),
    ("Interval", &["native=True", "second_precision", "day_precision"]),
    ("JSON", &["none_as_null=False"]),
    ("PickleType", &["protocol", "pickler", "comparator", "impl"]),
    ("Uuid", &["as_uuid=True", "native_uuid=True"]),
    ("UUID", &["as_uuid=True"]),
    ("ARRAY", &["item_type", "as_tuple=False", "dimensions", "zero_indexes=False"]),
    ("Enum", &["*"]),
    ("TypeDecorator", &["*"]),
    ("UserDefinedType", &["*"]),
    ("Variant", &["*"]),
    ("SchemaType", &["name", "schema"]),
    ("UTCDateTime", &[]),
    ("Binary", &["length"]),
    ("TupleType", &["*"]),
];

/// As [`CORE`], of `sqlalchemy.dialects.postgresql`.
const POSTGRESQL: [(&str, &[&str]); 15] = [
    ("ARRAY", &["item_type", "as_tuple=False", "dimensions", "zero_indexes=False"]),
    ("BIT", &["length", "varying=False"]),
    ("BYTEA", &["length"]),
    (
        "CIDR INET MACADDR MACADDR8 MONEY OID REGCLASS REGCONFIG TSQUERY TSVECTOR JSONPATH INT4RANGE INT8RANGE NUMRANGE \
         DATERANGE TSRANGE TSTZRANGE INT4MULTIRANGE INT8MULTIRANGE NUMMULTIRANGE DATEMULTIRANGE TSMULTIRANGE TSTZMULTIRANGE",
        &[],
    ),
    ("CITEXT", &["length", "collation"]),
    ("ENUM", &["*"]),
    (
        "DOMAIN",
        &[
            "name",
            "data_type",
            "collation",
            "default",
            "constraint_name",
            "not_null",
            "check",
            "create_type=True",
        ],
    ),
    ("HSTORE", &["text_type"]),
    ("INTERVAL", &["precision", "fields"]),
    ("JSON JSONB", &["none_as_null=False", "astext_type"]),
    ("TIME TIMESTAMP", &["timezone=False", "precision"]),
    ("UUID", &["as_uuid=True"]),
    ("DOUBLE_PRECISION FLOAT REAL", &["precision", "asdecimal=False", "decimal_return_scale"]),
    ("NUMERIC", &["precision", "scale", "decimal_return_scale", "asdecimal=True"]),
    ("VARCHAR CHAR TEXT", &["length", "collation"]),
];

/// As [`CORE`], of `sqlalchemy.dialects.mysql`.
const MYSQL: [(&str, &[&str]); 9] = [
    ("BIGINT INTEGER SMALLINT MEDIUMINT TINYINT", &["display_width", "unsigned=False", "zerofill=False"]),
    ("BIT", &["length"]),
    (
        "CHAR VARCHAR TEXT TINYTEXT MEDIUMTEXT LONGTEXT NCHAR NVARCHAR",
        &["length", "charset", "collation", "national=False", "ascii=False", "unicode=False", "binary=False"],
    ),
    ("DATETIME TIME TIMESTAMP", &["timezone=False", "fsp"]),
    ("DECIMAL NUMERIC", &["precision", "scale", "asdecimal=True", "unsigned=False", "zerofill=False"]),
    ("DOUBLE REAL FLOAT", &["precision", "scale", "asdecimal", "unsigned=False", "zerofill=False"]),
    ("ENUM SET", &["*"]),
    ("LONGBLOB MEDIUMBLOB TINYBLOB BLOB VARBINARY BINARY", &["length"]),
    ("YEAR", &["display_width"]),
];

/// The parameters of a type, `["*"]` where it takes values of its own; `None` where it is no type.
pub fn parameters(space: Space, name: &str) -> Option<&'static [&'static str]> {
    let own: &[(&str, &[&str])] = match space {
        Space::Postgresql => &POSTGRESQL,
        Space::Mysql => &MYSQL,
        Space::Core | Space::Sqlite | Space::Other => &[],
    };
    let holds = |(names, _): &&(&str, &[&str])| names.split_whitespace().any(|other| other == name);
    own.iter().find(holds).or_else(|| CORE.iter().find(holds)).map(|(_, parameters)| *parameters)
}

/// Name and default of a parameter.
pub fn parameter(spelled: &'static str) -> (&'static str, Option<&'static str>) {
    spelled.split_once('=').map_or((spelled, None), |(name, default)| (name, Some(default)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dialect_falls_back_to_the_core() {
        assert_eq!(parameters(Space::Postgresql, "JSONB"), Some(&["none_as_null=False", "astext_type"][..]));
        assert_eq!(parameters(Space::Mysql, "JSON"), Some(&["none_as_null=False"][..]));
        assert_eq!(parameters(Space::Core, "relationship"), None);
        assert_eq!(parameter("as_uuid=True"), ("as_uuid", Some("True")));
    }
}
