//! The installed library, used by programs that find it with pkg-config only.

use std::{fs, path::Path, process::Command};

use ocigraph_fixture::{Config, Fixture};
use ocigraph_suite::{Authority, Shows, TlsFront, Workspace};

use crate::{committed, crate_dir, install, pkg_config, root, run, stage};

#[test]
fn an_external_program_needs_only_pkg_config() {
    let work = Workspace::new();
    let prefix = work.path("some/folder");
    install(&[prefix.to_str().unwrap()]);
    // The example program in the header.
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

/// The shared and the static library, in a folder that was moved after the installation.
#[test]
fn cmake_finds_the_library_wherever_it_is() {
    let work = Workspace::new();
    install(&[work.path("first").to_str().unwrap()]);
    fs::rename(work.path("first"), work.path("moved here")).unwrap();
    work.ocigraph(&["push", "oci:store/app:v1", "--artifact-type", "app/example"]).ok();
    work.write(
        "project/CMakeLists.txt",
        "cmake_minimum_required(VERSION 3.16)\nproject(example C)\n\
         find_package(ocigraph 0.1 REQUIRED)\n\
         add_executable(shared main.c)\ntarget_link_libraries(shared ocigraph::ocigraph)\n\
         add_executable(fixed main.c)\ntarget_link_libraries(fixed ocigraph::static)\n",
    );
    work.write(
        "project/main.c",
        "#include <ocigraph.h>\n#include <stdio.h>\n\
         int main(void) { return printf(\"%s\\n\", ocigraph_version()) < 0; }\n",
    );
    let prefix = format!("-DCMAKE_PREFIX_PATH={}", work.path("moved here").display());
    run(work.command("cmake").args(["-S", "project", "-B", "built", &prefix]));
    run(work.command("cmake").args(["--build", "built"]));
    for program in ["built/shared", "built/fixed"] {
        let printed = run(&mut work.command(work.path(program)));
        assert_eq!(printed.trim(), env!("CARGO_PKG_VERSION"), "{program}");
    }
    // Another minor version has another interface.
    let other = fs::read_to_string(work.path("project/CMakeLists.txt")).unwrap();
    work.write("other/CMakeLists.txt", other.replace("ocigraph 0.1", "ocigraph 0.2"));
    let refused = work.command("cmake").args(["-S", "other", "-B", "x", &prefix]).output().unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("0.1"), "{refused:?}");
}

/// Compiles the example of the page of C, which the README has too, with each of its commands.
#[test]
fn the_example_of_the_readme_compiles_and_runs() {
    let work = Workspace::new();
    let [readme, section] =
        ["README.md", "docs/c.md"].map(|file| fs::read_to_string(root().join(file)).unwrap());
    let [other, snippet] = [&readme, &section]
        .map(|text| text.split("```c\n").nth(1).unwrap().split("```").next().unwrap());
    assert_eq!(snippet, other, "the README and docs/c.md have the same example");
    let headers = "#include <ocigraph.h>\n#include <stdio.h>\n";
    work.write("program.c", format!("{headers}int main(void) {{\n{snippet}return 0;\n}}\n"));
    work.ocigraph(&["push", "oci:store/app:v1", "--artifact-type", "app/example"]).ok();
    let lines: Vec<&str> = section.lines().filter(|line| line.starts_with("cc ")).collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    for line in lines {
        let mut cc = work.command("sh");
        cc.args(["-c", line]).env("PKG_CONFIG_PATH", stage().join("lib/pkgconfig"));
        run(&mut cc);
        let mut program = work.command(work.path("a.out"));
        let printed = run(program.env("LD_LIBRARY_PATH", stage().join("lib")));
        assert_eq!(printed, "oci:store/app:v1\n", "{line}");
        fs::remove_file(work.path("a.out")).unwrap();
    }
}

