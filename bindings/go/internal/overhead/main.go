// Command overhead times calls of the Go package for bindings/c/benches/overhead.rs, which times the same calls in Rust
// and C. It reads lines "CALL RUNS" and prints the duration of the fastest run in nanoseconds.
//
//	overhead IMAGE LAYOUT      an image with referrers in a registry, and an artifact with many blobs in a layout
package main

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"os"
	"time"

	ocigraph "github.com/ocigraph/ocigraph/bindings/go"
)

func main() {
	image, layout := os.Args[1], os.Args[2]
	ctx := context.Background()
	client, err := ocigraph.NewClient(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	digest := func(size int) func() error {
		content := make([]byte, size)
		return func() error { _, err := ocigraph.Digest(ocigraph.SHA256, content); return err }
	}
	calls := map[string]func() error{
		"discover": func() error { _, err := client.Discover(ctx, image, nil); return err },
		"verify": func() error {
			_, err := client.Verify(ctx, layout, &ocigraph.VerifyOptions{Progress: func(ocigraph.Event) error { return nil }})
			return err
		},
		"digest-2":       digest(2),
		"digest-1048576": digest(1 << 20),
		// A call that does almost nothing, to measure the cost of calling C.
		"name": func() error { _ = ocigraph.ErrNotFound.String(); return nil },
	}
	requests := bufio.NewScanner(os.Stdin)
	for requests.Scan() {
		var name string
		var runs int
		if _, err := fmt.Sscan(requests.Text(), &name, &runs); err != nil || calls[name] == nil {
			log.Fatalf("%q is not CALL RUNS: %v", requests.Text(), err)
		}
		least := time.Hour
		for range runs {
			begin := time.Now()
			if err := calls[name](); err != nil {
				log.Fatal(err)
			}
			least = min(least, time.Since(begin))
		}
		fmt.Println(least.Nanoseconds())
	}
}
