//! Running a program that answers on its standard output: bounded in bytes, and ended with all that
//! it started when nobody waits for it any more.

use std::{
    io,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};
use zeroize::Zeroizing;

/// What an ended program wrote is in the pipe already; only a child that it left behind can make us
/// wait for the end of it.
const AFTERWARDS: Duration = Duration::from_millis(100);

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Well,
    Failed,
    /// A signal ended it, in the middle of whatever it said.
    Killed,
    /// The system kept no account of it, as for a process that ignores SIGCHLD.
    Unknown,
}

/// Runs a program with this input; gives what it said, at most `limit` bytes of it, until it ended.
pub(super) async fn run(
    program: &str,
    argument: &str,
    input: &[u8],
    limit: u64,
) -> io::Result<(Ended, Zeroizing<Vec<u8>>)> {
    let child = Command::new(program)
        .arg(argument)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut running = Running { child, over: false };
    let (stdin, stdout) = (running.child.stdin.take(), running.child.stdout.take());
    let mut said = Zeroizing::new(Vec::new());
    let ended = talk(&mut running, stdin, stdout, input, limit, &mut said).await?;
    Ok((ended, said))
}

async fn talk(
    running: &mut Running,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    input: &[u8],
    limit: u64,
    said: &mut Vec<u8>,
) -> io::Result<Ended> {
    let talk = async {
        let write = async {
            if let Some(mut stdin) = stdin {
                // One that does not read its input answers all the same.
                let _ = stdin.write_all(input).await;
            }
        };
        let read = async {
            match stdout {
                Some(stdout) => read(stdout, limit, said).await,
                None => Ok(()),
            }
        };
        tokio::join!(write, read).1
    };
    tokio::pin!(talk);
    // It may leave a child behind that holds the pipe open: what was said until it ended counts.
    tokio::select! {
        biased;
        read = &mut talk => {
            read?;
            running.ended().await
        }
        ended = running.ended() => {
            if let Ok(read) = timeout(AFTERWARDS, talk).await {
                read?;
            }
            ended
        }
    }
}

/// What was read stays read if this is dropped.
async fn read(stdout: ChildStdout, limit: u64, said: &mut Vec<u8>) -> io::Result<()> {
    let mut stdout = stdout.take(limit);
    while stdout.read_buf(said).await? > 0 {}
    Ok(())
}

fn ended(status: io::Result<ExitStatus>) -> io::Result<Ended> {
    match status {
        Ok(status) if status.success() => Ok(Ended::Well),
        Ok(status) if status.code().is_none() => Ok(Ended::Killed),
        Ok(_) => Ok(Ended::Failed),
        #[cfg(unix)]
        Err(e) if e.raw_os_error() == Some(rustix::io::Errno::CHILD.raw_os_error()) => {
            Ok(Ended::Unknown)
        }
        Err(e) => Err(e),
    }
}

/// A program that is killed when it is dropped, and on Linux what it started too. It has no process
/// group of its own: from a terminal's background it could not ask for a passphrase there.
struct Running {
    child: Child,
    /// Its number may be another's by now, and what it left behind was meant to stay.
    over: bool,
}

impl Running {
    async fn ended(&mut self) -> io::Result<Ended> {
        let status = self.child.wait().await;
        self.over = true;
        ended(status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        #[cfg(target_os = "linux")]
        if let Some(id) = self.child.id() {
            tree::kill(id);
        }
        let _ = self.child.start_kill();
    }
}

#[cfg(target_os = "linux")]
mod tree {
    use std::fs;

    use rustix::process::{Pid, Signal, kill_process};

    /// No helper has a larger family.
    const MOST: usize = 1000;

    /// Kills a child of this process and what descends from it. Each is stopped before its own
    /// children are looked for, so that it starts no more.
    pub(super) fn kill(child: u32) {
        let mut family = vec![child];
        let mut seen = 0;
        while let Some(&process) = family.get(seen).filter(|_| seen < MOST) {
            signal(process, Signal::STOP);
            family.extend(children_of(process));
            seen += 1;
        }
        // The child itself last: until it is waited for, nobody else can have its number.
        for process in family.into_iter().rev() {
            signal(process, Signal::KILL);
        }
    }

    fn signal(process: u32, signal: Signal) {
        if let Some(process) = i32::try_from(process).ok().and_then(Pid::from_raw) {
            // It may have ended meanwhile.
            let _ = kill_process(process, signal);
        }
    }

    fn children_of(parent: u32) -> Vec<u32> {
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers.filter(|process| parent_of(*process) == Some(parent)).collect()
    }

    /// The fourth field of its line, of which the second, in parentheses, may hold anything.
    fn parent_of(process: u32) -> Option<u32> {
        let line = fs::read(format!("/proc/{process}/stat")).ok()?;
        let line = String::from_utf8_lossy(&line);
        line.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
    }
}
