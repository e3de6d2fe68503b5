package replay_test

import (
	"context"
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
)

const olistBook = "../../shared/data/olist/orders.csv"

// batches are the events of a book, order by order.
func batches(ctx context.Context, b *intake.Book) iter.Seq2[[]recourse.Event, error] {
	return func(yield func([]recourse.Event, error) bool) {
		for batch, err := range b.All(ctx) {
			if !yield(batch.Events, err) {
				return
			}
		}
	}
}

func decider(t testing.TB, name string, settings map[string]string) *decide.Decider {
	t.Helper()
	p, err := playbook.Builtin(name)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := p.With(settings)
	if err != nil {
		t.Fatal(err)
	}
	return &decide.Decider{Policy: policy, Calendars: calendar.Default(), Past: true}
}

// TestOlist reproduces what the data's README computed from the table alone.
func TestOlist(t *testing.T) {
	f, err := os.Open(olistBook)
	if err != nil {
		t.Skip("the real order book is not here (shared/data/olist/orders.csv beside the project): its truths were not checked")
	}
	defer f.Close()
	source, err := os.ReadFile("../examples/olist.yaml")
	if err != nil {
		t.Fatal(err)
	}
	profile, err := intake.ParseProfile("olist.yaml", source)
	if err != nil {
		t.Fatal(err)
	}
	book, err := intake.OpenCSV(f, intake.Options{Profile: profile})
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	result, err := replay.Book(t.Context(), batches(t.Context(), book), replay.Options{
		Deciders: []*decide.Decider{decider(t, "tmall-dsers", nil)},
		From:     time.Date(2017, 1, 1, 0, 0, 0, 0, zone),
		Before:   time.Date(2018, 1, 1, 0, 0, 0, 0, zone),
		Until:    time.Date(2018, 3, 1, 0, 0, 0, 0, zone),
	})
	if err != nil {
		t.Fatal(err)
	}
	r := result.Reports[0]
	late := r.Situations["late_shipment"]
	if r.Purchases != 3281 || late.Opened != 531 || late.Became["out_of_stock"] != 506 || late.Closed["shipped"] != 25 || late.Open != 0 {
		t.Errorf("%d purchases, late %+v; the book has 3281, 531 late by two days, 506 by four, 25 shipped in between", r.Purchases, *late)
	}
}
