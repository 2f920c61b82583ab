//! A disk that becomes full during a write: a clear error, no partial files, no lost content.

use ocigraph_suite::{CommandResult, Workspace, ocigraph_binary};

/// Runs a script with an empty disk of 8 MB at `disk` that only the script can see.
fn with_small_disk(work: &Workspace, script: &str) -> CommandResult {
    let mount = format!("mkdir -p disk && mount -t tmpfs -o size=8m tmpfs disk && {{ {script}\n}}");
    let mut command = work.command("unshare");
    command.args(["--map-root-user", "--mount", "bash", "-uc", &mount]);
    command.env("ocigraph", ocigraph_binary());
    work.run(&mut command)
}

fn workspace() -> Workspace {
    let work = Workspace::new();
    // Content that gzip cannot compress.
    let mut state = 1u64;
    let random = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as u8
    });
    work.write("large/file", random.take(16 << 20).collect::<Vec<_>>());
    work.write("small", "small");
    work
}

#[test]
fn a_pull_to_a_full_disk_reports_it_and_leaves_no_file() {
    let work = workspace();
    work.ocigraph(&["push", "oci:store:v1", "large/file"]).ok();
    let script = r#"
        "$ocigraph" pull -q -o disk/out oci:store:v1; code=$?
        find disk -type f; exit $code"#;
    let ran = with_small_disk(&work, script);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran}");
    assert!(ran.stderr.contains("No space left"), "{ran}");
}

#[test]
fn a_layout_on_a_full_disk_stays_valid_and_complete() {
    let work = workspace();
    let script = r#"
        "$ocigraph" push -q oci:disk/layout:v1 small >&2 || exit 10
        cp disk/layout/index.json before
        "$ocigraph" push -q oci:disk/layout:v2 large/file && exit 11
        cmp before disk/layout/index.json || exit 12
        "$ocigraph" verify oci:disk/layout:v1 >&2 || exit 13
        "$ocigraph" push -q oci:disk/layout:v3 small >&2 || exit 14
        find disk -type f -size +1M"#;
    let ran = with_small_disk(&work, script);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.stderr.contains("No space left"), "{ran}");
    assert!(!ran.stdout.contains("disk/"), "{ran}");
}

#[test]
fn a_directory_that_cannot_be_packed_is_not_pushed() {
    let work = workspace();
    let script = r#"
        TMPDIR=$PWD/disk "$ocigraph" push oci:store:v1 large; code=$?
        find disk -type f; exit $code"#;
    let ran = with_small_disk(&work, script);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran}");
    assert!(ran.stderr.contains("No space left"), "{ran}");
    work.ocigraph(&["resolve", "oci:store:v1"]).fails_with(1);
}

#[test]
fn a_failed_fetch_or_push_does_not_replace_existing_files() {
    let work = workspace();
    let long = format!("note={}", "x".repeat(100_000));
    work.ocigraph(&["push", "oci:store:v1", "small", "large/file", "-a", &long]).ok();
    let manifest = work.ocigraph(&["manifest", "fetch", "oci:store:v1"]).json();
    let blob = manifest["layers"][1]["digest"].as_str().unwrap();
    let script = format!(
        r#"
        for name in manifest blob export; do printf old >disk/$name; done
        head -c 8M /dev/zero >disk/full 2>/dev/null
        "$ocigraph" manifest fetch -o disk/manifest oci:store:v1 && exit 10
        "$ocigraph" blob fetch -o disk/blob oci:store@{blob} && exit 11
        "$ocigraph" push -q oci:store:v2 small -a {long} --export-manifest disk/export && exit 12
        for name in manifest blob export; do cat disk/$name; done
        ls -A disk | grep ocigraph
        exit 0"#
    );
    let ran = with_small_disk(&work, &script);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "oldoldold"), "{ran}");
    assert_eq!(ran.stderr.matches("No space left").count(), 3, "{ran}");
}
