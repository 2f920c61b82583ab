//! Progress: bars on a terminal, a line per blob elsewhere.

use std::{
    collections::HashMap,
    io::IsTerminal,
    sync::{Arc, Mutex, PoisonError},
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use ocigraph::{Descriptor, Digest, Event, Outcome, Progress};

use crate::{args::Common, output::note};

/// A blob from here on has a bar; less is over before one can be read.
const SHOWN_FROM: u64 = 1024 * 1024;

/// Progress as the flags want it.
pub(crate) fn reporter(common: &Common) -> Progress {
    if common.quiet {
        return Progress::none();
    }
    if common.no_progress || !std::io::stderr().is_terminal() {
        return Progress::new(|event| {
            if let Event::Finished { blob, outcome } = event {
                note(&finished(blob, outcome));
            }
        });
    }
    let bars = Arc::new(Bars::default());
    Progress::new(move |event| bars.show(event))
}

#[derive(Default)]
struct Bars {
    all: MultiProgress,
    each: Mutex<HashMap<Digest, ProgressBar>>,
}

impl Bars {
    fn show(&self, event: Event<'_>) {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Started { blob } if blob.size >= SHOWN_FROM => {
                let bar = self.all.add(ProgressBar::new(blob.size).with_message(name(blob)));
                let template =
                    "{msg:30!} {bar:30} {bytes:>10}/{total_bytes} {bytes_per_sec:>12} {eta:>4}";
                if let Ok(style) = ProgressStyle::with_template(template) {
                    bar.set_style(style);
                }
                each.insert(blob.digest.clone(), bar);
            }
            Event::Moved { blob, position } => {
                if let Some(bar) = each.get(&blob.digest) {
                    bar.set_position(position);
                }
            }
            Event::Finished { blob, outcome } => {
                if let Some(bar) = each.remove(&blob.digest) {
                    bar.finish_and_clear();
                }
                let _ = self.all.println(finished(blob, outcome));
            }
            _ => {}
        }
    }
}

fn finished(blob: &Descriptor, outcome: Outcome) -> String {
    let word = match outcome {
        Outcome::Uploaded => "Uploaded",
        Outcome::Existed => "Exists",
        Outcome::Mounted => "Mounted",
        Outcome::Written => "Downloaded",
        Outcome::Unchanged => "Unchanged",
        Outcome::Kept => "Kept",
        _ => "Skipped",
    };
    let digest = blob.digest.encoded();
    format!("{word} {} {}", &digest[..digest.len().min(12)], name(blob))
}

/// Control characters of a title must not reach the terminal.
fn name(blob: &Descriptor) -> String {
    let title = blob.title().unwrap_or(&blob.media_type);
    title.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
