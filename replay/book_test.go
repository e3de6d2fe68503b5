package replay_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/intake"
	"recourse/replay"
	"recourse/sample"
)

// madeUp is a made-up order book of so many orders, order by order.
func madeUp(t *testing.T, orders int) iter.Seq2[[]recourse.Event, error] {
	t.Helper()
	var text bytes.Buffer
	if err := sample.Book(&text, orders, 7); err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation(sample.Zone)
	if err != nil {
		t.Fatal(err)
	}
	book, err := intake.OpenCSV(bytes.NewReader(text.Bytes()), intake.Options{Zone: zone})
	if err != nil {
		t.Fatal(err)
	}
	return batches(t.Context(), book)
}

// exported is when the made-up book ends.
var exported = func() time.Time {
	at, err := time.Parse(time.RFC3339, sample.Exported)
	if err != nil {
		panic(err)
	}
	return at
}()

func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestBookIsTheSameHoweverItIsShared: who replays which order does not show in the result.
func TestBookIsTheSameHoweverItIsShared(t *testing.T) {
	var first string
	for range 3 {
		r, err := replay.Book(t.Context(), madeUp(t, 600), replay.Options{Until: exported, Deciders: []*decide.Decider{
			decider(t, "tmall-dsers", nil), decider(t, "tmall-dsers", map[string]string{"late_shipment.give_up_after": "9 days"}),
		}})
		if err != nil {
			t.Fatal(err)
		}
		got := asJSON(t, []any{r.Reports, r.Differs, r.Changed})
		if first == "" {
			first = got
		}
		if got != first {
			t.Fatalf("another result:\n%s\n%s", first[:200], got[:200])
		}
	}
}

// TestBookAddsUp: every case that was opened is somewhere at the end: in another situation, closed, or open.
func TestBookAddsUp(t *testing.T) {
	r, err := replay.Book(t.Context(), madeUp(t, 600), replay.Options{Until: exported, Deciders: []*decide.Decider{decider(t, "dropship", nil)}})
	if err != nil {
		t.Fatal(err)
	}
	report := r.Reports[0]
	into := map[recourse.Situation]int{}
	cases := 0
	for name, s := range report.Situations {
		into[name] += s.Opened
		for other, n := range s.Became {
			into[other] += n
		}
		cases += s.Open
		for _, n := range s.Closed {
			cases += n
		}
	}
	for name, s := range report.Situations {
		out := s.Open
		for _, n := range s.Became {
			out += n
		}
		for _, n := range s.Closed {
			out += n
		}
		if into[name] != out {
			t.Errorf("%s: %d in, %d out", name, into[name], out)
		}
	}
	if report.Orders != 600 || report.Waited.Cases != cases || cases == 0 {
		t.Errorf("%d orders, %d cases waited of %d", report.Orders, report.Waited.Cases, cases)
	}
	messages := 0
	for _, n := range report.Messages {
		messages += n
	}
	asked := 0
	for _, n := range report.Asked {
		asked += n
	}
	for _, n := range report.Reminders {
		asked += n
	}
	if report.Effects["message"] != messages || report.Effects["ask"] != asked {
		t.Errorf("%d messages and %d questions told apart, %d and %d in all", messages, asked, report.Effects["message"], report.Effects["ask"])
	}
}

// TestBookBounds: orders placed outside the bounds do not count, and what came after the end did not happen.
func TestBookBounds(t *testing.T) {
	from, before := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	in := 0
	for events, err := range madeUp(t, 400) {
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(events, func(e recourse.Event) bool { return e.Type == recourse.OrderPlaced })
		if at := events[i].Time; !at.Before(from) && at.Before(before) {
			in++
		}
	}
	r, err := replay.Book(t.Context(), madeUp(t, 400), replay.Options{From: from, Before: before, Until: before, Deciders: []*decide.Decider{decider(t, "tmall-dsers", nil)}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Reports[0].Orders != in || in == 0 {
		t.Errorf("%d orders, %d were placed between the bounds", r.Reports[0].Orders, in)
	}
}

// TestBookStops: an error of the book ends the replay and is told; so does the one who waits for it.
func TestBookStops(t *testing.T) {
	broken := errors.New("the disk is gone")
	_, err := replay.Book(t.Context(), func(yield func([]recourse.Event, error) bool) { yield(nil, broken) }, replay.Options{Deciders: []*decide.Decider{decider(t, "tmall-dsers", nil)}})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	endless := func(yield func([]recourse.Event, error) bool) {
		for yield([]recourse.Event{{Type: recourse.OrderPlaced, Data: recourse.Data{Order: "1"}}}, nil) {
		}
	}
	if _, err := replay.Book(ctx, endless, replay.Options{Deciders: []*decide.Decider{decider(t, "tmall-dsers", nil)}}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestStoryIsWhatTheReportCounts: the story of each order has the cases that the report counts.
func TestStoryIsWhatTheReportCounts(t *testing.T) {
	d := decider(t, "tmall-dsers", nil)
	opened := 0
	for events, err := range madeUp(t, 200) {
		if err != nil {
			t.Fatal(err)
		}
		_, decisions := replay.Story(d, events, exported)
		for _, decision := range decisions {
			for _, e := range decision.Entries {
				if e.Kind == recourse.EntryOpened && e.From == "" {
					opened++
				}
			}
		}
	}
	r, err := replay.Book(t.Context(), madeUp(t, 200), replay.Options{Until: exported, Deciders: []*decide.Decider{d}})
	if err != nil {
		t.Fatal(err)
	}
	counted := 0
	for _, s := range r.Reports[0].Situations {
		counted += s.Opened
	}
	if opened != counted || opened == 0 {
		t.Errorf("%d opened in the stories, %d in the report", opened, counted)
	}
}

// TestScenarioErrors: a scenario that is written wrongly says where.
func TestScenarioErrors(t *testing.T) {
	head := "scenario: x\nstart: 2026-03-02T10:00:00+08:00\nsteps:\n"
	for text, want := range map[string]string{
		"start: 2026-03-02\nsteps: []":                     `s.yaml:1:1: a scenario begins with scenario: what it shows`,
		"scenario: x\nsteps: []":                           `s.yaml:1:1: a scenario needs start: when its clock begins`,
		"scenario: x\nstart: soon":                         `s.yaml:2:8: "soon" is not a time (write 2026-03-02T10:00:00+08:00)`,
		head + "- evnt: x":                                 `s.yaml:4:3: unknown key "evnt" (did you mean "event"?)`,
		head + "- event: order.plcd":                       `s.yaml:4:3: there is no event "order.plcd" (did you mean "order.placed"?)`,
		head + "- wait: a while":                           `s.yaml:4:9: "a while" is not a duration`,
		head + "- expect: {includes: [{refnd: {}}]}":       `s.yaml:4:24: unknown key "refnd" (did you mean "refund"?)`,
		head + "- expect: {includes: [{refund: {am: 1}}]}": `unknown key "am"`,
		head + "- {}":                                      `s.yaml:4:3: a step is one of event, wait, until, expect`,
	} {
		_, err := replay.ParseScenarios("s.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
}
