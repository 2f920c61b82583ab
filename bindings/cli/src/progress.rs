//! Progress of transfers: bars on a terminal, otherwise one line for each blob.

use std::{
    collections::{HashMap, HashSet},
    io::IsTerminal,
    sync::{Mutex, PoisonError},
};

use indicatif::{MultiProgress, ProgressBar, ProgressFinish, ProgressStyle};
use ocigraph::{Descriptor, Digest, Event, Outcome, Progress, printable};

use crate::{args::Common, format::Format, output};

/// The minimum size, in bytes, of a blob with a progress bar. The transfer of a smaller blob ends
/// before anyone can read its bar.
const MIN_BAR_BYTES: u64 = 1024 * 1024;
const TEMPLATE: &str = "{msg:30!} {bar:30} {bytes:>10}/{total_bytes} {bytes_per_sec:>12} {eta:>4}";

/// The words of a command for what happens to a blob, as ORAS prints them, of one width.
#[derive(Clone, Copy)]
struct Words {
    started: &'static str,
    done: &'static str,
    exists: &'static str,
    mounted: &'static str,
    /// The word for a manifest that was fetched and is read.
    read: Option<&'static str>,
}

const UPLOADS: Words = Words {
    started: "Uploading",
    done: "Uploaded ",
    exists: "Exists   ",
    mounted: "Mounted  ",
    read: None,
};
const COPIES: Words = Words {
    started: "Copying",
    done: "Copied ",
    exists: "Exists ",
    mounted: "Mounted",
    read: None,
};
const DOWNLOADS: Words = Words {
    started: "Downloading",
    done: "Downloaded ",
    exists: "Exists     ",
    mounted: "Mounted    ",
    read: Some("Processing "),
};
const BACKUPS: Words = Words {
    started: "Pulling  ",
    done: "Pulled   ",
    exists: "Exists   ",
    mounted: "Mounted  ",
    read: None,
};
const RESTORES: Words = Words {
    started: "Pushing  ",
    done: "Pushed   ",
    exists: "Exists   ",
    mounted: "Mounted  ",
    read: None,
};
/// Of a registry or of a layout, whose content is only read.
const CHECKS: Words = Words {
    started: "Checking",
    done: "Checked ",
    exists: "Exists  ",
    mounted: "Mounted ",
    read: None,
};

impl Words {
    fn of(&self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Uploaded | Outcome::Written => self.done,
            Outcome::AlreadyExists => self.exists,
            Outcome::Mounted => self.mounted,
            Outcome::Unchanged => "Unchanged",
            Outcome::KeptExisting => "Kept",
            Outcome::Verified => "Checked ",
            _ => "Done",
        }
    }
}

/// Prints that a manifest was uploaded.
pub(crate) fn uploaded(manifest: &Descriptor) {
    output::status(&line(UPLOADS.started, manifest));
    output::status(&line(UPLOADS.done, manifest));
}

/// Returns the progress callback of a push. It prints `first` before the first event.
pub(crate) fn uploads(common: &Common, format: &Format, first: Vec<String>) -> Progress {
    progress(common, format, UPLOADS, if format.is_text() { first } else { Vec::new() })
}

/// Returns the progress callback of a copy.
pub(crate) fn copies(common: &Common, format: &Format) -> Progress {
    progress(common, format, COPIES, Vec::new())
}

/// Returns the progress callback of a pull.
pub(crate) fn downloads(common: &Common, format: &Format) -> Progress {
    progress(common, format, DOWNLOADS, Vec::new())
}

/// Returns the progress callback of a backup.
pub(crate) fn backups(common: &Common, format: &Format) -> Progress {
    progress(common, format, BACKUPS, Vec::new())
}

/// Returns the progress callback of a restore.
pub(crate) fn restores(common: &Common, format: &Format) -> Progress {
    progress(common, format, RESTORES, Vec::new())
}

