//! Limits on what a packed directory unpacks to, and the meter that enforces them.
//!
//! Bytes are counted on both sides of the decompression, so that a small archive can fill neither
//! the disk nor memory, whatever its headers claim. Relies on every reader of the archive to go
//! through [`PackedReader`] and [`UnpackedReader`].

#[cfg(doc)]
use crate::Code;
use derive_setters::Setters;
use std::{
    cell::{Cell, RefCell},
    io::{self, Read},
};

/// Limits on what one packed directory may unpack to. A pull that exceeds one fails with
/// [`Code::TooLarge`] and writes nothing of that directory.
///
/// ```
/// use ocigraph::{PullOptions, UnpackLimits};
///
/// let unpack_limits = UnpackLimits::default().bytes(1 << 30);
/// let options = PullOptions::default().unpack_limits(unpack_limits);
/// # assert_eq!(options.unpack_limits.entries, 1_000_000);
/// ```
#[derive(Debug, Clone, Copy, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct UnpackLimits {
    /// Maximum number of files, directories and links. Default: 1,000,000.
    pub entries: u64,
    /// Maximum size of the uncompressed archive in bytes. Default: 64 GiB.
    pub bytes: u64,
    /// Maximum ratio of the uncompressed to the compressed size. Applies once more than 64 MiB are
    /// unpacked. Default: 1,000.
    pub ratio: u64,
}

impl Default for UnpackLimits {
    fn default() -> Self {
        Self { entries: 1_000_000, bytes: 64 << 30, ratio: 1_000 }
    }
}

/// The ratio is checked from this many unpacked bytes on: small archives can have any ratio.
const RATIO_FROM: u64 = 64 << 20;

/// Maximum bytes between the contents of two entries: names and attributes, which are held in
/// memory.
pub(super) const MAX_HEADER_BYTES: u64 = 1 << 20;

/// Counts the bytes of one archive. The readers on both sides of the decompression share it.
pub(super) struct Meter {
    pub(super) limits: UnpackLimits,
    packed: Cell<u64>,
    unpacked: Cell<u64>,
    /// Bytes of headers that may still be read before content.
    pub(super) header_budget: Cell<u64>,
    /// The limit that was exceeded. The decompression may hide the error that the reader returned.
    pub(super) exceeded: RefCell<Option<String>>,
    /// Whether the archive was found to be damaged, or not an archive.
    pub(super) malformed: Cell<bool>,
}

impl Meter {
    pub(super) fn new(limits: &UnpackLimits) -> Self {
        Self {
            limits: *limits,
            packed: Cell::new(0),
            unpacked: Cell::new(0),
            header_budget: Cell::new(MAX_HEADER_BYTES),
            exceeded: RefCell::new(None),
            malformed: Cell::new(false),
        }
    }

    fn add_unpacked(&self, n: u64) -> io::Result<()> {
        let (unpacked, packed) = (self.unpacked.get() + n, self.packed.get().max(1));
        self.unpacked.set(unpacked);
        let exceeded = if unpacked > self.limits.bytes {
            format!("{} bytes", self.limits.bytes)
        } else if unpacked > RATIO_FROM && unpacked / packed >= self.limits.ratio {
            format!("{} times its packed size", self.limits.ratio)
        } else if n > self.header_budget.get() {
            format!("{MAX_HEADER_BYTES} bytes of headers for one entry")
        } else {
            self.header_budget.set(self.header_budget.get() - n);
            return Ok(());
        };
        self.exceeded.replace(Some(exceeded));
        Err(io::Error::other("a limit was exceeded"))
    }
}

/// Reads the archive as it was received.
pub(super) struct PackedReader<'a, R> {
    pub(super) inner: R,
    pub(super) meter: &'a Meter,
}

impl<R: Read> Read for PackedReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.meter.packed.set(self.meter.packed.get() + n as u64);
        Ok(n)
    }
}

/// Reads the uncompressed archive.
pub(super) struct UnpackedReader<'a, R> {
    pub(super) inner: R,
    pub(super) meter: &'a Meter,
}

impl<R: Read> Read for UnpackedReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.meter.add_unpacked(n as u64)?;
        Ok(n)
    }
}
