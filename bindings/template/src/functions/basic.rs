//! Printing, indexing and defaults.

use super::{
    Call, Function,
    Parameter::{Any, Boolean, Text},
    Returned, function, variadic,
};
use crate::{format, value::Value};

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("print", &[], Any, |call| Ok(Value::text(format::print(&call.values)?))),
    variadic("println", &[], Any, |call| Ok(Value::text(format::println(&call.values)?))),
    variadic("printf", &[Text], Any, |call| {
        let text = format::printf(call.text(0), &call.values[1..])?;
        Ok(Value::text(text))
    }),
    function("len", &[Any], len),
    variadic("index", &[Any], Any, index),
    variadic("slice", &[Any], Any, slice),
    variadic("default", &[Any], Any, |call| {
        Ok(match call.any(1).is_true() {
            true => call.any(1).clone(),
            false => call.any(0).clone(),
        })
    }),
    function("empty", &[Any], |call| Ok(Value::Boolean(!call.any(0).is_true()))),
    variadic("coalesce", &[], Any, |call| {
        let first = call.values.iter().find(|value| value.is_true());
        Ok(first.cloned().unwrap_or(Value::Nil))
    }),
    variadic("all", &[], Any, |call| Ok(Value::Boolean(call.values.iter().all(Value::is_true)))),
    variadic("any", &[], Any, |call| Ok(Value::Boolean(call.values.iter().any(Value::is_true)))),
    function("ternary", &[Any, Any, Boolean], |call| {
        Ok(call.any(usize::from(!call.boolean(2))).clone())
    }),
    function("fail", &[Text], |call| Err(call.text(0).to_owned())),
];

fn len(call: Call<'_>) -> Returned {
    let length = match call.any(0) {
        Value::Text(text) => text.len(),
        Value::List(list) => list.items.len(),
        Value::Map(map) => map.entries.len(),
        other => return Err(format!("a value of type {} has no length", other.type_name())),
    };
    Ok(Value::Integer(length as i64))
}

fn index(call: Call<'_>) -> Returned {
    let mut item = call.any(0).clone();
    if item.is_nil() {
        return Err("index of nil".to_owned());
    }
    for index in &call.values[1..] {
        item = match (&item, index) {
            (Value::List(list), index) => {
                let position = position(index, list.items.len())?;
                match list.items.get(position) {
                    Some(item) => item.clone(),
                    None => return Err(format!("index out of range: {position}")),
                }
            }
            (Value::Text(text), index) => {
                let position = position(index, text.len())?;
                match text.as_bytes().get(position) {
                    Some(byte) => Value::Integer(i64::from(*byte)),
                    None => return Err(format!("index out of range: {position}")),
                }
            }
            (Value::Map(map), Value::Text(key)) => {
                map.entries.get(key).cloned().unwrap_or(Value::Nil)
            }
            (Value::Map(_), index) => {
                let found = index.type_name();
                return Err(format!("a map has keys of type string: found {found}"));
            }
            (item, _) if item.is_nil() => return Err("index of nil".to_owned()),
            (item, _) => return Err(format!("a value of type {} has no items", item.type_name())),
        };
    }
    Ok(item)
}

fn slice(call: Call<'_>) -> Returned {
    let length = match call.any(0) {
        Value::Text(text) => text.len(),
        Value::List(list) => list.items.len(),
        other => return Err(format!("cannot slice a value of type {}", other.type_name())),
    };
    if call.values.len() > 3 {
        return Err("expected at most 2 indexes".to_owned());
    }
    let bound = |index: usize, otherwise: usize| match call.values.get(index) {
        Some(value) => position(value, length),
        None => Ok(otherwise),
    };
    let (start, end) = (bound(1, 0)?, bound(2, length)?);
    if start > end {
        return Err(format!("invalid slice index: {start} > {end}"));
    }
    match call.any(0) {
        Value::Text(text) => cut(text, start, end),
        Value::List(list) => Value::list(list.items[start..end].to_vec()),
        _ => Ok(Value::Missing),
    }
}

/// Returns the bytes from `start` to `end`, which are at most the length.
pub(super) fn cut(text: &str, start: usize, end: usize) -> Returned {
    match text.get(start..end) {
        Some(part) => Ok(Value::text(part)),
        None => Err(format!("bytes {start} to {end} cut a character in two")),
    }
}

/// Reads an index, which is at most the length.
fn position(index: &Value, length: usize) -> Result<usize, String> {
    let integer = match index {
        Value::Integer(integer) => *integer,
        other => {
            let found = other.type_name();
            return Err(format!("an index is an int, found {found}: convert it with int"));
        }
    };
    usize::try_from(integer)
        .ok()
        .filter(|index| *index <= length)
        .ok_or_else(|| format!("index out of range: {integer}"))
}
