package desk_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/ledger"
	"recourse/store"
)

// TestBooksKept: on both databases, files of rejects are kept for every node and for a week, losses are told in the home currency with
// the rate of each posting's day, all postings are read whatever their number, and books that lack something are opened once more.
func TestBooksKept(t *testing.T) {
	databases(t, func(t *testing.T, address string) {
		at := &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
		d := open(t, address, at.now)
		t.Run("rejects", func(t *testing.T) { keepsRejects(t, d, address, at) })
		t.Run("losses", func(t *testing.T) { tellsLosses(t, d) })
		t.Run("postings", func(t *testing.T) { readsPostings(t, d) })
		t.Run("opened again", func(t *testing.T) { opensAgain(t, d) })
	})
}

func keepsRejects(t *testing.T, d *desk.Desk, address string, at *clock) {
	ctx, rows := t.Context(), strings.Repeat("row;\"=1+1\"\n", 60_000) // more than two parts
	other := open(t, address, at.now)
	has := func(d *desk.Desk, merchant, file, want string) {
		t.Helper()
		got, err := d.Rejects(ctx, merchant, file)
		if want == "" && recourse.CodeOf(err) != "not_found" || want != "" && (err != nil || string(got) != want) {
			t.Errorf("%s of %s: %d bytes, %v; %d are wanted", file, merchant, len(got), err, len(want))
		}
	}
	if err := d.KeepRejects(ctx, shop, "b1", strings.NewReader(rows)); err != nil {
		t.Fatal(err)
	}
	has(other, shop, "b1", rows) // another node
	has(d, "someone", "b1", "")
	if err := d.KeepRejects(ctx, shop, "b1", strings.NewReader("fewer\n")); err != nil {
		t.Fatal(err)
	}
	has(other, shop, "b1", "fewer\n")
	if err := d.KeepRejects(ctx, shop, "b2", strings.NewReader("x\n")); err != nil {
		t.Fatal(err)
	}
	if err := d.DropRejects(ctx, shop, "b2"); err != nil {
		t.Fatal(err)
	}
	has(d, shop, "b2", "")
	if err := d.KeepRejects(ctx, shop, "b3", bytes.NewReader(make([]byte, store.MostRejects+5))); err != nil {
		t.Fatal(err)
	}
	if got, err := other.Rejects(ctx, shop, "b3"); err != nil || len(got) != store.MostRejects {
		t.Errorf("a file that is too large has %d bytes, %v", len(got), err)
	}
	was := at.now()
	at.set(was.Add(store.RejectsKept))
	has(d, shop, "b1", "")
	if err := d.KeepRejects(ctx, shop, "b4", strings.NewReader("x\n")); err != nil {
		t.Fatal(err)
	}
	if n := counted(t, d, `SELECT COUNT(*) FROM reject_parts`); n != 1 {
		t.Errorf("%d parts are left of files whose time is over", n-1)
	}
	at.set(was)
	err := d.Store().Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutMerchant(store.Merchant{ID: "gone", CreatedAt: was}); err != nil {
			return err
		}
		if err := tx.PutRejects("gone", "g", strings.NewReader("x\n"), was); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM merchants WHERE merchant = 'gone'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	has(d, "gone", "g", "")
}

func counted(t *testing.T, d *desk.Desk, query string) (n int) {
	t.Helper()
	if err := d.Store().Read(t.Context(), func(tx *store.Tx) error { return tx.QueryRowContext(t.Context(), query).Scan(&n) }); err != nil {
		t.Fatal(err)
	}
	return n
}

// booked is an entry of two postings.
func booked(order string, seq int64, at time.Time, debit, credit ledger.Account, minor int64, currency recourse.Currency, situation, supplier string) []store.Posting {
	p := store.Posting{Order: order, Seq: seq, At: at, Account: string(debit), Amount: recourse.Money{Minor: minor, Currency: currency}, Ref: order + "/1", Case: order + "-1", Situation: situation, Supplier: supplier, Channel: "web"}
	q := p
	q.Account, q.Amount = string(credit), p.Amount.Neg()
	return []store.Posting{p, q}
}

