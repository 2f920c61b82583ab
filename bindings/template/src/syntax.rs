//! The tree of a parsed template. Each part has the offset in the text at which it begins.

use std::collections::BTreeMap;

use crate::{functions::Function, literal::Number};

pub(crate) type Nodes = Vec<Node>;

/// The templates by name. The main template has no name.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) main: Nodes,
    pub(crate) defined: BTreeMap<String, Nodes>,
}

#[derive(Debug)]
pub(crate) enum Node {
    Text(String),
    Action(Pipeline),
    If(Branches),
    With(Branches),
    Range(Branches),
    Template { at: usize, name: String, data: Option<Pipeline> },
    Break,
    Continue,
}

/// What `if`, `with` and `range` have in common.
#[derive(Debug)]
pub(crate) struct Branches {
    pub(crate) pipeline: Pipeline,
    pub(crate) body: Nodes,
    pub(crate) otherwise: Nodes,
}

#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) at: usize,
    /// The variables that get the value, with their `$`.
    pub(crate) variables: Vec<String>,
    /// Whether the variables exist already: `=` instead of `:=`.
    pub(crate) assigns: bool,
    pub(crate) commands: Vec<Command>,
}

#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) first: Operand,
    pub(crate) arguments: Vec<Operand>,
}

#[derive(Debug)]
pub(crate) struct Operand {
    pub(crate) at: usize,
    pub(crate) term: Term,
    /// The names of `.a.b` after the term.
    pub(crate) fields: Vec<String>,
}

#[derive(Debug)]
pub(crate) enum Term {
    /// The current value. A field such as `.a` is this term with fields.
    Dot,
    Variable(String),
    Nil,
    Boolean(bool),
    Number(Number),
    /// A character constant, which is an integer.
    Character(char),
    Text(String),
    Function(&'static Function),
    Pipeline(Box<Pipeline>),
}

impl Operand {
    /// Returns what the operand is, in the words of an error.
    pub(crate) fn kind(&self) -> &'static str {
        match self.term {
            Term::Dot if self.fields.is_empty() => "the current value",
            Term::Dot => "a field",
            Term::Variable(_) => "a variable",
            Term::Nil => "nil",
            Term::Boolean(_) => "a boolean",
            Term::Number(_) => "a number",
            Term::Character(_) => "a character",
            Term::Text(_) => "a text",
            Term::Function(_) => "a function",
            Term::Pipeline(_) => "a pipeline",
        }
    }
}
