//! What differs between ORAS 1.3.6 and ocigraph on purpose.

/// What of a command differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// One of the programs fails.
    Success,
    /// The standard output.
    Output,
    /// The files in the working folder.
    Files,
}

/// The places (`docker-registry`, `distribution`, `ggcr`, `layout`), the line of `examples`, what differs, and why.
pub(crate) const DIFFERENCES: &[(&str, &str, Difference, &str)] = &[];
