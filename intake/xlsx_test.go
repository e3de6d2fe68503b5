package intake

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/xuri/excelize/v2"
)

// sheetOf builds a workbook with a sheet of those rows, written by excelize as a peer would.
func sheetOf(t testing.TB, change func(*excelize.File), rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, cells := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &cells); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(f)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func header() []any {
	var out []any
	for name := range strings.SplitSeq(strings.TrimSpace(plainHeader), ",") {
		out = append(out, name)
	}
	return out
}

// plainSheet holds texts, numbers, a date as text and one as a serial number, and a price with binary dust.
func plainSheet(t testing.TB, change func(*excelize.File)) []byte {
	return sheetOf(t, change, header(),
		[]any{"1", "2026-03-01 08:30:00", nil, "Tom & «Jerry» <屏幕>", 2, 5.25, "p1", 46086.5, "T1", 46082, nil},
		[]any{1002, 46082.354166666664, 12.899999999999999, "B", 1.0, 0.1 + 0.2, nil, nil, nil, nil, nil},
		nil,
		[]any{"1003", "2026-03-02", nil, "C", 1, "7.00"})
}

func TestXLSX(t *testing.T) {
	golden(t, "testdata/workbook.golden", transcript(t, plainSheet(t, nil), Options{File: "plain.xlsx", Profile: plain(t)}))
}

func TestXLSXOfAnotherSheet(t *testing.T) {
	data := plainSheet(t, func(f *excelize.File) {
		f.NewSheet("Orders 2026")
		cells := header()
		f.SetSheetRow("Orders 2026", "A1", &cells)
		row := []any{"9", "2026-03-01", nil, "A", 1, 1}
		f.SetSheetRow("Orders 2026", "A2", &row)
	})
	if got := transcript(t, data, Options{Profile: plain(t), Sheet: "orders 2026"}); !strings.Contains(got, "order 9, rows 2 to 2") {
		t.Error(got)
	}
	if got := transcript(t, data, Options{File: "b.xlsx", Profile: plain(t), Sheet: "Order 2026"}); !strings.Contains(got, `b.xlsx: the workbook has no sheet "Order 2026" (did you mean "Orders 2026"?)`) {
		t.Error(got)
	}
}

// A workbook counts its days from 1904 where it says so: the same number is then 1,462 days later.
func TestXLSXFrom1904(t *testing.T) {
	yes := true
	data := plainSheet(t, func(f *excelize.File) { f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}) })
	if got := transcript(t, data, Options{Profile: plain(t)}); !strings.Contains(got, `"time":"2030-03-02T08:30:00Z"`) {
		t.Error(got)
	}
}

// Formulas are never reckoned: what was saved with them counts, and where nothing was, the row says so.
func TestXLSXFormulas(t *testing.T) {
	sheet := func(cells string) []byte {
		return workbookOf(t, `<row r="1">`+headerCells()+`</row><row r="2"><c r="A2" t="str"><v>7</v></c><c r="B2" t="d"><v>2026-03-01</v></c><c r="D2" t="inlineStr"><is><t>A</t></is></c>`+cells+`</row>`, "")
	}
	for _, c := range []struct{ cells, want string }{
		{`<c r="E2"><f>1+1</f><v>2</v></c><c r="F2"><v>5</v></c>`, `"quantity":2`},
		{`<c r="E2"><f>1+1</f></c><c r="F2"><v>5</v></c>`, `row 2, column 5 "qty", order "7", field : formula_unsaved`},
		{`<c r="E2" t="e"><v>#DIV/0!</v></c><c r="F2"><v>5</v></c>`, `column 5 "qty", order "7", field : cell_error: the cell holds the error #DIV/0!`},
		{`<c r="E2" t="s"><v>999</v></c><c r="F2"><v>5</v></c>`, "cell_damaged"},
		{`<c r="E2"><v>1</v></c><c r="F2"><v>1E3</v></c>`, `"price":"1000.00 EUR"`},
		{`<c r="E2"><v>1</v></c><c r="F2"><v>5</v></c><c r="G2"><v>1.2345678901234567E+17</v></c>`, "purchase.purchase: id_inexact"},
		{`<c r="ZZZZ2"><v>1</v></c>`, "row_too_wide"},
		{`<c r="E2"><v>1</v></c><c r="F2"><v>5</v></c><c r="Z2" t="e"><v>#N/A</v></c>`, "row 2, column 26 \"\", order \"7\", field : cell_error"},
	} {
		if got := transcript(t, sheet(c.cells), Options{Profile: plain(t)}); !strings.Contains(got, c.want) {
			t.Errorf("%s: want %q in\n%s", c.cells, c.want, got)
		}
	}
}

func headerCells() string {
	var out strings.Builder
	for _, name := range header() {
		fmt.Fprintf(&out, `<c t="inlineStr"><is><t>%s</t></is></c>`, name)
	}
	return out.String()
}

