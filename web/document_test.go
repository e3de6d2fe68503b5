package web_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"recourse/web"
)

// document is the API's document, with every object closed: what is sent and not in it is found.
var document = sync.OnceValues(func() (map[string]any, *jsonschema.Compiler) {
	s, err := web.New(web.Options{Clock: nil, Version: "test"})
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	doc, err := jsonschema.UnmarshalJSON(w.Body)
	if err != nil {
		panic(err)
	}
	tree := doc.(map[string]any)
	for name, s := range tree["components"].(map[string]any)["schemas"].(map[string]any) {
		object := s.(map[string]any)
		if _, has := object["properties"]; has && object["additionalProperties"] == nil && name != "CloudEvent" {
			object["additionalProperties"] = false
		}
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("file:///openapi.json", tree); err != nil {
		panic(err)
	}
	return tree, c
})

var compiling sync.Mutex

// pathOf finds the path of the document that a request's path is one of.
func pathOf(paths map[string]any, path string) string {
	path, _, _ = strings.Cut(path, "?")
	for p := range paths {
		pattern := "^" + regexp.MustCompile(`\\\{[a-z]+\\\}`).ReplaceAllString(regexp.QuoteMeta(p), `[^/]+`) + "$"
		if regexp.MustCompile(pattern).MatchString(path) {
			return p
		}
	}
	return ""
}

// conforms holds an answer against the document: its status, its media type and its body.
func conforms(t testing.TB, method, path string, r *http.Response, body []byte) {
	t.Helper()
	tree, compiler := document()
	paths := tree["paths"].(map[string]any)
	p := pathOf(paths, path)
	if p == "" || path == "/openapi.json" {
		return
	}
	operation, ok := paths[p].(map[string]any)[strings.ToLower(method)].(map[string]any)
	if !ok {
		return // 405
	}
	response, ok := operation["responses"].(map[string]any)[strconv.Itoa(r.StatusCode)].(map[string]any)
	if !ok {
		t.Errorf("%s %s: the document knows no answer %d: %.300s", method, p, r.StatusCode, body)
		return
	}
	media := r.Header.Get("Content-Type")
	if _, ok := response["content"].(map[string]any)[media]; !ok {
		t.Errorf("%s %s: the document knows no %s for %d", method, p, media, r.StatusCode)
		return
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	at := "file:///openapi.json#/paths/" + escape.Replace(p) + "/" + strings.ToLower(method) + "/responses/" + strconv.Itoa(r.StatusCode) + "/content/" + escape.Replace(media) + "/schema"
	compiling.Lock()
	defer compiling.Unlock()
	schema, err := compiler.Compile(at)
	if err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%s %s %d: the answer is not what the document says: %v\n%.1500s", method, path, r.StatusCode, err, body)
	}
}

// TestDocument: it is OpenAPI 3.1 as far as can be told without its own schema: every reference leads somewhere, every
// schema is one, every path's parameters are declared, every operation has a name of its own.
func TestDocument(t *testing.T) {
	tree, compiler := document()
	if tree["openapi"] != "3.1.0" {
		t.Errorf("openapi is %v", tree["openapi"])
	}
	names := map[string]bool{}
	for path, item := range tree["paths"].(map[string]any) {
		for method, o := range item.(map[string]any) {
			op := o.(map[string]any)
			name := op["operationId"].(string)
			if names[name] {
				t.Errorf("two operations are named %s", name)
			}
			names[name] = true
			declared := map[string]bool{}
			parameters, _ := op["parameters"].([]any)
			for _, p := range parameters {
				q := p.(map[string]any)
				if q["in"] == "path" {
					declared[q["name"].(string)] = true
				}
				if q["in"] != "path" && q["description"] == "" {
					t.Errorf("%s: the parameter %s is not explained", name, q["name"])
				}
			}
			for _, m := range regexp.MustCompile(`\{([a-z]+)\}`).FindAllStringSubmatch(path, -1) {
				if !declared[m[1]] {
					t.Errorf("%s %s does not declare %s", method, path, m[1])
				}
			}
			if len(op["responses"].(map[string]any)) == 0 || op["summary"] == "" {
				t.Errorf("%s %s says too little", method, path)
			}
		}
	}
	for name := range tree["components"].(map[string]any)["schemas"].(map[string]any) {
		if _, err := compiler.Compile("file:///openapi.json#/components/schemas/" + name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	raw, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"\$ref":"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(string(raw), -1) {
		if tree["components"].(map[string]any)["schemas"].(map[string]any)[m[1]] == nil {
			t.Errorf("nothing is at %s", m[1])
		}
	}
}

// TestDocsPage: the page shows every operation, and asks for no script and nothing from elsewhere.
func TestDocsPage(t *testing.T) {
	s, err := web.New(web.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/docs", nil))
	page, _ := io.ReadAll(w.Body)
	for _, no := range []string{"<script", "http://", "https://", "<style", "style="} {
		if strings.Contains(string(page), no) {
			t.Errorf("the page has %s", no)
		}
	}
	tree, _ := document()
	for path := range tree["paths"].(map[string]any) {
		if !strings.Contains(string(page), path) {
			t.Errorf("the page does not show %s", path)
		}
	}
}

// TestGuide: docs/api.md mentions every route.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join("..", "docs", "api.md"))
	if err != nil {
		t.Fatal(err)
	}
	tree, _ := document()
	for path, item := range tree["paths"].(map[string]any) {
		for method := range item.(map[string]any) {
			short := strings.TrimPrefix(path, "/api/v1")
			if !strings.Contains(string(guide), strings.ToUpper(method)+" "+short) {
				t.Errorf("docs/api.md does not mention %s %s", strings.ToUpper(method), short)
			}
		}
	}
}
