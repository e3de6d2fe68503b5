package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/decide"
	"recourse/playbook"
	"recourse/replay"
)

// replayCmd replays an order book.
type replayCmd struct {
	Book     string            `arg:"" help:"The order book: CSV or XLSX."`
	Playbook string            `help:"The playbook: a built-in, or a file." default:"tmall-dsers" placeholder:"NAME|FILE"`
	Compare  string            `help:"A second playbook; shows what differs, and for which orders." placeholder:"NAME|FILE"`
	Set      map[string]string `help:"A setting of the playbook, as in --set 'late_shipment.urge_after=3 days'. With --compare and no second playbook's name, see --compare-set." mapsep:"none" placeholder:"SETTING=VALUE"`
	// CompareSet changes the second policy only.
	CompareSet  map[string]string `help:"A setting of the second policy; without --compare the second policy is the same playbook." mapsep:"none" placeholder:"SETTING=VALUE"`
	Until       string            `help:"Follow the orders until then. Default: the newest fact of the book." placeholder:"TIME"`
	From        string            `help:"Only orders placed from then on." placeholder:"TIME"`
	Before      string            `help:"Only orders placed before then." placeholder:"TIME"`
	Case        string            `help:"Tell the story of one order." placeholder:"ORDER"`
	Language    string            `help:"The language of a story: en, fr or zh." default:"en" enum:"en,fr,zh"`
	JSON        bool              `help:"Print one JSON object."`
	answerFlags `embed:""`
	bookFlags   `embed:""`
}

// Run replays the book.
//
// Without --until the book is read twice: a replay must know its end before it begins, since
// open cases are followed until then. An error while the file of rejects is closed counts only
// when there was no other, which would be its cause.
func (c *replayCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	total := 0
	if o.Until.IsZero() {
		if o.Until, total, err = c.span(ctx, c.Book); err != nil {
			return err
		}
	}
	if o.Answers, err = c.answers(ctx, c.Book, &c.bookFlags, o.Deciders); err != nil {
		return err
	}
	book, err := c.open(c.Book, true)
	if err != nil {
		return err
	}
	if c.Case != "" {
		defer book.file.Close()
		return c.story(ctx, s, book, o)
	}
	bar := newProgress(s, "replaying", "orders", total)
	o.Progress = bar.at
	result, err := replay.Book(ctx, book.orders(ctx), o)
	bar.end()
	if closed := book.close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return c.printJSON(s, result, book)
	}
	return c.print(s, result, book, o)
}

// options are the flags in the words of replay.
//
// The first decider is the playbook as it is, the second what it is compared with. When the
// second policy is the same playbook it begins with the settings of the first, so that only
// what --compare-set names differs; another playbook has its own.
func (c *replayCmd) options() (replay.Options, error) {
	var o replay.Options
	first, err := policy(c.Playbook, c.Set)
	if err != nil {
		return o, err
	}
	o.Deciders = append(o.Deciders, past(first))
	if c.Compare != "" || len(c.CompareSet) > 0 {
		name := c.Compare
		settings := c.CompareSet
		if name == "" {
			name, settings = c.Playbook, merged(c.Set, c.CompareSet)
		}
		second, err := policy(name, settings)
		if err != nil {
			return o, err
		}
		o.Deciders = append(o.Deciders, past(second))
	}
	for _, f := range []struct {
		name, text string
		at         *time.Time
	}{{"until", c.Until, &o.Until}, {"from", c.From, &o.From}, {"before", c.Before, &o.Before}} {
		if *f.at, err = c.instant(f.name, f.text); err != nil {
			return o, err
		}
	}
	return o, nil
}

// merged lays settings over others.
func merged(under, over map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range under {
		out[k] = v
	}
	for k, v := range over {
		out[k] = v
	}
	return out
}

// past is a decider for a book's own clock: old facts are not quiet.
func past(p *playbook.Policy) *decide.Decider {
	return &decide.Decider{Policy: p, Calendars: calendar.Default(), Past: true}
}

// instant reads a time of the command line: with an offset, or in the book's zone.
//
// A zone that does not exist falls back to UTC here and is refused when the book is opened.
func (c *replayCmd) instant(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	zone := time.UTC
	if c.Zone != "" {
		if z, err := time.LoadLocation(c.Zone); err == nil {
			zone = z
		}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, &recourse.Error{Kind: recourse.Invalid, Code: "time", Field: flag, Message: fmt.Sprintf("--%s %q is not a time", flag, recourse.Shorten(text, 40)), Hint: "write 2018-03-01T00:00:00-03:00, or 2018-03-01 (in --zone, else UTC)"}
}

// story tells what happened to one order, and why.
//
// The book is read only as far as that order. One that it does not have, or whose rows were
// all rejected, gives exit code 2.
func (c *replayCmd) story(ctx context.Context, s *streams, book *openBook, o replay.Options) error {
	for events, err := range book.orders(ctx) {
		if err != nil {
			return err
		}
		if len(events) > 0 && events[0].Order == c.Case {
			return c.tell(s, events, o)
		}
	}
	return &recourse.Error{Kind: recourse.NotFound, Code: "order", Field: "case", Message: fmt.Sprintf("the book has no order %q that could be read", recourse.Shorten(c.Case, 60))}
}

// jsonReport is what --json prints: the first report's fields, the rejected rows, and the comparison.
type jsonReport struct {
	*replay.Report
	Profile  string       `json:"profile"`
	Rejected int          `json:"rejected"` // rows
	Until    time.Time    `json:"until,omitzero"`
	Compare  *jsonCompare `json:"compare,omitempty"`
}

// jsonCompare is the second policy and the orders for which it does something else.
type jsonCompare struct {
	*replay.Report
	Differs    int                                `json:"differs"`    // orders
	Sooner     int                                `json:"sooner"`     // orders whose buyers have goods or money sooner than under the first
	Later      int                                `json:"later"`      // or later
	Difference map[recourse.Currency]*replay.Sums `json:"difference"` // of Money: the second less the first
	Which      []replay.Difference                `json:"which"`      // the first thousand
}

func (c *replayCmd) printJSON(s *streams, r *replay.Result, book *openBook) error {
	out := jsonReport{Report: r.Reports[0], Profile: book.Match().Profile.Name, Rejected: book.Summary().Rejected}
	out.Report.Policy = c.Playbook
	if len(r.Reports) > 1 {
		out.Compare = &jsonCompare{Report: r.Reports[1], Differs: r.Changed, Sooner: r.Sooner, Later: r.Later, Difference: r.Difference(), Which: r.Differs}
		out.Compare.Policy, out.Compare.Assumed = c.second(), nil
	}
	e := json.NewEncoder(s.out)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

// situations are the names of a report's situations, the most frequent first.
func situations(r *replay.Report) []recourse.Situation {
	var names []recourse.Situation
	for name := range r.Situations {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b recourse.Situation) int {
		x, y := r.Situations[a], r.Situations[b]
		if n := total(y) - total(x); n != 0 {
			return n
		}
		if a < b {
			return -1
		}
		return 1
	})
	return names
}

// total is how many cases had a situation at some time or other.
func total(s *replay.SituationSummary) int {
	n := s.Open
	for _, k := range s.Closed {
		n += k
	}
	for _, k := range s.Became {
		n += k
	}
	return n
}
