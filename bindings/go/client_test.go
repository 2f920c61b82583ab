package ocigraph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// locations returns an empty layout and an empty repository.

func locations(t *testing.T, test func(t *testing.T, location string)) {
	t.Run("layout", func(t *testing.T) { test(t, "oci:"+filepath.Join(t.TempDir(), "store")) })
	t.Run("registry", func(t *testing.T) { test(t, fixture(t)+"/app") })
}

func TestEveryOperationWorksOnLayoutsAndRegistries(t *testing.T) {
	locations(t, func(t *testing.T, location string) {
		ctx, client, dir := t.Context(), newClient(t), t.TempDir()
		path := filepath.Join(dir, "a.txt")
		if err := os.WriteFile(path, []byte("content of a\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		epoch := uint64(1700000000)
		pushed := must(client.Push(ctx, location+":v1,latest", &PushOptions{
			Files: []File{
				{Path: path, Title: "a.txt", MediaType: "text/markdown", Annotations: map[string]string{"of": "the file"}},
				{Title: "b.json", Content: []byte("{}")},
				{Title: "c.txt", Reader: iotest.OneByteReader(strings.NewReader("read"))},
			},
			ArtifactType: "app/example", Annotations: map[string]string{"of": "the manifest"},
			Config: &File{Content: []byte(`{"x":1}`), MediaType: "application/x"}, Format: FormatOCI11,
			SourceDateEpoch: &epoch, Concurrency: 2,
		}))
		digest := pushed.Descriptor.Digest
		if pushed.Reference != location+"@"+digest || !slices.Equal(pushed.Tags, []string{"v1", "latest"}) {
			t.Errorf("pushed %+v", pushed)
		}
		if len(pushed.Manifest) != int(pushed.Descriptor.Size) || pushed.Descriptor.Annotations["of"] != "the manifest" {
			t.Errorf("pushed %+v", pushed)
		}
		if len(pushed.Blobs) != 3 || pushed.Blobs[0].Outcome != Uploaded || pushed.Blobs[2].Descriptor.Size != 4 ||
			pushed.Blobs[0].Descriptor.Annotations["of"] != "the file" || pushed.Blobs[1].Title != "b.json" {
			t.Errorf("blobs %+v", pushed.Blobs)
		}

		sbom := attach(t, client, location, "sbom/example", location+":v1", "an SBoM")
		signature := attach(t, client, location, "signature/example", location+"@"+sbom, "a signature")
		graph := must(client.Discover(ctx, location+":v1", nil))
		var walked []string
		for node := range graph.All() {
			walked = append(walked, node.Digest)
			if node.Depth != len(walked) || !node.First || node.Subject != []string{digest, sbom}[node.Depth-1] {
				t.Errorf("node %+v", node)
			}
		}
		if !slices.Equal(walked, []string{sbom, signature}) || graph.Len() != 2 || graph.Subject().Digest != digest {
			t.Errorf("walked %v", walked)
		}
		for range graph.All() {
			break // Leaving early is allowed.
		}
		below := slices.Collect(graph.Referrers(sbom))
		if len(below) != 1 || below[0].ArtifactType != "signature/example" {
			t.Errorf("below %+v", below)
		}
		if slices.Collect(graph.Referrers("no digest")) != nil {
			t.Error("a digest outside the graph must not have referrers")
		}
		tree := location + ":v1\n└── sbom/example\n    └── " + sbom + "\n        └── signature/example\n            └── " + signature + "\n"
		if graph.String() != tree || !strings.Contains(graph.Dot(), "digraph") || !strings.Contains(graph.Mermaid(), "graph BT") {
			t.Errorf("drawn as\n%s", graph)
		}
		var root struct {
			References []Descriptor `json:"references"`
		}
		if err := json.Unmarshal(must(json.Marshal(graph)), &root); err != nil || root.References[0].Digest != sbom {
			t.Errorf("as JSON %+v, %v", root, err)
		}
		if part := must(graph.Filter(DiscoverOptions{ArtifactType: "no/such"})); part.Len() != 0 {
			t.Errorf("filtered %s", part)
		}
		if near := must(client.Discover(ctx, location+":v1", &DiscoverOptions{Depth: levels(1)})); near.Len() != 1 {
			t.Errorf("near %s", near)
		}

		out := filepath.Join(dir, "out")
		pulled := must(client.Pull(ctx, location+":v1", &PullOptions{Output: out}))
		if len(pulled) != 1 || len(pulled[0].Files) != 3 || pulled[0].Files[0].Path != filepath.Join(out, "a.txt") ||
			pulled[0].Files[0].Outcome != Written || len(pulled[0].Skipped) != 0 {
			t.Errorf("pulled %+v", pulled)
		}
		if content := must(os.ReadFile(filepath.Join(out, "c.txt"))); string(content) != "read" {
			t.Errorf("c.txt holds %q", content)
		}

		other := "oci:" + filepath.Join(dir, "other")
		copied := must(client.Copy(ctx, location+":v1", other+":v1", &CopyOptions{Recursive: true}))
		if copied.Manifests != 3 || copied.Descriptor.Digest != digest || copied.Blobs.Copied < 3 {
			t.Errorf("copied %+v", copied)
		}
		verified := must(client.Verify(ctx, other+":v1", nil))
		if len(verified.Problems) != 0 || verified.Checked < 8 || verified.Bytes == 0 {
			t.Errorf("verified %+v", verified)
		}

		if found := must(client.Resolve(ctx, location+":v1", nil)); found.Digest != digest {
			t.Errorf("resolved %+v", found)
		}
		if found := must(client.Tag(ctx, location+":v1", "x", "y")); found.Digest != digest {
			t.Errorf("tagged %+v", found)
		}
		if err := client.Untag(ctx, location+":x,y,latest", nil); err != nil {
			t.Error(err)
		}
		if tags := must(client.Tags(ctx, location)); !slices.Equal(tags, []string{"v1"}) {
			t.Errorf("tags %v", tags)
		}
		details := must(client.TagDetails(ctx, location))
		if len(details) != 1 || details[0].Name != "v1" || details[0].Digest != digest || details[0].Signed != nil || details[0].Attributes != nil {
			t.Errorf("details %+v", details)
		}
		manifests := must(client.Manifests(ctx, location))
		if len(manifests) != 3 || manifests[0].ConfigMediaType != "application/x" || manifests[0].Created == "" {
			t.Errorf("manifests %+v", manifests)
		}
		if host, repository, ok := strings.Cut(location, "/"); ok && !strings.HasPrefix(location, "oci:") {
			if found := must(client.Repositories(ctx, host)); !slices.Contains(found, repository) {
				t.Errorf("repositories %v", found)
			}
		}

		manifest := must(client.FetchManifest(ctx, location+"@"+sbom, nil))
		if manifest.Subject == nil || manifest.Subject.Digest != digest || manifest.Config == nil || manifest.IsIndex ||
			len(manifest.Blobs) != 1 || len(manifest.Manifests) != 0 || !bytes.Contains(manifest.Bytes, []byte("sbom/example")) {
			t.Errorf("manifest %+v", manifest)
		}
		if again := must(client.PushManifest(ctx, location+":again", "", manifest.Bytes)); again.Digest != sbom {
			t.Errorf("pushed again %+v", again)
		}
		blob := must(client.PushBlob(ctx, location, "text/plain", []byte("a blob"), nil))
		if blob.Outcome != Uploaded || blob.Descriptor.MediaType != "text/plain" {
			t.Errorf("blob %+v", blob)
		}
		if again := must(client.PushBlobFrom(ctx, location, "", strings.NewReader("a blob"), nil)); again.Outcome != AlreadyExists {
			t.Errorf("blob again %+v", again)
		}
		events := 0
		moved := &BlobOptions{Progress: func(Event) error { events++; return nil }}
		if file := must(client.PushBlobFile(ctx, location, "", path, moved)); file.Outcome != AlreadyExists || file.Descriptor.Size != 13 || events == 0 {
			t.Errorf("file %+v, %d events", file, events)
		}
		var content bytes.Buffer
		fetched := must(client.FetchBlob(ctx, location+"@"+blob.Descriptor.Digest, &content, nil))
		if content.String() != "a blob" || fetched.Size != 6 {
			t.Errorf("fetched %q, %+v", content.String(), fetched)
		}

		lone := attach(t, client, location+":lone", "app/example", "", "alone")
		if gone := must(client.DeleteManifest(ctx, location+":lone")); gone.Digest != lone {
			t.Errorf("gone %+v", gone)
		}
		if _, err := client.Resolve(ctx, location+"@"+lone, nil); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
		plan := must(client.Delete(ctx, location+":v1", &DeleteOptions{DryRun: true}))
		if !plan.DryRun || len(plan.Kept) == 0 || plan.Kept[0].Reason == "" {
			t.Errorf("plan %+v", plan)
		}
		report := must(client.Delete(ctx, location+":v1", &DeleteOptions{Force: true}))
		if report.DryRun || len(report.Deleted) != 3 || len(report.Failed) != 0 {
			t.Errorf("deleted %+v", report)
		}
	})
}

func TestDigestsOfMemoryAndFilesAreEqual(t *testing.T) {
	empty := "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	if digest := must(Digest(SHA256, nil)); digest != empty {
		t.Error(digest)
	}
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	found := must(DigestFiles(t.Context(), SHA512, path, path))
	if len(found) != 2 || found[1].Path != path || found[1].Size != 2 || len(found[1].Digest) != 7+128 {
		t.Errorf("%+v", found)
	}
	if _, err := DigestFiles(t.Context(), SHA256, path+"x"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	over, cancel := context.WithCancelCause(t.Context())
	cancel(io.ErrClosedPipe)
	if _, err := DigestFiles(over, SHA256, path); !errors.Is(err, io.ErrClosedPipe) || !errors.Is(err, ErrCancelled) {
		t.Error(err)
	}
	if _, err := Digest(Algorithm(7), nil); !errors.Is(err, ErrInvalidArgument) {
		t.Error(err)
	}
	if !strings.HasPrefix(Version(), "0.") {
		t.Error(Version())
	}
}

func TestErrorsContainAllDetails(t *testing.T) {
	client, host := newClient(t), fixture(t)
	_, err := client.Discover(t.Context(), host+"/app:none", nil)
	var failure *Error
	if !errors.As(err, &failure) {
		t.Fatal(err)
	}
	if failure.Code != ErrNotFound || failure.Status != 404 || failure.Operation != "discover" || failure.Retryable ||
		failure.Reference != host+"/app:none" || len(failure.RegistryErrors) == 0 || failure.Error() != failure.Message {
		t.Errorf("%+v", failure)
	}
	if !errors.Is(err, ErrNotFound) || errors.Is(err, ErrNetwork) || ErrNotFound.Error() != "NOT_FOUND" {
		t.Error(err)
	}
	if _, err := client.Discover(t.Context(), "alpine", nil); !errors.Is(err, ErrInvalidReference) ||
		!strings.Contains(err.Error(), "docker.io/alpine") {
		t.Error(err)
	}
	if _, err := client.Push(t.Context(), host+"/app", &PushOptions{Subject: "x"}); !errors.Is(err, ErrInvalidReference) {
		t.Error(err)
	}
	configure(t, host, `{"fail":[{"path":"/tags/","status":429,"times":null,"retry_after":"7200"}]}`)
	_, err = client.Tags(t.Context(), host+"/app")
	if !errors.As(err, &failure) || failure.Code != ErrRateLimited || failure.RetryAfter != 2*time.Hour || !failure.Retryable {
		t.Errorf("%+v", err)
	}
	plain := false
	tls := must(NewClient(&ClientOptions{PlainHTTP: &plain, UserAgent: "test", Headers: map[string]string{"x-a": "b"}}))
	defer tls.Close()
	if _, err := tls.Tags(t.Context(), host+"/app"); err == nil || errors.Is(err, ErrRateLimited) {
		t.Errorf("TLS to a plain HTTP server returned %v", err)
	}
}

func TestAClosedGraphCanStillBeWalked(t *testing.T) {
	client, location, handles := newClient(t), "oci:"+filepath.Join(t.TempDir(), "store"), live.Load()
	image := attach(t, client, location+":v1", "app/example", "", "an image")
	attach(t, client, location, "sbom/example", location+":v1", "an SBoM")
	graph := must(client.Discover(t.Context(), location+":v1", nil))
	for range 2 {
		if err := graph.Close(); err != nil {
			t.Error(err)
		}
	}
	if live.Load() > handles {
		t.Errorf("%d handles of %d", live.Load(), handles)
	}
	if graph.Len() != 1 || len(slices.Collect(graph.Referrers(image))) != 1 || graph.Tree() != "" || graph.Dot() != "" {
		t.Errorf("%d %q", graph.Len(), graph.Tree())
	}
	if _, err := graph.Filter(DiscoverOptions{}); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if _, err := json.Marshal(graph); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}

func TestProgressIsReportedAndCanEndTheOperation(t *testing.T) {
	locations(t, func(t *testing.T, location string) {
		client, large := newClient(t), bytes.Repeat([]byte("x"), 4<<20)
		options := &PushOptions{Files: []File{{Title: "large", Content: large}, {Title: "small", Content: []byte("small")}}}
		mine := errors.New("mine")
		options.Progress = func(Event) error { return mine }
		if _, err := client.Push(t.Context(), location+":v1", options); !errors.Is(err, mine) || !errors.Is(err, ErrCancelled) {
			t.Error(err)
		}
		kinds, position := map[EventKind]int{}, int64(0)
		options.Progress = func(e Event) error {
			kinds[e.Kind]++
			if e.Title == "large" || e.Size == int64(len(large)) {
				position = e.Position
			}
			if (e.Outcome != "") != (e.Kind == Finished) {
				t.Errorf("event %+v", e)
			}
			return nil
		}
		must(client.Push(t.Context(), location+":v1", options))
		if kinds[Started] < 2 || kinds[Started] != kinds[Finished] || position != int64(len(large)) {
			t.Errorf("events %v, at the end %d", kinds, position)
		}
		func() {
			defer func() {
				if message := recover(); message != "a panic of the callback" {
					t.Errorf("recovered %v", message)
				}
			}()
			_, err := client.Verify(t.Context(), location+":v1", &VerifyOptions{
				Progress: func(Event) error { panic("a panic of the callback") },
			})
			t.Errorf("the panic should be re-raised, but Verify returned %v", err)
		}()
	})
}

func TestErrorsOfReadersAndWritersAreWrapped(t *testing.T) {
	client, location := newClient(t), "oci:"+filepath.Join(t.TempDir(), "store")
	mine := errors.New("mine")
	_, err := client.PushBlobFrom(t.Context(), location, "", iotest.ErrReader(mine), nil)
	if !errors.Is(err, mine) || !errors.Is(err, ErrIO) {
		t.Error(err)
	}
	_, err = client.Push(t.Context(), location+":v1", &PushOptions{
		Files: []File{{Title: "r", Reader: io.MultiReader(strings.NewReader("some"), iotest.ErrReader(mine))}},
	})
	if !errors.Is(err, mine) {
		t.Error(err)
	}
	blob := must(client.PushBlob(t.Context(), location, "", []byte("a blob"), nil))
	reader, writer := io.Pipe()
	reader.CloseWithError(mine)
	if _, err := client.FetchBlob(t.Context(), location+"@"+blob.Descriptor.Digest, writer, nil); !errors.Is(err, mine) {
		t.Error(err)
	}
}

// settled waits until the numbers of goroutines and of C handles have returned to their earlier values.

func TestAzureMetadataOfTagsAndManifestsIsReported(t *testing.T) {
	host := fixture(t, "--azure")
	client, location := newClient(t), host+"/app"
	digest := attach(t, client, location+":v1", "app/example", "", "an image")
	configure(t, host, `{"azure": true, "locked": ["`+digest+`"]}`)
	tags := must(client.TagDetails(t.Context(), location))
	if len(tags) != 1 || tags[0].Digest != digest || tags[0].Created == "" || tags[0].LastUpdated == "" ||
		tags[0].Signed == nil || tags[0].Attributes == nil || !tags[0].Attributes.ReadEnabled {
		t.Errorf("%+v", tags)
	}
	manifests := must(client.Manifests(t.Context(), location))
	if len(manifests) != 1 || manifests[0].Attributes == nil || manifests[0].Attributes.DeleteEnabled || manifests[0].LastUpdated == "" {
		t.Errorf("%+v", manifests)
	}
}
