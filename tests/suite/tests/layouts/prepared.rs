//! A layout with all kinds of files, the replacements for its parts, and the detection of changes
//! outside the layout.

use std::{
    collections::BTreeMap,
    fs::{self, File, FileTimes},
    os::unix::{
        fs::{MetadataExt, symlink},
        net::UnixListener,
    },
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime},
};

use ocigraph::{Client, Digest, PushOptions, Reference};
use tempfile::TempDir;

use crate::{RUNTIME, changing::Changing, relative};

pub(crate) const LAYER: &str = "LAYER";
const MANIFEST: &str = "MANIFEST";

/// The paths that are replaced.
pub(crate) const TARGETS: &[&str] = &[
    ".ocigraph",
    ".ocigraph/lock",
    ".ocigraph/content",
    ".ocigraph/garbage",
    ".ocigraph/blob-left",
    ".ocigraph/new-left",
    "blobs",
    "blobs/sha256",
    "oci-layout",
    "index.json",
    LAYER,
    MANIFEST,
];

/// The paths that only ocigraph uses.
pub(crate) const OWN: &[&str] = &[
    ".ocigraph",
    ".ocigraph/lock",
    ".ocigraph/content",
    ".ocigraph/garbage",
    ".ocigraph/blob-left",
    ".ocigraph/new-left",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replacement {
    Link,
    Dangling,
    Loop,
    Pipe,
    LinkToPipe,
    Socket,
    Directory,
    Device,
    LinkToDevice,
    Huge,
    Changing,
    /// Alternates between a symbolic link to the outside and the original.
    Flipping,
    Nothing,
}

/// A layout in a folder, with files beside it that no operation may use.
pub(crate) struct Layout {
    root: TempDir,
    text: String,
    layer: Digest,
    manifest: Digest,
}

impl Layout {
    pub(crate) fn prepare() -> Self {
        // In memory if possible, because layouts sync many files.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let root = tempfile::tempdir_in(folder).unwrap();
        // The secret has the same size as the blob that it replaces.
        let text = "content".repeat(1_000);
        let path = root.path().join("outside/valid");
        let place: Reference = format!("oci:{}:v1", path.display()).parse().unwrap();
        let (manifest, layer) = RUNTIME.block_on(async {
            let client = Client::new();
            let push = async |at: &str, kind: &str, text: &str, subject: Option<Reference>| {
                let mut options = PushOptions::default();
                options.files = vec![ocigraph::File::bytes("file", text.to_owned())];
                options.artifact_type = Some(kind.into());
                options.subject = subject;
                let at = format!("oci:{}:{at}", path.display()).parse().unwrap();
                client.push(&at, options).await.unwrap()
            };
            let image = push("v1", "test/image", &text, None).await;
            push("s1", "test/signature", "signature", Some(place.clone())).await;
            (image.descriptor.digest, image.blobs[0].descriptor.digest.clone())
        });
        // A blob without references, and a note that lists it and a referenced blob as garbage.
        let unneeded = ocigraph::Algorithm::Sha256.digest(b"unneeded");
        fs::write(path.join("blobs/sha256").join(unneeded.encoded()), "unneeded").unwrap();
        let note = format!("{unneeded}\n{layer}\n");
        fs::write(path.join(".ocigraph/garbage"), note).unwrap();
        fs::write(path.join(".ocigraph/blob-left"), "left").unwrap();
        fs::write(path.join(".ocigraph/new-left"), "left").unwrap();
        File::create(path.join(".ocigraph/content")).unwrap();
        let layout = Self { root, text, layer, manifest };
        fs::write(layout.outside().join("secret"), layout.secret()).unwrap();
        fs::write(layout.outside().join("neighbour"), "neighbour").unwrap();
        layout
    }

    /// Returns the folder in which nothing may change.
    pub(crate) fn outside(&self) -> PathBuf {
        self.root.path().join("outside")
    }

    fn secret(&self) -> String {
        "SECRET ".repeat(self.text.len() / 7)
    }

    pub(crate) fn secret_size(&self) -> u64 {
        self.text.len() as u64
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.beside("layout")
    }

    /// Returns a path for the input and output of operations.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.root.path().join("work").join(name)
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn layer(&self) -> &Digest {
        &self.layer
    }

    /// Restores the layout and removes everything else except the valid layout.
    pub(crate) fn renew(&mut self) {
        let _ = fs::remove_dir_all(self.root.path().join("work"));
        copy_tree(&self.outside().join("valid"), &self.path());
        copy_tree(&self.outside().join("valid"), &self.beside("good"));
        let _ = fs::remove_dir_all(self.outside().join("elsewhere"));
    }

    fn path_of(&self, target: &str) -> PathBuf {
        let blob = |digest: &Digest| self.path().join("blobs/sha256").join(digest.encoded());
        match target {
            LAYER => blob(&self.layer),
            MANIFEST => blob(&self.manifest),
            other => self.path().join(other),
        }
    }

    /// Replaces a part of the layout. Returns `None` if the part already is like that.
    pub(crate) fn replace(&self, target: &str, by: Replacement) -> Option<Changing> {
        let path = self.path_of(target);
        let was_directory = path.is_dir();
        let mut changing = Changing::default();
        // The pipe that is the target of a link.
        let pipe = self.beside("pipe");
        match by {
            Replacement::Directory if was_directory => return None,
            Replacement::Link if was_directory => {
                let elsewhere = self.outside().join("elsewhere");
                copy_tree(&path, &elsewhere);
                remove(&path);
                symlink(elsewhere, &path).unwrap();
            }
            Replacement::Flipping => {
                let link = self.beside("link");
                let mut leads_to = self.outside().join("secret");
                if was_directory {
                    leads_to = self.outside().join("elsewhere");
                    copy_tree(&path, &leads_to);
                }
                symlink(leads_to, &link).unwrap();
                changing = Changing::flip(path, link, self.beside("was"));
            }
            Replacement::Link => {
                remove(&path);
                symlink(self.outside().join("secret"), &path).unwrap();
            }
            Replacement::Changing => {
                if was_directory {
                    return None;
                }
                changing = Changing::begin(&path);
            }
            _ => {
                remove(&path);
                match by {
                    Replacement::Dangling => symlink(self.beside("nothing"), &path).unwrap(),
                    Replacement::Loop => symlink(&path, &path).unwrap(),
                    Replacement::Pipe => make("mkfifo", &path, &[]),
                    Replacement::LinkToPipe => {
                        make("mkfifo", &pipe, &[]);
                        symlink(&pipe, &path).unwrap();
                    }
                    Replacement::Socket => {
                        // The path of a socket has a maximum length.
                        let socket = self.root.path().join("s");
                        drop(UnixListener::bind(&socket).unwrap());
                        fs::rename(socket, &path).unwrap();
                    }
                    Replacement::Directory => {
                        fs::create_dir(&path).unwrap();
                        fs::write(path.join("file"), "file").unwrap();
                    }
                    // A device like /dev/zero. Only root can create devices.
                    Replacement::Device if is_root() => make("mknod", &path, &["c", "1", "5"]),
                    Replacement::Device | Replacement::LinkToDevice => {
                        symlink("/dev/zero", &path).unwrap();
                    }
                    Replacement::Huge => File::create(&path).unwrap().set_len(1 << 30).unwrap(),
                    _ => {}
                }
            }
        }
        Some(changing)
    }

    pub(crate) fn move_out_and_link(&self, name: &str) {
        let elsewhere = self.outside().join("elsewhere");
        fs::rename(self.path().join(name), &elsewhere).unwrap();
        symlink(elsewhere, self.path().join(name)).unwrap();
    }

    pub(crate) fn link_every_blob(&self) {
        let elsewhere = self.outside().join("elsewhere");
        let blobs = self.path().join("blobs/sha256");
        copy_tree(&blobs, &elsewhere);
        for blob in fs::read_dir(&blobs).unwrap() {
            let blob = blob.unwrap();
            fs::remove_file(blob.path()).unwrap();
            symlink(elsewhere.join(blob.file_name()), blob.path()).unwrap();
        }
    }

    /// Returns the files outside the layout that contain the secret.
    pub(crate) fn copies_of_the_secret(&self) -> Vec<String> {
        let work = self.root.path().join("work");
        let holds = |path: &Path| {
            fs::symlink_metadata(path).is_ok_and(|m| m.is_file() && m.len() < 1 << 20)
                && fs::read(path).is_ok_and(|bytes| bytes.windows(7).any(|w| w == b"SECRET "))
        };
        let copies = below(&work).into_iter().filter(|path| holds(path));
        copies.map(|path| format!("the secret is in {}", relative(&path, &work))).collect()
    }
}

/// Records all files of a folder.
pub(crate) struct Snapshot {
    root: PathBuf,
    was: BTreeMap<String, String>,
}

impl Snapshot {
    pub(crate) fn take(root: PathBuf) -> Self {
        let ago = |hours: u64| SystemTime::now() - Duration::from_secs(hours * 3_600);
        let times = FileTimes::new().set_accessed(ago(2)).set_modified(ago(1));
        let reset = || {
            for path in below(&root).into_iter().filter(|path| is_file(path)) {
                File::open(path).unwrap().set_times(times).unwrap();
            }
        };
        reset();
        let was = describe(&root);
        // The access time of a file changes on a read only if it is older than the modification
        // time.
        reset();
        Self { root, was }
    }

    /// Returns a file that was read since the record.
    pub(crate) fn first_read(&self) -> Option<String> {
        let read = |path: &PathBuf| {
            path.symlink_metadata().is_ok_and(|m| m.is_file() && m.atime() > m.mtime())
        };
        below(&self.root).into_iter().find(read).map(|path| relative(&path, &self.root))
    }

    /// Returns the differences from the record. Reads all files.
    pub(crate) fn changes(&self) -> Vec<String> {
        let is = describe(&self.root);
        let gone = self.was.keys().filter(|path| !is.contains_key(*path));
        let mut changes: Vec<String> = gone.map(|path| format!("{path} is gone")).collect();
        let other = is.iter().filter(|(path, is)| self.was.get(*path) != Some(is));
        changes.extend(other.map(|(path, _)| format!("{path} is not as it was")));
        changes
    }
}

fn describe(root: &Path) -> BTreeMap<String, String> {
    let of = |path: &Path| {
        let m = path.symlink_metadata().unwrap();
        let content = if m.is_file() { fs::read(path).unwrap() } else { Vec::new() };
        let digest = ocigraph::Algorithm::Sha256.digest(&content);
        format!("{:?} {:o} {} {} {digest}", m.file_type(), m.mode(), m.len(), m.mtime_nsec())
    };
    below(root).iter().map(|path| (relative(path, root), of(path))).collect()
}

fn is_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|m| m.is_file())
}

/// Returns all paths in a folder, without following links.
fn below(root: &Path) -> Vec<PathBuf> {
    let mut found = vec![root.to_path_buf()];
    let mut next = 0;
    while let Some(path) = found.get(next) {
        next += 1;
        if path.symlink_metadata().is_ok_and(|m| m.is_dir()) {
            let children = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
            let children: Vec<PathBuf> = children.collect();
            found.extend(children);
        }
    }
    found
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in below(from).iter().skip(1) {
        let copy = to.join(path.strip_prefix(from).unwrap());
        if path.is_dir() {
            fs::create_dir(copy).unwrap();
        } else {
            fs::copy(path, copy).unwrap();
        }
    }
}

fn remove(path: &Path) {
    if path.is_dir() {
        fs::remove_dir_all(path).unwrap();
    } else {
        fs::remove_file(path).unwrap();
    }
}

fn make(program: &str, path: &Path, args: &[&str]) {
    let status = Command::new(program).arg(path).args(args).status().unwrap();
    assert!(status.success(), "{program} {}", path.display());
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0)
}