// workbookOf packs a sheet's rows, as XML, into the least archive that is a workbook.
func workbookOf(t testing.TB, rows, shared string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range map[string]string{
		"xl/workbook.xml":            `<?xml version="1.0"?><workbook xmlns:q="x"><sheets><sheet name="S" sheetId="1" q:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="/xl/s.xml"/></Relationships>`,
		"xl/s.xml":                   `<x:worksheet><!-- <row> --><x:sheetData>` + rows + `</x:sheetData></x:worksheet>`,
		"xl/sharedStrings.xml":       shared,
	} {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestXLSXBad(t *testing.T) {
	whole := plainSheet(t, nil)
	damaged := bytes.Clone(workbookOf(t, `<row>`+headerCells()+`</row>`+strings.Repeat(`<row><c><v>1</v></c></row>`, 50), ""))
	at := bytes.Index(damaged, []byte("xl/s.xml")) + 60
	damaged[at] ^= 0xFF
	var bomb bytes.Buffer
	w := zip.NewWriter(&bomb)
	for _, name := range []string{"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} {
		f, _ := w.Create(name)
		io.WriteString(f, map[string]string{"xl/workbook.xml": `<workbook><sheets><sheet name="S" r:id="1"/></sheets></workbook>`,
			"xl/_rels/workbook.xml.rels": `<R><Relationship Id="1" Type="/worksheet" Target="s.xml"/></R>`}[name])
	}
	f, _ := w.Create("xl/s.xml")
	io.WriteString(f, "<sheetData>")
	for range 100 {
		io.WriteString(f, strings.Repeat("<row/>", 1<<18))
	}
	w.Close()
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"cut in half", "cut off or damaged", whole[:len(whole)/2]},
		{"damaged inside", "damaged", damaged},
		{"an archive of another kind", "it has no xl/workbook.xml", func() []byte {
			var out bytes.Buffer
			w := zip.NewWriter(&out)
			w.Create("orders.csv")
			w.Close()
			return out.Bytes()
		}()},
		{"a bomb", "unpacks to more than 300 times its size", bomb.Bytes()},
		{"a cell of 10 MB", "more than 4 MiB", workbookOf(t, `<row><c t="inlineStr"><is><t>`+strings.Repeat("A", 10<<20)+`</t></is></c></row>`, "")},
		{"a document type", "declares a document type", workbookOf(t, `<!DOCTYPE x [<!ENTITY a "b">]>`, "")},
		{"XML cut off", "unexpected EOF", workbookOf(t, `<row>`+headerCells()+`</row><row><c`, "")},
		{"an empty sheet", "the book has no header", workbookOf(t, ``, "")},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := transcript(t, c.data, Options{File: "bad.xlsx", Profile: plain(t)})
			if !strings.Contains(got, c.want) || !strings.Contains(got, "bad.xlsx") {
				t.Errorf("want %q, got\n%.1000s", c.want, got)
			}
		})
	}
}

// A sheet reads the same however its bytes come.
func TestXMLReader(t *testing.T) {
	const text = `<?xml version="1.0"?><!-- a > b --><a:b c="1>2" d='x "y"'>t&lt;&#233;&#x4e2d;&nope;<![CDATA[<raw>&amp;]]></a:b><e/>`
	for _, read := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader} {
		x, got := newXMLReader(read(strings.NewReader(text))), ""
		for {
			err := x.next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if x.kind == xmlText {
				got += fmt.Sprintf("%q ", x.text)
			} else {
				got += fmt.Sprintf("%d %s %q %q %v ", x.kind, x.name, x.attr("c"), x.attr("d"), x.empty)
			}
		}
		want := `0 b "1>2" "x \"y\"" false "t<é中&nope;" "<raw>&amp;" 1 b "" "" false 0 e "" "" true `
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func FuzzXLSX(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="s"><v>0</v></c></row><row><c t="e"><v>#N/A</v></c><c><f>1</f></c></row>`, `<si><t>order</t></si><si><r><t>a</t></r><rPh><t>b</t></rPh></si>`)
	f.Add(`<row r="99999999999"/><row><c r="AAAAAAAA1"><v>1e999</v></c>`, `<si/>`)
	f.Fuzz(func(t *testing.T, rows, shared string) {
		transcript(t, workbookOf(t, rows, shared), Options{Profile: plain(t)})
		transcript(t, workbookOf(t, "<row>"+headerCells()+"</row>"+rows, shared), Options{Profile: plain(t)})
	})
}

// BenchmarkXLSX reads a sheet of 50,000 rows of 27 cells, and the same by excelize's stream of rows: what a
// reader built on it could reach before it did anything with the cells.
func BenchmarkXLSX(b *testing.B) {
	const rows = 50_000
	name := filepath.Join(b.TempDir(), "book.xlsx")
	writeSyntheticSheet(b, name, rows)
	b.Run("intake", func(b *testing.B) {
		p := exampleProfile(b, "olist.yaml")
		for b.Loop() {
			f, err := os.Open(name)
			if err != nil {
				b.Fatal(err)
			}
			info, _ := f.Stat()
			book, err := OpenXLSX(f, info.Size(), Options{Profile: p})
			if err != nil {
				b.Fatal(err)
			}
			for _, err := range book.All(b.Context()) {
				if err != nil {
					b.Fatal(err)
				}
			}
			if s := book.Summary(); s.Rows != rows || s.Rejected > 0 {
				b.Fatalf("%+v", s)
			}
			f.Close()
		}
		report(b, rows)
	})
	b.Run("excelize", func(b *testing.B) {
		for b.Loop() {
			f, err := excelize.OpenFile(name, excelize.Options{RawCellValue: true, UnzipSizeLimit: 4 << 30, UnzipXMLSizeLimit: 1 << 20})
			if err != nil {
				b.Fatal(err)
			}
			all, err := f.Rows("Sheet1")
			if err != nil {
				b.Fatal(err)
			}
			for all.Next() {
				if _, err := all.Columns(); err != nil {
					b.Fatal(err)
				}
			}
			f.Close()
		}
		report(b, rows)
	})
}

func writeSyntheticSheet(b *testing.B, name string, rows int) {
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	book := newCSVTable(newSyntheticBook(rows), ',')
	for i := 1; ; i++ {
		rec, err := book.next()
		if err == io.EOF {
			break
		}
		cells := make([]any, len(rec.cells))
		for j, c := range rec.cells {
			cells[j] = string(c)
		}
		if err := w.SetRow(fmt.Sprint("A", i), cells); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.SaveAs(name); err != nil {
		b.Fatal(err)
	}
}
