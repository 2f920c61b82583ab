//! Two programs with a registry and a folder each, which run the same commands.

use std::{
    collections::{BTreeMap, BTreeSet},
    os::unix::fs::symlink,
    path::PathBuf,
};

use ocigraph_suite::{CommandResult, Kind, Registry, Workspace, ocigraph_binary, tool};

use crate::{
    compare::{files, normalized, same_output},
    differences::{DIFFERENCES, Difference},
};

/// The annotation with the time, which would make each push differ.
const CREATED: &str = "--annotation org.opencontainers.image.created=2026-01-01T00:00:00Z";

/// One program.
struct Side {
    program: PathBuf,
    work: Workspace,
    registry: Registry,
    /// What earlier commands printed as their digest, by name.
    digests: BTreeMap<String, String>,
}

impl Side {
    fn new(program: PathBuf, kind: Kind) -> Self {
        let work = Workspace::new();
        for (name, content) in [
            ("hi.txt", "hi\n"),
            ("bye.txt", "bye\n"),
            ("hi:txt", "colon\n"),
            ("config.json", "{}\n"),
            (
                "annotation.json",
                r#"{"$manifest":{"org.opencontainers.image.created":"2026-01-01T00:00:00Z"},"hi.txt":{"about":"hi"}}"#,
            ),
            ("docs/readme.md", "# Read me\n"),
        ] {
            work.write(name, content);
        }
        Self { program, work, registry: Registry::start(kind), digests: BTreeMap::new() }
    }

    fn run(&self, line: &str) -> CommandResult {
        let mut line = line.replace("{R}", &self.host()).replace("{C}", CREATED);
        for (name, digest) in &self.digests {
            line = line.replace(&format!("{{{name}}}"), digest);
        }
        let (input, line) = match line.split_once(" | ") {
            Some((input, line)) => (input.to_owned(), line.to_owned()),
            None => (String::new(), line),
        };
        let mut command = self.work.command(&self.program);
        command.args(words(&line)).env("OCIGRAPH_TEST", "1");
        self.work.run_with_input(&mut command, input.as_bytes())
    }

    /// Returns the name of the registry: ORAS uses plain HTTP only for `localhost`.
    fn host(&self) -> String {
        self.registry.host().replace("127.0.0.1", "localhost")
    }

    /// Replaces the registry, the folder and the digests that have names.
    fn normalized(&self, text: &str) -> String {
        let mut text = normalized(text, &self.host(), &self.work.dir());
        for (name, digest) in self.digests.iter().filter(|(_, digest)| !digest.is_empty()) {
            let (_, encoded) = digest.split_once(':').unwrap_or_default();
            text = text.replace(digest, &format!("{{{name}}}"));
            text = text.replace(&encoded[..encoded.len().min(12)], &format!("{{{name}}}"));
        }
        text
    }

    /// Returns the files in the folder, by name.
    fn files(&self) -> BTreeMap<String, String> {
        let files = files(&self.work.dir());
        let normalized = |(name, content): (String, String)| {
            let mut lines: Vec<String> =
                self.normalized(&content).lines().map(str::to_owned).collect();
            // The entries of an index are in any order.
            if name.ends_with("index.json") {
                lines.sort_unstable();
            }
            (name, lines.join("\n"))
        };
        files.into_iter().map(normalized).collect()
    }
}

