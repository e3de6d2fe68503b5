package desk

import (
	"context"
	"strings"

	"recourse"
	"recourse/store"
)

// stands says what stands where somebody came too late: an offer that was chosen for the case before theirs. Any other error is as
// it was.
func (d *Desk) stands(ctx context.Context, merchant string, w *Wish, err error) error {
	if code := recourse.CodeOf(err); code != "version_changed" && code != "offer_not_taken" {
		return err
	}
	v, failed := d.Case(ctx, merchant, w.Case)
	if failed != nil {
		return err
	}
	e := takenOffer(v, v.File.Case(w.Case))
	if e == nil {
		return err
	}
	return &recourse.Error{Kind: recourse.Conflict, Code: "offer_stands", Message: "another choice stands: " + offerName(e) + chosenBy(v, w.Case, e), Hint: "nothing was bought twice; look at the case", Err: err}
}

// before is what a wish came to that was told before by the same name and was fulfilled: sent again, it is told so and does nothing
// twice.
func (d *Desk) before(ctx context.Context, merchant string, w *Wish) (Chosen, bool) {
	v, err := d.Case(ctx, merchant, w.Case)
	if err != nil || w.Once == "" {
		return Chosen{}, false
	}
	for i := range v.History {
		h := &v.History[i]
		if ev := h.Event; ev != nil && ev.Type == recourse.RemedyChosen && strings.HasPrefix(ev.ID, w.Once+"/") && h.By == w.By && w.reached([]Result{{Effects: h.Effects}}) {
			return Chosen{Results: []Result{{Status: Duplicate, Order: v.File.Order.ID, ID: ev.ID, Seq: h.Seq}}}, true
		}
	}
	return Chosen{}, false
}

func offerName(e *recourse.Effect) string {
	if e.Supplier == "" {
		return "the goods are bought again, by a person"
	}
	name := e.Supplier
	if e.SKU != "" {
		name += " " + e.SKU
	}
	return recourse.Shorten(name, 120) + " at " + e.Amount.String()
}

// chosenBy says who chose what is bought: a person, the buyer, or the policy.
func chosenBy(v *View, id string, e *recourse.Effect) string {
	if e.Why.Code == recourse.WhyAlone {
		return ", chosen by the policy"
	}
	by := ""
	for i := range v.History {
		if h := &v.History[i]; didIn(h, e.ID) && h.By != "" {
			by = ", chosen by " + recourse.Shorten(h.By, 60)
		}
	}
	return by
}

// didIn says that an entry of the history decided an act.
func didIn(h *store.Entry, effect string) bool {
	for i := range h.Effects {
		if h.Effects[i].ID == effect {
			return true
		}
	}
	return false
}
