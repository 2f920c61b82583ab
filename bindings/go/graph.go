package ocigraph

/*
#include <ocigraph.h>

// What is read of a descriptor, at once: a call from Go costs more than what it does here.
typedef struct {
    ocigraph_str media_type, digest, artifact_type, platform;
    uint64_t size;
    size_t annotations, depth;
    bool first;
    const ocigraph_descriptor *descriptor;
} ocigraph_go_step;

static void ocigraph_go_describe(const ocigraph_descriptor *descriptor, ocigraph_go_step *step) {
    step->media_type = ocigraph_descriptor_media_type(descriptor);
    step->digest = ocigraph_descriptor_digest(descriptor);
    step->artifact_type = ocigraph_descriptor_artifact_type(descriptor);
    step->platform = ocigraph_descriptor_platform(descriptor);
    step->size = ocigraph_descriptor_size(descriptor);
    step->annotations = ocigraph_descriptor_annotation_count(descriptor);
    step->descriptor = descriptor;
}

static void ocigraph_go_steps(const ocigraph_graph *graph, ocigraph_go_step *steps) {
    for (size_t i = 0; i < ocigraph_graph_step_count(graph); i++) {
        ocigraph_go_describe(ocigraph_graph_descriptor(graph, i), &steps[i]);
        steps[i].depth = ocigraph_graph_depth(graph, i);
        steps[i].first = ocigraph_graph_is_first(graph, i);
    }
}
*/
import "C"

import (
	"iter"
	"runtime"
)

// A Graph is a subject and everything that refers to it, directly and through others. It does not change, and needs not
// be closed.
type Graph struct {
	handle  *C.ocigraph_graph
	subject Descriptor
	nodes   []Node
	// The nodes directly beneath a digest.
	beneath map[string][]int
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
	g := &Graph{handle: handle, subject: descriptor(C.ocigraph_graph_subject(handle)), beneath: make(map[string][]int)}
	live.Add(1)
	runtime.AddCleanup(g, func(handle *C.ocigraph_graph) {
		C.ocigraph_graph_free(handle)
		live.Add(-1)
	}, handle)
	count := int(C.ocigraph_graph_step_count(handle))
	if count == 0 {
		return g
	}
	steps := make([]C.ocigraph_go_step, count)
	C.ocigraph_go_steps(handle, &steps[0])
	g.nodes = make([]Node, count)
	trail := []string{g.subject.Digest}
	for i := range steps {
		step := &steps[i]
		node := Node{Descriptor: fromStep(step), Depth: int(step.depth), First: bool(step.first)}
		trail = append(trail[:node.Depth], node.Digest)
		node.Subject = trail[node.Depth-1]
		g.nodes[i] = node
		g.beneath[node.Subject] = append(g.beneath[node.Subject], i)
	}
	return g
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
		for _, i := range g.beneath[digest] {
			if !yield(g.nodes[i].Descriptor) {
				return
			}
		}
	}
}

// Filter returns the part of the graph that leads to what the options ask for, by artifact type and annotations, and all
// that lies beneath it.
func (g *Graph) Filter(options DiscoverOptions) (*Graph, error) {
	var a arguments
	defer a.release()
	o := C.ocigraph_discover_options_new()
	defer C.ocigraph_discover_options_free(o)
	if err := options.fill(&a, o); err != nil {
		return nil, err
	}
	var out *C.ocigraph_graph
	var failure *C.ocigraph_error
	if err := check(C.ocigraph_graph_filter(g.handle, o, &out, &failure), failure); err != nil {
		return nil, err
	}
	runtime.KeepAlive(g)
	return newGraph(out), nil
}

// Tree is the tree as ORAS prints it, beneath the reference that was asked for; it ends with a line feed.
func (g *Graph) Tree() string {
	defer runtime.KeepAlive(g)
	return goString(C.ocigraph_graph_tree(g.handle))
}

// String is the tree.
func (g *Graph) String() string { return g.Tree() }

// MarshalJSON is the graph as JSON, with what scripts for either generation of ORAS read: "references", the direct
// referrers that were asked for, and "referrers", the whole tree.
func (g *Graph) MarshalJSON() ([]byte, error) {
	defer runtime.KeepAlive(g)
	return []byte(goString(C.ocigraph_graph_json(g.handle))), nil
}

// Dot is the graph in the language of Graphviz.
func (g *Graph) Dot() string {
	defer runtime.KeepAlive(g)
	return goString(C.ocigraph_graph_dot(g.handle))
}

// Mermaid is the graph in the language of Mermaid.
func (g *Graph) Mermaid() string {
	defer runtime.KeepAlive(g)
	return goString(C.ocigraph_graph_mermaid(g.handle))
}

// descriptor copies a descriptor that C lends.
func descriptor(d *C.ocigraph_descriptor) Descriptor {
	var step C.ocigraph_go_step
	C.ocigraph_go_describe(d, &step)
	return fromStep(&step)
}

func fromStep(step *C.ocigraph_go_step) Descriptor {
	d := Descriptor{
		MediaType:    goString(step.media_type),
		Digest:       goString(step.digest),
		Size:         int64(step.size),
		ArtifactType: goString(step.artifact_type),
	}
	if step.annotations > 0 {
		d.Annotations = make(map[string]string, step.annotations)
		for i := range step.annotations {
			key := goString(C.ocigraph_descriptor_annotation_key(step.descriptor, i))
			d.Annotations[key] = goString(C.ocigraph_descriptor_annotation_value(step.descriptor, i))
		}
	}
	if step.platform.length > 0 {
		// Rare, and with parts that have no accessor of their own. It was written by the library, so that it can be read.
		_ = decode(C.ocigraph_descriptor_json(step.descriptor), &d)
	}
	return d
}
