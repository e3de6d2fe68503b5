package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/store"
)

// substitutes makes a case that puts three offers to its buyer, with a list they come from, and gives the case and the buyer's page.
func (h *house) substitutes(t *testing.T) (id string) {
	t.Helper()
	ada := h.enter("Ada", account.Owner)
	id = h.offered(t, ada)
	more := "supplier,sku,title,price,currency,stock,lead days,weight,for,same\n" +
		"Qingdao Kites,QK-3,大号蓝色风筝,40.00,CNY,30,2,250,,\n" +
		"Dollar Kites,DK-4,Red kite,5.60,USD,30,2,250,,\n"
	ada.drop("/offers/import", nil, [3]string{"list", "more.csv", more})
	ada.drop("/rates", url.Values{"text": {"2026-03-13,USD,CNY,7.2\n2026-03-13,USD,EUR,0.92"}})
	var told []recourse.Offer
	if err := h.desk.Store().Read(t.Context(), func(tx *store.Tx) error {
		for _, sku := range []string{"WK-1", "QK-3", "DK-4"} {
			all, err := tx.ListOffers(pageShop, store.OfferFilter{SKU: sku, Limit: 1})
			if err != nil {
				return err
			}
			o := all[0].Offer
			o.Same = sku == "WK-1"
			told = append(told, o)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	ev := recourse.Event{Source: "test", Type: recourse.OffersFound, Data: recourse.Data{Order: "77", Case: id, Offers: told}}
	if _, err := h.desk.Tell(t.Context(), pageShop, desk.Fact{Event: ev, By: "test"}); err != nil {
		t.Fatal(err)
	}
	return id
}

func has(t *testing.T, page, key string) []string {
	t.Helper()
	var out []string
	for _, part := range strings.Split(page, `name="act" value="`)[1:] {
		act, _, _ := strings.Cut(part, `"`)
		if strings.HasPrefix(act, key) {
			out = append(out, act)
		}
	}
	return out
}

// actForm is what the form of an act sends.
func actForm(t *testing.T, page, act string) url.Values {
	t.Helper()
	_, rest, ok := strings.Cut(page, `name="act" value="`+act+`"`)
	if !ok {
		t.Fatalf("no form for %s", act)
	}
	form, _, _ := strings.Cut(rest, "</form>")
	out := url.Values{"act": {act}}
	for _, part := range strings.Split(form, `<input type="hidden" name="`)[1:] {
		name, tail, _ := strings.Cut(part, `" value="`)
		value, _, _ := strings.Cut(tail, `"`)
		out.Set(name, value)
	}
	return out
}

// TestBuyerChoosesGoods: a buyer sees what is found, in their own words, with nothing of suppliers and prices; chooses with a look ahead;
// a second press and a second device are told what stands.
func TestBuyerChoosesGoods(t *testing.T) {
	h := openHouse(t)
	id := h.substitutes(t)
	camille, base := h.buyer("77")
	_, page := camille.get(base + "?lang=en")
	acts := has(t, page, "remedy.chosen "+id+" reorder")
	if len(acts) != 3 {
		t.Fatalf("%d offers can be chosen: %v", len(acts), acts)
	}
	wants(t, "page", page, "The same item", "another colour", "Arrives between", "Choose this one", "my money back", "-Weifang", "-Qingdao", "-Dollar Kites", "-WK-1", "-CNY", "-CN¥", "-5.60", "-Jinan")
	_, french := camille.get(base + "?lang=fr")
	wants(t, "french", french, "une autre couleur", "Arrivée entre le", "Cerf-volant")
	_, chinese := camille.get(base + "?lang=zh")
	wants(t, "chinese", chinese, "颜色不同", "风筝", "预计在")
	_, page = camille.get(base + "?lang=en")
	second := actForm(t, page, acts[1])

	form := actForm(t, page, acts[0])
	_, ahead := camille.post(base+"/act", form)
	wants(t, "ahead", ahead, "What happens then", "Arrives between", "You pay nothing more", `name="once"`, "-Weifang")
	if c := h.is(id); c.SentAgain.Remedy != "" {
		t.Fatal("a look ahead bought something")
	}
	form.Del("step")
	_, page = camille.post(base+"/act", form)
	wants(t, "chosen", page, "we are ordering it for you", "at no extra cost", "-Weifang")
	_, page = camille.post(base+"/act", form)
	wants(t, "twice", page, "Nothing was done twice")
	second.Del("step")
	other, _ := h.buyer("77")
	status, page := other.post(base+"/act", second)
	wants(t, "second device", page, "Your choice stands", "nothing was done twice", "-Weifang")
	if status != http.StatusConflict {
		t.Errorf("a choice that is too late is answered with %d", status)
	}
	bought := 0
	for _, e := range h.view(id).Effects {
		if e.Kind == recourse.EffectReorder {
			bought++
		}
		if e.Kind == recourse.EffectRefund && e.Status == store.Pending {
			t.Errorf("the refund %s still waits", e.ID)
		}
	}
	if bought != 1 {
		t.Errorf("%d purchases are to be made", bought)
	}
}

// TestBuyerChoosesWhatIsGone: what was sold, has become too dear, or may no longer stand in is told kindly, and the rest is shown; a
// dearer price within the limits is bought as it is now.
func TestBuyerChoosesWhatIsGone(t *testing.T) {
	h := openHouse(t)
	id := h.substitutes(t)
	camille, base := h.buyer("77")
	_, page := camille.get(base + "?lang=en")
	acts := has(t, page, "remedy.chosen "+id+" reorder")
	forms := make([]url.Values, len(acts))
	for i, act := range acts {
		forms[i] = actForm(t, page, act)
		forms[i].Del("step")
	}
	relist := func(sku string, change func(*store.Offer)) {
		t.Helper()
		var all []store.Offer
		if err := h.desk.Store().Read(t.Context(), func(tx *store.Tx) (err error) {
			all, err = tx.ListOffers(pageShop, store.OfferFilter{SKU: sku, Limit: 1})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		change(&all[0])
		if _, err := h.desk.PutOffers(t.Context(), pageShop, all); err != nil {
			t.Fatal(err)
		}
	}
	relist("WK-1", func(o *store.Offer) { o.Stock = 0 })
	status, page := camille.post(base+"/act", forms[0])
	wants(t, "sold", page, "this item has just become unavailable", "Nothing was ordered", "no longer available", "Choose this one", "my money back", "-Weifang")
	if n := len(has(t, page, "remedy.chosen "+id+" reorder")); status != http.StatusConflict || n != 2 {
		t.Errorf("sold is answered with %d and %d offers", status, n)
	}
	relist("QK-3", func(o *store.Offer) { o.Price.Minor = 90_00 })
	relist("DK-4", func(o *store.Offer) { o.Price.Minor = 570 })
	_, page = camille.get(base + "?lang=en")
	left := has(t, page, "remedy.chosen "+id+" reorder")
	if len(left) != 1 {
		t.Fatalf("left are %v", left)
	}
	form := actForm(t, page, left[0])
	form.Del("step")
	_, page = camille.post(base+"/act", form)
	wants(t, "a little dearer", page, "we are ordering it for you")
	for _, e := range h.view(id).Effects {
		if e.Kind == recourse.EffectReorder && e.Amount.String() != "5.70 USD" {
			t.Errorf("bought at %s", e.Amount)
		}
	}
}

// TestAllOffersGone: where nothing is left the buyer has their money back to choose, and nothing that would buy what is gone.
func TestAllOffersGone(t *testing.T) {
	h := openHouse(t)
	id := h.substitutes(t)
	for _, o := range []int64{1, 5, 6} {
		if err := h.desk.Tie(t.Context(), pageShop, store.Substitute{SKU: "KITE", Offer: o, Link: "never", By: "Ada"}); err != nil {
			t.Fatal(err)
		}
	}
	camille, base := h.buyer("77")
	_, page := camille.get(base)
	wants(t, "gone", page, "no longer available", "my money back", "-Choose this one", "-Please order it for me")
	if acts := has(t, page, "remedy.chosen "+id+" reorder"); len(acts) != 0 {
		t.Errorf("can be chosen: %v", acts)
	}
}
