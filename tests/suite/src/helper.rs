//! A credential helper with the protocol of docker: a program that stores its entries in a file. Tests can make it fail
//! in several ways. It needs bash and jq.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::workspace::Workspace;

const SCRIPT: &str = r##"#!/bin/bash
set -euo pipefail
here=$0.state
verb=$1
if [ "$(cat "$here/mood")" = hangs ]; then
    echo $$ >"$here/pid"
    exec sleep 600
fi
if [ "$(cat "$here/mood")" = hangs-with-a-child ]; then
    sleep 600 &
    echo $! >"$here/pid.new"
    mv "$here/pid.new" "$here/pid"
    wait
fi
input=$(cat)
case $verb in
    store) server=$(jq -r .ServerURL <<<"$input") ;;
    *) server=$input ;;
esac
echo "$verb $server" >>"$here/calls"
case $(cat "$here/mood") in
    # Incomplete output that contains a secret.
    garbled) printf '{"ServerURL":"%s","Username":"ada","Secret":"open sesame: äöü' "$server"; exit 0 ;;
    # Killed before the end of its output.
    killed) printf '{"ServerURL":"%s","Username":"ada","Secret":"open sesame: äöü' "$server"; kill -9 $$ ;;
    cut) printf '{"ServerURL":"%s","Username":"ada","Secret":"open sesame: äöü' "$server"; exit 1 ;;
    repeating) echo "cannot keep $(jq -r .Secret <<<"$input")"; exit 1 ;;
    # A child process keeps standard output open.
    leaves-a-child) sleep 100 & echo $! >"$here/pid" ;;
    failing) echo "the keychain is locked"; exit 1 ;;
    unlisted) if [ "$verb" = list ]; then echo "not implemented"; exit 1; fi ;;
esac
change() { jq "$@" "$here/entries" >"$here/new" && mv "$here/new" "$here/entries"; }
case $verb in
    get)
        if ! jq -e --arg s "$server" '.[$s] // empty' "$here/entries"; then
            echo "credentials not found in native keychain"
            exit 1
        fi
        ;;
    store) change --argjson e "$input" '.[$e.ServerURL] = $e' ;;
    erase) change --arg s "$server" 'del(.[$s])' ;;
    list) jq 'map_values(.Username)' "$here/entries" ;;
    *) echo "unknown verb"; exit 1 ;;
esac
"##;

/// A credential helper on the search path of a workspace.
#[derive(Debug)]
pub struct CredentialHelper {
    state: PathBuf,
}

impl CredentialHelper {
    /// Installs `docker-credential-NAME` without entries.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn install(work: &Workspace, name: &str) -> Self {
        let program = work.write_program(&format!("docker-credential-{name}"), SCRIPT);
        let state = program.with_file_name(format!("docker-credential-{name}.state"));
        fs::create_dir(&state).expect("creating a folder for a helper");
        let helper = Self { state };
        helper.write("entries", "{}");
        helper.write("calls", "");
        helper.set_behaviour("well");
        helper
    }

    /// Sets the behaviour of later calls: `well`, `hangs`, `hangs-with-a-child`, `leaves-a-child`, `garbled`, `killed`,
    /// `cut`, `repeating`, `failing`, or `unlisted`, which does not support `list`.
    pub fn set_behaviour(&self, mood: &str) {
        self.write("mood", mood);
    }

    /// Returns the entries by server.
    pub fn entries(&self) -> Value {
        serde_json::from_str(&self.read("entries")).expect("the helper writes JSON")
    }

    /// Adds an entry, as another program would.
    pub fn keep(&self, server: &str, username: &str, secret: &str) {
        let mut entries = self.entries();
        entries[server] = serde_json::json!({
            "ServerURL": server, "Username": username, "Secret": secret,
        });
        self.write("entries", &entries.to_string());
    }

    /// Returns the calls, such as `get 127.0.0.1:5000`.
    pub fn calls(&self) -> Vec<String> {
        self.read("calls").lines().map(str::to_owned).collect()
    }

    /// Returns the ID of the process that hung last.
    pub fn process(&self) -> u32 {
        self.read("pid").trim().parse().expect("a helper that hangs writes its process ID")
    }

    /// Returns true if a call hangs.
    pub fn is_hanging(&self) -> bool {
        fs::read_to_string(self.state.join("pid")).is_ok_and(|pid| pid.ends_with('\n'))
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.state.join(name), text).expect("writing a file of a helper");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.state.join(name)).expect("reading a file of a helper")
    }
}
