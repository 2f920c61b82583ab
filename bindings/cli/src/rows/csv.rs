//! Rows as CSV (RFC 4180), with a header. A text that a spreadsheet would take for a formula begins with an
//! apostrophe: registries choose these texts.

use ocigraph::{Code, Error, Result, printable};
use serde_json::Value;

use super::{ColumnType, Columns, text, texts};

/// The characters that begin a formula in a spreadsheet.
const FORMULA: [char; 4] = ['=', '+', '-', '@'];

/// Returns the line with the names of the columns.
pub(super) fn header(columns: Columns) -> Result<Vec<u8>> {
    let mut line = Vec::new();
    let names = columns.iter().map(|(name, _)| (*name).to_owned());
    write(&mut line, names).map_err(|e| Error::new(Code::Internal, e.to_string()))?;
    Ok(line)
}

/// Adds a row. A text has no line break, so that each row is one line.
pub(super) fn write_row(out: &mut Vec<u8>, columns: Columns, row: &Value) -> csv::Result<()> {
    let fields = columns.iter().map(|(name, column)| {
        let value = &row[*name];
        let field = match column {
            ColumnType::Texts => texts(value).join(" "),
            _ => text(value).unwrap_or_default(),
        };
        let field = printable(&field).replace(['\n', '\r'], " ");
        let is_formula = *column != ColumnType::Number && field.starts_with(FORMULA);
        if is_formula { format!("'{field}") } else { field }
    });
    write(out, fields)
}

fn write(out: &mut Vec<u8>, fields: impl Iterator<Item = String>) -> csv::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(fields.map(String::into_bytes))?;
    writer.flush().map_err(csv::Error::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_is_never_a_formula() {
        let columns: Columns =
            &[("a", ColumnType::Text), ("b", ColumnType::Texts), ("n", ColumnType::Number)];
        for (text, expected) in [
            ("=1+2", "'=1+2"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("a=1", "a=1"),
        ] {
            let mut line = Vec::new();
            let row = json!({ "a": text, "b": [text, "x"], "n": -1 });
            write_row(&mut line, columns, &row).unwrap();
            assert_eq!(String::from_utf8(line).unwrap(), format!("{expected},{expected} x,-1\n"));
        }
    }
}
