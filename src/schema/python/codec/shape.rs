//! How each part of the tree is laid out.

use std::sync::Arc;

use super::super::ast::{
    Arg, Class, Comprehension, ComprehensionKind, Expr, ExprKind, Function, Ignore, Module, Param, ParamKind,
    Piece, Stmt, StmtKind,
};
use super::super::syntax;
use super::read::Reader;
use super::write::Writer;

/// What can be written and read back.
pub(super) trait Shape: Sized {
    fn write<'a>(&'a self, writer: &mut Writer<'a>);
    fn read(reader: &mut Reader<'_>) -> Option<Self>;
}

impl Shape for u32 {
    fn write<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.line(*self);
    }
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.line()
    }
}

impl Shape for i64 {
    fn write<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.signed(*self);
    }
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.signed()
    }
}

impl Shape for bool {
    fn write<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.byte(u8::from(*self));
    }
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        match reader.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Shape for Arc<str> {
    fn write<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.string(self);
    }
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.string()
    }
}

impl Shape for String {
    fn write<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.text(self);
    }
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.text().map(str::to_owned)
    }
}

/// An operator.
impl Shape for &'static str {
    fn write<'a>(&'a self, writer: &mut Writer<'a>) {
        let place = syntax::OPERATORS.iter().position(|operator| operator == self);
        writer.number(place.map_or(0, |place| (place as u64).saturating_add(1)));
    }
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        match usize::try_from(reader.number()?).ok()?.checked_sub(1) {
            None => Some(""),
            Some(place) => syntax::OPERATORS.get(place).copied(),
        }
    }
}

impl<T: Shape> Shape for Option<T> {
    fn write<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.byte(u8::from(self.is_some()));
        if let Some(value) = self {
            value.write(writer);
        }
    }
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        if bool::read(reader)? { T::read(reader).map(Some) } else { Some(None) }
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn write<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.number(self.len() as u64);
        self.iter().for_each(|value| value.write(writer));
    }
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.elements()
    }
}

impl<T: Shape> Shape for Box<T> {
    fn write<'a>(&'a self, writer: &mut Writer<'a>) {
        self.as_ref().write(writer);
    }
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        T::read(reader).map(Box::new)
    }
}

macro_rules! shared {
    ($($type:ident,)*) => {$(
        impl Shape for Arc<$type> {
            fn write<'a>(&'a self, writer: &mut Writer<'a>) {
                self.as_ref().write(writer);
            }
            fn read(reader: &mut Reader<'_>) -> Option<Self> {
                $type::read(reader).map(Arc::new)
            }
        }
    )*};
}

shared! { Class, Function, }

macro_rules! tuples {
    ($(($($part:ident $name:ident),*),)*) => {$(
        impl<$($part: Shape),*> Shape for ($($part,)*) {
            fn write<'a>(&'a self, writer: &mut Writer<'a>) {
                let ($($name,)*) = self;
                $($name.write(writer);)*
            }
            fn read(reader: &mut Reader<'_>) -> Option<Self> {
                Some(($($part::read(reader)?,)*))
            }
        }
    )*};
}

tuples! { (A a, B b), (A a, B b, C c), }

macro_rules! structs {
    ($($type:ident { $($field:ident),* },)*) => {$(
        impl Shape for $type {
            fn write<'a>(&'a self, writer: &mut Writer<'a>) {
                let Self { $($field),* } = self;
                $($field.write(writer);)*
            }
            fn read(reader: &mut Reader<'_>) -> Option<Self> {
                reader.deeper(|reader| {
                    $(let $field = Shape::read(reader)?;)*
                    Some(Self { $($field),* })
                })
            }
        }
    )*};
}

structs! {
    Module { ignores, errors, sql, body },
    Ignore { line, alone, rules, reason },
    Stmt { line, kind },
    Class { line, name, bases, decorators, body },
    Function { line, name, params, decorators, returns, body },
    Param { name, kind, default },
    Expr { line, kind },
    Comprehension { kind, element, value, clauses },
}

macro_rules! enums {
    ($($type:ident { $($tag:literal = $variant:ident $(($($part:ident),*))? $({$($field:ident),*})?,)* })*) => {$(
        impl Shape for $type {
            fn write<'a>(&'a self, writer: &mut Writer<'a>) {
                match self {
                    $(Self::$variant $(($($part),*))? $({$($field),*})? => {
                        writer.byte($tag);
                        $($($part.write(writer);)*)?
                        $($($field.write(writer);)*)?
                    })*
                }
            }
            fn read(reader: &mut Reader<'_>) -> Option<Self> {
                match reader.byte()? {
                    $($tag => apart(|| {
                        $($(let $part = Shape::read(reader)?;)*)?
                        $($(let $field = Shape::read(reader)?;)*)?
                        Some(Self::$variant $(($($part),*))? $({$($field),*})?)
                    }),)*
                    _ => None,
                }
            }
        }
    )*};
}

/// Keeps what one variant needs off the stack of all the others, where nothing is optimised.
fn apart<T>(read: impl FnOnce() -> Option<T>) -> Option<T> {
    read()
}

enums! {
    StmtKind {
        0 = Import(names),
        1 = From { module, level, names },
        2 = Assign { targets, value },
        3 = Annotated { target, annotation, value },
        4 = Augmented { target, op, value },
        5 = Class(class),
        6 = Function(function),
        7 = Return(value),
        8 = Expr(value),
        9 = If { test, body, orelse },
        10 = For { target, iter, body, orelse },
        11 = While { test, body },
        12 = With { items, body },
        13 = Try { body, handlers, orelse, finally },
        14 = Pass,
        15 = Raise(value),
        16 = Delete(targets),
        17 = Jump,
        18 = Other,
    }
    ParamKind { 0 = Plain, 1 = KeywordOnly, 2 = Args, 3 = Kwargs, }
    Arg { 0 = Plain(value), 1 = Keyword(name, value), 2 = Star(value), 3 = StarStar(value), }
    ExprKind {
        0 = Name(name),
        1 = Attribute(object, name),
        2 = Call(callee, args),
        3 = Str(text),
        4 = Bytes(text),
        5 = Format(pieces),
        6 = Int(value),
        7 = Number(text),
        8 = Bool(value),
        9 = None,
        10 = Ellipsis,
        11 = Tuple(elements),
        12 = List(elements),
        13 = Set(elements),
        14 = Dict(entries),
        15 = Unary(op, operand),
        16 = Binary(op, left, right),
        17 = Compare(op, left, right),
        18 = Subscript(object, index),
        19 = Slice(from, to, step),
        20 = Lambda(function),
        21 = Conditional(test, body, orelse),
        22 = Comprehension(inner),
        23 = Starred(inner),
        24 = Await(inner),
        25 = Walrus(name, value),
        26 = Other(text),
    }
    Piece { 0 = Text(text), 1 = Value(value, format), }
    ComprehensionKind { 0 = List, 1 = Set, 2 = Dict, 3 = Generator, }
}
