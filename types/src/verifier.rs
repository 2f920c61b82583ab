//! [`Verifier`]: compares streamed content with its descriptor.

use crate::{
    descriptor::Descriptor,
    digest::{Digest, Hasher},
    error::{Code, Error, Result},
};

/// Compares streamed content with the digest and the size of a descriptor.
///
/// ```
/// use ocigraph_types::{Code, Descriptor, Verifier};
///
/// let descriptor = Descriptor::of("text/plain", b"hello");
/// let mut verifier = Verifier::new(&descriptor)?;
/// verifier.update(b"he")?;
/// verifier.update(b"llo")?;
/// verifier.finish()?;
///
/// let mut verifier = Verifier::new(&descriptor)?;
/// verifier.update(b"jello")?;
/// assert_eq!(verifier.finish().unwrap_err().code(), Code::DigestMismatch);
/// # Ok::<(), ocigraph_types::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Verifier {
    expected: Digest,
    size: u64,
    seen: u64,
    hasher: Hasher,
}

impl Verifier {
    /// Creates a verifier for the content that `descriptor` describes.
    ///
    /// # Errors
    ///
    /// [`Code::Unsupported`] if the algorithm of the digest cannot be computed.
    pub fn new(descriptor: &Descriptor) -> Result<Self> {
        Ok(Self {
            expected: descriptor.digest.clone(),
            size: descriptor.size,
            seen: 0,
            hasher: descriptor.digest.algorithm()?.hasher(),
        })
    }

    /// Reads the next bytes.
    ///
    /// # Errors
    ///
    /// [`Code::SizeMismatch`] as soon as more bytes were read than the descriptor states.
    pub fn update(&mut self, bytes: &[u8]) -> Result<()> {
        self.seen += bytes.len() as u64;
        if self.seen > self.size {
            return Err(self.wrong_size("at least "));
        }
        self.hasher.update(bytes);
        Ok(())
    }

    /// Returns the number of bytes read.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// Compares the whole content, after the last [`update`](Self::update).
    ///
    /// # Errors
    ///
    /// [`Code::SizeMismatch`] if fewer bytes were read than the descriptor states, and
    /// [`Code::DigestMismatch`] if their digest differs.
    pub fn finish(self) -> Result<()> {
        if self.seen != self.size {
            return Err(self.wrong_size(""));
        }
        let actual = self.hasher.finish();
        if actual != self.expected {
            return Err(Error::new(
                Code::DigestMismatch,
                format!("content with the digest {} hashes to {actual}", self.expected),
            )
            .with_hint("it was changed or damaged where it is stored, or during the transfer"));
        }
        Ok(())
    }

    fn wrong_size(&self, at_least: &str) -> Error {
        Error::new(
            Code::SizeMismatch,
            format!(
                "content with the digest {} should have {} bytes and has {at_least}{}",
                self.expected, self.size, self.seen
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_of_another_length_is_refused_at_the_first_byte_too_many_or_at_the_end() {
        let descriptor = Descriptor::of("text/plain", b"hello");
        let mut long = Verifier::new(&descriptor).unwrap();
        let error = long.update(b"hello!").unwrap_err();
        assert_eq!(error.code(), Code::SizeMismatch);
        assert!(error.message().ends_with("should have 5 bytes and has at least 6"), "{error}");
        let mut short = Verifier::new(&descriptor).unwrap();
        short.update(b"hell").unwrap();
        let error = short.finish().unwrap_err();
        assert_eq!(error.code(), Code::SizeMismatch);
        assert!(error.message().ends_with("should have 5 bytes and has 4"), "{error}");
    }
}
