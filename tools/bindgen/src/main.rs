//! Writes the options, results and operations of every language from the source of the core.
//!
//! ```text
//! ocigraph-bindgen            writes the files
//! ocigraph-bindgen --check    only compares, and fails if a file is out of date
//! ocigraph-bindgen --json     prints the definition
//! ```
//!
//! The source is `core/src/operation`, `core/src/client.rs`, the configuration and the results of
//! the core, and the table `languages.toml`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool of the command line")]

mod definition;
mod docs;
mod emit;
mod parse;
mod table;

use std::{
    collections::BTreeSet,
    env, fs,
    io::Write,
    path::Path,
    process::{Command, ExitCode, Stdio},
};

use emit::Output;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("bindgen: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let definition = parse::read(&root)?;
    let check = match arguments {
        [] => false,
        [option] if option == "--check" => true,
        [option] if option == "--json" => {
            let json = serde_json::to_string_pretty(&definition).map_err(|e| e.to_string())?;
            println!("{json}");
            return Ok(());
        }
        _ => return Err("usage: ocigraph-bindgen [--check | --json]".to_owned()),
    };
    let outputs = emit::all(&definition);
    let orphans = orphans(&root, &outputs)?;
    if !orphans.is_empty() {
        return Err(format!("no longer written; remove them:\n{}", orphans.join("\n")));
    }
    let mut outdated = Vec::new();
    for Output { path, text } in outputs {
        let text = formatted(&path, text)?;
        let file = root.join(&path);
        if fs::read_to_string(&file).is_ok_and(|current| current == text) {
            continue;
        }
        if check {
            outdated.push(path);
            continue;
        }
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        }
        fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))?;
        println!("{}", path.display());
    }
    match outdated.as_slice() {
        [] => Ok(()),
        files => {
            let files: Vec<String> = files.iter().map(|f| format!("  {}", f.display())).collect();
            Err(format!("out of date; run `make bindgen`:\n{}", files.join("\n")))
        }
    }
}

/// Files beside the outputs that say that bindgen writes them, and that it does not write.
fn orphans(root: &Path, outputs: &[Output]) -> Result<Vec<String>, String> {
    let folders: BTreeSet<&Path> =
        outputs.iter().filter_map(|output| output.path.parent()).collect();
    let mut orphans = Vec::new();
    for folder in folders {
        // A folder that does not exist yet has no files.
        let Ok(entries) = fs::read_dir(root.join(folder)) else { continue };
        for entry in entries {
            let entry = entry.map_err(|e| format!("{}: {e}", folder.display()))?;
            let path = folder.join(entry.file_name());
            if outputs.iter().any(|output| output.path == path) || !entry.path().is_file() {
                continue;
            }
            // Other files may be binary.
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            let head: Vec<&str> = text.lines().take(3).collect();
            if head.join(" ").contains(emit::NOTICE) || head.join(" ").contains(emit::GO_NOTICE) {
                orphans.push(format!("  {}", path.display()));
            }
        }
    }
    Ok(orphans)
}

/// Formats Rust as `cargo fmt` does. The other languages are written in their format.
fn formatted(path: &Path, text: String) -> Result<String, String> {
    if path.extension().is_none_or(|extension| extension != "rs") {
        return Ok(text);
    }
    let failed = |e: std::io::Error| format!("rustfmt: {e}");
    let configuration = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rustfmt.toml");
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(configuration)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let mut input = rustfmt.stdin.take().ok_or("rustfmt has no standard input")?;
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = rustfmt.wait_with_output().map_err(failed)?;
    writer.join().map_err(|_| "rustfmt: the writer panicked")?.map_err(failed)?;
    if !output.status.success() {
        return Err(format!("rustfmt cannot format {}", path.display()));
    }
    String::from_utf8(output.stdout).map_err(|e| format!("{}: {e}", path.display()))
}
