// Command tasks has one function for each task that the documentation describes. The other languages have the same program.
//
//	tasks attach registry.example.com/app:v1 sbom.spdx.json
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	ocigraph "github.com/ocigraph/ocigraph/bindings/go"
)

func main() {
	client, err := ocigraph.NewClient(nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tasks:", err)
		os.Exit(1)
	}
	ok, err := run(context.Background(), client, append(os.Args[1:], "", "", ""))
	client.Close()
	if err != nil {
		fmt.Fprintln(os.Stderr, "tasks:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

func run(ctx context.Context, client *ocigraph.Client, arguments []string) (bool, error) {
	first, second := arguments[1], arguments[2]
	switch arguments[0] {
	case "attach":
		return attach(ctx, client, first, second)
	case "gate":
		return gate(ctx, client, first)
	case "sync":
		return mirror(ctx, client, first, second)
	case "prune":
		return prune(ctx, client, first)
	case "sweep":
		return sweep(ctx, client, first)
	case "backup":
		return backup(ctx, client, first, second)
	case "restore":
		return restore(ctx, client, first, second)
	case "errors":
		return resolve(ctx, client, first)
	case "serve":
		return serve(ctx, client, first)
	}
	return false, fmt.Errorf("unknown task %q", arguments[0])
}

// ANCHOR: attach
// built has the digest of the image, which a push returns: a tag can move while the pipeline runs.
func attach(ctx context.Context, client *ocigraph.Client, built, sbom string) (bool, error) {
	attached, err := client.Attach(ctx, built, &ocigraph.AttachOptions{
		ArtifactType: "application/spdx+json",
		Files:        []ocigraph.File{{Path: sbom, MediaType: "application/spdx+json"}},
	})
	if err != nil {
		return false, err
	}
	fmt.Println("attached", attached.Reference)
	return true, nil
}

// ANCHOR_END: attach

// ANCHOR: gate
func gate(ctx context.Context, client *ocigraph.Client, image string) (bool, error) {
	checked, err := client.Check(ctx, image, []string{"signature", "sbom"}, nil)
	if err != nil {
		return false, err
	}
	for _, required := range checked.Requirements {
		fmt.Printf("%s: %s\n", required.Requirement, required.Presence)
	}
	// PresenceUnknown is not PresenceMissing: the registry did not tell. Try again.
	if checked.Presence != ocigraph.PresencePresent {
		return false, nil
	}
	// Deploy the reference by digest: the tag can move after the check.
	fmt.Println(checked.Reference)
	return true, nil
}

// ANCHOR_END: gate

// ANCHOR: sync
func mirror(ctx context.Context, client *ocigraph.Client, source, destination string) (bool, error) {
	complete := true
	for row, err := range client.Sync(ctx, []string{source}, destination, nil).All() {
		if err != nil {
			return false, err
		}
		fmt.Println(row.Outcome, row.Source)
		if row.Outcome != ocigraph.SyncOutcomeCopied && row.Outcome != ocigraph.SyncOutcomeExisted {
			fmt.Println(row.Detail)
			complete = false
		}
	}
	return complete, nil
}

// ANCHOR_END: sync

// ANCHOR: prune
func prune(ctx context.Context, client *ocigraph.Client, repository string) (bool, error) {
	maximum := 100
	// DryRun: true makes the same report and deletes nothing.
	report, err := client.Prune(ctx, []string{repository}, &ocigraph.PruneOptions{
		Tags: []string{"pr-*"}, Orphans: true, Max: &maximum,
	})
	if err != nil {
		return false, err
	}
	complete := len(report.Failed) == 0
	for _, pruned := range report.Repositories {
		for _, manifest := range pruned.Deleted {
			fmt.Printf("deleted %s: %s\n", manifest.Descriptor.Digest, manifest.Reason)
		}
		for _, refused := range pruned.Refused {
			fmt.Printf("refused %s: %s\n", refused.Descriptor.Digest, refused.Message)
			complete = false
		}
	}
	return complete, nil
}

// ANCHOR_END: prune

// ANCHOR: sweep
func sweep(ctx context.Context, client *ocigraph.Client, target string) (bool, error) {
	withSBoM := map[string]bool{}
	rows := client.Sweep(ctx, []string{target}, nil)
	for row, err := range rows.All() {
		if err != nil {
			return false, err
		}
		// The row of an image has the depth 0 and comes after the rows of what is attached to it.
		switch {
		case row.Depth > 0:
			withSBoM[row.Image] = withSBoM[row.Image] || slices.Contains(row.Kinds, "sbom")
		case row.Status != ocigraph.SweepStatusFound && row.Status != ocigraph.SweepStatusNone:
			fmt.Printf("%s:%s is %s: %s\n", row.Repository, row.Tag, row.Status, row.Error)
		case !withSBoM[row.Image]:
			fmt.Printf("%s:%s has no SBoM\n", row.Repository, row.Tag)
		}
	}
	fmt.Println(rows.Summary().Images, "images")
	return true, nil
}

// ANCHOR_END: sweep

// ANCHOR: air-gap
func backup(ctx context.Context, client *ocigraph.Client, repository, archive string) (bool, error) {
	report, err := client.Backup(ctx, []string{repository}, archive, &ocigraph.BackupOptions{Recursive: true})
	if err != nil {
		return false, err
	}
	fmt.Printf("stored %d tags, %d manifests\n", len(report.Tags), report.Manifests)
	return len(report.Missing) == 0, nil
}

func restore(ctx context.Context, client *ocigraph.Client, archive, destination string) (bool, error) {
	report, err := client.Restore(ctx, []string{archive}, destination, nil)
	if err != nil {
		return false, err
	}
	fmt.Printf("restored %d tags, %d manifests\n", len(report.Tags), report.Manifests)
	return len(report.Missing) == 0, nil
}

// ANCHOR_END: air-gap

// ANCHOR: errors
func resolve(ctx context.Context, client *ocigraph.Client, image string) (bool, error) {
	descriptor, err := client.Resolve(ctx, image, nil)
	var failure *ocigraph.Error
	switch {
	case err == nil:
		fmt.Println(descriptor.Digest)
		return true, nil
	case errors.Is(err, ocigraph.ErrNotFound):
		fmt.Println("there is no such image")
	case errors.As(err, &failure) && failure.Retryable:
		fmt.Printf("%s: %s; try again\n", failure.Code, failure.Message)
	case errors.As(err, &failure):
		fmt.Printf("%s: %s\n", failure.Code, failure.Message)
	}
	return false, nil
}

// ANCHOR_END: errors

// ANCHOR: serve
func serve(ctx context.Context, client *ocigraph.Client, folder string) (bool, error) {
	registry, err := ocigraph.Serve([]string{"oci:" + folder}, nil)
	if err != nil {
		return false, err
	}
	defer registry.Close()
	repository := registry.Host() + "/team/app"
	if _, err = client.Push(ctx, repository+":v1", &ocigraph.PushOptions{ArtifactType: "app/example"}); err != nil {
		return false, err
	}
	tags, err := client.Tags(ctx, repository)
	fmt.Println(strings.Join(tags, " "))
	return true, err
}

// ANCHOR_END: serve
