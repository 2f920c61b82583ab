//! The functions of templates: those of Go's text/template, and a part of those of the library
//! sprig, with the same names and the same order of arguments.
//!
//! No function reads the time, random numbers, the environment, files or the network.

mod basic;
mod compare;
mod encode;
mod escape;
mod lists;
mod maps;
mod numbers;
mod strings;

use std::{collections::BTreeMap, rc::Rc};

use crate::{
    limits::Budget,
    value::{List, Map, Value},
};

/// A function, its parameters and its implementation.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    parameters: &'static [Parameter],
    /// The type of further arguments, if there can be any.
    rest: Option<Parameter>,
    pub(crate) run: fn(Call<'_>) -> Returned,
}

pub(crate) type Returned = Result<Value, String>;

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
    Any,
    Text,
    Integer,
    Boolean,
    Map,
}

/// A call with as many arguments, of such types, as the function has.
pub(crate) struct Call<'b> {
    pub(crate) values: Vec<Value>,
    pub(crate) budget: &'b mut Budget,
}

const TABLES: [&[Function]; 8] = [
    basic::FUNCTIONS,
    compare::FUNCTIONS,
    encode::FUNCTIONS,
    escape::FUNCTIONS,
    lists::FUNCTIONS,
    maps::FUNCTIONS,
    numbers::FUNCTIONS,
    strings::FUNCTIONS,
];

pub(crate) fn find(name: &str) -> Option<&'static Function> {
    TABLES.into_iter().flatten().find(|function| function.name == name)
}

#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLES.into_iter().flatten().map(|function| function.name)
}

/// Returns the message about an unknown function.
pub(crate) fn not_defined(name: &str) -> String {
    format!(
        "function {name:?} not defined: expected a function of Go's text/template, or one of those \
         of sprig that docs/coming-from-oras.md lists"
    )
}

const fn function(
    name: &'static str,
    parameters: &'static [Parameter],
    run: fn(Call<'_>) -> Returned,
) -> Function {
    Function { name, parameters, rest: None, run }
}

/// A function with any number of further arguments.
const fn variadic(
    name: &'static str,
    parameters: &'static [Parameter],
    rest: Parameter,
    run: fn(Call<'_>) -> Returned,
) -> Function {
    Function { name, parameters, rest: Some(rest), run }
}

impl Function {
    pub(crate) fn check_count(&self, count: usize) -> Result<(), String> {
        let least = self.parameters.len();
        let expected = match self.rest {
            Some(_) if count >= least => return Ok(()),
            None if count == least => return Ok(()),
            Some(_) => format!("at least {least}"),
            None => least.to_string(),
        };
        let name = self.name;
        Err(format!("wrong number of arguments for {name}: expected {expected}, found {count}"))
    }

    pub(crate) fn parameter(&self, index: usize) -> Parameter {
        let fixed = self.parameters.get(index).copied();
        fixed.or(self.rest).unwrap_or(Parameter::Any)
    }
}

impl Parameter {
    /// Refuses a value of another type.
    pub(crate) fn check(self, value: Value) -> Returned {
        // In Go, nil is also an empty map.
        if self == Parameter::Map && value.is_nil() {
            return Value::map(BTreeMap::new());
        }
        let expected = match (self, &value) {
            (Parameter::Any, _)
            | (Parameter::Text, Value::Text(_))
            | (Parameter::Integer, Value::Integer(_))
            | (Parameter::Boolean, Value::Boolean(_))
            | (Parameter::Map, Value::Map(_)) => return Ok(value),
            (Parameter::Text, _) => "string",
            (Parameter::Integer, _) => "int",
            (Parameter::Boolean, _) => "bool",
            (Parameter::Map, _) => "map[string]interface {}",
        };
        let found = value.type_name();
        let hint = match (self, &value) {
            (_, Value::Missing | Value::Nil) => ": give the missing value a default",
            (Parameter::Text, _) => ": convert it with toString",
            (Parameter::Integer, Value::Float(_)) => ": convert it with int",
            _ => "",
        };
        Err(format!("wrong type of argument: expected {expected}, found {found}{hint}"))
    }
}

/// The arguments were checked by the parameters of the function, so another type has an empty value.
impl Call<'_> {
    fn any(&self, index: usize) -> &Value {
        self.values.get(index).unwrap_or(&Value::Missing)
    }

    fn text(&self, index: usize) -> &str {
        match self.any(index) {
            Value::Text(text) => text,
            _ => "",
        }
    }

    fn integer(&self, index: usize) -> i64 {
        match self.any(index) {
            Value::Integer(integer) => *integer,
            _ => 0,
        }
    }

    fn boolean(&self, index: usize) -> bool {
        matches!(self.any(index), Value::Boolean(true))
    }

    fn map(&self, index: usize) -> Result<Rc<Map>, String> {
        match self.any(index) {
            Value::Map(map) => Ok(map.clone()),
            other => Err(format!("expected a map, found {}", other.type_name())),
        }
    }

    fn list(&self, index: usize) -> Result<Rc<List>, String> {
        match self.any(index) {
            Value::List(list) => Ok(list.clone()),
            other => Err(format!("expected a list, found {}", other.type_name())),
        }
    }
}
