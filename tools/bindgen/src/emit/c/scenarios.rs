//! `tests/c/scenario_options.h`: for each option, the setter and the form of its value. The scenario
//! program reads options by their names.

use super::{NOTICE, Output, options, options_name, singular};
use crate::definition::{Definition, Field, Kind, Record};

pub(super) fn file(definition: &Definition) -> Output {
    let mut text = format!(
        "/* {NOTICE} */\n\n\
         /* The options of each handle by name. A program defines the macros before it includes this\n \
         * file, once for each use:\n *\n \
         * OPTIONS_BEGIN(handle), OPTION_BOOL(handle, name), OPTION_SIZE(handle, name),\n \
         * OPTION_UINT64(handle, name), OPTION_UINT32(handle, name), OPTION_DURATION(handle, name),\n \
         * OPTION_TEXT(handle, name), OPTION_NUMBER(handle, name, enumeration),\n \
         * OPTION_TEXTS(handle, name, one), OPTION_PAIRS(handle, name, one), OPTION_FILES(handle, name),\n \
         * OPTION_FILE(handle, name), OPTION_PROGRESS(handle, name), OPTION_NUMBERS(handle, name),\n \
         * OPTION_LIMIT(handle, name, constant), OPTIONS_END(handle). */\n"
    );
    for record in options::records(definition) {
        let handle = options_name(&record.name);
        text.push_str(&format!("\nOPTIONS_BEGIN({handle})\n"));
        for field in record.fields.iter().filter(|field| !options::is_by_hand(record, field)) {
            text.push_str(&line(definition, &handle, record, field));
        }
        text.push_str(&format!("OPTIONS_END({handle})\n"));
    }
    Output::new("tests/c/scenario_options.h", text)
}

fn line(definition: &Definition, handle: &str, record: &Record, field: &Field) -> String {
    let name = &field.name;
    let one = |form: &str| format!("OPTION_{form}({handle}, {name})\n");
    match field.kind.required() {
        Kind::Bool => one("BOOL"),
        Kind::Count => one("SIZE"),
        Kind::Number => one("UINT64"),
        Kind::SmallNumber => one("UINT32"),
        Kind::Duration => one("DURATION"),
        Kind::Text | Kind::Path | Kind::Platform | Kind::Reference => one("TEXT"),
        Kind::Enumeration(of) => format!("OPTION_NUMBER({handle}, {name}, {of})\n"),
        Kind::Annotations | Kind::Headers => {
            format!("OPTION_PAIRS({handle}, {name}, {})\n", singular(name))
        }
        Kind::List(kind) if **kind == Kind::Text => {
            format!("OPTION_TEXTS({handle}, {name}, {})\n", singular(name))
        }
        Kind::List(kind) if **kind == Kind::File => one("FILES"),
        Kind::File => one("FILE"),
        Kind::Progress => one("PROGRESS"),
        Kind::Record(of) if of == "Limits" => {
            let fields = &definition.record(of).fields;
            let limit = |limit: &Field| {
                let limit = &limit.name;
                format!(
                    "OPTION_LIMIT({handle}, {limit}, OCIGRAPH_LIMIT_{})\n",
                    limit.to_uppercase()
                )
            };
            fields.iter().map(limit).collect()
        }
        Kind::Record(_) => one("NUMBERS"),
        other => panic!("no form for the option {}.{name} of the kind {other:?}", record.name),
    }
}
