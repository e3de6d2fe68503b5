package importer_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/desk"
	"recourse/importer"
	"recourse/playbook"
	"recourse/store"
)

var now = time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC)

func open(t *testing.T) *desk.Desk {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	d := desk.New(s, func() time.Time { return now })
	t.Cleanup(func() { d.Close(); s.Close() })
	book, err := playbook.Builtin("tmall-dsers")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := book.With(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Put(t.Context(), "shop", "A shop", policy, calendar.Default(), "test"); err != nil {
		t.Fatal(err)
	}
	return d
}

// rows are an export of so many orders, every tenth of which is out of stock.
func rows(n int) string {
	var b strings.Builder
	b.WriteString("Order number*,Date*,Country*,Product id*,SKU*,Product count*,Order memo,Contact person,Mobile no*,Email,Address*,Address2,Province*,City*,Zip*,Supplier order number,Supplier name,Cost,Tracking number,Shipping carrier,Order status,Failure reason\n")
	for i := range n {
		status := "Awaiting shipment,"
		if i%10 == 0 {
			status = "Failed orders,Out of stock"
		}
		fmt.Fprintf(&b, "%d,2026-03-14 08:00:00,France,7,RED,1,,A B,+33,a@example.com,1 rue,,Rhone,Lyon,69001,41%08d,Lamps,80.00 CNY,,,%s\n", 5000+i, i, status)
	}
	return b.String()
}

func drop(t *testing.T, s *importer.Shelf, id, content string) *importer.Book {
	t.Helper()
	b, err := s.Add(importer.Dropped{ID: id, Merchant: "shop", By: "Mei", Name: id + ".csv", At: now}, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func settle(t *testing.T, b *importer.Book) *importer.Run {
	t.Helper()
	for range 1000 {
		if _, run := b.State(); !run.Ended.IsZero() {
			return run
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the run does not end")
	return nil
}

// TestRuns: a dry run tells what an import does, and saves nothing; a second import changes nothing.
func TestRuns(t *testing.T) {
	d, s := open(t), importer.NewShelf()
	defer s.Close()
	b := drop(t, s, "a", rows(2500))
	figures := map[string]*importer.Figures{}
	for _, c := range []struct {
		name string
		dry  bool
	}{{"dry", true}, {"done", false}, {"again", false}} {
		if err := s.Start(b, d, time.UTC, "Mei", c.dry); err != nil {
			t.Fatal(err)
		}
		run := settle(t, b)
		if run.Err != nil || run.Read == 0 {
			t.Fatalf("%s: %v, %d bytes read", c.name, run.Err, run.Read)
		}
		figures[c.name] = run.Figures
	}
	dry, done, again := figures["dry"], figures["done"], figures["again"]
	if done.Orders != 2500 || done.Opened["out_of_stock"] != 250 || fmt.Sprint(dry.Opened, dry.Effects, dry.Taken, dry.Waiting, dry.Money) != fmt.Sprint(done.Opened, done.Effects, done.Taken, done.Waiting, done.Money) {
		t.Errorf("tried: %+v\ndone: %+v", dry, done)
	}
	if again.Taken != 0 || again.Duplicate != done.Taken || len(again.Opened) != 0 {
		t.Errorf("again: %+v", again)
	}
}

// TestHalt: what was saved before a run was stopped stays whole, and the next run goes on from there.
func TestHalt(t *testing.T) {
	d, s := open(t), importer.NewShelf()
	defer s.Close()
	b := drop(t, s, "a", rows(5000))
	if err := s.Start(b, d, time.UTC, "Mei", false); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(b, d, time.UTC, "Mei", false); recourse.CodeOf(err) != "import_running" {
		t.Errorf("two runs at a time: %v", err)
	}
	b.Halt()
	first := settle(t, b)
	if err := s.Start(b, d, time.UTC, "Mei", false); err != nil {
		t.Fatal(err)
	}
	second := settle(t, b)
	if second.Err != nil || second.Figures.Duplicate+second.Figures.Taken < 5000 || second.Figures.Orders != 5000 {
		t.Errorf("first %+v, then %+v, %v", first.Figures, second.Figures, second.Err)
	}
}

// TestShelf: files are bounded in size and number, and belong to who dropped them.
func TestShelf(t *testing.T) {
	s := importer.NewShelf()
	defer s.Close()
	for name, c := range map[string]struct {
		content io.Reader
		code    string
	}{"nothing": {strings.NewReader(""), "import_empty"}, "too much": {io.LimitReader(zeros{}, 256<<20+1), "import_large"}} {
		if _, err := s.Add(importer.Dropped{ID: "x", Merchant: "shop", At: now}, c.content); recourse.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	var first *importer.Book
	for i := range 6 {
		b, err := s.Add(importer.Dropped{ID: fmt.Sprint(i), Merchant: "shop", At: now.Add(time.Duration(i) * time.Minute)}, strings.NewReader("a,b\n"))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = b
		}
	}
	if n := len(s.Of("shop")); n != 5 {
		t.Errorf("%d files are kept, 5 are the most", n)
	}
	if _, err := os.Stat(first.RejectsPath()); !os.IsNotExist(err) {
		t.Errorf("the oldest is still there: %v", err)
	}
	if _, err := s.Find("shop", "0", now); recourse.CodeOf(err) != "import_unknown" {
		t.Errorf("the oldest is found: %v", err)
	}
	if _, err := s.Find("other", "5", now); recourse.CodeOf(err) != "import_unknown" {
		t.Errorf("another merchant's file is found: %v", err)
	}
	b, err := s.Find("shop", "5", now)
	if err != nil {
		t.Fatal(err)
	}
	s.Drop(b)
	if n := len(s.Of("shop")); n != 4 {
		t.Errorf("%d files are kept", n)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestReading: a book is read again as it is told to be, and a shop's zone steps in where nothing names one.
func TestReading(t *testing.T) {
	s := importer.NewShelf()
	defer s.Close()
	b := drop(t, s, "a", rows(3))
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	o, err := b.Open(paris)
	if err != nil || o.Zone != paris {
		t.Fatalf("%v, zone %v", err, o)
	}
	o.Close()
	if err := b.Read(importer.Reading{Zone: "Asia/Shanghai"}); err != nil {
		t.Fatal(err)
	}
	if o, err = b.Open(paris); err != nil || o.Zone != nil {
		t.Fatalf("%v, zone %v", err, o.Zone)
	}
	batch, err := o.Next()
	if err != nil || !batch.Events[0].Time.Equal(time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the first order is of %v, %v", batch.Events[0].Time, err)
	}
	o.Close()
	for _, r := range []importer.Reading{{Zone: "Local"}, {Zone: "../../etc/passwd"}, {Currency: "XX"}, {Profile: "shopify"}} {
		if err := b.Read(r); err != nil {
			t.Fatal(err)
		}
		if o, err := b.Open(paris); err == nil {
			o.Close()
			t.Errorf("it was read as %+v", r)
		}
	}
	m := o.Match()
	if len(m.Reads) != len(m.Found) || m.Reads[0].Column != "Order number*" || m.Reads[0].Fields[0] != "order.order" {
		t.Errorf("the columns are read as %+v", m.Reads)
	}
}
