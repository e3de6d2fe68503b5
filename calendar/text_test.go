package calendar

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse"
)

// kept is a set of two countries that are on no map, in zones that no database has: what is said about them can only be
// known from the text. The clocks go half an hour later from 1 June 2025, 00:00 UTC, in the one, and earlier from then
// to 1 December in the other.
const kept = `{"calendars":1,"countries":[
{"code":"QQ","zone":{"name":"Nowhere/Harbour","clocks":[{"name":"NHT","east":1200},{"name":"NHST","east":3000,"summer":true}],"changes":[[1748736000,1]]},
 "lawful":true,"law":[{"name":"Founding <Day>","days":["1990-03-03..2060"]},{"name":"Regatta","days":["2025-06-05","2026-06-04"]}]},
{"code":"QX","zone":{"name":"Nowhere/Quay","clocks":[{"name":"NHST","east":3000,"summer":true},{"name":"NHT","east":1200}],"changes":[[1748736000,1],[1764547200,0]]},
 "years":[{"year":2025,"weekend":["fri"],"source":"the harbour master & his clerk","announced":"2024-12-24","off":["2025-06-02..2025-06-04"],"worked":["2025-06-06"]}]}]}`

// keptHash must never change: sets are known by it for as long as decisions are kept.
const keptHash = "5b15f2769839bf0186893eefbba83412c8a7bf64612999993530001a6ffe7de8"

