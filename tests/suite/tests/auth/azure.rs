//! Azure Container Registry, simulated by the fixture: the three kinds of login in the article, the walkthrough with
//! each, the listings, locked manifests and cascading deletes.

use std::{collections::BTreeMap, path::PathBuf};

use ocigraph_fixture::{Auth, Config, Delete, Fixture, Referrers, TokenAuth};
use ocigraph_suite::{Workspace, ocigraph_binary, tool};
use serde_json::Value;

const TOKEN_USER: &str = "00000000-0000-0000-0000-000000000000";
const EXPOSED: &str = "refresh-token-of-az-acr-login";

fn azure() -> Fixture {
    let users =
        [("oras-token", "scoped-password"), ("11111111-2222-3333-4444-555555555555", "sp-secret")];
    let auth = TokenAuth {
        users: users.map(|(user, password)| (user.to_owned(), password.to_owned())).into(),
        identity_tokens: vec![EXPOSED.into()],
        entra_tokens: vec!["entra".into()],
        ..TokenAuth::default()
    };
    Fixture::start(config(auth, Vec::new()))
}

fn config(auth: TokenAuth, locked: Vec<String>) -> Config {
    Config {
        auth: Auth::Token(Box::new(auth)),
        azure: true,
        referrers: Referrers::OrasV1,
        delete: Delete::Cascade,
        locked,
        ..Config::default()
    }
}

fn service_of(fixture: &Fixture) -> TokenAuth {
    match fixture.config().auth {
        Auth::Token(auth) => *auth,
        other => panic!("{other:?}"),
    }
}

fn login(work: &Workspace, fixture: &Fixture, user: &str, password: &str) {
    let host = fixture.host();
    // As in the article.
    let ran = work.ocigraph(&["login", &host, "--username", user, "--password", password]);
    assert!(ran.stderr.contains("--password-stdin"), "{ran}");
    assert!(!ran.stderr.contains(password), "{ran}");
    assert_eq!(ran.ok(), "Login Succeeded\n");
}

fn walk(work: &Workspace, fixture: &Fixture) -> String {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../article/walkthrough");
    let tools = tool("jq").parent().map(PathBuf::from).unwrap_or_default();
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = work.command(script);
    command.env("REGISTRY", fixture.host()).env("OCIGRAPH", ocigraph_binary()).env("PATH", path);
    work.run(&mut command).ok()
}

#[test]
fn the_walkthrough_runs_with_each_kind_of_login() {
    for (user, password, asked_as) in [
        (TOKEN_USER, EXPOSED, "identity token"),
        ("oras-token", "scoped-password", "oras-token"),
        (
            "11111111-2222-3333-4444-555555555555",
            "sp-secret",
            "11111111-2222-3333-4444-555555555555",
        ),
    ] {
        let fixture = azure();
        let work = Workspace::new();
        login(&work, &fixture, user, password);
        // Replaces the `docker push` of the article: another client with the credential that our login stored.
        work.push_image(&format!("{}/net-monitor:v1", fixture.host()));
        fixture.clear_requests();
        let output = walk(&work, &fixture);
        let tree = output.split("## view the graph").nth(1).unwrap().split("##").next().unwrap();
        for (kind, branches) in [("signature", 2), ("readme", 1), ("sbom", 1)] {
            let branch = format!("── {kind}/example");
            assert_eq!(tree.matches(&branch).count(), branches, "{tree}");
        }
        assert!(output.trim_end().ends_with("[]"), "{output}");
        let asked = fixture.token_requests();
        assert!(!asked.is_empty());
        assert!(
            asked.iter().all(|a| a.credential.as_deref() == Some(asked_as) && a.status == 200),
            "{asked:?}"
        );
        assert_eq!(fixture.misplaced_credentials(), Vec::<String>::new());
        for secret in [password, EXPOSED] {
            assert!(!output.contains(secret));
            let sent = fixture.requests().into_iter().filter(|r| !r.path.starts_with("/oauth2/"));
            assert!(sent.flat_map(|r| r.headers).all(|(_, value)| !value.contains(secret)));
        }
    }
}

#[test]
fn an_exposed_token_is_accepted_as_an_identity_token() {
    let fixture = azure();
    let work = Workspace::new();
    let ran = work.ocigraph_with_input(
        &["login", &fixture.host(), "--identity-token-stdin"],
        EXPOSED.as_bytes(),
    );
    ran.ok();
    work.push_image(&format!("{}/net-monitor:v1", fixture.host()));
    work.ocigraph(&["tags", &format!("{}/net-monitor", fixture.host())]).ok();
    let asked = fixture.token_requests();
    assert!(asked.iter().all(|a| a.credential.as_deref() == Some("identity token")), "{asked:?}");
}

