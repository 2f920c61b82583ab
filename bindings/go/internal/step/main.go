// Command step executes one step of a scenario with the Go package. tests/c/step.c documents its arguments and output.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	ocigraph "github.com/ocigraph/ocigraph/bindings/go"
)

func main() {
	result, err := step(context.Background(), os.Args[1], os.Args[2:])
	var failure *ocigraph.Error
	switch {
	case errors.As(err, &failure):
		fmt.Fprintln(os.Stderr, failure)
		fmt.Print(failure.Code)
		os.Exit(3)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if text, ok := result.([]byte); ok {
		os.Stdout.Write(text)
		return
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// words are the arguments: KEY=VALUE, and KEY.NAME=VALUE for maps.
type words []string

func (w words) list(key string) (values []string) {
	for _, word := range w {
		if value, ok := strings.CutPrefix(word, key+"="); ok {
			values = append(values, value)
		}
	}
	return values
}

func (w words) text(key string) string {
	if values := w.list(key); len(values) > 0 {
		return values[0]
	}
	return ""
}

func (w words) flag(key string) bool { return w.text(key) == "true" }

func (w words) pairs(key string) map[string]string {
	pairs := make(map[string]string)
	for _, word := range w {
		if pair, ok := strings.CutPrefix(word, key+"."); ok {
			name, value, _ := strings.Cut(pair, "=")
			pairs[name] = value
		}
	}
	return pairs
}

type object map[string]any

func step(ctx context.Context, operation string, w words) (any, error) {
	client, err := ocigraph.NewClient(nil)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	target, platform := w.text("target"), w.text("platform")
	switch operation {
	case "push":
		return client.Push(ctx, target, pushOptions(w))
	case "pull":
		return client.Pull(ctx, target, &ocigraph.PullOptions{
			Output: w.text("output"), ArtifactType: w.text("artifact_type"), Platform: platform,
			IncludeSubject: w.flag("include_subject"), KeepOldFiles: w.flag("keep_old_files"),
		})
	case "discover":
		options := &ocigraph.DiscoverOptions{ArtifactType: w.text("artifact_type"), Annotations: w.pairs("annotations")}
		if text := w.text("depth"); text != "" {
			depth, err := strconv.Atoi(text)
			if err != nil {
				return nil, err
			}
			options.Depth = &depth
		}
		graph, err := client.Discover(ctx, target, options)
		if err != nil {
			return nil, err
		}
		return tree(graph), nil
	case "delete":
		return client.Delete(ctx, target, &ocigraph.DeleteOptions{DryRun: w.flag("dry_run"), Force: w.flag("force")})
	case "copy":
		return client.Copy(ctx, w.text("source"), w.text("destination"), &ocigraph.CopyOptions{
			Recursive: w.flag("recursive"), Platform: platform,
		})
	case "verify":
		return client.Verify(ctx, target, nil)
	case "resolve":
		found, err := client.Resolve(ctx, target, &ocigraph.ResolveOptions{Platform: platform})
		return object{"descriptor": found}, err
	case "tag":
		found, err := client.Tag(ctx, target, w.list("tags")...)
		return object{"descriptor": found}, err
	case "untag":
		return object{}, client.Untag(ctx, target)
	case "tags":
		tags, err := client.Tags(ctx, target)
		return object{"tags": tags}, err
	case "manifests":
		return client.Manifests(ctx, target)
	case "repositories":
		found, err := client.Repositories(ctx, w.text("host"))
		return object{"repositories": found}, err
	case "fetch_manifest":
		manifest, err := client.FetchManifest(ctx, target, nil)
		if err != nil {
			return nil, err
		}
		return manifest.Bytes, nil
	case "push_manifest":
		found, err := client.PushManifest(ctx, target, "", []byte(w.text("manifest")))
		return object{"descriptor": found}, err
	case "fetch_blob":
		_, err := client.FetchBlob(ctx, target, os.Stdout, nil)
		return []byte(nil), err
	case "push_blob":
		return client.PushBlobFrom(ctx, target, "", strings.NewReader(w.text("content")), nil)
	case "digest_files":
		return ocigraph.DigestFiles(ctx, ocigraph.SHA256, w.list("files")...)
	default:
		return nil, fmt.Errorf("Go has no operation %s", operation)
	}
}

func pushOptions(w words) *ocigraph.PushOptions {
	options := &ocigraph.PushOptions{
		ArtifactType: w.text("artifact_type"), Subject: w.text("subject"), Annotations: w.pairs("annotations"),
	}
	for _, file := range w.list("files") {
		path, mediaType, _ := strings.Cut(file, ":")
		options.Files = append(options.Files, ocigraph.File{Path: path, MediaType: mediaType})
	}
	if config := w.text("config"); config != "" {
		options.Config = &ocigraph.File{Path: config}
	}
	options.Format = map[string]ocigraph.Format{
		"oci-1.1": ocigraph.FormatOCI11, "oci-1.0": ocigraph.FormatOCI10,
		"oci-artifact": ocigraph.FormatOCIArtifact, "oras-artifact": ocigraph.FormatORASArtifact,
	}[w.text("format")]
	return options
}

// tree converts a graph to nested objects. A manifest that is reached again has no referrers there.
func tree(graph *ocigraph.Graph) object {
	path := []object{node(graph.Subject())}
	for step := range graph.All() {
		path = append(path[:step.Depth], node(step.Descriptor))
		subject := path[step.Depth-1]
		subject["referrers"] = append(subject["referrers"].([]object), path[step.Depth])
	}
	return path[0]
}

func node(of ocigraph.Descriptor) object {
	return object{
		"media_type": of.MediaType, "digest": of.Digest, "size": of.Size,
		"artifact_type": of.ArtifactType, "annotations": of.Annotations, "referrers": []object{},
	}
}
