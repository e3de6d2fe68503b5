package web

import (
	"net/url"
	"strings"

	"recourse"
	"recourse/desk"
	"recourse/web/view"
)

// A buyer who chooses goods from elsewhere goes the way of the desk: the offer is looked at as it stands at that moment, and of two who
// choose at once the first stands. What is told to them has no supplier and no price.

// look reads what the buyer may choose, as it stands now.
func (g *guest) look() (err error) {
	g.seen.Choices, err = g.desk.Substitutes(g.r.Context(), g.who.Merchant, g.seen)
	return err
}

// choose takes the offer that a buyer chose.
func (g *guest) choose(a *view.BuyerAct, fact desk.Fact) error {
	o, ok := view.ChoiceOf(g.seen, a)
	if !ok {
		return errOfferGone
	}
	w := desk.Wish{Case: a.Case, Offer: o.Offer, By: buyerName, Buyer: true, Once: fact.Event.ID, Version: fact.Version}
	done, err := g.desk.ChooseOffer(g.r.Context(), g.who.Merchant, w)
	switch {
	case err != nil:
		if err = g.again(err); g.chosen(a.Case) {
			return errChoiceStands
		}
		return err
	case done.Results[len(done.Results)-1].Status == desk.Duplicate:
		return g.goOn("said_twice", "")
	}
	return g.goOn("said_ordered", "")
}

// errOfferGone and errChoiceStands are what a buyer is told who chose too late.
var (
	errOfferGone    = &recourse.Error{Kind: recourse.Conflict, Code: "offer_gone", Message: "the offer is not to be had any more"}
	errChoiceStands = &recourse.Error{Kind: recourse.Conflict, Code: "choice_stands", Message: "something was chosen already"}
)

// chosen notices that something was chosen for a case, and what.
func (g *guest) chosen(id string) bool {
	g.stands = g.read.StandingChoice(g.seen, id)
	return g.stands != ""
}

// late is the answer to a choice that cannot be made any more: what stands, or that what was to be chosen has gone.
func (g *guest) late(values url.Values) error {
	words := strings.Fields(values.Get("act"))
	if len(words) < 3 || words[0] != string(recourse.RemedyChosen) {
		return errActGone
	}
	if view.GoneOffer(g.seen, values.Get("act")) {
		return errOfferGone
	}
	if g.chosen(words[1]) {
		return errChoiceStands
	}
	return errActGone
}

// tooLate is what a buyer reads who chose too late.
func (g *guest) tooLate(err error) *view.Notice {
	if recourse.CodeOf(err) == errChoiceStands.Code {
		return &view.Notice{Good: true, Text: g.stands, Hint: g.read.Buyer("stands_say")}
	}
	return &view.Notice{Text: g.read.Buyer("fault_gone"), Hint: g.read.Buyer("fault_gone_say")}
}
