//! Rows that are lines: of a file that a later command continues, or on standard output.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::{RowFormat, write_error};
use crate::output;
use ocigraph::{Code, Error, Result};

pub(super) struct RowFile {
    pub(super) format: RowFormat,
    pub(super) path: Option<PathBuf>,
    /// `None` for standard output.
    file: Option<File>,
}

impl RowFile {
    /// Opens a file, or standard output. A file keeps its header and its first `before` rows.
    pub(super) fn open(
        path: Option<&Path>,
        format: RowFormat,
        header: &[u8],
        before: u64,
    ) -> Result<Self> {
        let Some(path) = path else {
            if before == 0 {
                output::bytes(header);
            }
            return Ok(Self { format, path: None, file: None });
        };
        let file = match before {
            0 => File::create(path).and_then(|mut file| file.write_all(header).map(|()| file)),
            _ => cut(path, before + u64::from(!header.is_empty()), header),
        };
        let conflict = |message: String| {
            Error::new(Code::Conflict, message).with_hint(
                "continue with the file and the format of the earlier command, or remove the checkpoint",
            )
        };
        let shown = path.display();
        let file = file.map_err(|e| match e.kind() {
            io::ErrorKind::UnexpectedEof => {
                conflict(format!("{shown} has fewer rows than the checkpoint says: {before}"))
            }
            io::ErrorKind::NotFound => conflict(format!(
                "the checkpoint says that {shown} has {before} rows, and it does not exist"
            )),
            io::ErrorKind::InvalidData => {
                conflict(format!("{shown} does not begin with rows of the format {format}"))
            }
            _ => write_error(Some(path), &e),
        })?;
        Ok(Self { format, path: Some(path.to_owned()), file: Some(file) })
    }

    pub(super) fn write(&mut self, text: &[u8]) -> Result<()> {
        match &mut self.file {
            Some(file) => file.write_all(text).map_err(|e| write_error(self.path.as_deref(), &e)),
            None => {
                output::bytes(text);
                Ok(())
            }
        }
    }
}

/// Opens a file to add to it, and cuts what follows its first lines. A file without a header has JSON.
fn cut(path: &Path, lines: u64, header: &[u8]) -> io::Result<File> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let expected = if header.is_empty() { b"{" } else { header };
    let mut begin = Vec::new();
    (&file).take(expected.len() as u64).read_to_end(&mut begin)?;
    if !begin.is_empty() && begin != expected {
        return Err(io::ErrorKind::InvalidData.into());
    }
    file.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::with_capacity(1 << 16, &file);
    let (mut left, mut length) = (lines, 0);
    while left > 0 {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut used = buffer.len();
        let ends = buffer.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        for (end, _) in ends {
            left -= 1;
            if left == 0 {
                used = end + 1;
                break;
            }
        }
        length += used as u64;
        reader.consume(used);
    }
    file.set_len(length)?;
    file.seek(SeekFrom::End(0))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_the_rows_that_count_and_loses_the_others() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rows");
        std::fs::write(&path, "header\n1\n2\n3\ntor").unwrap();
        let mut file = RowFile::open(Some(&path), RowFormat::Csv, b"header\n", 2).unwrap();
        file.write(b"new\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "header\n1\n2\nnew\n");
        let refuses = |path: &Path, format, header: &[u8], before, why: &str| {
            let error = RowFile::open(Some(path), format, header, before).err().unwrap();
            assert_eq!(error.code(), Code::Conflict);
            assert!(error.message().contains(why), "{error}");
        };
        refuses(&path, RowFormat::Csv, b"header\n", 9, "fewer rows");
        refuses(&path, RowFormat::Ndjson, b"", 1, "format ndjson");
        refuses(&dir.path().join("none"), RowFormat::Ndjson, b"", 1, "does not exist");
        std::fs::write(&path, "{}\n").unwrap();
        refuses(&path, RowFormat::Csv, b"header\n", 1, "format csv");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{}\n");
    }
}
