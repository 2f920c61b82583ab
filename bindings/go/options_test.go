package ocigraph

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Tests of options that tests/scenarios cannot cover.

func TestClientOptionsDetermineWhatIsSent(t *testing.T) {
	var mu sync.Mutex
	var seen []*http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen = append(seen, r)
		mu.Unlock()
		w.WriteHeader(http.StatusNotFound)
	}))
	defer server.Close()
	tags := func(options ClientOptions, host string) []*http.Request {
		client := must(NewClient(&options))
		defer client.Close()
		if _, err := client.Tags(t.Context(), host+"/app"); err == nil {
			t.Error("there is no such registry")
		}
		mu.Lock()
		defer mu.Unlock()
		defer func() { seen = nil }()
		return seen
	}
	host := strings.TrimPrefix(server.URL, "http://")
	for _, r := range tags(ClientOptions{UserAgent: "mine/1", Headers: map[string]string{"X-Mine": "yes"}}, host) {
		if r.UserAgent() != "mine/1" || r.Header.Get("X-Mine") != "yes" {
			t.Errorf("%v", r.Header)
		}
	}
	t.Setenv("HTTPS_PROXY", server.URL)
	few := Limits{MaxAttempts: 1}
	if through := tags(ClientOptions{Limits: few}, "registry.invalid"); len(through) == 0 || through[0].Method != http.MethodConnect {
		t.Errorf("through the proxy went %v", through)
	}
	if through := tags(ClientOptions{Limits: few, NoProxy: true}, "registry.invalid"); len(through) != 0 {
		t.Errorf("through the proxy went %v", through)
	}
}

func TestTitlesOutsideTheOutputDirectoryNeedAllowPathTraversal(t *testing.T) {
	client, folder := newClient(t), t.TempDir()
	location, out := "oci:"+filepath.Join(folder, "store"), filepath.Join(folder, "out")
	path := filepath.Join(folder, "file")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	options := &PushOptions{Files: []File{{Path: path}}}
	if _, err := client.Push(t.Context(), location+":v1", options); !errors.Is(err, ErrUnsafePath) {
		t.Error(err)
	}
	for _, title := range []string{"../up", "/absolute", "a/../../up"} {
		titled := &PushOptions{Files: []File{{Title: title, Content: []byte("x")}}}
		if _, err := client.Push(t.Context(), location+":v1", titled); !errors.Is(err, ErrUnsafePath) {
			t.Errorf("%s: %v", title, err)
		}
		titled.AllowPathTraversal = true
		if pushed := must(client.Push(t.Context(), location+":v1", titled)); pushed.Blobs[0].Title != title {
			t.Errorf("%+v", pushed.Blobs)
		}
	}
	options.AllowPathTraversal = true
	if pushed := must(client.Push(t.Context(), location+":v1", options)); pushed.Blobs[0].Title != path {
		t.Errorf("%+v", pushed.Blobs)
	}
	if _, err := client.Pull(t.Context(), location+":v1", &PullOptions{Output: out}); !errors.Is(err, ErrUnsafePath) {
		t.Error(err)
	}
	pulled := must(client.Pull(t.Context(), location+":v1", &PullOptions{Output: out, AllowPathTraversal: true}))
	if len(pulled) != 1 || pulled[0].Files[0].Path != path || pulled[0].Files[0].Outcome != Unchanged {
		t.Errorf("%+v", pulled)
	}
}

