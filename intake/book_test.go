package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"
	"recourse"
)

// plainProfile is a small mapping with the essentials.
const plainProfile = `
profile: plain
row: line
zone: UTC
currency: EUR
order: {order: order, placed: placed, paid: paid}
line: {sku: sku, quantity: qty, price: price}
purchase: {purchase: bought, ship_by: ship_by}
parcel: {tracking: tracking, shipped_at: shipped, delivered_at: delivered}
`

const plainHeader = "order,placed,paid,sku,qty,price,bought,ship_by,tracking,shipped,delivered\n"

func plain(t testing.TB) *Profile {
	t.Helper()
	p, err := ParseProfile("plain.yaml", []byte(plainProfile))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// plainRow is a row of the plain book that is in order.
func plainRow(order string, line int) string {
	return fmt.Sprintf("%s,2026-03-01,,SKU%d,1,5.00,,,,,\n", order, line)
}

// TestBadInput names what is wrong with each kind of bad book, and where. That no bad row stops a file is seen
// from the good order behind it, which must come out.
func TestBadInput(t *testing.T) {
	for _, c := range []struct{ name, row, want string }{
		{"amount in two readings", "1,2026-03-01,,A,1,\"1,234\",,,,,", "row 2, column 6 \"price\", order \"1\", field line.price: amount_ambiguous"},
		{"absurd amount", "1,2026-03-01,,A,1,99999999999999.00,,,,,", "column 6 \"price\", order \"1\", field line.price: amount_range"},
		{"amount beyond all", "1,2026-03-01,,A,1," + strings.Repeat("9", 40) + ",,,,,", "field line.price: money_overflow"},
		{"negative amount", "1,2026-03-01,,A,1,-5.00,,,,,", "field line.price: amount_negative"},
		{"too many decimals", "1,2026-03-01,,A,1,5.001,,,,,", "field line.price: amount_ambiguous"},
		{"unknown currency", "1,2026-03-01,,A,1,5.00 XQZ,,,,,", "field line.price: currency_unknown"},
		{"withdrawn currency", "1,2026-03-01,,A,1,5.00 DEM,,,,,", "field line.price: currency_withdrawn"},
		{"other currency", "1,2026-03-01,,A,1,5.00 USD,,,,,", "field line.price: currency_conflict"},
		{"no price", "1,2026-03-01,,A,1,,,,,,", "field line.price: price_missing"},
		{"words for an amount", "1,2026-03-01,,A,1,free,,,,,", "field line.price: amount_malformed"},
		{"absurd date", "1,0202-03-01,,A,1,5.00,,,,,", "column 2 \"placed\", order \"1\", field order.placed: date_range"},
		{"no such day", "1,2026-02-29,,A,1,5.00,,,,,", "field order.placed: date_malformed"},
		{"date of two readings", "1,03/04/2026,,A,1,5.00,,,,,", "field order.placed: date_malformed"},
		{"no date", "1,,,A,1,5.00,,,,,", "field order.placed: placed_missing"},
		{"pieces", "1,2026-03-01,,A,1.5,5.00,,,,,", "field line.quantity: quantity_malformed"},
		{"too few cells", "1,2026-03-01,,A", "row 2, column 0 \"\", order \"1\", field : row_ragged: the row has 4 cells, the header 11"},
		{"too many cells", "1,2026-03-01,,A,1,5.00,,,,,,x", "row_ragged"},
		{"text behind a quote", "1,2026-03-01,,\"A\"B,1,5.00,,,,,", "row 2, column 4 \"sku\", order \"1\", field : csv_quote"},
		{"unclosed quote", "1,2026-03-01,,\"A,1,5.00,,,,,", "row 2, column 4 \"sku\", order \"1\", field : csv_quote"},
		{"invalid UTF-8", "1,2026-03-01,,\xff\xfe,1,5.00,,,,,", "row 2, column 4 \"sku\", order \"1\", field : cell_encoding"},
		{"NUL", "1,2026-03-01,,A\x00,1,5.00,,,,,", "cell_binary"},
		{"no order", ",2026-03-01,,A,1,5.00,,,,,", "row 2, column 1 \"order\", order \"\", field order.order: order_missing"},
		{"no line", "1,2026-03-01,,,,,,,,,", "line_missing"},
		{"formula", "1,2026-03-01,,A,=1+1,5.00,,,,,", "field line.quantity: quantity_malformed"},
		{"a cell of 10 MB", "1,2026-03-01,," + strings.Repeat("A", 10<<20) + ",1,5.00,,,,,", "row_too_large"},
		{"a cell of 2 MB", "1,2026-03-01,," + strings.Repeat("A", 2<<20) + ",1,5.00,,,,,", "row 2, column 4 \"sku\", order \"1\", field : cell_too_large"},
		{"a long order number", strings.Repeat("1", 300) + ",2026-03-01,,A,1,5.00,,,,,", "id_too_long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := plainHeader + c.row + "\n" + plainRow("0", 1) + plainRow("good", 1)
			got := transcript(t, []byte(text), Options{Profile: plain(t), Encoding: "utf-8"})
			if !strings.Contains(got, c.want) || !strings.Contains(got, "order good, rows 4 to 4") {
				t.Errorf("want %q and the good order; got\n%.2000s", c.want, got)
			}
		})
	}
}

