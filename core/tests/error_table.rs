//! The error codes have the numbers and names of the table that all languages share.

use ocigraph::Code;
use serde_json::{Value, json};

#[test]
fn the_error_codes_match_the_shared_table() {
    let shared: Value =
        serde_json::from_str(include_str!("../../tests/vectors/errors.json")).unwrap();
    let ours: Vec<Value> =
        Code::ALL.iter().map(|code| json!({"number": *code as i32, "name": code.name()})).collect();
    assert_eq!(Value::Array(ours), shared);
}