/// Splits a line into words at spaces outside single quotes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), None::<String>, false);
    for c in line.chars() {
        match c {
            '\'' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            ' ' if !is_quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// ORAS and ocigraph.
pub(crate) struct Session {
    oras: Side,
    ocigraph: Side,
    /// The files that differ.
    files: BTreeSet<String>,
    faults: Vec<String>,
    met: BTreeSet<usize>,
}

impl Session {
    pub(crate) fn with_registry(kind: Kind) -> Self {
        let oras = Side::new(tool("oras"), kind);
        // A link with the name of ORAS: the command then has ORAS's defaults.
        let folder = oras.work.home().join("link");
        std::fs::create_dir_all(&folder).expect("creating a folder");
        let link = folder.join("oras");
        symlink(ocigraph_binary(), &link).expect("creating a link");
        let ocigraph = Side::new(link, kind);
        let files = BTreeSet::new();
        Self { oras, ocigraph, files, faults: Vec::new(), met: BTreeSet::new() }
    }

    /// Runs one line: `[NAME = ][INPUT | ]ARGUMENTS`. NAME is that of the digest that the command prints.
    pub(crate) fn run(&mut self, place: &str, line: &str) {
        let (name, command) = match line.split_once(" = ") {
            Some((name, command)) if !name.contains(' ') => (Some(name), command),
            _ => (None, line),
        };
        let (oras, ocigraph) = (self.oras.run(command), self.ocigraph.run(command));
        for (side, result) in [(&mut self.oras, &oras), (&mut self.ocigraph, &ocigraph)] {
            if let Some(name) = name {
                let digest = result.stdout.lines().find_map(digest_in);
                side.digests.insert(name.to_owned(), digest.unwrap_or_default());
            }
        }
        let mut found = Vec::new();
        if (oras.code == Some(0)) != (ocigraph.code == Some(0)) {
            found.push((Difference::Success, String::new()));
        }
        let outputs =
            (self.oras.normalized(&oras.stdout), self.ocigraph.normalized(&ocigraph.stdout));
        if let Err(difference) = same_output(&outputs.0, &outputs.1) {
            found.push((Difference::Output, difference));
        }
        let files = different_files(&self.oras.files(), &self.ocigraph.files());
        let new: Vec<String> = files.difference(&self.files).cloned().collect();
        if !new.is_empty() {
            found.push((Difference::Files, new.join("\n")));
        }
        self.files = files;
        let shown = format!("{place}: {line}\n--- oras\n{oras}\n--- ocigraph\n{ocigraph}");
        for (difference, detail) in found {
            match known(place, line, difference) {
                Some(number) => _ = self.met.insert(number),
                None => self.faults.push(format!("{difference:?}: {detail}\n{shown}")),
            }
        }
    }

    /// Fails if the programs differed, or if they agreed where a difference is listed.
    ///
    /// # Panics
    /// With all differences.
    pub(crate) fn check(&mut self, place: &str) {
        let mut faults = std::mem::take(&mut self.faults);
        for (number, (at, command, difference, _)) in DIFFERENCES.iter().enumerate() {
            if at.split(' ').any(|at| at == place) && !self.met.contains(&number) {
                faults.push(format!("no {difference:?} any more: {place}: {command}"));
            }
        }
        assert!(faults.is_empty(), "{} differences:\n{}", faults.len(), faults.join("\n\n"));
    }
}

/// Describes each file that only one side has, or of which the content differs.
fn different_files(
    oras: &BTreeMap<String, String>,
    ocigraph: &BTreeMap<String, String>,
) -> BTreeSet<String> {
    let names: BTreeSet<&String> = oras.keys().chain(ocigraph.keys()).collect();
    let differ = names.into_iter().filter(|name| oras.get(*name) != ocigraph.get(*name));
    let shown = differ.map(|name| {
        let of = |files: &BTreeMap<String, String>| files.get(name).cloned();
        format!("{name}:\n  oras {:?}\n  ocigraph {:?}", of(oras), of(ocigraph))
    });
    shown.collect()
}

fn digest_in(line: &str) -> Option<String> {
    let digest = line.strip_prefix("Digest: ").or(line.starts_with("sha256:").then_some(line))?;
    Some(digest.trim().to_owned())
}

/// Returns the number of a listed difference.
fn known(place: &str, line: &str, difference: Difference) -> Option<usize> {
    DIFFERENCES.iter().position(|(at, command, listed, _)| {
        at.split(' ').any(|at| at == place) && *command == line && *listed == difference
    })
}