func tellsLosses(t *testing.T, d *desk.Desk) {
	ctx, paris := t.Context(), time.FixedZone("Paris", 3600)
	day := func(d, h int) time.Time { return time.Date(2025, time.March, d, h, 0, 0, 0, time.UTC) }
	var all []store.Posting
	for _, b := range [][]store.Posting{
		booked("L1", 1, day(1, 9), ledger.Refunds, ledger.RefundsPayable, 3000, "EUR", "out_of_stock", "A"),
		booked("L1", 2, day(1, 9), ledger.Recoverable, ledger.Recoveries, 8000, "CNY", "out_of_stock", "A"),
		booked("L2", 1, day(3, 9), ledger.Recoverable, ledger.Recoveries, 8000, "CNY", "late_shipment", "B"),
		booked("L2", 2, day(31, 23), ledger.NotRecovered, ledger.Recoverable, 1000, "CNY", "late_shipment", "B"), // already April in Paris
		booked("L3", 1, day(4, 9), ledger.Chargebacks, ledger.Disputed, 500, "KWD", "dispute", ""),
		booked("L4", 1, day(5, 9), ledger.Refunds, ledger.RefundsPayable, 700, "JPY", "dispute", ""),
	} {
		all = append(all, b...)
	}
	rate := func(base, quote recourse.Currency, d int, num, den int64) store.Rate {
		return store.Rate{Base: base, Quote: quote, Day: recourse.Date{Year: 2025, Month: time.March, Day: d}, Num: num, Den: den, Source: "test"}
	}
	err := d.Store().Write(ctx, func(tx *store.Tx) error {
		if err := tx.OpenBooks(shop, all); err != nil {
			return err
		}
		// 0.10 on the 1st, 0.20 on the 3rd, 0.25 at the end; the dinar has three decimals and a rate that is too old; the yen has none,
		// and is told the other way round.
		return tx.PutRates(shop, []store.Rate{rate("CNY", "EUR", 1, 1, 10), rate("CNY", "EUR", 3, 1, 5), rate("EUR", "CNY", 30, 4, 1), rate("EUR", "JPY", 5, 7, 10), {Base: "KWD", Quote: "EUR", Day: recourse.Date{Year: 2025, Month: 1, Day: 1}, Num: 1, Den: 3}})
	})
	if err != nil {
		t.Fatal(err)
	}
	q := desk.LossQuery{From: day(1, 0), To: day(1, 0).AddDate(0, 2, 0), Home: "EUR", Zone: paris}
	l, err := d.Losses(ctx, shop, q)
	if err != nil {
		t.Fatal(err)
	}
	// 30.00 − 8.00 − 16.00 + 2.50 + 10.00
	if l.Home.Net != 3000-800-1600+250+1000 {
		t.Errorf("the loss is %+v", l.Home)
	}
	if fmt.Sprint(l.Missing) != "[KWD]" || len(l.Rates) != 2 || l.Rates[0].Currency != "CNY" || l.Rates[0].Days != 3 {
		t.Errorf("rates %+v, missing %v", l.Rates, l.Missing)
	}
	for by, list := range l.By {
		var sum int64
		for i := range list {
			sum += list[i].Home.Net
			if apart := list[i].Apart.Net; (list[i].Currency == "KWD") != (apart != 0) {
				t.Errorf("by %s: %+v", by, list[i])
			}
		}
		if sum != l.Home.Net {
			t.Errorf("by %s it comes to %d, and to %d in all", by, sum, l.Home.Net)
		}
	}
	if months := l.By[desk.ByMonth]; months[len(months)-1].Name != "2025-04" || months[len(months)-1].Net != 1000 {
		t.Errorf("months are %+v", months)
	}
	q.Home = ""
	if l, err = d.Losses(ctx, shop, q); err != nil || l.Home != (desk.Figures{}) || l.By[desk.BySupplier][0].Net == 0 || len(l.Rates) != 0 {
		t.Errorf("without a home currency: %+v %v", l, err)
	}
}

