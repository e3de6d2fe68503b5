package view

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"recourse"
	"recourse/desk"
	"recourse/store"
	"recourse/text"
)

// FuzzICS: whatever a supplier is called, every line is as long as RFC 5545 allows, begins with a name or goes on with the one
// before, and no name of a line comes from a text.
func FuzzICS(f *testing.F) {
	f.Add("weifang", "1001")
	f.Add("a\r\nBEGIN:VALARM\r\n", "1,2;3\\")
	f.Add(strings.Repeat("景德镇", 40), "")
	f.Fuzz(func(t *testing.T, supplier, order string) {
		if !utf8.ValidString(supplier) || !utf8.ValidString(order) {
			return
		}
		now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
		c := store.Claim{Order: order, ClaimUntil: recourse.ClaimUntil{Case: order + "-1", Situation: "damaged_item", Supplier: supplier, EndsAt: now.AddDate(0, 0, 3), WarnAt: now, Window: recourse.ClaimWindow{Rule: recourse.WindowOfSupplier, Days: 3, From: recourse.WindowFromShipped}}}
		var b bytes.Buffer
		if err := WriteICS(&b, NewReader(text.In("en"), time.UTC, now), []store.Claim{c}, ""); err != nil {
			t.Fatal(err)
		}
		whole := b.String()
		if !strings.HasSuffix(whole, "\r\n") || strings.Count(whole, "\r") != strings.Count(whole, "\r\n") || strings.Count(whole, "\n") != strings.Count(whole, "\r\n") {
			t.Fatalf("lines do not end as they have to: %q", whole)
		}
		for _, line := range strings.Split(strings.TrimSuffix(whole, "\r\n"), "\r\n") {
			if len(line) > 75 || !utf8.ValidString(line) {
				t.Fatalf("%d bytes: %q", len(line), line)
			}
		}
		unfolded := strings.ReplaceAll(whole, "\r\n ", "")
		if n := strings.Count(unfolded, "\r\nBEGIN:VALARM\r\n"); n != 1 {
			t.Fatalf("%d alarms: %q", n, unfolded)
		}
	})
}

// TestClaimCalendar: a month's grid begins on a Monday, ends on a Sunday, and holds the whole month; what is open is grouped by day.
func TestClaimCalendar(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	r := NewReader(text.In("en"), time.UTC, now)
	for month := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); month.Year() < 2029; month = month.AddDate(0, 1, 0) {
		f := ClaimsFilter{Month: month}
		from, to := f.Grid()
		if from.Weekday() != time.Monday || to.Weekday() != time.Monday || from.After(month) || to.Before(month.AddDate(0, 1, 0)) || from.Before(month.AddDate(0, 0, -6)) || to.After(month.AddDate(0, 1, 7)) {
			t.Errorf("%s is from %s to %s", month.Format("2006-01"), from, to)
		}
	}
	at := func(id string, ends time.Time) store.Claim {
		return store.Claim{Order: id, ClaimUntil: recourse.ClaimUntil{Case: id + "-1", Situation: "damaged_item", WarnAt: ends.AddDate(0, 0, -3), EndsAt: ends, Amount: recourse.Money{Minor: 100, Currency: "CNY"}}}
	}
	open := []store.Claim{at("1", now.Add(5*time.Hour)), at("2", now.Add(8*time.Hour)), at("3", now.AddDate(0, 0, 1)), at("4", now.AddDate(0, 0, 20))}
	v := NewClaims(r, ClaimsFilterOf(r, nil), open, open, nil, &desk.ClaimSpan{})
	if len(v.Groups) != 3 || len(v.Groups[0].Items) != 2 || !strings.HasPrefix(v.Groups[0].Day, "Today, ") || !strings.HasPrefix(v.Groups[1].Day, "Tomorrow, ") || v.Groups[2].Items[0].Class != "open" {
		t.Errorf("the groups are %+v", v.Groups)
	}
	if v.Tiles[0].Number != "3" || v.Tiles[1].Number != "4" || v.Title != "March 2026" || v.Weekdays[0] != "Mon" || len(v.Weeks) != 6 || !v.Weeks[1][0].Today || len(v.Weeks[1][0].Items) != 2 {
		t.Errorf("the page is %+v", v)
	}
}
