//! Comparisons and logic of text/template.

use std::{cmp::Ordering, rc::Rc};

use super::{Call, Function, Parameter::Any, Returned, function, variadic};
use crate::{limits::Budget, value::Value};

pub(super) const FUNCTIONS: &[Function] = &[
    // The evaluation handles both, because they do not evaluate all arguments.
    variadic("and", &[Any], Any, |call| Ok(call.any(0).clone())),
    variadic("or", &[Any], Any, |call| Ok(call.any(0).clone())),
    function("not", &[Any], |call| Ok(Value::Boolean(!call.any(0).is_true()))),
    variadic("eq", &[Any], Any, eq),
    function("ne", &[Any, Any], |call| Ok(Value::Boolean(!equal(call.any(0), call.any(1))?))),
    function("lt", &[Any, Any], |call| ordered(&call, Ordering::is_lt)),
    function("le", &[Any, Any], |call| ordered(&call, Ordering::is_le)),
    function("gt", &[Any, Any], |call| ordered(&call, Ordering::is_gt)),
    function("ge", &[Any, Any], |call| ordered(&call, Ordering::is_ge)),
];

fn eq(call: Call<'_>) -> Returned {
    if call.values.len() < 2 {
        return Err("missing argument for comparison".to_owned());
    }
    for other in &call.values[1..] {
        if equal(call.any(0), other)? {
            return Ok(Value::Boolean(true));
        }
    }
    Ok(Value::Boolean(false))
}

/// Compares values of one type, and every value with nil.
fn equal(left: &Value, right: &Value) -> Result<bool, String> {
    match (left, right) {
        (left, right) if left.is_nil() || right.is_nil() => Ok(left.is_nil() && right.is_nil()),
        (Value::Boolean(left), Value::Boolean(right)) => Ok(left == right),
        (Value::Integer(left), Value::Integer(right)) => Ok(left == right),
        (Value::Float(left), Value::Float(right)) => Ok(left == right),
        (Value::Text(left), Value::Text(right)) => Ok(left == right),
        (Value::List(_) | Value::Map(_), Value::List(_) | Value::Map(_)) => {
            Err("lists and maps cannot be compared".to_owned())
        }
        (left, right) => Err(incompatible(left, right)),
    }
}

fn ordered(call: &Call<'_>, test: fn(Ordering) -> bool) -> Returned {
    let ordering = match (call.any(0), call.any(1)) {
        (Value::Integer(left), Value::Integer(right)) => left.cmp(right),
        // The data has no NaN, but arithmetic can give one. Go then compares as this does.
        (Value::Float(left), Value::Float(right)) => {
            left.partial_cmp(right).unwrap_or(Ordering::Greater)
        }
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (left, right) if left.type_name() != right.type_name() => {
            return Err(incompatible(left, right));
        }
        (left, _) => return Err(format!("values of type {} have no order", left.type_name())),
    };
    Ok(Value::Boolean(test(ordering)))
}

fn incompatible(left: &Value, right: &Value) -> String {
    let hint = match (left, right) {
        (Value::Float(_), Value::Integer(_)) | (Value::Integer(_), Value::Float(_)) => {
            ": numbers of the data are float64, so convert one with int or write 1.0"
        }
        _ => "",
    };
    format!(
        "incompatible types for comparison: {} and {}{hint}",
        left.type_name(),
        right.type_name()
    )
}

/// Compares deeply, as `reflect.DeepEqual` of Go: values of two types are different.
pub(super) fn deep_equal(left: &Value, right: &Value, budget: &mut Budget) -> Result<bool, String> {
    budget.step()?;
    Ok(match (left, right) {
        (left, right) if left.is_nil() || right.is_nil() => left.is_nil() && right.is_nil(),
        (Value::Boolean(left), Value::Boolean(right)) => left == right,
        (Value::Integer(left), Value::Integer(right)) => left == right,
        (Value::Float(left), Value::Float(right)) => left == right,
        (Value::Text(left), Value::Text(right)) => left == right,
        (Value::List(left), Value::List(right)) => {
            if Rc::ptr_eq(left, right) {
                return Ok(true);
            }
            if left.items.len() != right.items.len() {
                return Ok(false);
            }
            for (left, right) in left.items.iter().zip(&right.items) {
                if !deep_equal(left, right, budget)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Map(left), Value::Map(right)) => {
            if Rc::ptr_eq(left, right) {
                return Ok(true);
            }
            if left.entries.len() != right.entries.len() {
                return Ok(false);
            }
            for ((left_key, left), (right_key, right)) in left.entries.iter().zip(&right.entries) {
                if left_key != right_key || !deep_equal(left, right, budget)? {
                    return Ok(false);
                }
            }
            true
        }
        _ => false,
    })
}
