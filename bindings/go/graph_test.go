package ocigraph

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

func levels(depth int) *int { return &depth }

const index = "application/vnd.oci.image.index.v1+json"

// entry returns a descriptor in the JSON form of a manifest.
func entry(of Descriptor) map[string]any {
	entry := map[string]any{"mediaType": of.MediaType, "digest": of.Digest, "size": of.Size}
	if of.ArtifactType != "" {
		entry["artifactType"] = of.ArtifactType
	}
	return entry
}

// list returns a manifest of the given type that lists other manifests and has an optional subject.
func list(name, artifactType string, subject *Descriptor, listed ...Descriptor) []byte {
	entries := []any{}
	for _, one := range listed {
		entries = append(entries, entry(one))
	}
	manifest := map[string]any{"schemaVersion": 2, "mediaType": index, "manifests": entries}
	if artifactType != "" {
		manifest["artifactType"], manifest["annotations"] = artifactType, map[string]string{"name": name}
	}
	if subject != nil {
		manifest["subject"] = entry(*subject)
	}
	return must(json.Marshal(manifest))
}

// reachedTwice pushes a graph in which x refers to the root and to a; y, a referrer of x, leads back to a; z refers to the root only.
func reachedTwice(t *testing.T, client *Client) (graph *Graph, names map[string]string) {
	location := fixture(t, "--referrers=none") + "/twice"
	names = make(map[string]string)
	push := func(name string, subject *Descriptor) Descriptor {
		content := list(name, name+"/example", subject)
		pushed := must(client.PushManifest(t.Context(), location+":"+name, "", content))
		pushed.ArtifactType = name + "/example"
		names[pushed.Digest] = name
		return pushed
	}
	root := push("root", nil)
	a, x, z := push("a", &root), push("x", &root), push("z", &root)
	b, y := push("b", &a), push("y", &x)
	lists := map[string][]Descriptor{root.Digest: {a, x, z}, a.Digest: {x, b}, x.Digest: {y}, y.Digest: {a}}
	for subject, listed := range lists {
		tag := strings.ReplaceAll(subject, ":", "-")
		must(client.PushManifest(t.Context(), location+":"+tag, "", list("", "", nil, listed...)))
	}
	return must(client.Discover(t.Context(), location+":root", nil)), names
}

// nested is the JSON form of a graph.
type nested struct {
	Digest    string
	Referrers []nested
}

func (n *nested) walk(depth int, visit func(depth int, digest string)) {
	for i := range n.Referrers {
		visit(depth, n.Referrers[i].Digest)
		n.Referrers[i].walk(depth+1, visit)
	}
}

func TestAllAccessorsOfAGraphHandleManifestsThatAreReachedTwice(t *testing.T) {
	graph, names := reachedTwice(t, newClient(t))
	defer graph.Close()
	var steps, edges []string
	path := []string{"root"}
	for node := range graph.All() {
		name := names[node.Digest]
		steps = append(steps, fmt.Sprintf("%d %s of %s %v", node.Depth, name, names[node.Subject], node.First))
		edges = append(edges, name+" of "+names[node.Subject])
		path = append(path[:node.Depth], name)
		if path[node.Depth-1] != names[node.Subject] {
			t.Errorf("%s is below %s but refers to %s", name, path[node.Depth-1], names[node.Subject])
		}
	}
	due := []string{
		"1 a of root true", "2 x of a true", "3 y of x true", "4 a of y false", "2 b of a true", "1 x of root false",
		"1 z of root true",
	}
	if !slices.Equal(steps, due) {
		t.Errorf("%q", steps)
	}
	if graph.Len() != 5 {
		t.Errorf("%d referrers", graph.Len())
	}
	var direct []string
	for digest, name := range names {
		for referrer := range graph.Referrers(digest) {
			direct = append(direct, names[referrer.Digest]+" of "+name)
		}
	}
	slices.Sort(edges)
	slices.Sort(direct)
	if !slices.Equal(edges, direct) {
		t.Errorf("walked %q, direct referrers %q", edges, direct)
	}
	var written []string
	var read nested
	if err := json.Unmarshal(must(json.Marshal(graph)), &read); err != nil {
		t.Fatal(err)
	}
	read.walk(1, func(depth int, digest string) { written = append(written, fmt.Sprintf("%d %s", depth, names[digest])) })
	for i, step := range steps {
		if len(written) != len(steps) || !strings.HasPrefix(step, written[i]) {
			t.Fatalf("walked %q, written %q", steps, written)
		}
	}
	for digest := range names {
		due := max(1, map[string]int{"a": 2, "x": 2}[names[digest]])
		if found := strings.Count(graph.Tree(), digest); names[digest] != "root" && found != due {
			t.Errorf("the tree has %s %d times", names[digest], found)
		}
		for name, drawing := range map[string]string{"dot": graph.Dot(), "mermaid": graph.Mermaid()} {
			if found := strings.Count(drawing, digest[:19]); found != 1 {
				t.Errorf("%s has %s %d times", name, names[digest], found)
			}
		}
	}
	for arrow, drawing := range map[string]string{" -> ": graph.Dot(), " --> ": graph.Mermaid()} {
		if found := strings.Count(drawing, arrow); found != len(steps) {
			t.Errorf("%d arrows for %d steps", found, len(steps))
		}
	}
	part := must(graph.Filter(DiscoverOptions{ArtifactType: "b/example"}))
	defer part.Close()
	if found := slices.Collect(part.All()); len(found) != 6 || part.Len() != 4 {
		t.Errorf("filtered: %d steps, %d referrers", len(found), part.Len())
	}
	if !reflect.DeepEqual(slices.Collect(graph.All()), slices.Collect(graph.All())) {
		t.Error("a walk changes the graph")
	}
}

