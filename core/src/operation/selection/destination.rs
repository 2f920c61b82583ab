//! The destination of an operation that writes several repositories.

use ocigraph_types::{Host, Reference, Result};

/// What a text names as the destination of several repositories.
#[derive(Debug)]
pub(crate) enum Destination {
    Registry(Host),
    Place(Reference),
}

impl Destination {
    /// Parses a destination.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let failed = match text.parse::<Reference>() {
            Ok(reference) => return Ok(Self::Place(reference)),
            Err(e) => e,
        };
        // Only a host can have a dot or a port: `alpine` is more likely a repository.
        let host = text.strip_suffix('/').unwrap_or(text);
        let is_host = host == "localhost" || host.contains(['.', ':', '[']);
        match host.parse::<Host>() {
            Ok(host) if is_host && !text.starts_with("oci:") => Ok(Self::Registry(host)),
            _ => Err(failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_differs_from_a_repository_and_a_layout() {
        for host in ["localhost", "localhost:5000", "registry.example.com/", "[::1]:5000"] {
            assert!(matches!(Destination::parse(host), Ok(Destination::Registry(_))), "{host}");
        }
        for place in ["localhost/app", "registry.example.com/app:v1,v2", "oci:folder"] {
            assert!(matches!(Destination::parse(place), Ok(Destination::Place(_))), "{place}");
        }
        for wrong in ["alpine", "", "oci:", "https://localhost"] {
            assert!(Destination::parse(wrong).is_err(), "{wrong}");
        }
    }
}
