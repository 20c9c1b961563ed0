//! Filters of runs: words, and expressions over fields, such as `beta > 2 and elbo > -100`.
//!
//! ```text
//! either   = both { "or" both }
//! both     = single { ["and"] single }
//! single   = "not" single | "(" either ")" | "starred" | field sign value | word
//! sign     = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" (contains) | "!~"
//! ```
//!
//! A word, or a text in quotes, is looked for in names, tags, notes and states, whatever the case.

mod apply;
mod error;
mod expression;
mod lexer;
mod parser;

pub use apply::{Filter, column_of};
pub use error::FilterError;
pub use expression::Expression;
