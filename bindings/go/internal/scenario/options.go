package main

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	ocigraph "github.com/ocigraph/ocigraph/bindings/go"
)

// edgeKinds are the values of the option only.
var edgeKinds = map[string]ocigraph.EdgeKind{
	"referrer": ocigraph.EdgeKindReferrer, "child": ocigraph.EdgeKindChild, "tag": ocigraph.EdgeKindTag,
	"attestation": ocigraph.EdgeKindAttestation,
}

// attachmentForms are the values of the option to.
var attachmentForms = map[string]ocigraph.AttachmentForm{
	"referrers": ocigraph.AttachmentFormReferrers, "tags": ocigraph.AttachmentFormTags,
}

// referrersModes are the values of the option of the client.
var referrersModes = map[string]ocigraph.ReferrersMode{
	"auto": ocigraph.ReferrersModeAuto, "api": ocigraph.ReferrersModeAPI, "tag": ocigraph.ReferrersModeTag,
}

// formats are the values of the option format.
var formats = map[string]ocigraph.Format{
	"auto": ocigraph.FormatAuto, "oci-1.1": ocigraph.FormatOCI11, "oci-1.0": ocigraph.FormatOCI10,
	"oci-artifact": ocigraph.FormatOCIArtifact, "oras-artifact": ocigraph.FormatORASArtifact,
}

// clientOptions converts the options of a client. Two of them have another form in Go.
func clientOptions(given object) (*ocigraph.ClientOptions, error) {
	options := new(ocigraph.ClientOptions)
	if credentials, ok := given["credentials"]; ok {
		delete(given, "credentials")
		switch credentials {
		case "stored":
		case "anonymous":
			options.Anonymous = true
		default:
			parts, _ := credentials.(object)
			if callback, ok := parts["callback"]; ok && len(parts) == 1 {
				provided, err := credential(callback)
				if err != nil {
					return nil, err
				}
				options.CredentialFunc = func(context.Context, string, string) (*ocigraph.Credential, error) {
					return provided, nil
				}
				break
			}
			credential, err := credential(credentials)
			if err != nil {
				return nil, err
			}
			options.Credential = credential
		}
	}
	if use, ok := given["use_proxy"].(bool); ok {
		delete(given, "use_proxy")
		options.NoProxy = !use
	}
	return options, setFields(options, given, nil)
}

func credential(given any) (*ocigraph.Credential, error) {
	parts, ok := given.(object)
	if !ok {
		return nil, unsupported(fmt.Sprintf("no credential %v", given))
	}
	credential := new(ocigraph.Credential)
	return credential, setFields(credential, parts, nil)
}

// fileContent converts a text, {"content": text} or {"path": path}.
func fileContent(given any) (*ocigraph.File, error) {
	switch given := given.(type) {
	case string:
		return &ocigraph.File{Content: []byte(given)}, nil
	case object:
		file := new(ocigraph.File)
		return file, setFields(file, given, nil)
	}
	return nil, unsupported(fmt.Sprintf("no content %v", given))
}

func file(given any) (*ocigraph.File, error) {
	if path, ok := given.(string); ok {
		return &ocigraph.File{Path: path}, nil
	}
	return fileContent(given)
}

// setFields sets the fields of the struct that options points to. Every name must be that of a field.
func setFields(options any, given object, s *step) error {
	of := reflect.ValueOf(options).Elem()
	for name, value := range given {
		plain := strings.ReplaceAll(name, "_", "")
		field := of.FieldByNameFunc(func(field string) bool { return strings.EqualFold(field, plain) })
		if !field.IsValid() {
			return unsupported("no option " + name)
		}
		if err := set(field, value, s); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func set(field reflect.Value, given any, s *step) error {
	switch at := field.Addr().Interface().(type) {
	case *func(ocigraph.Event) error:
		if given == true {
			s.events = []object{}
			*at = func(event ocigraph.Event) error {
				s.events = append(s.events, described(event))
				return nil
			}
		}
		return nil
	case **ocigraph.Client:
		parts, ok := given.(object)
		if !ok {
			return unsupported(fmt.Sprintf("no client %v", given))
		}
		options, err := clientOptions(parts)
		if err != nil {
			return err
		}
		if s.other, err = ocigraph.NewClient(options); err != nil {
			return err
		}
		*at = s.other
		return nil
	case *ocigraph.Format:
		format, ok := formats[fmt.Sprint(given)]
		if !ok {
			return unsupported(fmt.Sprintf("no format %v", given))
		}
		*at = format
		return nil
	case *ocigraph.EdgeKind:
		kind, ok := edgeKinds[fmt.Sprint(given)]
		if !ok {
			return unsupported(fmt.Sprintf("no kind of edges %v", given))
		}
		*at = kind
		return nil
	case *ocigraph.AttachmentForm:
		form, ok := attachmentForms[fmt.Sprint(given)]
		if !ok {
			return unsupported(fmt.Sprintf("no form of attachments %v", given))
		}
		*at = form
		return nil
	case *ocigraph.ReferrersMode:
		mode, ok := referrersModes[fmt.Sprint(given)]
		if !ok {
			return unsupported(fmt.Sprintf("no referrers mode %v", given))
		}
		*at = mode
		return nil
	case *time.Duration:
		seconds, err := given.(json.Number).Float64()
		*at = time.Duration(seconds * float64(time.Second))
		return err
	case *[]ocigraph.File:
		for _, entry := range given.([]any) {
			file, err := file(entry)
			if err != nil {
				return err
			}
			*at = append(*at, *file)
		}
		return nil
	case **ocigraph.File:
		file, err := file(given)
		*at = file
		return err
	case *[]byte:
		*at = []byte(given.(string))
		return nil
	}
	if parts, ok := given.(object); ok && field.Kind() == reflect.Struct {
		return setFields(field.Addr().Interface(), parts, s)
	}
	// Texts, booleans, numbers and maps, and pointers to them.
	text, err := json.Marshal(given)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, field.Addr().Interface()); err != nil {
		return unsupported(err.Error())
	}
	return nil
}

func described(event ocigraph.Event) object {
	kinds := map[ocigraph.EventKind]string{
		ocigraph.Started: "started", ocigraph.Moved: "moved", ocigraph.Finished: "finished",
	}
	described := object{
		"kind": kinds[event.Kind], "digest": event.Digest, "size": event.Size, "position": event.Position,
		"outcome": event.Outcome,
	}
	if event.Title != "" {
		described["title"] = event.Title
	}
	return described
}
