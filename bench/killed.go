package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"recourse/desk"
	"recourse/store"
)

// tellOne tells a fact; it is false when there was no answer.
func (p *promises) tellOne(w *wire, f *desk.Fact, token string) bool {
	p.mu.Lock()
	p.told[f.Event.ID] = true
	p.mu.Unlock()
	body, err := cloudEvent(&f.Event)
	if err != nil {
		p.fail(err)
		return false
	}
	status, err := w.ask("POST", "/api/v1/events", "Authorization: Bearer "+token+"\r\nContent-Type: application/cloudevents+json\r\n", body)
	if err != nil {
		return false
	}
	var told struct {
		Status  string
		Version int64
	}
	if status != 200 || json.Unmarshal(w.body, &told) != nil {
		p.fail(fmt.Errorf("%s: %d: %s", f.Event.ID, status, w.body))
		return false
	}
	p.promise(f.Event.ID, told.Status, told.Version)
	return true
}

// kept looks every fact up: what was answered is there, where the answer said; what was never told is not.
func (k *killer) kept(ctx context.Context, d *desk.Desk, merchant string, p *promises) error {
	ids := make([]store.EventID, len(k.facts))
	for i := range k.facts {
		ids[i] = store.EventID{Source: k.facts[i].Event.Source, ID: k.facts[i].Event.ID}
	}
	return d.Store().Read(ctx, func(tx *store.Tx) error {
		seen, err := tx.Seen(merchant, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			place, there := seen[id]
			seq, answered := p.seqs[id.ID]
			switch {
			case answered && (!there || place.Seq != seq):
				return fmt.Errorf("%s was answered as entry %d and is %d now: lost", id.ID, seq, place.Seq)
			case there && !p.told[id.ID]:
				return fmt.Errorf("%s was never told and is there", id.ID)
			}
		}
		return nil
	})
}

// again tells all that was told once more, as whoever got no answer does. What was answered is a duplicate.
func (k *killer) again(ctx context.Context, d *desk.Desk, merchant string, p *promises) error {
	var facts []desk.Fact
	for _, f := range k.facts {
		if p.told[f.Event.ID] {
			facts = append(facts, f)
		}
	}
	results, err := d.Handle(ctx, merchant, facts)
	if err != nil {
		return err
	}
	for i, r := range results {
		id := facts[i].Event.ID
		seq, answered := p.seqs[id]
		switch {
		case r.Status == desk.Refused:
			return fmt.Errorf("%s is refused when it is told again: %w", id, r.Err)
		case answered && (r.Status != desk.Duplicate || r.Seq != seq):
			return fmt.Errorf("%s was answered as entry %d and is %s as %d when it is told again", id, seq, r.Status, r.Seq)
		}
	}
	return nil
}

// verified makes every decision again, and counts that no fact is in two entries.
func (k *killer) verified(ctx context.Context, d *desk.Desk, merchant string, told int) error {
	var wrong error
	done, err := d.Verify(ctx, merchant, func(f desk.Finding) { wrong = fmt.Errorf("verify: %+v", f) }, func(desk.Verified) {})
	k.Orders, k.Entries = k.Orders+done.Orders, k.Entries+done.Entries
	if err != nil || wrong != nil {
		return firstOf(err, wrong)
	}
	facts := 0
	err = d.Store().Read(ctx, func(tx *store.Tx) error {
		keys, err := tx.Keys(merchant, "", killFacts)
		if err != nil {
			return err
		}
		for _, key := range keys {
			entries, err := tx.History(key, 1, killFacts)
			if err != nil {
				return err
			}
			for i := range entries {
				if entries[i].Event != nil {
					facts++
				}
			}
		}
		return nil
	})
	if err == nil && facts != told {
		err = fmt.Errorf("%d facts were told, and the history has %d", told, facts)
	}
	return err
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// runKill kills a thousand times. The figure is how often nothing was lost.
func runKill(o options) ([]line, error) {
	dir, err := os.MkdirTemp("", "recourse-kill-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	k, err := newKiller(dir, uint64(time.Now().UnixNano()))
	if err != nil {
		return nil, err
	}
	rounds, start := o.or(killRounds), time.Now()
	if err := k.kill(rounds); err != nil {
		return nil, fmt.Errorf("after %d kills: %w", k.Kills, err)
	}
	return []line{{Rate: float64(k.Kills), Unit: "kills", Floor: float64(rounds), Ratio: float64(k.Kills) / float64(rounds), Note: fmt.Sprintf("every %.2f s, in turn during an import and under HTTP load; of %d facts that were answered none was lost and none taken in twice; %d decisions of %d orders made again",
		time.Since(start).Seconds()/float64(rounds), k.Promised, k.Entries, k.Orders)}}, nil
}
