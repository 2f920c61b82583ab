module github.com/ocigraph/ocigraph/examples/go

go 1.24

require github.com/ocigraph/ocigraph/bindings/go v0.1.0

// In a program of your own this line goes away.
replace github.com/ocigraph/ocigraph/bindings/go => ../../bindings/go
