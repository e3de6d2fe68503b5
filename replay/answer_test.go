package replay_test

import (
	"iter"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/replay"
	"recourse/sourcing"
)

// day is the n-th day of a little book, at noon.
func day(n int) time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

// late is an order of one kite for 30.00 EUR, bought for 20.00 EUR and to be shipped by the fifth day: given up four days
// after that. What else happens to it comes behind.
func late(id string, more ...recourse.Event) []recourse.Event {
	all := []recourse.Event{
		{Type: recourse.OrderPlaced, Time: day(0), Data: recourse.Data{Items: []recourse.Line{{Line: 1, SKU: "kite", Title: "red nylon kite 120cm", Quantity: 1, Price: eur(3000), WeightG: 400}}}},
		{Type: recourse.PurchasePlacedEvent, Time: day(1), Data: recourse.Data{Purchase: id + "-p", Supplier: "slow", Lines: []recourse.Pieces{{Line: 1, Quantity: 1}}, Cost: eur(2000), ShipBy: day(5)}},
	}
	all = append(all, more...)
	for i := range all {
		all[i].Order = id
	}
	return all
}

func eur(minor int64) recourse.Money { return recourse.Money{Minor: minor, Currency: "EUR"} }

func shippedOn(id string, n int) recourse.Event {
	return recourse.Event{Type: recourse.ParcelShipped, Time: day(n), Data: recourse.Data{Parcel: id, Purchase: id}}
}

func deliveredOn(id string, n int) recourse.Event {
	return recourse.Event{Type: recourse.ParcelScanned, Time: day(n), Data: recourse.Data{Parcel: id, Purchase: id, Status: recourse.Delivered}}
}

func orders(all ...[]recourse.Event) iter.Seq2[[]recourse.Event, error] {
	return func(yield func([]recourse.Event, error) bool) {
		for _, events := range all {
			if !yield(events, nil) {
				return
			}
		}
	}
}

// listed is a market of one kite at another supplier.
func listed(t *testing.T, change func(*replay.Listing)) replay.Market {
	t.Helper()
	x := replay.Listing{Offer: recourse.Offer{Supplier: "quick", SKU: "K-1", Price: eur(2200), Stock: 9, LeadDays: 2, WeightG: 400}, Title: "nylon kite", For: "kite", Same: true, Stock: true}
	change(&x)
	l := replay.NewListings("list.csv", []sourcing.Line{{ID: "air", Name: "Air", Countries: []string{"*"}, DaysFrom: 4, DaysTo: 6}})
	if err := l.Add(x); err != nil {
		t.Fatal(err)
	}
	return l
}

func answers(t testing.TB, market replay.Market, set map[string]string) *replay.Answers {
	t.Helper()
	a, err := replay.NewAnswers(set)
	if err != nil {
		t.Fatal(err)
	}
	a.Market = market
	return a
}

