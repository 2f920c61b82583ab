//! The constants of the header equal those of the core, which all languages share.

use std::fs;

use ocigraph_c as c;
use serde_json::Value;

#[test]
fn statuses_equal_the_codes_of_the_core() {
    let header = crate::committed();
    let table = fs::read_to_string(crate::root().join("tests/vectors/errors.json")).unwrap();
    let table: Value = serde_json::from_str(&table).unwrap();
    let table = table.as_array().unwrap();
    assert_eq!(table.len(), ocigraph::Code::ALL.len());
    for entry in table {
        let (name, number) = (entry["name"].as_str().unwrap(), entry["number"].as_i64().unwrap());
        let line = format!("#define OCIGRAPH_{name} {number}\n");
        assert!(header.contains(&line), "the header lacks {line}");
    }
}

#[test]
fn the_version_equals_the_version_of_the_package() {
    let version = env!("CARGO_PKG_VERSION");
    let numbers = [c::OCIGRAPH_VERSION_MAJOR, c::OCIGRAPH_VERSION_MINOR, c::OCIGRAPH_VERSION_PATCH];
    assert_eq!(numbers.map(|n| n.to_string()).join("."), version);
    assert_eq!(c::ocigraph_abi_version(), c::OCIGRAPH_ABI_VERSION);
}
