package main

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/effect"
	"recourse/evidence"
	"recourse/store"
	"recourse/web"
)

// setClock is a clock that runs by itself, and is set ahead.
type setClock struct {
	began time.Time
	from  time.Time
	ahead atomic.Int64
}

func newSetClock() *setClock {
	return &setClock{began: time.Now(), from: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
}

func (c *setClock) now() time.Time {
	return c.from.Add(time.Since(c.began) + time.Duration(c.ahead.Load())).Truncate(time.Microsecond)
}

func (c *setClock) pass(d time.Duration) { c.ahead.Add(int64(d)) }

// process is the whole program on a database, as recourse serve runs it.
type process struct {
	*channels
	stop    context.CancelFunc
	running sync.WaitGroup
	dead    atomic.Bool
	dies    effect.Point // where its runner dies, the first time that money is asked for
}

// begin starts the program at an address that it had before, if any.
func begin(t *testing.T, path string, stands *standIns, clock *setClock, address string, dies effect.Point) (*process, string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	f := databaseFlags{Database: path, Merchant: "shop"}
	st, err := store.Open(t.Context(), path)
	must(err)
	o := &office{Desk: desk.New(st, clock.now), store: st, merchant: f.Merchant}
	p := &process{dies: dies}
	o.around.dies = p.die
	room, err := evidence.Open(evidence.Options{Place: path + ".evidence", Tools: "none"})
	must(err)
	p.channels, err = openChannels(t.Context(), o, stands, &f, room)
	must(err)
	if _, err := o.known(t.Context()); recourse.CodeOf(err) == "merchant_unknown" {
		must(p.furnish(t.Context()))
	}
	l, err := listen(t.Context(), first(address, "127.0.0.1:0"))
	must(err)
	ctx, stop := context.WithCancel(t.Context())
	p.stop = stop
	p.running.Go(func() {
		if err := p.serveAt(ctx, l); err != nil {
			t.Error(err)
		}
	})
	return p, l.Addr().String()
}

// die says that the process dies once money was asked for, the first time.
func (p *process) die(at effect.Point) bool {
	if at != p.dies || p.dies == "" {
		return false
	}
	if _, n := p.bank.Left(storyPayment); n == 0 {
		return false
	}
	return !p.dead.Swap(true)
}

func (p *process) end() {
	p.stop()
	p.running.Wait()
	p.close()
	p.room.Close()
}

// close closes the office and leaves the stand-ins as they are.
func (p *process) close() { p.office.close() }

// TestChannels plays the story of the demo to the whole program, by real HTTP, SMTP and IMAP. When money was asked for and
// the answer is not written down yet, the process dies; another one goes on.
func TestChannels(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	clock := newSetClock()
	stands, err := openStandIns(t.Context(), clock.now)
	if err != nil {
		t.Fatal(err)
	}
	defer stands.close()
	path := filepath.Join(t.TempDir(), "recourse.db")
	one, address := begin(t, path, stands, clock, "", effect.Asked)
	base := "http://" + address
	if err := one.register(t.Context(), base); err != nil {
		t.Fatal(err)
	}
	p, err := one.play(t.Context(), base)
	if err != nil {
		t.Fatal(err)
	}
	p.say, p.now, p.pass = t.Logf, clock.now, clock.pass
	two := one
	p.began = func(name string) error {
		t.Log(name)
		if one.dead.Load() && two == one {
			one.end()
			clock.pass(time.Hour) // its leases end
			two, _ = begin(t, path, stands, clock, address, "")
		}
		return nil
	}
	defer func() { two.end() }()
	if err := p.run(t.Context()); err != nil {
		var all struct {
			Receipts []web.ReceiptRow `json:"receipts"`
		}
		for _, c := range []string{"imap", "shopify", "17track", "stripe"} {
			_ = p.get(t.Context(), "/api/v1/connections/"+c+"/receipts", &all)
			for _, r := range all.Receipts {
				t.Logf("%s %+v", c, r)
			}
		}
		if c, err := p.caseNow(t.Context(), p.damage); err == nil {
			t.Logf("state %s", c.State)
			for _, h := range c.History {
				t.Logf("%+v", h)
			}
		}
		t.Fatal(err)
	}
	if two == one {
		t.Error("nobody died")
	}
	checkStory(t, p, two)
}

// checkStory looks at what came of the story.
func checkStory(t *testing.T, p *play, end *process) {
	t.Helper()
	if amount, n := p.bank.Left(storyPayment); amount != 64_00 || n != 1 {
		t.Errorf("%d left in %d refunds", amount, n)
	}
	if p.shop.RefundsMade() != 0 {
		t.Error("the shop paid back, too")
	}
	if p.parcels.Spent() != 1 {
		t.Errorf("%d numbers were registered", p.parcels.Spent())
	}
	for _, c := range []struct{ id, outcome string }{{p.customs, "released"}, {p.damage, "refunded"}} {
		got, err := p.caseNow(t.Context(), c.id)
		if err != nil || string(got.Outcome) != c.outcome {
			t.Errorf("%s ended %q, %v", c.id, got.Outcome, err)
		}
	}
	for _, l := range []struct{ to, subject, says string }{
		{merchantAddress, "customs", "invoice"},
		{storyBuyer, "customs", p.link},
		{agentAddress, "claim", p.damage},
		{storyBuyer, "refund", "€64.00"},
	} {
		if !slices.ContainsFunc(p.posted(), func(o *posted) bool {
			return strings.Contains(o.To, l.to) && strings.Contains(strings.ToLower(o.Subject), l.subject) && strings.Contains(o.Text, l.says)
		}) {
			t.Errorf("no letter to %s about %s says %q", l.to, l.subject, l.says)
		}
	}
	if !slices.ContainsFunc(p.posted(), func(o *posted) bool {
		return strings.Contains(o.To, agentAddress) && len(o.Files) == 1 && bytes.HasPrefix(o.Files[0].Content, []byte("%PDF-"))
	}) {
		t.Error("the dossier did not go out")
	}
	seen := map[string]bool{}
	for _, l := range p.posted() {
		if seen[l.ID] {
			t.Errorf("twice: %s to %s", l.Subject, l.To)
		}
		seen[l.ID] = true
	}
}
