// Command admission decides whether an image may run: the image must have a signature of a given artifact type, and every
// manifest and blob in its graph must exist and match its digest. The exit status is 0 if the image is admitted, 1 if it
// is refused, and 2 if an error prevents the decision.
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
	// An admission controller must respond in time. An error is better than a late response.
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

// admit returns whether the image may run, and the reason.
func admit(ctx context.Context, image, signatureType string) (bool, string, error) {
	client, err := ocigraph.NewClient(&ocigraph.ClientOptions{UserAgent: "admission-example/1"})
	if err != nil {
		return false, "", err
	}
	defer client.Close()
	// One level is enough: only a direct referrer signs the image itself.
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
		// A real controller also fetches the blob of the signature and verifies it with its keys.
		//
		// The tag may move in the meantime, so the digest that was found is verified.
		parsed, err := ocigraph.ParseReference(image)
		if err != nil {
			return false, "", err
		}
		signed, err := parsed.At(digest)
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
