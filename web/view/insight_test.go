package view

import (
	"bytes"
	"encoding/csv"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/insight"
	"recourse/store"
	"recourse/text"

	"github.com/xuri/excelize/v2"
)

// insightAsked is the question of an address, as a reader in Paris asks it at a time.
func insightAsked(t *testing.T, now time.Time, address string) insight.Query {
	t.Helper()
	values, err := url.ParseQuery(address)
	if err != nil {
		t.Fatal(err)
	}
	r := reader(t, "en")
	r.Now = now
	f := InsightFilterOf(values)
	q, err := f.Query(r)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// TestInsightRanges: a range begins and ends at midnights of the shop's clock, weeks begin on Mondays, and it is compared with
// the same days before, through the changes of the clocks.
func TestInsightRanges(t *testing.T) {
	const day = "2006-01-02 15:04 MST"
	spring := time.Date(2026, 3, 31, 21, 30, 0, 0, time.UTC) // 23:30 in Paris, two days after the clocks went on
	for _, c := range []struct {
		address, from, to, before, until string
		now                              time.Time
		steps                            int
		second                           string
	}{
		{"", "2026-01-12 00:00 CET", "2026-04-01 00:00 CEST", "2025-10-20 00:00 CEST", "2026-01-07 00:00 CET", spring, 12, "2026-01-19 00:00 CET"},
		{"range=7d", "2026-03-25 00:00 CET", "2026-04-01 00:00 CEST", "2026-03-18 00:00 CET", "2026-03-25 00:00 CET", spring, 7, "2026-03-26 00:00 CET"},
		{"range=30d", "2026-03-02 00:00 CET", "2026-04-01 00:00 CEST", "2026-01-31 00:00 CET", "2026-03-02 00:00 CET", spring, 30, "2026-03-03 00:00 CET"},
		{"range=90d", "2026-01-01 00:00 CET", "2026-04-01 00:00 CEST", "2025-10-03 00:00 CEST", "2026-01-01 00:00 CET", spring, 14, "2026-01-05 00:00 CET"},
		{"range=year", "2026-01-01 00:00 CET", "2026-04-01 00:00 CEST", "2025-01-01 00:00 CET", "2025-04-01 00:00 CEST", spring, 14, "2026-01-05 00:00 CET"},
		{"from=2026-03-29&to=2026-03-29", "2026-03-29 00:00 CET", "2026-03-30 00:00 CEST", "2026-03-28 00:00 CET", "2026-03-29 00:00 CET", spring, 1, ""},
		{"from=2025-10-26&to=2025-10-01", "2025-10-01 00:00 CEST", "2025-10-27 00:00 CET", "2025-09-05 00:00 CEST", "2025-10-01 00:00 CEST", spring, 26, "2025-10-02 00:00 CEST"},
		{"from=2024-01-01&to=2025-12-31", "2024-01-01 00:00 CET", "2026-01-01 00:00 CET", "2021-12-31 00:00 CET", "2024-01-01 00:00 CET", spring, 24, "2024-02-01 00:00 CET"},
		{"from=1980-01-01&to=2026-01-01", "2021-01-01 00:00 CET", "2026-01-02 00:00 CET", "2016-01-01 00:00 CET", "2021-01-01 00:00 CET", spring, 61, "2021-02-01 00:00 CET"},
		// What the form sends when nobody touched the dates.
		{"from=2026-01-12&to=2026-03-31&was=12w:2026-01-12:2026-03-31&country=FR", "2026-01-12 00:00 CET", "2026-04-01 00:00 CEST", "2025-10-20 00:00 CEST", "2026-01-07 00:00 CET", spring, 12, "2026-01-19 00:00 CET"},
		{"range=yesterday", "2026-01-12 00:00 CET", "2026-04-01 00:00 CEST", "2025-10-20 00:00 CEST", "2026-01-07 00:00 CET", spring, 12, "2026-01-19 00:00 CET"},
	} {
		q := insightAsked(t, c.now, c.address)
		if q.From.Format(day) != c.from || q.To.Format(day) != c.to || q.Before.Format(day) != c.before || q.Until.Format(day) != c.until || len(q.Weeks) != c.steps {
			t.Errorf("%s: %s to %s against %s to %s in %d steps", c.address, q.From.Format(day), q.To.Format(day), q.Before.Format(day), q.Until.Format(day), len(q.Weeks))
		}
		if c.second != "" && q.Weeks[1].Format(day) != c.second {
			t.Errorf("%s: the second step begins %s", c.address, q.Weeks[1].Format(day))
		}
	}
	for _, bad := range []string{"from=soon&to=later", "from=2026-02-30&to=2026-03-01", "range=own&from=2026-01-01", "from=0001-01-01&to=2026-01-01"} {
		values, _ := url.ParseQuery(bad)
		f := InsightFilterOf(values)
		q, err := f.Query(reader(t, "en"))
		if recourse.KindOf(err) != recourse.Invalid || f.Range != RangeWeek || len(q.Weeks) != 12 {
			t.Errorf("%s: %v, %+v", bad, err, f)
		}
	}
}

// TestInsightScale: an axis reaches as far as its highest bar, and its lines are round numbers.
func TestInsightScale(t *testing.T) {
	for _, c := range []struct{ most, top, lines int64 }{{0, 4, 2}, {3, 4, 2}, {5, 6, 3}, {17, 20, 4}, {21, 30, 3}, {40, 40, 4}, {999, 1000, 2}, {12345, 15000, 3}} {
		if top, lines := scale(c.most); top != c.top || int64(len(lines)) != c.lines {
			t.Errorf("%d: %d by %v", c.most, top, lines)
		}
	}
}

// sly are texts that a spreadsheet would take for more than texts.
var sly = []string{`=HYPERLINK("http://evil.example","win")`, "+1+1", "-2+3", "@SUM(A1)", "\t=1", `say "yes", or`, "two\nlines", "杭州风筝", "plain"}

// TestInsightFiles opens the files again: numbers are numbers, nothing is a formula, and a CSV has what RFC 4180 and Excel
// want.
func TestInsightFiles(t *testing.T) {
	r := reader(t, "fr")
	rep := &insight.Report{}
	for _, name := range sly {
		rep.Suppliers = append(rep.Suppliers, insight.Supplier{Name: name, Purchases: 8, Troubled: 2})
	}
	table := supplierTable(r, InsightFilter{}, rep, 0)
	if short := supplierTable(r, InsightFilter{}, rep, 2); len(short.Rows) != 2 || short.More != len(sly)-2 || len(table.Rows) != len(sly) || table.More != 0 {
		t.Errorf("of %d suppliers %d are shown and %d told of; whole there are %d", len(sly), len(short.Rows), short.More, len(table.Rows))
	}
	var b bytes.Buffer
	if err := table.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(b.Bytes(), []byte("\xef\xbb\xbf")) || !strings.Contains(b.String(), "\r\n") {
		t.Error("the CSV has no mark of UTF-8, or other ends of lines")
	}
	rows, err := csv.NewReader(bytes.NewReader(b.Bytes()[3:])).ReadAll()
	if err != nil || len(rows) != len(sly)+1 {
		t.Fatal(err, rows)
	}
	for i, name := range sly {
		got := rows[i+1]
		if strings.ContainsAny(got[0][:1], "=+-@\t") || strings.TrimPrefix(got[0], "'") != name && got[0] != name || got[1] != "8" || got[2] != "2" || got[3] != "0.25" {
			t.Errorf("%q is %q", name, got)
		}
	}
	b.Reset()
	if err := table.WriteXLSX(&b); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheet := f.GetSheetList()[0]
	for i, name := range sly {
		at := "A" + strconv.Itoa(i+2)
		value, _ := f.GetCellValue(sheet, at)
		formula, _ := f.GetCellFormula(sheet, at)
		kind, _ := f.GetCellType(sheet, "B"+at[1:])
		if value != name || formula != "" || kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
			t.Errorf("%q is %q, formula %q; its number is of type %v", name, value, formula, kind)
		}
	}
	cases := CasesTable(r, []store.Case{{ID: "=1-1", Order: "=1", Supplier: "@x", OpenedAt: monday, Amount: recourse.Money{Minor: 2990, Currency: "EUR"}}}, true)
	b.Reset()
	if err := cases.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"'=1-1,'=1,", "'@x", "2026-03-16 09:30", "29.9,EUR"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not among the cases: %s", want, b.String())
		}
	}
}

// TestInsightNothing: no figure divides by nothing, in any language.
func TestInsightNothing(t *testing.T) {
	for _, lang := range text.Builtin().Languages() {
		r := reader(t, string(lang))
		f := InsightFilterOf(url.Values{"from": {"2031-01-01"}, "to": {"2031-01-01"}})
		q, err := f.Query(r)
		if err != nil {
			t.Fatal(err)
		}
		rep := insight.NewCounting(q).Report()
		for _, something := range []bool{false, true} {
			rep.Any = something
			var b bytes.Buffer
			if err := InsightsPage(Page{R: r, Title: "x", Shop: "y", Langs: text.Builtin().Languages()}, NewInsights(r, f, rep)).Render(t.Context(), &b); err != nil {
				t.Fatal(err)
			}
			for _, bad := range []string{"NaN", "Inf", "%!", "style="} {
				if strings.Contains(b.String(), bad) {
					t.Errorf("%s: %s on the page", lang, bad)
				}
			}
		}
	}
}
