//! The number of tokens that an operation requests, and their scopes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use ocigraph::{
    Client, Code, CopyOptions, Credential, CredentialSource, Credentials, DeleteOptions,
    DiscoverOptions, File, Host, PullOptions, PushOptions, Reference, ResolveOptions,
};
use ocigraph_fixture::{Auth, Config, Fixture, TokenAuth};

use crate::{IDENTITY, PASSWORD, USER, ada, client_with, guarded, run, token_auth};

fn reference(fixture: &Fixture, name: &str) -> Reference {
    format!("{}/{name}", fixture.host()).parse().unwrap()
}

async fn push(client: &Client, target: &Reference, subject: Option<&Reference>) -> Reference {
    let mut options = PushOptions::default();
    options.files = vec![File::bytes("file", format!("{target}"))];
    options.artifact_type = Some("thing/example".into());
    options.subject = subject.cloned();
    client.push(target, options).await.unwrap().reference
}

/// Returns the scopes of each token request since the last call.
fn asked(fixture: &Fixture) -> Vec<String> {
    let asked = fixture.token_requests().into_iter().map(|asked| asked.scopes.join(" ")).collect();
    assert_eq!(fixture.misplaced_credentials(), Vec::<String>::new());
    fixture.clear_requests();
    asked
}

#[test]
fn each_operation_requests_one_token_with_all_its_scopes() {
    let fixture = guarded(token_auth());
    let image = reference(&fixture, "app:v1");
    run(async {
        push(&ada(), &image, None).await;
        assert_eq!(asked(&fixture), ["repository:app:pull,push"]);
        push(&ada(), &reference(&fixture, "app"), Some(&image)).await;
        assert_eq!(asked(&fixture), ["repository:app:pull,push"]);

        let graph = ada().discover(&image, DiscoverOptions::default()).await.unwrap();
        assert_eq!((graph.len(), asked(&fixture)), (1, vec!["repository:app:pull".to_owned()]));

        let out = tempfile::tempdir().unwrap();
        let options = PullOptions::default().output(out.path());
        ada().pull(&image, options).await.unwrap();
        assert_eq!(asked(&fixture), ["repository:app:pull"]);

        let recursive = CopyOptions::default().recursive(true);
        let copied = ada().copy(&image, &reference(&fixture, "other:v1"), recursive).await.unwrap();
        assert!(copied.blobs.mounted > 0);
        assert_eq!(asked(&fixture), ["repository:app:pull repository:other:pull,push"]);

        ada().delete(&image, DeleteOptions::default()).await.unwrap();
        assert_eq!(asked(&fixture), ["repository:app:delete,pull"]);

        let host: Host = fixture.host().parse().unwrap();
        ada().repositories(&host).await.unwrap();
        assert_eq!(asked(&fixture), ["registry:catalog:*"]);
    });
}

#[test]
fn a_client_caches_its_tokens() {
    let fixture = guarded(token_auth());
    let client = ada();
    run(async {
        let image = reference(&fixture, "app:v1");
        push(&client, &image, None).await;
        // A token for push also allows pull.
        client.resolve(&image, ResolveOptions::default()).await.unwrap();
        client.tags(&image).await.unwrap();
        assert_eq!(asked(&fixture), ["repository:app:pull,push"]);
        // Another repository needs another token, which is requested without a challenge.
        push(&client, &reference(&fixture, "other:v1"), None).await;
        let refused = fixture.requests().iter().filter(|r| r.status == 401).count();
        assert_eq!((refused, asked(&fixture)), (0, vec!["repository:other:pull,push".to_owned()]));
    });
}

#[test]
fn a_hundred_concurrent_operations_request_one_token() {
    let fixture = guarded(token_auth());
    let image = reference(&fixture, "app:v1");
    run(push(&ada(), &image, None));
    asked(&fixture);
    let client = ada();
    run(async {
        let all: Vec<_> = (0..100)
            .map(|_| {
                let (client, image) = (client.clone(), image.clone());
                tokio::spawn(async move { client.resolve(&image, ResolveOptions::default()).await })
            })
            .collect();
        for resolved in all {
            resolved.await.unwrap().unwrap();
        }
    });
    assert_eq!(asked(&fixture), ["repository:app:pull"]);
}

