//! The error table is the same in every language: numbers and names are compared with the one file.

use ocigraph::Code;
use serde_json::{Value, json};

#[test]
fn the_error_table_is_the_shared_one() {
    let shared: Value =
        serde_json::from_str(include_str!("../../tests/vectors/errors.json")).unwrap();
    let ours: Vec<Value> =
        Code::ALL.iter().map(|code| json!({"number": *code as i32, "name": code.name()})).collect();
    assert_eq!(Value::Array(ours), shared);
}
