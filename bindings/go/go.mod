module github.com/ocigraph/ocigraph/bindings/go

go 1.24
