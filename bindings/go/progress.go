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
