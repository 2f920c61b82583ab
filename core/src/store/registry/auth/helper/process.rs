//! Runs a program and reads its standard output, up to a limit. Dropping the future kills the
//! program, and on Linux also the processes that it started.

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

/// Time to read the rest of the output after the program has ended. The output is in the pipe
/// already, but a child process that is still running may keep the pipe open.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(100);

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExitKind {
    Success,
    Failure,
    /// A signal ended it, so that its output may be incomplete.
    Signal,
    /// The system reports no status, as for a process that ignores SIGCHLD.
    #[cfg_attr(not(unix), allow(dead_code))]
    Unknown,
}

/// Runs a program with this input. Returns how it ended, and up to `limit` bytes of its output.
pub(super) async fn run(
    program: &str,
    argument: &str,
    input: &[u8],
    limit: u64,
) -> io::Result<(ExitKind, Zeroizing<Vec<u8>>)> {
    let child = Command::new(program)
        .arg(argument)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut running = Running { child, has_ended: false };
    let (stdin, stdout) = (running.child.stdin.take(), running.child.stdout.take());
    let mut output = Zeroizing::new(Vec::new());
    let exit = communicate(&mut running, stdin, stdout, input, limit, &mut output).await?;
    Ok((exit, output))
}

async fn communicate(
    running: &mut Running,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    input: &[u8],
    limit: u64,
    output: &mut Vec<u8>,
) -> io::Result<ExitKind> {
    let transfer = async {
        let write = async {
            if let Some(mut stdin) = stdin {
                // A program may answer without reading its input.
                let _ = stdin.write_all(input).await;
            }
        };
        let read = async {
            match stdout {
                Some(stdout) => read(stdout, limit, output).await,
                None => Ok(()),
            }
        };
        tokio::join!(write, read).1
    };
    tokio::pin!(transfer);
    // A child process may keep the pipe open: only the output until the program ended counts.
    tokio::select! {
        biased;
        read = &mut transfer => {
            read?;
            running.wait().await
        }
        exit = running.wait() => {
            if let Ok(read) = timeout(DRAIN_TIMEOUT, transfer).await {
                read?;
            }
            exit
        }
    }
}

/// Reads the output. If the future is dropped, `output` has what was read until then.
async fn read(stdout: ChildStdout, limit: u64, output: &mut Vec<u8>) -> io::Result<()> {
    let mut stdout = stdout.take(limit);
    while stdout.read_buf(output).await? > 0 {}
    Ok(())
}

fn exit_kind(status: io::Result<ExitStatus>) -> io::Result<ExitKind> {
    match status {
        Ok(status) if status.success() => Ok(ExitKind::Success),
        Ok(status) if status.code().is_none() => Ok(ExitKind::Signal),
        Ok(_) => Ok(ExitKind::Failure),
        #[cfg(unix)]
        Err(e) if e.raw_os_error() == Some(rustix::io::Errno::CHILD.raw_os_error()) => {
            Ok(ExitKind::Unknown)
        }
        Err(e) => Err(e),
    }
}

/// A running program. Dropping it kills the program, and on Linux also the processes that it
/// started.
///
/// The program stays in the process group of this process: in a background group it could not ask
/// for a passphrase on the terminal.
struct Running {
    child: Child,
    /// The program has ended: another process may have its number, and its children may go on.
    has_ended: bool,
}

impl Running {
    async fn wait(&mut self) -> io::Result<ExitKind> {
        let status = self.child.wait().await;
        self.has_ended = true;
        exit_kind(status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.has_ended {
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

    /// Processes that are killed; no helper starts more.
    const MAX_PROCESSES: usize = 1000;

    /// Kills a child of this process and all its descendants. Stops each process before its
    /// children are listed, so that it cannot start more.
    pub(super) fn kill(child: u32) {
        let mut processes = vec![child];
        let mut seen = 0;
        while let Some(&process) = processes.get(seen).filter(|_| seen < MAX_PROCESSES) {
            signal(process, Signal::STOP);
            processes.extend(children_of(process));
            seen += 1;
        }
        // The child itself comes last: its number stays reserved until this process waits for it.
        for process in processes.into_iter().rev() {
            signal(process, Signal::KILL);
        }
    }

    fn signal(process: u32, signal: Signal) {
        if let Some(process) = i32::try_from(process).ok().and_then(Pid::from_raw) {
            // The process may have ended meanwhile.
            let _ = kill_process(process, signal);
        }
    }

    fn children_of(parent: u32) -> Vec<u32> {
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers.filter(|process| parent_of(*process) == Some(parent)).collect()
    }

    /// Returns the fourth field of `/proc/PID/stat`. The second one, the name in parentheses, may
    /// contain spaces and parentheses.
    fn parent_of(process: u32) -> Option<u32> {
        let line = fs::read(format!("/proc/{process}/stat")).ok()?;
        let line = String::from_utf8_lossy(&line);
        line.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
    }
}
