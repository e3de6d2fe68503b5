package sourcing

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse"
)

var today = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

func cny(n int64) recourse.Money { return recourse.Money{Minor: n, Currency: "CNY"} }
func eur(n int64) recourse.Money { return recourse.Money{Minor: n, Currency: "EUR"} }

func want() Want {
	return Want{SKU: "BT-9", Title: "Casque Bluetooth noir", Pieces: 2, WeightG: 250, SizeMM: recourse.Size{180, 160, 80}, Sold: eur(3990), Cost: cny(9000), Country: "FR", Promised: today.AddDate(0, 0, 30)}
}

func terms() Terms {
	return Terms{Now: today, MaxIncrease: 20, Similar: true, Lines: Lines(), Rates: []Rate{{From: "CNY", To: "EUR", Num: 128, Den: 1000}, {From: "USD", To: "CNY", Num: 7200, Den: 1000}}}
}

func candidate(id string, price recourse.Money) Candidate {
	return Candidate{ID: id, Title: "黑色蓝牙耳机", Offer: recourse.Offer{Supplier: "S-" + id, SKU: "x" + id, Price: price, Stock: 50, LeadDays: 2, WeightG: 240, SizeMM: recourse.Size{180, 160, 80}}, SeenAt: today}
}

func TestRank(t *testing.T) {
	same := candidate("same", cny(9500))
	same.SKU = "bt-9"
	near := candidate("near", cny(8000))
	red := candidate("red", cny(8000))
	red.Title = "红色蓝牙耳机"
	dear := candidate("dear", cny(12000))
	empty := candidate("empty", cny(8000))
	empty.Stock = 1
	dollar := candidate("dollar", recourse.Money{Minor: 1200, Currency: "USD"})
	pound := candidate("pound", recourse.Money{Minor: 900, Currency: "GBP"})
	free := candidate("free", cny(0))
	other := candidate("other", cny(8000))
	other.Title = "实木椅子"
	never := candidate("never", cny(100))
	never.Link = LinkNever
	huge := candidate("huge", cny(8000))
	huge.WeightG = 90_000
	got := Rank(want(), []Candidate{red, pound, free, never, huge, other, dear, empty, dollar, near, same}, terms())
	var fit []string
	for _, r := range got {
		if r.Fits() {
			fit = append(fit, r.ID)
		}
	}
	if want := "same near dollar"; !strings.HasPrefix(strings.Join(fit, " "), want) {
		t.Errorf("those that can be taken are %v, want %s first", fit, want)
	}
	for id, code := range map[string]string{"dear": "too_dear", "empty": "no_stock", "pound": "no_rate", "free": "no_price", "other": "not_like", "never": "never", "huge": "too_big"} {
		i := slices.IndexFunc(got, func(r Ranked) bool { return r.ID == id })
		if !slices.ContainsFunc(got[i].Blocks, func(b Block) bool { return b.Code == code }) {
			t.Errorf("%s: blocks %v, want %s", id, got[i].Blocks, code)
		}
	}
	if d := got[0].Dearer; d != cny(1000) {
		t.Errorf("two pieces at 95 for 90 cost %s more", d)
	}
	if m := got[0].Margin; m != eur(2*(3990-1216)) {
		t.Errorf("the margin is %s", m)
	}
}

// TestRankIsAnOrder: whatever the input's order, the ranking is the same, points add up, nobody has more than there are.
func TestRankIsAnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 12).Draw(t, "n")
		all := make([]Candidate, n)
		for i := range all {
			all[i] = candidate(string(rune('a'+i)), recourse.Money{Minor: rapid.Int64Range(-1, 1<<50).Draw(t, "price"), Currency: rapid.SampledFrom([]recourse.Currency{"CNY", "USD", "", "JPY"}).Draw(t, "currency")})
			all[i].Stock = rapid.IntRange(0, 1<<40).Draw(t, "stock")
			all[i].LeadDays = rapid.IntRange(0, 400).Draw(t, "lead")
			all[i].WeightG = rapid.IntRange(0, 1<<30).Draw(t, "weight")
			all[i].Title = rapid.String().Draw(t, "title")
		}
		got := Rank(want(), all, terms())
		slices.Reverse(all)
		again := Rank(want(), all, terms())
		for i := range got {
			sum := 0
			for _, p := range got[i].Points {
				if p.Is < 0 || p.Is > p.Of {
					t.Fatalf("%s has %d of %d", p.Name, p.Is, p.Of)
				}
				sum += p.Is
			}
			if sum != got[i].Score || got[i].ID != again[i].ID {
				t.Fatalf("place %d: %s with %d of %d, %s the other way round", i, got[i].ID, got[i].Score, sum, again[i].ID)
			}
		}
	})
}