/// Name resolution, threads and certificates work in a fully static program, and in a dynamic program
/// that links the static library.
#[test]
fn programs_with_the_static_library_access_registries() {
    let (registry, authority) = (Fixture::start(Config::default()), Authority::new());
    let front = TlsFront::start(&authority, Shows::Good, &registry.host());
    let known = TlsFront::for_known_clients(&authority, &registry.host());
    let (cert, key) = authority.client();
    let image = format!("localhost:{}/app:v1", registry.address().port());
    let archive = stage().join("lib/libocigraph.a").to_str().unwrap().to_owned();
    let alone = vec![archive, "-lpthread".into(), "-lm".into(), "-ldl".into()];
    let all = pkg_config(stage(), &["--static", "--libs"]);
    for (flags, libraries) in [(&["-static"][..], all), (&[], alone)] {
        let work = Workspace::new();
        work.ocigraph(&["push", &image, "--artifact-type", "app/example"]).ok();
        work.write("ca.pem", authority.pem());
        work.write("cert.pem", &cert);
        work.write("key.pem", &key);
        let program = |source: &str| {
            let name = Path::new(source).file_stem().unwrap().to_str().unwrap();
            run(work
                .command("gcc")
                .args(["-x", "c", "-std=gnu11", "-pthread", "-o", name])
                .arg(root().join(source))
                .args(["-x", "none"])
                .args(flags)
                .args(pkg_config(stage(), &["--cflags"]))
                .args(&libraries));
            let linked = work.command("ldd").arg(name).output().unwrap();
            assert!(!String::from_utf8_lossy(&linked.stdout).contains("libocigraph"), "{name}");
            work.command(work.path(name))
        };
        registry.clear_requests();
        run(program("examples/c/stream_blobs.c").arg(&image));
        assert!(registry.requests().iter().any(|r| r.path.contains("/referrers/")));
        let files = ["ca.pem", "cert.pem", "key.pem"];
        run(program("tests/c/tls.c").args([front.host(), known.host()]).args(files));
    }
}

/// Two Rust libraries in one program contain symbols with the same names.
#[test]
fn the_static_library_links_together_with_another_rust_library() {
    let work = Workspace::new();
    let rust = "#[unsafe(no_mangle)] pub extern \"C\" fn twice(n: i32) -> i32 { \
                std::thread::spawn(move || n * 2).join().unwrap() }";
    work.write("twice.rs", rust);
    // Uses the environment of this test, which selects the toolchain.
    run(Command::new("rustc").current_dir(work.dir()).args([
        "--edition=2024",
        "--crate-type=staticlib",
        "twice.rs",
    ]));
    work.write(
        "main.c",
        "#include <ocigraph.h>\nint twice(int n);\n\
         int main(void) { ocigraph_client *client = NULL;\n\
         if (ocigraph_client_new(NULL, NULL, &client, NULL) != OCIGRAPH_OK) return 1;\n\
         ocigraph_client_free(client);\n\
         return twice(21) == 42 ? 0 : 1; }\n",
    );
    // Links both archives completely, so that any duplicate symbol fails.
    run(work
        .command("gcc")
        .args(["main.c", "-o", "both", "-Wl,--whole-archive", "libtwice.a"])
        .arg(stage().join("lib/libocigraph.a"))
        .arg("-Wl,--no-whole-archive")
        .args(pkg_config(stage(), &["--cflags"]))
        .args(["-lpthread", "-lm", "-ldl"]));
    run(&mut work.command(work.path("both")));
}

/// A program calls dlclose while threads of the library may still be running.
#[test]
fn the_library_can_be_closed_with_dlclose() {
    let work = Workspace::new();
    work.write(
        "plugin.c",
        r#"#include <dlfcn.h>
#include <ocigraph.h>
int main(int argc, char **argv) {
    (void)argc;
    for (int i = 0; i < 3; i++) {
        void *library = dlopen(argv[1], RTLD_NOW);
        if (library == NULL) return 1;
        ocigraph_status (*new)(const ocigraph_runtime *, const ocigraph_client_options *, ocigraph_client **,
                               ocigraph_error **);
        void (*end)(ocigraph_client *);
        *(void **)&new = dlsym(library, "ocigraph_client_new");
        *(void **)&end = dlsym(library, "ocigraph_client_free");
        ocigraph_client *freed = NULL, *kept = NULL;
        if (new(NULL, NULL, &freed, NULL) != OCIGRAPH_OK || new(NULL, NULL, &kept, NULL) != OCIGRAPH_OK) return 2;
        end(freed);
        if (dlclose(library) != 0) return 3;
        /* The threads of the other client are still running. */
        struct timespec pause = {0, 20000000};
        nanosleep(&pause, NULL);
    }
    return 0;
}
"#,
    );
    let flags = pkg_config(stage(), &["--cflags"]);
    run(work.command("gcc").args(["-include", "time.h", "plugin.c", "-o", "plugin"]).args(flags));
    let library = stage().join("lib/libocigraph.so.0");
    run(work.command(work.path("plugin")).arg(library));
}

#[test]
fn install_fails_if_the_library_was_not_built() {
    let work = Workspace::new();
    let output = work
        .command(crate_dir().join("install"))
        .args([work.dir(), work.path("prefix")])
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && message.contains("run make c first"), "{message}");
    assert!(!work.path("prefix").exists());
}

/// Compiles and runs the example program in ocigraph.hpp.
#[test]
fn an_external_program_in_cpp_needs_only_pkg_config() {
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
fn destdir_is_prepended_to_paths_but_not_written_to_files() {
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