func TestANodeTellsHowItIsAttachedAndWhatItIs(t *testing.T) {
	client, location := newClient(t), "oci:"+t.TempDir()
	const provenance, spdx = "https://slsa.dev/provenance/v1", "https://spdx.dev/Document"
	const bundle = "application/vnd.dev.sigstore.bundle.v0.3+json"
	push := func(reference string, options PushOptions) Descriptor {
		return must(client.Push(t.Context(), reference, &options)).Descriptor
	}
	file := func(mediaType string, annotations map[string]string) []File {
		return []File{{Title: "x", Content: []byte("{}"), MediaType: mediaType, Annotations: annotations}}
	}
	image := push(location, PushOptions{Files: file("text/plain", nil)})
	attestation := push(location, PushOptions{
		Files: file("application/vnd.in-toto+json", map[string]string{"in-toto.io/predicate-type": spdx}),
	})
	imageEntry, attestationEntry := entry(image), entry(attestation)
	imageEntry["platform"] = map[string]string{"os": "linux", "architecture": "arm64"}
	attestationEntry["platform"] = map[string]string{"os": "unknown", "architecture": "unknown"}
	attestationEntry["annotations"] = map[string]string{
		"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": image.Digest,
	}
	content := must(json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": index, "manifests": []any{imageEntry, attestationEntry},
	}))
	root := must(client.PushManifest(t.Context(), location+":v1", "", content))
	tag := strings.Replace(root.Digest, ":", "-", 1) + ".sig"
	signature := push(location+":"+tag, PushOptions{Files: file("application/vnd.dev.cosign.simplesigning.v1+json", nil)})
	referrer := push(location, PushOptions{
		Files: file(bundle, nil), ArtifactType: bundle, Subject: location + ":v1",
		Annotations: map[string]string{
			"dev.sigstore.bundle.content": "dsse-envelope", "dev.sigstore.bundle.predicateType": provenance,
		},
	})

	graph := must(client.Discover(t.Context(), location+":v1", nil))
	due := []Node{
		{
			Descriptor: referrer, Subject: root.Digest, Depth: 1, Kind: EdgeKindReferrer,
			Label: "attestation: " + provenance, Kinds: []string{"attestation", "provenance"}, PredicateTypes: []string{provenance},
		},
		{
			Descriptor: signature, Subject: root.Digest, Depth: 1, Kind: EdgeKindTag, Tag: tag,
			Label: "signature (cosign tag)", Kinds: []string{"signature"},
		},
		{Descriptor: image, Subject: root.Digest, Depth: 1, Kind: EdgeKindChild},
		{
			Descriptor: attestation, Subject: image.Digest, Depth: 2, Kind: EdgeKindAttestation,
			Label: "SBoM (BuildKit) for linux/arm64", Kinds: []string{"attestation", "sbom"}, PredicateTypes: []string{spdx},
		},
	}
	found := slices.Collect(graph.All())
	words := []string{"referrer", "tag", "child", "attestation"}
	for i := range min(len(found), len(due)) {
		node := found[i]
		if node.Digest != due[i].Digest || node.Kind.String() != words[i] || !node.First {
			t.Errorf("step %d is %+v", i, node)
		}
		// The descriptor is that of the list or index.
		node.Descriptor, node.First = due[i].Descriptor, false
		if !reflect.DeepEqual(node, due[i]) {
			t.Errorf("step %d is\n%+v instead of\n%+v", i, node, due[i])
		}
		if node.Label != "" && strings.Count(graph.Tree(), node.Label) != 1 {
			t.Errorf("the tree lacks %q:\n%s", node.Label, graph)
		}
	}
	if len(found) != len(due) || graph.Len() != len(due) {
		t.Errorf("%d steps, %d manifests", len(found), graph.Len())
	}
	if below := slices.Collect(graph.Referrers(root.Digest)); len(below) != 1 || below[0].Digest != referrer.Digest {
		t.Errorf("the index has the referrers %+v", below)
	}
	if below := slices.Collect(graph.Referrers(image.Digest)); below != nil {
		t.Errorf("the image has the referrers %+v", below)
	}
	// The image is on the path to its attestation.
	for predicate, count := range map[string]int{provenance: 1, spdx: 2, "https://example.com/other": 0} {
		if part := must(graph.Filter(DiscoverOptions{PredicateType: predicate})); part.Len() != count {
			t.Errorf("%s leaves\n%s", predicate, part)
		}
	}
	if only := must(client.Discover(t.Context(), location+":v1", &DiscoverOptions{Only: EdgeKindTag})); only.Len() != 1 {
		t.Errorf("of the tags, there are\n%s", only)
	}
}

