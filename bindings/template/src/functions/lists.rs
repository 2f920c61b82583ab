//! Lists, as sprig has them.

use super::{
    Call, Function,
    Parameter::{Any, Integer, Text},
    Returned,
    compare::deep_equal,
    function,
    strings::{as_text, as_texts},
    variadic,
};
use crate::{limits::Budget, value::Value};

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("list", &[], Any, |call| Value::list(call.values)),
    variadic("tuple", &[], Any, |call| Value::list(call.values)),
    function("first", &[Any], |call| {
        Ok(call.list(0)?.items.first().cloned().unwrap_or(Value::Nil))
    }),
    function("last", &[Any], |call| Ok(call.list(0)?.items.last().cloned().unwrap_or(Value::Nil))),
    function("rest", &[Any], |call| {
        Value::list(call.list(0)?.items.iter().skip(1).cloned().collect())
    }),
    function("initial", &[Any], |call| {
        let list = call.list(0)?;
        let length = list.items.len().saturating_sub(1);
        Value::list(list.items[..length].to_vec())
    }),
    function("append", &[Any, Any], append),
    function("push", &[Any, Any], append),
    function("prepend", &[Any, Any], |call| {
        let list = call.list(0)?;
        Value::list(std::iter::once(call.any(1)).chain(&list.items).cloned().collect())
    }),
    variadic("concat", &[], Any, |call| {
        let mut items = Vec::new();
        for index in 0..call.values.len() {
            let list = call.list(index)?;
            call.budget.take_bytes(list.items.len() * size_of::<Value>())?;
            items.extend_from_slice(&list.items);
        }
        Value::list(items)
    }),
    function("reverse", &[Any], |call| {
        Value::list(call.list(0)?.items.iter().rev().cloned().collect())
    }),
    function("compact", &[Any], |call| {
        let list = call.list(0)?;
        Value::list(list.items.iter().filter(|item| item.is_true()).cloned().collect())
    }),
    function("uniq", &[Any], |call| {
        let mut items: Vec<Value> = Vec::new();
        for item in &call.list(0)?.items {
            if !contains(&items, item, call.budget)? {
                items.push(item.clone());
            }
        }
        Value::list(items)
    }),
    variadic("without", &[Any], Any, |call| {
        let mut items = Vec::new();
        for item in &call.list(0)?.items {
            if !contains(&call.values[1..], item, call.budget)? {
                items.push(item.clone());
            }
        }
        Value::list(items)
    }),
    function("has", &[Any, Any], |call| {
        if call.any(1).is_nil() {
            return Ok(Value::Boolean(false));
        }
        let list = call.list(1)?;
        let found = contains(&list.items, &call.values[0], call.budget)?;
        Ok(Value::Boolean(found))
    }),
    function("sortAlpha", &[Any], |call| {
        let mut texts = match call.any(0) {
            Value::List(_) => as_texts(&call.values[0], call.budget)?,
            other => vec![as_text(other)?.into()],
        };
        texts.sort_unstable();
        Ok(Value::texts(texts.into_iter()))
    }),
    function("join", &[Text, Any], |call| {
        let texts = as_texts(&call.values[1], call.budget)?;
        let mut joined = crate::limits::Output::new();
        for (index, text) in texts.iter().enumerate() {
            if index > 0 {
                joined.push_str(call.text(0));
            }
            joined.push_str(text);
        }
        Ok(Value::text(joined.finish()?))
    }),
    function("toStrings", &[Any], |call| {
        let texts = as_texts(&call.values[0], call.budget)?;
        Ok(Value::texts(texts.into_iter()))
    }),
    function("until", &[Integer], |call| {
        let count = call.integer(0);
        let length = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
        call.budget.take_bytes(length.saturating_mul(size_of::<Value>()))?;
        let step = if count < 0 { -1 } else { 1 };
        let numbers = (0..count.unsigned_abs() as i64).map(|number| Value::Integer(number * step));
        Value::list(numbers.collect())
    }),
];

fn append(call: Call<'_>) -> Returned {
    let list = call.list(0)?;
    Value::list(list.items.iter().chain([call.any(1)]).cloned().collect())
}

fn contains(items: &[Value], item: &Value, budget: &mut Budget) -> Result<bool, String> {
    for other in items {
        if deep_equal(item, other, budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}
