//! The shared and the static library export exactly the committed list of symbols.

use std::{collections::BTreeSet, fs, process::Command};

use crate::{built, committed, crate_dir, run, stage};

#[test]
fn the_exported_symbols_match_the_committed_list() {
    let library = built().join("libocigraph_c.so");
    let printed = run(Command::new("nm").args(["-D", "--defined-only"]).arg(&library));
    let exported: BTreeSet<&str> =
        printed.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    let list = crate_dir().join("symbols.txt");
    if std::env::var_os("OCIGRAPH_UPDATE").is_some() {
        let text: String = exported.iter().map(|name| format!("{name}\n")).collect();
        fs::write(&list, text).unwrap();
    }
    let committed = fs::read_to_string(&list).unwrap();
    let committed: BTreeSet<&str> = committed.lines().collect();
    assert_eq!(
        exported, committed,
        "run OCIGRAPH_UPDATE=1 cargo test -p ocigraph-c symbols, and review the difference: \
         a released symbol must not be removed"
    );
    assert!(exported.iter().all(|name| name.starts_with("ocigraph_")), "{exported:?}");
}

#[test]
fn the_header_declares_every_exported_symbol() {
    let header = committed();
    let list = fs::read_to_string(crate_dir().join("symbols.txt")).unwrap();
    for name in list.lines() {
        assert!(header.contains(&format!("{name}(")), "the header lacks {name}");
    }
}

#[test]
fn the_static_library_has_no_other_global_symbol() {
    let library = stage().join("lib/libocigraph.a");
    let printed = run(Command::new("nm").args(["--extern-only", "--defined-only"]).arg(library));
    let global: BTreeSet<&str> =
        printed.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    let committed = fs::read_to_string(crate_dir().join("symbols.txt")).unwrap();
    assert_eq!(global, committed.lines().collect());
}
