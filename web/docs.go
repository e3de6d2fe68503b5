package web

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// The page of the API's document is made on the server: it needs no script, and none from elsewhere.

//go:embed docs.html
var docsHTML string

//go:embed docs.css
var docsCSS []byte

// document is as much of an OpenAPI document as the page shows.
type document struct {
	Info       struct{ Title, Version, Description string }
	Paths      map[string]map[string]operation
	Components struct {
		Schemas map[string]*shown
	}
}

type operation struct {
	OperationID string `json:"operationId"`
	Summary     string
	Description string
	Needs       string `json:"x-needs"`
	Parameters  []struct {
		Name, In, Description string
		Required              bool
		Schema                *shown
	}
	RequestBody struct {
		Content map[string]struct{ Schema *shown }
	} `json:"requestBody"`
	Responses map[string]struct {
		Description string
		Content     map[string]struct{ Schema *shown }
	}
}

// shown is a schema as the page shows it.
type shown struct {
	Ref         string `json:"$ref"`
	Type        any
	Format      string
	Description string
	Enum        []string
	Const       string
	Items       *shown
	Properties  map[string]*shown
	Required    []string
	OneOf       []*shown `json:"oneOf"`
	AnyOf       []*shown `json:"anyOf"`
	Additional  any      `json:"additionalProperties"`
}

// Name is a schema in a word, or a link to where it stands.
func (s *shown) Name() template.HTML {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		name := template.HTMLEscapeString(s.Ref[strings.LastIndexByte(s.Ref, '/')+1:])
		return template.HTML(`<a href="#` + name + `">` + name + `</a>`) // the name is escaped
	case s.Items != nil:
		return "list of " + s.Items.Name()
	case len(s.Enum) > 0:
		return template.HTML("one of " + template.HTMLEscapeString(strings.Join(s.Enum, ", "))) // escaped
	case s.Const != "":
		return template.HTML(template.HTMLEscapeString(`"` + s.Const + `"`)) // escaped
	case len(s.OneOf)+len(s.AnyOf) > 0:
		var names []string
		for _, o := range append(slices.Clone(s.OneOf), s.AnyOf...) {
			names = append(names, string(o.Name()))
		}
		return template.HTML(strings.Join(names, " or ")) // each is escaped
	}
	word, _ := s.Type.(string)
	return template.HTML(template.HTMLEscapeString(cmp.Or(s.Format, word, "anything"))) // escaped
}

// Must says whether a property has to be there.
func (s *shown) Must(name string) bool { return slices.Contains(s.Required, name) }

// listed is an operation with where it stands.
type listed struct {
	Method, Path string
	operation
}

// docsPage makes the page of a document.
func docsPage(openapi []byte) ([]byte, error) {
	var d document
	if err := json.Unmarshal(openapi, &d); err != nil {
		return nil, err
	}
	var operations []listed
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, m := range slices.Sorted(maps.Keys(d.Paths[path])) {
			operations = append(operations, listed{strings.ToUpper(m), path, d.Paths[path][m]})
		}
	}
	t, err := template.New("docs").Parse(docsHTML)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{"Info": d.Info, "Operations": operations, "Schemas": d.Components.Schemas})
	return b.Bytes(), err
}

func (s *Server) showDocs(w http.ResponseWriter, r *http.Request) {
	s.made(w, r, "text/html; charset=utf-8", s.docs)
}

func docsStyle(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	w.Write(docsCSS)
}
