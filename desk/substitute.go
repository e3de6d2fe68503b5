package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/decide"
	"recourse/sourcing"
	"recourse/store"
)

// This file has what a buyer may choose instead of goods that cannot be had: the offers that their case was told of, as they stand
// now. One that has gone meanwhile is known for gone, so that nobody chooses what cannot be had.

// Choice is an offer as the buyer may choose it. What it costs and whose it is are for the desk, not for them.
type Choice struct {
	recourse.Offer          // as it stands now
	Number         int64    // of the catalogue; 0: it is not kept there
	Title          string   // as the supplier has it, without the supplier's name; "": not known
	Differs        []string // what is said of both and is not the same: colour, material, mm
	Ships          recourse.Deadline
	From, By       time.Time // when it would arrive; From is zero where only the latest is known
}

// Choices are the substitutes of one case.
type Choices struct {
	Open  []Choice // the best first, at most three
	Gone  []Choice // told of, and not to be had any more
	Taken *Choice  // what is bought; nil: nothing
}

// mostChoices is how many offers a buyer is shown, and mostTold how many are looked at for them.
const (
	mostChoices = offersTold
	mostTold    = 20
)

// Substitutes are what the buyer of an order may choose, by case. Cases without offers are left out.
func (d *Desk) Substitutes(ctx context.Context, merchant string, v *View) (map[string]Choices, error) {
	out := map[string]Choices{}
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		for _, c := range v.File.Cases {
			if len(c.Offers) == 0 {
				continue
			}
			all, err := d.substitutes(tx, merchant, v, c)
			if err != nil {
				return err
			}
			out[c.ID] = all
		}
		return nil
	})
	return out, err
}

func (d *Desk) substitutes(tx *store.Tx, merchant string, v *View, c *recourse.Case) (out Choices, err error) {
	ranked, err := d.toldOffers(tx, merchant, v, c)
	if err != nil {
		return out, err
	}
	fitting := v.Decider.Fitting(v.File, c.ID)
	news := slices.ContainsFunc(v.Options(c.ID), func(o decide.Option) bool { return o.Event == recourse.OffersFound })
	taken := takenOffer(v, c)
	china, _ := v.Decider.Calendars.Calendar("CN")
	line := firstLine(v.File, c)
	for i := range ranked {
		k := &ranked[i]
		choice := choiceOf(k, line, china, d.clock())
		at := slices.IndexFunc(fitting, func(o recourse.Offer) bool { return o.Supplier == k.Supplier && o.SKU == k.SKU })
		switch {
		case taken != nil && taken.Supplier == k.Supplier && taken.SKU == k.SKU:
			out.Taken = &choice
		case at < 0:
		case !standing(k), !news && fitting[at].Price != k.Price: // a new price cannot be told any more
			out.Gone = append(out.Gone, choice)
		case len(out.Open) < mostChoices:
			out.Open = append(out.Open, choice)
		}
	}
	return out, nil
}

// toldOffers ranks the offers that a case was told of, each as the catalogue has it now. One that is not kept there stands as it was
// told.
func (d *Desk) toldOffers(tx *store.Tx, merchant string, v *View, c *recourse.Case) ([]sourcing.Ranked, error) {
	line := firstLine(v.File, c)
	want := sourcing.WantOf(v.File, c, line, recourse.Total(c.Lines))
	policy := v.Decider.PolicyOf(&c.Run)
	terms := sourcing.Terms{Now: d.clock(), Similar: true, Lines: sourcing.Lines(), MaxIncrease: int(policy.MaxIncrease())}
	terms.China, _ = v.Decider.Calendars.Calendar("CN")
	links, err := linksOf(tx, merchant, want.SKU)
	if err != nil {
		return nil, err
	}
	var now []store.Offer
	for _, o := range c.Offers[:min(len(c.Offers), mostTold)] {
		found, err := tx.ListOffers(merchant, store.OfferFilter{Supplier: o.Supplier, SKU: o.SKU, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(found) == 0 || o.SKU == "" {
			found = []store.Offer{{Offer: o}}
		}
		found[0].Same = found[0].Same || o.Same
		now = append(now, found[0])
	}
	if terms.Rates, err = ratesOf(tx, merchant, now, &want, terms.Now); err != nil {
		return nil, err
	}
	all := make([]sourcing.Candidate, len(now))
	for i := range now {
		o := &now[i]
		all[i] = sourcing.Candidate{Offer: o.Offer, ID: o.SKU, Number: o.Number, Title: o.Title, Link: links[o.Number], Line: o.Line, SeenAt: o.SeenAt}
	}
	ranked := sourcing.Rank(want, all, terms)
	for i := range ranked { // told with a rate of its own, and not in the catalogue: by that one
		k := &ranked[i]
		if at := slices.IndexFunc(c.Offers, func(o recourse.Offer) bool {
			return k.Number == 0 && o.Supplier == k.Supplier && o.SKU == k.SKU && o.Price == k.Price
		}); at >= 0 {
			k.Offer = c.Offers[at]
			k.Blocks = slices.DeleteFunc(k.Blocks, func(b sourcing.Block) bool { return b.Code == "no_rate" })
		}
	}
	return ranked, nil
}

// standing says that an offer that was told can still be had: it is in stock, has a price that the playbook allows, and nobody said
// that it may not stand in. That its title is not like the item's is no reason: a person put it forward.
func standing(k *sourcing.Ranked) bool {
	return !slices.ContainsFunc(k.Blocks, func(b sourcing.Block) bool {
		return slices.Contains([]string{"no_stock", "stock_unknown", "no_price", "no_rate", "too_dear", "loss", "never"}, b.Code)
	})
}

func firstLine(f *recourse.OrderFile, c *recourse.Case) *recourse.Line {
	for _, p := range c.Lines {
		if l := f.Order.Line(p.Line); l != nil {
			return l
		}
	}
	return &recourse.Line{}
}

func choiceOf(k *sourcing.Ranked, line *recourse.Line, china *calendar.Calendar, now time.Time) Choice {
	c := Choice{Offer: k.Offer, Number: k.Number, Title: strings.TrimSpace(k.Title), Differs: k.Likeness.Differs, From: k.ArrivesFrom, By: k.Arrives}
	if k.Supplier != "" {
		c.Title = strings.TrimSpace(strings.ReplaceAll(c.Title, k.Supplier, ""))
	}
	if c.Same {
		c.Title, c.Differs = line.Title, nil
	}
	if china != nil {
		c.Ships = china.Explain(now, max(1, k.LeadDays))
	}
	return c
}

// takenOffer is the reorder of a case that stands; nil: none does.
func takenOffer(v *View, c *recourse.Case) *recourse.Effect {
	if c.SentAgain.Remedy != recourse.RemedyReorder {
		return nil
	}
	for i := len(v.Effects) - 1; i >= 0; i-- {
		if e := &v.Effects[i]; e.Case == c.ID && e.Kind == recourse.EffectReorder {
			return &e.Effect
		}
	}
	return nil
}
