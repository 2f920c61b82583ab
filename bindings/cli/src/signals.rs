//! The signals that end the command after its clean-up: SIGINT (Ctrl-C), SIGTERM and SIGHUP. A
//! signal that was ignored when the command started stays ignored, because `nohup` and shells that
//! start background jobs rely on it.

/// Shells report a process that was ended by a signal as 128 plus the number of the signal.
const BY_SIGNAL: u8 = 128;
const INTERRUPT: u8 = 2;

/// The exit code after Ctrl-C.
pub(crate) const INTERRUPTED: u8 = BY_SIGNAL + INTERRUPT;

pub(crate) use system::Signals;

#[cfg(unix)]
mod system {
    use std::io;

    use futures::{StreamExt, stream::FuturesUnordered};
    use tokio::signal::unix::{Signal, SignalKind, signal};

    use super::{BY_SIGNAL, INTERRUPT};

    const HANGUP: u8 = 1;
    const TERMINATE: u8 = 15;

    /// The handled signals, each with its number.
    pub(crate) struct Signals(Vec<(u8, Signal)>);

    impl Signals {
        /// Installs the handlers for the whole process.
        pub(crate) fn listen() -> io::Result<Self> {
            let ignored = ignored();
            let handled = [HANGUP, INTERRUPT, TERMINATE]
                .into_iter()
                .filter(|number| ignored & (1 << (number - 1)) == 0)
                .map(|number| Ok((number, signal(SignalKind::from_raw(number.into()))?)));
            handled.collect::<io::Result<_>>().map(Self)
        }

        /// Waits for the next signal and returns its exit code.
        pub(crate) async fn next(&mut self) -> u8 {
            let mut each: FuturesUnordered<_> = self
                .0
                .iter_mut()
                .map(|(number, signal)| async move {
                    match signal.recv().await {
                        Some(()) => BY_SIGNAL + *number,
                        None => std::future::pending().await,
                    }
                })
                .collect();
            match each.next().await {
                Some(code) => code,
                None => std::future::pending().await,
            }
        }
    }

    /// Returns the signals that were ignored when the process started, as a bit mask. Returns 0 on
    /// systems other than Linux, where no safe function reports them.
    fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;

    use super::INTERRUPTED;

    pub(crate) struct Signals;

    impl Signals {
        pub(crate) fn listen() -> io::Result<Self> {
            Ok(Self)
        }

        pub(crate) async fn next(&mut self) -> u8 {
            match tokio::signal::ctrl_c().await {
                Ok(()) => INTERRUPTED,
                Err(_) => std::future::pending().await,
            }
        }
    }
}
