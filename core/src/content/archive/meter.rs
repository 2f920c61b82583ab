//! What an archive may cost: counted on both sides of the decoder, and cut off at the limits.
//!
//! Neither the disk nor memory can be filled by a small archive, whatever its headers claim.

use std::{
    cell::{Cell, RefCell},
    io::{self, Read},
};

/// Bounds on what a packed directory may unpack to.
#[derive(Debug, Clone, Copy)]
pub struct UnpackLimits {
    /// Files, directories and links.
    pub entries: u64,
    /// Bytes in all.
    pub bytes: u64,
    /// Bytes unpacked for each byte of the archive, once more than 64 MiB are unpacked.
    pub ratio: u64,
}

impl Default for UnpackLimits {
    fn default() -> Self {
        Self { entries: 1_000_000, bytes: 64 << 30, ratio: 1_000 }
    }
}

/// The ratio says nothing of a small archive.
const RATIO_FROM: u64 = 64 << 20;
/// What may stand between the contents of two entries: names and attributes, held in memory.
pub(super) const HEADERS: u64 = 1 << 20;
/// What was read and what may yet be. It is shared by the readers on both sides of the decoder.
pub(super) struct Meter {
    pub(super) limits: UnpackLimits,
    packed: Cell<u64>,
    unpacked: Cell<u64>,
    /// Bytes that may be read before content comes.
    pub(super) headroom: Cell<u64>,
    /// Which limit was passed; between the reader and here an error may lose what it was.
    pub(super) exceeded: RefCell<Option<String>>,
    /// Whether it turned out to be no archive, or a damaged one.
    pub(super) malformed: Cell<bool>,
}

impl Meter {
    pub(super) fn new(limits: &UnpackLimits) -> Self {
        Self {
            limits: *limits,
            packed: Cell::new(0),
            unpacked: Cell::new(0),
            headroom: Cell::new(HEADERS),
            exceeded: RefCell::new(None),
            malformed: Cell::new(false),
        }
    }

    fn unpacked(&self, n: u64) -> io::Result<()> {
        let (unpacked, packed) = (self.unpacked.get() + n, self.packed.get().max(1));
        self.unpacked.set(unpacked);
        let exceeded = if unpacked > self.limits.bytes {
            format!("{} bytes", self.limits.bytes)
        } else if unpacked > RATIO_FROM && unpacked / packed >= self.limits.ratio {
            format!("{} times its packed size", self.limits.ratio)
        } else if n > self.headroom.get() {
            format!("{HEADERS} bytes of headers for one entry")
        } else {
            self.headroom.set(self.headroom.get() - n);
            return Ok(());
        };
        self.exceeded.replace(Some(exceeded));
        Err(io::Error::other("a limit was exceeded"))
    }
}

/// The archive as it comes.
pub(super) struct Counting<'a, R> {
    pub(super) inner: R,
    pub(super) meter: &'a Meter,
}

impl<R: Read> Read for Counting<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.meter.packed.set(self.meter.packed.get() + n as u64);
        Ok(n)
    }
}

/// The archive before compression.
pub(super) struct Metered<'a, R> {
    pub(super) inner: R,
    pub(super) meter: &'a Meter,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.meter.unpacked(n as u64)?;
        Ok(n)
    }
}
