package view

import (
	"cmp"

	"recourse"
	"recourse/desk"
	"recourse/store"
)

// AuditMost is how many changes are listed.
const AuditMost = 200

// AuditLine is something that somebody changed beside the orders.
type AuditLine struct {
	At      Instant
	By      string
	What    string
	Changes []string
}

// Audit tells changes for people.
func (r Reader) Audit(all []store.Audit) (lines []AuditLine) {
	for i := range all {
		a := &all[i]
		about := a.About
		if a.What == store.AuditTexts && about != "" {
			about = r.Other(about).Name()
		}
		l := AuditLine{At: r.Past(a.At), By: cmp.Or(a.By, r.T("audit_program")), What: r.T("audit_"+a.What, "about", about)}
		for _, c := range a.Changes {
			l.Changes = append(l.Changes, r.T("audit_field", "field", r.T("audit_field_"+c.Field), "was", r.auditValue(c.Field, c.Was), "is", r.auditValue(c.Field, c.Is)))
		}
		lines = append(lines, l)
	}
	return lines
}

func (r Reader) auditValue(field, value string) string {
	switch {
	case value == "":
		return "—"
	case field == "role":
		return r.T("role_" + value)
	case field == "limit":
		if m, err := recourse.ParseMoney(value); err == nil {
			return r.Money(m)
		}
	}
	return value
}

// Erase is what would go if an order's buyer were erased.
type Erase struct {
	Action  string
	Goes    []string
	Open    string // what that means for open cases; "": there are none
	Nothing bool   // there is nothing to erase
}

// NewErase tells it.
func NewErase(r Reader, order string, e desk.Erasure) *Erase {
	out := &Erase{Action: OrderPath(order) + "/erase", Nothing: e.Nothing()}
	for _, g := range []struct {
		key string
		n   int
	}{{"erase_fields", e.Fields}, {"erase_files", e.Files}, {"erase_uploads", e.Uploads}, {"erase_links", e.Links}, {"erase_letters", e.Letters}, {"erase_said", e.Said}, {"erase_answers", e.Answers}} {
		if g.n > 0 {
			out.Goes = append(out.Goes, r.T(g.key, "n", r.Number(g.n)))
		}
	}
	if e.Open > 0 {
		out.Open = r.T("erase_open", "n", r.Number(e.Open))
	}
	return out
}
