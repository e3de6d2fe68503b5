package desk

import (
	"context"
	"slices"
	"strings"

	"recourse"
	"recourse/store"
)

// This file lets a person choose an offer for a case: what was found is told, and what is chosen of it, in the order that the
// case's state takes them. Which order that is, a preview says, so that the playbook alone decides what may be chosen where.

// Wish is an offer that somebody wants for a case.
type Wish struct {
	Case  string
	Offer recourse.Offer
	// Ask puts it to the buyer; otherwise it is bought.
	Ask bool
	// Confirmed says that a person with the right accepts that the buyer gets money and goods.
	Confirmed bool
	By        string
	// Buyer says that the buyer chose it, on their page: nothing that takes a confirmation is theirs to choose.
	Buyer   bool
	Once    string // makes it safe to send again; "": told once
	Version int64  // of the order, as it was looked at; 0: any
}

// Chosen is what a wish comes to.
type Chosen struct {
	Facts   []Fact
	Confirm bool     // money and goods would both go to the buyer
	Results []Result // of each fact
}

// steps of a wish: what is told first, and what then. The shortest that reaches the end is taken.
var wishes = [][]recourse.EventType{
	{recourse.RemedyChosen}, {recourse.OffersFound}, {recourse.OffersFound, recourse.RemedyChosen},
	{recourse.RemedyChosen, recourse.OffersFound}, {recourse.RemedyChosen, recourse.OffersFound, recourse.RemedyChosen},
}

// PlanOffer says what a wish would come to, and changes nothing. Errors: case_unknown, version_changed, and offer_not_taken, of
// kind [recourse.Conflict], where the case's state or the playbook's limits let nobody have it; offer_stands, of that kind too,
// where another was chosen already; rate_missing where the offer is in another currency than the purchase and no rate is kept.
func (d *Desk) PlanOffer(ctx context.Context, merchant string, w Wish) (Chosen, error) {
	plan, err := d.plan(ctx, merchant, w)
	return plan, d.stands(ctx, merchant, &w, err)
}

func (d *Desk) plan(ctx context.Context, merchant string, w Wish) (Chosen, error) {
	v, err := d.Case(ctx, merchant, w.Case)
	if err != nil {
		return Chosen{}, err
	}
	if err := d.inCost(ctx, merchant, v.File, &w); err != nil {
		return Chosen{}, err
	}
	for _, confirmed := range []bool{false, true} {
		for _, steps := range wishes {
			if confirmed && (w.Buyer || !slices.Contains(steps, recourse.RemedyChosen)) {
				continue
			}
			facts := w.facts(v.File.Order.ID, steps, confirmed)
			results, err := d.Preview(ctx, merchant, facts)
			if err != nil {
				return Chosen{}, err
			}
			if err := results[0].Err; recourse.CodeOf(err) == "version_changed" {
				return Chosen{}, err
			}
			if w.reached(results) {
				return Chosen{Facts: facts, Confirm: confirmed, Results: results}, nil
			}
		}
	}
	return Chosen{}, errNotTaken
}

var errNotTaken = &recourse.Error{Kind: recourse.Conflict, Code: "offer_not_taken", Message: "the case cannot take this offer as it stands", Hint: "look at the case's state, and at what the playbook allows a piece to cost"}

// ChooseOffer tells a wish. Beside the errors of [Desk.PlanOffer]: confirmation_needed where money and goods would both go to the
// buyer and nobody confirmed it. Of two who choose at once the first stands, and the second is told what does: offer_stands.
func (d *Desk) ChooseOffer(ctx context.Context, merchant string, w Wish) (Chosen, error) {
	plan, told, err := d.choose(ctx, merchant, w)
	if err = d.stands(ctx, merchant, &w, err); recourse.CodeOf(err) == "offer_stands" && !told {
		if again, was := d.before(ctx, merchant, &w); was {
			return again, nil
		}
	}
	return plan, err
}

