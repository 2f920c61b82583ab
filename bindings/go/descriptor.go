package ocigraph

/*
#include <ocigraph.h>

// The fields of a descriptor, read in one call, because a call from Go to C is slow.
typedef struct {
    ocigraph_str media_type, digest, artifact_type, platform;
    uint64_t size;
    size_t annotations, depth;
    bool first;
    const ocigraph_descriptor *descriptor;
    // Of the steps of a graph only.
    int32_t kind;
    ocigraph_str tag, label;
    size_t kinds, predicate_types;
} ocigraph_go_step;

typedef struct {
    ocigraph_str key, value;
} ocigraph_go_pair;

static size_t ocigraph_go_describe(const ocigraph_descriptor *descriptor, ocigraph_go_step *step) {
    step->media_type = ocigraph_descriptor_media_type(descriptor);
    step->digest = ocigraph_descriptor_digest(descriptor);
    step->artifact_type = ocigraph_descriptor_artifact_type(descriptor);
    step->platform = ocigraph_descriptor_platform(descriptor);
    step->size = ocigraph_descriptor_size(descriptor);
    step->annotations = ocigraph_descriptor_annotation_count(descriptor);
    step->descriptor = descriptor;
    return step->annotations;
}

// Reads the subject and every step of a walk. Returns the total number of annotations.
static size_t ocigraph_go_steps(const ocigraph_graph *graph, ocigraph_go_step *steps, size_t count) {
    size_t annotations = ocigraph_go_describe(ocigraph_graph_subject(graph), &steps[0]);
    for (size_t i = 1; i < count; i++) {
        annotations += ocigraph_go_describe(ocigraph_graph_descriptor(graph, i - 1), &steps[i]);
        steps[i].depth = ocigraph_graph_depth(graph, i - 1);
        steps[i].first = ocigraph_graph_is_first(graph, i - 1);
        steps[i].kind = ocigraph_graph_kind(graph, i - 1);
        steps[i].tag = ocigraph_graph_tag(graph, i - 1);
        steps[i].label = ocigraph_graph_label(graph, i - 1);
        steps[i].kinds = ocigraph_graph_attachment_kind_count(graph, i - 1);
        steps[i].predicate_types = ocigraph_graph_predicate_type_count(graph, i - 1);
    }
    return annotations;
}

// Reads the kinds and predicate types of every step after the subject.
static void ocigraph_go_recognize(const ocigraph_graph *graph, const ocigraph_go_step *steps, size_t count, ocigraph_str *texts) {
    for (size_t i = 1; i < count; i++) {
        for (size_t j = 0; j < steps[i].kinds; j++) {
            *texts++ = ocigraph_graph_attachment_kind(graph, i - 1, j);
        }
        for (size_t j = 0; j < steps[i].predicate_types; j++) {
            *texts++ = ocigraph_graph_predicate_type(graph, i - 1, j);
        }
    }
}

static void ocigraph_go_annotate(const ocigraph_go_step *steps, size_t count, ocigraph_go_pair *pairs) {
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < steps[i].annotations; j++, pairs++) {
            pairs->key = ocigraph_descriptor_annotation_key(steps[i].descriptor, j);
            pairs->value = ocigraph_descriptor_annotation_value(steps[i].descriptor, j);
        }
    }
}
*/
import "C"

// A Descriptor is an OCI content descriptor. See
// https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md.
type Descriptor struct {
	// MediaType is the media type of the content.
	MediaType string `json:"media_type"`
	// Digest is the digest of the content, such as "sha256:e3b0…".
	Digest string `json:"digest"`
	// Size is the size of the content in bytes.
	Size int64 `json:"size"`
	// ArtifactType is the artifact type of the manifest that the descriptor names. It is empty if the manifest has
	// none.
	ArtifactType string `json:"artifact_type,omitempty"`
	// Annotations are the annotations of the descriptor. In a list of referrers, they are the annotations of the
	// referrer's manifest.
	Annotations map[string]string `json:"annotations,omitempty"`
	// Platform is the platform of an image in an index, or nil.
	Platform *Platform `json:"platform,omitempty"`
}

