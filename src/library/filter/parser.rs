//! Tokens as an expression.

use super::error::FilterError;
use super::expression::Expression;
use super::lexer::{Kind, Token, tokens};
use crate::experiment::Operator;

/// Deepest nesting read.
const DEPTH: usize = 100;

/// The columns of a comparison's field and value.
pub type Place = [usize; 2];

/// Read a filter's text: its expression, with the places of its comparisons from the left; `None` for an empty text.
pub fn parse(text: &str) -> Result<Option<(Expression, Vec<Place>)>, FilterError> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(None);
    }
    let end = text.chars().count() + 1;
    let mut parser = Parser { tokens, at: 0, end, places: Vec::new() };
    let expression = parser.either(0)?;
    match parser.peek() {
        None => Ok(Some((expression, parser.places))),
        Some(token) => FilterError::at(token.column, "this `)` closes nothing; leave it out, or open with `(`"),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    /// The column behind the text.
    end: usize,
    places: Vec<Place>,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned()
    }

    fn eat(&mut self, kind: &Kind) -> bool {
        let found = self.peek().is_some_and(|token| token.kind == *kind);
        self.at += usize::from(found);
        found
    }

    fn either(&mut self, depth: usize) -> Result<Expression, FilterError> {
        let mut left = self.both(depth)?;
        while self.eat(&Kind::Keyword("or")) {
            left = Expression::Or(Box::new(left), Box::new(self.both(depth)?));
        }
        Ok(left)
    }

    fn both(&mut self, depth: usize) -> Result<Expression, FilterError> {
        let mut left = self.single(depth)?;
        loop {
            let is_over =
                matches!(self.peek().map(|token| &token.kind), None | Some(Kind::Close | Kind::Keyword("or")));
            if is_over {
                return Ok(left);
            }
            self.eat(&Kind::Keyword("and"));
            left = Expression::And(Box::new(left), Box::new(self.single(depth)?));
        }
    }

    fn single(&mut self, depth: usize) -> Result<Expression, FilterError> {
        let Some(Token { column, kind }) = self.next() else {
            return FilterError::at(
                self.end,
                "something is missing at the end: a word, or a comparison as `elbo > -100`",
            );
        };
        if depth > DEPTH {
            return FilterError::at(column, "the expression is nested too deeply");
        }
        match kind {
            Kind::Keyword("not") => Ok(Expression::Not(Box::new(self.single(depth + 1)?))),
            Kind::Keyword("starred") => Ok(Expression::Starred),
            Kind::Keyword(word) => FilterError::at(
                column,
                format!("`{word}` joins what stands on both sides of it; as a word to look for, write \"{word}\""),
            ),
            Kind::Open => {
                let inner = self.either(depth + 1)?;
                if self.eat(&Kind::Close) {
                    return Ok(inner);
                }
                FilterError::at(column, "this `(` is not closed; add `)`")
            }
            Kind::Close => FilterError::at(column, "something is missing before `)`: a word, or a comparison"),
            Kind::Sign(_, sign) => FilterError::at(
                column,
                format!("`{sign}` compares a field with a value: name the field before it, as in `elbo > -100`"),
            ),
            Kind::Text(text) => match self.peek() {
                Some(Token { column, kind: Kind::Sign(_, sign) }) => {
                    FilterError::at(*column, format!("a field stands before `{sign}` without quotes"))
                }
                _ => Ok(Expression::Word(text)),
            },
            Kind::Word(word) => match self.peek().map(|token| (token.column, token.kind.clone())) {
                Some((at, Kind::Sign(operator, sign))) => {
                    self.at += 1;
                    self.value(word, column, operator, (at, sign))
                }
                _ => Ok(Expression::Word(word)),
            },
        }
    }

    /// The value that a field is compared with.
    fn value(
        &mut self,
        field: String,
        column: usize,
        operator: Operator,
        (at, sign): (usize, &str),
    ) -> Result<Expression, FilterError> {
        match self.next() {
            Some(Token { column: place, kind: Kind::Word(value) | Kind::Text(value) }) => {
                self.places.push([column, place]);
                Ok(Expression::Compare { field, operator, value })
            }
            Some(Token { column, kind: Kind::Keyword(word) }) => FilterError::at(
                column,
                format!("a value is missing before `{word}`; if it is the value, write \"{word}\""),
            ),
            Some(Token { column, kind: Kind::Sign(_, second) }) => {
                FilterError::at(column, format!("`{second}` stands right behind `{sign}`; a value belongs between"))
            }
            _ => FilterError::at(at, format!("`{sign}` has no value behind it; write `{field} {sign} 1`, say")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(expression: &str) -> String {
        parse(expression).unwrap().unwrap().0.to_string()
    }

    #[test]
    fn expressions_are_read_as_people_write_them() {
        for (typed, meant) in [
            ("beta > 2 and elbo > -100", "beta > 2 and elbo > -100"),
            ("beta>2 elbo>=-100", "beta > 2 and elbo >= -100"),
            ("name ~ iwae", "name ~ iwae"),
            ("STARRED or not starred", "starred or not starred"),
            ("a b or c and d", "a and b or c and d"),
            ("a and (b or c)", "a and (b or c)"),
            ("not (a b)", "not (a and b)"),
            ("name == \"a \\\"b\\\"\"", "name = \"a \\\"b\\\"\""),
            ("\"not\"", "\"not\""),
            ("encoder[0].units != 400", "encoder[0].units != 400"),
            ("objective.bound!~iwae", "objective.bound !~ iwae"),
        ] {
            assert_eq!(text(typed), meant, "{typed}");
        }
        assert_eq!(parse("  "), Ok(None));
        assert_eq!(parse("elbo > -1 tag = x").unwrap().unwrap().1, [[1, 8], [11, 17]]);
    }

    #[test]
    fn mistakes_are_told_with_their_column_and_what_would_do() {
        for (typed, column, what) in [
            ("elbo >", 6, "no value behind it"),
            ("elbo > and x", 8, "missing before `and`"),
            ("elbo > < 3", 8, "a value belongs between"),
            ("> 3", 1, "name the field"),
            ("a and", 6, "missing at the end"),
            ("and a", 1, "joins what stands on both sides"),
            ("(a or b", 1, "is not closed"),
            ("a)", 2, "closes nothing"),
            ("()", 2, "before `)`"),
            ("name ~ \"abc", 8, "has no end"),
            ("! a", 1, "write `!=`"),
            ("\"name\" = a", 8, "without quotes"),
        ] {
            let error = parse(typed).unwrap_err();
            assert!(error.column == column && error.what.contains(what), "{typed}: {error}");
        }
        assert!(parse(&"(".repeat(100_000)).is_err());
    }

    fn any_expression() -> impl Strategy<Value = Expression> {
        let word = "[a-zA-Z0-9 \"\\\\()=<>!~.é-]{0,8}";
        let operator = prop::sample::select(Operator::SIGNS.map(|(_, operator)| operator).to_vec());
        let field = "[a-z][a-z0-9_]{0,5}(\\[[0-9]\\])?(\\.[a-z]{1,4})?"
            .prop_filter("no keyword", |field| !["and", "or", "not", "starred"].contains(&field.as_str()));
        let compare =
            (field, operator, word).prop_map(|(field, operator, value)| Expression::Compare { field, operator, value });
        let leaf = prop_oneof![word.prop_map(Expression::Word), Just(Expression::Starred), compare];
        leaf.prop_recursive(5, 24, 2, |inner| {
            let pair = || (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
            prop_oneof![
                inner.clone().prop_map(|inner| Expression::Not(Box::new(inner))),
                pair().prop_map(|(a, b)| Expression::And(a, b)),
                pair().prop_map(|(a, b)| Expression::Or(a, b)),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_as_it_was(expression in any_expression()) {
            let printed = expression.to_string();
            prop_assert_eq!(parse(&printed).unwrap().unwrap().0, expression, "{}", printed);
        }

        #[test]
        fn any_text_is_read_or_told_where_it_is_wrong(text in "[a-z0-9 ()\"\\\\=<>!~é-]{0,40}") {
            if let Err(error) = parse(&text) {
                prop_assert!((1..=text.chars().count() + 1).contains(&error.column), "{}", error);
            }
        }
    }
}
