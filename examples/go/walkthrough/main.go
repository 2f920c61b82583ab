// Command walkthrough runs the walkthrough of the article in Go (tests/article/walkthrough contains it as commands): it
// attaches a signature, a readme and an SBoM to an image, signs the SBoM, prints the graph, pulls the readme, and deletes
// everything.
//
//	REGISTRY=localhost:5000 walkthrough      or REGISTRY=oci:some/folder
//
// The image $REGISTRY/net-monitor:v1 must exist. The pushed content comes from memory.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	ocigraph "github.com/ocigraph/ocigraph/bindings/go"
)

func main() {
	log.SetFlags(0)
	client, err := ocigraph.NewClient(nil)
	if err != nil {
		log.Fatal(err)
	}
	repository := os.Getenv("REGISTRY") + "/net-monitor"
	err = walk(context.Background(), client, repository, repository+":v1")
	client.Close()
	if err != nil {
		log.Fatal(err)
	}
}

func step(title string) { fmt.Printf("\n## %s\n", title) }

func walk(ctx context.Context, client *ocigraph.Client, repository, image string) error {
	push := func(artifactType, subject string, files ...ocigraph.File) error {
		pushed, err := client.Push(ctx, repository, &ocigraph.PushOptions{
			ArtifactType: artifactType, Subject: subject, Files: files,
		})
		if err == nil {
			fmt.Println("Digest:", pushed.Descriptor.Digest)
		}
		return err
	}
	file := func(title, mediaType, content string) ocigraph.File {
		return ocigraph.File{Title: title, MediaType: mediaType, Content: []byte(content + "\n")}
	}
	draw := func() error {
		graph, err := client.Discover(ctx, image, nil)
		if err == nil {
			fmt.Print(graph)
		}
		return err
	}
	// firstOf returns a reference by digest to the first direct referrer with an artifact type.
	firstOf := func(artifactType string) (string, error) {
		graph, err := client.Discover(ctx, image, &ocigraph.DiscoverOptions{ArtifactType: artifactType})
		if err != nil {
			return "", err
		}
		for referrer := range graph.Referrers(graph.Subject().Digest) {
			// The filtered graph also contains referrers of other types that lead to one of this type.
			if referrer.ArtifactType == artifactType {
				return repository + "@" + referrer.Digest, nil
			}
		}
		return "", fmt.Errorf("%s has no %s", image, artifactType)
	}
	remove := func(word string, dryRun bool) error {
		report, err := client.Delete(ctx, image, &ocigraph.DeleteOptions{DryRun: dryRun})
		if err != nil {
			return err
		}
		for _, manifest := range report.Deleted {
			fmt.Println(word, manifest.Digest)
		}
		return nil
	}

	step("push a signature")
	signature := fmt.Sprintf(`{"artifact": %q, "signature": "pat hancock"}`, image)
	if err := push("signature/example", image, file("signature.json", "application/json", signature)); err != nil {
		return err
	}

	step("push a multi-file artifact")
	if err := push("readme/example", image,
		file("readme.md", "application/markdown", "Readme Content"),
		file("readme-details.md", "application/markdown", "Detailed Content")); err != nil {
		return err
	}

	step("discover")
	if err := draw(); err != nil {
		return err
	}

	step("push an SBoM")
	sbom := fmt.Sprintf(`{"version": "0.0.0.0", "artifact": %q, "contents": "good"}`, image)
	if err := push("sbom/example", image, file("sbom.json", "application/json", sbom)); err != nil {
		return err
	}

	step("sign the SBoM")
	described, err := firstOf("sbom/example")
	if err != nil {
		return err
	}
	signature = fmt.Sprintf(`{"artifact": %q, "signature": "pat hancock"}`, described)
	if err := push("signature/example", described, file("sbom-signature.json", "application/json", signature)); err != nil {
		return err
	}

	step("view the graph")
	if err := draw(); err != nil {
		return err
	}

	step("pull the docs")
	docs, err := firstOf("readme/example")
	if err != nil {
		return err
	}
	pulled, err := client.Pull(ctx, docs, &ocigraph.PullOptions{Output: "download"})
	if err != nil {
		return err
	}
	for _, file := range pulled[0].Files {
		fmt.Println(file.Path)
	}

	step("list the tags")
	tags, err := client.Tags(ctx, repository)
	if err != nil {
		return err
	}
	for _, tag := range tags {
		fmt.Println(tag)
	}

	step("plan the delete")
	if err := remove("Would delete", true); err != nil {
		return err
	}
	step("delete the graph")
	if err := remove("Deleted", false); err != nil {
		return err
	}

	step("what remains")
	manifests, err := client.Manifests(ctx, repository)
	switch {
	case errors.Is(err, ocigraph.ErrNotFound):
		fmt.Println("nothing: the repository is gone")
	case err != nil:
		return err
	case len(manifests) == 0:
		fmt.Println("[]")
	default:
		fmt.Println(len(manifests), "manifests")
	}
	return nil
}