// TestRefused names what keeps a whole book from being read.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "book.csv:1: the book has no header"},
		{"blank", "\n\n", "the book has no header"},
		{"another header", "a,b\n1,2\n", `book.csv:1: the book has no column "order"`},
		{"a misspelt column", strings.Replace(plainHeader, "price", "prize", 1), `has no column "price", which the profile plain reads as line.price (did you mean "prize"?)`},
		{"a column twice", strings.Replace(plainHeader, "paid", "sku", 1), `has no column "paid"`},
		{"twice the same", plainHeader[:len(plainHeader)-1] + ",sku\n", `the header has the column "sku" twice`},
		{"a workbook", "PK\x03\x04rest", "cut off or damaged"},
		{"an old workbook", "\xD0\xCF\x11\xE0rest", "save it as XLSX or CSV"},
		{"a web page", "<!doctype html>", "a web page"},
		{"a broken header", "\"a\"b,c\n", "book.csv:1:1: the header cannot be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(strings.NewReader(c.text), int64(len(c.text)), Options{File: "book.csv", Profile: plain(t)})
			if err == nil || !strings.Contains(err.Error(), c.want) || recourse.KindOf(err) == recourse.Internal {
				t.Errorf("got %v (%s), want %q", err, recourse.KindOf(err), c.want)
			}
		})
	}
}

// One bad row rejects its whole order, and what comes back corrected is the order as it should have been.
func TestRejectsAreReadAlone(t *testing.T) {
	good := plainHeader + "1,2026-03-01,,=A,1,5.00,p1,,,,\n1,2026-03-01,,'-B,2,6.00,p1,,,,\n" + plainRow("2", 1) + "3,2026-03-02,,\"x\ny\",1,7.00,,,,,\n"
	bad := strings.Replace(strings.Replace(good, "6.00", "six", 1), "7.00", "seven", 1)
	want := eventLines(t, good)
	var file bytes.Buffer
	book := mustOpen(t, strings.NewReader(bad), Options{Profile: plain(t)})
	w := NewRejectWriter(&file, book.Header())
	book.OnReject(w.Write)
	got := drain(t, book)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(file.String(), "order_rejected"); n != 1 || book.Summary().Rejected != 3 {
		t.Fatalf("%d rows rejected for the sake of another, %+v:\n%s", n, book.Summary(), &file)
	}
	if strings.Contains(file.String(), ",=A") || strings.Contains(file.String(), "\n=") {
		t.Errorf("a formula is not guarded:\n%s", &file)
	}
	corrected := strings.Replace(strings.Replace(file.String(), ",six,", ",6.00,", 1), ",seven,", ",7.00,", 1)
	got += eventLines(t, corrected)
	if sorted(got) != sorted(want) {
		t.Errorf("got\n%s\nwant\n%s\nfrom\n%s", got, want, corrected)
	}
}

func sorted(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// drain reads all events as one line each.
func drain(t testing.TB, book *Book) string {
	t.Helper()
	var out strings.Builder
	for batch, err := range book.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range batch.Events {
			if err := e.Check(); err != nil {
				t.Errorf("%s: %v", e.ID, err)
			}
			fmt.Fprintf(&out, "%s %s %s %+v\n", e.ID, e.Type, e.Time.UTC().Format(time.RFC3339), e.Items)
		}
	}
	return out.String()
}

func eventLines(t testing.TB, text string) string {
	t.Helper()
	return drain(t, mustOpen(t, strings.NewReader(text), Options{Profile: plain(t)}))
}

// A guard is taken off again exactly, whatever the cell holds.
func TestGuardIsReversible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("'=+-@a\t "))).Draw(t, "cell")
		g := guard(s)
		if g != "" && isFormula(g) {
			t.Fatalf("%q is still run as a formula", g)
		}
		if back := string(unguard([]byte(g))); back != s {
			t.Fatalf("%q became %q and then %q", s, g, back)
		}
	})
}

// A row that cannot be told to any order takes its neighbours with it: it may be a line of either.
func TestUnknownRowTakesItsNeighbours(t *testing.T) {
	text := plainHeader + plainRow("1", 1) + "\"2\"x,2026-03-01,,A,1,5.00,,,,,\n" + plainRow("3", 1) + plainRow("4", 1)
	got := transcript(t, []byte(text), Options{Profile: plain(t)})
	for _, want := range []string{"reject row 2, column 0", "reject row 3, column 1", "reject row 4, column 0", "order_uncertain: row 3, beside this order", "order 4, rows 5 to 5"} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
}

