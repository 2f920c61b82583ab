package ocigraph

// #include <ocigraph.h>
import "C"

// An EventKind is the kind of an [Event].
type EventKind int32

const (
	// Started means that the transfer of a blob has started.
	Started EventKind = C.OCIGRAPH_EVENT_STARTED
	// Moved means that the transfer of a blob has reached [Event.Position]. A retry that starts over lowers the
	// position.
	Moved EventKind = C.OCIGRAPH_EVENT_MOVED
	// Finished is the kind of the last event of a blob. [Event.Outcome] is the result.
	Finished EventKind = C.OCIGRAPH_EVENT_FINISHED
)

// An Event is a progress event of one blob. The events of an operation are delivered one at a time, on any goroutine,
// and none after the operation has returned.
type Event struct {
	// Kind is the kind of the event.
	Kind EventKind
	// Digest is the digest of the blob.
	Digest string
	// Title is the file name of the blob. It is empty if the blob has none.
	Title string
	// Position is the number of bytes transferred so far, out of Size.
	Position int64
	// Size is the size of the blob in bytes.
	Size int64
	// Outcome is the result for the blob if Kind is [Finished], otherwise "".
	Outcome Outcome
}

// An Outcome is the result for one blob or file.
type Outcome string

// The outcomes.
const (
	// Uploaded means that the content was uploaded.
	Uploaded Outcome = "uploaded"
	// AlreadyExists means that the content already existed at the destination and was not sent.
	AlreadyExists Outcome = "existed"
	// Mounted means that the registry mounted the blob from another of its repositories.
	Mounted Outcome = "mounted"
	// Written means that the content was written to a file.
	Written Outcome = "written"
	// Unchanged means that a file with identical content already existed.
	Unchanged Outcome = "unchanged"
	// KeptExisting means that a file with other content already existed and was kept, as the options require.
	KeptExisting Outcome = "kept"
	// Verified means that the content was read and matches its descriptor.
	Verified Outcome = "checked"
)

// outcome converts an outcome of C.
func outcome(number C.ocigraph_outcome) Outcome {
	switch number {
	case C.OCIGRAPH_OUTCOME_UPLOADED:
		return Uploaded
	case C.OCIGRAPH_OUTCOME_ALREADY_EXISTS:
		return AlreadyExists
	case C.OCIGRAPH_OUTCOME_MOUNTED:
		return Mounted
	case C.OCIGRAPH_OUTCOME_WRITTEN:
		return Written
	case C.OCIGRAPH_OUTCOME_UNCHANGED:
		return Unchanged
	case C.OCIGRAPH_OUTCOME_KEPT_EXISTING:
		return KeptExisting
	case C.OCIGRAPH_OUTCOME_VERIFIED:
		return Verified
	default:
		return ""
	}
}
