//! What the arguments name: layouts, archives and folders of layouts.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use ocigraph::{
    Code, Error, Limits, Location, ReadStore, Reference, Result, check_repository, operation,
};

use crate::tree::is_layout;

/// What one argument names.
#[derive(Debug)]
pub(crate) enum Source {
    /// A layout in a directory, under the name of its repository.
    Layout { name: String, path: PathBuf },
    /// A layout in a tar archive.
    Archive { name: String, path: PathBuf },
    /// The repositories of an archive of several, by their names without the host.
    Repositories(Vec<(String, Arc<dyn ReadStore>)>),
    /// A folder of layouts. It may not exist.
    Tree(PathBuf),
}

impl Source {
    /// Opens `oci:PATH` or `NAME=oci:PATH`.
    pub(crate) async fn open(argument: &str) -> Result<Self> {
        let (name, target) = match argument.split_once('=') {
            Some((name, target)) if !name.contains(':') => (Some(name), target),
            _ => (None, argument),
        };
        if let Some(name) = name {
            check_repository(name)?;
        }
        let path = layout_path(argument, target)?;
        if path.is_file() {
            return Self::of_archive(name, path).await;
        }
        match name {
            _ if is_layout(&path) => Self::of_layout(name, path).await,
            Some(name) => Ok(Self::Layout { name: name.to_owned(), path }),
            None => Ok(Self::Tree(path)),
        }
    }

    async fn of_layout(name: Option<&str>, path: PathBuf) -> Result<Self> {
        if let Some(repositories) = repositories_in(name, &path).await? {
            return Ok(repositories);
        }
        let resolved = path.canonicalize().map_err(|e| Error::io("open", &path, e))?;
        let name = name_of(name, resolved.file_name().and_then(|name| name.to_str()), &path)?;
        Ok(Self::Layout { name, path })
    }

    async fn of_archive(name: Option<&str>, path: PathBuf) -> Result<Self> {
        if let Some(repositories) = repositories_in(name, &path).await? {
            return Ok(repositories);
        }
        let name = name_of(name, path.file_stem().and_then(|stem| stem.to_str()), &path)?;
        Ok(Self::Archive { name, path })
    }
}

/// Returns the repositories of a layout that holds several.
async fn repositories_in(name: Option<&str>, path: &Path) -> Result<Option<Source>> {
    let found = operation::archived_repositories(path, &Limits::default()).await?;
    if found.is_empty() {
        return Ok(None);
    }
    if let Some(name) = name {
        let message = format!(
            "{} holds several repositories, which have names of their own, so it cannot be served as {name}",
            path.display()
        );
        let hint = format!("write oci:{}", path.display());
        return Err(Error::new(Code::InvalidArgument, message).with_hint(hint));
    }
    let mut repositories: Vec<(String, Arc<dyn ReadStore>)> = Vec::new();
    for (full_name, store) in found {
        let name = full_name.split_once('/').map_or(full_name.as_str(), |(_, name)| name);
        if repositories.iter().any(|(other, _)| other == name) {
            let message = format!(
                "{} holds several repositories with the name {name}, of different hosts",
                path.display()
            );
            return Err(Error::new(Code::InvalidArgument, message)
                .with_hint("restore one of them to a layout of its own with `ocigraph restore`"));
        }
        repositories.push((name.to_owned(), store));
    }
    Ok(Some(Source::Repositories(repositories)))
}

fn layout_path(argument: &str, target: &str) -> Result<PathBuf> {
    let invalid = |message: String| {
        Error::new(Code::InvalidArgument, message)
            .with_hint("write oci:PATH, or NAME=oci:PATH for a repository of another name")
    };
    if !target.starts_with("oci:") {
        return Err(invalid(format!("{argument:?} is not an image layout")));
    }
    let reference: Reference = target.parse()?;
    match reference.location() {
        Location::Layout(_) if reference.name().is_ok() => Err(invalid(format!(
            "{argument:?} names a manifest, and a layout is served as a whole"
        ))),
        Location::Layout(path) => Ok(path.clone()),
        Location::Registry { .. } => Err(invalid(format!("{argument:?} is not an image layout"))),
    }
}

fn name_of(given: Option<&str>, file_name: Option<&str>, path: &Path) -> Result<String> {
    let name = given.or(file_name).unwrap_or_default();
    check_repository(name).map_err(|e| {
        let message = format!(
            "the name of {} cannot be that of a repository: {}",
            path.display(),
            e.message()
        );
        Error::new(Code::InvalidArgument, message)
            .with_hint(format!("give it a name: NAME=oci:{}", path.display()))
    })?;
    Ok(name.to_owned())
}
