//! A worker: runs random operations on its own artifacts, kills many of them, and records the results.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::{Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use ocigraph_suite::{Random, Workspace, ocigraph_binary, tool};
use serde_json::Value;

use crate::{DEEP, Location, MANY, digest_of};

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum State {
    Exists,
    Deleted,
    /// A process that changed it was killed.
    Unknown,
    /// Another client deleted it. The list of its subject may still have it.
    Removed,
    /// It exists, but another client deleted the subject.
    Orphan,
}

#[derive(Clone)]
pub(crate) struct Subject {
    pub(crate) digest: String,
    /// The number of the worker's artifact; `None` for a shared image.
    own: Option<u64>,
    depth: usize,
}

pub(crate) struct Artifact {
    pub(crate) number: u64,
    pub(crate) subject: Option<Subject>,
    pub(crate) state: State,
    pub(crate) digest: String,
    pub(crate) tags: BTreeSet<String>,
}

impl Artifact {
    pub(crate) fn exists(&self) -> bool {
        self.state == State::Exists
    }

    fn depth(&self) -> usize {
        self.subject.as_ref().map_or(0, |subject| subject.depth)
    }
}

pub(crate) struct Worker<'a> {
    number: u64,
    random: Random,
    work: &'a Workspace,
    location: &'a Location,
    shared: &'a [String],
    pub(crate) artifacts: BTreeMap<u64, Artifact>,
    /// Tags in the second location, with their digests.
    pub(crate) copies: BTreeMap<String, String>,
    /// The artifacts of killed deletes, the root first.
    interrupted: Vec<Vec<u64>>,
    next: u64,
    pub(crate) done: usize,
    pub(crate) killed: usize,
}

/// The result of a process and of its repetitions.
struct Ended {
    /// `None` if the process was killed and not run again.
    output: Option<Output>,
    killed: bool,
}

impl<'a> Worker<'a> {
    pub(crate) fn new(
        number: u64,
        seed: u64,
        work: &'a Workspace,
        location: &'a Location,
        shared: &'a [String],
    ) -> Self {
        Self {
            number,
            random: Random::new(seed ^ (number << 32)),
            work,
            location,
            shared,
            artifacts: BTreeMap::new(),
            copies: BTreeMap::new(),
            interrupted: Vec::new(),
            next: 0,
            done: 0,
            killed: 0,
        }
    }

    pub(crate) fn work(&mut self, time: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < time {
            let there: Vec<u64> =
                self.artifacts.values().filter(|a| a.exists()).map(|a| a.number).collect();
            let gone: Vec<u64> = self
                .artifacts
                .values()
                .filter(|a| matches!(a.state, State::Deleted | State::Removed))
                .filter(|a| self.has_subject(a))
                .map(|a| a.number)
                .collect();
            let one = self.random.of(&there);
            match (self.random.below(12), one) {
                (_, Some(one)) if there.len() > MANY => self.delete(one),
                (0, _) => self.push(None),
                (1..=4, _) => {
                    let digest = self.random.of(self.shared).unwrap();
                    self.push(Some(Subject { digest, own: None, depth: 1 }));
                }
                (5 | 6, Some(one)) => self.attach(one),
                (7, Some(one)) => self.tag(one),
                (8, Some(one)) if self.location.others_delete => {
                    self.delete_with_another_client(one)
                }
                (8 | 9, Some(one)) => self.delete(one),
                (10, _) => match self.random.of(&gone) {
                    Some(one) => self.push_again(one),
                    None => self.untag(),
                },
                (_, Some(one)) => self.copy(one),
                (_, None) => {}
            }
            thread::sleep(Duration::from_millis(self.random.below(30)));
        }
        self.finish();
    }

    /// Removes artifacts that were deleted and checked. Some may be pushed again.
    pub(crate) fn forget(&mut self) {
        let random = &mut self.random;
        self.artifacts.retain(|_, a| match a.state {
            State::Exists | State::Removed | State::Orphan => true,
            State::Deleted => random.below(4) == 0,
            State::Unknown => false,
        });
    }

