package desk_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/importer"
	"recourse/intake"
	"recourse/store"
	"recourse/text"
)

// This file has the bad input of sourcing and money, each with the sentence that is said of it.

// badDesk is a desk with a clock that goes on.
func badDesk(t *testing.T) *desk.Desk {
	t.Helper()
	at := &clock{at: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)}
	return open(t, filepath.Join(t.TempDir(), "recourse.db"), func() time.Time { at.set(at.now().Add(time.Millisecond)); return at.now() })
}

// readList reads a list of offers and gives what was said of its bad rows.
func readList(t *testing.T, d *desk.Desk, list string) (importer.OffersRead, []string) {
	t.Helper()
	l, err := intake.OpenOffers(strings.NewReader(list), int64(len(list)), "offers.csv", "CNY")
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	sum, err := importer.ReadOffers(t.Context(), d, shop, l, "offers.csv", func(r *intake.Reject) error { said = append(said, r.String()); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return sum, said
}

// TestBadOffersInLists: every price that is none is turned away with its reason; of two with one SKU the last holds; a formula is a
// title like any other; an offer without weight is kept.
func TestBadOffersInLists(t *testing.T) {
	d := badDesk(t)
	sum, said := readList(t, d, "supplier,sku,title,price,currency,stock,weight,for\n"+
		"A,a1,Casque,10.00,CNY,3,,BT-9\n"+
		"A,a1,Casque,11.00,CNY,4,,BT-9\n"+
		"A,a2,\"=HYPERLINK(\"\"http://x\"\")\",10.00,CNY,3,200,\n"+
		"A,BT-9,Casque,12.00,CNY,3,200,bt-9\n"+
		"A,b1,Casque,0,CNY,3,,\n"+
		"A,b2,Casque,-5.00,CNY,3,,\n"+
		"A,b3,Casque,1000000000000000000,CNY,3,,\n"+
		"A,b4,Casque,99999999999999999999999,CNY,3,,\n"+
		"A,b5,Casque,10.00,QQQ,3,,\n")
	if sum.Rows != 4 || sum.New != 3 || sum.Rejected != 5 {
		t.Errorf("read is %+v: %q", sum, said)
	}
	for i, want := range []string{"a price of nothing is no offer", "negative", "too large", "too large", "there is no such currency"} {
		if i >= len(said) || !strings.Contains(said[i], want) {
			t.Errorf("bad row %d: %q does not say %q", i, said[min(i, len(said)-1)], want)
		}
	}
	if err := d.Store().Read(t.Context(), func(tx *store.Tx) error {
		all, err := tx.ListOffers(shop, store.OfferFilter{Limit: 10})
		if len(all) != 3 || all[0].Price.Minor != 1100 || all[0].WeightG != 0 || all[1].Title != `=HYPERLINK("http://x")` {
			t.Errorf("kept is %+v", all)
		}
		ties, err2 := tx.Substitutes(shop, "bt-9", 10)
		if len(ties) != 1 || ties[0].Link != "same" {
			t.Errorf("an item that stands for itself is tied as %+v", ties)
		}
		if err == nil {
			err = err2
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	err := d.Tie(t.Context(), shop, store.Substitute{SKU: "bt-9", Offer: 3, Link: "similar"})
	if recourse.CodeOf(err) != "tie_self" || !strings.Contains(err.Error(), "an item cannot stand in for itself") {
		t.Errorf("a substitute that points at itself: %v", err)
	}
}

// TestManyBadRows: ten thousand rows that are no offers are all told, and stop none of those that are.
func TestManyBadRows(t *testing.T) {
	d := badDesk(t)
	var b strings.Builder
	b.WriteString("supplier,sku,price,stock\n")
	for i := range 10_000 {
		fmt.Fprintf(&b, "A,x%d,zero,1\n", i)
	}
	b.WriteString("A,good,9.90,1\n")
	sum, said := readList(t, d, b.String())
	if sum.Rows != 1 || sum.New != 1 || sum.Rejected != 10_000 || len(said) != 10_000 {
		t.Errorf("%+v, %d sentences", sum, len(said))
	}
}

// TestBadOffersToldAsFacts: what a program tells is refused with the offer that is wrong.
func TestBadOffersToldAsFacts(t *testing.T) {
	for name, c := range map[string]struct{ offer, code, says string }{
		"negative":          {`{"supplier":"A","price":"-1.00 CNY","stock":1}`, "offer", "cannot be"},
		"10^18":             {`{"supplier":"A","price":"10000000000000000.00 CNY","stock":1}`, "offer", "cannot be"},
		"beyond":            {`{"supplier":"A","price":"99999999999999999999.00 CNY","stock":1}`, "", "99999999999999999999.00"},
		"unknown currency":  {`{"supplier":"A","price":"1.00 QQQ","stock":1}`, "", "QQQ"},
		"stock":             {`{"supplier":"A","price":"1.00 CNY","stock":-1}`, "offer", "stock -1"},
		"likeness":          {`{"supplier":"A","price":"1.00 CNY","stock":1,"likeness":1001}`, "offer", "thousandths"},
		"what rate":         {`{"supplier":"A","price":"1.00 USD","stock":1,"exchanged":{"sum":"7.20 CNY"}}`, "offer_exchanged", "7.20 CNY"},
		"a rate that lies":  {`{"supplier":"A","price":"100.00 USD","stock":1,"exchanged":{"sum":"1.00 CNY","num":72,"den":10,"day":"2026-11-25"}}`, "offer_exchanged", "is not what 100.00 USD comes to"},
		"a rate of nothing": {`{"supplier":"A","price":"1.00 USD","stock":1,"exchanged":{"sum":"7.20 CNY","num":72,"den":0,"day":"2026-11-25"}}`, "offer_exchanged", "comes to"},
		"its own currency":  {`{"supplier":"A","price":"1.00 CNY","stock":1,"exchanged":{"sum":"1.00 CNY","num":1,"den":1,"day":"2026-11-25"}}`, "offer_exchanged", "comes to"},
	} {
		_, err := recourse.DecodeData(recourse.OffersFound, []byte(`{"order":"1","offers":[`+c.offer+`]}`))
		if err == nil || c.code != "" && recourse.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := recourse.DecodeData(recourse.OffersFound, []byte(`{"order":"1","offers":[{"supplier":"A","price":"1.00 USD","stock":1,"exchanged":{"sum":"7.20 CNY","num":72,"den":10,"day":"2026-11-25"}}]}`)); err != nil {
		t.Errorf("a rate that fits: %v", err)
	}
}

// TestOfferWithoutWeight: it can be taken, and the ranking says that nobody knows what it weighs.
func TestOfferWithoutWeight(t *testing.T) {
	d := badDesk(t)
	readList(t, d, "supplier,sku,title,price,stock,for\nA,a1,黑色蓝牙耳机,90.00,9,BT-9\n")
	outOfStock(t, d, "1")
	found, err := d.Source(t.Context(), shop, "1-1", 1)
	if err != nil || len(found[0].Ranked) != 1 || !found[0].Ranked[0].Fits() {
		t.Fatalf("%+v %v", found, err)
	}
	words := ""
	for _, p := range found[0].Ranked[0].Points {
		words += text.In("en").Point(p.Name, p.Args) + "\n"
	}
	if !strings.Contains(words, "its weight or size is not") {
		t.Errorf("it is said %q", words)
	}
}

// history is what the history of an order says, in words.
func history(t *testing.T, d *desk.Desk, order string) string {
	t.Helper()
	v, err := d.Order(t.Context(), shop, order)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, h := range v.History {
		for _, e := range h.Entries {
			b.WriteString(text.In("en").Entry(e, v.File) + "\n")
		}
	}
	return b.String()
}

// TestMoneyBeyondWhatThereWas: a refund larger than what was paid, and a recovery larger than the purchase, are kept as they were told
// and said to be too much; nothing more is asked for, and the books still agree with the order.
func TestMoneyBeyondWhatThereWas(t *testing.T) {
	d := badDesk(t)
	outOfStock(t, d, "1")
	for _, ev := range []recourse.Event{
		{Type: recourse.RefundSentNow, Data: recourse.Data{Order: "1", Case: "1-1", Amount: recourse.Money{Minor: 100_000, Currency: "EUR"}}},
		{Type: recourse.RecoveryReceivedNow, Data: recourse.Data{Order: "1", Purchase: "T1", Amount: recourse.Money{Minor: 50_000, Currency: "CNY"}}},
	} {
		ev.Source = "test"
		if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: ev, By: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	if words := history(t, d, "1"); strings.Count(words, "more than was ever asked for or paid") != 2 {
		t.Errorf("the history says %s", words)
	}
	v, err := d.Order(t.Context(), shop, "1")
	if err != nil {
		t.Fatal(err)
	}
	waiting := slices.ContainsFunc(v.File.Refunds, func(r recourse.Refund) bool { return r.Status == recourse.RefundRequested })
	if waiting {
		t.Errorf("more is asked for: %+v", v.File.Refunds)
	}
	if _, err := d.Verify(t.Context(), shop, func(f desk.Finding) { t.Errorf("%+v", f) }, func(desk.Verified) {}); err != nil {
		t.Fatal(err)
	}
}

// TestLinesEditedAfterTheRefund: an order that is told with fewer pieces while a refund of all waits has the request withdrawn and what
// fits asked for; after the money left nothing can be called back and nothing more is asked for.
func TestLinesEditedAfterTheRefund(t *testing.T) {
	sale := recourse.Money{Minor: 2000, Currency: "EUR"}
	placed := func(order string, pieces int) recourse.Event {
		return recourse.Event{Type: recourse.OrderPlaced, Data: recourse.Data{Order: order, Paid: recourse.Money{Minor: 2000 * int64(pieces), Currency: "EUR"}, Items: []recourse.Line{{Line: 1, SKU: "K", Quantity: pieces, Price: sale}}}}
	}
	for _, sent := range []bool{false, true} {
		d := badDesk(t)
		all := []recourse.Event{placed("1", 2), {Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Order: "1", Purchase: "T1", Cost: recourse.Money{Minor: 8000, Currency: "CNY"}}},
			{Type: recourse.PurchaseOutOfStockNow, Data: recourse.Data{Order: "1", Purchase: "T1"}}}
		if sent {
			all = append(all, recourse.Event{Type: recourse.RefundSentNow, Data: recourse.Data{Order: "1", Case: "1-1"}})
		}
		for _, ev := range append(all, placed("1", 1)) {
			ev.Source = "test"
			if _, err := d.Tell(t.Context(), shop, desk.Fact{Event: ev, By: "test"}); err != nil {
				t.Fatal(err)
			}
		}
		v, err := d.Order(t.Context(), shop, "1")
		if err != nil {
			t.Fatal(err)
		}
		var active []string
		for _, r := range v.File.Refunds {
			if r.Status.Active() {
				active = append(active, string(r.Status)+" "+r.Amount.String())
			}
		}
		want := []string{"requested 20.00 EUR"}
		if sent {
			want = []string{"sent 40.00 EUR"}
		}
		if !slices.Equal(active, want) {
			t.Errorf("sent %v: the refunds are %q, want %q", sent, active, want)
		}
	}
}
