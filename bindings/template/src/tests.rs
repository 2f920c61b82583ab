//! The templates of `tests/vectors/templates.json`, the limits, and where the crate differs from Go
//! on purpose.

use std::{collections::BTreeSet, fs, thread};

use serde_json::{Value, json};

use crate::{Template, TemplateError, functions};

fn render(template: &str, data: &Value) -> Result<String, TemplateError> {
    Template::parse(template)?.render(data)
}

fn fails(template: &str, data: &Value) -> String {
    render(template, data).expect_err(template).to_string()
}

fn vectors() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/templates.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn templates_give_the_output_of_the_vectors() {
    let vectors = vectors();
    let mut wrong = Vec::new();
    for group in ["text_template", "sprig"] {
        let group = vectors[group].as_array().unwrap();
        assert!(!group.is_empty());
        for vector in group {
            let template = vector["template"].as_str().unwrap();
            let found = match render(template, &vectors["data"]) {
                Ok(output) => json!({ "template": template, "output": output }),
                Err(error) => json!({ "template": template, "error": error.to_string() }),
            };
            if found != *vector {
                wrong.push(format!("expected {vector}\n   found {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_vectors_call_every_function() {
    let vectors = vectors().to_string();
    let missing: BTreeSet<_> = functions::names()
        .filter(|name| {
            let is_called = |before: &str| {
                vectors.match_indices(&format!("{before}{name}")).any(|(at, found)| {
                    let after = vectors[at + found.len()..].chars().next();
                    after.is_none_or(|after| !after.is_ascii_alphanumeric())
                })
            };
            !["{{", "(", " ", "|"].into_iter().any(is_called)
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_function_has_one_name() {
    let mut names = BTreeSet::new();
    for name in functions::names() {
        assert!(names.insert(name), "{name}");
    }
}

#[test]
fn an_unknown_function_is_named_with_its_place() {
    let error = Template::parse("first\n{{.a}} {{now | date \"2006\"}}").unwrap_err();
    assert_eq!((error.line(), error.column()), (2, 10));
    assert!(error.message().starts_with("function \"now\" not defined: expected "), "{error}");
}

#[test]
fn a_column_counts_characters() {
    assert!(fails("äöü{{.a.b}}", &json!({ "a": 1 })).starts_with("line 1, column 6: "));
}

#[test]
fn a_text_is_not_cut_within_a_character() {
    for template in ["{{slice . 1 2}}", "{{trunc 2 .}}", "{{substr 0 2 .}}", "{{abbrev 5 .}}"] {
        let text = fails(template, &json!("hé€llo"));
        assert!(text.contains("cut a character in two"), "{text}");
    }
}

#[test]
fn invalid_base64_is_an_error() {
    assert!(fails("{{b64dec \"*\"}}", &json!(null)).contains("invalid base64"));
    assert!(fails("{{b64dec \"/w==\"}}", &json!(null)).contains("not UTF-8"));
}

#[test]
fn any_json_value_is_data() {
    for (data, printed) in [
        (json!(null), "<no value>"),
        (json!("a"), "a"),
        (json!([1, null]), "[1 <nil>]"),
        (json!(1e300), "1e+300"),
        (json!(u64::MAX), "1.8446744073709552e+19"),
    ] {
        assert_eq!(render("{{.}}", &data).unwrap(), printed);
    }
    assert_eq!(render("{{.a.b}}", &json!(null)).unwrap(), "<no value>");
}

#[test]
fn an_error_names_a_remedy_for_numbers_of_the_data() {
    let data = json!({ "size": 528 });
    assert!(fails("{{eq .size 528}}", &data).contains("convert one with int or write 1.0"));
    assert!(fails("{{repeat .size \"a\"}}", &data).ends_with(": convert it with int"));
    assert!(fails("{{upper .size}}", &data).ends_with(": convert it with toString"));
}

#[test]
fn a_loop_cannot_run_for_ever() {
    let loops = "{{range 1000000000}}{{end}}";
    assert!(fails(loops, &json!(null)).contains("more than 10000000 steps"));
    let nested = "{{range 10000}}{{range 10000}}{{range 10000}}x{{end}}{{end}}{{end}}";
    assert!(fails(nested, &json!(null)).contains("more than 10000000 steps"));
}

#[test]
fn a_template_that_calls_itself_is_an_error() {
    let data = json!({ "a": 1 });
    for template in [
        "{{define \"T\"}}{{template \"T\" .}}{{end}}{{template \"T\" .}}",
        "{{define \"T\"}}{{if true}}{{with .}}{{range 1}}{{template \"T\" (print (print .))}}{{end}}{{end}}{{end}}{{end}}{{template \"T\" .}}",
    ] {
        assert!(fails(template, &data).contains("nested deeper than 500 levels"));
    }
}

#[test]
fn the_output_is_limited() {
    for template in [
        "{{range 100000}}{{repeat 1000000 \"x\"}}{{end}}",
        "{{repeat 100000000 \"x\"}}",
        "{{repeat 9223372036854775807 \"xx\"}}",
        "{{$s := \"xx\"}}{{range 60}}{{$s = print $s $s}}{{end}}",
        "{{$s := list (repeat 1000 \"x\")}}{{range 60}}{{$s = list $s $s}}{{end}}{{$s}}",
        "{{$s := list (repeat 1000 \"x\")}}{{range 60}}{{$s = list $s $s}}{{end}}{{toJson $s}}",
        "{{$s := repeat 10000 \"ab\"}}{{replace \"\" $s $s}}",
        "{{indent 1000000000 \"x\"}}",
        "{{$s := repeat 100000 \"\\n\"}}{{indent 1000000 $s}}",
        "{{printf (repeat 1000 \"%1000000[1]d\") 1}}",
        "{{printf (repeat 1000 \"%.1000000[1]f\") 1.5}}",
        "{{join (repeat 1000000 \"x\") (until 1000)}}",
    ] {
        assert!(fails(template, &json!(null)).contains("the text exceeds 64 MiB"), "{template}");
    }
}

#[test]
fn the_results_of_functions_are_limited() {
    for template in [
        "{{$l := list}}{{range 1000000}}{{$l = append $l 1}}{{end}}",
        "{{range 1000}}{{$s := repeat 10000000 \"x\"}}{{end}}",
        "{{until 1000000000}}",
        "{{until 9223372036854775807}}",
        "{{$l := until 100000}}{{range 100}}{{$l = concat $l $l}}{{end}}",
    ] {
        assert!(fails(template, &json!(null)).contains("need more than 512 MiB"), "{template}");
    }
    let comparisons = "{{$a := list 1}}{{$b := list 1}}{{range 60}}{{$a = list $a $a}}{{$b = list $b $b}}{{end}}{{has $a (list $b)}}";
    assert!(fails(comparisons, &json!(null)).contains("steps"));
}

#[test]
fn lists_within_lists_are_limited() {
    let template = "{{$l := list}}{{range 1000}}{{$l = list $l}}{{end}}";
    assert!(fails(template, &json!(null)).contains("nested deeper than 300 levels"));
    let mut data = json!([]);
    for _ in 0..299 {
        data = json!([data]);
    }
    assert_eq!(render("{{.}}", &data).unwrap().len(), 600);
    assert!(fails("{{.}}", &json!([data])).contains("nested deeper than 300 levels"));
}

#[test]
fn blocks_and_parentheses_within_each_other_are_limited() {
    let parentheses = |depth| format!("{{{{{}1{}}}}}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(render(&parentheses(100), &json!(null)).unwrap(), "1");
    for depth in [101, 100_000] {
        assert!(fails(&parentheses(depth), &json!(null)).contains("more than 100 blocks"));
    }
    let blocks = |depth| "{{if 1}}".repeat(depth) + &"{{end}}".repeat(depth);
    assert_eq!(render(&blocks(100), &json!(null)).unwrap(), "");
    assert!(fails(&blocks(50_000), &json!(null)).contains("more than 100 blocks"));
    let chain = "{{if 0}}".to_owned() + &"{{else if 0}}".repeat(50_000) + "{{end}}";
    assert!(fails(&chain, &json!(null)).contains("more than 100 blocks"));
}

#[test]
fn a_long_template_is_an_error() {
    assert!(fails(&" ".repeat((1 << 20) + 1), &json!(null)).contains("exceeds 1 MiB"));
}

#[test]
fn the_greatest_depth_fits_a_small_stack() {
    let deep = || {
        let mut data = json!({ "name": "leaf" });
        for _ in 0..140 {
            data = json!({ "name": "n", "referrers": [data] });
        }
        let tree = "{{define \"node\"}}{{.name}}{{range .referrers}}{{template \"node\" .}}{{end}}{{end}}{{template \"node\" .}}";
        assert_eq!(render(tree, &data).unwrap(), "n".repeat(140) + "leaf");
        a_template_that_calls_itself_is_an_error();
        blocks_and_parentheses_within_each_other_are_limited();
        lists_within_lists_are_limited();
    };
    let small = thread::Builder::new().stack_size(1 << 20).spawn(deep);
    small.unwrap().join().unwrap();
}