// chain creates a layout in which each manifest refers to the previous one.
func chain(t *testing.T, length int) string {
	folder := t.TempDir()
	blobs := filepath.Join(folder, "blobs", "sha256")
	if err := os.MkdirAll(blobs, 0o755); err != nil {
		t.Fatal(err)
	}
	var entries []any
	var subject *Descriptor
	for i := range length + 1 {
		content := list(fmt.Sprint(i), "link/example", subject)
		digest := must(Digest(SHA256, content))
		name := filepath.Join(blobs, strings.TrimPrefix(digest, "sha256:"))
		if err := os.WriteFile(name, content, 0o644); err != nil {
			t.Fatal(err)
		}
		subject = &Descriptor{MediaType: index, Digest: digest, Size: int64(len(content))}
		listed := entry(*subject)
		if i == 0 {
			listed["annotations"] = map[string]string{"org.opencontainers.image.ref.name": "v1"}
		}
		entries = append(entries, listed)
	}
	listed := must(json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": index, "manifests": entries}))
	for name, content := range map[string][]byte{"index.json": listed, "oci-layout": []byte(`{"imageLayoutVersion":"1.0.0"}`)} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return "oci:" + folder + ":v1"
}

func TestADeepGraphCanBeWalkedFilteredAndFormatted(t *testing.T) {
	const depth = 20_000
	client := newClient(t)
	graph := must(client.Discover(t.Context(), chain(t, depth), nil))
	defer graph.Close()
	last := 0
	for node := range graph.All() {
		last = node.Depth
	}
	if last != depth || graph.Len() != depth {
		t.Errorf("the last of %d nodes has the depth %d", graph.Len(), last)
	}
	part := must(graph.Filter(DiscoverOptions{ArtifactType: "link/example"}))
	defer part.Close()
	if part.Len() != depth {
		t.Errorf("%d are left", part.Len())
	}
	written := must(graph.MarshalJSON())
	if found := bytes.Count(written, []byte(`"referrers"`)); found != depth+1 {
		t.Errorf("%d are written", found)
	}
	if near := must(client.Discover(t.Context(), chain(t, 2), &DiscoverOptions{Depth: levels(0)})); near.Len() != 0 {
		t.Errorf("a depth of 0 has %d referrers", near.Len())
	}
}

func TestAnIncompleteGraphHasProblems(t *testing.T) {
	// A registry whose list of referrers has an invalid entry, which registries refuse to store.
	type response struct {
		path string
		body []byte
	}
	var invalid atomic.Pointer[response]
	registry := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: fixture(t, "--referrers=none")})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given := invalid.Load()
		if given == nil || r.URL.Path != given.path {
			registry.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", index)
		_, _ = w.Write(given.body)
	}))
	defer server.Close()
	client, location := newClient(t), strings.TrimPrefix(server.URL, "http://")+"/incomplete"
	root := must(client.PushManifest(t.Context(), location+":v1", "", list("root", "root/example", nil)))
	sbom := must(client.PushManifest(t.Context(), location, "", list("sbom", "sbom/example", &root)))
	sbom.ArtifactType = "sbom/example"
	lost := Descriptor{MediaType: index, Digest: "sha256:lost", Size: 2}
	path := "/v2/incomplete/manifests/" + strings.ReplaceAll(root.Digest, ":", "-")
	invalid.Store(&response{path, list("", "", nil, sbom, lost)})
	if _, err := client.Discover(t.Context(), location+":v1", nil); !errors.Is(err, ErrIncomplete) {
		t.Error(err)
	}
	graph := must(client.Discover(t.Context(), location+":v1", &DiscoverOptions{AllowIncomplete: true}))
	for _, graph := range []*Graph{graph, must(graph.Filter(DiscoverOptions{ArtifactType: "sbom/example"}))} {
		problems := graph.Problems()
		if graph.Len() != 1 || len(problems) != 1 || problems[0].Subject != root.Digest || !strings.Contains(problems[0].Message, "entry 2") {
			t.Errorf("%d referrers, %+v", graph.Len(), problems)
		}
		problems[0].Message = ""
		if graph.Problems()[0].Message == "" {
			t.Error("the graph was changed")
		}
	}
}
