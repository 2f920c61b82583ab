// Command admission says whether an image may run: it must have a signature of a given type, and what is signed must be
// whole. It ends with 0 where it may, with 1 where it may not, and with 2 where that cannot be told.
//
//	admission registry.example.com/net-monitor:v1 signature/example
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"

	ocigraph "github.com/ocigraph/ocigraph/bindings/go"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: admission IMAGE SIGNATURE-TYPE")
		os.Exit(2)
	}
	// An admission controller has to answer in time: better no answer than a late one.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	admitted, why, err := admit(ctx, os.Args[1], os.Args[2])
	cancel()
	stop()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "admission:", err)
		os.Exit(2)
	case !admitted:
		fmt.Println("refused:", why)
		os.Exit(1)
	}
	fmt.Println("admitted:", why)
}

// admit says whether the image may run, and why.
func admit(ctx context.Context, image, signatureType string) (bool, string, error) {
	client, err := ocigraph.NewClient(&ocigraph.ClientOptions{UserAgent: "admission-example/1"})
	if err != nil {
		return false, "", err
	}
	defer client.Close()
	// One level is enough: a signature of a signature says nothing about the image.
	graph, err := client.Discover(ctx, image, &ocigraph.DiscoverOptions{ArtifactType: signatureType, Depth: 1})
	if errors.Is(err, ocigraph.ErrNotFound) {
		return false, "there is no such image", nil
	}
	if err != nil {
		return false, "", err
	}
	for signature := range graph.Referrers(graph.Subject().Digest) {
		// Here a real controller fetches the signature's blob and checks it against its keys.
		return true, fmt.Sprintf("%s signs %s", signature.Digest, graph.Subject().Digest), nil
	}
	return false, fmt.Sprintf("%s has no %s", graph.Subject().Digest, signatureType), nil
}
