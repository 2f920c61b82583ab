package ocigraph_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	ocigraph "github.com/ocigraph/ocigraph/bindings/go"
)

// This example uses an image layout directory, which needs no server. A registry is used in the same way.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	repository := "oci:" + filepath.Join(dir, "store")

	client, err := ocigraph.NewClient(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	_, err = client.Push(ctx, repository+":v1", &ocigraph.PushOptions{
		Files:        []ocigraph.File{{Title: "program", Content: []byte("#!/bin/sh\n")}},
		ArtifactType: "program/example",
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Push(ctx, repository, &ocigraph.PushOptions{
		Files:        []ocigraph.File{{Title: "sbom.json", Content: []byte("{}")}},
		ArtifactType: "sbom/example",
		Subject:      repository + ":v1",
	})
	if err != nil {
		log.Fatal(err)
	}

	graph, err := client.Discover(ctx, repository+":v1", nil)
	if err != nil {
		log.Fatal(err)
	}
	for node := range graph.All() {
		fmt.Println(strings.Repeat("-", node.Depth), node.ArtifactType, node.Digest)
	}
	// Output:
	// - sbom/example sha256:91bc6b5014051a0b24d5ecc1c3120579c3d96e4e77790a2861a607a5bdaed8c9
}

// Use errors.Is to check the kind of a failure and errors.As to access its details.
func ExampleError() {
	client, err := ocigraph.NewClient(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	_, err = client.Discover(context.Background(), "alpine:3", nil)
	fmt.Println(errors.Is(err, ocigraph.ErrInvalidReference))
	var failure *ocigraph.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.Code)
	}
	// Output:
	// true
	// INVALID_REFERENCE
}

// A pull reports progress. Returning an error from the progress function ends it.
func ExampleClient_Pull() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	repository := "oci:" + filepath.Join(dir, "store")
	client, err := ocigraph.NewClient(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	_, err = client.Push(ctx, repository+":v1", &ocigraph.PushOptions{
		Files: []ocigraph.File{{Title: "a.txt", Content: []byte("content")}},
	})
	if err != nil {
		log.Fatal(err)
	}

	_, err = client.Pull(ctx, repository+":v1", &ocigraph.PullOptions{
		Output: filepath.Join(dir, "out"),
		Progress: func(event ocigraph.Event) error {
			if event.Kind == ocigraph.Finished {
				fmt.Println(event.Title, event.Size, event.Outcome)
			}
			return nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// a.txt 7 written
}

// Digest computes the digest of content in memory.
func ExampleDigest() {
	digest, err := ocigraph.Digest(ocigraph.SHA256, []byte("{}"))
	fmt.Println(digest, err)
	// Output:
	// sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a <nil>
}

// A blob is streamed from a reader and to a writer.
func ExampleClient_FetchBlob() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	repository := "oci:" + filepath.Join(dir, "store")
	client, err := ocigraph.NewClient(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	pushed, err := client.PushBlobFrom(ctx, repository, "text/plain", strings.NewReader("content\n"), nil)
	if err != nil {
		log.Fatal(err)
	}

	store, err := ocigraph.ParseReference(repository)
	if err != nil {
		log.Fatal(err)
	}
	blob, err := store.At(pushed.Descriptor.Digest)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.FetchBlob(ctx, blob.String(), os.Stdout, nil); err != nil {
		log.Fatal(err)
	}
	// Output:
	// content
}

// ParseReference does not use the network.
func ExampleParseReference() {
	r, err := ocigraph.ParseReference("registry.example.com:8443/team/app:v1")
	fmt.Println(r.Host(), r.Repository(), r.Tags(), r.Location(), err)
	// Output:
	// registry.example.com:8443 team/app [v1] registry.example.com:8443/team/app <nil>
}

// Copy with Recursive copies an image together with everything that is attached to it.
func ExampleClient_Copy() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	source, destination := "oci:"+filepath.Join(dir, "source"), "oci:"+filepath.Join(dir, "destination")
	client, err := ocigraph.NewClient(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	_, err = client.Push(ctx, source+":v1", &ocigraph.PushOptions{ArtifactType: "program/example"})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Push(ctx, source, &ocigraph.PushOptions{ArtifactType: "sbom/example", Subject: source + ":v1"})
	if err != nil {
		log.Fatal(err)
	}

	report, err := client.Copy(ctx, source+":v1", destination+":v1", &ocigraph.CopyOptions{Recursive: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Manifests, "manifests copied, tagged", report.Tags)
	// Output:
	// 2 manifests copied, tagged [v1]
}

// A second client reaches a destination that demands another credential, another header or another certificate.
func ExampleClient_Copy_twoClients() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	image := "oci:" + filepath.Join(dir, "source") + ":v1"
	client, err := ocigraph.NewClient(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	other, err := ocigraph.NewClient(&ocigraph.ClientOptions{Credential: &ocigraph.Credential{Username: "ada", Password: "secret"}})
	if err != nil {
		log.Fatal(err)
	}
	defer other.Close()
	_, err = client.Push(ctx, image, &ocigraph.PushOptions{ArtifactType: "program/example"})
	if err != nil {
		log.Fatal(err)
	}

	// The destination is a layout here, and a registry in a real program.
	destination := "oci:" + filepath.Join(dir, "destination") + ":v1"
	report, err := client.Copy(ctx, image, destination, &ocigraph.CopyOptions{DestinationClient: other})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Manifests, "manifest copied, tagged", report.Tags)
	// Output:
	// 1 manifest copied, tagged [v1]
}

// A dry run of Delete reports what would be deleted: referrers first, then the image.
func ExampleClient_Delete() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	repository := "oci:" + filepath.Join(dir, "store")
	client, err := ocigraph.NewClient(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	_, err = client.Push(ctx, repository+":v1", &ocigraph.PushOptions{ArtifactType: "program/example"})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Push(ctx, repository, &ocigraph.PushOptions{ArtifactType: "sbom/example", Subject: repository + ":v1"})
	if err != nil {
		log.Fatal(err)
	}

	report, err := client.Delete(ctx, repository+":v1", &ocigraph.DeleteOptions{DryRun: true})
	if err != nil {
		log.Fatal(err)
	}
	for _, manifest := range report.Deleted {
		fmt.Println("would delete", manifest.ArtifactType)
	}
	// Output:
	// would delete sbom/example
	// would delete program/example
}

// Filter selects referrers by artifact type, together with the manifests on the path to them.
func ExampleGraph_Filter() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	repository := "oci:" + filepath.Join(dir, "store")
	client, err := ocigraph.NewClient(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	_, err = client.Push(ctx, repository+":v1", &ocigraph.PushOptions{ArtifactType: "program/example"})
	if err != nil {
		log.Fatal(err)
	}
	for _, artifactType := range []string{"sbom/example", "signature/example"} {
		_, err = client.Push(ctx, repository, &ocigraph.PushOptions{ArtifactType: artifactType, Subject: repository + ":v1"})
		if err != nil {
			log.Fatal(err)
		}
	}

	graph, err := client.Discover(ctx, repository+":v1", nil)
	if err != nil {
		log.Fatal(err)
	}
	signatures, err := graph.Filter(ocigraph.DiscoverOptions{ArtifactType: "signature/example"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(graph.Len(), "referrers,", signatures.Len(), "signature")
	// Output:
	// 2 referrers, 1 signature
}

// A referrer that cannot be read fails a discover, unless the options allow an incomplete graph.
func ExampleGraph_Problems() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	repository := "oci:" + filepath.Join(dir, "store")
	client, err := ocigraph.NewClient(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	_, err = client.Push(ctx, repository+":v1", &ocigraph.PushOptions{ArtifactType: "program/example"})
	if err != nil {
		log.Fatal(err)
	}
	for _, artifactType := range []string{"sbom/example", "signature/example"} {
		_, err = client.Push(ctx, repository, &ocigraph.PushOptions{ArtifactType: artifactType, Subject: repository + ":v1"})
		if err != nil {
			log.Fatal(err)
		}
	}
	graph, err := client.Discover(ctx, repository+":v1", nil)
	if err != nil {
		log.Fatal(err)
	}
	for node := range graph.All() {
		if node.ArtifactType == "signature/example" {
			blob := strings.Replace(node.Digest, ":", "/", 1)
			if err := os.WriteFile(filepath.Join(dir, "store", "blobs", blob), []byte("damaged"), 0o600); err != nil {
				log.Fatal(err)
			}
		}
	}

	// The client remembers the manifests that it has read.
	again, err := ocigraph.NewClient(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer again.Close()
	_, err = again.Discover(ctx, repository+":v1", nil)
	fmt.Println(errors.Is(err, ocigraph.ErrIncomplete))
	graph, err = again.Discover(ctx, repository+":v1", &ocigraph.DiscoverOptions{AllowIncomplete: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(graph.Len(), "referrer,", len(graph.Problems()), "problem")
	// Output:
	// true
	// 1 referrer, 1 problem
}

// A test needs no other registry than one of its own.
func ExampleServe() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	registry, err := ocigraph.Serve([]string{"oci:" + dir}, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer registry.Close()

	client, err := ocigraph.NewClient(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	image := registry.Host() + "/team/app:v1"
	if _, err = client.Push(context.Background(), image, &ocigraph.PushOptions{ArtifactType: "app/example"}); err != nil {
		log.Fatal(err)
	}
	found, err := client.Resolve(context.Background(), "oci:"+filepath.Join(dir, "team/app:v1"), nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found.ArtifactType)
	// Output:
	// app/example
}
