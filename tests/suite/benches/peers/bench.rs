//! The rows of the table: it runs both programs of a row alternately, measures each process with
//! `time`, and compares the ratios with the goals of the row.

use std::{
    env, fmt, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use ocigraph_suite::{Workspace, ocigraph_binary, tool};

pub(crate) const OPENSSL: &str = "/usr/bin/openssl";
const SHELL: &str = "/bin/sh";

pub(crate) type Args = Vec<String>;

pub(crate) fn args(words: &[&str]) -> Args {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Returns the arguments for a row with [`Row::script`].
pub(crate) fn script(text: String) -> Args {
    vec!["-c".to_owned(), text]
}

/// Returns the option with which `regctl` uses plain HTTP for a registry.
pub(crate) fn regctl_host(host: &str) -> [String; 2] {
    ["--host".to_owned(), format!("reg={host},tls=disabled")]
}

/// The work, the peer that does the same work, and the goals.
pub(crate) struct Row {
    name: String,
    peer: &'static str,
    program: PathBuf,
    goals: Goals,
    most_runs: usize,
}

/// A goal that is `None` is not judged.
#[derive(Clone, Copy, Default)]
struct Goals {
    /// The minimum of the peer's time divided by ours.
    faster: Option<f64>,
    /// The maximum of our CPU time divided by the peer's.
    cpu: Option<f64>,
    /// The maximum of our peak memory, in MB.
    peak_mb: Option<f64>,
}

impl Row {
    /// A row without goals. The peer is one of the tools of the tests, or `openssl`.
    pub(crate) fn new(name: impl Into<String>, peer: &'static str) -> Self {
        let program = if peer == "openssl" { OPENSSL.into() } else { tool(peer) };
        Self::with_program(name, peer, program)
    }

    /// A row whose peer is a script of the shell, because it needs two programs or the output of one.
    pub(crate) fn script(name: impl Into<String>, peer: &'static str) -> Self {
        Self::with_program(name, peer, SHELL.into())
    }

    /// A row whose costs the caller measures: see [`Bench::report`].
    pub(crate) fn measured(name: impl Into<String>, peer: &'static str) -> Self {
        Self::with_program(name, peer, PathBuf::new())
    }

    fn with_program(name: impl Into<String>, peer: &'static str, program: PathBuf) -> Self {
        let (goals, most_runs) = (Goals::default(), usize::MAX);
        Self { name: name.into(), peer, program, goals, most_runs }
    }

    pub(crate) fn faster(mut self, times: f64) -> Self {
        self.goals.faster = Some(times);
        self
    }

    pub(crate) fn cpu(mut self, ratio: f64) -> Self {
        self.goals.cpu = Some(ratio);
        self
    }

    pub(crate) fn peak_mb(mut self, most: f64) -> Self {
        self.goals.peak_mb = Some(most);
        self
    }

    /// Runs each program only once, because its peer takes a minute or more.
    pub(crate) fn once(mut self) -> Self {
        self.most_runs = 1;
        self
    }
}

impl Goals {
    /// Returns the names of the goals that were not reached.
    fn missed(self, ours: Cost, theirs: Cost) -> Vec<&'static str> {
        let time = self.faster.is_some_and(|times| ours.seconds * times > theirs.seconds);
        let cpu = self.cpu.is_some_and(|ratio| cpu_ratio(ours, theirs) > ratio);
        let peak = self.peak_mb.is_some_and(|most| ours.peak_mb > most);
        let all = [(time, "time"), (cpu, "CPU"), (peak, "memory")];
        all.into_iter().filter_map(|(is_missed, name)| is_missed.then_some(name)).collect()
    }

    fn is_empty(self) -> bool {
        self.faster.is_none() && self.cpu.is_none() && self.peak_mb.is_none()
    }
}

impl fmt::Display for Goals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.faster.map(|times| match times {
            2.0.. => format!("1/{times}"),
            _ => format!("{:.2}", 1.0 / times),
        });
        let cpu = self.cpu.map(|ratio| format!("CPU {ratio}"));
        let peak = self.peak_mb.map(|most| format!("{most} MB"));
        let all: Vec<String> = [time, cpu, peak].into_iter().flatten().collect();
        f.write_str(if all.is_empty() { "none" } else { "" })?;
        f.write_str(&all.join(", "))
    }
}

/// The cost of one process with its children, or of some runs of it.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) seconds: f64,
    pub(crate) cpu: f64,
    pub(crate) peak_mb: f64,
}

