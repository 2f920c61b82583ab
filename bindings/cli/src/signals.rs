//! The signals that end the command: as Ctrl-C, a request to end (SIGTERM) and the end of the terminal
//! (SIGHUP) let it tidy up. One that was ignored when the command began stays so: `nohup` and the
//! background jobs of a shell mean it.

/// Shells show the end by a signal as 128 and its number.
const BY_SIGNAL: u8 = 128;
const INTERRUPT: u8 = 2;

/// Ended by Ctrl-C.
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

    /// Those that are heard.
    pub(crate) struct Signals(Vec<(u8, Signal)>);

    impl Signals {
        /// Hears them from now on, for the whole process.
        pub(crate) fn listen() -> io::Result<Self> {
            let ignored = ignored();
            let heard = [HANGUP, INTERRUPT, TERMINATE]
                .into_iter()
                .filter(|number| ignored & (1 << (number - 1)) == 0)
                .map(|number| Ok((number, signal(SignalKind::from_raw(number.into()))?)));
            heard.collect::<io::Result<_>>().map(Self)
        }

        /// Waits for the next; gives the exit code it means.
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

    /// The signals that were ignored when the process began, a bit each. Elsewhere than on Linux no
    /// safe call tells, and none is taken to be.
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