    /// Returns true if all artifacts above exist. Below one of which the state is not known, a later delete
    /// of something above it can have deleted more than this worker knows.
    pub(crate) fn is_certain(&self, artifact: &Artifact) -> bool {
        let mut above = artifact.subject.as_ref().and_then(|subject| subject.own);
        while let Some(number) = above {
            let Some(artifact) = self.artifacts.get(&number).filter(|a| a.exists()) else {
                return false;
            };
            above = artifact.subject.as_ref().and_then(|subject| subject.own);
        }
        true
    }

    fn has_subject(&self, artifact: &Artifact) -> bool {
        let own = artifact.subject.as_ref().and_then(|subject| subject.own);
        own.is_none_or(|own| self.artifacts.get(&own).is_some_and(Artifact::exists))
    }

    fn push(&mut self, subject: Option<Subject>) {
        let number = self.next;
        self.next += 1;
        self.push_as(number, subject);
    }

    fn attach(&mut self, to: u64) {
        let subject = &self.artifacts[&to];
        if subject.depth() < DEEP {
            let (digest, depth) = (subject.digest.clone(), subject.depth() + 1);
            self.push(Some(Subject { digest, own: Some(to), depth }));
        }
    }

    /// Pushes the content of an earlier artifact again, with the same digest.
    fn push_again(&mut self, number: u64) {
        let subject = self.artifacts[&number].subject.clone();
        self.push_as(number, subject);
    }

    fn push_as(&mut self, number: u64, subject: Option<Subject>) {
        let file = format!("file-{}-{number}", self.number);
        let size = if number.is_multiple_of(40) { 1 << 20 } else { 1 << (number % 16) };
        self.work.write(&file, format!("{file};").repeat(size / file.len() + 1));
        let tag = self.random.one_in(3).then(|| format!("{file}-{}", self.random.below(3)));
        let target = match &tag {
            Some(tag) => format!("{}:{tag}", self.location.name),
            None => self.location.name.clone(),
        };
        let kind = format!("kind/n{}", number % 4);
        let mut args = vec!["push", "--format", "json", "--artifact-type", &kind, &target];
        let at = subject.as_ref().map(|subject| self.location.at(&subject.digest));
        if let Some(at) = &at {
            args.extend(["--subject", at]);
        }
        args.extend([file.as_str(), "common"]);
        let ended = self.run(&args);
        fs::remove_file(self.work.path(&file)).unwrap();
        let Some(output) = ended.output else {
            if let Some(known) = self.artifacts.get_mut(&number) {
                known.state = State::Unknown;
            }
            return;
        };
        let pushed: Value = serde_json::from_slice(&succeeded(&args, &output).stdout).unwrap();
        let digest = digest_of(&pushed["descriptor"]);
        if let Some(known) = self.artifacts.get(&number) {
            assert_eq!(known.digest, digest, "the same content has the same digest");
        }
        let tags = BTreeSet::from_iter(tag);
        let state = State::Exists;
        self.artifacts.insert(number, Artifact { number, subject, state, digest, tags });
    }

    fn delete(&mut self, number: u64) {
        let referrers_below = self.referrers_below(number);
        let artifact = &self.artifacts[&number];
        let target = match artifact.tags.first() {
            Some(tag) if self.random.one_in(2) => format!("{}:{tag}", self.location.name),
            _ => self.location.at(&artifact.digest),
        };
        let mut args = vec!["delete", "--yes", "--format", "json", &target];
        if self.random.one_in(2) {
            args.push("--force");
        }
        let ended = self.run(&args);
        match ended.output {
            // A killed delete may have deleted some manifests that a complete one would keep.
            Some(output) if !(ended.killed && is_kept(&output)) => {
                self.deleted(&args, &referrers_below, &output, ended.killed);
            }
            _ => {
                for number in &referrers_below {
                    if self.artifacts[number].exists() {
                        self.lose(number, State::Unknown);
                    }
                }
                self.interrupted.push(referrers_below);
            }
        }
    }