// choose says whether anything was told by it, too: what was told now is no wish of before.
func (d *Desk) choose(ctx context.Context, merchant string, w Wish) (plan Chosen, told bool, err error) {
	plan, err = d.plan(ctx, merchant, w)
	if err != nil {
		return plan, false, err
	}
	if plan.Confirm && !w.Confirmed {
		return plan, false, &recourse.Error{Kind: recourse.Conflict, Code: "confirmation_needed", Field: "confirmed", Message: "this would refund pieces that are also sent again: it takes a confirmation", Hint: "send confirmed: true, with a token that may approve"}
	}
	if w.Version == 0 { // the facts are told of what the plan was made from, or not at all
		v, err := d.Case(ctx, merchant, w.Case)
		if err != nil {
			return plan, false, err
		}
		w.Version = v.Version
	}
	// One after the other, each held against the version that the one before made: what the first of them lets be written to the
	// buyer is overtaken by the second, which takes another instant.
	next := w.Version
	for i := range plan.Facts {
		f := &plan.Facts[i]
		f.Version = next
		if w.Once != "" {
			f.Event.ID = w.Once + "/" + string(rune('0'+i))
		}
		if plan.Results[i], err = d.Tell(ctx, merchant, *f); err != nil {
			return plan, told, err
		}
		if next = plan.Results[i].Seq; plan.Results[i].Status == Duplicate {
			next = 0
		} else {
			told = true
		}
	}
	if plan.Results[len(plan.Results)-1].Status != Duplicate && !w.reached(plan.Results) {
		return plan, told, errNotTaken // somebody was faster by a hair: what was told meant nothing any more
	}
	return plan, told, nil
}

func (w *Wish) facts(order string, steps []recourse.EventType, confirmed bool) []Fact {
	out := make([]Fact, len(steps))
	for i, t := range steps {
		ev := recourse.Event{Source: "desk", Type: t, Data: recourse.Data{Order: order, Case: w.Case}}
		switch t {
		case recourse.OffersFound:
			ev.Offers = []recourse.Offer{w.Offer}
			if w.Buyer {
				ev.Source = catalogue
			}
		case recourse.RemedyChosen:
			ev.Remedy, ev.By, ev.Supplier, ev.SKU, ev.Confirmed = recourse.RemedyReorder, recourse.PartyMerchant, w.Offer.Supplier, w.Offer.SKU, confirmed
			if w.Buyer {
				ev.Source, ev.By = string(recourse.PartyBuyer), recourse.PartyBuyer
			}
		}
		out[i] = Fact{Event: ev, By: w.By, Version: w.Version}
	}
	return out
}

// reached says that a wish was fulfilled by what was decided last: the very offer is bought, or the buyer is asked about it.
func (w *Wish) reached(results []Result) bool {
	last := &results[len(results)-1]
	if last.Err != nil {
		return false
	}
	return slices.ContainsFunc(last.Effects, func(e recourse.Effect) bool {
		switch {
		case e.Case != w.Case:
			return false
		case w.Ask:
			return e.Kind == recourse.EffectAsk && e.Of == recourse.PartyBuyer && slices.Contains(e.Choices, string(recourse.RemedyReorder))
		}
		return e.Kind == recourse.EffectReorder && e.Supplier == w.Offer.Supplier && e.SKU == w.Offer.SKU && e.Amount == w.Offer.Price
	})
}

// Tie keeps what a person said of an offer and an item of the shop: same, similar, never, or "" to take it back. offer_unknown, of
// kind [recourse.NotFound], when there is no such offer; link_unknown for any other word.
func (d *Desk) Tie(ctx context.Context, merchant string, s store.Substitute) error {
	switch {
	case s.SKU == "":
		return &recourse.Error{Kind: recourse.Invalid, Code: "tie_sku", Field: "sku", Message: "the item of the shop has no SKU to tie an offer to"}
	case !slices.Contains([]string{"", "same", "similar", "never"}, s.Link):
		return &recourse.Error{Kind: recourse.Invalid, Code: "tie_link", Field: "as", Message: "an offer is same, similar or never", Hint: recourse.Nearest(s.Link, []string{"same", "similar", "never"})}
	}
	s.At = d.clock()
	return d.store.Write(ctx, func(tx *store.Tx) error {
		found, err := tx.Offers(merchant, []int64{s.Offer})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return &recourse.Error{Kind: recourse.NotFound, Code: "offer_unknown", Field: "offer", Message: "there is no such offer", Hint: "recourse offer list has the numbers"}
		}
		if s.Link == "similar" && strings.EqualFold(found[0].SKU, s.SKU) {
			return &recourse.Error{Kind: recourse.Invalid, Code: "tie_self", Field: "as", Message: "the offer has the item's own SKU: an item cannot stand in for itself", Hint: "say that it is the same, or never"}
		}
		if s.Link == "" {
			return tx.DropSubstitute(merchant, s.SKU, s.Offer)
		}
		return tx.PutSubstitute(merchant, s)
	})
}
