//! Runs the shell commands of the README and of all pages of the site, and checks that each code block in another
//! language is one that a test compiles or runs.
//!
//! Local registries take the place of `registry.example.com` and `mirror.example.com`. A block that cannot be run has a
//! comment before it: `<!-- not run: REASON -->`. One that another test runs has `<!-- test: NAME -->`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use ocigraph_suite::{
    CommandResult, Kind, Options, PASSWORD, Registry, USER, Workspace, ocigraph_binary, tool,
};

/// Blocks that tests of other folders run, in languages of which a page has no other blocks.
const ELSEWHERE: [(&str, &[&str]); 7] = [
    // python/tests/test_readme.py, node/test/readme.test.js, readme.rs, bindings/c/tests/abi/installed.rs, and the doc
    // test of this crate.
    ("README.md", &["python", "ts", "go", "c", "rust"]),
    // bindings/c/tests/abi/installed.rs and readme.rs
    ("docs/c.md", &["c", "cpp"]),
    // readme.rs compares them with the README.
    ("docs/go.md", &["go"]),
    ("docs/rust.md", &["rust"]),
    // prune/documentation.rs
    ("docs/prune.md", &["sh"]),
    // python/tests/test_readme.py; the package is not published yet, so its `pip install` is not run.
    ("python/README.md", &["python", "sh"]),
    // node/test/readme.test.js
    ("node/README.md", &["ts", "js", "sh"]),
];

/// Blocks that show output or data.
const OUTPUT: [&str; 3] = ["", "text", "json"];

struct Block {
    line: usize,
    language: String,
    /// The text of the comment in the line before.
    comment: String,
    code: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Returns the files with the text of the pages, and the README.
fn pages() -> BTreeSet<String> {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let links = summary.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let pages = links.map(|link| {
        let text = fs::read_to_string(root().join("docs").join(link)).unwrap();
        match text.trim().strip_prefix("{{#include ../") {
            Some(rest) => rest.strip_suffix("}}").unwrap().to_owned(),
            None => format!("docs/{link}"),
        }
    });
    pages.chain(["README.md".to_owned()]).collect()
}

fn blocks(page: &str) -> Vec<Block> {
    let text = fs::read_to_string(root().join(page)).unwrap();
    let mut blocks: Vec<Block> = Vec::new();
    let (mut is_open, mut before) = (false, "");
    for (number, line) in text.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if is_open => is_open = false,
            Some(language) => {
                is_open = true;
                let comment = before.strip_prefix("<!-- ").and_then(|c| c.strip_suffix(" -->"));
                blocks.push(Block {
                    line: number + 1,
                    language: language.to_owned(),
                    comment: comment.unwrap_or_default().to_owned(),
                    code: String::new(),
                });
            }
            None if is_open => {
                let code = &mut blocks.last_mut().unwrap().code;
                code.push_str(line);
                code.push('\n');
            }
            None => {}
        }
        before = line;
    }
    blocks
}

fn is_marked(block: &Block) -> bool {
    ["not run: ", "test: "].iter().any(|mark| {
        let reason = block.comment.strip_prefix(mark).unwrap_or_default();
        !reason.trim().is_empty()
    })
}

/// The pages whose commands a test of this file runs.
const RUN: [&str; 9] = [
    "README.md",
    "docs/air-gap.md",
    "docs/attached.md",
    "docs/coming-from-oras.md",
    "docs/command-line.md",
    "docs/credentials.md",
    "docs/gate.md",
    "docs/sweep.md",
    "docs/sync.md",
];

