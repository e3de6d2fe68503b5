package sample_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"iter"
	"os"
	"testing"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/decide"
	"recourse/intake"
	"recourse/playbook"
	"recourse/replay"
	"recourse/sample"
)

var update = flag.Bool("update", false, "write examples/book.csv anew; read the difference before committing it")

const (
	exampleFile   = "../examples/book.csv"
	exampleOrders = 300
	exampleSeed   = 1
)

func book(t testing.TB, orders int, seed uint64) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := sample.Book(&b, orders, seed); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestExample holds the example to the generator, so that whoever changes one sees what becomes of the other.
func TestExample(t *testing.T) {
	want := book(t, exampleOrders, exampleSeed)
	if *update {
		if err := os.WriteFile(exampleFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Error("examples/book.csv is not what the generator gives; go test ./sample -update writes it anew")
	}
}

func TestSeeds(t *testing.T) {
	if !bytes.Equal(book(t, 50, 7), book(t, 50, 7)) {
		t.Error("the same seed gives two books")
	}
	if bytes.Equal(book(t, 50, 7), book(t, 50, 8)) {
		t.Error("two seeds give the same book")
	}
	if n := bytes.Count(book(t, 0, 1), []byte("\n")); n != 1 {
		t.Errorf("a book without orders has %d rows, its header alone is wanted", n)
	}
}

// full fails after some bytes, as a full disk does.
type full struct{ left int }

var errFull = errors.New("full")

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestFull(t *testing.T) {
	for _, left := range []int{0, 10_000} {
		if err := sample.Book(&full{left}, 1000, 1); !errors.Is(err, errFull) {
			t.Errorf("%v, the writer's error is wanted", err)
		}
	}
}

// open reads a book as a stranger would: nothing is told but the zone.
func open(t testing.TB, r io.Reader) *intake.Book {
	t.Helper()
	zone, err := time.LoadLocation(sample.Zone)
	if err != nil {
		t.Fatal(err)
	}
	b, err := intake.OpenCSV(r, intake.Options{Zone: zone})
	if err != nil {
		t.Fatal(err)
	}
	if m := b.Match(); m.Profile.Name != "dsers" || len(m.Unread) > 0 {
		t.Errorf("%s; the dsers profile is wanted, reading every column", m)
	}
	b.OnReject(func(r intake.Reject) error { t.Errorf("rejected: %+v", r); return nil })
	return b
}

// TestReads reads a book of many orders without a reject, a word of status that means nothing, or an event that its
// own check refuses.
func TestReads(t *testing.T) {
	const orders = 5000
	b := open(t, bytes.NewReader(book(t, orders, 2)))
	for batch, err := range b.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for i := range batch.Events {
			if err := batch.Events[i].Check(); err != nil {
				t.Errorf("order %s: %v", batch.Order, err)
			}
		}
	}
	s := b.Summary()
	if s.Orders != orders || s.Rejected+s.Blank+s.Empty+s.History+s.WithoutLine > 0 || len(s.UnknownWords) > 0 {
		t.Errorf("%+v", s)
	}
	if s.Lines < orders*3/2 || s.Purchases < orders {
		t.Errorf("%d lines and %d purchases: several lines an order are wanted, and a purchase for nearly each", s.Lines, s.Purchases)
	}
}

// TestTroubles replays the example: every trouble that a book can tell of is in it.
func TestTroubles(t *testing.T) {
	p, err := playbook.Builtin("tmall-dsers")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := p.With(nil)
	if err != nil {
		t.Fatal(err)
	}
	until, err := time.Parse(time.RFC3339, sample.Exported)
	if err != nil {
		t.Fatal(err)
	}
	result, err := replay.Book(t.Context(), batches(t, book(t, exampleOrders, exampleSeed)), replay.Options{
		Deciders: []*decide.Decider{{Policy: policy, Calendars: calendar.Default(), Past: true}}, Until: until})
	if err != nil {
		t.Fatal(err)
	}
	report := result.Reports[0]
	if report.Orders != exampleOrders {
		t.Errorf("%d orders were replayed, %d are in the book", report.Orders, exampleOrders)
	}
	for _, s := range []recourse.Situation{"late_shipment", "out_of_stock", "oversized", "order_cancelled", "wrong_address"} {
		if got := report.Situations[s]; got == nil || got.Opened == 0 {
			t.Errorf("no case of %s", s)
		} else {
			t.Logf("%s: %d opened, closed %v, became %v, open %d", s, got.Opened, got.Closed, got.Became, got.Open)
		}
	}
	if late := report.Situations["late_shipment"]; late != nil && (late.Closed["shipped"] == 0 || late.Became["out_of_stock"] == 0) {
		t.Errorf("late %+v: some ship in between, some are given up", *late)
	}
}

func batches(t testing.TB, text []byte) iter.Seq2[[]recourse.Event, error] {
	b := open(t, bytes.NewReader(text))
	return func(yield func([]recourse.Event, error) bool) {
		for batch, err := range b.All(t.Context()) {
			if !yield(batch.Events, err) {
				return
			}
		}
	}
}

func BenchmarkBook(b *testing.B) {
	const orders = 10_000
	rows := bytes.Count(book(b, orders, 1), []byte("\n")) - 1
	for b.Loop() {
		if err := sample.Book(io.Discard, orders, 1); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}
