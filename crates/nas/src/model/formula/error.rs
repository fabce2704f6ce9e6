//! What can be wrong with a formula.

use super::function;

/// A formula that cannot be an activation. Columns count characters from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormulaError {
    /// Something else should stand there.
    #[error("column {column}: expected {expected}, found {found}")]
    Unexpected {
        /// Where.
        column: usize,
        /// What should stand there.
        expected: String,
        /// What does.
        found: String,
    },
    /// A character that no formula has.
    #[error("column {column}: {character:?} has no meaning; write numbers, x, + - * / ^, parentheses and functions")]
    Character {
        /// Where.
        column: usize,
        /// The character.
        character: char,
    },
    /// Digits that are no finite number.
    #[error("column {column}: {text:?} is no finite number")]
    Number {
        /// Where.
        column: usize,
        /// The digits.
        text: String,
    },
    /// No variable, constant or function has this name.
    #[error("column {column}: there is no {name:?}; {}", advice(nearest))]
    Unknown {
        /// Where.
        column: usize,
        /// The name.
        name: String,
        /// The most similar name there is.
        nearest: Option<&'static str>,
    },
    /// A function of one argument has two, or the other way round.
    #[error("column {column}: {name} takes {}, not {found}", arguments(*takes))]
    Arguments {
        /// Where the function stands.
        column: usize,
        /// Its name.
        name: &'static str,
        /// How many it takes.
        takes: usize,
        /// How many it was given.
        found: usize,
    },
    /// Too much in parentheses within parentheses.
    #[error("column {column}: nested more than {most} deep; write it with fewer parentheses")]
    Deep {
        /// Where the limit is passed.
        column: usize,
        /// The limit.
        most: usize,
    },
    /// There is no `x` in it.
    #[error("it does not depend on x: a constant is what the biases of a network are for")]
    Constant,
    /// It cannot be computed, or differentiated, everywhere.
    #[error(
        "its {what} at x = {x} is {value} in {precision} precision; an activation needs finite values and finite first and \
         second derivatives for x between -10 and 10"
    )]
    NotFinite {
        /// `value`, `first derivative` or `second derivative`.
        what: &'static str,
        /// Where, the nearest to 0.
        x: String,
        /// What it is there.
        value: String,
        /// `double` or `single`.
        precision: &'static str,
    },
    /// Its derivatives are not those of its values.
    #[error(
        "its derivatives are not the slopes of its values for x between -10 and 10 ({finding}); write it in another form"
    )]
    Refuted {
        /// What the gradient checker found.
        finding: String,
    },
}

fn advice(nearest: &Option<&str>) -> String {
    nearest.map_or_else(
        || format!("there are x, the constants pi and e, and {}", function::names().collect::<Vec<_>>().join(", ")),
        |name| format!("did you mean {name:?}?"),
    )
}

fn arguments(takes: usize) -> String {
    if takes == 1 { "1 argument".to_owned() } else { format!("{takes} arguments") }
}
