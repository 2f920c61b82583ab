//! Rows as a Parquet file, which appears when it is complete.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use ocigraph::{Error, Result};
use parquet::{
    basic::{Compression, ConvertedType, Repetition, Type as PhysicalType},
    data_type::{ByteArray, ByteArrayType, Int64Type},
    errors::ParquetError,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::Type,
};
use serde_json::Value;

use super::{ColumnType, Columns, text, texts, write_error};

/// Rows of one row group, which are in memory until it is written.
const GROUP: usize = 20_000;

pub(super) struct ParquetRows {
    path: PathBuf,
    partial: PathBuf,
    columns: Columns,
    writer: SerializedFileWriter<File>,
    group: Vec<Column>,
    rows: usize,
}

/// The values of one column in a row group.
enum Column {
    Text { values: Vec<ByteArray>, levels: Vec<i16> },
    Number { values: Vec<i64>, levels: Vec<i16> },
    Texts { values: Vec<ByteArray>, levels: Vec<i16>, repetitions: Vec<i16> },
}

impl Column {
    fn new(column: ColumnType) -> Self {
        match column {
            ColumnType::Text => Self::Text { values: Vec::new(), levels: Vec::new() },
            ColumnType::Number => Self::Number { values: Vec::new(), levels: Vec::new() },
            ColumnType::Texts => {
                Self::Texts { values: Vec::new(), levels: Vec::new(), repetitions: Vec::new() }
            }
        }
    }

    fn add(&mut self, value: &Value) {
        match self {
            Self::Text { values, levels } => {
                let text = text(value);
                levels.push(i16::from(text.is_some()));
                values.extend(text.map(|text| ByteArray::from(text.into_bytes())));
            }
            Self::Number { values, levels } => {
                let number = value.as_i64();
                levels.push(i16::from(number.is_some()));
                values.extend(number);
            }
            Self::Texts { values, levels, repetitions } => {
                let texts = texts(value);
                if texts.is_empty() {
                    levels.push(0);
                    repetitions.push(0);
                }
                for (i, text) in texts.into_iter().enumerate() {
                    levels.push(1);
                    repetitions.push(i16::from(i > 0));
                    values.push(ByteArray::from(text.as_bytes().to_vec()));
                }
            }
        }
    }
}

impl ParquetRows {
    /// Creates the file under a name of its own, until it is complete.
    pub(super) fn create(path: &Path, columns: Columns) -> Result<Self> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let open = || -> std::result::Result<_, ParquetError> {
            let file = File::create(&partial)?;
            let properties = WriterProperties::builder()
                .set_compression(Compression::SNAPPY)
                .set_created_by(concat!("ocigraph ", env!("CARGO_PKG_VERSION")).to_owned())
                .build();
            SerializedFileWriter::new(file, Arc::new(schema(columns)?), Arc::new(properties))
        };
        let writer = open().map_err(|e| write_error(Some(path), &e))?;
        let group = columns.iter().map(|(_, column)| Column::new(*column)).collect();
        Ok(Self { path: path.to_owned(), partial, columns, writer, group, rows: 0 })
    }

    pub(super) fn add(&mut self, row: &Value) -> Result<()> {
        for ((name, _), column) in self.columns.iter().zip(&mut self.group) {
            column.add(&row[*name]);
        }
        self.rows += 1;
        if self.rows < GROUP {
            return Ok(());
        }
        self.write_group().map_err(|e| self.error(&e))
    }

    /// Writes the rest, and gives the file its name.
    pub(super) fn end(mut self: Box<Self>) -> Result<()> {
        let ended = self.write_group().and_then(|()| self.writer.finish().map(drop));
        ended.map_err(|e| self.error(&e))?;
        std::fs::rename(&self.partial, &self.path).map_err(|e| self.error(&e))
    }

    fn write_group(&mut self) -> std::result::Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let mut group = self.writer.next_row_group()?;
        for (values, (_, kind)) in self.group.iter_mut().zip(self.columns) {
            let values = std::mem::replace(values, Column::new(*kind));
            let Some(mut column) = group.next_column()? else { break };
            match values {
                Column::Text { values, levels } => {
                    column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
                }
                Column::Number { values, levels } => {
                    column.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
                }
                Column::Texts { values, levels, repetitions } => {
                    let writer = column.typed::<ByteArrayType>();
                    writer.write_batch(&values, Some(&levels), Some(&repetitions))?;
                }
            }
            column.close()?;
        }
        group.close().map(drop)
    }

    fn error(&self, error: &dyn std::fmt::Display) -> Error {
        write_error(Some(&self.path), error)
    }
}

impl Drop for ParquetRows {
    fn drop(&mut self) {
        // A complete file has its own name by now.
        let _ = std::fs::remove_file(&self.partial);
    }
}

/// The schema of the columns. A list is never null: it has the three levels of the format's specification.
fn schema(columns: Columns) -> std::result::Result<Type, ParquetError> {
    let text = |name: &str, repetition| {
        Type::primitive_type_builder(name, PhysicalType::BYTE_ARRAY)
            .with_converted_type(ConvertedType::UTF8)
            .with_repetition(repetition)
            .build()
            .map(Arc::new)
    };
    let mut fields = Vec::new();
    for (name, column) in columns {
        fields.push(match column {
            ColumnType::Text => text(name, Repetition::OPTIONAL)?,
            ColumnType::Number => Arc::new(
                Type::primitive_type_builder(name, PhysicalType::INT64)
                    .with_repetition(Repetition::OPTIONAL)
                    .build()?,
            ),
            ColumnType::Texts => {
                let list = Type::group_type_builder("list")
                    .with_repetition(Repetition::REPEATED)
                    .with_fields(vec![text("element", Repetition::REQUIRED)?])
                    .build()?;
                Arc::new(
                    Type::group_type_builder(name)
                        .with_converted_type(ConvertedType::LIST)
                        .with_repetition(Repetition::REQUIRED)
                        .with_fields(vec![Arc::new(list)])
                        .build()?,
                )
            }
        });
    }
    Type::group_type_builder("row").with_fields(fields).build()
}
