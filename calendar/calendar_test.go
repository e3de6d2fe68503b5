package calendar

import (
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse"
)

func countryOf(t testing.TB, code string) *Calendar {
	t.Helper()
	c, ok := Default().Calendar(code)
	if !ok {
		t.Fatalf("no calendar for %s", code)
	}
	return c
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func day(t testing.TB, s string) recourse.Date {
	t.Helper()
	d, err := recourse.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAdd(t *testing.T) {
	for _, c := range []struct {
		code, from string
		n          int
		want       string
	}{
		{"CN", "2026-02-13T10:00:00+08:00", 30, "2026-04-02T10:00:00+08:00"},
		{"CN", "2026-03-02T10:00:00+08:00", 15, "2026-03-23T10:00:00+08:00"},
		{"CN", "2026-02-14T10:00:00+08:00", 10, "2026-03-06T10:00:00+08:00"},
		{"CN", "2026-02-14T10:00:00+08:00", 0, "2026-02-14T10:00:00+08:00"},
		{"CN", "2026-02-18T10:00:00+08:00", 0, "2026-02-18T10:00:00+08:00"},
		{"CN", "2026-02-18T10:00:00+08:00", 1, "2026-02-24T10:00:00+08:00"},
		{"CN", "2026-02-18T10:00:00+08:00", -1, "2026-02-14T10:00:00+08:00"},
		{"CN", "2026-02-24T10:00:00+08:00", -1, "2026-02-14T10:00:00+08:00"},
		// The day is that of Shanghai, where it is Saturday already; that Saturday is worked.
		{"CN", "2026-02-13T17:00:00Z", 1, "2026-02-24T01:00:00+08:00"},
		{"CN", "2026-02-13T15:00:00Z", 1, "2026-02-14T23:00:00+08:00"},
		// 2027 is not announced: a plain week. No offset is known to change in Shanghai.
		{"CN", "2026-12-31T09:00:00+08:00", 1, "2027-01-01T09:00:00+08:00"},
		{"FR", "2026-03-27T10:00:00+01:00", 1, "2026-03-30T10:00:00+02:00"},
		{"FR", "2026-04-30T10:00:00+02:00", 5, "2026-05-11T10:00:00+02:00"},
		{"US", "2026-07-02T16:30:00-04:00", 1, "2026-07-06T16:30:00-04:00"},
		{"US", "2026-10-30T12:00:00-04:00", 1, "2026-11-02T12:00:00-05:00"},
		{"BR", "2026-11-19T12:00:00-03:00", 1, "2026-11-23T12:00:00-03:00"},
	} {
		from, want := instant(t, c.from), instant(t, c.want)
		if got := countryOf(t, c.code).Add(from, c.n); !got.Equal(want) {
			t.Errorf("%s: %s + %d = %s, want %s", c.code, c.from, c.n, got.Format(time.RFC3339), c.want)
		}
	}
}

func TestAddKeepsNanosecondsAndAnswersInTheZone(t *testing.T) {
	got := countryOf(t, "FR").Add(time.Date(2026, 1, 5, 23, 59, 59, 999999999, time.UTC), 1)
	if want := "2026-01-07T00:59:59.999999999+01:00"; got.Format(time.RFC3339Nano) != want {
		t.Errorf("got %s, want %s", got.Format(time.RFC3339Nano), want)
	}
}

// TestDays holds each calendar against two lists: days on which people work, and days on which they do not.
func TestDays(t *testing.T) {
	for code, days := range map[string]struct{ work, off string }{
		"CN": {
			work: "2026-01-04 2026-02-14 2026-02-24 2026-02-28 2026-09-20 2026-10-10 2024-02-04 2023-10-07 " +
				"2022-10-03 2027-01-01 2027-10-01",
			off: "2026-01-01 2026-01-03 2026-02-15 2026-02-23 2026-02-21 2026-04-06 2026-10-07 2026-10-11 2023-10-06 2027-01-02",
		},
		"FR": {
			work: "2024-12-26 2026-05-15 2025-04-18 2027-05-14 2027-12-24",
			off: "2024-01-01 2024-04-01 2024-05-01 2024-05-08 2024-05-09 2024-05-20 2024-07-14 2024-08-15 2024-11-01 2024-11-11 2024-12-25 " +
				"2025-01-01 2025-04-21 2025-05-01 2025-05-08 2025-05-29 2025-06-09 2025-07-14 2025-08-15 2025-11-01 2025-11-11 2025-12-25 " +
				"2026-01-01 2026-04-06 2026-05-01 2026-05-08 2026-05-14 2026-05-25 2026-07-14 2026-08-15 2026-11-01 2026-11-11 2026-12-25 " +
				"2027-01-01 2027-03-29 2027-05-01 2027-05-08 2027-05-06 2027-05-17 2027-07-14 2027-08-15 2027-11-01 2027-11-11 2027-12-25",
		},
		"US": {
			work: "2026-04-03 2026-07-02 2026-07-06 2026-11-27 2026-12-24 2028-01-03 2020-06-19",
			off: "2026-01-01 2026-01-19 2026-02-16 2026-05-25 2026-06-19 2026-07-03 2026-09-07 2026-10-12 2026-11-11 2026-11-26 2026-12-25 " +
				"2027-06-18 2027-07-05 2027-12-24 2027-12-31 2060-12-31",
		},
		"GB": {
			work: "2026-05-05 2026-12-24 2026-12-29 2026-01-02 2020-05-04",
			off:  "2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28 2021-12-27 2021-12-28 2022-01-03 2020-05-08",
		},
		"BR": {
			work: "2026-02-18 2026-11-16 2026-12-24 2023-11-20",
			off:  "2026-01-01 2026-02-17 2026-04-03 2026-04-21 2026-05-01 2026-06-04 2026-09-07 2026-10-12 2026-11-02 2026-11-20 2026-12-25",
		},
		"DE": {work: "2026-06-04", off: "2026-04-03 2026-05-25 2026-10-03 2026-12-25"},
		"JP": {work: "2026-12-25 2026-05-07", off: "2026-01-01 2026-05-06 2026-09-22 2026-11-23"},
		"PL": {work: "2024-12-24", off: "2025-12-24 2026-06-04"},
		"DK": {work: "2024-04-26", off: "2023-05-05"},
	} {
		c := countryOf(t, code)
		for want, list := range map[bool]string{true: days.work, false: days.off} {
			for s := range strings.FieldsSeq(list) {
				if got := c.IsBusinessDay(day(t, s)); got != want {
					t.Errorf("%s %s: business day %v, want %v", code, s, got, want)
				}
			}
		}
	}
}

// TestChinaAgreesWithAnotherTable compares every day of the announced years with the data set of the npm package
// chinese-days 1.5.7 (MIT), which others keep from the same notices.
func TestChinaAgreesWithAnotherTable(t *testing.T) {
	data, err := os.ReadFile("testdata/chinese-days-1.5.7.txt")
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if date, kind, ok := strings.Cut(strings.TrimSpace(line), " "); ok && date != "#" {
			theirs[date] = kind
		}
	}
	c, compared := countryOf(t, "CN"), 0
	for at := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2027; at = at.AddDate(0, 0, 1) {
		d := recourse.DateOf(at)
		want := at.Weekday() != time.Saturday && at.Weekday() != time.Sunday
		if kind, ok := theirs[d.String()]; ok {
			want = kind == "workday"
		}
		if got := c.IsBusinessDay(d); got != want {
			t.Errorf("%s: business day %v, they say %v", d, got, want)
		}
		compared++
	}
	if compared != 1461 || len(theirs) != 141 {
		t.Errorf("compared %d days, %d of theirs special", compared, len(theirs))
	}
}

func TestExplain(t *testing.T) {
	for _, c := range []struct {
		code, from string
		n          int
		want       string
	}{
		{"CN", "2026-02-14T10:00:00+08:00", 10, "due 6 Mar 2026, 10 business days after 14 Feb in China: 15–23 Feb holiday, 28 Feb worked"},
		{"CN", "2026-02-20T10:00:00+08:00", 1, "due 24 Feb 2026, 1 business day after 20 Feb in China: 21–23 Feb holiday"},
		{"CN", "2026-03-06T10:00:00+08:00", -10, "due 14 Feb 2026, 10 business days before 6 Mar in China: 14 Feb worked, 15–23 Feb holiday, 28 Feb worked"},
		{"CN", "2026-02-28T10:00:00+08:00", -1, "due 27 Feb 2026, 1 business day before 28 Feb in China"},
		{"CN", "2026-03-02T10:00:00+08:00", 15, "due 23 Mar 2026, 15 business days after 2 Mar in China"},
		{"CN", "2026-12-30T10:00:00+08:00", 2, "due 1 Jan 2027, 2 business days after 30 Dec 2026 in China (provisional: China has not announced 2027)"},
		{"CN", "2026-12-30T10:00:00+08:00", 1, "due 31 Dec 2026, 1 business day after 30 Dec in China"},
		{"CN", "2026-02-18T10:00:00+08:00", 0, "due 18 Feb 2026, 0 business days after 18 Feb in China"},
		{"FR", "2026-04-30T10:00:00+02:00", 5, "due 11 May 2026, 5 business days after 30 Apr in France: 1 May holiday (Fête du Travail), 8 May holiday (Fête de la Victoire)"},
		{"FR", "2027-12-20T10:00:00+01:00", 5, "due 27 Dec 2027, 5 business days after 20 Dec in France"},
	} {
		if got := countryOf(t, c.code).Explain(instant(t, c.from), c.n).String(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	if d := countryOf(t, "CN").ProvisionalFrom(); d != day(t, "2027-01-01") {
		t.Errorf("China is provisional from %v", d)
	}
	if d := countryOf(t, "FR").ProvisionalFrom(); d != (recourse.Date{}) {
		t.Errorf("France is provisional from %v", d)
	}
}

func TestAnnouncements(t *testing.T) {
	list := countryOf(t, "CN").Announcements()
	if len(list) != 4 || list[0].Year != 2023 || list[0].Announced != day(t, "2022-12-08") || !strings.Contains(list[3].Source, "content_7047091") {
		t.Errorf("%+v", list)
	}
}

// TestAbsurdDates asks for what no order has: nothing panics, nothing leaves the years 1 to 9999.
func TestAbsurdDates(t *testing.T) {
	for _, code := range []string{"CN", "US"} {
		c := countryOf(t, code)
		for _, year := range []int{-292277022399, -1000000, -1, 0, 1, 1969, 1989, 1990, 2060, 2061, 9999, 10000, 1000000, 292277026596} {
			from := time.Date(year, 12, 31, 23, 59, 59, 0, time.UTC)
			for _, n := range []int{math.MinInt, -1 << 40, -260000, -1, 0, 1, 260000, 1 << 40, math.MaxInt} {
				got := c.Add(from, n)
				if n != 0 && (got.Year() < 1 || got.Year() > 9999 || !c.IsBusinessDay(recourse.DateOf(got))) {
					t.Errorf("%s: %v + %d = %v", code, from, n, got)
				}
				c.Between(from, got)
				if d := c.Explain(from, n); d.Due != got {
					t.Errorf("%s: %v + %d is explained as %v", code, from, n, d.Due)
				}
			}
		}
		if got := c.Add(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), math.MaxInt); recourse.DateOf(got) != day(t, "9999-12-31") {
			t.Errorf("%s: the last day is %v", code, got)
		}
		if got := c.Add(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), math.MinInt); recourse.DateOf(got) != day(t, "0001-01-01") {
			t.Errorf("%s: the first day is %v", code, got)
		}
		for _, d := range []recourse.Date{{}, {Year: -5, Month: 99, Day: -400}, {Year: 1e9, Month: 1, Day: 1}} {
			c.IsBusinessDay(d)
		}
	}
}

// plainAdd is Add as one would tell it to a person: day by day, and time.Date for the time.
func plainAdd(c *Calendar, from time.Time, n int) time.Time {
	local := from.In(c.Location())
	step := 1
	if n < 0 {
		step = -1
	}
	year, month, day := local.Date()
	for ; n != 0; n -= step {
		for {
			day += step
			if c.IsBusinessDay(recourse.Date{Year: year, Month: month, Day: day}) {
				break
			}
		}
	}
	return time.Date(year, month, day, local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), c.Location())
}

