package ocigraph

// #include <ocigraph.h>
import "C"

import (
	"iter"
	"runtime"
	"slices"
	"sync"
)

// A Graph is a subject and what is attached to it, directly or through others: referrers, the manifests of tags that
// cosign derives from a digest, attestations of BuildKit, and the children of an index. It is immutable.
type Graph struct {
	subject  Descriptor
	nodes    []Node
	problems []ListProblem
	// The direct referrers of each digest, computed on first access.
	once      sync.Once
	referrers map[string][]int
	// The graph of the library, for filters and output formats, until the graph is closed.
	mu      sync.Mutex
	handle  *C.ocigraph_graph
	cleanup runtime.Cleanup
}

// A Node is one step of a walk through a graph: a manifest that is attached to another, with its position. Label, Kinds
// and PredicateTypes are what the producer of the manifest says, not a verified fact.
type Node struct {
	Descriptor
	// Subject is the digest of the manifest that the node is attached to.
	Subject string
	// Kind is how the node is attached.
	Kind EdgeKind
	// Tag is the tag that attaches the node, such as "sha256-….sig". It is empty unless Kind is [EdgeKindTag].
	Tag string
	// Label is a phrase for people, such as "signature (cosign bundle)". It is empty if the manifest follows no
	// convention that is known. It can change between versions.
	Label string
	// Kinds are the kinds of content of the manifest: "signature", "attestation", "provenance", "sbom", "scan-result",
	// "vex" or "chart". It is empty if the manifest follows no convention that is known.
	Kinds []string
	// PredicateTypes are the predicate types of the in-toto statements in the manifest, such as
	// "https://slsa.dev/provenance/v1", in alphabetical order.
	PredicateTypes []string
	// Depth is the number of levels below the subject of the graph: 1 for what is directly attached to it.
	Depth int
	// First is true if the walk reaches the manifest for the first time. A manifest that is reached again is another
	// node, without what is attached to it.
	First bool
}

// String returns the kind as a word: "referrer", "child", "tag" or "attestation". It returns "" for 0.
func (k EdgeKind) String() string {
	switch k {
	case EdgeKindReferrer:
		return "referrer"
	case EdgeKindChild:
		return "child"
	case EdgeKindTag:
		return "tag"
	case EdgeKindAttestation:
		return "attestation"
	default:
		return ""
	}
}

// MarshalText returns the word, for JSON.
func (k EdgeKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a word that String returns. Other words, of a later version, become 0.
func (k *EdgeKind) UnmarshalText(text []byte) error {
	*k = 0
	for _, kind := range []EdgeKind{EdgeKindReferrer, EdgeKindChild, EdgeKindTag, EdgeKindAttestation} {
		if kind.String() == string(text) {
			*k = kind
		}
	}
	return nil
}

// A ListProblem is a list of referrers, or an entry of one, that could not be read.
type ListProblem struct {
	// Subject is the digest of the subject whose list has the problem. It is empty if the problem concerns the whole
	// store.
	Subject string
	// Message states the list, what could not be read, and why.
	Message string
}

// newGraph takes ownership of a graph of C and reads its nodes.
func newGraph(handle *C.ocigraph_graph) *Graph {
	g := &Graph{handle: handle}
	g.subject, g.nodes = readGraph(handle)
	for i := range C.ocigraph_graph_problem_count(handle) {
		g.problems = append(g.problems, ListProblem{
			Subject: goString(C.ocigraph_graph_problem_subject(handle, i)),
			Message: goString(C.ocigraph_graph_problem(handle, i)),
		})
	}
	live.Add(1)
	g.cleanup = runtime.AddCleanup(g, freeGraph, handle)
	return g
}

func freeGraph(handle *C.ocigraph_graph) {
	C.ocigraph_graph_free(handle)
	live.Add(-1)
}

// Close frees the memory that the graph holds outside of the Go heap. Calling it is optional: the memory is also freed
// after the graph becomes unreachable. A closed graph can be walked, but not filtered or formatted. Closing a graph
// again has no effect. Close always returns nil.
func (g *Graph) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.handle != nil {
		g.cleanup.Stop()
		freeGraph(g.handle)
		g.handle = nil
	}
	return nil
}

