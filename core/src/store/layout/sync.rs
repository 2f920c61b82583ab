//! Helpers for state that several threads share: locking and parallel file work. They know nothing
//! of layouts.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
};

/// Threads of one parallel file operation. A disk syncs and reads several files concurrently.
const THREADS: usize = 8;

/// Locks a mutex, also after a panic in another thread: every change under these locks is a single
/// step, so the value is never half changed.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Applies `work` to each item on several threads, and returns the results in the order of `items`.
///
/// An item whose result satisfies `lacked_descriptors` is processed once more after the others have
/// finished. If a thread cannot be started, this thread does its work.
pub(super) fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    lacked_descriptors: impl Fn(&R) -> bool,
) -> Vec<R> {
    let share = items.len().div_ceil(THREADS).max(1);
    let all = |chunk: &[T]| chunk.iter().map(&work).collect::<Vec<R>>();
    let mut results: Vec<R> = thread::scope(|scope| {
        let all = &all;
        let mut chunks = items.chunks(share);
        let own = chunks.next_back().unwrap_or_default();
        let threads: Vec<_> = chunks
            .map(|chunk| (chunk, thread::Builder::new().spawn_scoped(scope, move || all(chunk))))
            .collect();
        let own = all(own);
        let done = threads.into_iter().flat_map(|(chunk, thread)| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|p| std::panic::resume_unwind(p)),
            Err(_) => all(chunk),
        });
        done.chain(own).collect()
    });
    for (item, result) in items.iter().zip(&mut results) {
        if lacked_descriptors(result) {
            *result = work(item);
        }
    }
    results
}