func TestFit(t *testing.T) {
	lines := Lines()
	one := Fit(lines, 300, recourse.Size{200, 100, 50}, 4, "FR")
	if len(one) == 0 || one[0].Line.ID != "courier" || len(one[0].Parcels) != 1 {
		t.Errorf("light goods: %+v", one)
	}
	split := Fit(lines[:1], 900, recourse.Size{200, 100, 50}, 5, "FR")
	if len(split) != 1 || !slices.Equal(split[0].Parcels, []int{2, 2, 1}) {
		t.Errorf("five pieces of 900 g by a line of 2 kg: %+v", split)
	}
	if none := Fit(lines[:1], 2500, recourse.Size{200, 100, 50}, 1, "FR"); len(none) != 0 {
		t.Errorf("2.5 kg by a line of 2 kg: %+v", none)
	}
	long := lines[0]
	if over, _ := long.Takes(Parcel{WeightG: 500, SizeMM: recourse.Size{100, 700, 50}}, "FR"); len(over) != 1 || over[0].Limit != "longest" {
		t.Errorf("700 mm: %+v", over)
	}
	courier := lines[3]
	if over, _ := courier.Takes(Parcel{WeightG: 10_000, SizeMM: recourse.Size{1000, 700, 700}}, "FR"); len(over) != 1 || over[0].Limit != "volume" {
		t.Errorf("490 dm³ count as 98 kg: %+v", over)
	}
	if _, sure := courier.Takes(Parcel{}, "FR"); sure {
		t.Error("nothing is known and it is sure")
	}
}

func TestReadLines(t *testing.T) {
	for text, place := range map[string]string{
		"": "x.csv:1", "line,nam\n": "x.csv:1:2", "line,name,max_weight_g\na,b,heavy\n": "x.csv:2:3", "line,name\n,b\n": "x.csv:2:1", "line,name,days_from,days_to\na,b,9,3\n": "x.csv:2:4",
		"line,name,max_weight_g\na,b,-4\n": "x.csv:2:3", "line,name\na\n": "x.csv:2",
	} {
		_, err := ReadLines("x.csv", strings.NewReader(text))
		e, ok := err.(*recourse.Error)
		if !ok || e.Position.String() != place {
			t.Errorf("%q: %v, want a place %s", text, err, place)
		}
	}
}

func TestRecord(t *testing.T) {
	var good, late []Happening
	for i := range 12 {
		at := today.AddDate(0, 0, -i)
		good = append(good, Happening{Mark: MarkBought, At: at, Times: 1})
		late = append(late, Happening{Mark: MarkBought, At: at, Times: 1}, Happening{Mark: MarkLate, At: at, Times: 1})
	}
	g, l := NewRecord(good, today), NewRecord(late, today)
	points, known := g.standing()
	bad, _ := l.standing()
	none, knownNone := (&Record{}).standing()
	if !known || knownNone || !(points > none && none > bad) {
		t.Errorf("a good one has %d, nobody %d, a late one %d (%v, %v)", points, none, bad, known, knownNone)
	}
	long := NewRecord([]Happening{{Mark: MarkLate, At: today.AddDate(-1, 0, 0), Times: 1}, {Mark: MarkBought, At: today.AddDate(-1, 0, 0), Times: 1}, {Mark: MarkBought, At: today, Times: 1}}, today)
	if long.Late.Enough || long.Late.Bad >= long.Late.Of/2 {
		t.Errorf("what is a year old counts as today's: %+v", long.Late)
	}
	if fade(halfLife) != unit/2 || fade(0) != unit || fade(halfLife/2) != unit*3/4 {
		t.Errorf("fading: %d, %d, %d", fade(halfLife), fade(0), fade(halfLife/2))
	}
	slow := NewRecord([]Happening{{Mark: MarkAnswered, At: today, Took: 4 * time.Hour, Times: 1}, {Mark: MarkAnswered, At: today, Took: 8 * time.Hour, Times: 1}}, today)
	if slow.Answer != 6*time.Hour {
		t.Errorf("answers take %s", slow.Answer)
	}
}

func BenchmarkRank(b *testing.B) {
	all := make([]Candidate, 200)
	for i := range all {
		all[i] = candidate(string(rune('a'+i)), cny(int64(8000+i)))
	}
	for b.Loop() {
		Rank(want(), all, terms())
	}
}
