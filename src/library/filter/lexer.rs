//! A filter's text as tokens with their places.

use super::error::FilterError;
use super::expression::{KEYWORDS, ends_word};
use crate::experiment::Operator;

/// A token, and the column where it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub column: usize,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Open,
    Close,
    Sign(Operator, &'static str),
    /// `and`, `or`, `not`, `starred`.
    Keyword(&'static str),
    Word(String),
    /// A text in quotes, which is never a keyword.
    Text(String),
}

/// The tokens of a text.
pub fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let chars: Vec<char> = text.chars().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(&c) = chars.get(at) {
        let (start, column) = (at, at + 1);
        at += 1;
        let kind = match c {
            c if c.is_whitespace() => continue,
            '(' => Kind::Open,
            ')' => Kind::Close,
            '"' => {
                let (text, end) = text_from(&chars, at, column)?;
                at = end;
                Kind::Text(text)
            }
            '=' | '<' | '>' | '~' | '!' => {
                let rest: String = chars[start..chars.len().min(start + 2)].iter().collect();
                let Some((sign, operator)) = Operator::at_start_of(&rest) else {
                    return FilterError::at(
                        column,
                        "`!` alone means nothing; write `!=`, `!~`, or `not` before a word",
                    );
                };
                at = start + sign.len();
                Kind::Sign(operator, sign)
            }
            _ => {
                while chars.get(at).is_some_and(|&c| !ends_word(c)) {
                    at += 1;
                }
                let word: String = chars[start..at].iter().collect();
                match KEYWORDS.iter().find(|keyword| keyword.eq_ignore_ascii_case(&word)) {
                    Some(keyword) => Kind::Keyword(keyword),
                    None => Kind::Word(word),
                }
            }
        };
        found.push(Token { column, kind });
    }
    Ok(found)
}

/// The text up to the closing quote, and where it ends; `\"` and `\\` stand for `"` and `\`.
fn text_from(chars: &[char], mut at: usize, column: usize) -> Result<(String, usize), FilterError> {
    let mut text = String::new();
    loop {
        match (chars.get(at), chars.get(at + 1)) {
            (Some('"'), _) => return Ok((text, at + 1)),
            (Some('\\'), Some(&next)) if next == '"' || next == '\\' => {
                text.push(next);
                at += 2;
            }
            (Some(&c), _) => {
                text.push(c);
                at += 1;
            }
            (None, _) => return FilterError::at(column, "the text that begins here has no end; close it with `\"`"),
        }
    }
}
