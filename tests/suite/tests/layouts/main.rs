//! Fault injection for layouts. Each file and folder of a layout is replaced by something that an
//! attacker could put there, and every operation runs on it. The operation must end, and must not
//! change, include or send anything outside the layout.

mod changing;
mod operations;
mod prepared;

use std::{
    io::{self, Write},
    path::Path,
    sync::{LazyLock, mpsc},
    thread,
    time::Duration,
};

use ocigraph::{Cleanup, Code};
use ocigraph_fixture::{Config, Fixture, Logged};
use operations::OPERATIONS;
use prepared::{LAYER, Layout, OWN, Replacement, Snapshot, TARGETS};
use tokio::runtime::Runtime;

/// Maximum time of an operation; none of them waits.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Static, because a hanging thread would block the drop of the runtime.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// Runs every operation on each replacement and collects the failures.
fn each_operation(replacement: Replacement) {
    let mut wrong = Vec::new();
    for target in TARGETS {
        let mut prepared = Layout::prepare();
        let registry = Fixture::start(Config::default());
        for operation in OPERATIONS {
            prepared.renew();
            let Some(changing) = prepared.replace(target, replacement) else { continue };
            let outside = Snapshot::take(prepared.outside());
            registry.clear_requests();
            let what = format!("{operation:?} with {target} as {replacement:?}");
            let _watchdog = Watchdog::start(&what);
            let did = RUNTIME.block_on(async {
                let cleanup = Cleanup::default();
                let work = cleanup.scope(operation.run(&prepared, &registry));
                let did = tokio::time::timeout(TIME_LIMIT, work).await;
                cleanup.wait(TIME_LIMIT).await;
                did
            });
            drop(changing);
            let Ok(did) = did else {
                panic!("{what} does not end; earlier failures: {wrong:#?}");
            };
            // First, because `changes` reads the files.
            let out = [Replacement::Link, Replacement::Flipping].contains(&replacement);
            let own = OWN.contains(target) && out;
            let read = own.then(|| outside.first_read()).flatten();
            let read = read.map(|path| format!("{path} was read"));
            let wrongs = read.into_iter().chain(outside.changes());
            let wrongs = wrongs.chain(prepared.copies_of_the_secret());
            let secret = *target == LAYER && replacement == Replacement::Link;
            let wrongs = wrongs.chain(secret.then(|| sent(&prepared, &registry)).flatten());
            wrong.extend(wrongs.map(|how| format!("{what}: {how} ({did:?})")));
            if let Err(e) = &did
                && e.code() == Code::Internal
            {
                wrong.push(format!("{what}: {e}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Ends the test program if an operation blocks the thread of the test.
struct Watchdog(#[expect(dead_code, reason = "its end is what is seen")] mpsc::Sender<()>);

impl Watchdog {
    fn start(what: &str) -> Self {
        let (sender, ended) = mpsc::channel();
        let what = what.to_owned();
        thread::spawn(move || {
            if ended.recv_timeout(3 * TIME_LIMIT) == Err(mpsc::RecvTimeoutError::Timeout) {
                let _ = writeln!(io::stderr(), "{what} blocks the thread of the test");
                std::process::abort();
            }
        });
        Self(sender)
    }
}

/// Returns an error if the target of the linked layer was sent. It has the same size as the layer.
fn sent(prepared: &Layout, registry: &Fixture) -> Option<String> {
    let sent = |request: &Logged| request.body_bytes == prepared.secret_size();
    let request = registry.requests().into_iter().find(sent)?;
    Some(format!("the secret was sent by {} {}", request.method, request.path))
}

macro_rules! replaced_by {
    ($($name:ident: $replacement:ident,)*) => { $(
        #[test]
        fn $name() {
            each_operation(Replacement::$replacement);
        }
    )* };
}

replaced_by! {
    replaced_by_a_link_out: Link,
    replaced_by_a_dangling_link: Dangling,
    replaced_by_a_link_to_itself: Loop,
    replaced_by_a_named_pipe: Pipe,
    replaced_by_a_link_to_a_named_pipe: LinkToPipe,
    replaced_by_a_socket: Socket,
    replaced_by_a_directory: Directory,
    replaced_by_a_device: Device,
    replaced_by_a_link_to_a_device: LinkToDevice,
    replaced_by_a_file_of_1_gb: Huge,
    replaced_by_a_file_that_changes: Changing,
    replaced_now_and_then_by_a_link_out: Flipping,
    replaced_by_nothing: Nothing,
}

#[test]
fn every_operation_works_on_the_unchanged_layout() {
    let mut prepared = Layout::prepare();
    let registry = Fixture::start(Config::default());
    for operation in OPERATIONS {
        prepared.renew();
        let outside = Snapshot::take(prepared.outside());
        RUNTIME.block_on(operation.run(&prepared, &registry)).unwrap_or_else(|e| {
            panic!("{operation:?}: {e}");
        });
        assert_eq!(outside.changes(), Vec::<String>::new(), "{operation:?}");
    }
}

/// A layout in which every blob is a symbolic link, as the rules of Bazel create it.
#[test]
fn a_layout_with_linked_blobs_is_read_and_copied() {
    let mut prepared = Layout::prepare();
    let registry = Fixture::start(Config::default());
    for folder in [true, false] {
        prepared.renew();
        if folder {
            prepared.move_out_and_link("blobs");
        } else {
            prepared.link_every_blob();
        }
        let outside = Snapshot::take(prepared.outside());
        for operation in OPERATIONS.iter().filter(|operation| operation.reads()) {
            RUNTIME.block_on(operation.run(&prepared, &registry)).unwrap_or_else(|e| {
                panic!("{operation:?}: {e}");
            });
        }
        assert_eq!(outside.changes(), Vec::<String>::new());
    }
}

fn relative(path: &Path, to: &Path) -> String {
    path.strip_prefix(to).unwrap_or(path).display().to_string()
}
