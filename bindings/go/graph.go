package ocigraph

// #include <ocigraph.h>
import "C"

import (
	"iter"
	"runtime"
	"sync"
)

// A Graph is a subject and everything that refers to it, directly and through others. It does not change.
type Graph struct {
	subject Descriptor
	nodes   []Node
	// The nodes directly beneath a digest, sorted when they are first asked for.
	sorted  sync.Once
	beneath map[string][]int
	// The library's own graph, to be drawn and filtered, until it is closed.
	mu      sync.Mutex
	handle  *C.ocigraph_graph
	cleanup runtime.Cleanup
}

// A Node is one step of a walk through a graph.
type Node struct {
	Descriptor
	// Subject is the digest of what it refers to.
	Subject string
	// Depth is 1 for what refers to the subject of the graph itself.
	Depth int
	// First says whether it comes by for the first time. A manifest that is reached again is a step again, with nothing
	// beneath it.
	First bool
}

// newGraph takes over a graph of C's: its nodes are read once, and the rest is kept to be drawn and filtered.
func newGraph(handle *C.ocigraph_graph) *Graph {
	g := &Graph{handle: handle}
	g.subject, g.nodes = readGraph(handle)
	live.Add(1)
	g.cleanup = runtime.AddCleanup(g, freeGraph, handle)
	return g
}

func freeGraph(handle *C.ocigraph_graph) {
	C.ocigraph_graph_free(handle)
	live.Add(-1)
}

// Close frees what the graph holds outside of Go's memory, and needs not be called: that of a graph which nobody refers to is
// freed too. A closed graph can be walked, but not drawn or filtered any more. Closing again does nothing. It always returns
// nil.
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

// Subject is the root.
func (g *Graph) Subject() Descriptor { return g.subject }

// Len is how many referrers there are, each counted once.
func (g *Graph) Len() int {
	count := 0
	for i := range g.nodes {
		if g.nodes[i].First {
			count++
		}
	}
	return count
}

// All walks through every referrer beneath the subject, depth first, each branch in the registry's order.
func (g *Graph) All() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for i := range g.nodes {
			if !yield(g.nodes[i]) {
				return
			}
		}
	}
}

// Referrers walks through what refers directly to the manifest of this digest; through nothing where that is not in the
// graph.
func (g *Graph) Referrers(digest string) iter.Seq[Descriptor] {
	return func(yield func(Descriptor) bool) {
		g.sorted.Do(func() {
			g.beneath = make(map[string][]int)
			for i := range g.nodes {
				subject := g.nodes[i].Subject
				g.beneath[subject] = append(g.beneath[subject], i)
			}
		})
		for _, i := range g.beneath[digest] {
			if !yield(g.nodes[i].Descriptor) {
				return
			}
		}
	}
}

// closedGraph is what a closed graph says, with the code of a closed client.
func closedGraph() error {
	return &Error{Code: ErrCancelled, Message: "the graph cannot be used any more", cause: ErrClosed}
}

// Filter returns the part of the graph that leads to what the options ask for, by artifact type and annotations, and all
// that lies beneath it; [ErrClosed] when the graph is closed.
func (g *Graph) Filter(options DiscoverOptions) (*Graph, error) {
	a := new(arguments)
	defer a.release()
	o := C.ocigraph_discover_options_new()
	a.own(func() { C.ocigraph_discover_options_free(o) })
	if err := options.fill(a, o); err != nil {
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

// Tree is the tree as ORAS prints it, beneath the reference that was asked for; it ends with a line feed. Nothing when the
// graph is closed.
func (g *Graph) Tree() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	// Of NULL, C draws nothing.
	return goString(C.ocigraph_graph_tree(g.handle))
}

// String is the tree.
func (g *Graph) String() string { return g.Tree() }

// MarshalJSON is the graph as JSON, with what scripts for either generation of ORAS read: "references", the direct
// referrers that were asked for, and "referrers", the whole tree; [ErrClosed] when the graph is closed.
func (g *Graph) MarshalJSON() ([]byte, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.handle == nil {
		return nil, closedGraph()
	}
	return []byte(goString(C.ocigraph_graph_json(g.handle))), nil
}

// Dot is the graph in the language of Graphviz; nothing when it is closed.
func (g *Graph) Dot() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return goString(C.ocigraph_graph_dot(g.handle))
}

// Mermaid is the graph in the language of Mermaid; nothing when it is closed.
func (g *Graph) Mermaid() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return goString(C.ocigraph_graph_mermaid(g.handle))
}
