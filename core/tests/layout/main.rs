//! An image layout as a store: it reads what other tools wrote, never names incomplete content, and
//! never removes content that is needed.

#[cfg(feature = "archive")]
mod archives;
mod blob_deletion;
mod concurrent;
mod deleting;
mod killed;
mod names;
mod odd_entries;
mod other_tools;
mod reading;
mod simulation;
mod support;
#[cfg(unix)]
mod untrusted;
mod uploads;
mod writing;