    /// Runs interrupted deletes again, by digest, because the tag may name another manifest now.
    fn finish(&mut self) {
        for referrers_below in std::mem::take(&mut self.interrupted) {
            let target = self.location.at(&self.artifacts[&referrers_below[0]].digest);
            let args = ["delete", "--yes", "--force", "--format", "json", &target];
            let output = self.work.command(ocigraph_binary()).args(args).output().unwrap();
            self.deleted(&args, &referrers_below, &output, true);
        }
    }

    fn deleted(&mut self, args: &[&str], referrers_below: &[u64], output: &Output, killed: bool) {
        let said = String::from_utf8_lossy(&output.stderr);
        let kept = if is_kept(output) {
            referrers_below.iter().map(|number| self.artifacts[number].digest.clone()).collect()
        } else if killed && output.status.code() == Some(1) {
            // The killed process had already finished.
            let of = |what: &str| said.contains(what);
            let in_registry = of("the manifest") && of("was not found");
            let in_layout = of("has no manifest") || of("has no tag");
            assert!(of("NOT_FOUND") && (in_registry || in_layout), "{args:?}: {said}");
            Vec::new()
        } else {
            let report: Value = serde_json::from_slice(&succeeded(args, output).stdout).unwrap();
            digests(&report["kept"])
        };
        for number in referrers_below {
            let artifact = &self.artifacts[number];
            match artifact.state {
                // It was not found by the delete if the list of its subject had lost the subject's entry.
                State::Orphan => self.lose(number, State::Unknown),
                State::Removed => {}
                _ if kept.contains(&artifact.digest) => {
                    self.artifacts.get_mut(number).unwrap().state = State::Exists;
                }
                _ => self.lose(number, State::Deleted),
            }
        }
    }

    /// Deletes two referrers with other clients. No later change of a list removes their entries.
    pub(crate) fn lose_some(&mut self) {
        for _ in 0..2 {
            let there = self.artifacts.values().filter(|a| a.exists() && a.subject.is_some());
            let there: Vec<u64> = there.map(|a| a.number).collect();
            if let Some(one) = self.random.of(&there) {
                self.delete_with_another_client(one);
            }
        }
    }

    /// Deletes only the manifest, as other clients do: they leave its referrers, and its entry in the list
    /// of its subject.
    fn delete_with_another_client(&mut self, number: u64) {
        let target = self.location.at(&self.artifacts[&number].digest);
        let docker = format!("docker://{target}");
        let (program, args) = match self.random.below(3) {
            0 => ("crane", vec!["delete", &target]),
            1 => ("regctl", vec!["manifest", "delete", &target]),
            _ => ("skopeo", vec!["--insecure-policy", "delete", "--tls-verify=false", &docker]),
        };
        let ran = self.work.run(self.work.command(tool(program)).args(&args));
        if ran.code != Some(0) && !self.is_certain(&self.artifacts[&number]) {
            return self.lose(&number, State::Unknown);
        }
        ran.ok();
        self.done += 1;
        for below in self.referrers_below(number) {
            let artifact = self.artifacts.get_mut(&below).unwrap();
            if artifact.exists() {
                artifact.state = State::Orphan;
            }
        }
        self.lose(&number, State::Removed);
    }

    /// Returns the artifact and its graph of referrers, without those that ocigraph deleted.
    fn referrers_below(&self, number: u64) -> Vec<u64> {
        let mut found = vec![number];
        let mut location = 0;
        while let Some(above) = found.get(location).copied() {
            let refers = |a: &&Artifact| a.subject.as_ref().is_some_and(|s| s.own == Some(above));
            let known = |a: &&Artifact| !matches!(a.state, State::Deleted | State::Unknown);
            let below = self.artifacts.values().filter(refers).filter(known);
            found.extend(below.map(|a| a.number));
            location += 1;
        }
        found
    }

    fn lose(&mut self, number: &u64, state: State) {
        let artifact = self.artifacts.get_mut(number).unwrap();
        artifact.state = state;
        artifact.tags.clear();
    }

