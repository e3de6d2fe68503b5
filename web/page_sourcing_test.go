package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/store"

	"github.com/chromedp/chromedp"
)

// offerList is a list of offers: one that is the kite, one that looks like it, one that is too dear, one that is no offer.
const offerList = "supplier,sku,title,price,currency,stock,lead days,weight,for,same\n" +
	"Weifang Kites,WK-1,红色风筝 Red kite,41.00,CNY,30,2,250,KITE,yes\n" +
	"Jinan Toys,JT-9,Red kite large,39.00,CNY,12,3,260,,\n" +
	"Gold Kites,GK-1,Red kite,95.00,CNY,5,1,240,,\n" +
	"Ear & Co,EC-2,黑色蓝牙耳机,20.00,CNY,5,1,240,,\n" +
	"Nobody,N-1,Red kite,0,CNY,5,1,240,,\n"

// offered makes a case whose goods are looked for, with offers, rates and a supplier that is written down.
func (h *house) offered(t *testing.T, owner *person) string {
	t.Helper()
	h.sad()
	if status, body := owner.drop("/offers/import", nil, [3]string{"list", "offers.csv", offerList}); status != http.StatusOK {
		t.Fatalf("the list is answered with %d: %.300s", status, body)
	}
	if status, body := owner.drop("/rates", url.Values{"text": {"day,base,quote,rate\n2026-03-13,EUR,CNY,7.8512\n2026-03-13,CNY,EUR,0.1274"}}); status != http.StatusOK {
		t.Fatalf("the rates are answered with %d: %.300s", status, body)
	}
	return "77-1"
}

// TestOffersPage: a list is read with its rejects, an offer is written down and tied, rates are kept, all of it by the rules.
func TestOffersPage(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Owner)
	_, body := ada.drop("/offers/import", nil, [3]string{"list", "offers.csv", offerList})
	wants(t, "read", body, "Offers read: 4, of them new: 4. Rows not taken: 1. Offers tied to an item: 1.", "Row 6:", "/offers/rejects.csv", "红色风筝")
	_, body = ada.get("/offers/rejects.csv")
	wants(t, "rejects", body, "Nobody", "offer_price")
	_, body = ada.drop("/offers/import", nil, [3]string{"list", "x.csv", "a,b\n1,2\n"})
	wants(t, "no list", body, "supplier", "class=\"notice bad\"")
	_, body = ada.get("/offers?q=" + url.QueryEscape("风筝"))
	wants(t, "found", body, "Weifang Kites", "-Ear &amp; Co")
	_, body = ada.post("/offers", url.Values{"supplier": {"Hand"}, "title": {"=Kite"}, "price": {"44,50 CNY"}, "stock": {"3"}, "for": {"KITE"}, "as": {"similar"}})
	wants(t, "by hand", body, "The offer is saved", "=Kite")
	status, body := ada.post("/offers", url.Values{"supplier": {"Hand"}, "title": {"Kite"}, "price": {"44.50"}})
	wants(t, "no currency", body, "notice bad", `value="44.50"`)
	if status != http.StatusUnprocessableEntity {
		t.Errorf("an offer without a currency is answered with %d", status)
	}
	_, file := ada.get("/offers/offers.csv")
	wants(t, "file", file, "supplier,suppliersku,title,price", "'=Kite", "41.00,CNY")
	_, body = ada.drop("/offers/import", nil, [3]string{"list", "back.csv", file})
	wants(t, "read again", body, "Offers read: 5, of them new: 0. Rows not taken: 0.")

	_, body = ada.drop("/rates", url.Values{"text": {"2026-03-13,EUR,CNY,7.8512\n2026-03-13,EUR,XXX9,1"}})
	wants(t, "wrong rate", body, "none was kept", "is no currency", "7.8512\n")
	_, body = ada.drop("/rates", url.Values{"text": {"2026-03-13,EUR,CNY,7.8512"}})
	wants(t, "rate", body, "The rates are saved", "EUR → CNY", "7.8512")
	var r store.Rate
	if err := h.desk.Store().Read(t.Context(), func(tx *store.Tx) (err error) {
		r, _, err = tx.RateOn(pageShop, "EUR", "CNY", recourse.Date{Year: 2026, Month: 3, Day: 16}, 7)
		return err
	}); err != nil || float64(r.Num)/float64(r.Den) != 7.8512 {
		t.Errorf("the rate is %+v %v", r, err)
	}
}

