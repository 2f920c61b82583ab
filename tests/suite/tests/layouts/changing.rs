//! Files that change while they are read.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

/// Changes a file or folder until it is dropped.
#[derive(Default)]
pub(crate) struct Changing {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Changing {
    pub(crate) fn begin(path: &Path) -> Self {
        let file = File::options().read(true).write(true).open(path).unwrap();
        let length = file.metadata().unwrap().len();
        Self::repeat(move |turn| {
            let changed = match turn % 3 {
                0 => file.set_len(length + (turn % 50) * 100_000),
                1 => file.set_len(length / 2),
                _ => file.write_all_at(&[turn as u8; 100], length / 3),
            };
            changed.unwrap();
        })
    }

    /// A turn has no effect if the operation has created something at this path.
    pub(crate) fn flip(path: PathBuf, link: PathBuf, was: PathBuf) -> Self {
        Self::repeat(move |_| {
            let there = fs::rename(&path, &was).and_then(|()| fs::rename(&link, &path));
            if there.is_ok() {
                let _ = fs::rename(&path, &link);
            }
            let _ = fs::rename(&was, &path);
        })
    }

    fn repeat(change: impl Fn(u64) + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            (0..).take_while(|_| !stopped.load(Ordering::Relaxed)).for_each(change);
        });
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for Changing {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}
