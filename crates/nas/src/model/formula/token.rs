//! The words of a formula.

use super::FormulaError;
use std::fmt;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Name(String),
    Symbol(char),
    End,
}

/// A word and the column of its first character, from 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) column: usize,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "the number {number}"),
            Self::Name(name) => write!(f, "{name:?}"),
            Self::Symbol(symbol) => write!(f, "`{symbol}`"),
            Self::End => f.write_str("the end"),
        }
    }
}

/// The words of a text; the last one is the end.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, FormulaError> {
    let characters: Vec<char> = text.chars().collect();
    let (mut at, mut found) = (0, Vec::new());
    while let Some(&character) = characters.get(at) {
        let rest = &characters[at..];
        let column = at + 1;
        let (token, length) = match character {
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            c if c.is_ascii_digit() || c == '.' => number(rest, column)?,
            c if c.is_ascii_alphabetic() => name(rest),
            c if "+-*/^(),".contains(c) => (Token::Symbol(c), 1),
            character => return Err(FormulaError::Character { column, character }),
        };
        found.push(Placed { token, column });
        at += length;
    }
    found.push(Placed { token: Token::End, column: characters.len() + 1 });
    Ok(found)
}

fn name(rest: &[char]) -> (Token, usize) {
    let name: String = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '_').collect();
    let length = name.len();
    (Token::Name(name), length)
}

/// Digits with a point, and an exponent if digits follow its `e`: what else follows a number is its own word.
fn number(rest: &[char], column: usize) -> Result<(Token, usize), FormulaError> {
    let digits = |from: usize| rest.iter().skip(from).take_while(|c| c.is_ascii_digit()).count();
    let is = |at: usize, of: &str| rest.get(at).is_some_and(|&c| of.contains(c));
    let mut length = digits(0);
    if is(length, ".") {
        length += 1 + digits(length + 1);
    }
    if is(length, "eE") {
        let exponent = length + 1 + usize::from(is(length + 1, "+-"));
        if digits(exponent) > 0 {
            length = exponent + digits(exponent);
        }
    }
    let text: String = rest[..length].iter().collect();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok((Token::Number(number), length)),
        _ => Err(FormulaError::Number { column, text }),
    }
}