#[test]
fn an_expired_token_is_renewed_once_for_many_concurrent_requests() {
    let fixture = guarded(token_auth());
    let client = ada();
    let image = reference(&fixture, "app:v1");
    run(async {
        push(&client, &image, None).await;
        asked(&fixture);
        // The registry rejects the token although it has not expired, for example because its clock differs.
        fixture.end_tokens();
        let all: Vec<_> = (0..50)
            .map(|_| {
                let (client, image) = (client.clone(), image.clone());
                tokio::spawn(async move { client.resolve(&image, ResolveOptions::default()).await })
            })
            .collect();
        for resolved in all {
            resolved.await.unwrap().unwrap();
        }
    });
    assert_eq!(asked(&fixture).len(), 1);
}

#[test]
fn a_token_is_renewed_before_it_expires() {
    let fixture = guarded(TokenAuth { life_ms: 400, ..token_auth() });
    let client = ada();
    let image = reference(&fixture, "app:v1");
    run(async {
        push(&client, &image, None).await;
        asked(&fixture);
        tokio::time::sleep(Duration::from_millis(500)).await;
        client.resolve(&image, ResolveOptions::default()).await.unwrap();
    });
    let refused = fixture.requests().iter().filter(|r| r.status == 401).count();
    assert_eq!((refused, asked(&fixture).len()), (0, 1));
}

#[test]
fn a_token_that_expires_during_an_upload_causes_no_second_upload() {
    const SIZE: u64 = 1 << 30;
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("large");
    std::fs::File::create(&source).unwrap().set_len(SIZE).unwrap();
    let auth = TokenAuth { life_ms: 300, ..token_auth() };
    let fixture = Fixture::start(Config {
        auth: Auth::Token(Box::new(auth)),
        blobs: Some(folder.path().join("blobs")),
        ..Config::default()
    });
    let image = reference(&fixture, "app:v1");
    let options =
        PushOptions::default().files(vec![File::path(&source)]).allow_path_traversal(true);
    run(ada().push(&image, options)).unwrap();
    let sent: u64 = fixture.requests().iter().map(|request| request.body_bytes).sum();
    assert!(sent < SIZE + 10_000, "{sent}");
    // One at the start and one after the blob.
    let tokens = asked(&fixture).len();
    assert!((2..=3).contains(&tokens), "{tokens}");
    let manifest = run(ada().fetch_manifest(&image, ResolveOptions::default())).unwrap();
    assert_eq!(manifest.content().filter(|blob| blob.size == SIZE).count(), 1);
}

#[test]
fn an_anonymous_token_is_used_if_it_is_sufficient() {
    let fixture = guarded(TokenAuth { anonymous: true, ..token_auth() });
    let image = reference(&fixture, "app:v1");
    run(push(&ada(), &image, None));
    fixture.clear_requests();
    let nobody = client_with(Credentials::Anonymous);
    run(nobody.resolve(&image, ResolveOptions::default())).unwrap();
    assert_eq!(fixture.token_requests()[0].credential, None);
    let error =
        run(nobody.push(&reference(&fixture, "app:v2"), PushOptions::default())).unwrap_err();
    assert_eq!(error.code(), Code::Unauthorized);
    assert!(error.to_string().contains("no credentials"), "{error}");
}

#[test]
fn an_identity_token_is_exchanged_and_a_registry_token_is_sent_directly() {
    let auth = TokenAuth {
        registry_tokens: vec!["as-it-is".into()],
        entra_tokens: vec!["from-entra".into()],
        ..token_auth()
    };
    let azure = Config { auth: Auth::Token(Box::new(auth)), azure: true, ..Config::default() };
    let fixture = Fixture::start(azure);
    let image = reference(&fixture, "app:v1");
    run(push(&ada(), &image, None));
    for (credential, asked) in [
        (Credential::identity_token(IDENTITY), vec![("POST", "identity token")]),
        (Credential::registry_token("as-it-is"), vec![]),
        (
            Credential::entra_token("from-entra", Some("tenant".into())),
            vec![("POST", "entra token"), ("POST", "identity token")],
        ),
    ] {
        fixture.clear_requests();
        run(client_with(Credentials::Given(credential)).resolve(&image, ResolveOptions::default()))
            .unwrap();
        let seen: Vec<_> = fixture.token_requests();
        let seen: Vec<_> = seen
            .iter()
            .map(|a| (a.method.as_str(), a.credential.as_deref().unwrap_or("")))
            .collect();
        assert_eq!(seen, asked);
        assert_eq!(fixture.misplaced_credentials(), Vec::<String>::new());
    }
}

/// Returns an expired password at first and the new one on the next call.
struct Rotating(AtomicUsize);

