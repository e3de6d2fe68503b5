package view

import (
	"net/url"

	"recourse"
	"recourse/desk"
	"recourse/store"
	"recourse/text"
)

// request is what the agent is told of an act, to be sent or copied by hand, and the files that belong to it.
func (a *Act) request(r Reader, v *desk.View, e *store.Effect) {
	a.Files = r.actFiles(e)
	template := text.TemplateOf(&e.Effect)
	if template == "" {
		return
	}
	in := r.Language
	if r.Head.Agent != "" {
		in = r.Other(r.Head.Agent)
	}
	d := r.facts(v.File, e.Effect)
	d.AnswerBy, d.Attached = v.AnswerBy(&e.Effect), e.Kind == recourse.EffectClaim
	subject, body, err := in.Letter(template, d, e.Words)
	if err != nil {
		a.Note = err.Error()
		return
	}
	a.Request, a.Subject, a.Body, a.BodyLang = true, subject, body, string(in.Lang())
	a.Edited, a.Reaches = e.Words != "", sentence(r.Party(recourse.PartyAgent))
	if a.BodyLang == string(r.Lang()) || a.Edited {
		return
	}
	if subject, body, err = r.Message(template, d); err == nil && body != a.Body {
		a.Own = Words{subject, body, string(r.Lang())}
	}
}

// actFiles are the files that an act is carried out with.
func (r Reader) actFiles(e *store.Effect) []Link {
	path := "/cases/" + url.PathEscape(e.Case)
	switch {
	case e.Kind == recourse.EffectClaim:
		return []Link{{Label: r.T("dossier_get"), Href: path + "/dossier.pdf"}}
	case e.Kind == recourse.EffectReorder && e.Status == store.Pending && !awaiting(e):
		return []Link{{Label: r.T("reorder_get"), Href: path + "/reorder.csv"}, {Label: r.T("reorders_get"), Href: "/reorders.csv"}}
	}
	return nil
}

// Reorders is what keeps the file of reorders from being written.
type Reorders struct {
	Faults []ReorderFault
	Right  int    // rows that nothing is wrong with
	Skip   string // where the file of those is; "": there are none
}

// ReorderFault is what is wrong with one column of one line.
type ReorderFault struct {
	Case   Link
	Line   string // "": the case as a whole
	Column string // as DSers calls it; "": none
	Say    string
	Do     string
}

func (r Reader) caseLink(id string) Link { return Link{Label: id, Href: CasePath(id)} }

// NewReorderFault tells a fault in the reader's words.
func NewReorderFault(r Reader, caseID string, line int, err *recourse.Error) ReorderFault {
	f := ReorderFault{Case: r.caseLink(caseID), Column: err.Field}
	if line > 0 {
		f.Line = r.Number(line)
	}
	say, do, ok := r.Language.Error(err)
	if f.Say, f.Do = say, do; !ok {
		f.Say = err.Error()
	}
	return f
}
