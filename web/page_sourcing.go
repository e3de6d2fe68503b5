package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/store"
	"recourse/web/view"
)

// sourcingRoutes are the forms of the panel by which goods are found elsewhere.
var sourcingRoutes = []pageRoute{
	{pattern: "POST /cases/{case}/offer", access: access{page, account.Work}, serve: (*site).chooseOffer},
	{pattern: "POST /offers/tie", access: access{page, account.Work}, serve: (*site).tieOffer},
}

// sourcing is where a case's goods could come from instead; nil where nobody looks for any.
func (v *visit) sourcing(d *desk.View, id string) (*view.Sourcing, error) {
	if !view.Looks(d, id) {
		return nil, nil
	}
	found, err := v.desk.Source(v.r.Context(), v.who.Merchant, id, 0)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	s := view.NewSourcing(v.read, d, id, found, v.rights())
	if s.Check = view.NewAddress(v.read, d); s.Check != nil {
		s.Check.When = "" // it is about what would be bought, not about what was
	}
	if s.Ways, err = v.ways(d, id); s.Ways != nil {
		s.Ways.Fits = slices.ContainsFunc(s.Lines, func(l view.SourcingLine) bool { return len(l.Best) > 0 })
	}
	return s, err
}

// wish is the offer that a form names, as it stands now: one that has changed its price since it was looked at is not bought
// unseen.
func (v *visit) wish(id string) (w desk.Wish, err error) {
	f := v.r.PostForm
	line, _ := strconv.Atoi(f.Get("line"))
	number, _ := strconv.ParseInt(f.Get("offer"), 10, 64)
	found, err := v.desk.Source(v.r.Context(), v.who.Merchant, id, 0)
	if err != nil {
		return w, err
	}
	for i := range found {
		for j := range found[i].Ranked {
			k := &found[i].Ranked[j]
			if found[i].Line.Line != line || k.Number != number {
				continue
			}
			if k.Price.String() != f.Get("price") {
				return w, &recourse.Error{Kind: recourse.Conflict, Code: "offer_changed", Message: "the offer has changed since it was looked at: it costs " + k.Price.String() + " now"}
			}
			w = desk.Wish{Case: id, Offer: k.Offer, Ask: f.Get("do") == "ask", Confirmed: f.Get("confirmed") != "", By: v.who.Name, Once: f.Get("once")}
			w.Version, _ = strconv.ParseInt(f.Get("version"), 10, 64)
			return w, nil
		}
	}
	return w, &recourse.Error{Kind: recourse.NotFound, Code: "offer_unknown", Message: "there is no such offer any more"}
}

// chooseOffer shows what would follow from taking an offer, or takes it.
func (s *site) chooseOffer(v *visit) error {
	id, _, err := v.posted()
	if err != nil {
		return err
	}
	w, err := v.wish(id)
	if err != nil {
		return v.again(id, err)
	}
	if v.r.PostForm.Get("step") == "preview" {
		return v.confirmOffer(id, w)
	}
	if w.Confirmed {
		told := recourse.Event{Type: recourse.RemedyChosen, Data: recourse.Data{Case: id, Remedy: recourse.RemedyReorder, By: recourse.PartyMerchant, Confirmed: true}}
		if err := permit(v.r.Context(), v.desk, v.who, &told); err != nil {
			return v.again(id, err)
		}
	}
	done, err := v.desk.ChooseOffer(v.r.Context(), v.who.Merchant, w)
	if err != nil {
		return v.again(id, err)
	}
	last := done.Results[len(done.Results)-1]
	if last.Status == desk.Duplicate {
		return v.goOn(view.CasePath(id), "told_twice")
	}
	said := "told_offer_chosen"
	if w.Ask {
		said = "told_offer_asked"
	}
	return v.goOn(view.CasePath(id)+"?did="+strconv.FormatInt(last.Seq, 10), said)
}

// confirmOffer shows what would follow from taking an offer.
func (v *visit) confirmOffer(id string, w desk.Wish) error {
	plan, err := v.desk.PlanOffer(v.r.Context(), v.who.Merchant, w)
	if err != nil {
		return v.again(id, err)
	}
	d, err := v.desk.Case(v.r.Context(), v.who.Merchant, id)
	if err != nil {
		return err
	}
	if _, err := v.letterhead(d.File.Order.ID, view.CasePath(id)); err != nil {
		return err
	}
	rights := v.rightsOn(d, id)
	c := view.Confirm{Action: view.CasePath(id) + "/offer", Title: v.read.T("src_confirm_choose", "supplier", w.Offer.Supplier, "price", v.read.Money(w.Offer.Price)), Back: view.CasePath(id) + "#sourcing",
		Case: view.NewCase(v.read, d, id, rights), Label: v.read.T("src_choose"), Otherwise: v.read.T("nothing_follows")}
	if w.Ask {
		c.Title, c.Label = v.read.T("src_confirm_ask", "supplier", w.Offer.Supplier, "price", v.read.Money(w.Offer.Price)), v.read.T("src_ask")
	}
	c.Follow(v.read, d, &plan.Results[len(plan.Results)-1], id)
	for _, name := range []string{"line", "offer", "price", "version", "once", "do"} {
		c.Hidden = append(c.Hidden, view.Field{Name: name, Kind: view.FieldHidden, Value: v.r.PostForm.Get(name)})
	}
	if plan.Confirm {
		c.Warn = v.read.T("double_loss")
		if rights.Money {
			c.Fields = append(c.Fields, view.Field{Name: "confirmed", Label: v.read.T("double_loss_yes"), Kind: view.FieldCheck, Required: true})
		}
	}
	return v.show(http.StatusOK, view.ConfirmPage(v.page(c.Title), c))
}

// tieOffer keeps what somebody says of an offer and an item.
func (s *site) tieOffer(v *visit) error {
	if err := v.fill(); err != nil {
		return err
	}
	f := v.r.PostForm
	number, _ := strconv.ParseInt(f.Get("offer"), 10, 64)
	if err := v.desk.Tie(v.r.Context(), v.who.Merchant, store.Substitute{SKU: strings.TrimSpace(f.Get("sku")), Offer: number, Link: f.Get("as"), By: v.who.Name}); err != nil {
		return err
	}
	return v.goOn(backTo(f.Get("back"), "/offers"), "told_offer_tied")
}

// backTo is a page of this desk that a form came from, or another where it names none.
func backTo(back, otherwise string) string {
	path, _, _ := strings.Cut(back, "#")
	for _, start := range []string{"/cases/", "/offers", "/suppliers", "/lines"} {
		if strings.HasPrefix(path, start) && !strings.ContainsAny(back, "\\\r\n") {
			return back
		}
	}
	return otherwise
}
