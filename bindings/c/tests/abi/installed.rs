//! What `make install` lays out, used from outside the tree by pkg-config alone.

use std::{fs, path::Path, process::Command};

use ocigraph_suite::Workspace;

use crate::{committed, install, pkg_config, run};

#[test]
fn a_program_outside_the_tree_needs_only_pkg_config() {
    let work = Workspace::new();
    let prefix = work.path("some/folder");
    install(&[prefix.to_str().unwrap()]);
    // The first program of the header.
    let header = committed();
    let from = header.find("#include <ocigraph.h>").unwrap();
    let program: String = header[from..]
        .lines()
        .map_while(|line| {
            (line.trim() != "*     cc first.c $(pkg-config --cflags --libs ocigraph)")
                .then_some(line)
        })
        .map(|line| format!("{}\n", line.trim_start_matches(" *")))
        .collect();
    work.write("first.c", program);
    work.ocigraph(&["push", "oci:store/app:v1", "--artifact-type", "app/example"]).ok();

    let compiled = |name: &str, flags: &[&str], pkg: &[&str]| {
        run(work
            .command("gcc")
            .args(["first.c", "-o", name])
            .args(flags)
            .args(pkg_config(&prefix, pkg)));
        name.to_owned()
    };
    let dynamic = compiled("dynamic", &[], &["--cflags", "--libs"]);
    let linked = run(work.command("ldd").arg(&dynamic).env("LD_LIBRARY_PATH", prefix.join("lib")));
    assert!(linked.contains("libocigraph.so.0 => "), "{linked}");
    let fixed = compiled("fixed", &["-static"], &["--static", "--cflags", "--libs"]);
    for program in [dynamic, fixed] {
        let printed =
            run(work.command(work.path(program)).env("LD_LIBRARY_PATH", prefix.join("lib")));
        assert_eq!(printed, "oci:store/app:v1\n");
    }
}

/// The first program of ocigraph.hpp, its comment marks taken off.
#[test]
fn so_does_one_in_cpp() {
    let work = Workspace::new();
    let prefix = work.path("some/folder");
    install(&[prefix.to_str().unwrap()]);
    let header = fs::read_to_string(prefix.join("include/ocigraph.hpp")).unwrap();
    let from = header.find("#include <ocigraph.hpp>").unwrap();
    let to = header.find(" * Handles are owned").unwrap();
    let lines = header[from..to].lines().map(|line| line.trim_start_matches(" *"));
    work.write("first.cpp", lines.map(|line| format!("{line}\n")).collect::<String>());
    work.ocigraph(&["push", "oci:store/app:v1", "--artifact-type", "app/example"]).ok();
    run(work
        .command("g++")
        .args(["-std=c++17", "first.cpp", "-o", "first"])
        .args(pkg_config(&prefix, &["--cflags", "--libs"])));
    let mut first = work.command(work.path("first"));
    assert_eq!(run(first.env("LD_LIBRARY_PATH", prefix.join("lib"))), "oci:store/app:v1\n");
}

#[test]
fn destdir_is_written_to_and_named_nowhere() {
    let work = Workspace::new();
    let destination = work.path("destination");
    install(&["/usr/local", destination.to_str().unwrap()]);
    let lib = destination.join("usr/local/lib");
    let pc = fs::read_to_string(lib.join("pkgconfig/ocigraph.pc")).unwrap();
    assert!(pc.contains("prefix=/usr/local\n"), "{pc}");
    assert!(!pc.contains("destination"), "{pc}");
    assert!(pc.contains(concat!("Version: ", env!("CARGO_PKG_VERSION"), "\n")), "{pc}");
    assert!(destination.join("usr/local/include/ocigraph.h").is_file());
    assert!(lib.join("libocigraph.a").is_file());
    let link = fs::read_link(lib.join("libocigraph.so.0")).unwrap();
    assert_eq!(link, Path::new(concat!("libocigraph.so.0.", env!("CARGO_PKG_VERSION"))));
    let name = run(Command::new("readelf").arg("-d").arg(lib.join("libocigraph.so")));
    assert!(name.contains("Library soname: [libocigraph.so.0]"), "{name}");
}
