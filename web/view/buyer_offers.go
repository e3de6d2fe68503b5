package view

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/sourcing"
)

// What a buyer may choose instead of goods that cannot be had. They read what it is in their own language, what differs, and when it
// would come. Who supplies it and what it costs the shop are not theirs to read: neither stands on the page, nor in what it sends back.

// BuyerOffer is a substitute as its buyer sees it.
type BuyerOffer struct {
	Key     string // names it among those of the case, and nothing else
	Title   string
	Lang    string // of the title, where it is not the page's own
	Picture string // its address; "": there is none
	Differs string // «another colour»
	Promise string // «arrives between … and …»
	Why     string // what the promise was counted by, where that is out of the ordinary
}

// OfferKey names an offer of a case without saying whose it is.
func OfferKey(id string, o *recourse.Offer) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{id, o.Supplier, o.SKU}, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// withOffers puts the substitutes of a case in the place of the bare «order it for me»: where there are some, one of them is chosen.
// Where those that were told of are all gone, none can be.
func (r Reader) withOffers(v *desk.View, c *recourse.Case, acts []BuyerAct) []BuyerAct {
	all, known := v.Choices[c.ID]
	at := slices.IndexFunc(acts, func(a BuyerAct) bool { return a.Remedy == recourse.RemedyReorder })
	if at < 0 || !known || len(all.Open)+len(all.Gone) == 0 {
		return acts
	}
	bare := acts[at]
	out := slices.Clone(acts[:at])
	for i := range all.Open {
		a := bare
		a.Offer = r.buyerOffer(v, c, &all.Open[i])
		a.Key, a.Label = bare.Key+" "+a.Offer.Key, r.Buyer("offer_choose")
		out = append(out, a)
	}
	return append(out, acts[at+1:]...)
}

// goneOffers is what is said of substitutes that are not to be had any more, while there was something to choose.
func (r Reader) goneOffers(v *desk.View, c *recourse.Case, acts []BuyerAct) string {
	all := v.Choices[c.ID]
	switch {
	case len(all.Gone) == 0 || len(acts) == 0 || c.SentAgain.Remedy != "":
		return ""
	case len(all.Open) == 0:
		return r.Buyer("offer_all_gone")
	}
	return r.Buyer("offer_some_gone")
}

// orderedOffer is what is ordered for a case instead; nil: nothing, or nobody knows what it is.
func (r Reader) orderedOffer(v *desk.View, c *recourse.Case) *BuyerOffer {
	taken := v.Choices[c.ID].Taken
	if taken == nil || c.SentAgain.Remedy != recourse.RemedyReorder {
		return nil
	}
	o := r.buyerOffer(v, c, taken)
	if c.SentAgain.Done {
		o.Promise, o.Why = "", "" // the purchase says when, and the parcel
	}
	return o
}

// StandingChoice is what was chosen for a case, in the buyer's words; "": nothing was.
func (r Reader) StandingChoice(v *desk.View, id string) string {
	c := v.File.Case(id)
	if c == nil {
		return ""
	}
	if o := r.orderedOffer(v, c); o != nil {
		return r.Buyer("stands_offer", "title", o.Title)
	}
	switch {
	case c.SentAgain.Remedy == recourse.RemedyReorder:
		return r.Buyer("stands_reorder")
	case chose(v, id, recourse.RemedyRefund):
		return r.Buyer("stands_refund")
	}
	return ""
}

// chose says that a remedy was chosen for a case, and no other after it.
func chose(v *desk.View, id string, remedy recourse.Remedy) bool {
	for i := len(v.History) - 1; i >= 0; i-- {
		if ev := v.History[i].Event; ev != nil && ev.Type == recourse.RemedyChosen && ev.Case == id {
			return ev.Remedy == remedy
		}
	}
	return false
}

// GoneOffer says that an act was about a substitute that is not to be had any more.
func GoneOffer(v *desk.View, act string) bool {
	words := strings.Fields(act)
	if len(words) != 4 {
		return false
	}
	all := v.Choices[words[1]]
	return slices.ContainsFunc(all.Gone, func(o desk.Choice) bool { return OfferKey(words[1], &o.Offer) == words[3] })
}

// OtherOffer says that an act is about another substitute than the one that a fact chose.
func OtherOffer(ev *recourse.Event, act string) bool {
	words := strings.Fields(act)
	return len(words) == 4 && ev.Type == recourse.RemedyChosen && words[3] != OfferKey(words[1], &recourse.Offer{Supplier: ev.Supplier, SKU: ev.SKU})
}

// ChoiceOf is the substitute that an act is about, as it stands now; false: it is about none.
func ChoiceOf(v *desk.View, a *BuyerAct) (desk.Choice, bool) {
	if a.Offer == nil {
		return desk.Choice{}, false
	}
	for _, o := range v.Choices[a.Case].Open {
		if OfferKey(a.Case, &o.Offer) == a.Offer.Key {
			return o, true
		}
	}
	return desk.Choice{}, false
}

func (r Reader) buyerOffer(v *desk.View, c *recourse.Case, o *desk.Choice) *BuyerOffer {
	out := &BuyerOffer{Key: OfferKey(c.ID, &o.Offer), Differs: r.differs(o), Promise: r.promise(o.From, o.By)}
	out.Title, out.Lang = r.offerTitle(v, c, o)
	if len(o.Ships.Skipped) > 0 {
		out.Why = r.Buyer("offer_holidays", "deadline", r.Deadline(o.Ships))
	}
	return out
}

// offerTitle is what an offer is, in the reader's language as far as that is known: the same item is called as it was in the order;
// of another, what its title says.
func (r Reader) offerTitle(v *desk.View, c *recourse.Case, o *desk.Choice) (title, lang string) {
	own := ""
	for _, g := range goods(&v.File.Order, c.Lines) {
		own = cmp.Or(own, g.Title)
	}
	if o.Same {
		return own, ""
	}
	if said := sourcing.Describe(o.Title, string(r.Lang())); said != "" {
		return said, ""
	}
	if o.Title != "" && o.Title != o.SKU {
		return recourse.Shorten(o.Title, 120), "und"
	}
	return r.Buyer("offer_similar"), ""
}

// mostOfferDiffers is how many differences are named.
const mostOfferDiffers = 3

// differs says plainly what is not the same.
func (r Reader) differs(o *desk.Choice) string {
	if o.Same {
		return r.Buyer("offer_same")
	}
	var words []string
	for _, group := range o.Differs {
		if w := r.Buyer("differs." + group); w != "" && len(words) < mostOfferDiffers && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		return r.Buyer("offer_like")
	}
	return r.Buyer("offer_differs", "what", r.List(words))
}

func (r Reader) promise(from, by time.Time) string {
	switch {
	case by.IsZero():
		return ""
	case from.IsZero() || !from.Before(by):
		return r.Buyer("offer_by", "date", r.Date(by))
	}
	return r.Buyer("offer_between", "from", r.Date(from), "to", r.Date(by))
}
