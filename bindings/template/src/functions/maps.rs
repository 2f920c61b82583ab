//! Maps, as sprig has them. No function changes a map.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    Call, Function,
    Parameter::{Any, Map, Text},
    Returned, function,
    strings::as_text,
    variadic,
};
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("dict", &[], Any, |call| {
        let mut entries: BTreeMap<Rc<str>, Value> = BTreeMap::new();
        for pair in call.values.chunks(2) {
            let value = pair.get(1).cloned().unwrap_or_else(|| Value::text(""));
            entries.insert(as_text(&pair[0])?.into(), value);
        }
        Value::map(entries)
    }),
    function("get", &[Map, Text], |call| {
        let found = call.map(0)?.entries.get(call.text(1)).cloned();
        Ok(found.unwrap_or_else(|| Value::text("")))
    }),
    function("hasKey", &[Map, Text], |call| {
        Ok(Value::Boolean(call.map(0)?.entries.contains_key(call.text(1))))
    }),
    variadic("keys", &[], Map, |call| {
        let mut keys = Vec::new();
        for index in 0..call.values.len() {
            let map = call.map(index)?;
            call.budget.take_bytes(map.entries.len() * size_of::<Value>())?;
            keys.extend(map.entries.keys().cloned());
        }
        Ok(Value::texts(keys.into_iter()))
    }),
    function("values", &[Map], |call| {
        Value::list(call.map(0)?.entries.values().cloned().collect())
    }),
    variadic("pick", &[Map], Text, |call| {
        let map = call.map(0)?;
        let picked = (1..call.values.len()).filter_map(|index| {
            let (key, value) = map.entries.get_key_value(call.text(index))?;
            Some((key.clone(), value.clone()))
        });
        Value::map(picked.collect())
    }),
    variadic("omit", &[Map], Text, |call| {
        let mut entries = call.map(0)?.entries.clone();
        for index in 1..call.values.len() {
            entries.remove(call.text(index));
        }
        Value::map(entries)
    }),
    variadic("pluck", &[Text], Map, |call| {
        let mut found = Vec::new();
        for index in 1..call.values.len() {
            found.extend(call.map(index)?.entries.get(call.text(0)).cloned());
        }
        Value::list(found)
    }),
    variadic("dig", &[Text, Any, Any], Any, dig),
];

/// `dig "a" "b" otherwise map` is the value of `.a.b`, or `otherwise` if a key is missing.
fn dig(call: Call<'_>) -> Returned {
    let [keys @ .., otherwise, map] = call.values.as_slice() else {
        return Err("expected keys, a default and a map".to_owned());
    };
    let mut found = map.clone();
    for key in keys {
        found = match (&found, key) {
            (Value::Map(map), Value::Text(key)) => match map.entries.get(key) {
                Some(value) => value.clone(),
                None => return Ok(otherwise.clone()),
            },
            (Value::Map(_), key) => {
                return Err(format!("a key is a string, found {}", key.type_name()));
            }
            (other, _) => return Err(format!("expected a map, found {}", other.type_name())),
        };
    }
    Ok(found)
}