// TestSuppliersPage: figures with what they are of, contact data, a merge that has to be confirmed.
func TestSuppliersPage(t *testing.T) {
	h := openHouse(t)
	ada := h.enter("Ada", account.Owner)
	h.offered(t, ada)
	_, body := ada.get("/suppliers?sort=late")
	wants(t, "list", body, "Weifang Kites", "Hangzhou &lt;Kites&gt; &amp; Co", "too little known")
	gone := "/suppliers/" + url.PathEscape("Hangzhou <Kites> & Co")
	_, body = ada.get(gone)
	wants(t, "one", body, "1 of 1", "Too little to say", `href="/cases/77-1"`)
	_, body = ada.post(gone, url.Values{"name": {"Hangzhou"}, "email": {"nobody"}})
	wants(t, "wrong mail", body, "This is no mail address", `value="nobody"`)
	_, body = ada.post(gone, url.Values{"name": {"Hangzhou"}, "email": {"kites@example.cn"}, "language": {"zh"}})
	wants(t, "changed", body, "The supplier is changed", "kites@example.cn")
	_, body = ada.post(gone+"/merge", url.Values{"into": {"Weifang Kites"}})
	wants(t, "not confirmed", body, "Nothing was merged")
	_, body = ada.post(gone+"/merge", url.Values{"into": {"Hangzhou <Kites> & Co"}, "yes": {"1"}})
	wants(t, "into itself", body, "cannot be merged into itself")
	_, body = ada.post(gone+"/merge", url.Values{"into": {"Weifang Kites"}, "yes": {"1"}})
	wants(t, "merged", body, "The two are one supplier now", "Also: Hangzhou", "1 of 1")
	if p := h.view("77-1").File.Purchase("T-77"); p.Supplier != "Hangzhou <Kites> & Co" {
		t.Errorf("the case's purchase is of %q", p.Supplier)
	}
	if status, _ := ada.get("/suppliers/nobody"); status != http.StatusNotFound {
		t.Errorf("an unknown supplier is answered with %d", status)
	}
}

var offerPart = regexp.MustCompile(`(?s)<form method="post" action="/cases/77-1/offer">(.*?)</form>`)

// choice is the form that chooses the first offer of the panel.
func choice(t *testing.T, page string) url.Values {
	t.Helper()
	m := offerPart.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no offer can be chosen: %.2000s", page)
	}
	out := url.Values{"do": {"choose"}}
	for _, x := range regexp.MustCompile(`name="(\w+)" value="([^"]*)"`).FindAllStringSubmatch(m[1], -1) {
		if x[1] != "do" && x[1] != "step" {
			out.Set(x[1], x[2])
		}
	}
	return out
}

