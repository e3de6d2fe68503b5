package main

import (
	"bytes"
	"container/heap"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/decide"
	"recourse/desk"
	"recourse/intake"
	"recourse/replay"
	"recourse/sample"
)

// This file makes the life of a shop as its desk sees it: facts about thousands of orders, each in its own time, so that
// what arrives together is about orders that have nothing to do with each other. Most files have to be fetched from the
// database before they can be decided on, which is what a desk does all day.

// plot is what happens to one order: its facts, and when each arrives, counted from the first.
type plot struct {
	events []recourse.Event
	after  []time.Duration
	start  time.Time // of the first fact, in the plot's own time
}

// pause lies between two facts of a plot that were told at one instant: nobody reports a problem in the second in which
// the parcel is handed over, and facts that arrive together would share the reading and writing of one file.
const pause = 11 * time.Hour

// newPlots are the plots that a life is woven of: the orders of the made-up book, of which most go well, and those of the
// project's scenarios, which are in trouble.
func newPlots() (well, ill []plot, err error) {
	if well, err = bookPlots(2000); err != nil {
		return nil, nil, err
	}
	asked, err := filepath.Glob("scenarios/own/*.yaml")
	if err != nil {
		return nil, nil, err
	}
	for _, file := range asked {
		more, err := scenarioPlots(file)
		if err != nil {
			return nil, nil, err
		}
		ill = append(ill, more...)
	}
	return well, ill, nil
}

// bookPlots are the orders of a made-up book. A book tells when things happened, and that is when they arrive here.
func bookPlots(orders int) ([]plot, error) {
	var b bytes.Buffer
	if err := sample.Book(&b, orders, 1); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(sample.Zone)
	if err != nil {
		return nil, err
	}
	book, err := intake.OpenCSV(&b, intake.Options{Zone: zone})
	if err != nil {
		return nil, err
	}
	var plots []plot
	for batch, err := range book.All(context.Background()) {
		if err != nil {
			return nil, err
		}
		p := plot{events: batch.Events, start: batch.Events[0].Time}
		for i := range batch.Events {
			p.after = append(p.after, max(0, batch.Events[i].Time.Sub(p.start)))
		}
		plots = append(plots, p)
	}
	return plots, nil
}

// scenarioPlots are the scenarios of a file that play under the default playbook as it comes, one order each. Those that
// name an act by its id are left out: here no deadline runs between two facts, so that acts are numbered otherwise.
func scenarioPlots(file string) ([]plot, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	scenarios, err := replay.ParseScenarios(file, data)
	if err != nil {
		return nil, err
	}
	var plots []plot
	for _, s := range scenarios {
		if s.Playbook != replay.DefaultPlaybook || len(s.Settings) > 0 {
			continue
		}
		p, err := scenarioPlot(s)
		if err != nil {
			return nil, err
		}
		if p.usable() {
			plots = append(plots, p)
		}
	}
	return plots, nil
}

// scenarioPlot plays a scenario for the instants at which its facts arrive.
func scenarioPlot(s *replay.Scenario) (plot, error) {
	policy, err := policyOf(s.Playbook, nil)
	if err != nil {
		return plot{}, err
	}
	r := &recorder{world: replay.NewWorld(&decide.Decider{Policy: policy, Calendars: calendar.Default()}, s.Start), files: map[string]*recourse.OrderFile{}}
	p := plot{start: s.Start}
	for _, step := range s.Steps {
		if step.Event != nil {
			p.events = append(p.events, *step.Event)
			p.after = append(p.after, r.world.Now.Sub(s.Start)+time.Duration(len(p.after))*pause)
		}
		if err := r.step(step); err != nil {
			return plot{}, err
		}
	}
	return p, nil
}

