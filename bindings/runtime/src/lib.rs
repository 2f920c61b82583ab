//! The tokio runtime of the bindings and the command: it starts with as many threads as the process
//! may have, or says clearly that it cannot.
//!
//! Tokio panics when it cannot start its first threads or open its descriptors, and waits for ever when
//! no thread is left for blocking work. So both are tried out before, and the threads that blocking
//! work cannot do without are started at once and stay.

use std::{
    fs::File,
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use ocigraph::{Code, Error, Result};
use tokio::runtime::{Builder, Runtime};

/// Threads for blocking work that are always there: one may wait for standard input, or for what a
/// callback does.
const BLOCKING: usize = 2;

/// What a runtime, its signals, a connection and a file take.
#[cfg(unix)]
const DESCRIPTORS: usize = 12;

/// Threads stay for so long, since the process may not be able to start others soon.
const KEPT: Duration = Duration::from_secs(3600);

/// Threads for blocking work at most; in an address space that is limited, one for each so many bytes of
/// it, since the C library gives each thread up to 64 MiB for its own use.
const MOST_BLOCKING: usize = 512;
#[cfg(unix)]
const SPACE: u64 = 128 * 1024 * 1024;

/// With a smaller address space than this, memory would run out in the middle of something.
#[cfg(unix)]
const LEAST_SPACE: u64 = 448 * 1024 * 1024;

/// How long a thread that was started may take to begin, on however busy a machine.
const BEGINNING: Duration = Duration::from_secs(30);

/// A runtime whose threads have this name, with so many workers: 0 is one for each processor. IO, with
/// what to raise, when the process has too few threads or descriptors left; with some of them, fewer
/// workers. Each thread begins with `on_thread_start`.
pub fn build(name: &str, workers: usize, on_thread_start: fn()) -> Result<Runtime> {
    check_descriptors()?;
    check_space()?;
    let wanted = match workers {
        0 => thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    };
    let threads = startable(wanted + BLOCKING, on_thread_start);
    if threads <= BLOCKING {
        return Err(no_threads());
    }
    let mut builder = Builder::new_multi_thread();
    builder
        .worker_threads(threads - BLOCKING)
        .thread_name(name)
        .thread_keep_alive(KEPT)
        .max_blocking_threads(most_blocking())
        .on_thread_start(on_thread_start)
        .enable_all();
    let runtime = builder.build().map_err(|e| {
        Error::new(Code::Io, format!("the threads that do the work cannot be started: {e}"))
            .with_source(e)
    })?;
    start_blocking(&runtime)?;
    Ok(runtime)
}

/// How large the process's address space may be, where that is limited.
#[cfg(unix)]
fn space() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::As).current
}

/// Out of memory ends a process at once, so it does not begin where that is sure to come.
fn check_space() -> Result<()> {
    #[cfg(unix)]
    if let Some(limit) = space().filter(|limit| *limit < LEAST_SPACE) {
        let (limit, least) = (limit >> 20, LEAST_SPACE >> 20);
        let message =
            format!("the process may use {limit} MiB of address space, and needs {least}");
        return Err(
            Error::new(Code::Io, message).with_hint("raise its limit on memory (ulimit -v)")
        );
    }
    Ok(())
}

fn most_blocking() -> usize {
    #[cfg(unix)]
    if let Some(limit) = space() {
        let threads = usize::try_from(limit / SPACE).unwrap_or(MOST_BLOCKING);
        return threads.clamp(BLOCKING + 1, MOST_BLOCKING);
    }
    MOST_BLOCKING
}

/// How many of so many threads can be started now.
fn startable(wanted: usize, on_thread_start: fn()) -> usize {
    let mut ends = Vec::new();
    let started: Vec<JoinHandle<()>> = (0..wanted)
        .map_while(|_| {
            let (end, ended) = mpsc::channel::<()>();
            ends.push(end);
            // It waits until its sender is dropped.
            let wait = move || {
                on_thread_start();
                let _ = ended.recv();
            };
            thread::Builder::new().spawn(wait).ok()
        })
        .collect();
    let count = started.len();
    drop(ends);
    for thread in started {
        let _ = thread.join();
    }
    count
}

fn start_blocking(runtime: &Runtime) -> Result<()> {
    let (begun, all_begun) = mpsc::channel();
    let ends: Vec<mpsc::Sender<()>> = (0..BLOCKING)
        .map(|_| {
            let (begun, (end, ended)) = (begun.clone(), mpsc::channel::<()>());
            runtime.spawn_blocking(move || {
                let _ = begun.send(());
                let _ = ended.recv();
            });
            end
        })
        .collect();
    // All of them wait, so each has a thread of its own.
    let all = ends.iter().all(|_| all_begun.recv_timeout(BEGINNING).is_ok());
    if all { Ok(()) } else { Err(no_threads()) }
}

fn no_threads() -> Error {
    Error::new(Code::Io, "the process cannot start the threads that it needs")
        .with_hint("raise its limit on threads (ulimit -u) or on memory (ulimit -v)")
}

#[cfg(unix)]
fn check_descriptors() -> Result<()> {
    let opened: std::io::Result<Vec<File>> =
        (0..DESCRIPTORS).map(|_| File::open("/dev/null")).collect();
    match opened {
        Ok(_) => Ok(()),
        Err(e) => Err(Error::new(
            Code::Io,
            format!("the process cannot open the files that it needs: {e}"),
        )
        .with_hint("raise its limit on open files (ulimit -n), or close some of them")
        .with_source(e)),
    }
}

#[cfg(not(unix))]
fn check_descriptors() -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocking_work_has_its_threads_from_the_start() {
        let runtime = build("test", 0, || {}).unwrap();
        let metrics = runtime.metrics();
        assert!(metrics.num_workers() >= 1);
        let (a, b) = (mpsc::channel(), mpsc::channel());
        // Each waits for the other: they need a thread each.
        let first = runtime.spawn_blocking(move || {
            a.0.send(()).unwrap();
            b.1.recv_timeout(BEGINNING).unwrap();
        });
        let second = runtime.spawn_blocking(move || {
            a.1.recv_timeout(BEGINNING).unwrap();
            b.0.send(()).unwrap();
        });
        runtime.block_on(async {
            first.await.unwrap();
            second.await.unwrap();
        });
    }

    #[test]
    fn threads_that_were_tried_out_have_ended() {
        assert_eq!(startable(3, || {}), 3);
        assert_eq!(startable(0, || {}), 0);
    }
}
