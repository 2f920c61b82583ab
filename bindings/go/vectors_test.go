package ocigraph

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func vectors(t *testing.T, name string, into any) {
	t.Helper()
	if err := json.Unmarshal(must(os.ReadFile("../../tests/vectors/"+name)), into); err != nil {
		t.Fatal(err)
	}
}

func TestCodesMatchTheSharedVectors(t *testing.T) {
	var table []struct {
		Number int32
		Name   string
	}
	vectors(t, "errors.json", &table)
	for _, entry := range table {
		code := Code(entry.Number)
		if code.String() != entry.Name {
			t.Errorf("%d is %q here, %q in the table", code, code, entry.Name)
		}
		var read Code
		if err := json.Unmarshal(must(json.Marshal(code)), &read); err != nil || read != code {
			t.Errorf("%q was read as %q: %v", code, read, err)
		}
	}
	if err := new(Code).UnmarshalText([]byte("NO_CODE")); err == nil {
		t.Error("NO_CODE was read as a code")
	}
}

func TestReferencesMatchTheSharedVectors(t *testing.T) {
	var all struct {
		Valid []struct {
			Text, Host, Repository, Path, Digest string
			Tags                                 []string
		}
		Invalid []struct{ Text, Code, Says string }
	}
	vectors(t, "references.json", &all)
	for _, vector := range all.Valid {
		r, err := ParseReference(vector.Text)
		if err != nil || r.String() != vector.Text || r.Host() != vector.Host || r.Repository() != vector.Repository ||
			r.Path() != vector.Path || !slices.Equal(r.Tags(), vector.Tags) || r.Digest() != vector.Digest {
			t.Errorf("%+v was read as %+v, %v", vector, r, err)
		}
	}
	for _, vector := range all.Invalid {
		_, err := ParseReference(vector.Text)
		var failure *Error
		if !errors.As(err, &failure) || failure.Code.String() != vector.Code || !strings.Contains(err.Error(), vector.Says) {
			t.Errorf("%q: %v", vector.Text, err)
		}
	}
	if len(all.Valid) < 10 || len(all.Invalid) < 10 {
		t.Errorf("%d and %d vectors", len(all.Valid), len(all.Invalid))
	}
	digest := must(Digest(SHA256, nil))
	if at := must(must(ParseReference("oci:store/app:v1")).At(digest)); at.String() != "oci:store/app@"+digest || at.Location() != "oci:store/app" {
		t.Error(at)
	}
	if _, err := must(ParseReference("oci:store/app:v1")).At("v1"); !errors.Is(err, ErrInvalidReference) {
		t.Error(err)
	}
}

func TestDigestsMatchTheSharedVectors(t *testing.T) {
	var all struct {
		Digests []struct {
			Size           int
			SHA256, SHA512 string
		}
	}
	vectors(t, "digests.json", &all)
	var paths []string
	for _, vector := range all.Digests {
		content := make([]byte, vector.Size)
		for i := range content {
			content[i] = byte(i % 251)
		}
		if sha256, sha512 := must(Digest(SHA256, content)), must(Digest(SHA512, content)); sha256 != vector.SHA256 || sha512 != vector.SHA512 {
			t.Errorf("%d bytes: %s, %s", vector.Size, sha256, sha512)
		}
		paths = append(paths, filepath.Join(t.TempDir(), fmt.Sprint(vector.Size)))
		if err := os.WriteFile(paths[len(paths)-1], content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sha256, sha512 := must(DigestFiles(t.Context(), SHA256, paths...)), must(DigestFiles(t.Context(), SHA512, paths...))
	for i, vector := range all.Digests {
		if sha256[i].Digest != vector.SHA256 || sha512[i].Digest != vector.SHA512 || sha256[i].Size != int64(vector.Size) ||
			sha256[i].Path != paths[i] {
			t.Errorf("%+v, %+v", sha256[i], sha512[i])
		}
	}
	if len(all.Digests) < 10 {
		t.Errorf("%d vectors", len(all.Digests))
	}
}

// Every setter and every operation in the header must be used here.
func TestEverySetterAndOperationOfTheHeaderIsCalled(t *testing.T) {
	header := string(must(os.ReadFile("../../include/ocigraph.h")))
	var source strings.Builder
	for _, path := range must(filepath.Glob("*.go")) {
		if !strings.HasSuffix(path, "_test.go") {
			source.Write(must(os.ReadFile(path)))
		}
	}
	functions := regexp.MustCompile(`ocigraph_(?:\w+_options_(?:set|add)_\w+|client_\w+)\(`).FindAllString(header, -1)
	found := map[string]bool{}
	for _, function := range functions {
		if strings.HasSuffix(function, "_start(") {
			// The callback form. Go uses goroutines instead.
			continue
		}
		found[function] = true
		if !strings.Contains(source.String(), "C."+function) {
			t.Errorf("%s is not called", function)
		}
	}
	if len(found) < 80 {
		t.Errorf("%d functions", len(found))
	}
}
