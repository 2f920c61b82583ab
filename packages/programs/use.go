// Command use pushes an image and a referrer to the location in its argument, and reads them.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	ocigraph "github.com/ocigraph/ocigraph/bindings/go"
)

func main() {
	ctx, place := context.Background(), os.Args[1]
	client, err := ocigraph.NewClient(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if _, err = client.Push(ctx, place+":v1", &ocigraph.PushOptions{ArtifactType: "image/example"}); err != nil {
		log.Fatal(err)
	}
	referrer := &ocigraph.PushOptions{ArtifactType: "sbom/example", Subject: place + ":v1"}
	if _, err = client.Push(ctx, place, referrer); err != nil {
		log.Fatal(err)
	}
	graph, err := client.Discover(ctx, place+":v1", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(graph)
}
