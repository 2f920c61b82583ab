//! The repositories that are served: those of the arguments, and those of the folder of layouts.
//!
//! A layout stays open while requests and uploads use it, and for a while after: it remembers what it has
//! read, and protects blobs that a client has pushed and that no manifest names yet.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
    time::{Duration, Instant},
};

use ocigraph::{
    Code, Descriptor, Digest, Error, Layout, Limits, List, ReadStore, Result, TransferBuffers,
};
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::{
    ServerOptions,
    errors::ErrorResponse,
    sources::Source,
    tree::{self, is_layout},
};

/// Maximum number of layouts of the folder that are kept open, beside those that are in use.
const MAX_OPEN: usize = 64;
/// Maximum number of repositories that are opened at the same time.
const MAX_OPENING: usize = 8;
/// Time after which an open layout that nobody uses is closed.
const CLOSE_AFTER: Duration = Duration::from_secs(10 * 60);

/// A repository that is open.
#[derive(Debug)]
pub(crate) struct Repository {
    pub(crate) name: String,
    pub(crate) store: Arc<dyn ReadStore>,
    /// The store, if it is a layout and not one repository of an archive.
    pub(crate) layout: Option<Layout>,
    is_writable: bool,
    /// True once a request has set or listed a tag.
    pub(crate) had_tags: AtomicBool,
}

impl Repository {
    fn of_layout(name: &str, layout: Layout, is_writable: bool) -> Arc<Self> {
        let store = Arc::new(layout.clone());
        Arc::new(Self {
            name: name.to_owned(),
            store,
            layout: Some(layout),
            is_writable,
            had_tags: AtomicBool::new(false),
        })
    }

    /// Returns the referrers of a manifest.
    pub(crate) async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<List<Arc<Descriptor>>> {
        if let Some(layout) = &self.layout {
            return layout.shared_referrers(subject, artifact_type).await;
        }
        let referrers = self.store.referrers(subject, artifact_type).await?;
        let entries = referrers.entries.into_iter().map(Arc::new).collect();
        Ok(List::with_problems(entries, referrers.problems))
    }

    /// Returns the layout to change.
    pub(crate) fn writable(&self) -> Result<&Layout, ErrorResponse> {
        self.layout.as_ref().filter(|_| self.is_writable).ok_or_else(ErrorResponse::read_only)
    }
}

/// All repositories.
#[derive(Debug)]
pub(crate) struct Repositories {
    named: BTreeMap<String, Arc<Repository>>,
    /// The folder of layouts.
    folder: Option<PathBuf>,
    read_only: bool,
    /// True if a registry is imitated, which leaves the indexes under fallback tags to its clients.
    is_imitation: bool,
    open: Mutex<HashMap<String, Open>>,
    /// Lists of the folder that are being read: each reads all its directories.
    lists: Semaphore,
    /// Repositories of the folder that are being opened: each takes a thread.
    opening: Semaphore,
    /// The memory of all uploads and downloads.
    buffers: TransferBuffers,
}

#[derive(Debug)]
struct Open {
    repository: Arc<Repository>,
    used: Instant,
}

impl Open {
    fn is_in_use(&self) -> bool {
        Arc::strong_count(&self.repository) > 1
    }

    /// Returns true if a client has pushed or found blobs, and may push a manifest that names them.
    fn is_awaited(&self) -> bool {
        self.repository.layout.as_ref().is_some_and(Layout::awaits_manifests)
    }
}

impl Repositories {
    pub(crate) async fn open(sources: &[String], options: &ServerOptions) -> Result<Self> {
        let (read_only, is_imitation) = (options.read_only, options.behave_as.is_some());
        let (mut named, mut folder) = (BTreeMap::new(), None);
        let buffers = TransferBuffers::default();
        for argument in sources {
            let found = match Source::open(argument).await? {
                Source::Tree(path) => {
                    if folder.replace(path).is_some() {
                        let message =
                            format!("{argument:?} is a second folder of layouts: expected one");
                        return Err(Error::new(Code::InvalidArgument, message).with_hint(
                            "name each layout of the folder, or serve a folder that has both",
                        ));
                    }
                    Vec::new()
                }
                Source::Layout { name, path } => {
                    let layout =
                        registry_layout(Layout::open(path), is_imitation).sharing(&buffers);
                    vec![Repository::of_layout(&name, layout, !read_only)]
                }
                Source::Archive { name, path } => {
                    let layout = Layout::open(path).sharing(&buffers);
                    vec![Repository::of_layout(&name, layout, false)]
                }
                Source::Repositories(repositories) => {
                    let opened = |(name, store)| {
                        let (layout, had_tags) = (None, AtomicBool::new(false));
                        Arc::new(Repository { name, store, layout, is_writable: false, had_tags })
                    };
                    repositories.into_iter().map(opened).collect()
                }
            };
            for repository in found {
                let name = repository.name.clone();
                if named.insert(name.clone(), repository).is_some() {
                    let message = format!("{argument:?} is a second repository {name}");
                    return Err(Error::new(Code::InvalidArgument, message)
                        .with_hint("give it another name: NAME=oci:PATH"));
                }
            }
        }
        let (open, lists) = (Mutex::default(), Semaphore::new(1));
        let opening = Semaphore::new(MAX_OPENING);
        Ok(Self { named, folder, read_only, is_imitation, open, lists, opening, buffers })
    }