var (
	anyCode = rapid.SampledFrom(Default().Codes())
	// anyInstant reaches a little further than the tables, where the arithmetic of plain weeks takes over.
	anyInstant = rapid.Map(rapid.Int64Range((firstDay-1000)*secondsPerDay, (endDay+1000)*secondsPerDay),
		func(sec int64) time.Time { return time.Unix(sec, 0) })
)

func TestAddAgreesWithWalking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, _ := Default().Calendar(anyCode.Draw(t, "code"))
		from, n := anyInstant.Draw(t, "from"), rapid.IntRange(-400, 400).Draw(t, "n")
		if n == 0 {
			return
		}
		if got, want := c.Add(from, n), plainAdd(c, from, n); !got.Equal(want) {
			t.Fatalf("%s: %v + %d = %v, walking gives %v", c.Code(), from.In(c.Location()), n, got, want)
		}
	})
}

func TestAddProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, _ := Default().Calendar(anyCode.Draw(t, "code"))
		from := anyInstant.Draw(t, "from")
		m, n := rapid.IntRange(-5000, 5000).Draw(t, "m"), rapid.IntRange(-5000, 5000).Draw(t, "n")
		due := c.Add(from, n)
		if n != 0 && !c.IsBusinessDay(recourse.DateOf(due)) {
			t.Fatalf("%v + %d lands on %v", from, n, due)
		}
		if n >= 0 && c.Between(from, due) != n {
			t.Fatalf("between %v and %v are %d, not %d", from, due, c.Between(from, due), n)
		}
		// Noon is a time that no zone skips, so that the way over a third day changes nothing.
		start := c.Add(time.Date(from.Year(), from.Month(), from.Day(), 12, 0, 0, 0, c.Location()), 1)
		if got, want := c.Add(c.Add(start, m), n), c.Add(start, m+n); !got.Equal(want) {
			t.Fatalf("%v + %d + %d = %v, not %v", start, m, n, got, want)
		}
		if c.Add(start, m).Before(c.Add(start, min(m, n))) {
			t.Fatalf("%v + %d is before + %d", start, m, n)
		}
	})
}

