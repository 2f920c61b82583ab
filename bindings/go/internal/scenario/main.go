// Command scenario executes steps of scenarios with the Go package. tests/scenarios/README.md documents its protocol.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	ocigraph "github.com/ocigraph/ocigraph/bindings/go"
)

type object = map[string]any

type request struct {
	ID        json.Number `json:"id"`
	Directory string      `json:"directory"`
	Client    object      `json:"client"`
	Operation string      `json:"operation"`
	Arguments object      `json:"arguments"`
}

// unsupported means that the package has no such operation or argument.
type unsupported string

func (u unsupported) Error() string { return string(u) }

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		var asked request
		decoder := json.NewDecoder(bytes.NewReader(line))
		decoder.UseNumber()
		if err := decoder.Decode(&asked); err != nil {
			return err
		}
		if err := os.Chdir(asked.Directory); err != nil {
			return err
		}
		answer, err := answer(&asked)
		if err != nil {
			return err
		}
		answer["id"] = asked.ID
		if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
			return err
		}
	}
}

func answer(asked *request) (object, error) {
	step := &step{arguments: asked.Arguments}
	result, err := step.execute(context.Background(), asked)
	var failure *ocigraph.Error
	var missing unsupported
	switch {
	case errors.As(err, &missing):
		return object{"unsupported": asked.Operation + ": " + missing.Error()}, nil
	case errors.As(err, &failure):
		return object{"error": object{"code": failure.Code.String(), "message": failure.Error()}}, nil
	case err != nil:
		return nil, err
	case step.events != nil:
		return object{"result": result, "events": step.events}, nil
	}
	return object{"result": result}, nil
}

// A step takes its arguments one by one. Those that are left are options.
type step struct {
	arguments object
	events    []object
}

func (s *step) execute(ctx context.Context, asked *request) (any, error) {
	operation, ok := operations[asked.Operation]
	if !ok {
		return nil, unsupported("no such operation")
	}
	options, err := clientOptions(asked.Client)
	if err != nil {
		return nil, err
	}
	client, err := ocigraph.NewClient(options)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	return operation(ctx, client, s)
}

// text takes a required text.
func (s *step) text(name string) string {
	text, ok := s.arguments[name].(string)
	if !ok {
		panic(fmt.Sprintf("%s is %v, expected a text", name, s.arguments[name]))
	}
	delete(s.arguments, name)
	return text
}

func (s *step) texts(name string) (texts []string) {
	for _, text := range s.arguments[name].([]any) {
		texts = append(texts, text.(string))
	}
	delete(s.arguments, name)
	return texts
}

// optional takes a text that may be missing.
func (s *step) optional(name string) string {
	if _, ok := s.arguments[name]; !ok {
		return ""
	}
	return s.text(name)
}

// end fails if an argument is left.
func (s *step) end() error {
	for name := range s.arguments {
		return unsupported("no argument " + name)
	}
	return nil
}

// fill moves the arguments that are left to the fields of options.
func fill[T any](s *step) (*T, error) {
	options := new(T)
	return options, setFields(options, s.arguments, s)
}

