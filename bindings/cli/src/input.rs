//! Standard input as a file.

use ocigraph::{Error, Result};
use tempfile::NamedTempFile;

/// Standard input can be read only once, and a push may need to read twice. The file goes when it
/// is dropped.
pub(crate) fn spool() -> Result<NamedTempFile> {
    let fail = |e| Error::io("keep the input in", &std::env::temp_dir(), e);
    let mut file = NamedTempFile::new().map_err(fail)?;
    std::io::copy(&mut std::io::stdin(), &mut file).map_err(fail)?;
    Ok(file)
}
