//! Kinds and fields of the grammar as numbers of our own, looked up once, so that no name is compared per node.

use std::num::NonZeroU16;
use std::sync::OnceLock;

use tree_sitter::{Language, Node};

macro_rules! kinds {
    ($($kind:ident = $name:literal,)*) => {
        /// A named kind of node, as the grammar calls it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Kind {
            $($kind,)*
            /// An operator, a bracket or a word of the grammar.
            Token,
            /// What the parser could not read.
            Error,
        }

        fn named(name: &str) -> Kind {
            match name {
                $($name => Kind::$kind,)*
                _ => Kind::Token,
            }
        }
    };
}

kinds! {
    AliasedImport = "aliased_import", ArgumentList = "argument_list", AsPattern = "as_pattern",
    Assert = "assert_statement", Assignment = "assignment", Attribute = "attribute",
    Augmented = "augmented_assignment", Await = "await", BinaryOperator = "binary_operator", Block = "block",
    BooleanOperator = "boolean_operator", Break = "break_statement", Call = "call", Class = "class_definition",
    Comment = "comment", Comparison = "comparison_operator", Concatenated = "concatenated_string",
    Conditional = "conditional_expression", Continuation = "line_continuation", Continue = "continue_statement",
    Decorated = "decorated_definition", Decorator = "decorator", DefaultParameter = "default_parameter",
    Delete = "delete_statement", DictComprehension = "dictionary_comprehension", Dictionary = "dictionary",
    DictionarySplat = "dictionary_splat", DictionarySplatPattern = "dictionary_splat_pattern",
    DottedName = "dotted_name", Elif = "elif_clause", Ellipsis = "ellipsis", Else = "else_clause",
    Except = "except_clause", Exec = "exec_statement", ExpressionList = "expression_list",
    ExpressionStatement = "expression_statement", False = "false", Finally = "finally_clause", Float = "float",
    For = "for_statement", ForIn = "for_in_clause", From = "import_from_statement",
    Function = "function_definition", FutureImport = "future_import_statement",
    Generator = "generator_expression", GenericType = "generic_type", Global = "global_statement",
    Identifier = "identifier", If = "if_statement", IfClause = "if_clause", Import = "import_statement",
    ImportPrefix = "import_prefix", Integer = "integer", Interpolation = "interpolation",
    KeywordArgument = "keyword_argument", KeywordSeparator = "keyword_separator", Lambda = "lambda",
    List = "list", ListComprehension = "list_comprehension", ListPattern = "list_pattern",
    ListSplat = "list_splat", ListSplatPattern = "list_splat_pattern", Match = "match_statement",
    MemberType = "member_type", NamedExpression = "named_expression", None = "none",
    Nonlocal = "nonlocal_statement", Not = "not_operator", Pair = "pair", Parenthesized = "parenthesized_expression",
    ParenthesizedSplat = "parenthesized_list_splat", Pass = "pass_statement", PatternList = "pattern_list",
    Print = "print_statement", Raise = "raise_statement", RelativeImport = "relative_import",
    Return = "return_statement", Set = "set", SetComprehension = "set_comprehension", Slice = "slice",
    SplatType = "splat_type", String = "string", StringEnd = "string_end", StringStart = "string_start",
    Subscript = "subscript", True = "true", Try = "try_statement", Tuple = "tuple", TuplePattern = "tuple_pattern",
    Type = "type", TypeAlias = "type_alias_statement", TypedDefaultParameter = "typed_default_parameter",
    TypedParameter = "typed_parameter", TypeParameter = "type_parameter", UnaryOperator = "unary_operator",
    UnionType = "union_type", While = "while_statement", Wildcard = "wildcard_import", With = "with_statement",
    WithItem = "with_item",
}

