//! The entries of a tar archive: headers, their extensions, and content.
//!
//! Readers of tar disagree about unusual archives, and a reader that guesses produces files with
//! wrong names or content without an error. This one reads extended headers as POSIX defines them,
//! and returns an error for anything that it does not understand.
//!
//! Sources: POSIX.1-2017, [pax Interchange Format][pax]; the GNU tar manual, [Basic Tar
//! Format][gnu].
//!
//! [pax]: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_01
//! [gnu]: https://www.gnu.org/software/tar/manual/html_node/Standard.html

use std::io::{self, Read};

use tar::{EntryType, Header};

pub(super) const BLOCK: u64 = 512;

/// Why an archive cannot be read.
#[derive(Debug)]
pub(super) enum TarError {
    Io(io::Error),
    Malformed(String),
    /// A header was expected, and other bytes are there.
    NoHeader,
    /// The archive may be valid, but uses a feature that is not supported.
    Unsupported(String),
}

impl From<io::Error> for TarError {
    fn from(error: io::Error) -> Self {
        TarError::Io(error)
    }
}

/// One entry, without its content.
pub(super) struct Entry {
    pub(super) kind: EntryType,
    pub(super) name: Vec<u8>,
    /// The target of a link.
    pub(super) link: Option<Vec<u8>>,
    /// `None` if the header has an invalid mode.
    pub(super) mode: Option<u32>,
    pub(super) size: u64,
}

/// Reads the entries of an archive one after another.
pub(super) struct Entries<R> {
    inner: R,
    /// Bytes of the current entry's content that are not read yet, and the padding of its last
    /// block.
    left: u64,
    padding: u64,
}

/// The extensions that precede a header.
#[derive(Default)]
struct Extensions {
    any: bool,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
    pax: Option<Pax>,
}

/// The records of a pax extended header that this reader uses.
#[derive(Default)]
struct Pax {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
}

impl<R: Read> Entries<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, left: 0, padding: 0 }
    }

    pub(super) fn into_inner(self) -> R {
        self.inner
    }

    pub(super) fn inner_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    /// Leaves the content of the current entry to the caller, who moves the reader to its end.
    /// Returns the length of the content with its padding.
    pub(super) fn leave_content(&mut self) -> u64 {
        std::mem::take(&mut self.left) + std::mem::take(&mut self.padding)
    }

    /// Returns the next entry, or `None` at the end. Skips unread content of the previous
    /// entry.
    pub(super) fn next(&mut self) -> Result<Option<Entry>, TarError> {
        let mut extensions = Extensions::default();
        loop {
            self.skip_content()?;
            let Some(header) = self.header()? else {
                return match extensions.any {
                    true => Err(malformed("it ends after an extended header")),
                    false => Ok(None),
                };
            };
            let size = size_of(&header)?;
            match header.entry_type() {
                EntryType::GNULongName => {
                    let name = self.extension(size)?;
                    set_once(&mut extensions.long_name, until_nul(name))?;
                }
                EntryType::GNULongLink => {
                    let link = self.extension(size)?;
                    set_once(&mut extensions.long_link, until_nul(link))?;
                }
                EntryType::XHeader => {
                    let records = self.extension(size)?;
                    set_once(&mut extensions.pax, Pax::parse(&records)?)?;
                }
                EntryType::XGlobalHeader => {
                    check_global(&self.extension(size)?)?;
                    continue;
                }
                _ => return self.entry(&header, size, extensions).map(Some),
            }
            extensions.any = true;
        }
    }

    /// Reads content of the current entry. Returns 0 at its end.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, TarError> {
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if length == 0 {
            return Ok(0);
        }
        let n = read_some(&mut self.inner, &mut buffer[..length])?;
        if n == 0 {
            return Err(malformed("it ends in the middle of an entry"));
        }
        self.left -= n as u64;
        Ok(n)
    }

    fn entry(
        &mut self,
        header: &Header,
        size: u64,
        extensions: Extensions,
    ) -> Result<Entry, TarError> {
        let pax = extensions.pax.unwrap_or_default();
        let kind = header.entry_type();
        if kind.is_gnu_sparse() {
            return Err(sparse());
        }
        let size = pax.size.unwrap_or(size);
        self.begin(size)?;
        let name = agreed(extensions.long_name, pax.path)?;
        let link = agreed(extensions.long_link, pax.link)?;
        Ok(Entry {
            kind,
            name: name.unwrap_or_else(|| header.path_bytes().into_owned()),
            link: link.or_else(|| header.link_name_bytes().map(std::borrow::Cow::into_owned)),
            mode: header.mode().ok(),
            size,
        })
    }

    /// Returns the next header, or `None` at the end of the archive.
    fn header(&mut self) -> Result<Option<Header>, TarError> {
        let mut header = Header::new_old();
        if !self.block(header.as_mut_bytes())? {
            return Ok(None);
        }
        if is_zero(header.as_bytes()) {
            // Two blocks of zeros end an archive. After a single one, some readers continue and
            // some stop.
            let mut second = [0; BLOCK as usize];
            if self.block(&mut second)? && !is_zero(&second) {
                return Err(malformed("it has a block of zeros before its end"));
            }
            return Ok(None);
        }
        let stated = header.cksum().map_err(|_| TarError::NoHeader)?;
        let bytes = header.as_bytes();
        let summed = || bytes[..148].iter().chain(&[b' '; 8]).chain(&bytes[156..]);
        let unsigned: u32 = summed().map(|b| u32::from(*b)).sum();
        // Some old writers sum signed bytes.
        let signed: i32 = summed().map(|b| i32::from(*b as i8)).sum();
        if stated != unsigned && i64::from(stated) != i64::from(signed) {
            return Err(TarError::NoHeader);
        }
        Ok(Some(header))
    }

    /// Reads a whole block. Returns false at the end of the archive.
    fn block(&mut self, block: &mut [u8]) -> Result<bool, TarError> {
        let mut filled = 0;
        while filled < block.len() {
            match read_some(&mut self.inner, &mut block[filled..])? {
                // Some writers do not complete the last block of zeros.
                0 if is_zero(&block[..filled]) => return Ok(false),
                0 => return Err(malformed("it ends in the middle of a header")),
                n => filled += n,
            }
        }
        Ok(true)
    }

    fn begin(&mut self, size: u64) -> Result<(), TarError> {
        let whole = size
            .checked_next_multiple_of(BLOCK)
            .ok_or_else(|| malformed("an entry is too large"))?;
        self.left = size;
        self.padding = whole - size;
        Ok(())
    }

    /// Reads the content of an extension. The meter limits its size.
    fn extension(&mut self, size: u64) -> Result<Vec<u8>, TarError> {
        self.begin(size)?;
        let mut content = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            match self.read(&mut buffer)? {
                0 => return Ok(content),
                n => content.extend_from_slice(&buffer[..n]),
            }
        }
    }

    fn skip_content(&mut self) -> Result<(), TarError> {
        self.left += std::mem::take(&mut self.padding);
        let mut buffer = [0; 4096];
        while self.read(&mut buffer)? > 0 {}
        Ok(())
    }
}

