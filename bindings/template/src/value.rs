//! The values of a template: what Go's encoding/json makes of JSON, and the integers of literals
//! and functions.

use std::{collections::BTreeMap, rc::Rc};

use crate::limits::VALUE_DEPTH;

#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// No value: a missing key, or the result of an absent pipeline. Go prints `<no value>`.
    Missing,
    /// JSON's null, where it is found in a list or a map.
    Nil,
    Boolean(bool),
    Integer(i64),
    /// Every number of JSON is one.
    Float(f64),
    Text(Rc<str>),
    List(Rc<List>),
    Map(Rc<Map>),
}

#[derive(Debug)]
pub(crate) struct List {
    pub(crate) items: Vec<Value>,
    depth: usize,
}

/// Go evaluates and prints maps in the order of their keys.
#[derive(Debug)]
pub(crate) struct Map {
    pub(crate) entries: BTreeMap<Rc<str>, Value>,
    depth: usize,
}

impl Value {
    /// Fails for data that is nested too deeply, as all functions here.
    pub(crate) fn from_json(json: &serde_json::Value) -> Result<Value, String> {
        convert(json, VALUE_DEPTH)
    }

    pub(crate) fn text(text: impl Into<Rc<str>>) -> Value {
        Value::Text(text.into())
    }

    pub(crate) fn list(items: Vec<Value>) -> Result<Value, String> {
        let depth = deeper(items.iter())?;
        Ok(Value::List(Rc::new(List { items, depth })))
    }

    pub(crate) fn texts<T: Into<Rc<str>>>(items: impl Iterator<Item = T>) -> Value {
        Value::List(Rc::new(List { items: items.map(Value::text).collect(), depth: 1 }))
    }

    pub(crate) fn map(entries: BTreeMap<Rc<str>, Value>) -> Result<Value, String> {
        let depth = deeper(entries.values())?;
        Ok(Value::Map(Rc::new(Map { entries, depth })))
    }

    /// Reports whether the value counts as true: it is not empty, zero, false or absent.
    pub(crate) fn is_true(&self) -> bool {
        match self {
            Value::Missing | Value::Nil => false,
            Value::Boolean(value) => *value,
            Value::Integer(value) => *value != 0,
            Value::Float(value) => *value != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::List(list) => !list.items.is_empty(),
            Value::Map(map) => !map.entries.is_empty(),
        }
    }

    pub(crate) fn is_nil(&self) -> bool {
        matches!(self, Value::Missing | Value::Nil)
    }

    /// Returns Go's name of the type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Value::Missing | Value::Nil => "nil",
            Value::Boolean(_) => "bool",
            Value::Integer(_) => "int",
            Value::Float(_) => "float64",
            Value::Text(_) => "string",
            Value::List(_) => "[]interface {}",
            Value::Map(_) => "map[string]interface {}",
        }
    }

    /// Returns what a function that returns the value has allocated, about, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Value::Text(text) => text.len(),
            Value::List(list) => list.items.len() * size_of::<Value>(),
            Value::Map(map) => map.entries.len() * 2 * size_of::<(Rc<str>, Value)>(),
            _ => 0,
        }
    }

    fn depth(&self) -> usize {
        match self {
            Value::List(list) => list.depth,
            Value::Map(map) => map.depth,
            _ => 0,
        }
    }
}

fn deeper<'v>(values: impl Iterator<Item = &'v Value>) -> Result<usize, String> {
    let depth = 1 + values.map(Value::depth).max().unwrap_or(0);
    match depth > VALUE_DEPTH {
        true => Err(too_deep()),
        false => Ok(depth),
    }
}

fn too_deep() -> String {
    format!("lists and maps are nested deeper than {VALUE_DEPTH} levels")
}

fn convert(json: &serde_json::Value, depth: usize) -> Result<Value, String> {
    use serde_json::Value as Json;
    let inner = || depth.checked_sub(1).ok_or_else(too_deep);
    Ok(match json {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Boolean(*value),
        Json::Number(number) => match number.as_f64().filter(|number| number.is_finite()) {
            Some(number) => Value::Float(number),
            None => return Err(format!("the number {number} of the data overflows float64")),
        },
        Json::String(text) => Value::text(text.as_str()),
        Json::Array(items) => {
            let depth = inner()?;
            let items: Result<_, _> = items.iter().map(|item| convert(item, depth)).collect();
            Value::list(items?)?
        }
        Json::Object(entries) => {
            let depth = inner()?;
            let entries: Result<_, String> = entries
                .iter()
                .map(|(key, value)| Ok((key.as_str().into(), convert(value, depth)?)))
                .collect();
            Value::map(entries?)?
        }
    })
}
