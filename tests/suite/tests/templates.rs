//! The templates with functions of sprig give the same output in ORAS, which uses sprig itself.

use std::fs;

use ocigraph_suite::Workspace;
use serde_json::{Value, json};

#[test]
fn templates_with_sprig_print_what_oras_prints() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/templates.json");
    let vectors: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    // A text of JSON between quotes is also a text of Go.
    let data = json!(vectors["data"].to_string());
    let work = Workspace::new();
    let oras = |template: &str| {
        work.oras(&[
            "push",
            "--oci-layout",
            "layout:v1",
            "--format",
            "go-template",
            "--template",
            template,
        ])
    };

    let mut all = format!("{{{{$data := fromJson {data}}}}}");
    let mut expected = String::new();
    for (number, vector) in vectors["sprig"].as_array().unwrap().iter().enumerate() {
        let template = vector["template"].as_str().unwrap();
        match vector["output"].as_str() {
            Some(output) => {
                all += &format!("{{{{define \"{number}\"}}}}{template}{{{{end}}}}");
                all += &format!("{number}: {{{{template \"{number}\" $data}}}}\n");
                expected += &format!("{number}: {output}\n");
            }
            None => {
                let template = format!("{{{{with fromJson {data}}}}}{template}{{{{end}}}}");
                oras(&template).fails_with(1);
            }
        }
    }
    assert_eq!(oras(&all).ok(), expected);
}