impl Pax {
    /// Parses the records that precede one entry.
    fn parse(records: &[u8]) -> Result<Self, TarError> {
        let mut pax = Self::default();
        for record in Records(records) {
            let (key, value) = record?;
            // An empty value removes the record (POSIX).
            let text = || (!value.is_empty()).then(|| value.to_vec());
            match key {
                b"path" => pax.path = text(),
                b"linkpath" => pax.link = text(),
                b"size" => pax.size = Some(number(value)?),
                _ if is_sparse(key) => return Err(sparse()),
                _ => {}
            }
        }
        match pax.path.iter().chain(&pax.link).any(|name| name.contains(&0)) {
            true => Err(malformed("a name contains a NUL byte")),
            false => Ok(pax),
        }
    }
}

/// Checks the global records, which apply to all entries. Those that `git archive` writes are
/// ignored.
fn check_global(records: &[u8]) -> Result<(), TarError> {
    for record in Records(records) {
        let (key, _) = record?;
        if is_sparse(key) || matches!(key, b"path" | b"linkpath" | b"size") {
            let key = String::from_utf8_lossy(key);
            return Err(TarError::Unsupported(format!("it has a global {key} record")));
        }
    }
    Ok(())
}

/// Records of the form `LENGTH KEY=VALUE\n`. A value may contain any byte, so only the length ends
/// it.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = Result<(&'a [u8], &'a [u8]), TarError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let record = self.take();
        if record.is_none() {
            self.0 = &[];
        }
        Some(record.ok_or_else(|| malformed("it has a malformed extended header")))
    }
}

impl<'a> Records<'a> {
    fn take(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let space = self.0.iter().take(20).position(|b| *b == b' ')?;
        let length = usize::try_from(number(&self.0[..space]).ok()?).ok()?;
        let (record, rest) = self.0.split_at_checked(length)?;
        let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
        let equals = record.iter().position(|b| *b == b'=')?;
        self.0 = rest;
        Some((&record[..equals], &record[equals + 1..]))
    }
}

fn is_sparse(key: &[u8]) -> bool {
    key.starts_with(b"GNU.sparse.") || key == b"SCHILY.realsize"
}

fn sparse() -> TarError {
    TarError::Unsupported("it contains a sparse file, as `tar --sparse` writes".into())
}

fn number(digits: &[u8]) -> Result<u64, TarError> {
    let plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    plain
        .then(|| std::str::from_utf8(digits).ok()?.parse().ok())
        .flatten()
        .ok_or_else(|| malformed("it has a malformed number in an extended header"))
}

/// Returns the size in a header: octal digits or, if the first bit is set, a binary number, whose
/// sign is the next bit.
fn size_of(header: &Header) -> Result<u64, TarError> {
    let invalid = || malformed("an entry has an invalid size");
    let field = &header.as_old().size;
    // The crate reads only the last 8 bytes of a binary number.
    if field[0] & 0x80 != 0 && (field[0] != 0x80 || field[1..4] != [0; 3]) {
        return Err(invalid());
    }
    header.entry_size().map_err(|_| invalid())
}

/// Stores an extension, of which a header may have only one.
fn set_once<T>(slot: &mut Option<T>, value: T) -> Result<(), TarError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(malformed("a header has the same extension twice")),
    }
}

/// Combines the name of a GNU extension and that of a pax header, which must agree.
fn agreed(gnu: Option<Vec<u8>>, pax: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, TarError> {
    match (gnu, pax) {
        (Some(gnu), Some(pax)) if gnu != pax => Err(malformed("an entry has two names")),
        (gnu, pax) => Ok(gnu.or(pax)),
    }
}

fn until_nul(mut name: Vec<u8>) -> Vec<u8> {
    if let Some(end) = name.iter().position(|b| *b == 0) {
        name.truncate(end);
    }
    name
}

fn is_zero(block: &[u8]) -> bool {
    block.iter().all(|b| *b == 0)
}

fn malformed(why: &str) -> TarError {
    TarError::Malformed(why.to_owned())
}

fn read_some(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(buffer) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