func restore(t testing.TB, text []byte) *Set {
	t.Helper()
	set, err := Restore(text)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestRestoreLooksAtNothingButTheText(t *testing.T) {
	set := restore(t, []byte(kept))
	if set.Hash() != keptHash {
		t.Errorf("the hash is %s", set.Hash())
	}
	if got := set.Codes(); !reflect.DeepEqual(got, []string{"QQ", "QX"}) {
		t.Errorf("countries %v", got)
	}
	for _, c := range []struct {
		code, from string
		n          int
		want, due  string
	}{
		{"QQ", "2025-02-28T10:00:00Z", 1, "due 4 Mar 2025, 1 business day after 28 Feb in QQ: 3 Mar holiday (Founding <Day>)", "2025-03-04T10:20:00+00:20 NHT"},
		{"QQ", "2025-05-30T10:00:00Z", 5, "due 9 Jun 2025, 5 business days after 30 May in QQ: 5 Jun holiday (Regatta)", "2025-06-09T10:20:00+00:50 NHST"},
		{"QX", "2025-06-01T10:00:00Z", 1, "due 5 Jun 2025, 1 business day after 1 Jun in QX: 2–4 Jun holiday", "2025-06-05T10:20:00+00:20 NHT"},
		{"QX", "2025-06-05T10:00:00Z", 1, "due 6 Jun 2025, 1 business day after 5 Jun in QX: 6 Jun worked", "2025-06-06T10:20:00+00:20 NHT"},
		{"QX", "2025-05-29T10:00:00Z", 1, "due 31 May 2025, 1 business day after 29 May in QX", "2025-05-31T10:50:00+00:50 NHST"},
		{"QX", "2025-12-31T10:00:00Z", 2, "due 3 Jan 2026, 2 business days after 31 Dec 2025 in QX (provisional: QX has not announced 2026)", "2026-01-03T10:50:00+00:50 NHST"},
	} {
		calendar, _ := set.Calendar(c.code)
		got := calendar.Explain(instant(t, c.from), c.n)
		if due := got.Due.Format(time.RFC3339 + " MST"); got.String() != c.want || due != c.due {
			t.Errorf("got  %s, %s\nwant %s, %s", got, due, c.want, c.due)
		}
	}
}

// changed are sets that operators made of the official one: a year that was not announced, a weekend that moves in a
// country under law, whose holidays on Sundays then count, and a new country in an odd zone without a weekend.
func changed(t testing.TB) *Set {
	t.Helper()
	var overrides []Override
	for _, file := range []string{
		china2027,
		"{calendar: FR, year: 2027, weekend: [thu, fri], off: [2027-12-26..2027-12-29], source: 'a \"law\" <https://x.example/?a=1&b=2> \u2028'}",
		"{calendar: XK, year: 2024, zone: Asia/Kathmandu, weekend: [], off: [2024-02-29]}\n---\n{calendar: XK, year: 2026, weekend: [sun], worked: [2026-01-04, 2026-01-18]}",
	} {
		o, err := ParseOverride("days.yaml", []byte(file))
		if err != nil {
			t.Fatal(err)
		}
		overrides = append(overrides, o)
	}
	set, err := Default().With(overrides...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestRestoreGivesTheSameAnswers goes through every day of every country.
func TestRestoreGivesTheSameAnswers(t *testing.T) {
	for name, set := range map[string]*Set{"official": Default(), "changed": changed(t)} {
		text := set.Text()
		again := restore(t, text)
		if set.Hash() != again.Hash() || !bytes.Equal(again.Text(), text) || !bytes.Equal(set.Text(), text) {
			t.Errorf("%s: the hash was %s and is %s, or the text is another", name, set.Hash(), again.Hash())
		}
		if !reflect.DeepEqual(set.Codes(), again.Codes()) {
			t.Errorf("%s: countries %v", name, again.Codes())
		}
		for _, code := range set.Codes() {
			a, _ := set.Calendar(code)
			b, _ := again.Calendar(code)
			sameCalendar(t, a, b)
		}
		t.Logf("%s: %d bytes", name, len(text))
	}
}

func sameCalendar(t *testing.T, a, b *Calendar) {
	t.Helper()
	if a.Location().String() != b.Location().String() || a.Code() != b.Code() || a.ProvisionalFrom() != b.ProvisionalFrom() || !reflect.DeepEqual(a.Announcements(), b.Announcements()) {
		t.Errorf("%s: what is told about it is another", a.Code())
	}
	for n := int64(firstDay); n < endDay; n++ {
		if d := dateOf(n); a.IsBusinessDay(d) != b.IsBusinessDay(d) {
			t.Fatalf("%s %s: business day %v", a.Code(), d, b.IsBusinessDay(d))
		}
	}
	for sec := int64(firstDay * secondsPerDay); sec < endDay*secondsPerDay; sec += 61*secondsPerDay + 3607 {
		from := time.Unix(sec, 0)
		for _, n := range []int{-20, 0, 1, 9, 2600} {
			sameDeadline(t, a, b, from, n)
		}
	}
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func sameDeadline(t failer, a, b *Calendar, from time.Time, n int) {
	t.Helper()
	x, y := a.Explain(from, n), b.Explain(from, n)
	if written(x.Due) != written(y.Due) || written(x.From) != written(y.From) || !a.Add(from, n).Equal(b.Add(from, n)) {
		t.Fatalf("%s: %v + %d = %v, not %v", a.Code(), from, n, y.Due, x.Due)
	}
	if a.Between(from, x.Due) != b.Between(from, x.Due) {
		t.Fatalf("%s: between %v and %v are %d", a.Code(), from, x.Due, b.Between(from, x.Due))
	}
	x.Due, y.Due, x.From, y.From = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	if !reflect.DeepEqual(x, y) {
		t.Fatalf("%s: %v + %d is explained as %+v, not %+v", a.Code(), from, n, y, x)
	}
}

// written is a time with all that its location adds to it.
func written(t time.Time) string { return t.Format(time.RFC3339Nano + " MST") }

// TestRestoreKnowsThePast: instants from before the tables come with old books, 1970-01-01 above all, and with damaged
// ones, 0001-01-01; the clocks went otherwise then. So they did in some zones every few years.
func TestRestoreKnowsThePast(t *testing.T) {
	zones := []string{
		"Europe/Dublin", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "Asia/Jerusalem", "America/Nuuk",
		"Antarctica/Troll", "Africa/Monrovia", "America/Indiana/Knox", "Asia/Gaza", "UTC", "Etc/GMT+5",
	}
	pairs := make([][2]*Calendar, len(zones))
	for i, zone := range zones {
		set := with(t, "{calendar: XK, year: 2026, zone: "+zone+"}")
		again := restore(t, set.Text())
		if set.Hash() != again.Hash() {
			t.Errorf("%s: another hash", zone)
		}
		pairs[i][0], _ = set.Calendar("XK")
		pairs[i][1], _ = again.Calendar("XK")
	}
	official := restore(t, Default().Text())
	for _, code := range Default().Codes() {
		again, _ := official.Calendar(code)
		pairs = append(pairs, [2]*Calendar{countryOf(t, code), again})
	}
	rapid.Check(t, func(t *rapid.T) {
		pair := rapid.SampledFrom(pairs).Draw(t, "pair")
		sec := rapid.OneOf(rapid.Int64Range(minDay*secondsPerDay, endDay*secondsPerDay), rapid.Int64Range(-3e9, 0)).Draw(t, "sec")
		sameDeadline(t, pair[0], pair[1], time.Unix(sec, 0), rapid.IntRange(-50, 50).Draw(t, "n"))
	})
}

// TestAFileOverARestoredSet: the holidays on weekends are in the text too, and matter when a file moves the weekend.
func TestAFileOverARestoredSet(t *testing.T) {
	for _, file := range []string{china2027, "{calendar: FR, year: 2027, weekend: [thu]}", "{calendar: XK, year: 2030, zone: Europe/Malta}"} {
		o, err := ParseOverride("days.yaml", []byte(file))
		if err != nil {
			t.Fatal(err)
		}
		want, _ := Default().With(o)
		got, err := restore(t, Default().Text()).With(o)
		if err != nil || got.Hash() != want.Hash() {
			t.Errorf("%s: %v, or another hash", file, err)
		}
	}
}

func TestRestoreRefuses(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{kept, "", "EOF"},
		{kept, "null", "its form"},
		{kept, "[]", "json: cannot unmarshal array"},
		{kept, strings.Repeat("[", 1<<20), "exceeded max depth"},
		{`"calendars":1`, `"calendars":2`, "its form is not the one of version 1"},
		{`"lawful":true`, `"lawfull":true`, `unknown field "lawfull"`},
		{`"QX"`, `"QQ"`, "QQ is there twice"},
		{`"QX"`, `"Qx"`, `Qx: code "Qx" is not a country`},
		{`"Nowhere/Harbour"`, `""`, "QQ: the zone \"\" has no name"},
		{`"Nowhere/Harbour"`, `"Local"`, "QQ: the zone \"Local\" has no name"},
		{`"clocks":[{"name":"NHT","east":1200},{"name":"NHST","east":3000,"summer":true}]`, `"clocks":[]`, "QQ: the zone \"Nowhere/Harbour\" has no clocks"},
		{`"east":1200`, `"east":120000`, "a wrong name or offset"},
		{`"name":"NHT"`, `"name":"NH\u0000T"`, "a wrong name or offset"},
		{`"name":"NHT"`, `"name":"` + strings.Repeat("T", 300) + `"`, "a wrong name or offset"},
		{`[1748736000,1]`, `[1748736000,2]`, "to no clock"},
		{`[1748736000,1]`, `[1748736000,-1]`, "to no clock"},
		{`[1748736000,1]`, `[1748736000,1],[1748736000,0]`, "out of order"},
		{`[1748736000,1]`, `[9223372036854775807,1]`, "out of order"},
		{`[1748736000,1]`, `[0,1]` + strings.Repeat(`,[0,1]`, 2000), "too many"},
		{`2025-06-05"`, `2025-06-31"`, `QQ: days "2025-06-31" is not a day`},
		{`1990-03-03..2060`, `1989-03-03..2060`, "is not in the years"},
		{`1990-03-03..2060`, `1990-03-03..2061`, "is not in the years"},
		{`1990-03-03..2060`, `1990-03-03..1989`, "is not in the years"},
		{`1990-03-03..2060`, `1990-03-03..`, "is not in the years"},
		{`1990-03-03..2060`, `2024-02-29..2026`, "a day that does not exist"},
		{`"2025-06-05"`, `"1990-03-03..2060"` + strings.Repeat(`,"1990-03-03..2060"`, 200), "one too many"},
		{`"lawful":true,`, ``, "QQ: a country without a law has no announced year"},
		{`"year":2025`, `"year":2061`, `QX: year "2061" is not a year`},
		{`"years":[`, `"years":[{"year":2025,"weekend":[]},`, "2025 is there twice"},
		{`"weekend":["fri"],`, ``, "does not say which days"},
		{`["fri"]`, `["sun","mon","tue","wed","thu","fri","sat"]`, "leaves no day"},
		{`the harbour master`, strings.Repeat("x", 501), "is too long"},
		{`2024-12-24`, `2024-13-24`, "is not a date"},
		{`2025-06-02..2025-06-04`, `2024-06-02..2025-06-04`, "is outside 2025"},
		{`"worked":["2025-06-06"]`, `"worked":["2025-06-05"]`, "is already a working day"},
		{`}]}]}`, `}]}]}{}`, "something follows"},
	} {
		text := strings.Replace(kept, c.old, c.new, 1)
		if text == kept {
			t.Errorf("%s is not in the text", c.old)
		}
		_, err := Restore([]byte(text))
		ours, ok := err.(*recourse.Error)
		if !ok || ours.Kind != recourse.Invalid || ours.Code != "calendar_text" || !strings.Contains(ours.Message, c.want) {
			t.Errorf("%.60q for %.60q:\ngot  %v\nwant %s", c.new, c.old, err, c.want)
		}
	}
	if _, err := Restore(make([]byte, maxText+1)); recourse.KindOf(err) != recourse.TooLarge || recourse.CodeOf(err) != "calendar_text" {
		t.Errorf("too large: %v", err)
	}
}

// FuzzRestore: whatever the text, an answer comes; a set that is restored counts without a fault and has a text that
// gives it again.
func FuzzRestore(f *testing.F) {
	f.Add([]byte(kept))
	f.Add([]byte(`{"calendars":1,"countries":[{"code":"AA","zone":{"name":"x","clocks":[{"name":"","east":-1}]},"lawful":true}]}`))
	f.Add([]byte(`{"calendars":1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		set, err := Restore(text)
		if err != nil {
			if ours, ok := err.(*recourse.Error); !ok || ours.Code != "calendar_text" {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		if again := restore(t, set.Text()); again.Hash() != set.Hash() {
			t.Fatalf("%q gives another set", text)
		}
		for _, code := range set.Codes() {
			c, _ := set.Calendar(code)
			for _, year := range []int{-1, 1, 1989, 1990, 2025, 2060, 2061, 9999} {
				from := time.Date(year, 12, 31, 23, 0, 0, 0, time.UTC)
				c.Explain(from, 300)
				c.Add(from, math.MinInt)
			}
		}
	})
}
