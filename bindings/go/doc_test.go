package ocigraph

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strings"
	"testing"
)

func TestEveryExportedNameIsDocumented(t *testing.T) {
	files := token.NewFileSet()
	packages, err := parser.ParseDir(files, ".", func(file fs.FileInfo) bool { return !strings.HasSuffix(file.Name(), "_test.go") },
		parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	names := 0
	due := func(name *ast.Ident, comments ...*ast.CommentGroup) {
		if !name.IsExported() {
			return
		}
		names++
		for _, comment := range comments {
			if comment != nil {
				return
			}
		}
		t.Errorf("%s: %s has no comment", files.Position(name.Pos()), name.Name)
	}
	ast.Inspect(packages["ocigraph"], func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.FuncDecl:
			due(node.Name, node.Doc)
			return false
		case *ast.GenDecl:
			for _, spec := range node.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					due(spec.Name, spec.Doc, node.Doc)
				case *ast.ValueSpec:
					due(spec.Names[0], spec.Doc, map[bool]*ast.CommentGroup{true: node.Doc}[len(node.Specs) == 1])
				}
			}
		case *ast.StructType:
			for _, field := range node.Fields.List {
				for _, name := range field.Names {
					due(name, field.Doc)
				}
			}
		}
		return true
	})
	if names < 200 {
		t.Errorf("%d names", names)
	}
}