// TestChooseOffer: two people choose at once, and the second is told; what has changed its price is not bought unseen; a viewer
// chooses nothing; money that has left takes a confirmation.
func TestChooseOffer(t *testing.T) {
	h := openHouse(t)
	ada := h.enter("Ada", account.Owner)
	id := h.offered(t, ada)
	_, page := ada.get("/cases/" + id)
	wants(t, "panel", page, "Goods from elsewhere", "Weifang Kites", "Why: ", "Offers that cannot be taken", "It costs 237% of what the item cost", "more", "Choose this one", "Offer to the buyer")
	form := choice(t, page)
	_, body := h.enter("Vera", account.Viewer).get("/cases/" + id)
	wants(t, "viewer", body, "Goods from elsewhere", "-Choose this one")
	stale := url.Values{}
	for k, v := range form {
		stale[k] = v
	}
	stale.Set("price", "1.00 CNY")
	_, body = ada.post("/cases/"+id+"/offer", stale)
	wants(t, "stale", body, "The offer has changed since you looked at it")

	preview := url.Values{"step": {"preview"}}
	for k, v := range form {
		preview[k] = v
	}
	_, body = ada.post("/cases/"+id+"/offer", preview)
	wants(t, "preview", body, "Buy again at Weifang Kites", "41.00", `name="offer"`)
	if c := h.is(id); len(c.Offers) != 0 {
		t.Errorf("the preview told of %+v", c.Offers)
	}
	_, body = ada.post("/cases/"+id+"/offer", form)
	wants(t, "chosen", body, "The offer is chosen")
	bought := func() (n int) {
		for _, e := range h.view(id).Effects {
			if e.Kind == recourse.EffectReorder {
				if n++; e.Supplier != "Weifang Kites" || e.SKU != "WK-1" {
					t.Errorf("bought is %s %s", e.Supplier, e.SKU)
				}
			}
		}
		return n
	}
	_, body = ada.post("/cases/"+id+"/offer", form)
	wants(t, "the same again", body, "notice")
	second := choice(t, page)
	second.Set("once", "another")
	_, body = h.enter("Bob", account.Owner).post("/cases/"+id+"/offer", second)
	wants(t, "second", body, "notice bad")
	if n := bought(); n != 1 {
		t.Errorf("%d purchases are to be made", n)
	}
}

// TestConfirmedOffer: where the refund has left, choosing an offer takes a confirmation by somebody who may.
func TestConfirmedOffer(t *testing.T) {
	h := openHouse(t)
	ada := h.enter("Ada", account.Owner)
	id := h.offered(t, ada)
	h.tell(recourse.RefundSentNow, `{"order":"77","case":"77-1","amount":"59.80 EUR"}`)
	_, page := ada.get("/cases/" + id)
	form := choice(t, page)
	form.Set("step", "preview")
	_, body := ada.post("/cases/"+id+"/offer", form)
	wants(t, "preview", body, `name="confirmed"`)
	form.Del("step")
	_, body = ada.post("/cases/"+id+"/offer", form)
	wants(t, "unconfirmed", body, "notice bad")
	form.Set("confirmed", "yes")
	clerk := h.enter("Cleo", account.Clerk)
	_, body = clerk.post("/cases/"+id+"/offer", form)
	wants(t, "clerk", body, "notice bad")
	_, body = ada.post("/cases/"+id+"/offer", form)
	wants(t, "confirmed", body, "The offer is chosen")
}

