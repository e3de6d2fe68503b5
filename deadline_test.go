package recourse

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDeadlineExplainsItself(t *testing.T) {
	shanghai := time.FixedZone("CST", 8*60*60)
	at := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 10, 0, 0, 0, shanghai)
	}
	may := func(day int) Date { return Date{2026, time.May, day} }
	for want, d := range map[string]Deadline{
		"due 6 Mar 2026, 10 business days after 14 Feb in China: 15–23 Feb holiday, 28 Feb worked": {
			Due: at(2026, 3, 6), From: at(2026, 2, 14), Days: 10, Country: "CN",
			Skipped: []DayRange{{Date{2026, 2, 15}, Date{2026, 2, 23}, ""}},
			Worked:  []Date{{2026, 2, 28}},
		},
		"due 4 Jan 2027, 1 business day after 31 Dec 2026 in China: 1–3 Jan holiday (provisional: China has not announced 2027)": {
			Due: at(2027, 1, 4), From: at(2026, 12, 31), Days: 1, Country: "CN",
			Skipped:     []DayRange{{Date{2027, 1, 1}, Date{2027, 1, 3}, ""}},
			Provisional: true,
		},
		"due 15 May 2026, 9 business days after 30 Apr in France: 1 May holiday (Fête du Travail), 8 May holiday (Fête de la Victoire)": {
			Due: at(2026, 5, 15), From: at(2026, 4, 30), Days: 9, Country: "FR",
			Skipped: []DayRange{{may(1), may(1), "Fête du Travail"}, {may(8), may(8), "Fête de la Victoire"}},
		},
		"due 29 Apr 2026, 2 business days before 7 May in XX: 30 Apr–2 May holiday, 3 May worked": {
			Due: at(2026, 4, 29), From: at(2026, 5, 7), Days: -2, Country: "XX",
			Skipped: []DayRange{{Date{2026, 4, 30}, may(2), ""}}, Worked: []Date{may(3)},
		},
		"due 3 Jan 2027, 14 days after 20 Dec 2026": {Due: at(2027, 1, 3), From: at(2026, 12, 20), Days: 14},
		"due 3 Jan 2027, 2 business days after 29 Dec 2026 in XX: 30 Dec 2026–2 Jan holiday": {
			Due: at(2027, 1, 3), From: at(2026, 12, 29), Days: 2, Country: "XX",
			Skipped: []DayRange{{Date{2026, 12, 30}, Date{2027, 1, 2}, ""}},
		},
	} {
		if got := d.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestDeadlineInJSON(t *testing.T) {
	in := Deadline{
		Due: time.Date(2026, 3, 6, 2, 0, 0, 0, time.UTC), From: time.Date(2026, 2, 14, 2, 0, 0, 0, time.UTC),
		Days: 10, Country: "CN", Skipped: []DayRange{{Date{2026, 2, 15}, Date{2026, 2, 23}, ""}},
	}
	data, err := json.Marshal(in)
	const want = `{"due":"2026-03-06T02:00:00Z","from":"2026-02-14T02:00:00Z","days":10,"country":"CN",` +
		`"skipped":[{"first":"2026-02-15","last":"2026-02-23"}]}`
	if err != nil || string(data) != want {
		t.Fatalf("%s, %v; want %s", data, err, want)
	}
	var out Deadline
	if err := json.Unmarshal(data, &out); err != nil || !cmp.Equal(in, out) {
		t.Errorf("came back as %+v, %v", out, err)
	}
}

func TestParseDate(t *testing.T) {
	for _, s := range []string{"2026-02-14", "2024-02-29", "0001-01-01", "9999-12-31"} {
		if d, err := ParseDate(s); err != nil || d.String() != s {
			t.Errorf("%s: %v, %v", s, d, err)
		}
	}
	for _, s := range []string{"", "2026-02-30", "2025-02-29", "2026-2-1", "2026-02-14T00:00", "14.2.2026", "26-02-14", " 2026-02-14"} {
		if d, err := ParseDate(s); CodeOf(err) != "date_malformed" || d != (Date{}) {
			t.Errorf("%q: %v, %v", s, d, err)
		}
	}
	if (Date{}).String() != "" || (Date{2026, 2, 14}).Weekday() != time.Saturday {
		t.Error("the zero date has a text, or 14 February 2026 is no Saturday")
	}
}
