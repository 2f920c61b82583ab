package ocigraph

import "sync/atomic"

// live counts the handles of C's that are not yet freed, so that tests can show that none is left.
var live atomic.Int64
