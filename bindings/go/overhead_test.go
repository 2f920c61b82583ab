package ocigraph

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What bindings/c/benches/overhead.rs measures in Rust and through C, from Go: it sets OCIGRAPH_BENCH to the reference of
// an image with 100 referrers.

// fastest reports the fastest of many calls: what else the machine does makes calls slower and none faster.
func fastest(b *testing.B, call func()) {
	b.Helper()
	least := time.Hour
	for b.Loop() {
		begin := time.Now()
		call()
		least = min(least, time.Since(begin))
	}
	b.ReportMetric(float64(least.Nanoseconds()), "fastest-ns")
}

func BenchmarkDiscover(b *testing.B) {
	image := os.Getenv("OCIGRAPH_BENCH")
	if image == "" {
		b.Fatal("OCIGRAPH_BENCH is not set; run make bench-bindings")
	}
	client := newClient(b)
	fastest(b, func() { must(client.Discover(b.Context(), image, nil)) })
}

func BenchmarkDigest(b *testing.B) {
	for _, size := range []int{2, 1 << 20} {
		content := bytes.Repeat([]byte{7}, size)
		b.Run(fmt.Sprint(size), func(b *testing.B) { fastest(b, func() { must(Digest(SHA256, content)) }) })
	}
}

// The cost of a call in which next to nothing is done.
func BenchmarkCall(b *testing.B) {
	length := 0
	fastest(b, func() { length += len(Code(3).String()) })
}

// The cost of callbacks: a verification of 200 blobs tells three events of each.
func BenchmarkProgress(b *testing.B) {
	client, place := newClient(b), "oci:"+filepath.Join(b.TempDir(), "store")
	options := &PushOptions{}
	for i := range 200 {
		options.Files = append(options.Files, File{Title: fmt.Sprint(i), Content: []byte(fmt.Sprint(i))})
	}
	must(client.Push(b.Context(), place+":v1", options))
	for name, progress := range map[string]func(Event) error{"with": func(Event) error { return nil }, "without": nil} {
		b.Run(name, func(b *testing.B) {
			fastest(b, func() { must(client.Verify(b.Context(), place+":v1", &VerifyOptions{Progress: progress})) })
		})
	}
}
