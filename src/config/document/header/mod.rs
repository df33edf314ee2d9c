//! Fragments of C that set the fields of the SDK's configuration: `twcfg.connect_timeout = 10000; /* 10 s */`.
//!
//! Read are `object.field = value;`, `object->field = value;`, designated initialisers (`.field = value,`) and
//! `#define NAME value`. The path is the field without its object, nested fields joined by `/`; that of a
//! `#define` is its name. Values are numbers in every notation of C, `TRUE` and `FALSE`, string literals, and
//! those in parentheses; everything else is an expression, which is shown and never overwritten.
//!
//! This is no compiler: macros are not expanded, and of the conditions only `#if 0` and `#if 1` are known.
//! Nothing counts that stands in comments, in string literals or between `#if 0` and `#endif`.

mod lex;
mod literal;
mod read;
mod write;

pub(super) use read::read;
pub(super) use write::{addition, empty, literal};
