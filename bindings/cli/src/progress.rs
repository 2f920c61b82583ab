//! Progress: bars on a terminal, a line per blob elsewhere.

use std::{
    collections::{HashMap, HashSet},
    io::IsTerminal,
    sync::{Mutex, PoisonError},
};

use indicatif::{MultiProgress, ProgressBar, ProgressFinish, ProgressStyle};
use ocigraph::{Descriptor, Digest, Event, Outcome, Progress, printable};

use crate::{args::Common, output::note};

/// A blob from here on has a bar; less is over before one can be read.
const SHOWN_FROM: u64 = 1024 * 1024;
const TEMPLATE: &str = "{msg:30!} {bar:30} {bytes:>10}/{total_bytes} {bytes_per_sec:>12} {eta:>4}";

/// Progress of a push, as the flags want it.
pub(crate) fn uploads(common: &Common) -> Progress {
    if common.quiet {
        return Progress::none();
    }
    if shows_bars(common) {
        return bars();
    }
    // The line comes when the first bytes go out: only then is it sure that the blob is not there.
    let announced = Mutex::new(HashSet::new());
    Progress::new(move |event| {
        let (blob, outcome) = match event {
            Event::Moved { blob, .. } => (blob, Outcome::Uploaded),
            Event::Finished { blob, outcome } => (blob, outcome),
            _ => return,
        };
        let mut announced = announced.lock().unwrap_or_else(PoisonError::into_inner);
        if outcome != Outcome::Uploaded {
            note(&line(word(outcome), blob));
        } else if announced.insert(blob.digest.clone()) {
            note(&line("Uploading", blob));
        }
    })
}

/// Progress as a line for each blob that is done with, or as bars, as the flags want it.
pub(crate) fn finished(common: &Common) -> Progress {
    if common.quiet {
        return Progress::none();
    }
    if shows_bars(common) {
        return bars();
    }
    Progress::new(|event| {
        if let Event::Finished { blob, outcome } = event {
            note(&line(word(outcome), blob));
        }
    })
}

fn shows_bars(common: &Common) -> bool {
    !common.no_progress && std::io::stderr().is_terminal()
}

fn bars() -> Progress {
    let bars = Mutex::new(Bars::default());
    Progress::new(move |event| bars.lock().unwrap_or_else(PoisonError::into_inner).show(event))
}

/// Bars of what is under way, and beneath them one for all of it.
#[derive(Default)]
struct Bars {
    all: MultiProgress,
    each: HashMap<Digest, ProgressBar>,
    total: Option<ProgressBar>,
}

impl Bars {
    fn show(&mut self, event: Event<'_>) {
        match event {
            Event::Started { blob } if blob.size >= SHOWN_FROM => {
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
                let _ = self.all.println(line(word(outcome), blob));
            }
            _ => {}
        }
    }

    fn move_to(&self, blob: &Descriptor, position: u64) {
        if let (Some(bar), Some(total)) = (self.each.get(&blob.digest), &self.total) {
            // A retry begins anew, so that a position may also fall.
            total.set_position((total.position() + position).saturating_sub(bar.position()));
            bar.set_position(position);
        }
    }
}

/// A bar that goes when it is dropped.
fn bar(length: u64, name: String) -> ProgressBar {
    let bar = ProgressBar::new(length).with_message(name).with_finish(ProgressFinish::AndClear);
    match ProgressStyle::with_template(TEMPLATE) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Uploaded => "Uploaded",
        Outcome::AlreadyExists => "Exists",
        Outcome::Mounted => "Mounted",
        Outcome::Written => "Downloaded",
        Outcome::Unchanged => "Unchanged",
        Outcome::KeptExisting => "Kept",
        Outcome::Verified => "Checked",
        _ => "Done",
    }
}

fn line(word: &str, blob: &Descriptor) -> String {
    let digest = blob.digest.encoded();
    format!("{word} {} {}", &digest[..digest.len().min(12)], name(blob))
}

fn name(blob: &Descriptor) -> String {
    printable(blob.title().unwrap_or(&blob.media_type))
}
