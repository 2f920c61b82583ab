//! Fuzz targets: no template and no data make the evaluation panic or exceed its limits.
//!
//! As tests they run for a second each; `make fuzz` runs them for longer.

use bolero::{TypeGenerator, check, produce_with};
use serde_json::{Value, json};

use crate::{Template, functions, literal, quote};

const WORDS: [&str; 77] = [
    "{{",
    "{{- ",
    "}}",
    " -}}",
    "{{if ",
    "{{range ",
    "{{with ",
    "{{end}}",
    "{{else}}",
    "{{else if ",
    "{{define \"T\"}}",
    "{{template \"T\" ",
    "{{template \"T\"}}",
    "{{block \"T\" ",
    "{{break}}",
    "{{continue}}",
    "{{/*",
    "*/}}",
    "{{$x := ",
    "{{$x = ",
    "{{range $i, $x := ",
    "$x",
    "$i",
    "$",
    ".",
    ".a",
    ".b",
    ".list",
    ".map.a",
    ".missing.x",
    ".null",
    ".text",
    " ",
    " ",
    " ",
    "(",
    ")",
    " | ",
    "=",
    ":=",
    ",",
    "\"",
    "`",
    "'",
    "\"%v %5d %-8.3f %q\" ",
    "\"%[1]*.[2]*d\" ",
    "\"text\"",
    "\"ä\\n\"",
    "'a'",
    "0",
    "1",
    "2",
    "-1",
    "3.5",
    "1e6",
    "0x1f",
    "9223372036854775807",
    "true",
    "nil",
    "\n",
    "text",
    "é",
    "100000",
    "print ",
    "printf ",
    "index ",
    "slice ",
    "eq ",
    "lt ",
    "list ",
    "dict ",
    "append ",
    "toJson ",
    "trunc ",
    "substr ",
    "round ",
    "repeat ",
];

/// A part of a template.
#[derive(Debug, Clone, TypeGenerator)]
enum Part {
    Word(u8),
    /// A call with arguments, in an action.
    Call(u8, u8, u8),
    Any(char),
}

fn data() -> Value {
    json!({
        "a": 1,
        "b": true,
        "text": "ä text",
        "null": null,
        "list": [1, "two", null, { "a": [] }, [2.5]],
        "map": { "a": { "x": -1e300 }, "ü": "" },
    })
}

#[test]
fn any_template_is_rendered_or_refused_with_a_place() {
    let names: Vec<_> = functions::names().collect();
    let word = |pick: u8| WORDS[usize::from(pick) % WORDS.len()];
    let data = data();
    let parts = produce_with::<Vec<Part>>().len(0..30usize);
    check!().with_generator(parts).for_each(|parts| {
        let mut text = String::new();
        for part in parts {
            match *part {
                Part::Word(pick) => text.push_str(word(pick)),
                Part::Call(name, first, second) => {
                    let name = names[usize::from(name) % names.len()];
                    let call =
                        format!("{{{{{name} {} {}}}}}", word(first).trim(), word(second).trim());
                    text.push_str(&call);
                }
                Part::Any(character) => text.push(character),
            }
        }
        let rendered = Template::parse(&text).and_then(|template| template.render(&data));
        match rendered {
            Ok(output) => assert!(output.len() <= 64 << 20),
            Err(error) => {
                let line = text.split('\n').nth(error.line() - 1).unwrap();
                assert!((1..=line.chars().count() + 1).contains(&error.column()), "{error}");
            }
        }
    });
}

#[test]
fn any_call_of_any_function_ends() {
    let names: Vec<_> = functions::names().collect();
    let operands = [
        "1",
        "-1",
        "0",
        "3.5",
        "nil",
        "true",
        "\"\"",
        "\"ä\"",
        "\"a,b\"",
        ".",
        ".list",
        ".map",
        ".null",
        ".missing",
        ".text",
        ".a",
        "(list)",
        "(dict)",
        "9223372036854775807",
        "(until 3)",
        "(div -9223372036854775807 1)",
        "\"%d %s %v\"",
    ];
    let data = data();
    let calls = produce_with::<Vec<(u8, [u8; 4], u8)>>().len(1..4usize);
    check!().with_generator(calls).for_each(|calls| {
        let mut text = String::new();
        for (name, picks, count) in calls {
            text.push_str("{{");
            text.push_str(names[usize::from(*name) % names.len()]);
            for pick in &picks[..usize::from(*count % 5)] {
                text.push(' ');
                text.push_str(operands[usize::from(*pick) % operands.len()]);
            }
            text.push_str("}}");
        }
        let template = Template::parse(&text).unwrap();
        let _ = template.render(&data);
    });
}

#[test]
fn a_quoted_text_is_read_as_it_was() {
    check!().with_type::<String>().for_each(|text| {
        for only_ascii in [false, true] {
            let quoted = quote::text(text, only_ascii);
            assert_eq!(literal::text(&quoted).as_ref(), Ok(text), "{quoted}");
            assert!(quoted.is_ascii() || !only_ascii);
        }
        let rendered = Template::parse("{{fromJson (toJson .)}}").unwrap().render(&json!(text));
        assert_eq!(rendered.as_ref(), Ok(text));
    });
}