#[async_trait::async_trait]
impl CredentialSource for Rotating {
    async fn credential(&self, _: &Host, _: &str) -> ocigraph::Result<Option<Credential>> {
        let password = match self.0.fetch_add(1, Ordering::Relaxed) {
            0 => "ended",
            _ => PASSWORD,
        };
        Ok(Some(Credential::password(USER, password)))
    }
}

#[test]
fn a_rejected_credential_is_looked_up_again() {
    let basic = Auth::Basic { user: USER.into(), password: PASSWORD.into() };
    for fixture in
        [guarded(token_auth()), Fixture::start(Config { auth: basic, ..Config::default() })]
    {
        let vault = Arc::new(Rotating(AtomicUsize::new(0)));
        let client = client_with(Credentials::Callback(Arc::clone(&vault) as _));
        run(push(&client, &reference(&fixture, "app:v1"), None));
        assert_eq!(vault.0.load(Ordering::Relaxed), 2);
    }
}

/// Counts its calls.
struct Vault(AtomicUsize);

#[async_trait::async_trait]
impl CredentialSource for Vault {
    async fn credential(&self, host: &Host, repo: &str) -> ocigraph::Result<Option<Credential>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        assert!(host.name() == "127.0.0.1" && repo == "app");
        Ok(Some(Credential::password(USER, PASSWORD)))
    }
}

#[test]
fn a_credential_source_is_called_once_and_only_if_needed() {
    let fixture = guarded(token_auth());
    let vault = Arc::new(Vault(AtomicUsize::new(0)));
    let asking = Arc::clone(&vault) as Arc<dyn CredentialSource>;
    let client = client_with(Credentials::Callback(asking));
    let image = reference(&fixture, "app:v1");
    run(async {
        push(&client, &image, None).await;
        client.discover(&image, DiscoverOptions::default()).await.unwrap();
    });
    assert_eq!(vault.0.load(Ordering::Relaxed), 1);

    let open = Fixture::start(Config::default());
    let asking = Arc::clone(&vault) as Arc<dyn CredentialSource>;
    let client = client_with(Credentials::Callback(asking));
    run(push(&client, &reference(&open, "app:v1"), None));
    assert_eq!(vault.0.load(Ordering::Relaxed), 1);
    assert!(open.requests().iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn a_token_for_the_last_scope_alone_is_followed_by_one_for_what_the_challenge_names() {
    let fixture = guarded(TokenAuth { last_scope_only: true, ..token_auth() });
    let client = ada();
    run(async {
        let image = reference(&fixture, "app:v1");
        push(&client, &image, None).await;
        push(&client, &reference(&fixture, "app"), Some(&image)).await;
        let recursive = || CopyOptions::default().recursive(true);
        // In both orders of the names, since the scopes of a request are sorted.
        for to in ["aaa:v1", "other:v1"] {
            let copied = ada().copy(&image, &reference(&fixture, to), recursive()).await.unwrap();
            assert_eq!(copied.manifests, 2);
            let resolved = ada().resolve(&reference(&fixture, to), ResolveOptions::default()).await;
            assert_eq!(resolved.unwrap().digest, copied.descriptor.digest);
        }
        // After the first such token, tokens are for one repository, and are used again.
        fixture.clear_requests();
        let client = ada();
        client.copy(&image, &reference(&fixture, "zzz:v1"), recursive()).await.unwrap();
        let asked = asked(&fixture);
        assert!(asked.len() <= 6, "{asked:?}");
    });
}

#[test]
fn a_token_is_asked_for_with_the_scope_of_the_challenge_if_it_differs() {
    let fixture = guarded(TokenAuth { scope_prefix: "mirror/".into(), ..token_auth() });
    for credential in [Credential::password(USER, PASSWORD), Credential::identity_token(IDENTITY)] {
        let client = client_with(Credentials::Given(credential));
        run(async {
            let image = reference(&fixture, "app:v1");
            push(&client, &image, None).await;
            client.tags(&image).await.unwrap();
            let recursive = CopyOptions::default().recursive(true);
            client.copy(&image, &reference(&fixture, "other:v1"), recursive).await.unwrap();
        });
    }
}

#[test]
fn a_lifetime_as_text_is_used() {
    let fixture = guarded(TokenAuth { text_lifetime: true, life_ms: 600_000, ..token_auth() });
    run(async {
        push(&ada(), &reference(&fixture, "app:v1"), None).await;
        assert_eq!(asked(&fixture), ["repository:app:pull,push"]);
    });
}