// Subject returns the descriptor of the manifest that was discovered.
func (g *Graph) Subject() Descriptor { return g.subject }

// Len returns the number of manifests that are attached to the subject, directly or through others. Each manifest counts
// once, even if several paths lead to it.
func (g *Graph) Len() int {
	count := 0
	for i := range g.nodes {
		if g.nodes[i].First {
			count++
		}
	}
	return count
}

// Problems returns what could not be read, so that the graph may lack manifests. It is empty unless the options of
// [Client.Discover] set AllowIncomplete.
func (g *Graph) Problems() []ListProblem { return slices.Clone(g.problems) }

// All iterates over all that is attached, depth first. Referrers come first, in the order of the registry, then the
// manifests of tags, attestations, and the children of an index.
func (g *Graph) All() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for i := range g.nodes {
			if !yield(g.nodes[i]) {
				return
			}
		}
	}
}

// Referrers iterates over the direct referrers of the manifest with this digest, without what is attached in another
// way. It yields nothing if the graph does not contain the digest.
func (g *Graph) Referrers(digest string) iter.Seq[Descriptor] {
	return func(yield func(Descriptor) bool) {
		g.once.Do(func() {
			g.referrers = make(map[string][]int)
			for i := range g.nodes {
				if g.nodes[i].Kind == EdgeKindReferrer {
					subject := g.nodes[i].Subject
					g.referrers[subject] = append(g.referrers[subject], i)
				}
			}
		})
		for _, i := range g.referrers[digest] {
			if !yield(g.nodes[i].Descriptor) {
				return
			}
		}
	}
}

// closedGraph returns the error of a closed graph, which has the same code as that of a closed client.
func closedGraph() error {
	return &Error{Code: ErrCancelled, Message: "the graph cannot be used", cause: ErrClosed}
}

// Filter returns the part of the graph that matches the artifact type, predicate type and annotations of the options:
// the matching manifests, those on the path to them, and everything that is attached to them. It returns [ErrClosed] if
// the graph is closed.
func (g *Graph) Filter(options DiscoverOptions) (*Graph, error) {
	a := new(arguments)
	defer a.release()
	o, err := options.toC(a)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.handle == nil {
		return nil, closedGraph()
	}
	var out *C.ocigraph_graph
	var failure *C.ocigraph_error
	if err := check(C.ocigraph_graph_filter(g.handle, o, &out, &failure), failure); err != nil {
		return nil, err
	}
	return newGraph(out), nil
}

// Tree returns the graph as a tree in the format of ORAS, below the reference that was discovered, with the label of
// each manifest. The text ends with a line feed. It is empty if the graph is closed.
func (g *Graph) Tree() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	// C returns no text for NULL.
	return goString(C.ocigraph_graph_tree(g.handle))
}

// String returns the same text as [Graph.Tree].
func (g *Graph) String() string { return g.Tree() }

// MarshalJSON returns the graph as JSON with field names in snake case. It contains "references", the direct referrers
// that match the options, and "referrers", the complete tree, so that scripts for either generation of ORAS can read
// it. What is attached in another way is in "attached". It returns [ErrClosed] if the graph is closed.
func (g *Graph) MarshalJSON() ([]byte, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.handle == nil {
		return nil, closedGraph()
	}
	return []byte(goString(C.ocigraph_graph_json(g.handle))), nil
}

// Dot returns the graph in the DOT language of Graphviz. Edges point from a manifest to what it is attached to. It
// returns "" if the graph is closed.
func (g *Graph) Dot() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return goString(C.ocigraph_graph_dot(g.handle))
}

// Mermaid returns the graph as a Mermaid flowchart. Edges point from a manifest to what it is attached to. It returns ""
// if the graph is closed.
func (g *Graph) Mermaid() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return goString(C.ocigraph_graph_mermaid(g.handle))
}
