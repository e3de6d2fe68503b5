package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"recourse/desk"
	"recourse/store"
)

// This file kills the program. A process takes in facts and says of each when it is safe; at some moment it is killed as
// the system kills what takes too much memory, without a word. Then the database is opened again, and what was promised
// must be there: once, in its place, with every decision coming out again from the history.
//
// What it does not show is a power failure: the system goes on, and writes what it was given. That each commit waits for
// the disk is what the settings of the database say (synchronous=FULL), and no test on one machine can.

// killKinds are the ways in which the process is told facts: by itself, a batch after the other, as an import does; and by
// callers over HTTP.
var killKinds = []string{"import", "http"}

const (
	killRounds   = 1000
	killPerStore = 50  // rounds on one database; each has a merchant of its own
	killFacts    = 900 // more than a round has time for
	killBatch    = 40
	killCallers  = 8
	// killWithin is how long after it has begun to answer a process lives at most.
	killWithin = 150 * time.Millisecond
)

// victim is what the process is told that will be killed.
type victim struct {
	Kind     string
	Database string
	Merchant string
	Facts    string    // the file that has them
	Now      time.Time // its clock stands still
}

// victimEnv holds a victim for a process that is one: the same binary, started again.
const victimEnv = "RECOURSE_BENCH_VICTIM"

// beVictim lives as a victim, if this process is one.
func beVictim() {
	text := os.Getenv(victimEnv)
	if text == "" {
		return
	}
	var v victim
	err := json.Unmarshal([]byte(text), &v)
	if err == nil {
		err = v.live(context.Background())
	}
	fmt.Fprintln(os.Stderr, "victim:", err)
	os.Exit(1)
}

func (v *victim) now() time.Time { return v.Now }

// live takes in facts until it is killed.
func (v *victim) live(ctx context.Context) error {
	s, err := store.Open(ctx, v.Database)
	if err != nil {
		return err
	}
	d := desk.New(s, v.now)
	go d.Run(ctx)
	if v.Kind == "http" {
		s, err := newSite(ctx, d, v.Merchant)
		if err != nil {
			return err
		}
		fmt.Println("serving", s.address, s.token)
		select {}
	}
	facts, err := readFacts(v.Facts)
	if err != nil {
		return err
	}
	for from := 0; ; from = (from + killBatch) % len(facts) {
		part := facts[from:min(len(facts), from+killBatch)]
		results, err := d.Handle(ctx, v.Merchant, part)
		if err != nil {
			return err
		}
		var said strings.Builder
		for i := range results {
			fmt.Fprintf(&said, "%s %s %d\n", part[i].Event.ID, results[i].Status, results[i].Seq)
		}
		if _, err := os.Stdout.WriteString(said.String()); err != nil {
			return err
		}
	}
}

func readFacts(path string) ([]desk.Fact, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var facts []desk.Fact
	return facts, json.Unmarshal(data, &facts)
}

// killer kills.
type killer struct {
	dir    string
	facts  []desk.Fact
	now    time.Time
	random *rand.Rand
	// What came of it.
	Kills, Promised, Orders, Entries int
}

// newKiller makes the facts that are told in every round.
func newKiller(dir string, seed uint64) (*killer, error) {
	l, err := newLife(time.Hour, hardLife)
	if err != nil {
		return nil, err
	}
	k := &killer{dir: dir, random: rand.New(rand.NewPCG(seed, 0))}
	k.facts, k.now = l.batch(killFacts)
	data, err := json.Marshal(k.facts)
	if err != nil {
		return nil, err
	}
	return k, os.WriteFile(k.factsFile(), data, 0o600)
}

func (k *killer) factsFile() string { return filepath.Join(k.dir, "facts.json") }

// kill kills so many times.
func (k *killer) kill(rounds int) error {
	var database string
	for round := range rounds {
		if round%killPerStore == 0 {
			database = filepath.Join(k.dir, fmt.Sprintf("%d.db", round/killPerStore))
			if err := k.open(database, round); err != nil {
				return err
			}
		}
		if err := k.round(database, round, rounds); err != nil {
			return fmt.Errorf("round %d (%s): %w", round, killKinds[round%len(killKinds)], err)
		}
		k.Kills++
	}
	return nil
}

func merchantOf(round int) string { return "shop-" + strconv.Itoa(round) }

// open makes a database with the first of its merchants.
func (k *killer) open(database string, round int) error {
	return k.with(database, func(ctx context.Context, d *desk.Desk) error { return putMerchant(ctx, d, merchantOf(round)) })
}

