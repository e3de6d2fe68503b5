package effect_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/call"
	"recourse/desk"
	"recourse/effect"
	"recourse/effect/effecttest"
	"recourse/playbook"
	"recourse/store"
	"recourse/store/pgtest"
)

// These name what a process of its own works with, to be killed: the database, where its bank is, its bank's style, and how
// many seconds its clock is ahead.
const killDatabase, killBank, killStyle, killAhead = "RECOURSE_TEST_RUN", "RECOURSE_TEST_BANK", "RECOURSE_TEST_STYLE", "RECOURSE_TEST_AHEAD"

// TestRunToBeKilled is that process: it carries acts out until it dies.
func TestRunToBeKilled(t *testing.T) {
	address := os.Getenv(killDatabase)
	if address == "" {
		t.Skip("a part of TestKill")
	}
	st, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	ahead, _ := time.ParseDuration(os.Getenv(killAhead))
	clock := func() time.Time { return time.Now().Add(ahead) }
	fmt.Println("running")
	runnerOn(desk.New(st, clock), st, os.Getenv(killBank), styles[os.Getenv(killStyle)], clock).Run(t.Context())
}

var styles = map[string]style{"keyed": keyed, "dayKey": dayKey, "readable": readable, "blind": blind}

// runnerOn is a runner whose acts go to a bank.
func runnerOn(d *desk.Desk, st *store.Store, url string, s style, clock func() time.Time) *effect.Runner {
	kind := suite(s).Kind(url)
	kind.Sender = func(*recourse.Connection) effect.Sender {
		return &teller{style: s, url: url, peer: call.New(call.Options{Timeout: 2 * time.Second})}
	}
	return effect.New(effect.Options{Store: st, Clock: clock, Kind: func(string) *effect.Kind { return &kind },
		Open: func(c *store.Connection) (*recourse.Connection, error) { return &c.Connection, nil },
		Tell: func(ctx context.Context, merchant, by string, ev *recourse.Event) error {
			_, err := d.Tell(ctx, merchant, desk.Fact{Event: *ev, By: by})
			return err
		}})
}

// TestKill kills processes while they carry acts out, again and again. Money left once of each act, or a person is asked.
func TestKill(t *testing.T) {
	for name, s := range styles {
		if s != readable && os.Getenv("RECOURSE_RUNS") == "" {
			continue // the others die as well when many runs are asked for
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Run("sqlite", func(t *testing.T) { kill(t, filepath.Join(t.TempDir(), "kill.db"), name, s) })
			t.Run("postgres", func(t *testing.T) { kill(t, pgtest.New(t), name, s) })
		})
	}
}

const killed = 12 // acts

func kill(t *testing.T, database, name string, s style) {
	b := &bank{style: s, now: time.Now()}
	server := httptest.NewServer(b)
	defer server.Close()
	st, err := store.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	d := desk.New(st, time.Now)
	defer d.Close()
	w := &effecttest.World{T: t, Desk: d, Store: st, Suite: effecttest.Suite{Act: recourse.EffectRefund, Connection: recourse.Connection{ID: "bank", Kind: "bank"}}}
	put(t, d, st)
	var acts []string
	for range killed {
		acts = append(acts, w.Place())
	}
	deaths := 0
	for ahead := time.Duration(0); ahead < 4*time.Hour && !over(t, st, acts); ahead += 6 * time.Minute {
		c := exec.Command(os.Args[0], "-test.run=^TestRunToBeKilled$", "-test.v", "-test.timeout=5m")
		c.Env = append(os.Environ(), killDatabase+"="+database, killBank+"="+server.URL, killStyle+"="+name, killAhead+"="+ahead.String())
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for lines.Scan() && lines.Text() != "running" {
		}
		go io.Copy(io.Discard, out)
		// It dies some milliseconds after the bank has heard from it so many times, or has nothing more to say for now.
		for since, asked := time.Now(), b.asked()+1+rand.IntN(5); b.asked() < asked && time.Since(since) < 2*time.Second; {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(rand.IntN(15)) * time.Millisecond)
		c.Process.Kill()
		c.Wait()
		deaths++
	}
	ended := map[store.EffectStatus]int{}
	for _, id := range acts {
		e, attempts := w.Effect(id)
		left := b.left(id, "")
		ended[e.Status]++
		open := e.Status == store.Unknown || e.Status == store.Sending // a blind peer's, on its way to a person
		if len(left) > 1 || e.Status == store.Done && len(left) != 1 || e.Status != store.Done && (!open || s != blind || len(attempts) == 0) {
			t.Errorf("%s is %s and left %d times: %+v", id, e.Status, len(left), attempts)
		}
	}
	t.Logf("%d processes were killed; %v", deaths, ended)
	if _, err := d.Verify(t.Context(), effecttest.Shop, func(f desk.Finding) { t.Errorf("verify: %+v", f) }, func(desk.Verified) {}); err != nil {
		t.Error(err)
	}
}

// over says that nothing is pending or on its way any more.
func over(t *testing.T, st *store.Store, acts []string) bool {
	t.Helper()
	over := true
	if err := st.Read(t.Context(), func(tx *store.Tx) error {
		all, err := tx.Effects(effecttest.Shop, acts)
		for _, e := range all {
			over = over && e.Status != store.Pending && e.Status != store.Sending
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return over
}

func put(t *testing.T, d *desk.Desk, st *store.Store) {
	t.Helper()
	book, err := playbook.Builtin("tmall-dsers")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := book.With(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Put(t.Context(), effecttest.Shop, "A shop", policy, calendar.Default(), "test"); err != nil {
		t.Fatal(err)
	}
	c := store.Connection{Connection: recourse.Connection{Merchant: effecttest.Shop, ID: "bank", Kind: "bank", Name: "Bank", Status: recourse.ConnectionActive, CreatedAt: time.Now(), ChangedAt: time.Now()}}
	if err := st.Write(t.Context(), func(tx *store.Tx) error { return tx.PutConnection(&c) }); err != nil {
		t.Fatal(err)
	}
}
