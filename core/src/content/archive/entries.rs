//! The entries of a tar: headers, the extensions before them, and their content.
//!
//! Readers of tar differ in what they make of an odd archive, and one that guesses gives files with
//! wrong names or wrong content, and says that all went well. So what extends a header is read as
//! POSIX has it, and what is not understood is an error.
//!
//! Sources: POSIX.1-2017, "pax Interchange Format"; the GNU tar manual, "Basic Tar Format".

use std::io::{self, Read};

use tar::{EntryType, Header};

const BLOCK: u64 = 512;

/// What is wrong with an archive.
#[derive(Debug)]
pub(super) enum Fault {
    Reading(io::Error),
    Malformed(String),
    /// It is a sound archive, of a form that is not read here.
    Unsupported(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Fault::Reading(error)
    }
}

/// One entry, without its content.
pub(super) struct Entry {
    pub(super) kind: EntryType,
    pub(super) name: Vec<u8>,
    /// Where a link leads.
    pub(super) link: Option<Vec<u8>>,
    pub(super) mode: u32,
    pub(super) size: u64,
}

pub(super) struct Entries<R> {
    inner: R,
    /// Bytes of the current content that were not read yet, and what fills its last block.
    left: u64,
    padding: u64,
}

/// What stood before a header.
#[derive(Default)]
struct Extensions {
    any: bool,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
    pax: Option<Pax>,
}

