package view

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// Typed is what somebody filled in that could not be taken: it stands in the form again, with what was wrong beside its
// field.
type Typed struct {
	Key    string // of the form
	Values url.Values
	Field  string // what was wrong; "": the form as a whole
	Error  string
}

// Type puts what was typed back into the form that it was typed into.
func (c *Case) Type(t Typed) {
	if t.Key == "" {
		return
	}
	for i := range c.Asks {
		for j := range c.Asks[i].Answers {
			c.Asks[i].Answers[j].fill(t)
		}
	}
	for i := range c.Facts {
		c.Facts[i].fill(t)
	}
	c.Work.Message.fill(t)
	c.Work.Note.fill(t)
	for _, acts := range [][]Act{c.Acts.Approve, c.Acts.Do} {
		for i := range acts {
			if acts[i].Edit != nil {
				acts[i].Edit.fill(t)
			}
		}
	}
}

// fill puts values into a form, if they are of it.
func (f *Form) fill(t Typed) {
	if f.Key != t.Key {
		return
	}
	f.Open = true
	for i := range f.Fields {
		f.Fields[i].fill(t)
	}
}

func (k *Field) fill(t Typed) {
	for i := range k.Parts {
		k.Parts[i].fill(t)
	}
	if v, there := t.Values[k.Name]; there && k.Kind != FieldHidden && len(v) > 0 {
		k.Value = v[0]
	}
	k.error(t)
}

// error puts what was wrong beside the field that it is about. Of an address the field is named with a point, or whole.
func (k *Field) error(t Typed) {
	if t.Field != "" && (k.Name == t.Field || len(k.Parts) == 0 && strings.HasSuffix(k.Name, "."+t.Field)) {
		k.Error = t.Error
	}
}

// wrong says that something in a field or its parts was wrong, or was changed: it is shown unfolded then.
func (k Field) wrong() bool {
	if k.Error != "" {
		return true
	}
	for _, p := range k.Parts {
		if p.wrong() || k.Kind == FieldPieces && p.Value != strconv.Itoa(p.Most) {
			return true
		}
	}
	return false
}

// filled says that some part of a field has a value.
func (k Field) filled() bool {
	for _, p := range k.Parts {
		if p.Value != "" {
			return true
		}
	}
	return false
}

// said ties a field to what was wrong with it.
func (k Field) said(nonce string) templ.Attributes {
	if k.Error == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": nonce + k.Name + "-error"}
}
