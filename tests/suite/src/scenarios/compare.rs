//! The comparison of a result with the expected one, and the variables in texts.

use serde_json::{Map, Value};

/// Compares a result with the expected one. Objects can have more keys than expected. Lists must
/// have the same length and order, unless the expected list is `{"in_any_order": […]}`. `"*"`
/// matches any value except null and a missing one.
pub(super) fn matches(expected: &Value, actual: &Value, path: &str) -> Result<(), String> {
    let differs = || Err(format!("{path} is {actual}, expected {expected}"));
    match (expected, actual) {
        (Value::String(any), actual) if any == "*" && !actual.is_null() => Ok(()),
        (Value::Object(map), Value::Array(items)) if map.contains_key("in_any_order") => {
            let wanted = map["in_any_order"].as_array().expect("a list");
            match in_any_order(wanted, &mut items.iter().collect(), path) {
                true => Ok(()),
                false => differs(),
            }
        }
        (Value::Object(wanted), Value::Object(map)) => {
            wanted.iter().try_for_each(|(key, value)| {
                matches(value, map.get(key).unwrap_or(&Value::Null), &format!("{path}.{key}"))
            })
        }
        (Value::Array(wanted), Value::Array(items)) if wanted.len() == items.len() => wanted
            .iter()
            .zip(items)
            .enumerate()
            .try_for_each(|(i, (wanted, item))| matches(wanted, item, &format!("{path}[{i}]"))),
        _ if expected == actual => Ok(()),
        _ => differs(),
    }
}

/// Returns true if each wanted value matches another item and none is left.
fn in_any_order(wanted: &[Value], left: &mut Vec<&Value>, path: &str) -> bool {
    let Some((first, rest)) = wanted.split_first() else { return left.is_empty() };
    // An item can match several values, so every choice is tried.
    (0..left.len()).any(|i| {
        if matches(first, left[i], path).is_err() {
            return false;
        }
        let item = left.remove(i);
        let found = in_any_order(rest, left, path);
        left.insert(i, item);
        found
    })
}

/// Replaces `${name}` in every string. A string that is only a variable becomes its value.
///
/// # Errors
/// The name of an unknown variable.
pub(super) fn with_variables(value: &Value, known: &Map<String, Value>) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => {
            let whole = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
            match whole.and_then(|name| known.get(name)) {
                Some(value) => value.clone(),
                None => Value::String(text_with_variables(text, known)?),
            }
        }
        Value::Array(items) => items
            .iter()
            .map(|item| with_variables(item, known))
            .collect::<Result<Vec<_>, _>>()?
            .into(),
        Value::Object(map) => {
            let mut replaced = Map::new();
            for (key, value) in map {
                replaced.insert(text_with_variables(key, known)?, with_variables(value, known)?);
            }
            Value::Object(replaced)
        }
        other => other.clone(),
    })
}

/// Replaces `${name}` in a text.
pub(super) fn text_with_variables(
    text: &str,
    known: &Map<String, Value>,
) -> Result<String, String> {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) =
            after.split_once('}').ok_or(format!("no end of a variable in {text:?}"))?;
        let value = known.get(name).ok_or(format!("unknown variable {name}"))?;
        replaced.push_str(before);
        match value {
            Value::String(value) => replaced.push_str(value),
            other => replaced.push_str(&other.to_string()),
        }
        rest = after;
    }
    replaced.push_str(rest);
    Ok(replaced)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_results_match() {
        for (expected, actual) in [
            (json!({"a": 1}), json!({"a": 1, "b": 2})),
            (json!({"a": null}), json!({})),
            (json!([1, {"a": []}]), json!([1, {"a": []}])),
            (json!({"in_any_order": [1, 2]}), json!([2, 1])),
            (json!({"in_any_order": [{}, {"a": 1}]}), json!([{"a": 1}, {"a": 2}])),
            (json!({"in_any_order": []}), json!([])),
            (json!("*"), json!(0)),
            (json!("*"), json!("text")),
            (json!({}), json!({"a": 1})),
        ] {
            assert_eq!(matches(&expected, &actual, "it"), Ok(()));
        }
    }

    #[test]
    fn other_results_do_not_match() {
        for (expected, actual) in [
            (json!({"a": 1}), json!({"a": 2})),
            (json!({"a": 1}), json!({})),
            (json!({"a": 1}), json!([])),
            (json!({"a": {"b": 1}}), json!({"a": {}})),
            (json!([1]), json!([1, 2])),
            (json!([1, 2]), json!([1])),
            (json!([1, 2]), json!([2, 1])),
            (json!([]), json!({})),
            (json!([]), json!(null)),
            (json!({"in_any_order": [1]}), json!([1, 2])),
            (json!({"in_any_order": [1, 2]}), json!([1])),
            (json!({"in_any_order": [1, 1]}), json!([1, 2])),
            (json!({"in_any_order": [1]}), json!({})),
            (json!("*"), json!(null)),
            (json!({"a": "*"}), json!({})),
            (json!(1), json!(true)),
            (json!(1), json!("1")),
            (json!(""), json!(null)),
            (json!(null), json!("")),
            (json!(0), json!(null)),
            (json!({}), json!(null)),
            (json!(false), json!(null)),
        ] {
            assert!(matches(&expected, &actual, "it").is_err(), "{expected} matches {actual}");
        }
    }

    #[test]
    fn a_difference_names_its_place() {
        let failure = matches(&json!({"a": [0, {"b": 1}]}), &json!({"a": [0, {"b": 2}]}), "result");
        assert_eq!(failure, Err("result.a[1].b is 2, expected 1".to_owned()));
    }

    #[test]
    fn variables_are_replaced_in_keys_and_texts() {
        let known = json!({"dir": "/x", "n": 3, "list": [1]});
        let known = known.as_object().unwrap();
        let value = json!({"${dir}": ["a ${dir} ${n}", "${n}", "${list}", 1]});
        assert_eq!(with_variables(&value, known).unwrap(), json!({"/x": ["a /x 3", 3, [1], 1]}));
        for unknown in ["${other}", "a ${other}", "${dir"] {
            assert!(with_variables(&json!(unknown), known).is_err(), "{unknown}");
        }
    }
}