/// The records that matter here.
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

    /// The next entry; what was not read of the one before is passed over.
    pub(super) fn next(&mut self) -> Result<Option<Entry>, Fault> {
        let mut extensions = Extensions::default();
        loop {
            self.pass_over()?;
            let Some(header) = self.header()? else {
                return match extensions.any {
                    true => Err(malformed("it ends after the extension of a header")),
                    false => Ok(None),
                };
            };
            let size = header.entry_size().map_err(|_| malformed("a size in it is no number"))?;
            match header.entry_type() {
                EntryType::GNULongName => {
                    let name = self.extension(size)?;
                    once(&mut extensions.long_name, until_nul(name))?;
                }
                EntryType::GNULongLink => {
                    let link = self.extension(size)?;
                    once(&mut extensions.long_link, until_nul(link))?;
                }
                EntryType::XHeader => {
                    let records = self.extension(size)?;
                    once(&mut extensions.pax, Pax::of_one(&records)?)?;
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

    /// The content of the current entry.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let n = read_some(&mut self.inner, &mut buffer[..wanted])?;
        if n == 0 {
            return Err(malformed("it ends in the middle of an entry"));
        }
        self.left -= n as u64;
        Ok(n)
    }

    fn entry(&mut self, header: &Header, size: u64, before: Extensions) -> Result<Entry, Fault> {
        let pax = before.pax.unwrap_or_default();
        let kind = header.entry_type();
        if kind.is_gnu_sparse() {
            return Err(sparse());
        }
        let size = pax.size.unwrap_or(size);
        self.begin(size)?;
        let mode = header.mode().map_err(|_| malformed("a mode in it is no number"))?;
        let name = one_of(before.long_name, pax.path)?;
        let link = one_of(before.long_link, pax.link)?;
        Ok(Entry {
            kind,
            name: name.unwrap_or_else(|| header.path_bytes().into_owned()),
            link: link.or_else(|| header.link_name_bytes().map(std::borrow::Cow::into_owned)),
            mode,
            size,
        })
    }

    /// The next header; nothing at the end.
    fn header(&mut self) -> Result<Option<Header>, Fault> {
        let mut header = Header::new_old();
        if !self.block(header.as_mut_bytes())? {
            return Ok(None);
        }
        if is_zero(header.as_bytes()) {
            // Two blocks of zeros end an archive. Behind one alone, some read on and some do not.
            let mut second = [0; BLOCK as usize];
            if self.block(&mut second)? && !is_zero(&second) {
                return Err(malformed("a block of zeros stands in its middle"));
            }
            return Ok(None);
        }
        let said = header.cksum().map_err(|_| malformed("it is not a tar archive"))?;
        let bytes = header.as_bytes();
        let counted = || bytes[..148].iter().chain(&[b' '; 8]).chain(&bytes[156..]);
        let unsigned: u32 = counted().map(|b| u32::from(*b)).sum();
        // Some old writers added signed bytes.
        let signed: i32 = counted().map(|b| i32::from(*b as i8)).sum();
        if said != unsigned && i64::from(said) != i64::from(signed) {
            return Err(malformed("the checksum of a header is wrong, or it is not a tar archive"));
        }
        Ok(Some(header))
    }

    /// Reads a block whole. False at the end.
    fn block(&mut self, block: &mut [u8]) -> Result<bool, Fault> {
        let mut filled = 0;
        while filled < block.len() {
            match read_some(&mut self.inner, &mut block[filled..])? {
                0 if filled == 0 => return Ok(false),
                0 => return Err(malformed("it ends in the middle of a header")),
                n => filled += n,
            }
        }
        Ok(true)
    }

    fn begin(&mut self, size: u64) -> Result<(), Fault> {
        let whole =
            size.checked_next_multiple_of(BLOCK).ok_or_else(|| malformed("it is endless"))?;
        self.left = size;
        self.padding = whole - size;
        Ok(())
    }

    /// The content of a header's extension. The meter bounds it.
    fn extension(&mut self, size: u64) -> Result<Vec<u8>, Fault> {
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

    fn pass_over(&mut self) -> Result<(), Fault> {
        self.left += std::mem::take(&mut self.padding);
        let mut buffer = [0; 4096];
        while self.read(&mut buffer)? > 0 {}
        Ok(())
    }
}

impl Pax {
    /// The records before one entry.
    fn of_one(records: &[u8]) -> Result<Self, Fault> {
        let mut pax = Self::default();
        for record in Records(records) {
            let (key, value) = record?;
            // An empty value is as if there were none.
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
            true => Err(malformed("a name in it holds a zero byte")),
            false => Ok(pax),
        }
    }
}

/// The records before all entries: what `git archive` says there is of no concern here.
fn check_global(records: &[u8]) -> Result<(), Fault> {
    for record in Records(records) {
        let (key, _) = record?;
        if is_sparse(key) || matches!(key, b"path" | b"linkpath" | b"size") {
            let key = String::from_utf8_lossy(key);
            return Err(Fault::Unsupported(format!("it sets {key} for all its entries")));
        }
    }
    Ok(())
}

/// `LENGTH KEY=VALUE\n`, one after another. A value may hold anything, so the length alone counts.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = Result<(&'a [u8], &'a [u8]), Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let record = self.take();
        if record.is_none() {
            self.0 = &[];
        }
        Some(record.ok_or_else(|| malformed("an extended header in it is malformed")))
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

fn sparse() -> Fault {
    Fault::Unsupported("it has a sparse file in it, packed by `tar --sparse` or the like".into())
}

fn number(digits: &[u8]) -> Result<u64, Fault> {
    let plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    plain
        .then(|| std::str::from_utf8(digits).ok()?.parse().ok())
        .flatten()
        .ok_or_else(|| malformed("a number in an extended header is malformed"))
}

/// An extension that may stand once before a header.
fn once<T>(place: &mut Option<T>, value: T) -> Result<(), Fault> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(malformed("a header in it has the same extension twice")),
    }
}

/// GNU's name and POSIX's, which have to agree.
fn one_of(gnu: Option<Vec<u8>>, pax: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, Fault> {
    match (gnu, pax) {
        (Some(gnu), Some(pax)) if gnu != pax => Err(malformed("an entry in it has two names")),
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

fn malformed(why: &str) -> Fault {
    Fault::Malformed(why.to_owned())
}

fn read_some(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(buffer) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