// A Platform is the platform that an image runs on. See
// https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md.
type Platform struct {
	// Architecture is the CPU architecture as a GOARCH value, such as "arm64".
	Architecture string `json:"architecture"`
	// OS is the operating system as a GOOS value, such as "linux".
	OS string `json:"os"`
	// OSVersion is the version of the operating system.
	OSVersion string `json:"os.version,omitempty"`
	// OSFeatures are features that the operating system must have.
	OSFeatures []string `json:"os.features,omitempty"`
	// Variant is the variant of the CPU, such as "v7".
	Variant string `json:"variant,omitempty"`
}

// descriptor copies a descriptor of C.
func descriptor(d *C.ocigraph_descriptor) Descriptor {
	steps := make([]C.ocigraph_go_step, 1)
	annotations := C.ocigraph_go_describe(d, &steps[0])
	return descriptors(steps, annotations)[0]
}

// readGraph copies the subject of a graph and every step of its walk with at most four calls into C.
func readGraph(handle *C.ocigraph_graph) (Descriptor, []Node) {
	steps := make([]C.ocigraph_go_step, 1+C.ocigraph_graph_step_count(handle))
	annotations := C.ocigraph_go_steps(handle, &steps[0], C.size_t(len(steps)))
	all := descriptors(steps, annotations)
	var count C.size_t
	for i := range steps {
		count += steps[i].kinds + steps[i].predicate_types
	}
	views := make([]C.ocigraph_str, count)
	if count > 0 {
		C.ocigraph_go_recognize(handle, &steps[0], C.size_t(len(steps)), &views[0])
	}
	nodes := make([]Node, len(steps)-1)
	path := []string{all[0].Digest}
	var before Node
	for i := range nodes {
		step, node := &steps[i+1], &nodes[i]
		*node = Node{Descriptor: all[i+1], Depth: int(step.depth), First: bool(step.first)}
		path = append(path[:node.Depth], node.Digest)
		node.Subject = path[node.Depth-1]
		node.Kind, node.Tag = EdgeKind(step.kind), goString(step.tag)
		node.Label = same(before.Label, step.label)
		node.Kinds = copies(before.Kinds, views[:step.kinds])
		views = views[step.kinds:]
		node.PredicateTypes = copies(before.PredicateTypes, views[:step.predicate_types])
		views = views[step.predicate_types:]
		before = *node
	}
	return all[0], nodes
}

// copies converts views to strings, and reuses the existing strings that are equal. It returns nil for an empty list.
func copies(existing []string, views []C.ocigraph_str) []string {
	if len(views) == 0 {
		return nil
	}
	list := make([]string, len(views))
	for i, view := range views {
		if i < len(existing) {
			list[i] = same(existing[i], view)
		} else {
			list[i] = goString(view)
		}
	}
	return list
}

// descriptors copies descriptors of C. The argument annotations is their total number of annotations.
func descriptors(steps []C.ocigraph_go_step, annotations C.size_t) []Descriptor {
	pairs := make([]C.ocigraph_go_pair, annotations)
	if annotations > 0 {
		C.ocigraph_go_annotate(&steps[0], C.size_t(len(steps)), &pairs[0])
	}
	all := make([]Descriptor, len(steps))
	var before Descriptor
	for i := range steps {
		step, d := &steps[i], &all[i]
		// Referrers often have the same types as their predecessor, whose strings are reused.
		d.MediaType = same(before.MediaType, step.media_type)
		d.ArtifactType = same(before.ArtifactType, step.artifact_type)
		d.Digest = goString(step.digest)
		d.Size = int64(step.size)
		if n := step.annotations; n > 0 {
			d.Annotations = make(map[string]string, n)
			for _, pair := range pairs[:n] {
				d.Annotations[goString(pair.key)] = goString(pair.value)
			}
			pairs = pairs[n:]
		}
		if step.platform.length > 0 {
			// The parts of a platform have no accessors. JSON from the library always parses.
			_ = decode(C.ocigraph_descriptor_json(step.descriptor), d)
		}
		before = *d
	}
	return all
}

// same converts a view to a string, and reuses the existing string if it is equal.
func same(existing string, view C.ocigraph_str) string {
	if text := goView(view); string(text) != existing {
		return string(text)
	}
	return existing
}
