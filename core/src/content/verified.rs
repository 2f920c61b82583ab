//! Verification of a blob's stream against its descriptor while it is read. Keeps no content, and
//! relies on the [`Verifier`] for size and digest.

use futures::{StreamExt, stream};

use crate::content::source::ByteStream;
use ocigraph_types::{Descriptor, Result, Verifier};

/// Returns a stream of the same bytes that verifies size and digest of the whole blob.
///
/// The stream yields chunks before the whole blob is verified: do not use them before the stream
/// has ended without an error. An OCI client must verify content in this way: see [Verification] in
/// the OCI image specification.
///
/// # Errors
///
/// - [`UNSUPPORTED`](crate::Code::Unsupported) before the stream starts, when the digest's
///   algorithm is not supported.
/// - [`SIZE_MISMATCH`](crate::Code::SizeMismatch) in place of the chunk that exceeds `blob.size`,
///   and at the end of a stream that is too short.
/// - [`DIGEST_MISMATCH`](crate::Code::DigestMismatch) in place of the last chunk of other content.
///
/// [Verification]: https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#verification
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use std::sync::Arc;
/// use futures::TryStreamExt;
/// use ocigraph::{Bytes, Code, Descriptor, Source, verified};
///
/// let blob = Descriptor::of("text/plain", b"hello");
/// let read = async |content: &'static str| {
///     let stream = Bytes::from(content).open(0).await?;
///     verified(&blob, stream)?.try_collect::<Vec<_>>().await
/// };
/// assert_eq!(read("hello").await.unwrap().concat(), b"hello");
/// assert_eq!(read("HELLO").await.unwrap_err().code(), Code::DigestMismatch);
/// # });
/// ```
pub fn verified(blob: &Descriptor, stream: ByteStream) -> Result<ByteStream> {
    let (state, size) = ((stream, Some(Verifier::new(blob)?)), blob.size);
    Ok(stream::try_unfold(state, move |(mut stream, mut verifier)| async move {
        match stream.next().await {
            Some(chunk) => {
                let chunk = chunk?;
                if let Some(verifier) = &mut verifier {
                    verifier.update(&chunk)?;
                    // A reader that knows the size may not read on after the last byte.
                    if verifier.seen() == size {
                        verifier.clone().finish()?;
                    }
                }
                Ok(Some((chunk, (stream, verifier))))
            }
            None => {
                if let Some(verifier) = verifier.take() {
                    verifier.finish()?;
                }
                Ok(None)
            }
        }
    })
    .boxed())
}
