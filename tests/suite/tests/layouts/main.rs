//! A fault server for layouts: each file and folder of one is replaced by what someone else may have
//! put there, and every operation is tried on it. It ends, and changes, takes along and sends nothing
//! that lies outside.

mod changing;
mod operations;
mod places;

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
use places::{Around, LAYER, Layout, OWN, Replacement, TARGETS};
use tokio::runtime::Runtime;

/// Nothing here waits for anybody.
const AT_MOST: Duration = Duration::from_secs(30);

/// A thread that hangs would keep it from being dropped.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// Tries every operation with one thing replaced, and says what was wrong.
fn each_operation(replacement: Replacement) {
    let mut wrong = Vec::new();
    for target in TARGETS {
        let mut prepared = Layout::prepare();
        let registry = Fixture::start(Config::default());
        for operation in OPERATIONS {
            prepared.renew();
            let Some(changing) = prepared.replace(target, replacement) else { continue };
            let around = Around::look(prepared.outside());
            registry.clear_requests();
            let what = format!("{operation:?} with {target} as {replacement:?}");
            let _watchdog = Watchdog::over(&what);
            let did = RUNTIME.block_on(async {
                let file_work = Cleanup::default();
                let work = file_work.scope(operation.run(&prepared, &registry));
                let did = tokio::time::timeout(AT_MOST, work).await;
                file_work.wait(AT_MOST).await;
                did
            });
            drop(changing);
            let Ok(did) = did else {
                panic!("{what} does not end; before that: {wrong:#?}");
            };
            // In this order: whoever looks for changes reads.
            let out = [Replacement::Link, Replacement::Flipping].contains(&replacement);
            let own = OWN.contains(target) && out;
            let read = own.then(|| around.first_read()).flatten();
            let read = read.map(|path| format!("{path} was read"));
            let wrongs = read.into_iter().chain(around.changes());
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

/// Ends the test program when an operation holds up the thread that waits for it.
struct Watchdog(#[expect(dead_code, reason = "its end is what is seen")] mpsc::Sender<()>);

impl Watchdog {
    fn over(what: &str) -> Self {
        let (sender, ended) = mpsc::channel();
        let what = what.to_owned();
        thread::spawn(move || {
            if ended.recv_timeout(3 * AT_MOST) == Err(mpsc::RecvTimeoutError::Timeout) {
                let _ = writeln!(io::stderr(), "{what} blocks the thread that waits for it");
                std::process::abort();
            }
        });
        Self(sender)
    }
}

/// Whether the file that the layer leads to was sent; the layer itself is as long.
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
fn every_operation_works_on_the_layout_as_it_is() {
    let mut prepared = Layout::prepare();
    let registry = Fixture::start(Config::default());
    for operation in OPERATIONS {
        prepared.renew();
        let around = Around::look(prepared.outside());
        RUNTIME.block_on(operation.run(&prepared, &registry)).unwrap_or_else(|e| {
            panic!("{operation:?}: {e}");
        });
        assert_eq!(around.changes(), Vec::<String>::new(), "{operation:?}");
    }
}

/// The links of a layout that is built of them, as Bazel's rules do.
#[test]
fn a_layout_of_links_is_read_and_copied_whole() {
    let mut prepared = Layout::prepare();
    let registry = Fixture::start(Config::default());
    for folder in [true, false] {
        prepared.renew();
        if folder {
            prepared.move_out_and_link("blobs");
        } else {
            prepared.link_every_blob();
        }
        let around = Around::look(prepared.outside());
        for operation in OPERATIONS.iter().filter(|operation| operation.reads()) {
            RUNTIME.block_on(operation.run(&prepared, &registry)).unwrap_or_else(|e| {
                panic!("{operation:?}: {e}");
            });
        }
        assert_eq!(around.changes(), Vec::<String>::new());
    }
}

fn relative(path: &Path, to: &Path) -> String {
    path.strip_prefix(to).unwrap_or(path).display().to_string()
}