// operations execute the step and return the result in the common format.
var operations = map[string]func(context.Context, *ocigraph.Client, *step) (any, error){
	"push": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		reference := s.text("reference")
		options, err := fill[ocigraph.PushOptions](s)
		if err != nil {
			return nil, err
		}
		return client.Push(ctx, reference, options)
	},
	"pull": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		reference := s.text("reference")
		options, err := fill[ocigraph.PullOptions](s)
		if err != nil {
			return nil, err
		}
		return client.Pull(ctx, reference, options)
	},
	"discover": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		reference := s.text("reference")
		options, err := fill[ocigraph.DiscoverOptions](s)
		if err != nil {
			return nil, err
		}
		graph, err := client.Discover(ctx, reference, options)
		if err != nil {
			return nil, err
		}
		return tree(graph), nil
	},
	"delete": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		reference := s.text("reference")
		options, err := fill[ocigraph.DeleteOptions](s)
		if err != nil {
			return nil, err
		}
		return client.Delete(ctx, reference, options)
	},
	"copy": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		source, destination := s.text("source"), s.text("destination")
		options, err := fill[ocigraph.CopyOptions](s)
		if err != nil {
			return nil, err
		}
		return client.Copy(ctx, source, destination, options)
	},
	"verify": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		reference := s.text("reference")
		options, err := fill[ocigraph.VerifyOptions](s)
		if err != nil {
			return nil, err
		}
		return client.Verify(ctx, reference, options)
	},
	"resolve": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		reference := s.text("reference")
		options, err := fill[ocigraph.ResolveOptions](s)
		if err != nil {
			return nil, err
		}
		found, err := client.Resolve(ctx, reference, options)
		return object{"descriptor": found}, err
	},
	"tag": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		reference, tags := s.text("reference"), s.texts("tags")
		if err := s.end(); err != nil {
			return nil, err
		}
		found, err := client.Tag(ctx, reference, tags...)
		return object{"descriptor": found}, err
	},
	"untag": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		reference := s.text("reference")
		if err := s.end(); err != nil {
			return nil, err
		}
		return object{}, client.Untag(ctx, reference)
	},
	"tags": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		reference := s.text("reference")
		if err := s.end(); err != nil {
			return nil, err
		}
		tags, err := client.Tags(ctx, reference)
		return object{"tags": tags}, err
	},
	"tag_details": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		reference := s.text("reference")
		if err := s.end(); err != nil {
			return nil, err
		}
		return client.TagDetails(ctx, reference)
	},
	"manifests": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		reference := s.text("reference")
		if err := s.end(); err != nil {
			return nil, err
		}
		return client.Manifests(ctx, reference)
	},
	"repositories": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		host := s.text("host")
		if err := s.end(); err != nil {
			return nil, err
		}
		found, err := client.Repositories(ctx, host)
		return object{"repositories": found}, err
	},
	"login": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		host := s.text("host")
		credential, err := credential(s.arguments["credential"])
		if err != nil {
			return nil, err
		}
		delete(s.arguments, "credential")
		if err := s.end(); err != nil {
			return nil, err
		}
		return client.Login(ctx, host, *credential)
	},
	"logout": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		host := s.text("host")
		if err := s.end(); err != nil {
			return nil, err
		}
		return client.Logout(ctx, host)
	},
	"fetch_manifest": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		reference := s.text("reference")
		options, err := fill[ocigraph.ResolveOptions](s)
		if err != nil {
			return nil, err
		}
		manifest, err := client.FetchManifest(ctx, reference, options)
		if err != nil {
			return nil, err
		}
		return object{"content": string(manifest.Bytes)}, nil
	},
	"push_manifest": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		reference, manifest, mediaType := s.text("reference"), s.text("manifest"), s.optional("media_type")
		if err := s.end(); err != nil {
			return nil, err
		}
		found, err := client.PushManifest(ctx, reference, mediaType, []byte(manifest))
		return object{"descriptor": found}, err
	},
	"delete_manifest": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		reference := s.text("reference")
		if err := s.end(); err != nil {
			return nil, err
		}
		deleted, err := client.DeleteManifest(ctx, reference)
		return object{"descriptor": deleted}, err
	},
	"fetch_blob": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		reference := s.text("reference")
		options, err := fill[ocigraph.BlobOptions](s)
		if err != nil {
			return nil, err
		}
		var content bytes.Buffer
		_, err = client.FetchBlob(ctx, reference, &content, options)
		return object{"content": content.String()}, err
	},
	"push_blob": func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		content, err := content(s.arguments["content"])
		if err != nil {
			return nil, err
		}
		delete(s.arguments, "content")
		reference, mediaType := s.text("reference"), s.optional("media_type")
		options, err := fill[ocigraph.BlobOptions](s)
		if err != nil {
			return nil, err
		}
		if content.Path != "" {
			return client.PushBlobFile(ctx, reference, mediaType, content.Path, options)
		}
		return client.PushBlob(ctx, reference, mediaType, content.Content, options)
	},
	"digest_files": func(ctx context.Context, _ *ocigraph.Client, s *step) (any, error) {
		files := s.texts("files")
		if err := s.end(); err != nil {
			return nil, err
		}
		return ocigraph.DigestFiles(ctx, ocigraph.SHA256, files...)
	},
}

// tree converts a graph to nested objects. A manifest that is reached again has no referrers there.
func tree(graph *ocigraph.Graph) object {
	path := []object{node(graph.Subject())}
	for step := range graph.All() {
		path = append(path[:step.Depth], node(step.Descriptor))
		subject := path[step.Depth-1]
		subject["referrers"] = append(subject["referrers"].([]object), path[step.Depth])
	}
	return object{"subject": graph.Subject(), "referrers": path[0]["referrers"]}
}

func node(of ocigraph.Descriptor) object {
	return object{
		"media_type": of.MediaType, "digest": of.Digest, "size": of.Size,
		"artifact_type": of.ArtifactType, "annotations": of.Annotations, "referrers": []object{},
	}
}
