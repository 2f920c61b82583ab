//! Progress of transfers: bars on a terminal, otherwise one line for each blob.

use std::{
    collections::{HashMap, HashSet},
    io::IsTerminal,
    sync::{Mutex, PoisonError},
};

use indicatif::{MultiProgress, ProgressBar, ProgressFinish, ProgressStyle};
use ocigraph::{Descriptor, Digest, Event, Outcome, Progress, printable};

use crate::{args::Common, output::note};

/// The minimum size, in bytes, of a blob with a progress bar. The transfer of a smaller blob ends
/// before anyone can read its bar.
const MIN_BAR_BYTES: u64 = 1024 * 1024;
const TEMPLATE: &str = "{msg:30!} {bar:30} {bytes:>10}/{total_bytes} {bytes_per_sec:>12} {eta:>4}";

/// Returns the progress callback of a push for these flags.
pub(crate) fn uploads(common: &Common) -> Progress {
    if common.quiet {
        return Progress::none();
    }
    if shows_bars(common) {
        return bars();
    }
    // The line is printed with the first bytes: until then the blob may exist in the registry.
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

/// Returns the progress callback for these flags: bars, or a line for each finished blob.
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

/// A bar for each running transfer and, below them, one for the total.
#[derive(Default)]
struct Bars {
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
                let _ = self.all.println(line(word(outcome), blob));
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