func TestForeignLayersAreCopiedOnlyWithForeign(t *testing.T) {
	client, folder := newClient(t), t.TempDir()
	location, empty := "oci:"+filepath.Join(folder, "store"), must(Digest(SHA256, []byte("{}")))
	must(client.PushBlob(t.Context(), location, "", []byte("{}"), nil))
	// The layer does not exist here: registries are not required to store it.
	manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
		"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":2},
		"layers":[{"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip","digest":%q,"size":0,"urls":["https://example.com"]}]}`,
		empty, must(Digest(SHA256, nil)))
	must(client.PushManifest(t.Context(), location+":v1", "", []byte(manifest)))
	other := "oci:" + filepath.Join(folder, "other")
	must(client.Copy(t.Context(), location+":v1", other+":v1", nil))
	if _, err := client.Copy(t.Context(), location+":v1", other+"2:v1", &CopyOptions{Foreign: true}); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestReportsContainProblemsAndFailures(t *testing.T) {
	client, folder := newClient(t), t.TempDir()
	location := "oci:" + filepath.Join(folder, "store")
	image := attach(t, client, location+":v1", "app/example", "", "content")
	blob := must(Digest(SHA256, []byte("content")))
	path := filepath.Join(folder, "store", "blobs", "sha256", strings.TrimPrefix(blob, "sha256:"))
	for kind, damage := range map[ProblemKind]func() error{
		WrongDigest: func() error { return os.WriteFile(path, []byte("CONTENT"), 0o600) },
		WrongSize:   func() error { return os.WriteFile(path, []byte("more content"), 0o600) },
		Missing:     func() error { return os.Remove(path) },
	} {
		if err := errors.Join(os.RemoveAll(path), os.WriteFile(path, nil, 0o600), damage()); err != nil {
			t.Fatal(err)
		}
		problems := must(client.Verify(t.Context(), location+":v1", nil)).Problems
		if len(problems) != 1 || problems[0].Kind != kind || problems[0].Descriptor.Digest != blob || problems[0].Detail == "" ||
			len(problems[0].Path) != 1 || problems[0].Path[0] != image {
			t.Errorf("%s: %+v", kind, problems)
		}
	}

	host := fixture(t)
	attach(t, client, host+"/app:v1", "app/example", "", "content")
	attach(t, client, host+"/app", "sbom/example", host+"/app:v1", "an SBoM")
	configure(t, host, `{"fail": [{"method": "DELETE", "path": "/manifests/", "status": 403, "times": null}]}`)
	report, err := client.Delete(t.Context(), host+"/app:v1", nil)
	if err != nil || len(report.Failed) == 0 || report.Failed[0].Code != ErrForbidden || report.Failed[0].Message == "" {
		t.Fatalf("%+v, %v", report, err)
	}
	if text := string(must(json.Marshal(report.Failed[0]))); !strings.Contains(text, `"code":"FORBIDDEN"`) {
		t.Error(text)
	}
}

func TestACallbackMustNotCallMethodsOfAClient(t *testing.T) {
	client, location := newClient(t), "oci:"+filepath.Join(t.TempDir(), "store")
	attach(t, client, location+":v1", "app/example", "", "content")
	_, err := client.Verify(t.Context(), location+":v1", &VerifyOptions{Progress: func(Event) error {
		_, err := client.Tags(t.Context(), location)
		return err
	}})
	if !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), "callback") {
		t.Error(err)
	}
}

func TestInvalidLimitsAndNumbersAreRejected(t *testing.T) {
	slow := fixture(t, "--delay-ms=60000") + "/slow"
	client := must(NewClient(&ClientOptions{Limits: Limits{ResponseTimeout: 20 * time.Millisecond, MaxAttempts: 1}}))
	defer client.Close()
	if _, err := client.Tags(t.Context(), slow); !errors.Is(err, ErrTimeout) {
		t.Error(err)
	}
	for wait, message := range map[time.Duration]string{-time.Second: "invalid Limits.IdleTimeout -1s", -1: "invalid Limits.IdleTimeout -1ns"} {
		_, err := NewClient(&ClientOptions{Limits: Limits{IdleTimeout: wait}})
		if !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), message) {
			t.Error(err)
		}
	}
	location := "oci:" + filepath.Join(t.TempDir(), "store")
	both := File{Path: "a/b", Title: "c", Content: []byte("b")}
	for message, options := range map[string]*PushOptions{
		"invalid Concurrency -1":      {Concurrency: -1},
		`(Path "a/b", Title "c")`:     {Files: []File{both}},
		"Files[1] has none of Path":   {Files: []File{{Title: "empty"}, {MediaType: "a/b"}}},
		"Files[0] has none of Path":   {Files: []File{{}}},
		"does not support Title":      {Config: &File{Title: "title", Content: []byte("{}")}},
		"does not support Reader":     {Config: &File{Reader: strings.NewReader("{}")}},
		`both Path "a/b" and Content`: {Config: &File{Path: "a/b", Content: []byte("{}")}},
		"neither Path nor Content":    {Config: &File{}},
		"invalid manifest format 99":  {Format: 99},
	} {
		_, err := client.Push(t.Context(), location, options)
		if !errors.Is(err, ErrInvalidArgument) || !strings.HasPrefix(err.Error(), "push "+location+": ") || !strings.Contains(err.Error(), message) {
			t.Errorf("%s: %v", message, err)
		}
	}
	if _, err := client.Discover(t.Context(), location, &DiscoverOptions{Depth: levels(-1)}); !errors.Is(err, ErrInvalidArgument) {
		t.Error(err)
	}
	folder := t.TempDir()
	for _, name := range []string{"a", "b", "c"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	must(client.Push(t.Context(), location+":folder", &PushOptions{Files: []File{{Path: folder, Title: "folder"}}}))
	for _, limits := range []UnpackLimits{{Entries: 3}, {Bytes: 2}} {
		_, err := client.Pull(t.Context(), location+":folder", &PullOptions{Output: t.TempDir(), UnpackLimits: limits})
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("%+v: %v", limits, err)
		}
	}
	must(client.Pull(t.Context(), location+":folder", &PullOptions{Output: t.TempDir()}))
}
