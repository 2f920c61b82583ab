//go:build ocigraph_static

package ocigraph

// #cgo pkg-config: ocigraph-static
import "C"
