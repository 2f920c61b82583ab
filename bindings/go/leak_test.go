//go:build linux

package ocigraph

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ocigraph/ocigraph/bindings/go/internal/heap"
)

// The test measures C memory, because a handle that is leaked in each call makes it grow. The counter live only detects
// handles that were registered.
func TestTheLibraryLeaksNoMemory(t *testing.T) {
	if os.Getenv("GLIBC_TUNABLES") == "" {
		// The allocator of C counts its per-thread caches as used. The measuring process disables them.
		again := exec.Command(must(os.Executable()), "-test.run", "^"+t.Name()+"$")
		again.Env = append(os.Environ(), "GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0")
		if message, err := again.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, message)
		}
		return
	}
	ctx, location, out := t.Context(), "oci:"+filepath.Join(t.TempDir(), "store"), t.TempDir()
	client := newClient(t)
	image := attach(t, client, location+":v1", "app/example", "", "an image")
	attach(t, client, location, "sbom/example", location+":v1", "an SBoM")
	blob := must(client.PushBlob(ctx, location, "", []byte("a blob"), nil)).Descriptor.Digest
	options := &PushOptions{
		Files: []File{{Title: "a", Content: []byte("a"), Annotations: map[string]string{"k": "v"}}}, ArtifactType: "app/example",
		Annotations: map[string]string{"k": "v"}, Config: &File{Content: []byte("{}"), MediaType: "application/x"},
		Progress: func(Event) error { return nil },
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	calls := map[string]func(){
		"push":     func() { must(client.Push(ctx, location+":again", options)) },
		"pull":     func() { must(client.Pull(ctx, location+":v1", &PullOptions{Output: out})) },
		"discover": func() { must(must(client.Discover(ctx, location+":v1", nil)).Filter(DiscoverOptions{})).Close() },
		"plan":     func() { must(client.Delete(ctx, location+":v1", &DeleteOptions{DryRun: true})) },
		"copy":     func() { must(client.Copy(ctx, location+":v1", location+":copied", &CopyOptions{Recursive: true})) },
		"verify":   func() { must(client.Verify(ctx, location+":v1", nil)) },
		"resolve":  func() { must(client.Resolve(ctx, location+":v1", nil)) },
		"tag":      func() { must(client.Tag(ctx, location+":v1", "x")); _ = client.Untag(ctx, location+":x", nil) },
		"lists": func() {
			must(client.Tags(ctx, location))
			must(client.TagDetails(ctx, location))
			must(client.Manifests(ctx, location))
		},
		"manifests": func() {
			must(client.PushManifest(ctx, location+":again", "", must(client.FetchManifest(ctx, location+"@"+image, nil)).Bytes))
		},
		"blobs": func() {
			must(client.FetchBlob(ctx, location+"@"+blob, new(bytes.Buffer), nil))
			must(client.PushBlob(ctx, location, "", []byte("a blob"), nil))
			must(client.PushBlobFrom(ctx, location, "", strings.NewReader("a blob"), nil))
		},
		"digests":    func() { must(Digest(SHA256, nil)); must(DigestFiles(ctx, SHA256, "leak_test.go")) },
		"references": func() { must(must(ParseReference(location)).At(image)) },
		"failures": func() {
			_, _ = client.Discover(ctx, location+":none", nil)
			_, _ = client.Discover(over, location, nil)
			_, _ = client.Push(ctx, location, &PushOptions{Subject: "x", Format: 99})
			_, _ = ParseReference("")
			_, _ = DigestFiles(ctx, SHA256, "no/such/file")
		},
		"clients": func() {
			must(NewClient(&ClientOptions{Credential: &Credential{RegistryToken: "t"}, UserAgent: "x"})).Close()
		},
	}
	for name, call := range calls {
		const runs, handle = 100, 16
		grown := func() int {
			before := heap.InUse()
			for range runs {
				call()
			}
			// Includes a graph that is not closed and threads that end.
			runtime.GC()
			time.Sleep(time.Millisecond)
			return heap.InUse() - before
		}
		// Caches grow once, and threads end late on a busy machine. Leaks grow in every round.
		var rounds []int
		for len(rounds) < 3 || len(rounds) < 8 && slices.Min(rounds) > runs*handle {
			rounds = append(rounds, grown())
		}
		if least := slices.Min(rounds); least > runs*handle {
			t.Errorf("%s: at least %d bytes were lost in each call: %v in %d calls", name, least/runs, rounds, runs)
		}
	}
}
