package desk

import (
	"bytes"
	"context"
	"fmt"

	"recourse"
	"recourse/calendar"
	"recourse/decide"
	"recourse/store"
)

// Finding is something that does not hold about an order's history.
type Finding struct {
	Order string `json:"order"`
	Seq   int64  `json:"seq"`  // the entry; 0: the order as a whole
	Code  string `json:"code"` // stable: chain_broken, entry_missing, decision_differs, file_differs, case_differs, head_differs, unreadable
	What  string `json:"what"` // in words
}

// Verified counts what was looked at.
type Verified struct {
	Orders  int `json:"orders"`
	Entries int `json:"entries"`
}

// verifyAtOnce is how many orders are verified in one look at the database.
const verifyAtOnce = 200

// Verify makes every decision of a merchant again from the history: each entry follows from the one before by the hash
// that it carries, each decision comes out as it was saved, and what is kept of the order is what they lead to. Findings
// are told one by one; so is how far it has come. Nothing is changed.
func (d *Desk) Verify(ctx context.Context, merchant string, tell func(Finding), progress func(Verified)) (Verified, error) {
	v := &verifier{desk: d, merchant: merchant, tell: tell, deciders: map[[2]string]*decide.Decider{}}
	var done Verified
	for after := ""; ; {
		var keys []store.Key
		err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
			if keys, err = tx.Keys(merchant, after, verifyAtOnce); err != nil {
				return err
			}
			return v.orders(tx, keys, &done)
		})
		if err != nil || len(keys) == 0 {
			return done, err
		}
		after = keys[len(keys)-1].Order
		progress(done)
	}
}

type verifier struct {
	desk     *Desk
	merchant string
	tell     func(Finding)
	deciders map[[2]string]*decide.Decider // by policy and calendars
}

func (v *verifier) orders(tx *store.Tx, keys []store.Key, done *Verified) error {
	files, err := tx.Files(keys)
	if err != nil {
		return err
	}
	cases, err := tx.CasesOf(keys)
	if err != nil {
		return err
	}
	for _, k := range keys {
		n, err := v.order(tx, files[k], cases[k])
		if err != nil {
			return err
		}
		done.Orders++
		done.Entries += n
	}
	return nil
}

// order verifies one order and says how many entries it has.
func (v *verifier) order(tx *store.Tx, kept store.File, cases []store.Case) (n int, err error) {
	fault := func(seq int64, code, format string, args ...any) {
		v.tell(Finding{Order: kept.Order, Seq: seq, Code: code, What: fmt.Sprintf(format, args...)})
	}
	file, hash := &recourse.OrderFile{}, store.Origin(kept.Key)
	var decider *decide.Decider
	var acts []store.Act
	for seq := int64(1); ; {
		entries, err := tx.History(kept.Key, seq, maxHistory)
		if recourse.CodeOf(err) == "body_damaged" {
			fault(seq, "unreadable", "an entry from %d on cannot be read", seq)
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if len(entries) == 0 {
			break
		}
		for i := range entries {
			e := &entries[i]
			if e.Seq != seq {
				fault(seq, "entry_missing", "entry %d is not there", seq)
				return n, nil
			}
			if hash = store.Chain(hash, e.Body); hash != e.Hash {
				fault(seq, "chain_broken", "the hash of entry %d is not that of its body and the entry before", seq)
				return n, nil
			}
			if decider, err = v.decider(tx, &e.Record, file); err != nil {
				return n, err
			}
			var same bool
			if file, acts, same = again(decider, file, acts, &e.Record); !same {
				fault(seq, "decision_differs", "the decision of entry %d comes out otherwise when it is made again", seq)
				return n, nil
			}
			seq++
			n++
		}
	}
	v.kept(kept, store.File{Version: int64(n), Hash: hash, OrderFile: file, Acts: acts}, fault)
	if decider != nil {
		v.rows(kept, file, acts, decider, cases, fault)
	}
	return n, nil
}

// again makes a decision again, and says whether it came out the same. What people said of acts is taken as it was.
func again(d *decide.Decider, file *recourse.OrderFile, acts []store.Act, r *store.Record) (*recourse.OrderFile, []store.Act, bool) {
	var decision decide.Decision
	if r.Event != nil {
		decision = d.Event(file, r.Event, r.At)
	} else {
		decision = d.Due(file, r.At)
	}
	var told []store.Move
	if r.Event != nil && r.Event.Type.OfEffect() && len(r.Moves) > 0 {
		told = r.Moves[:1:1]
	}
	made := store.Record{Entries: decision.Entries, Effects: decision.Effects, Moves: moves(r.Event, file, decision.File, acts, told...)}
	was, err1 := (&store.Record{Entries: r.Entries, Effects: r.Effects, Moves: r.Moves}).Encoded()
	is, err2 := made.Encoded()
	return decision.File, actsAfter(acts, &made), err1 == nil && err2 == nil && bytes.Equal(was, is)
}

// kept compares what is kept of the order with what its history leads to.
func (v *verifier) kept(kept, made store.File, fault func(int64, string, string, ...any)) {
	if kept.Version != made.Version || kept.Hash != made.Hash {
		fault(0, "head_differs", "the order counts %d decisions and the history has %d, or its last entry is another", kept.Version, made.Version)
		return
	}
	was, err1 := store.EncodedFile(kept.OrderFile, kept.Acts)
	is, err2 := store.EncodedFile(made.OrderFile, made.Acts)
	if err1 != nil || err2 != nil || !bytes.Equal(was, is) {
		fault(0, "file_differs", "the order's file is not what its history leads to")
	}
}

// rows compares the cases as they are looked for with those of the file.
func (v *verifier) rows(kept store.File, file *recourse.OrderFile, acts []store.Act, decider *decide.Decider, cases []store.Case, fault func(int64, string, string, ...any)) {
	rows := map[string]store.Case{}
	for _, c := range cases {
		rows[c.ID] = c
	}
	g := group{key: kept.Key, decider: decider}
	for _, c := range file.Cases {
		want, is := g.row(file, c, acts), rows[c.ID]
		if is.Situation != want.Situation || is.Status != want.Status || is.Outcome != want.Outcome || is.State != want.State || is.Amount != want.Amount || is.Mine != want.Mine || is.Approve != want.Approve {
			fault(0, "case_differs", "the case %s is listed otherwise than its order's file says", c.ID)
		}
		delete(rows, c.ID)
	}
	for id := range rows {
		fault(0, "case_differs", "the case %s is listed and is not in its order's file", id)
	}
}

// decider is what an entry was decided by.
func (v *verifier) decider(tx *store.Tx, r *store.Record, file *recourse.OrderFile) (*decide.Decider, error) {
	k := [2]string{r.Policy, r.Calendars}
	if d := v.deciders[k]; d != nil && knows(d, file) {
		return d, nil
	}
	p := &v.desk.policies
	p.mu.Lock()
	defer p.mu.Unlock()
	d, err := p.load(tx, store.Merchant{ID: v.merchant, Policy: r.Policy, Calendars: r.Calendars})
	if err == nil {
		v.deciders[k] = d
	}
	return d, err
}

// Calendars are those that a merchant's deadlines are counted in.
func (d *Desk) Calendars(ctx context.Context, merchant string) (set *calendar.Set, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		decider, err := d.policies.of(tx, merchant, &recourse.OrderFile{})
		if err == nil {
			set = decider.Calendars
		}
		return err
	})
	return set, err
}
