package view

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/store"

	"github.com/xuri/excelize/v2"
)

// MostCases is how many cases a file has.
const MostCases = 50_000

// WriteCSV writes a table as RFC 4180 has it: commas, CRLF, quotes where they are needed. It begins with the mark by which Excel
// knows UTF-8, and what a spreadsheet would take for a formula begins with an apostrophe.
func (t *Table) WriteCSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	row := make([]string, len(t.Columns))
	for i, col := range t.Columns {
		row[i] = harmless(col.Label)
	}
	if err := c.Write(row); err != nil {
		return err
	}
	for cells, err := range t.all() {
		if err != nil {
			return err
		}
		for i := range cells {
			row[i] = cells[i].plain()
		}
		if err := c.Write(row[:len(cells)]); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// plain is the cell for a CSV: numbers as programs read them.
func (c *Cell) plain() string {
	switch v := c.Value.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return harmless(v)
	}
	return harmless(c.Text)
}

// harmless is a text that no spreadsheet takes for a formula.
func harmless(s string) string {
	if strings.IndexAny(s, "=+-@\t\r\n|＝＋－＠") == 0 {
		return "'" + s
	}
	return s
}

// rowsOfSheet is how many rows a sheet of a workbook may have.
const rowsOfSheet = 1 << 20

// WriteXLSX writes a table as a workbook of one sheet, or of several where a sheet is full. Texts are texts there, whatever they
// begin with. Rows are written to the disk as they come.
func (t *Table) WriteXLSX(w io.Writer) error { return t.writeXLSX(w, rowsOfSheet) }

func (t *Table) writeXLSX(w io.Writer, most int) error {
	f := excelize.NewFile()
	defer f.Close()
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	row := make([]any, len(t.Columns))
	var s *excelize.StreamWriter
	sheets, n := 0, most
	begin := func() error {
		name := sheetName(t.Title)
		if sheets++; sheets > 1 {
			name = sheetName(strconv.Itoa(sheets) + " " + t.Title)
			if err := s.Flush(); err != nil {
				return err
			}
		}
		if s, err = newSheet(f, name, sheets == 1, len(t.Columns)); err != nil {
			return err
		}
		head := make([]any, len(t.Columns))
		for i, c := range t.Columns {
			head[i] = excelize.Cell{StyleID: bold, Value: c.Label}
		}
		n = 1
		return s.SetRow("A1", head)
	}
	if err := begin(); err != nil {
		return err
	}
	for cells, err := range t.all() {
		if err != nil {
			return err
		}
		if n >= most {
			if err := begin(); err != nil {
				return err
			}
		}
		for i := range cells {
			if row[i] = cells[i].Value; row[i] == nil {
				row[i] = cells[i].Text
			}
		}
		if n++; err == nil {
			err = s.SetRow("A"+strconv.Itoa(n), row[:len(cells)])
		}
		if err != nil {
			return err
		}
	}
	if err := s.Flush(); err != nil {
		return err
	}
	return f.Write(w)
}

// newSheet begins a sheet of a workbook, which comes with one.
func newSheet(f *excelize.File, name string, first bool, columns int) (*excelize.StreamWriter, error) {
	var err error
	if first {
		err = f.SetSheetName("Sheet1", name)
	} else {
		_, err = f.NewSheet(name)
	}
	if err != nil {
		return nil, err
	}
	s, err := f.NewStreamWriter(name)
	if err == nil {
		err = s.SetColWidth(1, max(columns, 1), 20)
	}
	return s, err
}

// sheetName is a title as a sheet may have it: 31 letters, and none of a few.
func sheetName(title string) string {
	clean := []rune(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return ' '
		}
		return r
	}, title))
	return strings.TrimSpace(string(clean[:min(len(clean), 31)]))
}

// CasesTable are the cases behind the figures: those opened in the range, under its filters.
func CasesTable(r Reader, cases []store.Case, cut bool) Table {
	t := Table{Name: "cases", Title: r.T("ins_cases_title"), Columns: []Column{
		word(r.T("ins_case")), word(r.T("ins_order")), word(r.T("ins_situation")), word(r.T("ins_status")), word(r.T("ins_outcome")), word(r.T("ins_supplier")), word(r.T("ins_country")), word(r.T("ins_channel")),
		word(r.T("ins_opened_at")), word(r.T("ins_settled_at")), num(r.T("ins_days_open")), num(r.T("ins_paid")), word(r.T("ins_currency")),
	}}
	for i := range cases {
		c := &cases[i]
		open := Cell{Value: ""}
		if !c.ClosedAt.IsZero() {
			open.Value = float64(c.ClosedAt.Sub(c.OpenedAt)/time.Minute) / (24 * 60)
		}
		amount := r.cash(c.Amount.Minor, c.Amount.Currency)
		t.Rows = append(t.Rows, []Cell{cell(c.ID), cell(c.Order), cell(r.Situation(c.Situation)), cell(r.Status(c.Status)), cell(outcomeOf(r, c.Outcome)), cell(c.Supplier), cell(c.Country), cell(c.Channel),
			cell(r.stamp(c.OpenedAt)), cell(r.stamp(c.ClosedAt)), open, amount, cell(string(c.Amount.Currency))})
	}
	if cut {
		t.Rows = append(t.Rows, []Cell{cell(r.T("ins_cut", "n", r.Number(len(cases))))})
	}
	return t
}

func outcomeOf(r Reader, o recourse.Outcome) string {
	if o == "" {
		return ""
	}
	return r.Outcome(o)
}

// stamp is an instant on the reader's clock, as spreadsheets take it for a date.
func (r Reader) stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return r.Local(t).Format("2006-01-02 15:04")
}
