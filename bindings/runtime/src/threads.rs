//! The threads: starts a tokio runtime with as many threads as the process can start, or returns an
//! error that names the limit to raise.
//!
//! Tokio panics if it cannot start its first threads or open its descriptors, and waits forever if no
//! thread is left for blocking work. Therefore [`build`] first tries both, then starts the blocking
//! threads that must exist and keeps them alive.

#[cfg(unix)]
use std::fs::File;
use std::{
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use ocigraph::{Code, Error, Result};
use tokio::runtime::{Builder, Runtime};

/// Blocking threads that are always available: one may wait for standard input, another for a
/// callback.
const RESERVED_BLOCKING: usize = 2;

/// Descriptors that a runtime, its signal handling, one connection and one file need.
#[cfg(unix)]
const DESCRIPTORS: usize = 12;

/// Idle time before a blocking thread ends. Long, because the process may be unable to start another.
const KEEP_ALIVE: Duration = Duration::from_secs(3600);

/// Maximum number of blocking threads. With a limited address space, one thread per `SPACE_PER_THREAD` bytes:
/// glibc reserves up to 64 MiB of address space for the heap of each thread.
const MAX_BLOCKING: usize = 512;
#[cfg(unix)]
const SPACE_PER_THREAD: u64 = 128 * 1024 * 1024;

/// Minimum address space. With less, an allocation would fail during an operation.
#[cfg(unix)]
const MIN_SPACE: u64 = 448 * 1024 * 1024;

/// Maximum time for a started thread to begin running, even on a busy machine.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// Starts a runtime with `workers` worker threads, or one per processor if `workers` is 0. If the
/// process can start only some of them, uses fewer. `name` is the name of the threads, and each
/// thread calls `on_thread_start` first.
///
/// # Errors
/// `IO` if the process can start too few threads, open too few descriptors, or use too little address
/// space. The hint names the limit to raise.
pub fn build(name: &str, workers: usize, on_thread_start: fn()) -> Result<Runtime> {
    check_descriptors()?;
    check_space()?;
    let wanted = match workers {
        0 => thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    };
    let threads = startable(wanted + RESERVED_BLOCKING, on_thread_start);
    if threads <= RESERVED_BLOCKING {
        return Err(no_threads());
    }
    let mut builder = Builder::new_multi_thread();
    builder
        .worker_threads(threads - RESERVED_BLOCKING)
        .thread_name(name)
        .thread_keep_alive(KEEP_ALIVE)
        .max_blocking_threads(max_blocking())
        .on_thread_start(on_thread_start)
        .enable_all();
    let runtime = builder.build().map_err(|e| {
        Error::new(Code::Io, format!("cannot start the runtime's threads: {e}")).with_source(e)
    })?;
    start_blocking(&runtime)?;
    Ok(runtime)
}

/// The limit on the process's address space in bytes, if any.
#[cfg(unix)]
fn address_space_limit() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::As).current
}

/// Fails early, because a failed allocation aborts the process.
fn check_space() -> Result<()> {
    #[cfg(unix)]
    if let Some(limit) = address_space_limit().filter(|limit| *limit < MIN_SPACE) {
        let (limit, least) = (limit >> 20, MIN_SPACE >> 20);
        let message = format!(
            "the process may use {limit} MiB of address space; at least {least} MiB are needed"
        );
        return Err(
            Error::new(Code::Io, message).with_hint("raise its limit on memory (ulimit -v)")
        );
    }
    Ok(())
}

/// Returns the number of blocking threads that a runtime can have in this process.
pub(crate) fn max_blocking() -> usize {
    #[cfg(unix)]
    if let Some(limit) = address_space_limit() {
        let threads = usize::try_from(limit / SPACE_PER_THREAD).unwrap_or(MAX_BLOCKING);
        return threads.clamp(RESERVED_BLOCKING + 1, MAX_BLOCKING);
    }
    MAX_BLOCKING
}

/// Returns how many threads, up to `wanted`, the process can start now.
fn startable(wanted: usize, on_thread_start: fn()) -> usize {
    let mut ends = Vec::new();
    let started: Vec<JoinHandle<()>> = (0..wanted)
        .map_while(|_| {
            let (end, ended) = mpsc::channel::<()>();
            ends.push(end);
            // Returns when the sender is dropped.
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
    let ends: Vec<mpsc::Sender<()>> = (0..RESERVED_BLOCKING)
        .map(|_| {
            let (begun, (end, ended)) = (begun.clone(), mpsc::channel::<()>());
            runtime.spawn_blocking(move || {
                let _ = begun.send(());
                let _ = ended.recv();
            });
            end
        })
        .collect();
    // Every task blocks until all have begun, so each occupies a thread of its own.
    let all = ends.iter().all(|_| all_begun.recv_timeout(START_TIMEOUT).is_ok());
    if all { Ok(()) } else { Err(no_threads()) }
}

fn no_threads() -> Error {
    Error::new(Code::Io, "the process cannot start the threads it needs")
        .with_hint("raise its limit on threads (ulimit -u) or on memory (ulimit -v)")
}

#[cfg(unix)]
fn check_descriptors() -> Result<()> {
    // An empty root folder, as of an image without a system, has no /dev/null.
    let opened: std::io::Result<Vec<File>> = (0..DESCRIPTORS).map(|_| File::open("/")).collect();
    match opened {
        Ok(_) => Ok(()),
        Err(e) => {
            Err(Error::new(Code::Io, format!("the process cannot open the files it needs: {e}"))
                .with_hint("raise its limit on open files (ulimit -n), or close some of them")
                .with_source(e))
        }
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
        // Each task waits for the other, so both need a thread at the same time.
        let first = runtime.spawn_blocking(move || {
            a.0.send(()).unwrap();
            b.1.recv_timeout(START_TIMEOUT).unwrap();
        });
        let second = runtime.spawn_blocking(move || {
            a.1.recv_timeout(START_TIMEOUT).unwrap();
            b.0.send(()).unwrap();
        });
        runtime.block_on(async {
            first.await.unwrap();
            second.await.unwrap();
        });
    }

    #[test]
    fn the_threads_of_the_trial_have_ended() {
        assert_eq!(startable(3, || {}), 3);
        assert_eq!(startable(0, || {}), 0);
    }
}