    /// Returns the directories in which this process may not write what clients may push.
    pub(crate) fn unwritable(&self) -> Vec<PathBuf> {
        let layouts = self.named.values().filter_map(|repository| repository.writable().ok());
        let layouts = layouts.map(|layout| layout.path().to_path_buf());
        let folder = self.folder.iter().filter(|_| !self.read_only).cloned();
        layouts.chain(folder).filter(|path| !may_write(path)).collect()
    }

    /// Opens a repository that exists.
    pub(crate) async fn existing(&self, name: &str) -> Result<Arc<Repository>, ErrorResponse> {
        self.find(name, is_layout).await
    }

    /// Opens a repository to change it. The first change creates one of the folder.
    pub(crate) async fn writable(&self, name: &str) -> Result<Arc<Repository>, ErrorResponse> {
        if self.read_only {
            return Err(ErrorResponse::read_only());
        }
        self.find(name, |_| true).await
    }

    async fn find(
        &self,
        name: &str,
        is_there: fn(&Path) -> bool,
    ) -> Result<Arc<Repository>, ErrorResponse> {
        if let Some(repository) = self.named.get(name) {
            return Ok(Arc::clone(repository));
        }
        let unknown = || ErrorResponse::name_unknown(name);
        let folder = self.folder.clone().ok_or_else(unknown)?;
        if let Some(open) = lock(&self.open).get_mut(name) {
            open.used = Instant::now();
            return Ok(Arc::clone(&open.repository));
        }
        let _turn = self.opening.acquire().await;
        // A request before may have opened it.
        if let Some(open) = lock(&self.open).get(name) {
            return Ok(Arc::clone(&open.repository));
        }
        let sought = name.to_owned();
        let located =
            spawn_blocking(move || tree::locate(&folder, &sought).filter(|p| is_there(p)));
        let path = located.await.ok().flatten().ok_or_else(unknown)?;
        let mut open = lock(&self.open);
        // Another request may have opened it.
        if let Some(other) = open.get_mut(name) {
            return Ok(Arc::clone(&other.repository));
        }
        if open.len() >= MAX_OPEN {
            let unused = open.iter().filter(|(_, open)| !open.is_in_use());
            let oldest = unused.min_by_key(|(_, open)| (open.is_awaited(), open.used));
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                open.remove(&oldest);
            }
        }
        let layout = Layout::in_tree(path, &Limits::default());
        let layout = registry_layout(layout, self.is_imitation).sharing(&self.buffers);
        let repository = Repository::of_layout(name, layout, !self.read_only);
        let opened = Open { repository: Arc::clone(&repository), used: Instant::now() };
        open.insert(name.to_owned(), opened);
        Ok(repository)
    }

    /// Returns the first `limit` names after `last`, in their order.
    pub(crate) async fn names(&self, last: Option<&str>, limit: usize) -> Vec<String> {
        let is_next = |name: &&String| last.is_none_or(|last| name.as_str() > last);
        let mut names: Vec<String> =
            self.named.keys().filter(is_next).take(limit).cloned().collect();
        if let Some(folder) = self.folder.clone() {
            let _turn = self.lists.acquire().await;
            let last = last.map(str::to_owned);
            let found = spawn_blocking(move || tree::names(&folder, last.as_deref(), limit)).await;
            names.extend(found.unwrap_or_default());
            names.sort();
            names.dedup();
            names.truncate(limit);
        }
        names
    }

    /// Releases blobs that have waited for their manifest for `age`, removes those that were uploaded longer
    /// than `upload_age` ago, and closes layouts that nobody uses.
    pub(crate) async fn release_unused(&self, age: Duration, upload_age: Duration) {
        let repositories: Vec<Arc<Repository>> = {
            let mut open = lock(&self.open);
            open.retain(|_, open| {
                open.is_in_use() || open.is_awaited() || open.used.elapsed() < CLOSE_AFTER
            });
            let open = open.values().map(|open| &open.repository);
            self.named.values().chain(open).cloned().collect()
        };
        for repository in repositories {
            let Ok(layout) = repository.writable() else { continue };
            let released = async {
                layout.release_unused_blobs(age).await?;
                layout.remove_unused_uploads(upload_age).await
            };
            if let Err(e) = released.await {
                tracing::warn!(error = %e, name = repository.name, "cannot release unused blobs");
            }
        }
    }
}

/// Returns false if this process may not create files in a directory, or the directory itself.
#[cfg(unix)]
fn may_write(path: &Path) -> bool {
    use rustix::fs::{Access, AtFlags, CWD, accessat};
    let existing =
        path.ancestors().find(|path| path.exists()).filter(|p| !p.as_os_str().is_empty());
    let path = existing.unwrap_or(Path::new("."));
    accessat(CWD, path, Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS).is_ok()
}

#[cfg(not(unix))]
fn may_write(_: &Path) -> bool {
    true
}

fn registry_layout(layout: Layout, is_imitation: bool) -> Layout {
    match is_imitation {
        true => layout.with_referrers_indexes_of_clients(),
        false => layout,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