/// Pushes a signed image.
fn signed(fixture: &Fixture) -> (Workspace, String) {
    let work = Workspace::new();
    login(&work, fixture, "oras-token", "scoped-password");
    let image = format!("{}/net-monitor:v1", fixture.host());
    work.push_image(&image);
    work.write("signature.json", r#"{"signature": "pat hancock"}"#);
    let attach = ["attach", "--artifact-type", "signature/example", &image, "signature.json"];
    work.ocigraph(&attach).ok();
    fixture.clear_requests();
    (work, image)
}

fn repository(image: &str) -> &str {
    image.strip_suffix(":v1").unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn detailed_manifests_have_the_fields_of_the_article() {
    let fixture = azure();
    let (work, image) = signed(&fixture);
    let listed = work.ocigraph(&["manifests", "--detail", repository(&image)]).json();
    let listed = listed.as_array().unwrap();
    let (tagged, untagged): (Vec<&Value>, Vec<&Value>) =
        listed.iter().partition(|info| info.get("tags").is_some());
    let ([image_info], [signature]) = (&tagged[..], &untagged[..]) else { panic!("{listed:?}") };
    assert_eq!(
        keys(image_info),
        [
            "architecture",
            "changeableAttributes",
            "configMediaType",
            "createdTime",
            "digest",
            "imageSize",
            "lastUpdateTime",
            "mediaType",
            "os",
            "tags",
        ]
    );
    assert_eq!(
        keys(signature),
        [
            "changeableAttributes",
            "createdTime",
            "digest",
            "imageSize",
            "lastUpdateTime",
            "mediaType",
        ]
    );
    assert_eq!(signature["mediaType"], "application/vnd.cncf.oras.artifact.manifest.v1+json");
    assert_eq!(signature["imageSize"], work.read("signature.json").len());
    assert_eq!((&image_info["tags"][0], &image_info["os"]), (&"v1".into(), &"linux".into()));
    let attributes = &signature["changeableAttributes"];
    assert_eq!(keys(attributes), ["deleteEnabled", "listEnabled", "readEnabled", "writeEnabled"]);
    assert!(attributes.as_object().unwrap().values().all(|value| value == true));
    // One list with the token that the challenge named, instead of a request for each manifest.
    let seen: Vec<String> =
        fixture.requests().iter().map(|r| format!("{} {}", r.status, r.path)).collect();
    let own = seen.iter().filter(|r| r.starts_with("200 /acr/v1/net-monitor/_manifests")).count();
    assert_eq!(
        (own, seen.iter().filter(|r| r.contains("/manifests/")).count()),
        (1, 0),
        "{seen:?}"
    );

    let tags = work.ocigraph(&["tags", "--detail", repository(&image)]).json();
    assert_eq!(
        keys(&tags[0]),
        ["changeableAttributes", "createdTime", "digest", "lastUpdateTime", "name", "signed",]
    );
}

#[test]
fn long_lists_are_read_in_pages() {
    let fixture = azure();
    let (work, image) = signed(&fixture);
    for i in 0..5 {
        work.ocigraph(&["tag", &image, &format!("v1.{i}")]).ok();
    }
    let all = fixture.config();
    fixture.set_config(Config { tags_page: Some(2), ..all });
    let tags = work.ocigraph(&["tags", "--detail", repository(&image)]).json();
    let names: Vec<&str> =
        tags.as_array().unwrap().iter().filter_map(|t| t["name"].as_str()).collect();
    assert_eq!(names, ["v1", "v1.0", "v1.1", "v1.2", "v1.3", "v1.4"]);
    let manifests = work.ocigraph(&["manifests", "--detail", repository(&image)]).json();
    assert_eq!(manifests.as_array().unwrap().len(), 2);
}

#[test]
fn the_error_for_a_locked_manifest_has_the_request_id_of_azure() {
    let fixture = azure();
    let (work, image) = signed(&fixture);
    let digest = work.ocigraph(&["resolve", &image]).ok().trim().to_owned();
    fixture.set_config(config(service_of(&fixture), vec![digest.clone()]));
    let listed = work.ocigraph(&["manifests", "--detail", repository(&image)]).json();
    let locked = listed.as_array().unwrap().iter().find(|info| info["digest"] == *digest).unwrap();
    assert_eq!(locked["changeableAttributes"]["deleteEnabled"], false);
    let ran = work.ocigraph(&["delete", "--yes", &image]);
    assert_eq!(ran.code, Some(1), "{ran}");
    let all = format!("{}{}", ran.stdout, ran.stderr);
    assert!(all.contains("unlock") && all.contains("1b4b9c2e-6e1f"), "{all}");
    assert!(fixture.state().repositories["net-monitor"].manifests.contains_key(&digest));
}

#[test]
fn removing_a_tag_keeps_its_manifest() {
    let fixture = azure();
    let (work, image) = signed(&fixture);
    let digest = work.ocigraph(&["resolve", &image]).ok().trim().to_owned();
    work.ocigraph(&["untag", &image]).ok();
    let state = &fixture.state().repositories["net-monitor"];
    assert_eq!((state.tags.len(), state.manifests.contains_key(&digest)), (0, true));
    let seen = fixture.requests();
    assert!(seen.iter().any(|r| r.method == "DELETE" && r.path == "/acr/v1/net-monitor/_tags/v1"));
}

#[test]
fn other_registries_provide_details_through_the_standard_api() {
    let fixture = Fixture::start(Config::default());
    let work = Workspace::new();
    let image = format!("{}/net-monitor:v1", fixture.host());
    work.push_image(&image);
    let info = &work.ocigraph(&["manifests", "--detail", repository(&image)]).json()[0];
    let expected =
        ["architecture", "configMediaType", "digest", "imageSize", "mediaType", "os", "tags"];
    for key in expected {
        assert!(!info[key].is_null(), "{key} is missing in {info}");
    }
    let tags = work.ocigraph(&["tags", "--detail", repository(&image)]).json();
    let expected: BTreeMap<&str, &Value> =
        [("name", &tags[0]["name"]), ("digest", &info["digest"])].into();
    assert_eq!(tags[0]["digest"], *expected["digest"]);
    assert_eq!(tags[0]["name"], "v1");
}
