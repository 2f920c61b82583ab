//! Arithmetic, as sprig has it: on integers of 64 bits that wrap around. Arguments of other types
//! are converted: a float is truncated, and becomes the nearest integer if it is too large; a text is
//! read; what is not a number is 0.

use super::{
    Call, Function,
    Parameter::{Any, Integer, Text},
    Returned, function, variadic,
};
use crate::{literal, value::Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("int", &[Any], |call| Ok(Value::Integer(to_integer(call.any(0))))),
    function("int64", &[Any], |call| Ok(Value::Integer(to_integer(call.any(0))))),
    function("float64", &[Any], |call| Ok(Value::Float(to_float(call.any(0))))),
    function("atoi", &[Text], |call| Ok(Value::Integer(call.text(0).parse().unwrap_or(0)))),
    variadic("add", &[], Any, |call| {
        Ok(Value::Integer(folded(&call.values, 0, i64::wrapping_add)))
    }),
    function("add1", &[Any], |call| Ok(Value::Integer(to_integer(call.any(0)).wrapping_add(1)))),
    function("sub", &[Any, Any], |call| {
        let (left, right) = two(&call);
        Ok(Value::Integer(left.wrapping_sub(right)))
    }),
    variadic("mul", &[Any], Any, |call| {
        Ok(Value::Integer(folded(&call.values, 1, i64::wrapping_mul)))
    }),
    function("div", &[Any, Any], |call| divided(&call, i64::wrapping_div)),
    function("mod", &[Any, Any], |call| divided(&call, i64::wrapping_rem)),
    variadic("max", &[Any], Any, |call| {
        Ok(Value::Integer(folded(&call.values, i64::MIN, i64::max)))
    }),
    variadic("biggest", &[Any], Any, |call| {
        Ok(Value::Integer(folded(&call.values, i64::MIN, i64::max)))
    }),
    variadic("min", &[Any], Any, |call| {
        Ok(Value::Integer(folded(&call.values, i64::MAX, i64::min)))
    }),
    function("floor", &[Any], |call| Ok(Value::Float(to_float(call.any(0)).floor()))),
    function("ceil", &[Any], |call| Ok(Value::Float(to_float(call.any(0)).ceil()))),
    function("round", &[Any, Integer], round),
    function("plural", &[Text, Text, Integer], |call| {
        let index = usize::from(call.integer(2) != 1);
        Ok(call.any(index).clone())
    }),
];

fn folded(values: &[Value], start: i64, operation: fn(i64, i64) -> i64) -> i64 {
    values.iter().map(to_integer).fold(start, operation)
}

fn two(call: &Call<'_>) -> (i64, i64) {
    (to_integer(call.any(0)), to_integer(call.any(1)))
}

fn divided(call: &Call<'_>, operation: fn(i64, i64) -> i64) -> Returned {
    match two(call) {
        (_, 0) => Err("division by zero".to_owned()),
        (left, right) => Ok(Value::Integer(operation(left, right))),
    }
}

/// Rounds up from one half. As sprig does, it rounds a negative value down.
fn round(call: Call<'_>) -> Returned {
    let power = 10_f64.powf(call.integer(1) as f64);
    let scaled = to_float(call.any(0)) * power;
    let rounded = match scaled.fract() >= 0.5 {
        true => scaled.ceil(),
        false => scaled.floor(),
    };
    Ok(Value::Float(rounded / power))
}

fn to_integer(value: &Value) -> i64 {
    match value {
        Value::Integer(integer) => *integer,
        Value::Float(float) => *float as i64,
        Value::Boolean(boolean) => i64::from(*boolean),
        Value::Text(text) => {
            let whole = match text.split_once('.') {
                Some((whole, decimals)) if is_decimal(whole, decimals) => whole,
                _ => text,
            };
            literal::integer(whole).unwrap_or(0)
        }
        _ => 0,
    }
}

fn is_decimal(whole: &str, decimals: &str) -> bool {
    let digits = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    digits.bytes().chain(decimals.bytes()).all(|digit| digit.is_ascii_digit())
}

fn to_float(value: &Value) -> f64 {
    match value {
        Value::Integer(integer) => *integer as f64,
        Value::Float(float) => *float,
        Value::Boolean(boolean) => f64::from(u8::from(*boolean)),
        Value::Text(text) => literal::float(text).unwrap_or(0.0),
        _ => 0.0,
    }
}
