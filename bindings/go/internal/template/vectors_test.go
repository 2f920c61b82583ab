// Package template compares the vectors of the crate ocigraph-template with Go's text/template.
package template

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"text/template"
)

func TestTheVectorsAreTrueToTextTemplate(t *testing.T) {
	var vectors struct {
		Data         any
		TextTemplate []struct{ Template, Output, Error string } `json:"text_template"`
	}
	file, err := os.ReadFile("../../../../tests/vectors/templates.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file, &vectors); err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`^(?:template: name:|line )(\d+)`)
	for _, vector := range vectors.TextTemplate {
		var output strings.Builder
		parsed, err := template.New("name").Parse(vector.Template)
		if err == nil {
			err = parsed.Execute(&output, vectors.Data)
		}
		switch {
		case err == nil && vector.Error != "":
			t.Errorf("%q: Go prints %q, the vector has the error %q", vector.Template, &output, vector.Error)
		case err == nil && output.String() != vector.Output:
			t.Errorf("%q: Go prints %q, the vector has %q", vector.Template, &output, vector.Output)
		case err != nil && vector.Error == "":
			t.Errorf("%q: Go fails with %q, the vector has the output %q", vector.Template, err, vector.Output)
		case err != nil:
			theirs, ours := line.FindStringSubmatch(err.Error()), line.FindStringSubmatch(vector.Error)
			if theirs == nil || ours == nil || theirs[1] != ours[1] {
				t.Errorf("%q: Go fails with %q, the vector has %q", vector.Template, err, vector.Error)
			}
		}
	}
}
