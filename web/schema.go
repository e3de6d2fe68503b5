package web

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/store"
)

// schema is a JSON Schema (2020-12), or any other object of the document.
type schema = map[string]any

// schemas makes the schemas of the types that are really sent, so that document and answer cannot part.
type schemas struct {
	all   map[string]any // components, by name
	types map[string]reflect.Type
}

// enums are the types of text whose words are all known.
var enums = map[reflect.Type][]string{
	reflect.TypeFor[recourse.CaseStatus]():  {"open", "closed"},
	reflect.TypeFor[recourse.Outcome]():     texts(recourse.Outcomes),
	reflect.TypeFor[recourse.Remedy]():      texts(recourse.Remedies),
	reflect.TypeFor[recourse.Party]():       {"buyer", "merchant", "supplier", "agent", "carrier"},
	reflect.TypeFor[recourse.Leg]():         {"domestic", "international"},
	reflect.TypeFor[recourse.Approval]():    {"needed", "given", "rejected"},
	reflect.TypeFor[recourse.EventType]():   texts(recourse.EventTypes()),
	reflect.TypeFor[recourse.Side]():        {"owed", "due"},
	reflect.TypeFor[store.EffectStatus]():   texts(store.EffectStatuses),
	reflect.TypeFor[desk.Status]():          {"taken", "held", "duplicate", "refused"},
	reflect.TypeFor[store.WebhookStatus]():  texts(store.WebhookStatuses),
	reflect.TypeFor[store.DeliveryStatus](): texts(store.DeliveryStatuses),
	reflect.TypeFor[recourse.NoticeType]():  texts(recourse.NoticeTypes),
	reflect.TypeFor[account.Role]():         texts(account.Roles),
	reflect.TypeFor[account.Permission]():   texts(account.Permissions),
}

// special are the types whose JSON is not that of their kind.
var special = map[reflect.Type]schema{
	reflect.TypeFor[time.Time]():       {"type": "string", "format": "date-time"},
	reflect.TypeFor[recourse.Money]():  {"type": "string", "pattern": `^(-?[0-9]+(\.[0-9]+)? [A-Z]{3})?$`, "examples": []string{"29.90 EUR"}},
	reflect.TypeFor[recourse.Date]():   {"type": "string", "format": "date"},
	reflect.TypeFor[json.RawMessage](): {"description": "As it was told."},
	reflect.TypeFor[recourse.Size]():   {"type": "array", "items": schema{"type": "integer"}, "minItems": 3, "maxItems": 3, "description": "Length, width and height."},
}

// of is the schema of a type, or a reference to it.
func (s *schemas) of(t reflect.Type) schema {
	if x, ok := special[t]; ok {
		return x
	}
	if words, ok := enums[t]; ok {
		return schema{"type": "string", "enum": words}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Struct:
		return s.object(t)
	case reflect.Slice, reflect.Array:
		return schema{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return schema{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return schema{"type": "integer"}
	case reflect.Float64, reflect.Float32:
		return schema{"type": "number"}
	}
	if t.Kind() == reflect.String || t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return schema{"type": "string"}
	}
	return schema{}
}

// object puts the schema of a struct among the components and refers to it.
func (s *schemas) object(t reflect.Type) schema {
	ref := schema{"$ref": "#/components/schemas/" + t.Name()}
	if of, known := s.types[t.Name()]; known {
		if of != t {
			panic("two types are named " + t.Name() + " in the document: " + t.String() + ", " + of.String())
		}
		return ref
	}
	s.types[t.Name()] = t
	out := schema{"type": "object"}
	s.all[t.Name()] = out // now, since a type may hold itself
	properties, required := schema{}, []string{}
	s.fields(t, func(f reflect.StructField, name string, always bool) {
		p := s.of(f.Type)
		if about := f.Tag.Get("doc"); about != "" {
			p = described(p, about)
		}
		if always && f.Type.Kind() == reflect.Slice && strings.HasPrefix(f.Type.Elem().PkgPath(), "recourse") && p["type"] == "array" && t.PkgPath() == "recourse" {
			p = schema{"type": []string{"array", "null"}, "items": p["items"]}
		}
		properties[name] = p
		if always {
			required = append(required, name)
		}
	})
	slices.Sort(required)
	out["properties"] = properties
	if len(required) > 0 {
		out["required"] = required
	}
	return ref
}

// described is a schema with a sentence.
func described(p schema, about string) schema {
	out := schema{"description": about}
	for k, v := range p {
		out[k] = v
	}
	return out
}

// fields gives the fields of a struct as JSON has them: those of embedded structs as its own, and the outer one where two
// have one name. Always says that the field is there whatever it holds.
func (s *schemas) fields(t reflect.Type, give func(f reflect.StructField, name string, always bool)) {
	seen := map[string]bool{}
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		var inner []reflect.Type
		for i := range t.NumField() {
			f := t.Field(i)
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case name == "-" || !f.IsExported() && !f.Anonymous:
				continue
			case f.Anonymous && name == "":
				inner = append(inner, f.Type)
				continue
			case name == "":
				name = f.Name
			}
			if !seen[name] {
				seen[name] = true
				give(f, name, !strings.Contains(options, "omit"))
			}
		}
		for _, in := range inner {
			walk(in)
		}
	}
	walk(t)
}

// eventData is the schema of what an event of a type carries, from the table of the contract.
func (s *schemas) eventData(kind recourse.EventType) schema {
	of := map[string]reflect.StructField{}
	s.fields(reflect.TypeFor[recourse.Data](), func(f reflect.StructField, name string, _ bool) { of[name] = f })
	all, must := recourse.EventFields(kind)
	properties, required := schema{}, []string{}
	for i, name := range all {
		f := of[name]
		if name == "lines" && kind == recourse.OrderPlaced {
			f = of["items"]
		}
		properties[name] = s.of(f.Type)
		if name == "lines" && kind != recourse.OrderPlaced {
			properties[name] = schema{"type": "array", "items": schema{"anyOf": []any{schema{"type": "integer", "description": "A line, all pieces of it."}, s.of(reflect.TypeFor[recourse.Pieces]())}}}
		}
		if i < must && (mustCarry[name] || kind == recourse.OrderPlaced || kind == recourse.PurchasePlacedEvent) {
			required = append(required, name)
		}
	}
	return schema{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}
