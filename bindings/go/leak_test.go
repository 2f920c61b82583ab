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

// Every handle of C's is freed: were one of them lost in each call, the library's memory would grow with the calls. What is
// counted in live are those that were to be freed; this shows the others.
func TestNoMemoryOfTheLibraryIsLost(t *testing.T) {
	if os.Getenv("GLIBC_TUNABLES") == "" {
		// What C's allocator keeps for each thread counts as given out: it is counted in a process that keeps nothing.
		again := exec.Command(must(os.Executable()), "-test.run", "^"+t.Name()+"$")
		again.Env = append(os.Environ(), "GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0")
		if said, err := again.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, said)
		}
		return
	}
	ctx, place, out := t.Context(), "oci:"+filepath.Join(t.TempDir(), "store"), t.TempDir()
	client := newClient(t)
	image := attach(t, client, place+":v1", "app/example", "", "an image")
	attach(t, client, place, "sbom/example", place+":v1", "an SBoM")
	blob := must(client.PushBlob(ctx, place, "", []byte("a blob"), nil)).Descriptor.Digest
	options := &PushOptions{
		Files: []File{{Title: "a", Content: []byte("a"), Annotations: map[string]string{"k": "v"}}}, ArtifactType: "app/example",
		Annotations: map[string]string{"k": "v"}, Config: &File{Content: []byte("{}"), MediaType: "application/x"},
		Progress: func(Event) error { return nil },
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	calls := map[string]func(){
		"push":     func() { must(client.Push(ctx, place+":again", options)) },
		"pull":     func() { must(client.Pull(ctx, place+":v1", &PullOptions{Output: out})) },
		"discover": func() { must(must(client.Discover(ctx, place+":v1", nil)).Filter(DiscoverOptions{})).Close() },
		"plan":     func() { must(client.Delete(ctx, place+":v1", &DeleteOptions{DryRun: true})) },
		"copy":     func() { must(client.Copy(ctx, place+":v1", place+":copied", &CopyOptions{Recursive: true})) },
		"verify":   func() { must(client.Verify(ctx, place+":v1", nil)) },
		"resolve":  func() { must(client.Resolve(ctx, place+":v1", nil)) },
		"tag":      func() { must(client.Tag(ctx, place+":v1", "x")); _ = client.Untag(ctx, place+":x") },
		"lists": func() {
			must(client.Tags(ctx, place))
			must(client.TagDetails(ctx, place))
			must(client.Manifests(ctx, place))
		},
		"manifests": func() {
			must(client.PushManifest(ctx, place+":again", "", must(client.FetchManifest(ctx, place+"@"+image, nil)).Bytes))
		},
		"blobs": func() {
			must(client.FetchBlob(ctx, place+"@"+blob, new(bytes.Buffer), nil))
			must(client.PushBlob(ctx, place, "", []byte("a blob"), nil))
			must(client.PushBlobFrom(ctx, place, "", strings.NewReader("a blob"), nil))
		},
		"digests":    func() { must(Digest(SHA256, nil)); must(DigestFiles(ctx, SHA256, "leak_test.go")) },
		"references": func() { must(must(ParseReference(place)).At(image)) },
		"failures": func() {
			_, _ = client.Discover(ctx, place+":none", nil)
			_, _ = client.Discover(over, place, nil)
			_, _ = client.Push(ctx, place, &PushOptions{Subject: "x", Format: 99})
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
			// A graph that was not closed, and threads that end.
			runtime.GC()
			time.Sleep(time.Millisecond)
			return heap.InUse() - before
		}
		// What is learned and kept is so once; what is lost is lost in every round.
		var rounds []int
		for range 3 {
			rounds = append(rounds, grown())
		}
		if least := slices.Min(rounds); least > runs*handle {
			t.Errorf("%s: at least %d bytes were lost in each call: %v in %d calls", name, least/runs, rounds, runs)
		}
	}
}