// usable says that a plot is about one order that is placed first, that it names no act, and that every fact that does
// not name the order names a purchase or a parcel that an earlier fact made known.
func (p *plot) usable() bool {
	known := map[string]bool{}
	for i := range p.events {
		ev := &p.events[i]
		named := ev.Order != "" && ev.Order == p.events[0].Order
		switch {
		case i == 0 && ev.Type != recourse.OrderPlaced, ev.Effect != "", ev.Order != "" && !named:
			return false
		case !named && !known[ev.Purchase] && !known[ev.Parcel]:
			return false
		}
		for _, name := range []string{ev.Purchase, ev.Parcel} {
			if name != "" {
				known[name] = true
			}
		}
	}
	return len(p.events) > 0
}

// life is what arrives at a shop, in the order of time, without end. An order is placed at every step of the clock.
type life struct {
	well, ill []plot
	every     time.Duration // between two orders
	trouble   int           // one order in so many is one of the scenarios'
	rand      *rand.Rand
	placed    int
	next      time.Time // when the next order is placed
	running   running
}

// thread is one order's plot under way.
type thread struct {
	plot   *plot
	number int // of the order; it stands before every name in the plot
	begun  time.Time
	told   int // facts that have arrived
}

func (t *thread) at() time.Time { return t.begun.Add(t.plot.after[t.told]) }

// running are the threads by when each goes on.
type running []*thread

func (r running) Len() int           { return len(r) }
func (r running) Less(i, j int) bool { return r[i].at().Before(r[j].at()) }
func (r running) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *running) Push(t any)        { *r = append(*r, t.(*thread)) }
func (r *running) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}

// How many orders of a life are in trouble: one in so many. A hard life is for comparing with a floor that is as hard; an
// ordinary one for figures that somebody might plan with: in the real book (docs/olist.md) one order in six is late.
const (
	hardLife     = 2
	ordinaryLife = 6
)

// newLife begins a life, always the same one.
func newLife(every time.Duration, trouble int) (*life, error) {
	well, ill, err := newPlots()
	if err != nil {
		return nil, err
	}
	return &life{well: well, ill: ill, every: every, trouble: trouble, rand: rand.New(rand.NewPCG(1, 1)), next: lifeBegins}, nil
}

// lifeBegins is a Monday in the years that the calendars speak for.
var lifeBegins = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// moment is a fact that is about to arrive.
type moment struct {
	thread *thread
	fact   int // its place in the plot
}

func (m moment) at() time.Time { return m.thread.begun.Add(m.thread.plot.after[m.fact]) }

// event is the moment's fact under its own names and in its own time.
func (m moment) event() desk.Fact { return desk.Fact{Event: m.thread.event(m.fact), By: "bench"} }

// step is what arrives next.
func (l *life) step() moment {
	for len(l.running) == 0 || !l.next.After(l.running[0].at()) {
		l.place()
	}
	t := l.running[0]
	m := moment{t, t.told}
	if t.told++; t.told == len(t.plot.events) {
		heap.Pop(&l.running)
	} else {
		heap.Fix(&l.running, 0)
	}
	return m
}

// batch gives the next facts, and when the last of them arrives.
func (l *life) batch(n int) (facts []desk.Fact, at time.Time) {
	for range n {
		m := l.step()
		facts, at = append(facts, m.event()), m.at()
	}
	return facts, at
}

func (l *life) place() {
	plots := l.well
	if l.placed%l.trouble == 1 {
		plots = l.ill
	}
	l.placed++
	heap.Push(&l.running, &thread{plot: &plots[l.rand.IntN(len(plots))], number: l.placed, begun: l.next})
	l.next = l.next.Add(l.every)
}

// event is one of the thread's facts.
func (t *thread) event(fact int) recourse.Event {
	ev := t.plot.events[fact]
	number := strconv.Itoa(t.number) + "-"
	for _, name := range []*string{&ev.Order, &ev.Purchase, &ev.Parcel, &ev.Case} {
		if *name != "" {
			*name = number + *name
		}
	}
	ev.Source, ev.ID = "bench", number+strconv.Itoa(fact)
	shift := t.begun.Sub(t.plot.start)
	for _, at := range []*time.Time{&ev.Time, &ev.ShipBy, &ev.Due} {
		if !at.IsZero() {
			*at = at.Add(shift)
		}
	}
	return ev
}
