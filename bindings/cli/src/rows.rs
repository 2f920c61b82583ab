//! Writes rows of results as lines of JSON, as CSV, or as Parquet, to a file or to standard output.

mod csv;
mod file;
#[cfg(feature = "parquet")]
mod parquet;

use std::{
    fmt, io,
    path::{Path, PathBuf},
    str::FromStr,
};

use ocigraph::{Code, Error, KeyCase, Result, ToJson};
use serde_json::Value;

use self::file::RowFile;

/// A form of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum RowFormat {
    /// A JSON object for each row, on a line of its own.
    #[default]
    Ndjson,
    /// One JSON object with all rows and the summary.
    Json,
    Csv,
    Parquet,
}

impl RowFormat {
    /// Returns the format that the name of a file promises. Lines of JSON have names of many kinds.
    fn of_name(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        extension.parse().ok().filter(|format| matches!(format, Self::Csv | Self::Parquet))
    }
}

impl FromStr for RowFormat {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "ndjson" => Ok(Self::Ndjson),
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            "parquet" => Ok(Self::Parquet),
            _ => Err("expected ndjson, json, csv or parquet".to_owned()),
        }
    }
}

impl fmt::Display for RowFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        })
    }
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnType {
    Text,
    Number,
    /// Several texts. CSV has them in one field, with spaces between them.
    Texts,
}

/// The columns of a kind of rows, by their names in CSV and Parquet.
pub(crate) type Columns = &'static [(&'static str, ColumnType)];

/// Where rows are written to.
pub(crate) struct RowOutput {
    columns: Columns,
    format: RowFormat,
    path: Option<PathBuf>,
    /// `None` before the first rows.
    open: Option<Open>,
}

enum Open {
    Lines(RowFile),
    #[cfg(feature = "parquet")]
    Parquet(Box<parquet::ParquetRows>),
}

impl RowOutput {
    /// Checks the arguments. `resumes` is true if the rows of an earlier command may come before.
    pub(crate) fn new(
        columns: Columns,
        format: RowFormat,
        path: Option<PathBuf>,
        resumes: bool,
    ) -> Result<Self> {
        let wrong = |message: &str, hint: &str| {
            Err(Error::new(Code::InvalidArgument, message).with_hint(hint))
        };
        if format == RowFormat::Parquet {
            if cfg!(not(feature = "parquet")) {
                return wrong("this build cannot write Parquet", "use --format ndjson or csv");
            }
            if path.is_none() {
                return wrong("Parquet is not written to standard output", "name a file: --output");
            }
            if resumes {
                let hint = "write ndjson or csv with a checkpoint; DuckDB and polars read both";
                return wrong("a Parquet file cannot be continued", hint);
            }
        }
        if format == RowFormat::Json && path.is_some() {
            return wrong("one JSON document is only printed", "use --format ndjson with --output");
        }
        if let Some(path) = &path
            && let Some(named) = RowFormat::of_name(path).filter(|named| *named != format)
        {
            let message =
                format!("{} ends like {named}, and the format is {format}", path.display());
            return wrong(&message, &format!("pass --format {named}, or write to another name"));
        }
        Ok(Self { columns, format, path, open: None })
    }

    /// Writes rows. `before` is the number of rows that the output has of an earlier command: a file that has
    /// more is cut.
    pub(crate) fn write<R: ToJson>(&mut self, rows: &[R], before: u64) -> Result<()> {
        let columns = self.columns;
        match self.opened(before)? {
            Open::Lines(file) => {
                let mut text = Vec::new();
                for row in rows {
                    match file.format {
                        RowFormat::Csv => {
                            csv::write_row(&mut text, columns, &row.to_json(KeyCase::Snake))
                                .map_err(|e| write_error(file.path.as_deref(), &e))?;
                        }
                        _ => {
                            let line = ocigraph::json_line(&row.to_json(KeyCase::Camel));
                            text.extend_from_slice(line.as_bytes());
                            text.push(b'\n');
                        }
                    }
                }
                file.write(&text)
            }
            #[cfg(feature = "parquet")]
            Open::Parquet(file) => {
                rows.iter().try_for_each(|row| file.add(&row.to_json(KeyCase::Snake)))
            }
        }
    }

    /// Ends the output: a file has everything then.
    pub(crate) fn end(mut self, before: u64) -> Result<()> {
        self.opened(before)?;
        match self.open {
            #[cfg(feature = "parquet")]
            Some(Open::Parquet(file)) => file.end(),
            _ => Ok(()),
        }
    }

    fn opened(&mut self, before: u64) -> Result<&mut Open> {
        if self.open.is_none() {
            self.open = Some(match self.format {
                #[cfg(feature = "parquet")]
                RowFormat::Parquet => {
                    let path = self.path.as_deref().unwrap_or(Path::new("sweep.parquet"));
                    Open::Parquet(Box::new(parquet::ParquetRows::create(path, self.columns)?))
                }
                format => {
                    let header = match format {
                        RowFormat::Csv => csv::header(self.columns)?,
                        _ => Vec::new(),
                    };
                    Open::Lines(RowFile::open(self.path.as_deref(), format, &header, before)?)
                }
            });
        }
        self.open.as_mut().ok_or_else(|| Error::new(Code::Internal, "the output is not open"))
    }
}

pub(crate) fn write_error(path: Option<&Path>, error: &dyn fmt::Display) -> Error {
    let place = path.map_or("standard output".to_owned(), |path| path.display().to_string());
    Error::new(Code::Io, format!("cannot write {place}: {error}"))
}

/// The text of a value in a column of texts.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The texts of a list.
fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The lines of a file, without empty ones and those that start with `#`.
#[derive(Debug)]
pub(crate) struct Lines {
    path: PathBuf,
    /// Each line with its number.
    lines: Vec<(usize, String)>,
}

impl Lines {
    /// Reads a file, or standard input for `-`.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let read = match path.as_os_str() == "-" {
            true => io::read_to_string(io::stdin()),
            false => std::fs::read_to_string(path),
        };
        let text =
            read.map_err(|e| Error::new(Code::Io, format!("cannot read {}: {e}", path.display())))?;
        let lines = text.lines().map(str::trim).zip(1..);
        let lines = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
        let lines = lines.map(|(line, number)| (number, line.to_owned())).collect();
        Ok(Self { path: path.to_owned(), lines })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = String> {
        self.lines.iter().map(|(_, line)| line.clone())
    }

    /// Names the first line that `check` refuses too in an error of all of them.
    pub(crate) fn name_in(&self, error: Error, check: impl Fn(String) -> Result<()>) -> Error {
        let refused = |line: &String| match check(line.clone()) {
            Err(e) if e.code() == error.code() => Some(e),
            _ => None,
        };
        let first = self.lines.iter().find_map(|(number, line)| Some((number, refused(line)?)));
        let Some((number, e)) = first else { return error };
        let message = format!("line {number} of {}: {}", self.path.display(), e.message());
        e.with_message(message)
    }
}
