//! Signals: the library's threads leave them to the program's own.
//!
//! A handler of the program never runs on a thread that it does not know, and a connection that
//! breaks while it is written to is an error of the call instead of a SIGPIPE, by which a program
//! ends. It changes the mask of the thread that calls it, and nothing of the process.

/// Takes no signal on this thread from now on. Threads that it starts inherit that; programs that
/// it starts do not.
#[cfg(unix)]
pub(crate) fn leave_to_the_program() {
    use std::{mem::MaybeUninit, ptr};

    // What a fault raises on the very thread cannot be left to another. SIGPROF counts where time
    // goes, and by SIGURG Go takes turns, in a callback too; both are harmless elsewhere.
    const TAKEN: [libc::c_int; 9] = [
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
    let mut left = MaybeUninit::uninit();
    // SAFETY: sigfillset makes it a set, before anything else reads it; the mask is this thread's.
    unsafe {
        libc::sigfillset(left.as_mut_ptr());
        for signal in TAKEN {
            libc::sigdelset(left.as_mut_ptr(), signal);
        }
        libc::pthread_sigmask(libc::SIG_BLOCK, left.as_ptr(), ptr::null_mut());
    }
}

/// There are none.
#[cfg(not(unix))]
pub(crate) fn leave_to_the_program() {}
