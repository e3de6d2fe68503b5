package web

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"recourse"
)

// The document of the API is made of the table of routes and of the types that are really sent. Nothing of it is written
// by hand a second time.

// openAPI is the document.
func openAPI(version string) ([]byte, error) {
	if version == "" {
		version = "dev"
	}
	s := &schemas{all: map[string]any{}, types: map[string]reflect.Type{}}
	paths := schema{}
	for _, t := range allRoutes() {
		addPath(paths, t.path, t.method, s.operation(t))
	}
	addPath(paths, "/healthz", "GET", s.plain("health", "Is the process up?", Health{}))
	ready := s.plain("ready", "Is the database reached?", Health{})
	ready["responses"].(schema)["503"] = s.problem(503)
	addPath(paths, "/readyz", "GET", ready)
	s.all["CloudEvent"] = s.cloudEvent()
	return json.MarshalIndent(schema{
		"openapi":  "3.1.0",
		"info":     schema{"title": "Recourse", "version": version, "description": about, "license": schema{"name": "see LICENSE"}},
		"servers":  []any{schema{"url": "/"}},
		"paths":    paths,
		"webhooks": s.webhookDocs(),
		"components": schema{
			"schemas":         s.all,
			"securitySchemes": schema{"token": schema{"type": "http", "scheme": "bearer", "description": "Made by: recourse token create"}},
		},
		"security": []any{schema{"token": []string{}}},
	}, "", " ")
}

const about = "After-sales for shops: facts come in as events, cases are decided by a playbook, and what is to be done comes out as effects. " +
	"Every error is a problem as in RFC 9457, with a stable code; errors names what is at fault. Instants are RFC 3339, money is a text such as 29.90 EUR. " +
	"Parameters that a route has not are refused."

func addPath(paths schema, path, method string, operation schema) {
	item, ok := paths[path].(schema)
	if !ok {
		item = schema{}
		paths[path] = item
	}
	item[strings.ToLower(method)] = operation
}

// plain is an operation that needs no token.
func (s *schemas) plain(name, sum string, answer any) schema {
	return schema{"operationId": name, "summary": sum, "security": []any{}, "responses": schema{"200": s.response("OK", "application/json", answer)}}
}

func (s *schemas) response(about, media string, of any) schema {
	content := schema{}
	if of != nil {
		content["schema"] = s.of(reflect.TypeOf(of))
	} else {
		content["schema"] = schema{"type": "string"}
	}
	return schema{"description": about, "content": schema{media: content}}
}

// wild finds the parameters in a path.
var wild = regexp.MustCompile(`\{([a-z]+)\}`)

// operation is a route in the document.
func (s *schemas) operation(t *route) schema {
	out := schema{"operationId": t.name, "summary": t.sum, "description": t.about, "x-needs": string(t.needs), "tags": []string{strings.Split(t.path, "/")[3]}}
	var parameters []any
	for _, m := range wild.FindAllStringSubmatch(t.path, -1) {
		parameters = append(parameters, schema{"name": m[1], "in": "path", "required": true, "schema": schema{"type": "string"}})
	}
	for _, p := range t.query {
		parameters = append(parameters, p.document("query"))
	}
	for _, p := range t.headers {
		parameters = append(parameters, p.document("header"))
	}
	if parameters != nil {
		out["parameters"] = parameters
	}
	if t.name == "tellEvents" {
		out["requestBody"] = eventsBody
	} else if t.body != nil {
		out["requestBody"] = schema{"required": slices.Contains(needsBody, t.name), "content": schema{"application/json": schema{"schema": s.of(reflect.TypeOf(t.body))}}}
	}
	out["responses"] = s.responses(t)
	return out
}

func (p param) document(in string) schema {
	of := schema{"type": "string"}
	switch {
	case p.of != nil:
		of["enum"] = p.of
	case p.format == "integer":
		of["type"] = "integer"
	case p.format != "":
		of["format"] = p.format
	}
	return schema{"name": p.name, "in": in, "description": p.about, "schema": of}
}

// needsBody are the operations that mean nothing without a body.
var needsBody = []string{"actOnCase", "addWebhook", "changeWebhook", "replayDeliveries", "chooseOffer", "putSupplier", "mergeSupplier", "addOffers", "tieOffer", "addRates"}

// responses are the answer and the problems of a route. Every route may be refused for these reasons.
func (s *schemas) responses(t *route) schema {
	media := t.media
	if media == "" {
		media = "application/json"
	}
	ok := s.response("OK", media, t.answer)
	if t.name == "tellEvents" {
		s.of(reflect.TypeFor[Batch]())
		ok["description"] = "What became of it: of one event, or of each of a batch."
		ok["content"] = schema{media: schema{"schema": schema{"oneOf": []any{s.of(reflect.TypeFor[Told]()), s.of(reflect.TypeFor[Batch]())}}}}
	}
	if t.tag {
		ok["headers"] = schema{"ETag": schema{"description": "The version of the order.", "schema": schema{"type": "string"}}}
	}
	out := schema{"200": ok}
	statuses := append([]int{400, 401, 403, 429, 500, 503}, t.problems...)
	if t.body != nil {
		statuses = append(statuses, 408, 413, 415)
	}
	slices.Sort(statuses)
	for _, status := range slices.Compact(statuses) {
		out[strconv.Itoa(status)] = s.problem(status)
	}
	return out
}

func (s *schemas) problem(status int) schema {
	out := s.response(http.StatusText(status), "application/problem+json", Problem{})
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		out["headers"] = schema{"Retry-After": schema{"description": "Seconds.", "schema": schema{"type": "integer"}}}
	}
	return out
}

var eventsBody = schema{"required": true, "content": schema{
	typeEvent:          schema{"schema": schema{"$ref": "#/components/schemas/CloudEvent"}},
	typeBatch:          schema{"schema": schema{"type": "array", "maxItems": maxEvents, "items": schema{"$ref": "#/components/schemas/CloudEvent"}}},
	"application/json": schema{"schema": schema{"oneOf": []any{schema{"$ref": "#/components/schemas/CloudEvent"}, schema{"type": "array", "items": schema{"$ref": "#/components/schemas/CloudEvent"}}}}},
}}

// cloudEvent is an event as it is sent: one schema for each type, since each carries other data.
func (s *schemas) cloudEvent() schema {
	kinds := recourse.EventTypes()
	each := make([]any, len(kinds))
	for i, k := range kinds {
		name := "data." + string(k)
		s.all[name] = s.eventData(k)
		each[i] = schema{"properties": schema{"type": schema{"enum": []string{string(k), "recourse." + string(k)}}, "data": schema{"$ref": "#/components/schemas/" + name}}}
	}
	text := func(about string) schema { return schema{"type": "string", "description": about} }
	return schema{
		"type": "object", "required": []string{"specversion", "id", "source", "type", "data"},
		"properties": schema{
			"specversion": schema{"const": "1.0"}, "id": text("With source the identity of the fact: the same again changes nothing."), "source": text("Who says so."),
			"type": text("What it is; may begin with recourse."), "time": schema{"type": "string", "format": "date-time", "description": "When it happened; none: when it arrived."},
			"datacontenttype": schema{"const": "application/json"}, "data": schema{"type": "object"},
		},
		"oneOf": each,
	}
}

func (s *Server) openapi(w http.ResponseWriter, r *http.Request) {
	s.made(w, r, "application/json", s.document)
}

// made answers with something that is made once.
func (s *Server) made(w http.ResponseWriter, r *http.Request, media string, make func() ([]byte, error)) {
	data, err := make()
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Cache-Control", "no-cache")
	w.Write(data)
}