// Rows of one order are joined while it is open, also when other orders stand between; later ones are rejected,
// and a reject file that still has them does not make half an order of them.
func TestScatteredRows(t *testing.T) {
	var near, far strings.Builder
	near.WriteString(plainHeader + plainRow("1", 1) + plainRow("2", 1) + plainRow("1", 2))
	if got := eventLines(t, near.String()); !strings.Contains(got, "order.placed:1/2 ") {
		t.Errorf("rows with another order between are not joined:\n%s", got)
	}
	far.WriteString(plainHeader + plainRow("1", 1))
	for i := range 2 * maxOpen {
		far.WriteString(plainRow(fmt.Sprint("x", i), 1))
	}
	far.WriteString(plainRow("1", 2))
	var file bytes.Buffer
	for range 2 {
		book := mustOpen(t, strings.NewReader(far.String()), Options{Profile: plain(t)})
		file.Reset()
		w := NewRejectWriter(&file, book.Header())
		book.OnReject(w.Write)
		drain(t, book)
		w.Close()
		if n := strings.Count(file.String(), scatteredCode); n != 1 || book.Summary().Rejected != 1 {
			t.Fatalf("%d scattered rows:\n%s", n, &file)
		}
		far.Reset()
		far.WriteString(file.String())
	}
}

// The same book twice gives the same sources and ids, which change nothing the second time.
func TestSameBookSameIDs(t *testing.T) {
	text := plainHeader + "1,2026-03-01,10.00,A,1,5.00,p1,2026-03-05,T1,2026-03-02,2026-03-01\n1,2026-03-01,10.00,B,1,5.00,p1,2026-03-04,T1,2026-03-02,\n"
	a, b := eventLines(t, text), eventLines(t, text)
	if a != b || strings.Count(a, "\n") != 4 {
		t.Fatalf("first\n%s\nthen\n%s", a, b)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(a) {
		if id, _, _ := strings.Cut(line, " "); seen[id] {
			t.Errorf("two facts share the id %s", id)
		} else {
			seen[id] = true
		}
	}
}

// A file whose reading fails tells the row, and gives no order that might lack lines.
func TestReadingFails(t *testing.T) {
	text := plainHeader + plainRow("1", 1) + plainRow("2", 1)
	broken := errors.New("the disk is gone")
	book := mustOpen(t, io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), Options{File: "b.csv", Profile: plain(t)})
	_, err := book.Next()
	if !errors.Is(err, broken) || recourse.KindOf(err) != recourse.Unavailable || !strings.HasPrefix(err.Error(), "b.csv:4:") {
		t.Errorf("got %v", err)
	}
	if _, again := book.Next(); again != err {
		t.Errorf("then %v", again)
	}
}

// The same book in every encoding gives the same events, guessed or told.
func TestEncodings(t *testing.T) {
	text := plainHeader + "1,2026-03-01,,Grüße façade €,1,5.00,,,,,\n2,2026-03-01,,ação não coração,1,5.00,,,,,\n"
	want := eventLines(t, text)
	for _, name := range []string{"utf-8", "utf-16le", "utf-16be", "windows-1252"} {
		for _, told := range []string{"", name} {
			book := mustOpen(t, bytes.NewReader(encoded(t, []byte(text), name)), Options{Profile: plain(t), Encoding: told})
			if got := drain(t, book); got != want || book.Encoding() != name {
				t.Errorf("%s, told %q: read as %s\n%s", name, told, book.Encoding(), got)
			}
		}
	}
	chinese := plainHeader + "1,2026-03-01,,屏幕碎了，请退款,1,5.00,,,,,\n"
	book := mustOpen(t, bytes.NewReader(encoded(t, []byte(chinese), "gb18030")), Options{Profile: plain(t)})
	if got := drain(t, book); book.Encoding() != "gb18030" || got != eventLines(t, chinese) {
		t.Errorf("Chinese was read as %s:\n%s", book.Encoding(), got)
	}
	if _, err := OpenCSV(strings.NewReader(text), Options{Encoding: "utf-9"}); recourse.CodeOf(err) != "encoding_unknown" {
		t.Errorf("an unknown encoding: %v", err)
	}
}

// The most that is remembered stays bounded, and what is in the younger generations is known.
func TestRememberedForgets(t *testing.T) {
	var s remembered
	hash := func(i uint64) uint64 { return i*0x9E3779B97F4A7C15 + 1 }
	for i := range uint64(2*maxRemember + 10) {
		s.add(hash(i))
	}
	if s.add(hash(2*maxRemember)) || !s.add(hash(0)) {
		t.Error("the newest must be known, the oldest forgotten")
	}
	if n := len(s.young) + len(s.old); n > 4*maxRemember {
		t.Errorf("%d places are held", n)
	}
}
