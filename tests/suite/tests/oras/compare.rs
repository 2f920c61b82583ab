//! Compares what two programs printed and wrote.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// Replaces the registry and the folder of a program by fixed names.
pub(crate) fn normalized(text: &str, host: &str, folder: &Path) -> String {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    text.replace(host, "REGISTRY")
        .replace(&*real.to_string_lossy(), "FOLDER")
        .replace(&*folder.to_string_lossy(), "FOLDER")
}

/// Compares two outputs. JSON of ocigraph may have more members; the order of other lines is free, because transfers
/// end in any order.
pub(crate) fn same_output(oras: &str, ocigraph: &str) -> Result<(), String> {
    let (oras, ocigraph) = (&without_status(oras), &without_status(ocigraph));
    if oras == ocigraph {
        return Ok(());
    }
    if let (Ok(oras), Ok(ocigraph)) = (serde_json::from_str(oras), serde_json::from_str(ocigraph)) {
        return covers("", &oras, &ocigraph);
    }
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    let (oras, ocigraph) = (sorted(oras), sorted(ocigraph));
    if oras == ocigraph {
        return Ok(());
    }
    let missing =
        oras.iter().filter(|line| !ocigraph.contains(line)).map(|line| format!("- {line}"));
    let added = ocigraph.iter().filter(|line| !oras.contains(line)).map(|line| format!("+ {line}"));
    Err(missing.chain(added).collect::<Vec<_>>().join("\n"))
}

/// Removes the lines about single transfers: what a program transfers, and what it finds there already, is up to it.
fn without_status(text: &str) -> String {
    const STATUS: [&str; 23] = [
        "Preparing ",
        "Uploading ",
        "Uploaded ",
        "Exists ",
        "Copying ",
        "Copied  ",
        "Mounted ",
        "Skipped ",
        "Downloading ",
        "Downloaded ",
        "Processing ",
        "Restored ",
        "Unchanged ",
        "Kept ",
        "Fetching ",
        "Fetched ",
        "Packed ",
        "Added ",
        "Removed ",
        "Merged ",
        "Pulling ",
        "Pulled   ",
        "Pushing ",
    ];
    let is_result = |line: &&str| !STATUS.iter().any(|word| line.starts_with(word));
    text.split_inclusive('\n').filter(is_result).collect()
}

/// Fails unless `ocigraph` has all of `oras`.
fn covers(path: &str, oras: &Value, ocigraph: &Value) -> Result<(), String> {
    match (oras, ocigraph) {
        (Value::Object(oras), Value::Object(ocigraph)) => {
            oras.iter().try_for_each(|(name, value)| {
                // ORAS shows the tag, which the index of a layout has, as an annotation of the manifest.
                if name == "org.opencontainers.image.ref.name" {
                    return Ok(());
                }
                let ours = ocigraph.get(name).ok_or_else(|| format!("no {path}.{name}"))?;
                covers(&format!("{path}.{name}"), value, ours)
            })
        }
        (Value::Array(oras), Value::Array(ocigraph)) if oras.len() == ocigraph.len() => {
            let (oras, ocigraph) = (sorted(oras), sorted(ocigraph));
            let pairs = oras.iter().zip(&ocigraph).enumerate();
            pairs.into_iter().try_for_each(|(i, (a, b))| covers(&format!("{path}[{i}]"), a, b))
        }
        _ if oras == ocigraph => Ok(()),
        _ => Err(format!("{path}: {oras}, not {ocigraph}")),
    }
}

/// Sorts descriptors by digest: a list has them in the order in which a registry or a transfer has them.
fn sorted(list: &[Value]) -> Vec<Value> {
    let mut list = list.to_vec();
    list.sort_by_key(|value| {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        (text("digest"), text("path"), value.as_str().unwrap_or_default().to_owned())
    });
    list
}

/// Returns all files below a folder with their content. The index of a layout is its entries by digest.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    add_files(folder, folder, &mut found);
    found
}

fn add_files(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("reading a folder").path()).collect();
    paths.sort_unstable();
    for path in paths {
        let name = path.strip_prefix(root).expect("a path below").display().to_string();
        let last = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // The blobs of a layout: the index names what counts, and each program collects garbage at its own time. ORAS
        // creates a folder for uploads, ocigraph keeps its lock beside the index.
        if matches!(&*last, "blobs" | "ingest" | ".ocigraph") || last.ends_with(".tar") {
            continue;
        }
        match path.is_dir() {
            true => add_files(root, &path, found),
            false => _ = found.insert(name, content(&path, &last)),
        }
    }
}

fn content(path: &Path, name: &str) -> String {
    let bytes = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match serde_json::from_slice::<Value>(&bytes) {
        Ok(index) if name == "index.json" => {
            let entries = index["manifests"].as_array().cloned().unwrap_or_default();
            let entry = |entry: &Value| {
                let tag = &entry["annotations"]["org.opencontainers.image.ref.name"];
                format!("{} {tag}", entry["digest"])
            };
            let mut entries: Vec<String> = entries.iter().map(entry).collect();
            entries.sort_unstable();
            entries.join("\n")
        }
        Ok(layout) if name == "oci-layout" => layout.to_string(),
        _ => text,
    }
}
