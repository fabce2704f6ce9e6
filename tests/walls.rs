//! The walls of the house: rule 7 of the architecture.