// compared replays a little book under refund_then_offer and reorder_first.
func compared(t *testing.T, a *replay.Answers, book ...[]recourse.Event) *replay.Result {
	t.Helper()
	r, err := replay.Book(t.Context(), orders(book...), replay.Options{Answers: a, Until: day(60), Deciders: []*decide.Decider{
		decider(t, "tmall-dsers", nil), decider(t, "tmall-dsers", map[string]string{"out_of_stock.remedy": "reorder_first"}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func days(t *testing.T, d *float64) float64 {
	t.Helper()
	if d == nil {
		return math.Inf(1)
	}
	return *d
}

// TestAnswered follows one late order under both policies, by the calendar. Given up on day 9; a refund leaves on day 10 and
// is there on day 15: ten days after the ship-by date. Reordered first, offers are there on day 10, bought on day 11, shipped on
// day 13 and delivered on day 19: fourteen days.
func TestAnswered(t *testing.T) {
	r := compared(t, answers(t, listed(t, func(*replay.Listing) {}), nil), late("1"))
	first, second := r.Reports[0], r.Reports[1]
	if first.Whole.Money != 1 || days(t, first.Whole.Median) != 10 || second.Whole.Goods != 1 || days(t, second.Whole.Median) != 14 || days(t, second.Whole.P90) != 14 {
		t.Errorf("whole: %+v %v, %+v %v", first.Whole, days(t, first.Whole.Median), second.Whole, days(t, second.Whole.Median))
	}
	if r.Sooner != 0 || r.Later != 1 || r.Changed != 1 {
		t.Errorf("%d sooner, %d later, %d differ", r.Sooner, r.Later, r.Changed)
	}
	a, b := first.Money["EUR"], second.Money["EUR"]
	if a.RefundsDone != eur(3000) || a.RecoveriesReceived != eur(2000) || a.Loss != eur(1000) || a.BoughtAgain.Minor != 0 {
		t.Errorf("refunded first: %+v", a)
	}
	if b.RefundsRequested.Minor != 0 || b.BoughtAgain != eur(2200) || b.BoughtFirst != eur(2000) || b.RecoveriesReceived != eur(2000) || b.Loss != eur(200) {
		t.Errorf("reordered first: %+v", b)
	}
	if g := second.Again; g != (replay.Again{Purchases: 1, Pieces: 1, Dearer: 1, Delivered: 1}) {
		t.Errorf("bought again: %+v", g)
	}
	if d := r.Difference()["EUR"]; d.Loss != eur(-800) || d.BoughtAgain != eur(2200) || d.RefundsDone != eur(-3000) {
		t.Errorf("difference: %+v", d)
	}
}

// TestAnsweredGoodsAfterAll: goods that ship after the money left are goods and money; those that ship before are let go, and
// the request is taken back; the supplier pays nothing back for either.
func TestAnsweredGoodsAfterAll(t *testing.T) {
	a := answers(t, nil, nil)
	r := compared(t, a, late("1", shippedOn("1-p", 12), deliveredOn("1-p", 20))).Reports[0]
	if m := r.Money["EUR"]; r.Twice != (replay.Twice{Orders: 1, Pieces: 1}) || m.Twice != eur(3000) || m.RefundsDone != eur(3000) || m.RecoveriesReceived.Minor != 0 || m.Loss != eur(3000) || r.Whole.Money != 1 {
		t.Errorf("after the money: %+v %+v %+v", r.Twice, m, r.Whole)
	}
	early := late("1", shippedOn("1-p", 9), deliveredOn("1-p", 20))
	early[2].Time = day(9).Add(time.Hour) // after it was given up, before anybody approved
	r = compared(t, a, early).Reports[0]
	if m := r.Money["EUR"]; r.Twice.Orders != 0 || m.RefundsWithdrawn != eur(3000) || m.RecoveriesWithdrawn != eur(2000) || m.Loss.Minor != 0 || r.Whole.Goods != 1 || days(t, r.Whole.Median) != 15 {
		t.Errorf("before the money: %+v %+v %v", r.Twice, m, days(t, r.Whole.Median))
	}
}

// TestAnsweredOtherwise: each assumption does what it says.
func TestAnsweredOtherwise(t *testing.T) {
	same := func(*replay.Listing) {}
	for name, c := range map[string]struct {
		set     map[string]string
		listing func(*replay.Listing)
		check   func(first, second *replay.Report) bool
	}{
		"nobody approves":     {map[string]string{"refund.approved_after": "never", "buyer.takes_goods": "0 %"}, same, func(a, b *replay.Report) bool { return a.Whole.Never == 1 && a.Whole.Median == nil }},
		"money never arrives": {map[string]string{"refund.arrives_after": "never"}, same, func(a, b *replay.Report) bool { return a.Whole.Never == 1 && a.Money["EUR"].RefundsDone.Minor == 0 }},
		"the bank is quick":   {map[string]string{"refund.arrives_after": "0 days"}, same, func(a, b *replay.Report) bool { return *a.Whole.Median == 5 }},
		"nobody searches":     {map[string]string{"search.answered_after": "never"}, same, func(a, b *replay.Report) bool { return b.Again.Purchases == 0 && *b.Whole.Median == 15 }},
		"nobody buys":         {map[string]string{"reorder.placed_after": "never"}, same, func(a, b *replay.Report) bool { return b.Again.Purchases == 0 && b.Whole.Never == 1 }},
		"nothing ships again": {map[string]string{"reorder.ships": "0 %"}, same, func(a, b *replay.Report) bool {
			return b.Again.Purchases == 1 && b.Again.Delivered == 0 && b.Whole.Owed() == 1 && b.Whole.Money == 1 && *b.Whole.Median == 19
		}},
		"suppliers do not pay": {map[string]string{"recovery.paid": "0%"}, same, func(a, b *replay.Report) bool {
			return a.Money["EUR"].RecoveriesDenied == eur(2000) && a.Money["EUR"].Loss == eur(3000)
		}},
		"suppliers do not say": {map[string]string{"recovery.answered_after": "never"}, same, func(a, b *replay.Report) bool {
			return a.Money["EUR"].RecoveriesDenied.Minor == 0 && a.Money["EUR"].RecoveriesReceived.Minor == 0
		}},
		"too dear":             {nil, func(x *replay.Listing) { x.Price = eur(2401) }, func(a, b *replay.Report) bool { return b.Again.Purchases == 0 && b.Whole.Money == 1 }},
		"not known that day":   {nil, func(x *replay.Listing) { x.SeenAt = day(11) }, func(a, b *replay.Report) bool { return b.Again.Purchases == 0 }},
		"the same that failed": {nil, func(x *replay.Listing) { x.Supplier = "slow" }, func(a, b *replay.Report) bool { return b.Again.Purchases == 0 }},
		"stock not told":       {nil, func(x *replay.Listing) { x.Stock = false }, func(a, b *replay.Report) bool { return b.Again.Purchases == 0 }},
		"buyers take the goods": {map[string]string{"buyer.takes_goods": "100 %", "refund.approved_after": "4 days"}, func(x *replay.Listing) { x.Same = false }, func(a, b *replay.Report) bool {
			return a.Whole.Goods == 1 && a.Money["EUR"].RefundsWithdrawn == eur(3000) && b.Whole.Goods == 1
		}},
		"buyers take the money": {map[string]string{"buyer.takes_goods": "0 %"}, func(x *replay.Listing) { x.Same = false }, func(a, b *replay.Report) bool {
			return a.Whole.Money == 1 && b.Whole.Money == 1 && b.Again.Purchases == 0
		}},
		"buyers do not say": {map[string]string{"buyer.answers_after": "never"}, func(x *replay.Listing) { x.Same = false }, func(a, b *replay.Report) bool { return *b.Whole.Median == 14 && b.Whole.Money == 1 }},
	} {
		r := compared(t, answers(t, listed(t, c.listing), c.set), late("1"))
		if !c.check(r.Reports[0], r.Reports[1]) {
			t.Errorf("%s:\n%s\n%s", name, asJSON(t, r.Reports[0]), asJSON(t, r.Reports[1]))
		}
	}
}

// TestAnswersRefused: what cannot be assumed is said, with what can.
func TestAnswersRefused(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"refund.aproved_after", "1 day", `nothing of the name "refund.aproved_after" can be assumed (did you mean "refund.approved_after"?)`},
		{"refund.approved_after", "soon", `refund.approved_after cannot be "soon" (write "2 days", "12 hours" or never`},
		{"refund.approved_after", "2 business days CN", `refund.approved_after cannot be`},
		{"refund.approved_after", "-1 days", `refund.approved_after cannot be`},
		{"buyer.takes_goods", "most", `buyer.takes_goods cannot be "most" (write a whole percentage up to 100 %)`},
		{"buyer.takes_goods", "101 %", `buyer.takes_goods cannot be`},
		{"buyer.takes_goods", "70", `buyer.takes_goods cannot be`},
		{"buyer.takes_goods", "as told", `buyer.takes_goods cannot be`},
		{"purchase.cost", "0 %", `purchase.cost cannot be`},
		{"answer.not_stopped", "perhaps", `answer.not_stopped cannot be "perhaps"`},
		{"answer.", "close", `nothing of the name "answer."`},
	} {
		_, err := replay.NewAnswers(map[string]string{c.name: c.value})
		if err == nil || !strings.Contains(err.Error(), c.want) || recourse.KindOf(err) != recourse.Invalid {
			t.Errorf("%s=%s:\n got %v\nwant %s", c.name, c.value, err, c.want)
		}
	}
	a := answers(t, nil, map[string]string{"answer.not_stopped": "never", "answer.claim_remedy": "refund", "buyer.takes_goods": " 5 % "})
	told := asJSON(t, a.Assumed())
	if strings.Contains(told, "not_stopped") || !strings.Contains(told, `"answer.claim_remedy","value":"refund"`) || !strings.Contains(told, `"5 %"`) {
		t.Errorf("told: %s", told)
	}
}

// TestAnswersCheck: an answer to a question that nobody asks, or that it cannot have, is refused.
func TestAnswersCheck(t *testing.T) {
	all := []*decide.Decider{decider(t, "tmall-dsers", nil)}
	for set, want := range map[string]string{
		"not_stoped=close": `no question "not_stoped" (did you mean "not_stopped"?)`, "not_stopped=refund": `the question "not_stopped" cannot be answered by refund (one of close)`,
		"claim_remedy=refund": "", "not_stopped=never": "",
	} {
		question, answer, _ := strings.Cut(set, "=")
		err := answers(t, nil, map[string]string{"answer." + question: answer}).Check(all)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", set, err, want)
		}
	}
}

// soldOn is an order that went well: a kite of a seller for so much, delivered.
func soldOn(n int, id, seller, sku, title string, price int64, weight int) []recourse.Event {
	return []recourse.Event{
		{Type: recourse.OrderPlaced, Time: day(n), Data: recourse.Data{Order: id, Items: []recourse.Line{{Line: 1, SKU: sku, Title: title, Quantity: 1, Price: eur(price), WeightG: weight}}}},
		{Type: recourse.PurchasePlacedEvent, Time: day(n), Data: recourse.Data{Order: id, Purchase: id, Supplier: seller, Lines: []recourse.Pieces{{Line: 1}}}},
		shippedOn(id, n+2), deliveredOn(id, n+5),
	}
}

// TestSales: a book as a market has the last price of every other seller before the day, and nothing of later; alike goods must
// be of the same title, a quarter lighter or heavier at the most, and cost at least half.
func TestSales(t *testing.T) {
	want := sourcing.Want{SKU: "kite", Title: "kites", Pieces: 1, WeightG: 400, Sold: eur(3000)}
	book := [][]recourse.Event{
		soldOn(1, "1", "slow", "kite", "kites", 3000, 400),
		soldOn(1, "2", "quick", "kite", "kites", 2500, 400),
		soldOn(3, "3", "quick", "kite", "kites", 2700, 400),
		soldOn(20, "4", "quick", "kite", "kites", 1000, 400),
		soldOn(2, "5", "other", "dragon", "kites", 1500, 500),
		soldOn(2, "6", "other", "stunt", "kites", 1499, 400),
		soldOn(2, "7", "other", "giant", "kites", 3000, 501),
		soldOn(2, "8", "other", "ball", "balls", 3000, 400),
	}
	for _, c := range []struct {
		alike   bool
		at      time.Time
		percent int
		want    string
	}{
		{false, day(10), 0, "quick kite 27.00 EUR"},
		{false, day(3), 0, "quick kite 25.00 EUR"}, // that day's own sale is not before it
		{false, day(1), 0, ""},
		{false, day(30), 50, "quick kite 5.00 EUR"},
		{true, day(10), 0, "quick kite 27.00 EUR, other dragon 15.00 EUR similar"},
	} {
		s := replay.NewSales(c.alike)
		for _, events := range book {
			if err := s.Add(events); err != nil {
				t.Fatal(err)
			}
		}
		s.Seal()
		all, lines := s.Offered(want, "slow", c.at, c.percent)
		var got []string
		for i, o := range all {
			got = append(got, strings.TrimSpace(strings.Join([]string{o.Supplier, o.SKU, o.Price.String(), string(o.Link)}, " ")))
			if o.LeadDays != 2 || lines[i].DaysTo != 3 || o.Line != lines[i].ID {
				t.Errorf("%s takes %d and %d days", o.Supplier, o.LeadDays, lines[i].DaysTo)
			}
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("on %v: %q, want %q", c.at, got, c.want)
		}
	}
}

// TestAnsweredBook: with a made-up book as its own market the sums agree with each other, and do not depend on who replays what.
func TestAnsweredBook(t *testing.T) {
	market := replay.NewSales(true)
	for events, err := range madeUp(t, 300) {
		if err == nil {
			err = market.Add(events)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	market.Seal()
	before := ""
	for range 2 {
		r, err := replay.Book(t.Context(), madeUp(t, 300), replay.Options{Until: exported, Answers: answers(t, market, nil), Deciders: []*decide.Decider{
			decider(t, "dropship", nil), decider(t, "dropship", map[string]string{"out_of_stock.remedy": "reorder_first"}),
		}})
		if err != nil {
			t.Fatal(err)
		}
		if got := asJSON(t, []any{r, r.Difference()}); before != "" && got != before {
			t.Fatal("another result")
		} else {
			before = got
		}
		for _, report := range r.Reports {
			addsUp(t, report)
		}
		if r.Reports[0].Whole.Money == 0 || r.Sooner+r.Later > r.Reports[0].Orders {
			t.Errorf("%+v, %d sooner, %d later", r.Reports[0].Whole, r.Sooner, r.Later)
		}
	}
}

// addsUp holds a report's sums against each other.
func addsUp(t *testing.T, r *replay.Report) {
	t.Helper()
	for c, s := range r.Money {
		net := s.RefundsRequested.Minor - s.RefundsWithdrawn.Minor
		if kept := r.Refunds[c].Minor; net < s.RefundsDone.Minor || net < kept {
			t.Errorf("%s: %d net, %v arrived, %d less withdrawn by the acts", c, net, s.RefundsDone, kept)
		}
		open := s.RecoveriesAsked.Minor - s.RecoveriesWithdrawn.Minor - s.RecoveriesDenied.Minor
		if s.RecoveriesReceived.Minor > open || s.Loss.Minor != net+s.BoughtAgain.Minor-s.RecoveriesReceived.Minor {
			t.Errorf("%s: %+v", c, s)
		}
	}
	if a := r.Again; a.Dearer+a.Cheaper+a.Alike != a.Purchases || a.Delivered > a.Purchases || a.Pieces < a.Purchases {
		t.Errorf("%+v", a)
	}
	if r.Whole.Median != nil && r.Whole.P90 != nil && *r.Whole.Median > *r.Whole.P90 {
		t.Errorf("%v is the middle one, %v nine of ten", *r.Whole.Median, *r.Whole.P90)
	}
}

// TestAnsweredStory: a story has the answers that the report counted, and leaves the book's own facts as they were.
func TestAnsweredStory(t *testing.T) {
	events := late("1")
	own := slices.Clone(events)
	_, decisions, said := replay.AnsweredStory(decider(t, "tmall-dsers", map[string]string{"out_of_stock.remedy": "reorder_first"}), events, day(60), answers(t, listed(t, func(*replay.Listing) {}), nil))
	var types []string
	for _, ev := range said {
		if ev.Source != replay.AssumedSource || ev.Order != "1" {
			t.Errorf("%+v", ev)
		}
		types = append(types, string(ev.Type))
	}
	if got := strings.Join(types, " "); got != "offers.found purchase.placed parcel.shipped parcel.scanned recovery.received" {
		t.Errorf("said: %s", got)
	}
	if len(decisions) == 0 || asJSON(t, events) != asJSON(t, own) {
		t.Errorf("%d decisions, or the book was changed", len(decisions))
	}
	events[1].Cost = recourse.Money{}
	file, _, _ := replay.AnsweredStory(decider(t, "tmall-dsers", nil), events, day(60), answers(t, nil, map[string]string{"purchase.cost": "50 %"}))
	if file.Purchases[0].Cost != eur(1500) || events[1].Cost != (recourse.Money{}) {
		t.Errorf("%v was assumed, the book has %v", file.Purchases[0].Cost, events[1].Cost)
	}
}

// FuzzAssume: whatever is assumed is refused with a sentence, or told as it was written.
func FuzzAssume(f *testing.F) {
	for _, name := range replay.Assumptions() {
		f.Add(name, "2 days")
		f.Add(name, "70 %")
	}
	f.Add("answer.not_stopped", "never")
	f.Fuzz(func(t *testing.T, name, value string) {
		a, err := replay.NewAnswers(map[string]string{name: value})
		if err != nil {
			if e, ok := err.(*recourse.Error); !ok || e.Message == "" || e.Field != "assume" {
				t.Fatalf("%v", err)
			}
			return
		}
		if strings.HasPrefix(name, "answer.") {
			return // one that is never given is not told
		}
		again := map[string]string{}
		for _, s := range a.Assumed() {
			again[s.Name] = s.Value
		}
		b, err := replay.NewAnswers(again)
		if err != nil || asJSON(t, a.Assumed()) != asJSON(t, b.Assumed()) {
			t.Fatalf("%q=%q is told as what cannot be read: %v", name, value, err)
		}
	})
}
