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
	"reflect"

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
	// The client of an option.
	other *ocigraph.Client
}

func (s *step) execute(ctx context.Context, asked *request) (any, error) {
	run, ok := operations[asked.Operation]
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
	defer func() {
		if s.other != nil {
			s.other.Close()
		}
	}()
	return run(ctx, client, s)
}

// text takes a required text.
func (s *step) text(name string) string {
	value := s.take(name)
	text, ok := value.(string)
	if !ok {
		panic(fmt.Sprintf("%s is %v, expected a text", name, value))
	}
	return text
}

func (s *step) texts(name string) (texts []string) {
	for _, text := range s.take(name).([]any) {
		texts = append(texts, text.(string))
	}
	return texts
}

// take takes a value of any type.
func (s *step) take(name string) any {
	value := s.arguments[name]
	delete(s.arguments, name)
	return value
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

// An operation executes a step and returns the result in the common format.
type operation func(context.Context, *ocigraph.Client, *step) (any, error)

var operations = map[string]operation{
	"push":            method("Push", "reference").operation(plain),
	"attach":          method("Attach", "reference").operation(plain),
	"pull":            method("Pull", "reference").operation(plain),
	"discover":        method("Discover", "reference").operation(tree),
	"discover_each":   discoverEach,
	"sweep":           sweep,
	"sync":            syncEach,
	"prune":           method("Prune", "references").operation(plain),
	"delete":          method("Delete", "reference").operation(plain),
	"migrate":         method("Migrate", "reference").operation(plain),
	"copy":            method("Copy", "source", "destination").operation(plain),
	"backup":          method("Backup", "references", "output").operation(plain),
	"restore":         method("Restore", "inputs", "destination").operation(plain),
	"verify":          method("Verify", "reference").operation(plain),
	"check":           method("Check", "reference", "requirements").operation(plain),
	"resolve":         method("Resolve", "reference").operation(named("descriptor")),
	"tag":             tag,
	"untag":           method("Untag", "reference").operation(plain),
	"tags":            method("Tags", "reference").operation(named("tags")),
	"tag_details":     method("TagDetails", "reference").operation(plain),
	"manifests":       method("Manifests", "reference").operation(plain),
	"repositories":    method("Repositories", "host").operation(named("repositories")),
	"login":           login,
	"logout":          method("Logout", "host").operation(plain),
	"fetch_manifest":  method("FetchManifest", "reference").operation(content),
	"push_manifest":   pushManifest,
	"delete_manifest": method("DeleteManifest", "reference").operation(named("descriptor")),
	"index_create":    method("IndexCreate", "reference", "manifests").operation(plain),
	"index_update":    method("IndexUpdate", "reference").operation(plain),
	"fetch_blob":      fetchBlob,
	"push_blob":       pushBlob,
	"delete_blob":     method("DeleteBlob", "reference").operation(plain),
	"digest_files":    digestFiles,
}

func discoverEach(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
	reference, options := s.text("reference"), new(ocigraph.DiscoverOptions)
	if err := setFields(options, s.arguments, s); err != nil {
		return nil, err
	}
	return allRows(client.DiscoverEach(ctx, reference, options))
}

func sweep(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
	targets, options := s.texts("targets"), new(ocigraph.SweepOptions)
	if err := setFields(options, s.arguments, s); err != nil {
		return nil, err
	}
	return allRows(client.Sweep(ctx, targets, options))
}

func syncEach(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
	sources, destination, options := s.texts("sources"), s.text("destination"), new(ocigraph.SyncOptions)
	if err := setFields(options, s.arguments, s); err != nil {
		return nil, err
	}
	return allRows(client.Sync(ctx, sources, destination, options))
}

func allRows[Row, Summary any](rows *ocigraph.Rows[Row, Summary]) (any, error) {
	found := []Row{}
	for row, err := range rows.All() {
		if err != nil {
			return nil, err
		}
		found = append(found, row)
	}
	return object{"rows": found, "summary": rows.Summary()}, nil
}

func tag(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
	reference, tags := s.text("reference"), s.texts("tags")
	if err := s.end(); err != nil {
		return nil, err
	}
	found, err := client.Tag(ctx, reference, tags...)
	return object{"descriptor": found}, err
}

func login(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
	host := s.text("host")
	credential, err := credential(s.take("credential"))
	if err != nil {
		return nil, err
	}
	if err := s.end(); err != nil {
		return nil, err
	}
	return client.Login(ctx, host, *credential)
}

func pushManifest(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
	reference, manifest, mediaType := s.text("reference"), s.text("content"), s.optional("media_type")
	if err := s.end(); err != nil {
		return nil, err
	}
	found, err := client.PushManifest(ctx, reference, mediaType, []byte(manifest))
	return object{"descriptor": found}, err
}

func fetchBlob(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
	reference, options := s.text("reference"), new(ocigraph.BlobOptions)
	if err := setFields(options, s.arguments, s); err != nil {
		return nil, err
	}
	var content bytes.Buffer
	_, err := client.FetchBlob(ctx, reference, &content, options)
	return object{"content": content.String()}, err
}

func pushBlob(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
	reference, mediaType := s.text("reference"), s.optional("media_type")
	content, err := fileContent(s.take("content"))
	if err != nil {
		return nil, err
	}
	options := new(ocigraph.BlobOptions)
	if err := setFields(options, s.arguments, s); err != nil {
		return nil, err
	}
	if content.Path != "" {
		return client.PushBlobFile(ctx, reference, mediaType, content.Path, options)
	}
	return client.PushBlob(ctx, reference, mediaType, content.Content, options)
}

func digestFiles(ctx context.Context, _ *ocigraph.Client, s *step) (any, error) {
	files := s.texts("files")
	if err := s.end(); err != nil {
		return nil, err
	}
	return ocigraph.DigestFiles(ctx, ocigraph.SHA256, files...)
}

// A call is a method of the client whose arguments are texts, with options if it has them.
type call struct {
	method    string
	arguments []string
}

func method(name string, arguments ...string) call { return call{name, arguments} }

func (c call) operation(convert func(any) any) operation {
	return func(ctx context.Context, client *ocigraph.Client, s *step) (any, error) {
		method := reflect.ValueOf(client).MethodByName(c.method)
		in := []reflect.Value{reflect.ValueOf(ctx)}
		for _, name := range c.arguments {
			if method.Type().In(len(in)).Kind() == reflect.Slice {
				in = append(in, reflect.ValueOf(s.texts(name)))
			} else {
				in = append(in, reflect.ValueOf(s.text(name)))
			}
		}
		if method.Type().NumIn() > len(in) {
			options := reflect.New(method.Type().In(len(in)).Elem())
			if err := setFields(options.Interface(), s.arguments, s); err != nil {
				return nil, err
			}
			in = append(in, options)
		} else if err := s.end(); err != nil {
			return nil, err
		}
		out := method.Call(in)
		if err, failed := out[len(out)-1].Interface().(error); failed {
			return nil, err
		}
		if len(out) == 1 {
			return object{}, nil
		}
		return convert(out[0].Interface()), nil
	}
}

func plain(result any) any { return result }

func named(name string) func(any) any {
	return func(result any) any { return object{name: result} }
}

func content(manifest any) any {
	return object{"content": string(manifest.(*ocigraph.Manifest).Bytes)}
}

// tree converts a graph to nested objects: referrers in the list "referrers", what is attached otherwise in the list
// "attached". A manifest that is reached again has neither below it.
func tree(result any) any {
	graph := result.(*ocigraph.Graph)
	path := []object{node(graph.Subject())}
	for step := range graph.All() {
		path = append(path[:step.Depth], node(step.Descriptor))
		list := "referrers"
		if step.Kind != ocigraph.EdgeKindReferrer {
			list = "attached"
		}
		parent := path[step.Depth-1]
		nodes, _ := parent[list].([]object)
		parent[list] = append(nodes, path[step.Depth])
	}
	path[0]["subject"] = graph.Subject()
	return path[0]
}

func node(of ocigraph.Descriptor) object {
	return object{
		"media_type": of.MediaType, "digest": of.Digest, "size": of.Size,
		"artifact_type": of.ArtifactType, "annotations": of.Annotations, "referrers": []object{},
	}
}
