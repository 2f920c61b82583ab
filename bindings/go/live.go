package ocigraph

import "sync/atomic"

// live counts the C handles that have not been freed, so that tests can detect leaks.
var live atomic.Int64
