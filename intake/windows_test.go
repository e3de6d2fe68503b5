package intake_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"recourse"
	"recourse/intake"
)

func readWindows(text string) ([]recourse.ListedWindow, error) {
	r := strings.NewReader(text)
	return intake.ReadWindows(r, r.Size(), "w.csv")
}

// TestReadWindows: columns are known in three languages, what is left out has its default, and a workbook is read alike.
func TestReadWindows(t *testing.T) {
	got, err := readWindows("\ufeffFournisseur;Plateforme;Motif;Jours;À partir de;Pays\n'=weifang;;damaged_item;7;Shipped;cn\n\n;TMALL;;15;;\n")
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if w := got[0]; w.Supplier != "=weifang" || w.Problem != "damaged_item" || w.Days != 7 || w.From != recourse.WindowFromShipped || w.Country != "CN" || w.WarnDays != 3 {
		t.Errorf("the first is %+v", w)
	}
	if w := got[1]; w.Marketplace != "tmall" || w.Days != 15 || w.From != recourse.WindowFromDelivered || w.WarnDays != 5 {
		t.Errorf("the second is %+v", w)
	}
	f := excelize.NewFile()
	for at, v := range map[string]any{"A1": "供应商", "B1": "天数", "C1": "起算", "A2": "杭州明月", "B2": 30, "C2": "ordered"} {
		if err := f.SetCellValue("Sheet1", at, v); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err = intake.ReadWindows(bytes.NewReader(b.Bytes()), int64(b.Len()), "w.xlsx")
	if err != nil || len(got) != 1 || got[0].Supplier != "杭州明月" || got[0].Days != 30 || got[0].From != recourse.WindowFromOrdered {
		t.Errorf("the workbook is %+v, %v", got, err)
	}
}

// TestReadWindowsRefused: what is no window is told with its place, and nothing is given.
func TestReadWindowsRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, code, place string }{
		"no days":     {"supplier,from\nA,shipped\n", "windows_columns", "w.csv:1"},
		"not a day":   {"supplier,days\nA,7\nB,seven\n", "window_days", "w.csv:3:2"},
		"too long":    {"supplier,days\nA,1001\n", "window_days", "w.csv:2:2"},
		"start":       {"days,from\n7,birth\n", "window_from", "w.csv:2:2"},
		"country":     {"days,country\n7,China\n", "window_country", "w.csv:2:2"},
		"problem":     {"days,problem\n7,It broke\n", "window_problem", "w.csv:2:2"},
		"warning":     {"days,warn_days\n7,-1\n", "window_warn", "w.csv:2:2"},
		"long":        {"days,note\n7," + strings.Repeat("x", 1001) + "\n", "event_text", "w.csv:2:2"},
		"quote":       {"days,note\n7,\"x\n", "", "w.csv:2"},
		"zero letter": {"days,note\n7,a\x00b\n", "", "w.csv:2"},
	} {
		got, err := readWindows(c.text)
		if got != nil || err == nil || c.code != "" && recourse.CodeOf(err) != c.code || !strings.HasPrefix(err.Error(), c.place) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := readWindows("days\n" + strings.Repeat("7\n", 5001)); recourse.CodeOf(err) != "windows_rows" {
		t.Errorf("got %v", err)
	}
}

// FuzzReadWindows: whatever is read can be kept, and is read again from what is written.
func FuzzReadWindows(f *testing.F) {
	f.Add("supplier,marketplace,problem,from,days,country,warn_days,unsure,source,note\nA,tmall,damaged_item,shipped,7,CN,2,yes,https://example.org,n\n")
	f.Add("Fournisseur;Jours\n'=a;15\n")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := readWindows(text)
		if err != nil {
			return
		}
		for i := range all {
			if err := all[i].Check(); err != nil {
				t.Fatalf("%+v was read: %v", all[i], err)
			}
			cells := all[i].Cells()
			again, err := recourse.ReadWindow(func(column string) string {
				for j, c := range recourse.WindowColumns {
					if c == column {
						return cells[j]
					}
				}
				return ""
			})
			if err != nil || again != all[i] {
				t.Fatalf("%+v becomes %+v: %v", all[i], again, err)
			}
		}
	})
}
