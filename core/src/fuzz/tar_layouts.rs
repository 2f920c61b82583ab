//! Layouts in archives with arbitrary entries: an archive reads like the directory that unpacking it
//! makes, and reading ends and changes nothing.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use bolero::{TypeGenerator, check, produce_with};
use tar::{EntryType, Header};

use super::{
    Edit, edited,
    layouts::{RUNTIME, VALID},
    pick,
};
use crate::{
    content::archive::{UnpackLimits, unpack},
    store::{ReadStore, layout::Layout},
};
use ocigraph_types::{Algorithm, Code, Digest, Error, Result, TagOrDigest};

/// Time limit for reading one layout, which has nothing to wait for.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// An entry beside those of the valid layout: most have names of its files.
#[derive(Debug, Clone, TypeGenerator)]
struct Extra {
    kind: u8,
    name: u8,
    form: u8,
    target: u8,
    content: u8,
    at: u8,
}

impl Extra {
    fn blocks(&self, files: &[&PathBuf]) -> Vec<u8> {
        let others =
            ["a", "blobs", "blobs/sha256", "blobs/sha256/../../a", "b/c"].map(PathBuf::from);
        let names: Vec<&Path> =
            files.iter().map(|f| f.as_path()).chain(others.iter().map(PathBuf::as_path)).collect();
        let name = pick(&names, self.name).to_str().unwrap().to_owned();
        let target = pick(&names, self.target).to_str().unwrap();
        let content = pick(&VALID.values().collect::<Vec<_>>(), self.content);
        let up = "../".repeat(name.matches('/').count());
        let name = match self.form % 8 {
            0 => format!("./{name}"),
            1 => format!("{name}/"),
            2 => name.replace('/', "//"),
            _ => name,
        };
        match self.kind % 16 {
            0..7 => entry(EntryType::Regular, &name, "", content),
            7..9 => entry(EntryType::Link, &name, target, b""),
            9 => entry(EntryType::Directory, &name, "", b""),
            10 => entry(EntryType::Fifo, &name, "", b""),
            11 => entry(EntryType::Regular, &name, "", b""),
            12 => [pax("path", &name), entry(EntryType::Regular, "x", "", content)].concat(),
            _ => entry(EntryType::Symlink, &name, &format!("{up}{target}"), b""),
        }
    }
}

fn entry(kind: EntryType, name: &str, link: &str, content: &[u8]) -> Vec<u8> {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(content.len() as u64);
    header.set_cksum();
    let mut blocks = [header.as_bytes(), content].concat();
    blocks.resize(blocks.len().next_multiple_of(512), 0);
    blocks
}

fn pax(key: &str, value: &str) -> Vec<u8> {
    let length = (1..).find(|n| format!("{n} {key}={value}\n").len() == *n).unwrap();
    entry(EntryType::XHeader, "pax", "", format!("{length} {key}={value}\n").as_bytes())
}

/// What a layout holds: its tags, the manifests that they name, and each blob of the valid layout.
/// Of an error only the code.
fn read(path: &Path) -> Vec<Result<String, Code>> {
    let layout = Layout::open(path);
    let code = |e: Error| {
        assert_ne!(e.code(), Code::Internal, "{e}");
        e.code()
    };
    RUNTIME.block_on(async {
        let all = async {
            let tags = layout.tags().await.map(|tags| tags.entries.join(","));
            let mut found = vec![tags.map_err(code)];
            for name in VALID.keys().filter(|name| name.starts_with("blobs")) {
                let encoded = name.file_name().unwrap().to_str().unwrap();
                let digest: Digest = format!("sha256:{encoded}").parse().unwrap();
                let name = TagOrDigest::Digest(digest.clone());
                let manifest = layout.fetch_any_manifest(&name).await;
                found.push(manifest.map(|m| m.digest().to_string()).map_err(code));
                let referrers = layout.referrers(&digest, None).await.and_then(|l| l.complete());
                found.push(referrers.map(|r| format!("{r:?}")).map_err(code));
                let blob = async {
                    let blob = layout.describe_blob(&digest).await?;
                    let stream = layout.fetch_blob(&blob, 0).await?;
                    let chunks: Vec<_> = futures::TryStreamExt::try_collect(stream).await?;
                    Ok::<_, Error>(chunks.concat())
                };
                // A directory verifies a linked file before it returns any of it.
                let right = |bytes: &Vec<u8>| Algorithm::Sha256.digest(bytes) == digest;
                let blob = blob.await.map_err(code).ok().filter(right);
                found.push(blob.map(|_| digest.to_string()).ok_or(Code::DigestMismatch));
            }
            found
        };
        tokio::time::timeout(TIME_LIMIT, all).await.expect("reading ends")
    })
}

fn archive_of(extra: &[Extra]) -> Vec<u8> {
    // Without the file `oci-layout`, no blob of an archive is read, and those of a directory are.
    let files: Vec<&PathBuf> = VALID.keys().filter(|name| !name.ends_with("oci-layout")).collect();
    let mut entries: Vec<Vec<u8>> = VALID
        .iter()
        .map(|(name, content)| entry(EntryType::Regular, name.to_str().unwrap(), "", content))
        .collect();
    for extra in extra {
        let at = usize::from(extra.at) % (entries.len() + 1);
        entries.insert(at, extra.blocks(&files));
    }
    let mut archive = entries.concat();
    archive.resize(archive.len() + 1024, 0);
    archive
}

#[test]
fn an_archive_reads_like_the_directory_that_unpacking_it_makes() {
    let extras = produce_with::<Vec<Extra>>().len(0..4usize);
    check!().with_generator(extras).for_each(|extras| {
        let dir = tempfile::tempdir().unwrap();
        let (file, out) = (dir.path().join("x.tar"), dir.path().join("out"));
        let archive = archive_of(extras);
        fs::write(&file, &archive).unwrap();
        fs::create_dir(&out).unwrap();
        let unpacked = unpack(&archive[..], ".", &out, None, &UnpackLimits::default(), false);
        let in_place = read(&file);
        assert_eq!(fs::read(&file).unwrap(), archive);
        // Unpacking refuses more: a name that leads out, a link to a link, a directory twice.
        if unpacked.is_ok() {
            for (i, (found, expected)) in in_place.iter().zip(read(&out)).enumerate() {
                assert_eq!(*found, expected, "result {i}");
            }
        }
    });
}

#[test]
fn a_damaged_archive_is_read_safely() {
    let edits = produce_with::<Vec<Edit>>().len(1..4usize);
    let extras = produce_with::<Vec<Extra>>().len(0..2usize);
    check!().with_generator((edits, extras)).for_each(|(edits, extras)| {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("x.tar");
        let archive = edited(&archive_of(extras), edits);
        fs::write(&file, &archive).unwrap();
        read(&file);
        assert_eq!(fs::read(&file).unwrap(), archive);
    });
}