impl Cost {
    /// Returns the median of the times, and the largest of the peaks.
    fn of(runs: &[Self]) -> Self {
        let peaks = runs.iter().map(|run| run.peak_mb);
        Self {
            seconds: median(runs.iter().map(|run| run.seconds)),
            cpu: median(runs.iter().map(|run| run.cpu)),
            peak_mb: peaks.fold(0.0, f64::max),
        }
    }
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn cpu_ratio(ours: Cost, theirs: Cost) -> f64 {
    // The resolution of time.
    ours.cpu / theirs.cpu.max(0.01)
}

pub(crate) struct Bench {
    pub(crate) work: Workspace,
    rows: Option<Vec<String>>,
    runs: usize,
    missed: usize,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let rows = env::var("ROWS").ok().map(|rows| rows.split(',').map(str::to_owned).collect());
        let runs = env::var("RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(3).max(1);
        Self { work: Workspace::new(), rows, runs, missed: 0 }
    }

    /// Returns true if `ROWS` selects one of the rows.
    pub(crate) fn wants<'a>(&self, rows: impl IntoIterator<Item = &'a Row>) -> bool {
        let words = self.rows.as_deref();
        let is_wanted = |row: &Row| {
            words.is_none_or(|words| {
                words.iter().any(|word| row.name.contains(word) || row.peer.contains(word))
            })
        };
        rows.into_iter().any(is_wanted)
    }

    pub(crate) fn runs(&self) -> usize {
        self.runs
    }

    pub(crate) fn missed(&self) -> usize {
        self.missed
    }

    pub(crate) fn print_heading(&self) {
        println!(
            "| work | peer | time, ocigraph / peer | CPU, ocigraph / peer | peak memory, peer / ocigraph | goals | reached |"
        );
        println!("|---|---|---|---|---|---|---|");
    }

    /// Runs both programs alternately, so that other load on the machine affects both. Each function
    /// returns the arguments for the run with this number, and can prepare it. Does nothing if `ROWS`
    /// does not select the row.
    pub(crate) fn row(
        &mut self,
        row: &Row,
        theirs: &mut dyn FnMut(usize) -> Args,
        ours: &mut dyn FnMut(usize) -> Args,
    ) {
        if !self.wants([row]) {
            return;
        }
        let (mut all_theirs, mut all_ours) = (Vec::new(), Vec::new());
        for run in 0..self.runs.min(row.most_runs) {
            all_theirs.push(self.measure(&row.program, &theirs(run)));
            all_ours.push(self.measure(&ocigraph_binary(), &ours(run)));
        }
        self.report(row, &all_theirs, &all_ours);
    }

    /// Prints a row of costs that were measured alternately. Does nothing if `ROWS` does not select it.
    pub(crate) fn report(&mut self, row: &Row, theirs: &[Cost], ours: &[Cost]) {
        if !self.wants([row]) {
            return;
        }
        let (theirs, ours) = (Cost::of(theirs), Cost::of(ours));
        let missed = row.goals.missed(ours, theirs);
        self.missed += usize::from(!missed.is_empty());
        println!(
            "| {} | {} | {} | {:.2} | {:.0} MB / {:.0} MB | {} | {} |",
            row.name,
            row.peer,
            times(ours.seconds / theirs.seconds),
            cpu_ratio(ours, theirs),
            theirs.peak_mb,
            ours.peak_mb,
            row.goals,
            if row.goals.is_empty() {
                String::new()
            } else if missed.is_empty() {
                "yes".to_owned()
            } else {
                format!("no: {}", missed.join(", "))
            }
        );
    }

    /// Prints a row that this machine cannot run. It counts as missed if it has goals.
    pub(crate) fn skip(&mut self, row: &Row, why: &str) {
        if self.wants([row]) {
            self.missed += usize::from(!row.goals.is_empty());
            println!("| {} | {} | not run: {why} | | | {} | no |", row.name, row.peer, row.goals);
        }
    }

    /// Runs the command to prepare a row.
    pub(crate) fn prepare(&self, args: &[String]) {
        self.measure(&ocigraph_binary(), args);
    }

    fn measure(&self, program: &Path, args: &[String]) -> Cost {
        // A run does not wait for data that earlier runs have left to be written.
        let _ = Command::new("sync").status();
        let report = self.work.path("time");
        let mut command = self.work.command("/usr/bin/time");
        command.arg("-o").arg(&report).args(["-f", "%U %S %M"]).arg(program).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let begun = Instant::now();
        let ran = command.output().expect("running /usr/bin/time");
        let seconds = begun.elapsed().as_secs_f64();
        assert!(
            ran.status.success(),
            "{} {:?} failed: {}",
            program.display(),
            // Not the names of 2,000 files.
            &args[..args.len().min(12)],
            String::from_utf8_lossy(&ran.stderr)
        );
        let text = fs::read_to_string(&report).expect("what time wrote");
        let figures: Vec<f64> = text.split_whitespace().filter_map(|n| n.parse().ok()).collect();
        let [user, system, kibibytes] = figures[..] else { panic!("time wrote {text:?}") };
        Cost { seconds, cpu: user + system, peak_mb: kibibytes * 1024.0 / 1e6 }
    }
}

fn times(ratio: f64) -> String {
    if ratio < 0.5 { format!("1/{:.1}", 1.0 / ratio) } else { format!("{ratio:.2}") }
}
