//! Random pulls into one directory by several processes, many of which are killed. Every file with
//! a final name has the content of the last report of some process, and no partial file is left.
//!
//! The artifacts have the same titles and different content: small files, a large file whose pull
//! is resumed after a kill, and a packed directory. The files of a killed pull were not reported,
//! so they are accepted until the next report of that worker.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use ocigraph::{Algorithm, Digest};
use ocigraph_suite::{Kind, Random, Registry, Workspace, ocigraph_binary, soak_setting};
use serde_json::Value;

const WORKERS: u64 = 4;
const VERSIONS: u64 = 4;
const A_ROUND: Duration = Duration::from_secs(5);

/// The content of each file of a version, by its path in the output directory.
type Version = BTreeMap<PathBuf, Digest>;

#[test]
fn random_pulls_from_a_layout_into_one_directory_agree() {
    soak("oci:store");
}

#[test]
fn random_pulls_from_a_registry_into_one_directory_agree() {
    let registry = Registry::start(Kind::Ocimem);
    soak(&registry.reference("app"));
}

#[expect(clippy::print_stderr, reason = "a run of an hour shows that it goes on")]
fn soak(location: &str) {
    let work = Workspace::new();
    let time = Duration::from_secs(soak_setting("OCIGRAPH_SOAK_SECONDS").unwrap_or(15));
    let seed = Random::seed();
    eprintln!("pulls of {location}: OCIGRAPH_SOAK_SEED={seed}");
    let versions: Vec<Version> = (0..VERSIONS).map(|i| push(&work, location, i)).collect();
    let mut workers: Vec<Worker> = (0..WORKERS)
        .map(|number| Worker {
            random: Random::new(seed ^ (number << 32)),
            work: &work,
            location,
            versions: &versions,
            last: BTreeMap::new(),
            killed: BTreeMap::new(),
            processes: 0,
        })
        .collect();
    let begun = Instant::now();
    while begun.elapsed() < time {
        thread::scope(|scope| {
            for worker in &mut workers {
                scope.spawn(|| worker.work(A_ROUND.min(time)));
            }
        });
        check(&work, &workers);
    }
    let processes: usize = workers.iter().map(|worker| worker.processes).sum();
    eprintln!("pulls of {location}: {processes} processes");
    assert!(
        workers.iter().any(|worker| !worker.last.is_empty()),
        "at least one pull should finish"
    );
    // The last pull removes the leftovers of killed pulls.
    work.ocigraph(&["pull", "-q", "-o", "out", &format!("{location}:v0")]).ok();
    let left: Vec<_> = files(&work.path("out"))
        .into_iter()
        .filter(|path| path.iter().any(|part| part.to_string_lossy().starts_with(".ocigraph-")))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

fn push(work: &Workspace, location: &str, version: u64) -> Version {
    let folder = work.path(format!("v{version}"));
    let write = |name: &str, size: usize| {
        let line = format!("{name} of version {version};");
        let content = line.repeat(size / line.len() + 1);
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &content).unwrap();
        (PathBuf::from(name), Algorithm::Sha256.digest(content.as_bytes()))
    };
    let mut files: Version = (0..20).map(|i| write(&format!("small/f{i}"), 100 + i)).collect();
    files.extend((0..3).map(|i| write(&format!("large{i}"), 5 << 20)));
    files.extend((0..30).map(|i| write(&format!("packed/d{}/f{i}", i % 5), 3000)));
    let mut command = work.command(ocigraph_binary());
    command.current_dir(&folder);
    let location = match location.strip_prefix("oci:") {
        Some(path) => format!("oci:{}", work.path(path).display()),
        None => location.to_owned(),
    };
    command.args(["push", "-q", &format!("{location}:v{version}"), "packed", "large0", "large1"]);
    command.args(["large2"]).args((0..20).map(|i| format!("small/f{i}")));
    work.run(&mut command).ok();
    files
}

struct Worker<'a> {
    random: Random,
    work: &'a Workspace,
    location: &'a str,
    versions: &'a [Version],
    /// The content of each file in the last report of this worker.
    last: BTreeMap<PathBuf, Digest>,
    /// The content that killed pulls may have written since.
    killed: BTreeMap<PathBuf, BTreeSet<Digest>>,
    processes: usize,
}

impl Worker<'_> {
    fn work(&mut self, time: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < time {
            let version = self.random.below(VERSIONS) as usize;
            let mut command = self.work.command(ocigraph_binary());
            let name = format!("{}:v{version}", self.location);
            command.args(["pull", "-o", "out", "--format", "json", &name]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            self.processes += 1;
            if self.random.one_in(2) {
                thread::sleep(Duration::from_micros(self.random.below(150_000)));
                let _ = child.kill();
            }
            let output = child.wait_with_output().unwrap();
            let files = &self.versions[version];
            if output.status.success() {
                let report: Value = serde_json::from_slice(&output.stdout).unwrap();
                self.reported(&report, files);
                continue;
            }
            // Another process replaced the file first, or this one was killed.
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.code().is_none(), "{said}");
            for (path, digest) in files {
                self.killed.entry(path.clone()).or_default().insert(digest.clone());
            }
        }
    }

    fn reported(&mut self, report: &Value, files: &Version) {
        let paths = report["files"].as_array().unwrap().iter().map(|file| {
            let path = Path::new(file["path"].as_str().unwrap()).components();
            let path: PathBuf = path.skip_while(|part| part.as_os_str() != "out").skip(1).collect();
            (path, file["descriptor"]["digest"].as_str().unwrap().to_owned())
        });
        let reported: BTreeMap<PathBuf, String> = paths.collect();
        for (path, digest) in files {
            if let Some(said) = reported.get(path) {
                assert_eq!(said, digest.as_str());
            } else {
                assert!(reported.contains_key(Path::new("packed")), "{}", path.display());
            }
            self.last.insert(path.clone(), digest.clone());
            self.killed.remove(path);
        }
    }
}

fn check(work: &Workspace, workers: &[Worker]) {
    let out = work.path("out");
    for path in files(&out) {
        let name = path.strip_prefix(&out).unwrap();
        if name.iter().any(|part| part.to_string_lossy().starts_with(".ocigraph-")) {
            continue;
        }
        let digest = Algorithm::Sha256.digest(&fs::read(&path).unwrap());
        let said = workers.iter().any(|worker| {
            worker.last.get(name) == Some(&digest)
                || worker.killed.get(name).is_some_and(|killed| killed.contains(&digest))
        });
        assert!(said, "{} has {digest}, which nobody reported for it last", name.display());
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