// TestZonesAgreeWithTime asks around every change of the clocks of every zone, where errors would hide.
func TestZonesAgreeWithTime(t *testing.T) {
	for _, code := range Default().Codes() {
		z := countryOf(t, code).zone
		for _, start := range append([]int64{zoneStart, zoneEnd}, z.starts[:len(z.starts)-1]...) {
			for sec := start - 2*secondsPerDay; sec < start+2*secondsPerDay; sec += 900 {
				at := time.Unix(sec, 0).In(z.location)
				day, second := z.local(at)
				if year, month, d := at.Date(); day != dayNumber(recourse.Date{Year: year, Month: month, Day: d}) ||
					second != int64(at.Hour()*3600+at.Minute()*60+at.Second()) {
					t.Fatalf("%s: %v is second %d of day %d", code, at, second, day)
				}
				wallDay, wallSecond := sec/secondsPerDay, sec%secondsPerDay
				want := time.Date(1970, 1, 1+int(wallDay), 0, 0, int(wallSecond), 0, z.location)
				if got := z.instant(wallDay, wallSecond, 0); !got.Equal(want) {
					t.Fatalf("%s: second %d of day %d is %v, want %v", code, wallSecond, wallDay, got, want)
				}
			}
		}
	}
}

func TestAddAllocatesNothing(t *testing.T) {
	c, from := countryOf(t, "FR"), instant(t, "2026-02-13T10:00:00+08:00")
	if n := testing.AllocsPerRun(100, func() { from = c.Add(from, 1) }); n != 0 {
		t.Errorf("Add allocates %v times", n)
	}
}

func BenchmarkAdd(b *testing.B) {
	var froms [1024]time.Time
	for i := range froms {
		froms[i] = time.Date(2024, 1, 1, i%24, i%60, 0, i, time.UTC).AddDate(0, 0, i*7919%1096)
	}
	for _, code := range []string{"CN", "FR"} {
		c := countryOf(b, code)
		b.Run(code, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				c.Add(froms[i%1024], i%31)
				i++
			}
		})
		b.Run(code+"/parallel", func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					c.Add(froms[i%1024], i%31)
				}
			})
		})
	}
}

func BenchmarkExplain(b *testing.B) {
	c, from := countryOf(b, "CN"), instant(b, "2026-02-13T10:00:00+08:00")
	b.ReportAllocs()
	for b.Loop() {
		c.Explain(from, 30)
	}
}
