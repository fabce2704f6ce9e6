//! From words to postfix order, by precedence climbing (Pratt).

use super::function::{NEGATIVE, Named, named, names};
use super::token::{Placed, Token, tokens};
use super::{FormulaError, Operator, Step};
use crate::suggest::nearest;
use std::f64::consts::{E, PI};

/// Nested parentheses, signs and exponents, at most: each is a call of the parser within another.
const MOST_DEEP: usize = 100;

/// How tightly a sign binds: looser than a power, tighter than a product.
const SIGN: u8 = 5;

/// The steps of a formula in postfix order.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, FormulaError> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0, steps: Vec::new() };
    parser.sum(0)?;
    match parser.token() {
        Token::End => Ok(parser.steps),
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

struct Parser {
    tokens: Vec<Placed>,
    at: usize,
    depth: usize,
    steps: Vec<Step>,
}

impl Parser {
    fn token(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |placed| &placed.token)
    }

    fn column(&self) -> usize {
        self.tokens.get(self.at).map_or(1, |placed| placed.column)
    }

    fn unexpected(&self, expected: &str) -> FormulaError {
        FormulaError::Unexpected {
            column: self.column(),
            expected: expected.to_owned(),
            found: self.token().to_string(),
        }
    }

    /// Steps over a symbol if it is there.
    fn skip(&mut self, symbol: char) -> bool {
        let there = *self.token() == Token::Symbol(symbol);
        self.at += usize::from(there);
        there
    }

    fn demand(&mut self, symbol: char, expected: &str) -> Result<(), FormulaError> {
        if self.skip(symbol) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    /// The operator here, and how tightly it binds what is left and right of it.
    fn operator(&self) -> Option<(Operator, u8, u8)> {
        match self.token() {
            Token::Symbol('+') => Some((Operator::Add, 1, 2)),
            Token::Symbol('-') => Some((Operator::Sub, 1, 2)),
            Token::Symbol('*') => Some((Operator::Mul, 3, 4)),
            Token::Symbol('/') => Some((Operator::Div, 3, 4)),
            // To the right: x^2^3 is x^(2^3).
            Token::Symbol('^') => Some((Operator::Pow, 8, 7)),
            _ => None,
        }
    }

    /// Operands joined by operators that bind their left side at least so tightly.
    fn sum(&mut self, least: u8) -> Result<(), FormulaError> {
        self.depth += 1;
        if self.depth > MOST_DEEP {
            return Err(FormulaError::Deep { column: self.column(), most: MOST_DEEP });
        }
        self.operand()?;
        while let Some((operator, _, right)) = self.operator().filter(|(_, left, _)| *left >= least) {
            self.at += 1;
            self.sum(right)?;
            self.steps.push(Step::Join(operator));
        }
        self.depth -= 1;
        Ok(())
    }

    fn operand(&mut self) -> Result<(), FormulaError> {
        match self.token().clone() {
            Token::Number(number) => self.push(Step::Number(number)),
            Token::Name(name) => self.name(&name),
            Token::Symbol('(') => {
                self.at += 1;
                self.sum(0)?;
                self.demand(')', "an operator or `)`")
            }
            Token::Symbol(sign @ ('+' | '-')) => {
                self.at += 1;
                self.sum(SIGN)?;
                self.steps.extend((sign == '-').then_some(Step::Call(NEGATIVE)));
                Ok(())
            }
            _ => Err(self.unexpected("a number, x, a function or `(`")),
        }
    }

    fn push(&mut self, step: Step) -> Result<(), FormulaError> {
        self.at += 1;
        self.steps.push(step);
        Ok(())
    }

    fn name(&mut self, name: &str) -> Result<(), FormulaError> {
        match (name, named(name)) {
            ("x", _) => self.push(Step::X),
            ("pi", _) => self.push(Step::Number(PI)),
            ("e", _) => self.push(Step::Number(E)),
            (_, Some(Named::One(function))) => {
                self.arguments(function.name, 1)?;
                self.steps.push(Step::Call(function));
                Ok(())
            }
            (_, Some(Named::Two(name, operator))) => {
                self.arguments(name, 2)?;
                self.steps.push(Step::Join(operator));
                Ok(())
            }
            (_, None) => {
                let nearest = nearest(&name.to_lowercase(), names());
                Err(FormulaError::Unknown { column: self.column(), name: name.to_owned(), nearest })
            }
        }
    }

    /// So many arguments in parentheses, after the name of their function.
    fn arguments(&mut self, name: &'static str, takes: usize) -> Result<(), FormulaError> {
        let column = self.column();
        self.at += 1;
        self.demand('(', &format!("`(` after {name}"))?;
        let mut found = 0;
        loop {
            self.sum(0)?;
            found += 1;
            if !self.skip(',') {
                break;
            }
        }
        self.demand(')', "an operator, `,` or `)`")?;
        if found == takes { Ok(()) } else { Err(FormulaError::Arguments { column, name, takes, found }) }
    }
}
