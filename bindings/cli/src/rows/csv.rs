//! Rows as CSV (RFC 4180), with a header.

use ocigraph::{Code, Error, Result, printable};
use serde_json::Value;

use super::{ColumnType, Columns, text, texts};

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
        printable(&field).replace(['\n', '\r'], " ")
    });
    write(out, fields)
}

fn write(out: &mut Vec<u8>, fields: impl Iterator<Item = String>) -> csv::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(fields.map(String::into_bytes))?;
    writer.flush().map_err(csv::Error::from)
}
