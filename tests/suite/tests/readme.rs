//! Runs the programs of the README and of the pages of the languages: those in C++ and Go. `site.rs` runs the commands.

use std::{path::Path, process::Command};

use ocigraph_suite::{Workspace, c_library, with_library};

const README: &str = include_str!("../../../README.md");

/// Returns the first code block of a page in a language.
fn block(page: &'static str, language: &str) -> &'static str {
    let block = page.split(&format!("```{language}\n")).nth(1).unwrap();
    block.split("```").next().unwrap()
}

#[test]
fn the_pages_of_go_and_rust_have_the_programs_of_the_readme() {
    let (go, rust) = (include_str!("../../../docs/go.md"), include_str!("../../../docs/rust.md"));
    assert_eq!(block(README, "go"), block(go, "go"));
    assert_eq!(block(README, "rust"), block(rust, "rust"));
}

/// Creates a layout with an image that has an SBoM.
fn attached() -> Workspace {
    let work = Workspace::new();
    work.ocigraph(&["push", "oci:store/app:v1", "--artifact-type", "app/example"]).ok();
    work.ocigraph(&[
        "attach",
        "oci:store/app:v1",
        "--artifact-type",
        "sbom/example",
        "--allow-empty",
    ])
    .ok();
    work
}

fn prints_the_sbom(work: &Workspace, build: &mut Command) {
    work.run(build).ok();
    let mut program = work.command(work.path("program"));
    let printed = work.run(program.env("LD_LIBRARY_PATH", c_library().join("lib"))).ok();
    assert!(printed.starts_with("1 sbom/example sha256:"), "{printed}");
}

#[test]
fn the_cpp_program_of_its_page_runs() {
    let work = attached();
    work.write("program.cpp", block(include_str!("../../../docs/c.md"), "cpp"));
    let [include, lib] = ["include", "lib"].map(|folder| c_library().join(folder));
    let mut build = work.command("g++");
    build.args(["-std=c++17", "-Wall", "-Wextra", "-Werror", "program.cpp", "-o", "program"]);
    build.arg(format!("-I{}", include.display())).arg(format!("-L{}", lib.display()));
    prints_the_sbom(&work, build.arg("-locigraph"));
}

/// Returns the command that builds the program of a folder.
fn go_build(work: &Workspace) -> Command {
    let mut build = work.command("go");
    build.args(["build", "-o", "program", "."]);
    for (name, value) in std::env::vars().filter(|(n, _)| matches!(n.as_str(), "GOCACHE" | "HOME"))
    {
        build.env(name, value);
    }
    with_library(&mut build);
    build
}

#[test]
fn the_whole_go_program_of_its_page_runs() {
    const PAGE: &str = include_str!("../../../docs/go.md");
    let work = attached();
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bindings/go");
    let package = package.canonicalize().unwrap();
    let module = block(PAGE, "text");
    let (required, _) = module.split_once("=> ").unwrap();
    work.write("go.mod", format!("{required}=> {}\n", package.display()));
    work.write("main.go", PAGE.split("```go\n").nth(2).unwrap().split("```").next().unwrap());
    work.run(&mut go_build(&work)).ok();
    let run = |image: &str| {
        let mut program = work.command(work.path("program"));
        work.run(program.arg(image).env("LD_LIBRARY_PATH", c_library().join("lib"))).ok()
    };
    let printed = run("oci:store/app:v1");
    assert!(printed.contains("sbom/example"), "{printed}");
    assert_eq!(run("oci:store/app:v9"), "there is no such image\n");
}

#[test]
fn the_go_program_of_the_readme_runs() {
    let work = attached();
    let name = "github.com/ocigraph/ocigraph/bindings/go";
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bindings/go");
    let package = package.canonicalize().unwrap();
    work.write(
        "go.mod",
        format!(
            "module example.com/readme\n\ngo 1.24\n\nrequire {name} v0.1.0\n\nreplace {name} => {}\n",
            package.display()
        ),
    );
    work.write(
        "main.go",
        format!(
            "package main\n\nimport (\n\t\"context\"\n\t\"errors\"\n\t\"fmt\"\n\n\tocigraph \"{name}\"\n)\n\n\
             func main() {{\n\tif err := run(context.Background()); err != nil {{\n\t\tpanic(err)\n\t}}\n}}\n\n\
             func run(ctx context.Context) error {{\n{}\nreturn nil\n}}\n",
            block(README, "go")
        ),
    );
    prints_the_sbom(&work, &mut go_build(&work));
}