// TestSourcingWalk walks a case that is out of stock in a browser, from its detection to the new parcel.
func TestSourcingWalk(t *testing.T) {
	ctx := browser(t)
	h := openHouse(t)
	ada := h.enter("Ada", account.Owner)
	id := h.offered(t, ada)
	look(t, ctx, 1440, "light")
	step := func(name, selector string) {
		t.Helper()
		do(t, ctx, chromedp.WaitVisible(selector))
		fits(t, ctx, name)
		axe(t, ctx, name)
		shoot(t, ctx, "sourcing-"+name)
	}
	do(t, ctx, chromedp.Navigate(h.link("Ada", account.Owner)), chromedp.Navigate(h.url+"/cases/"+id))
	step("1-panel", ".sourcing .offer")
	do(t, ctx, chromedp.Click(".src-best li:first-child .offer-why > summary"), chromedp.Click(".src-others > summary"))
	step("2-why", ".offer-why[open] li")
	do(t, ctx, chromedp.Click(`.src-best li:first-child button[value="ask"]`))
	step("3-confirm", ".confirm .primary")
	do(t, ctx, chromedp.Click(".confirm .primary"))
	step("4-asked", ".notice.good")
	_, base := h.buyer("77")
	look(t, ctx, 360, "light")
	do(t, ctx, chromedp.Navigate(h.url+base))
	step("buyer-1-offers", ".offers .offer button")
	do(t, ctx, chromedp.Click(".offers li:first-child button"))
	step("buyer-2-ahead", ".confirm .offer-title")
	do(t, ctx, chromedp.Click(".confirm .primary"))
	step("buyer-3-ordered", ".notice.good")
	if c := h.is(id); c.State != "resupply.reordering" {
		t.Fatalf("after the buyer's choice the case is in %s", c.State)
	}
	h.tell(recourse.PurchasePlacedEvent, `{"order":"77","purchase":"T-78","supplier":"Weifang Kites","lines":[1],"cost":"82.00 CNY","ship_by":"2026-03-20T00:00:00Z"}`)
	h.at.Store(pageNow.Add(24 * time.Hour).UnixMicro())
	h.tell(recourse.ParcelShipped, `{"order":"77","purchase":"T-78","parcel":"P-78","carrier":"YunExpress","tracking":"YT78","leg":"international"}`)
	c := h.is(id)
	if c.Status != recourse.Closed || c.Outcome != "reordered" {
		t.Fatalf("the case is %s in %s, %s", c.Status, c.State, c.Outcome)
	}
	h.tell(recourse.ParcelScanned, `{"parcel":"P-78","status":"delivered","leg":"international"}`)
	do(t, ctx, chromedp.Navigate(h.url+base))
	step("buyer-4-arrived", ".row.good")
	look(t, ctx, 1440, "light")
	do(t, ctx, chromedp.Navigate(h.link("Ada", account.Owner)), chromedp.Navigate(h.url+"/cases/"+id))
	step("5-closed", ".badge.closed")
	do(t, ctx, chromedp.Navigate(h.url+"/orders/77"), chromedp.WaitVisible(".bk > summary"), chromedp.Click(".bk > summary"))
	step("6-books", ".bk-entry td")
}

// TestMoneyPage: balances, recoveries by age with who is chased when, losses with the rate and its day or that there is none, and files
// that run no formula.
func TestMoneyPage(t *testing.T) {
	h := openHouse(t)
	ada := h.enter("Ada", account.Owner)
	h.sad()
	h.tell(recourse.RefundSentNow, `{"order":"77","case":"77-1","amount":"59.80 EUR"}`)
	h.tell(recourse.RefundSucceeded, `{"order":"77","case":"77-1","amount":"59.80 EUR"}`)
	_, body := ada.get("/money?in=EUR")
	wants(t, "money", body, "€59.80", "CN¥80.00", "0–7 days", `href="/recoveries"`, "Not in this sum: -CN¥80.00", "There is no rate from CNY to EUR")
	ada.drop("/rates", url.Values{"text": {"2026-03-13,CNY,EUR,0.1274"}})
	_, body = ada.get("/money?in=EUR")
	// 59.80 less 80.00 CNY at 0.1274, which is 10.19.
	wants(t, "home", body, "€49.61", "CNY to EUR at 0.1274", "March 2026", "Mar 2026", "-Not in this sum")
	_, body = ada.get("/money/recoveries.csv")
	wants(t, "recoveries", body, "77-1", "80", "Hangzhou <Kites> & Co")
	_, body = ada.get("/money/postings.csv")
	wants(t, "postings", body, "Given back to buyers", "59.8")
	if status, body := ada.get("/money/losses-supplier.xlsx"); status != http.StatusOK || !strings.HasPrefix(body, "PK") {
		t.Errorf("the workbook is %d %.20q", status, body)
	}
	if status, _ := ada.get("/money?from=never"); status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong day is answered with %d", status)
	}
	h.at.Store(pageNow.AddDate(0, 0, 45).UnixMicro())
	ada = h.enter("Ada", account.Owner) // the session has ended
	_, body = ada.get("/money")
	wants(t, "older", body, "31–60 days")
	_, body = ada.get("/cases/77-1")
	wants(t, "case", body, "Double entry", "Given back to buyers", "Debit")
}