// with opens the database as a process does that comes after the one that was killed.
func (k *killer) with(database string, f func(context.Context, *desk.Desk) error) error {
	ctx := context.Background()
	s, err := store.Open(ctx, database)
	if err != nil {
		return err
	}
	d := desk.New(s, func() time.Time { return k.now })
	err = f(ctx, d)
	d.Close()
	return errors.Join(err, s.Close())
}

// promises are the versions of the orders that were answered, by the fact.
type promises struct {
	mu   sync.Mutex
	seqs map[string]int64
	told map[string]bool // facts that may be there, or not
	bad  error
}

// round starts a process, kills it, and looks at what it leaves.
func (k *killer) round(database string, round, rounds int) error {
	v := victim{Kind: killKinds[round%len(killKinds)], Database: database, Merchant: merchantOf(round), Facts: k.factsFile(), Now: k.now}
	p := &promises{seqs: map[string]int64{}, told: map[string]bool{}}
	if err := k.strike(&v, p); err != nil {
		return err
	}
	if p.bad != nil {
		return p.bad
	}
	k.Promised += len(p.seqs)
	return k.with(database, func(ctx context.Context, d *desk.Desk) error {
		if err := k.kept(ctx, d, v.Merchant, p); err != nil {
			return err
		}
		if err := k.again(ctx, d, v.Merchant, p); err != nil {
			return err
		}
		if err := k.verified(ctx, d, v.Merchant, len(p.told)); err != nil {
			return err
		}
		if next := round + 1; next < rounds && next%killPerStore != 0 {
			return putMerchant(ctx, d, merchantOf(next))
		}
		return nil
	})
}

// strike lets a process live for a random time and collects what it promises. One in twenty dies before it has begun.
func (k *killer) strike(v *victim, p *promises) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), victimEnv+"="+string(text))
	var wrong bytes.Buffer
	c.Stderr = &wrong
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	if k.random.IntN(20) == 0 {
		time.AfterFunc(k.soon(), func() { c.Process.Kill() })
	}
	in := bufio.NewReader(out)
	first, err := in.ReadString('\n')
	after := k.soon()
	time.AfterFunc(after, func() { c.Process.Kill() })
	if err == nil {
		p.listen(k, v, first, in)
	}
	_ = c.Wait() // it was killed
	if v.Kind == "import" {
		// Beside what it has said it may have taken in one batch more.
		for i := range min(len(k.facts), len(p.seqs)+killBatch) {
			p.told[k.facts[i].Event.ID] = true
		}
	}
	if wrong.Len() > 0 {
		return fmt.Errorf("the process had something to say: %s", wrong.Bytes())
	}
	return nil
}

func (k *killer) soon() time.Duration { return time.Duration(k.random.Int64N(int64(killWithin))) }

// listen hears what the process says until it dies: the facts that it took in, or where it can be told some.
func (p *promises) listen(k *killer, v *victim, first string, in *bufio.Reader) {
	if v.Kind == "http" {
		if said := strings.Fields(first); len(said) == 3 {
			p.tell(k, said[1], said[2])
		}
		return
	}
	for text, err := first, error(nil); err == nil; text, err = in.ReadString('\n') {
		var id, status string
		var seq int64
		if _, err := fmt.Sscan(text, &id, &status, &seq); err != nil {
			p.fail(fmt.Errorf("the process said %q", text))
			return
		}
		p.promise(id, status, seq)
	}
}

// promise notes an answer. A fact that was answered before must be a duplicate, and stand where it stood.
func (p *promises) promise(id, status string, seq int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	was, known := p.seqs[id]
	switch {
	case status == string(desk.Refused):
		p.bad = fmt.Errorf("%s was refused", id)
	case known && (status != string(desk.Duplicate) || was != seq):
		p.bad = fmt.Errorf("%s was taken in as %d and is %s as %d", id, was, status, seq)
	}
	p.seqs[id] = seq
}

func (p *promises) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bad = err
}

// tell tells the facts over HTTP, all of an order by one caller, until the server is gone.
func (p *promises) tell(k *killer, address, token string) {
	var wait sync.WaitGroup
	for c := range killCallers {
		wait.Go(func() {
			w, err := dial(address)
			if err != nil {
				return
			}
			defer w.conn.Close()
			for i := range k.facts {
				number, _, _ := strings.Cut(k.facts[i].Event.ID, "-")
				if n, _ := strconv.Atoi(number); n%killCallers != c {
					continue
				}
				if !p.tellOne(w, &k.facts[i], token) {
					return
				}
			}
		})
	}
	wait.Wait()
}
