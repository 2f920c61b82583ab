//! Signal mask of the library's threads.
//!
//! The threads block signals, so that signal handlers run on the program's own threads only, and a
//! write to a closed connection returns an error instead of ending the program with SIGPIPE. The mask
//! of the calling thread changes; the process does not.

/// Blocks signals on this thread. Threads that it starts inherit the mask; programs that it starts
/// do not.
#[cfg(unix)]
pub(crate) fn block() {
    use std::{mem::MaybeUninit, ptr};

    // A fault raises its signal on the faulting thread. Profilers need SIGPROF on every thread, and Go
    // preempts goroutines with SIGURG, also in a callback.
    const UNBLOCKED: [libc::c_int; 9] = [
        libc::SIGSEGV,
        libc::SIGBUS,
        libc::SIGFPE,
        libc::SIGILL,
        libc::SIGTRAP,
        libc::SIGABRT,
        libc::SIGSYS,
        libc::SIGPROF,
        libc::SIGURG,
    ];
    let mut set = MaybeUninit::uninit();
    // SAFETY: sigfillset initializes the set before it is read; the mask belongs to this thread.
    unsafe {
        libc::sigfillset(set.as_mut_ptr());
        for signal in UNBLOCKED {
            libc::sigdelset(set.as_mut_ptr(), signal);
        }
        libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), ptr::null_mut());
    }
}

/// Does nothing: only Unix has signals.
#[cfg(not(unix))]
pub(crate) fn block() {}
