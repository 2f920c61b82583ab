// Command admission says whether an image may run: it must have a signature of a given type, and every manifest and blob of
// it and of what refers to it must be there and whole. It ends with 0 where it may, with 1 where it may not, and with 2 where
// that cannot be told.
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
	depth := 1
	graph, err := client.Discover(ctx, image, &ocigraph.DiscoverOptions{ArtifactType: signatureType, Depth: &depth})
	if errors.Is(err, ocigraph.ErrNotFound) {
		return false, "there is no such image", nil
	}
	if err != nil {
		return false, "", err
	}
	digest := graph.Subject().Digest
	for signature := range graph.Referrers(digest) {
		if signature.ArtifactType != signatureType {
			continue
		}
		// Here a real controller fetches the signature's blob and checks it against its keys.
		//
		// A tag may move meanwhile, so what is verified is what was found signed.
		place, err := ocigraph.ParseReference(image)
		if err != nil {
			return false, "", err
		}
		signed, err := place.At(digest)
		if err != nil {
			return false, "", err
		}
		report, err := client.Verify(ctx, signed.String(), nil)
		if err != nil {
			return false, "", err
		}
		if len(report.Problems) > 0 {
			return false, "it is not whole: " + report.Problems[0].Detail, nil
		}
		return true, fmt.Sprintf("%s signs %s", signature.Digest, digest), nil
	}
	return false, fmt.Sprintf("%s has no %s", digest, signatureType), nil
}
