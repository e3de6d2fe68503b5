package view

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"recourse"
	"recourse/store"
)

// starts are the letters by which a spreadsheet knows a formula, or begins to; some only where the keyboard writes wide letters.
var starts = []string{"=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠"}

// TestFormulas: no cell of a file that leaves is a formula, whatever stands in a name.
func TestFormulas(t *testing.T) {
	for _, s := range starts {
		evil := s + `cmd|'/c calc'!A1`
		table := &Table{Title: evil, Columns: []Column{{Label: evil}, {Label: "n"}}, Rows: [][]Cell{{{Text: evil}, {Value: int64(-5)}}, {{Value: evil}, {Text: evil}}}}
		var b bytes.Buffer
		if err := table.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		tame(t, "a table", b.String())
		b.Reset()
		if err := table.WriteXLSX(&b); err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(&b)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []string{"A1", "A2", "A3", "B3"} {
			if formula, err := f.GetCellFormula(f.GetSheetName(0), at); err != nil || formula != "" {
				t.Errorf("%q: %s is the formula %q, %v", s, at, formula, err)
			}
		}
		f.Close()
		b.Reset()
		o := NewOfferFile(&b)
		if err := o.Write([]store.Offer{{Offer: recourse.Offer{Supplier: evil, SKU: evil, Price: recourse.Money{Minor: 100, Currency: "EUR"}, Stock: 1}, Title: evil, Line: evil, URL: evil, SeenAt: time.Unix(1700000000, 0)}}); err != nil {
			t.Fatal(err)
		}
		tame(t, "offers", b.String())
	}
}

// tame reads a CSV: a cell that begins like a formula must be a number.
func tame(t *testing.T, what, text string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for _, cell := range row {
			for _, s := range starts {
				if strings.HasPrefix(cell, s) && cell != "-5" {
					t.Errorf("%s: the cell %q", what, cell)
				}
			}
		}
	}
}
