package text

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"recourse"
)

// requests are the kinds of act that are asked of the agent by a letter, in the order of a case's life.
var requests = []recourse.EffectKind{
	recourse.EffectCancelPurchase, recourse.EffectRecovery, recourse.EffectWithdrawRecovery, recourse.EffectCorrectAddress, recourse.EffectIntercept,
	recourse.EffectClaim, recourse.EffectReplacement, recourse.EffectWithdrawReplacement,
}

// Requests are the templates of the letters by which the agent is asked for something, in the order of a case's life.
func Requests() []string {
	out := make([]string, len(requests))
	for i, kind := range requests {
		out[i] = Request(kind)
	}
	return out
}

// Request is the template of the letter by which the agent is asked for an act of that kind: "request_claim". It is ""
// for a kind that nobody is asked for by a letter, and for messages, which name their template themselves.
func Request(kind recourse.EffectKind) string {
	if !slices.Contains(requests, kind) {
		return ""
	}
	return "request_" + string(kind)
}

// TemplateOf is the template of the letter that an act sends: a message's own, or that of a request to the agent; ""
// where it sends none.
func TemplateOf(e *recourse.Effect) string {
	if e.Kind == recourse.EffectMessage {
		return e.Template
	}
	return Request(e.Kind)
}

// ofRequest takes what the agent needs to find an act of ours again: our reference, and when we asked first. A
// recovery is on a track of its own, with reminders whose ids go on from its own.
func (d *Data) ofRequest(file *recourse.OrderFile, e recourse.Effect) {
	d.Ref = e.Case
	if Request(e.Kind) != "" {
		d.To = string(recourse.PartyAgent)
	}
	if to := file.Order.ShipTo; e.Kind == recourse.EffectCorrectAddress && to != nil {
		d.Address = oneLine(to)
	}
	for i := range file.Recoveries {
		if r := &file.Recoveries[i]; strings.HasPrefix(e.ID, r.ID+".") {
			d.AskedAt = r.PathAt
		}
	}
	if c := file.Case(e.Case); c != nil && d.AskedAt.IsZero() && d.Reminder {
		d.AskedAt = c.EnteredAt
	}
}

// oneLine is an address with its parts in the order in which a carrier reads them. The number that customs want is left
// out: it is no part of the way.
func oneLine(a *recourse.Address) string {
	parts := []string{a.Name, a.Street, strings.TrimSpace(a.Postcode + " " + a.City), a.Region, a.Country, a.Phone}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// items lists pieces of lines with the SKU by which the agent knows them, one to a row.
func (l *Language) items(goods []Goods) string {
	rows := make([]string, len(goods))
	for i, g := range goods {
		title := cmp.Or(g.Title, g.SKU, strconv.Itoa(g.Line))
		if g.Title != "" && g.SKU != "" {
			title += " (SKU " + g.SKU + ")"
		}
		rows[i] = "– " + title
		if g.Quantity > 0 {
			rows[i] = "– " + fill(l.get("format.piece"), values{"title": title, "n": l.number(int64(g.Quantity))})
		}
	}
	return strings.Join(rows, "\n")
}