    /// Sets a new tag, or moves a tag from another artifact.
    fn tag(&mut self, number: u64) {
        let tag = format!("tag-{}-{}", self.number, self.random.below(8));
        let target = self.location.at(&self.artifacts[&number].digest);
        let args = ["tag", &target, &tag];
        let ended = self.run(&args);
        // The artifact that had the tag may have lost it, even if the command failed.
        self.forget_tag(&tag);
        if let Some(output) = ended.output {
            succeeded(&args, &output);
            self.artifacts.get_mut(&number).unwrap().tags.insert(tag);
        }
    }

    fn forget_tag(&mut self, tag: &str) {
        for artifact in self.artifacts.values_mut() {
            artifact.tags.remove(tag);
        }
    }

    fn untag(&mut self) {
        let tags = self.artifacts.values().flat_map(|a| &a.tags).cloned().collect::<Vec<_>>();
        let Some(tag) = self.random.of(&tags).filter(|_| self.location.untags) else { return };
        let target = format!("{}:{tag}", self.location.name);
        let args = ["untag", &target];
        let ended = self.run(&args);
        self.forget_tag(&tag);
        if let Some(output) = ended.output.filter(|_| !ended.killed) {
            succeeded(&args, &output);
        }
    }

    fn copy(&mut self, number: u64) {
        if self.copies.len() > MANY / 2 {
            return self.delete_copy();
        }
        let root = self.root(number);
        // Other workers change the graphs of the shared images, and unknown artifacts can be
        // incomplete.
        let known = self.artifacts.values().all(|a| a.state != State::Unknown);
        let Some(root) = root.filter(|_| known) else { return };
        let tag = format!("copy-{}-{}", self.number, self.random.below(2 * MANY as u64));
        let target = format!("{}:{tag}", self.location.copies);
        let digest = self.artifacts[&root].digest.clone();
        let source = self.location.at(&digest);
        let mut args = vec!["copy", &source, &target];
        if self.random.one_in(2) {
            args.push("--recursive");
        }
        let ended = self.run(&args);
        self.copies.remove(&tag);
        if let Some(output) = ended.output {
            succeeded(&args, &output);
            self.copies.insert(tag, digest);
        }
    }

    /// Returns the root of its graph, if that is an artifact of this worker.
    fn root(&self, number: u64) -> Option<u64> {
        match &self.artifacts[&number].subject {
            Some(subject) => self.root(subject.own?),
            None => Some(number),
        }
    }

    fn delete_copy(&mut self) {
        let Some((tag, digest)) = self.copies.first_key_value() else { return };
        let (digest, target) = (digest.clone(), format!("{}:{tag}", self.location.copies));
        let args = ["delete", "--yes", "--force", "--format", "json", &target];
        let ended = self.run(&args);
        self.copies.retain(|_, other| *other != digest);
        if let Some(output) = ended.output.filter(|_| !ended.killed) {
            succeeded(&args, &output);
        }
    }

    /// Runs the command. Sometimes kills it, and then usually runs it again.
    fn run(&mut self, args: &[&str]) -> Ended {
        let mut killed = false;
        loop {
            let mut command = self.work.command(ocigraph_binary());
            command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().expect("the command starts");
            self.done += 1;
            if self.random.one_in(3) {
                thread::sleep(Duration::from_micros(self.random.below(60_000)));
                let _ = child.kill();
            }
            let output = child.wait_with_output().unwrap();
            if output.status.code().is_some() {
                return Ended { output: Some(output), killed };
            }
            killed = true;
            self.killed += 1;
            if self.random.one_in(4) {
                return Ended { output: None, killed };
            }
        }
    }
}

/// Returns true if a delete kept every manifest.
fn is_kept(output: &Output) -> bool {
    String::from_utf8_lossy(&output.stderr).contains("is kept")
}

fn digests(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| digest_of(&item["descriptor"])).collect()
}

#[track_caller]
fn succeeded<'a>(args: &[&str], output: &'a Output) -> &'a Output {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {said}");
    output
}