/// Returns the progress callback of a verification.
pub(crate) fn checks(common: &Common, format: &Format) -> Progress {
    progress(common, format, CHECKS, Vec::new())
}

/// Returns bars for a terminal. Otherwise prints a line when the transfer of a blob starts, and one
/// when it ends: to standard output before a result for people, as ORAS does, else to standard error.
fn progress(common: &Common, format: &Format, words: Words, first: Vec<String>) -> Progress {
    if common.quiet {
        return Progress::none();
    }
    if shows_bars(common) {
        return bars(words);
    }
    let print = if format.is_text() { output::status } else { output::note };
    // A transfer is announced with its first bytes: until then the target may have the blob.
    let state = Mutex::new((HashSet::new(), first));
    Progress::new(move |event| {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let (announced, first) = &mut *state;
        first.drain(..).for_each(|line| print(&line));
        match event {
            Event::Moved { blob, .. } if announced.insert(blob.digest.clone()) => {
                print(&line(words.started, blob));
            }
            Event::Finished { blob, outcome } => {
                if is_transfer(outcome) && announced.insert(blob.digest.clone()) {
                    print(&line(words.started, blob));
                }
                print(&line(words.of(outcome), blob));
            }
            Event::Metadata { descriptor, outcome } => {
                let started = is_transfer(outcome).then_some(words.started);
                let read = words.read.filter(|_| started.is_some());
                for word in started.into_iter().chain(read).chain([words.of(outcome)]) {
                    print(&line(word, descriptor));
                }
            }
            _ => {}
        }
    })
}

fn is_transfer(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Uploaded | Outcome::Written)
}

fn shows_bars(common: &Common) -> bool {
    !common.no_progress && !common.debug && std::io::stderr().is_terminal()
}

fn bars(words: Words) -> Progress {
    let bars = Bars { words, all: MultiProgress::new(), each: HashMap::new(), total: None };
    let bars = Mutex::new(bars);
    Progress::new(move |event| bars.lock().unwrap_or_else(PoisonError::into_inner).show(event))
}

/// A bar for each running transfer and, below them, one for the total.
struct Bars {
    words: Words,
    all: MultiProgress,
    each: HashMap<Digest, ProgressBar>,
    total: Option<ProgressBar>,
}

impl Bars {
    fn show(&mut self, event: Event<'_>) {
        match event {
            Event::Started { blob } if blob.size >= MIN_BAR_BYTES => {
                let total =
                    self.total.get_or_insert_with(|| self.all.add(bar(0, "total".to_owned())));
                total.inc_length(blob.size);
                let bar = self.all.insert_before(total, bar(blob.size, name(blob)));
                self.each.insert(blob.digest.clone(), bar);
            }
            Event::Moved { blob, position } => self.move_to(blob, position),
            Event::Finished { blob, outcome } => {
                self.move_to(blob, blob.size);
                self.each.remove(&blob.digest);
                let _ = self.all.println(line(self.words.of(outcome), blob));
            }
            _ => {}
        }
    }

    fn move_to(&self, blob: &Descriptor, position: u64) {
        if let (Some(bar), Some(total)) = (self.each.get(&blob.digest), &self.total) {
            // The position decreases when a retry starts from the first byte.
            total.set_position((total.position() + position).saturating_sub(bar.position()));
            bar.set_position(position);
        }
    }
}

/// Returns a bar that disappears when it is dropped.
fn bar(length: u64, name: String) -> ProgressBar {
    let bar = ProgressBar::new(length).with_message(name).with_finish(ProgressFinish::AndClear);
    match ProgressStyle::with_template(TEMPLATE) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn line(word: &str, blob: &Descriptor) -> String {
    let digest = blob.digest.encoded();
    format!("{word} {} {}", &digest[..digest.len().min(12)], name(blob))
}

fn name(blob: &Descriptor) -> String {
    printable(blob.title().unwrap_or(&blob.media_type))
}
