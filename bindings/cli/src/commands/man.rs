//! `man`: writes the manual pages of all commands.

use std::{fs, path::Path};

use clap::CommandFactory;
use ocigraph::{Error, Result};

use crate::args::Cli;

/// Writes a page for the program and one for each command to a directory, which is created.
pub(crate) fn write(directory: &Path) -> Result<()> {
    let io = |e| Error::io("write the manual pages to", directory, e);
    fs::create_dir_all(directory).map_err(io)?;
    clap_mangen::generate_to(Cli::command(), directory).map_err(io)
}