func readsPostings(t *testing.T, d *desk.Desk) {
	const orders, entries = 40, 60
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	var all []store.Posting
	for o := range orders {
		for n := range entries {
			all = append(all, booked(fmt.Sprintf("P%d", o), int64(n+1), at.Add(time.Duration(n)*time.Hour), ledger.Refunds, ledger.Cash, 100, "EUR", "late", "S"+fmt.Sprint(o%4))...)
		}
	}
	if err := d.Store().Write(t.Context(), func(tx *store.Tx) error { return tx.OpenBooks(shop, all) }); err != nil {
		t.Fatal(err)
	}
	supplier := "S1"
	for _, c := range []struct {
		f    store.PostingFilter
		want int
	}{{store.PostingFilter{}, orders * entries * 2}, {store.PostingFilter{Supplier: &supplier}, orders * entries / 2}, {store.PostingFilter{Accounts: []string{"cash", "refunds"}, Currency: "EUR"}, orders * entries * 2},
		{store.PostingFilter{Accounts: []string{"cash"}}, orders * entries}, {store.PostingFilter{Case: "P3-1"}, entries * 2}, {store.PostingFilter{Currency: "CNY"}, 0}} {
		c.f.From, c.f.To = at, at.AddDate(0, 1, 0)
		seen := map[string]bool{}
		for after := (*store.Posting)(nil); ; {
			var part []store.Posting
			if err := d.Store().Read(t.Context(), func(tx *store.Tx) (err error) { part, err = tx.FindPostings(shop, c.f, after, 101); return err }); err != nil {
				t.Fatal(err)
			}
			for _, p := range part {
				k := fmt.Sprintf("%s %d %s", p.Order, p.Seq, p.Account)
				if seen[k] {
					t.Fatalf("%s is read twice", k)
				}
				seen[k] = true
			}
			if len(part) == 0 {
				break
			}
			after = &part[len(part)-1]
		}
		if len(seen) != c.want {
			t.Errorf("%+v: %d postings were read, there are %d", c.f, len(seen), c.want)
		}
	}
}

// opensAgain: books that were opened, and lack a memorandum that is kept by now, are opened once more.
func opensAgain(t *testing.T, d *desk.Desk) {
	ctx := t.Context()
	for i, ev := range []recourse.Event{
		{Type: recourse.OrderPlaced, Data: recourse.Data{Order: "U1", Items: []recourse.Line{{Line: 1, SKU: "K", Quantity: 1, Price: recourse.Money{Minor: 3000, Currency: "EUR"}}}}},
		{Type: recourse.PurchasePlacedEvent, Data: recourse.Data{Order: "U1", Purchase: "T-U1", Supplier: "N", Lines: []recourse.Pieces{{Line: 1}}}},
		{Type: recourse.PurchaseOutOfStockNow, Data: recourse.Data{Order: "U1", Purchase: "T-U1"}},
	} {
		ev.Source, ev.ID = "test", fmt.Sprint("u", i)
		if _, err := d.Tell(ctx, shop, desk.Fact{Event: ev}); err != nil {
			t.Fatal(err)
		}
	}
	awaited, err := d.Recoveries(ctx, shop, 10)
	if err != nil || len(awaited) == 0 {
		t.Fatal(awaited, err)
	}
	last := &awaited[len(awaited)-1]
	if last.Order != "U1" || !last.Unknown || last.Supplier != "N" || last.Next.IsZero() || last.Rule.Arg("setting").Text != "recovery.chase_every" {
		t.Fatalf("awaited is %+v", last)
	}
	if err := d.Store().Write(ctx, func(tx *store.Tx) error {
		for _, q := range []string{`UPDATE postings SET seq = 0, n = seq * 10 + n WHERE order_id = 'U1'`, `DELETE FROM postings WHERE order_id = 'U1' AND account LIKE 'unknown%'`, `DELETE FROM postings WHERE order_id <> 'U1'`, `INSERT INTO ledger_todo (merchant, after) VALUES ('shop', '')`} {
			if _, err := tx.ExecContext(ctx, q); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for more := true; more; {
		if more, err = d.OpenBooks(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.CheckBooks(ctx, shop, func(order string, missing []ledger.Posting) { t.Errorf("%s lacks %+v", order, missing) }); err != nil {
		t.Fatal(err)
	}
}