impl Kind {
    /// Whether it is a whole statement.
    pub(super) fn is_statement(self) -> bool {
        use Kind::*;
        matches!(
            self,
            Assert
                | Break
                | Class
                | Continue
                | Decorated
                | Delete
                | Exec
                | ExpressionStatement
                | For
                | From
                | Function
                | FutureImport
                | Global
                | If
                | Import
                | Match
                | Nonlocal
                | Pass
                | Print
                | Raise
                | Return
                | Try
                | TypeAlias
                | While
                | With
        )
    }
}

macro_rules! fields {
    ($($field:ident = $name:literal,)*) => {
        /// Fields of the grammar.
        pub(super) struct Fields {
            $(pub(super) $field: Option<NonZeroU16>,)*
        }

        impl Fields {
            fn of(language: &Language) -> Self {
                Self { $($field: language.field_id_for_name($name),)* }
            }
        }
    };
}

fields! {
    alias = "alias", alternative = "alternative", argument = "argument", arguments = "arguments",
    attribute = "attribute", body = "body", condition = "condition", consequence = "consequence",
    definition = "definition", expression = "expression", function = "function", key = "key", left = "left",
    module_name = "module_name", name = "name", object = "object", operator = "operator",
    parameters = "parameters", return_type = "return_type", right = "right",
    superclasses = "superclasses", r#type = "type", value = "value",
}

/// The grammar and what is looked up of it.
pub(super) struct Grammar {
    /// For the parser.
    pub(super) language: Language,
    /// For [`Node::child_by_field_id`].
    pub(super) fields: Fields,
    /// By the grammar's number of a kind.
    kinds: Vec<(Kind, &'static str)>,
}

/// The grammar of Python.
pub(super) fn grammar() -> &'static Grammar {
    static GRAMMAR: OnceLock<Grammar> = OnceLock::new();
    GRAMMAR.get_or_init(|| {
        let language = Language::new(tree_sitter_python::LANGUAGE);
        let count = u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
        let kinds = (0..count)
            .map(|id| {
                let name = language.node_kind_for_id(id).unwrap_or("");
                let kind = if language.node_kind_is_named(id) { named(name) } else { Kind::Token };
                (kind, operator(name))
            })
            .collect();
        Grammar { fields: Fields::of(&language), kinds, language }
    })
}

impl Grammar {
    /// What a node is.
    pub(super) fn kind(&self, node: Node<'_>) -> Kind {
        match node.kind_id() {
            u16::MAX => Kind::Error,
            id => self.kinds.get(usize::from(id)).map_or(Kind::Token, |entry| entry.0),
        }
    }

    /// The operator that a token is; empty where it is none.
    pub(super) fn operator(&self, node: Node<'_>) -> &'static str {
        self.kinds.get(usize::from(node.kind_id())).map_or("", |entry| entry.1)
    }
}

/// Every operator, and the comma. The order is part of the cached encoding.
pub(super) const OPERATORS: [&str; 42] = [
    "+", "-", "*", "@", "/", "%", "//", "**", "|", "&", "^", "<<", ">>", "~", "not", "and", "or", "<", "<=",
    "==", "!=", ">=", ">", "<>", "in", "not in", "is", "is not", "+=", "-=", "*=", "/=", "@=", "//=", "%=",
    "**=", ">>=", "<<=", "&=", "^=", "|=", ",",
];

fn operator(name: &str) -> &'static str {
    OPERATORS.into_iter().find(|operator| *operator == name).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_has_every_field() {
        let fields = &grammar().fields;
        for field in
            [fields.alias, fields.body, fields.superclasses, fields.r#type, fields.value, fields.object]
        {
            assert!(field.is_some());
        }
    }

    #[test]
    fn words_of_the_grammar_are_no_nodes() {
        let language = &grammar().language;
        for name in ["lambda", "await", "type", "expression_statement"] {
            let id = language.id_for_node_kind(name, true);
            assert_ne!(grammar().kinds[usize::from(id)].0, Kind::Token, "{name}");
        }
        let lambda = language.id_for_node_kind("lambda", false);
        assert_eq!(grammar().kinds[usize::from(lambda)].0, Kind::Token);
    }
}