#[test]
fn every_block_of_code_is_tested_or_says_why_not() {
    let elsewhere: BTreeMap<&str, &[&str]> = ELSEWHERE.into_iter().collect();
    let pages = pages();
    assert!(pages.len() > 25, "{pages:?}");
    let mut wrong = Vec::new();
    for page in &pages {
        for block in blocks(page) {
            let language = block.language.as_str();
            let is_run = matches!(language, "sh" | "bash") && RUN.contains(&page.as_str());
            let is_tested = elsewhere.get(page.as_str()).is_some_and(|l| l.contains(&language));
            if !(OUTPUT.contains(&language) || is_run || is_tested || is_marked(&block)) {
                wrong.push(format!("{page}:{}: no test runs this block of {language}", block.line));
            }
        }
    }
    for page in RUN {
        assert!(pages.contains(page), "the site has no page {page}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Two registries with images, and files that the pages name.
struct Place {
    work: Workspace,
    registry: Registry,
    mirror: Registry,
}

impl Place {
    fn new() -> Self {
        let work = Workspace::new();
        let [registry, mirror] = [Kind::Ggcr; 2].map(Registry::start);
        for name in ["app:v1", "app:v2", "base:v1", "team/app:v1"] {
            work.push_image_with(&registry.reference(name), name);
        }
        let v1 = registry.reference("app:v1");
        work.write("sbom.spdx.json", r#"{"spdxVersion":"SPDX-2.3"}"#);
        work.write("bundle.json", "{}");
        let bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
        for (kind, file) in [("application/spdx+json", "sbom.spdx.json"), (bundle, "bundle.json")] {
            work.ocigraph(&["attach", &v1, "--artifact-type", kind, file]).ok();
        }
        // A signature in the form of cosign 2: a tag.
        let digest = work.ocigraph(&["resolve", &v1]).ok().trim().replace(':', "-");
        work.push_image_with(&registry.reference(&format!("app:{digest}.sig")), "signature");
        work.write("images.txt", format!("{}\n", registry.reference("team/app")));
        work.write("program", "a program");
        work.write("docs/index.md", "an index");
        work.write("signature.json", "{}");
        fs::create_dir(work.home().join("bin")).unwrap();
        Self { work, registry, mirror }
    }

    /// Replaces the hosts of the documentation.
    fn here(&self, text: &str) -> String {
        text.replace("registry.example.com", self.registry.host())
            .replace("mirror.example.com", self.mirror.host())
    }

    /// Runs commands in one shell, which ends at the first that fails.
    fn run(&self, commands: &str) -> CommandResult {
        self.work.write("commands", self.here(commands));
        let folders = [ocigraph_binary(), tool("jq")].map(|p| p.parent().unwrap().to_path_buf());
        let rest = std::env::var_os("PATH").unwrap_or_default();
        let path = folders.into_iter().chain(std::env::split_paths(&rest));
        let mut command = self.work.command("bash");
        command.args(["-euxo", "pipefail", "commands"]);
        self.work.run(command.env("PATH", std::env::join_paths(path).unwrap()))
    }

    /// Runs all commands of a page, and returns the output.
    #[track_caller]
    fn run_page(&self, page: &str) -> String {
        assert!(RUN.contains(&page), "{page} must be in the list of pages");
        let blocks = blocks(page).into_iter().filter(|block| !is_marked(block));
        let commands = blocks.filter(|block| matches!(block.language.as_str(), "sh" | "bash"));
        let commands: String = commands.map(|block| block.code).collect();
        assert!(commands.contains("ocigraph"), "{page} has no commands");
        self.run(&commands).ok()
    }
}

#[test]
fn the_tour_of_the_readme_runs() {
    let place = Place::new();
    let output = place.run_page("README.md");
    assert!(output.contains("Would delete"), "{output}");
    assert_eq!(place.work.read("out/signature.json"), b"{}");
}

#[test]
fn the_commands_of_the_command_line_run() {
    let place = Place::new();
    let output = place.run_page("docs/command-line.md");
    assert!(output.contains("Would delete"), "{output}");
    assert_eq!(place.work.read("out/signature.json"), b"{}");
}

#[test]
fn the_commands_about_the_air_gap_run() {
    let place = Place::new();
    place.run_page("docs/air-gap.md");
    for image in
        ["mirror.example.com/app:v1", "mirror.example.com/prefix/base:v1", "oci:disk/app:v1"]
    {
        place.work.ocigraph(&["verify", &place.here(image)]).ok();
    }
}

#[test]
fn the_commands_about_attached_manifests_run() {
    let output = Place::new().run_page("docs/attached.md");
    assert!(output.contains(" SBoM (SPDX)\n"), "{output}");
}

#[test]
fn the_commands_of_the_gate_run() {
    let output = Place::new().run_page("docs/gate.md");
    assert!(output.contains("missing  signature") && output.contains("exit code 1\n"), "{output}");
    assert!(output.contains("present  signature"), "{output}");
}

#[test]
fn the_commands_of_sync_run() {
    let place = Place::new();
    place.run_page("docs/sync.md");
    place.work.ocigraph(&["verify", &place.mirror.reference("team/app:v1")]).ok();
    assert!(place.work.path("report.html").is_file());
}

#[test]
fn the_commands_of_sweep_run() {
    let place = Place::new();
    let output = place.run_page("docs/sweep.md");
    assert!(output.contains("sbom"), "{output}");
    let rows = String::from_utf8(place.work.read("sweep.ndjson")).unwrap();
    assert!(rows.contains(r#""repository":"team/app""#), "{rows}");
}

#[test]
fn the_name_of_oras_can_be_a_link() {
    let place = Place::new();
    place.run_page("docs/coming-from-oras.md");
    let oras = place.work.home().join("bin/oras");
    let push = ["push", "--oci-layout", "by-oras:v1", "program"];
    let pushed = place.work.run(place.work.command(oras).args(push)).ok();
    assert!(pushed.contains("Pushed [oci-layout] by-oras:v1"), "{pushed}");
}

#[test]
fn the_commands_about_credentials_run() {
    let place = Place::new();
    let options = Options { auth: true, ..Options::default() };
    let protected = Registry::start_with(Kind::Docker2, options);
    place.work.write("password", PASSWORD);
    place.work.write("build.json", "{}");
    let page = "docs/credentials.md";
    let commands: String =
        blocks(page).into_iter().filter(|b| !is_marked(b)).map(|block| block.code).collect();
    assert!(commands.contains(&format!("--username {USER} ")), "{commands}");
    let commands = commands
        .replace("login registry.example.com", &format!("login {}", protected.host()))
        .replace("logout registry.example.com", &format!("logout {}", protected.host()))
        .replace("build.example.com", "registry.example.com")
        .replace("production.example.com", protected.host());
    let output = place.run(&commands).ok();
    assert!(output.contains("Login Succeeded"), "{output}");
}

#[test]
fn a_file_of_passwords_can_be_written_without_htpasswd() {
    let page = blocks("docs/serve.md");
    let perl = page.iter().find(|block| block.code.contains("perl")).unwrap();
    let place = Place::new();
    place.work.write("password", PASSWORD);
    place.run(&perl.code).ok();
    let script = "
        ocigraph serve oci:served --listen 127.0.0.1:0 --htpasswd users > listening &
        trap 'kill $!' EXIT
        until grep -q listening listening; do sleep 0.1; done
        host=$(sed 's/^listening on //' listening)
        if ocigraph repos \"$host\"; then exit 1; fi
        ocigraph repos -u ada --password-stdin \"$host\" < password";
    place.run(script).ok();
}

const EMPTY_JSON: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

/// The rows of the tables of commands: the command of another tool, and that of ocigraph.
fn rows(page: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join(page)).unwrap();
    let cells = text.lines().filter_map(|line| {
        let (theirs, ours) = line.strip_prefix("| `")?.strip_suffix("` |")?.split_once("` | `")?;
        ours.starts_with("ocigraph ").then(|| (theirs.to_owned(), ours.to_owned()))
    });
    let rows: Vec<_> = cells.collect();
    assert!(rows.len() > 5, "{page} has {} rows", rows.len());
    rows
}

/// Runs the commands of ocigraph in a table, and looks for the commands and flags of the other tool in its help.
#[track_caller]
fn the_table_is_right(page: &str) {
    let place = Place::new();
    let Place { work, registry, .. } = &place;
    // An index of images for two platforms.
    for architecture in ["amd64", "arm64"] {
        let platform = format!("linux/{architecture}");
        let image = registry.reference(&format!("app:{architecture}"));
        work.write("program", architecture);
        let push = ["push", &image, "--artifact-platform", &platform, "program"];
        work.ocigraph(&push).ok();
    }
    let index = registry.reference("app:all");
    work.ocigraph(&["manifest", "index", "create", &index, "amd64", "arm64"]).ok();
    work.write("manifest.json", "{}");
    for (theirs, ours) in rows(page) {
        // The empty config of the images for two platforms.
        place.run(&format!("digest={EMPTY_JSON}\n{ours}")).ok();
        let mut words = theirs.split_whitespace();
        let program = tool(words.next().unwrap());
        let names: Vec<&str> = words
            .take_while(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
            .take_while(|word| !word.starts_with('-'))
            .collect();
        let mut help = work.command(&program);
        let help = work.run(help.args(&names).arg("--help"));
        let help = format!("{}{}", help.stdout, help.stderr);
        let usage = format!("{} {}", program.file_name().unwrap().display(), names.join(" "));
        assert!(help.contains(&usage), "{theirs}: {usage} is not in its help:\n{help}");
        for flag in theirs.split_whitespace().filter(|word| word.starts_with("--")) {
            let flag = flag.split('=').next().unwrap();
            let is_known = help.split(|c: char| c.is_whitespace() || matches!(c, ',' | '='));
            assert!(
                is_known.into_iter().any(|word| word == flag),
                "{theirs}: {flag} is unknown:\n{help}"
            );
        }
    }
}

#[test]
fn the_table_of_oras_is_right() {
    the_table_is_right("docs/coming-from-oras.md");
}

#[test]
fn the_table_of_cosign_is_right() {
    the_table_is_right("docs/coming-from-cosign.md");
}

#[test]
fn the_table_of_regctl_is_right() {
    the_table_is_right("docs/coming-from-regctl.md");
}

#[test]
fn the_table_of_skopeo_is_right() {
    the_table_is_right("docs/coming-from-skopeo.md");
}

#[test]
fn the_page_of_errors_shows_a_real_error() {
    let shown = blocks("docs/errors.md").into_iter().find(|block| block.language == "text");
    let work = Workspace::new();
    work.ocigraph(&["push", "oci:store/app:v1", "--artifact-type", "app/example"]).ok();
    let stderr = work.ocigraph(&["resolve", "oci:store/app:v9"]).fails_with(1);
    assert_eq!(stderr, shown.unwrap().code);
}

#[test]
fn the_page_of_errors_has_every_code() {
    let page = fs::read_to_string(root().join("docs/errors.md")).unwrap();
    for code in ocigraph::Code::ALL {
        let row = format!("| `{code}` | {} | ", *code as i32);
        assert!(page.contains(&row), "docs/errors.md has no row for {code}");
    }
}
