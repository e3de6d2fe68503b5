package desk

import (
	"crypto/rand"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/insight"
	"recourse/store"
)

// batch is what is decided and saved together.
type batch struct {
	now     time.Time
	jobs    []*job
	groups  map[store.Key]*group
	order   []*group      // as they came
	twins   map[*job]*job // of two that tell the same fact, the second and the first
	early   bool          // a batch ahead may not be saved yet
	later   []*job        // their order is not known yet: it may be in the batch ahead
	soon    bool          // something is due one day
	callers int           // who wait for it
}

func newBatch(now time.Time, jobs []*job) *batch {
	return &batch{now: now, jobs: jobs, groups: map[store.Key]*group{}, twins: map[*job]*job{}}
}

// group is one order with the facts that came for it.
type group struct {
	key  store.Key
	jobs []*job
	due  bool // it was found due: deadlines act though no fact came
	acts []store.Act
	// decidedBy is who decided the refunds that are to be approved here and take a second person.
	decidedBy map[string]decider
	personal  *store.Personal // nil: not read
	salt      []byte          // of the merchant
	news      bool            // the merchant has somebody who is told what happens
	learned   []insight.Weighed
	decider   *decide.Decider
	windows   *windowTable
	change    store.Change
	places    map[*job]int64 // the entries of the jobs
	err       error
}

// group gives the group of an order, begun when it is first asked for.
func (b *batch) group(k store.Key) *group {
	g := b.groups[k]
	if g == nil {
		g = &group{key: k}
		b.groups[k] = g
		b.order = append(b.order, g)
	}
	return g
}

// find sorts out duplicates and finds the order of every fact.
func (b *batch) find(tx *store.Tx) error {
	byMerchant := map[string][]*job{}
	for _, j := range b.jobs {
		byMerchant[j.merchant] = append(byMerchant[j.merchant], j)
	}
	for merchant, list := range byMerchant {
		fresh, err := b.fresh(tx, merchant, list)
		if err != nil {
			return err
		}
		if err := b.resolve(tx, merchant, fresh); err != nil {
			return err
		}
	}
	return nil
}

// fresh are the jobs whose facts were not taken in before. Of two in one batch the second is the duplicate; where it
// stands is known when the first was decided.
func (b *batch) fresh(tx *store.Tx, merchant string, jobs []*job) ([]*job, error) {
	ids := make([]store.EventID, len(jobs))
	for i, j := range jobs {
		ids[i] = store.EventID{Source: j.fact.Event.Source, ID: j.fact.Event.ID}
	}
	seen, err := tx.Seen(merchant, ids)
	if err != nil {
		return nil, err
	}
	var fresh []*job
	here := map[store.EventID]*job{}
	for i, j := range jobs {
		if p, ok := seen[ids[i]]; ok {
			*j.result = Result{Status: Duplicate, ID: ids[i].ID, Order: p.Order, Seq: p.Seq}
			continue
		}
		if first := here[ids[i]]; first != nil {
			b.twins[j] = first
			continue
		}
		here[ids[i]] = j
		fresh = append(fresh, j)
	}
	return fresh, nil
}

// resolve puts every job to its order: named, or found through what it names.
func (b *batch) resolve(tx *store.Tx, merchant string, jobs []*job) error {
	told := map[store.Ref]string{} // by other facts of this batch
	var ask []store.Ref
	for _, j := range jobs {
		ev := &j.fact.Event
		if ev.Order == "" {
			ev.Order = orderOf(ev)
		}
		for _, r := range refsOf(ev) {
			if ev.Order != "" {
				told[r] = ev.Order
			} else {
				ask = append(ask, r)
			}
		}
	}
	found, err := tx.FindOrders(merchant, ask)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		ev := &j.fact.Event
		for _, r := range refsOf(ev) {
			if ev.Order == "" {
				ev.Order = found[r]
			}
			if ev.Order == "" {
				ev.Order = told[r]
			}
		}
		if ev.Order == "" && b.early && j.tries == 0 {
			b.later = append(b.later, j)
			continue
		}
		if ev.Order == "" {
			*j.result = Result{Status: Refused, ID: ev.ID, Err: unknownOrder(ev)}
			continue
		}
		g := b.group(store.Key{Merchant: merchant, Order: ev.Order})
		g.jobs = append(g.jobs, j)
	}
	return nil
}

// orderOf is the order that a case or an act belongs to, by its id (the second case of 1001 is 1001-2); "" when the event
// names neither.
func orderOf(ev *recourse.Event) string {
	for _, id := range []string{ev.Case, caseOf(ev.Effect)} {
		if i := strings.LastIndexByte(id, '-'); i > 0 {
			return id[:i]
		}
	}
	return ""
}

// caseOf is the case that an act belongs to, by its id: 1001-1/3 of 1001-1.
func caseOf(effect string) string { return effect[:max(0, strings.LastIndexByte(effect, '/'))] }

func refsOf(ev *recourse.Event) []store.Ref {
	var refs []store.Ref
	if ev.Purchase != "" {
		refs = append(refs, store.Ref{Kind: "purchase", ID: ev.Purchase})
	}
	if ev.Parcel != "" {
		refs = append(refs, store.Ref{Kind: "parcel", ID: ev.Parcel})
	}
	if ev.Payment != nil {
		refs = append(refs, store.ShopRef(ev.Payment.Provider, ev.Payment.ID))
		if ev.Ref != "" && ev.Type != recourse.OrderPlaced {
			refs = append(refs, store.ShopRef(ev.Payment.Provider, ev.Ref))
		}
	}
	return refs
}

func unknownOrder(ev *recourse.Event) error {
	e := &recourse.Error{Kind: recourse.NotFound, Code: "order_unknown", Field: "order", Message: string(ev.Type) + " names no order, and none is known by its purchase or parcel", Hint: "name the order"}
	switch {
	case ev.Purchase != "":
		e.Field, e.Message = "purchase", "no order is known that has the purchase "+recourse.Shorten(ev.Purchase, 60)
	case ev.Parcel != "":
		e.Field, e.Message = "parcel", "no order is known that has the parcel "+recourse.Shorten(ev.Parcel, 60)
	}
	return e
}

// read reads what the decisions look at.
func (b *batch) read(tx *store.Tx) error {
	keys := make([]store.Key, len(b.order))
	var people []store.Key
	for i, g := range b.order {
		keys[i] = g.key
		if slices.ContainsFunc(g.jobs, func(j *job) bool { return j.fact.Event.HasPersonal() }) {
			people = append(people, g.key)
		}
	}
	files, err := tx.Files(keys)
	if err != nil {
		return err
	}
	personal, err := tx.Personal(people)
	if err != nil {
		return err
	}
	for _, g := range b.order {
		g.change.Before, g.personal = files[g.key], personal[g.key]
		g.acts = g.change.Before.Acts
		if err := g.eyes(tx); err != nil {
			return err
		}
	}
	return nil
}

// decide decides every group, on all processors.
func (d *Desk) decide(tx *store.Tx, b *batch) error {
	for _, g := range b.order {
		var err error
		if g.decider, err = d.policies.of(tx, g.key.Merchant, g.change.Before.OrderFile); err != nil {
			return err
		}
		m, err := tx.MerchantOnce(g.key.Merchant)
		if err != nil {
			return err
		}
		g.salt, g.news = m.Salt, m.Notices
		if g.windows, err = d.windows.of(tx, m); err != nil {
			return err
		}
	}
	var next atomic.Int64
	work := func() {
		for i := next.Add(1) - 1; int(i) < len(b.order); i = next.Add(1) - 1 {
			b.order[i].decide(b.now)
		}
	}
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(b.order)/8) {
		wait.Go(work)
	}
	work()
	wait.Wait()
	for _, g := range b.order {
		if g.err != nil {
			return g.err
		}
	}
	return nil
}

// decide lets the facts of one order be decided on, one after the other, then what is due.
func (g *group) decide(now time.Time) {
	file := g.change.Before.OrderFile
	g.places = map[*job]int64{}
	file = g.setWindows(file, now)
	for _, j := range g.jobs {
		file = g.setWindows(g.take(j, file, now), now)
	}
	if !file.Due.IsZero() && !file.Due.After(now) {
		decision := g.decider.Due(file, now)
		acts := g.acts
		g.add(store.Record{At: now, Moves: moves(nil, file, decision.File, g.acts)}, decision)
		g.notice(file, decision.File, acts)
		g.also(decision, file)
		g.learn(file, decision.File, nil, now)
		g.post(file, decision.File, now)
		file = decision.File
	}
	if len(g.change.Entries) == 0 {
		return
	}
	g.change.After, g.change.Acts = file, g.acts
	g.change.Reworded = g.change.Personal != nil || !sameTexts(g.change.Before.OrderFile, file)
	g.change.Cases, g.err = g.cases(file)
	g.claims(file)
	if g.err == nil {
		g.change.Refs = newRefs(g.change.Before.OrderFile, file)
		g.change.Insight = g.figures(g.change.Before.OrderFile, file)
		g.err = g.change.Prepare()
	}
}

// also tells what came due right after the facts to who told the last of them: it follows from what they told.
func (g *group) also(decision decide.Decision, before *recourse.OrderFile) {
	for _, j := range slices.Backward(g.jobs) {
		if r := j.result; r.Status == Taken || r.Status == Held {
			r.Entries, r.Effects = slices.Concat(r.Entries, decision.Entries), slices.Concat(r.Effects, decision.Effects)
			r.Cases = slices.DeleteFunc(r.Cases, func(c *recourse.Case) bool { return decision.File.Case(c.ID) != c })
			r.Cases = append(r.Cases, touched(before, decision.File)...)
			return
		}
	}
}

// take decides on one fact and gives the next file.
func (g *group) take(j *job, file *recourse.OrderFile, now time.Time) *recourse.OrderFile {
	ev := j.fact.Event
	*j.result = Result{ID: ev.ID, Order: g.key.Order}
	refuse := func(err error) *recourse.OrderFile {
		j.result.Status, j.result.Err = Refused, err
		return file
	}
	if v := g.change.Before.Version; j.fact.Version != 0 && j.fact.Version != v {
		return refuse(versionChanged(j.fact.Version, v))
	}
	ev = g.seal(ev)
	told, err := g.told(&ev, file, now)
	if err == nil {
		err = g.second(&ev, &j.fact)
	}
	if err != nil {
		return refuse(err)
	}
	decision := g.decider.Event(file, &ev, now)
	if decision.Duplicate {
		j.result.Status = Duplicate
		return file
	}
	record := store.Record{At: now, By: j.fact.By, Person: j.fact.Person, Event: &ev, Moves: moves(&ev, file, decision.File, g.acts, told...)}
	acts := g.acts
	g.add(record, decision)
	g.notice(file, decision.File, acts)
	j.result.Status, j.result.Cases = Taken, touched(file, decision.File)
	j.result.Entries, j.result.Effects = g.revealed(decision)
	if len(decision.File.Held) > len(file.Held) {
		j.result.Status = Held
	}
	g.places[j] = int64(len(g.change.Entries))
	g.learn(file, decision.File, &ev, now)
	g.post(file, decision.File, now)
	return decision.File
}

// revealed is a decision for the one who told the fact: the words that they wrote, and not the tokens that are kept for them.
func (g *group) revealed(d decide.Decision) ([]recourse.Entry, []recourse.Effect) {
	if g.personal == nil {
		return d.Entries, d.Effects
	}
	entries, effects := slices.Clone(d.Entries), slices.Clone(d.Effects)
	for i := range entries {
		entries[i].Why = g.personal.Fields.RevealWhy(entries[i].Why)
	}
	for i := range effects {
		effects[i] = g.personal.Fields.RevealEffect(effects[i])
	}
	return entries, effects
}

// touched are the cases that a decision changed: it shares the others with the file before. Never nil.
func touched(before, after *recourse.OrderFile) []*recourse.Case {
	out := []*recourse.Case{}
	for _, c := range after.Cases {
		if !slices.Contains(before.Cases, c) {
			out = append(out, c)
		}
	}
	return out
}

func versionChanged(had, is int64) error {
	return &recourse.Error{Kind: recourse.Conflict, Code: "version_changed", Field: "If-Match",
		Message: "the order has moved on since it was read", Hint: "read it again, then decide"}
}

// add puts a decision behind those that the change has.
func (g *group) add(r store.Record, d decide.Decision) {
	r.Policy, r.Calendars = g.decider.Policy.Hash, g.decider.Calendars.Hash()
	r.Entries, r.Effects = d.Entries, d.Effects
	g.change.Entries = append(g.change.Entries, store.Entry{Record: r})
	for _, e := range d.Effects {
		e.Approval = approvalOf(&e)
		g.change.Effects = append(g.change.Effects, store.Effect{Effect: e, Merchant: g.key.Merchant, Order: g.key.Order, Status: born(&e, g.acts), MovedAt: r.At})
	}
	g.acts = actsAfter(g.acts, &r)
}

// seal puts tokens in place of personal fields and keeps their values apart. The salt is made with the first of them.
func (g *group) seal(ev recourse.Event) recourse.Event {
	if !ev.HasPersonal() {
		return ev
	}
	if g.personal == nil {
		g.personal = &store.Personal{}
	}
	if len(g.personal.Salt) == 0 {
		g.personal = &store.Personal{Salt: make([]byte, 16), Fields: g.personal.Fields}
		rand.Read(g.personal.Salt)
	}
	fresh := recourse.Personal{}
	sealed := fresh.Seal(g.personal.Salt, ev)
	known := 0
	for token := range fresh {
		if _, ok := g.personal.Fields[token]; ok {
			known++
		}
	}
	if known < len(fresh) {
		g.personal = &store.Personal{Salt: g.personal.Salt, Fields: g.personal.Fields.With(fresh)}
		g.change.Personal = g.personal
	}
	return sealed
}

// save saves what was decided, and gives the jobs of the orders that another node was faster with.
func (b *batch) save(tx *store.Tx) (lost []*job, err error) {
	var changes []*store.Change
	lost = b.later
	for _, g := range b.order {
		if len(g.change.Entries) > 0 {
			changes = append(changes, &g.change)
			b.soon = b.soon || !g.change.After.Due.IsZero()
		}
	}
	if len(changes) == 0 {
		return append(lost, b.answerTwins(lost)...), nil
	}
	keys, err := tx.Save(changes)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		lost = append(lost, b.groups[k].jobs...)
	}
	var evidence []store.Evidence
	for _, g := range b.order {
		for j, place := range g.places {
			j.result.Seq = g.change.Before.Version + place
			if j.fact.Evidence != nil && !slices.Contains(lost, j) {
				evidence = append(evidence, *j.fact.Evidence)
			}
		}
	}
	if err := tx.PutEvidence(evidence...); err != nil {
		return nil, err
	}
	return append(lost, b.answerTwins(lost)...), nil
}

// answerTwins answers those that told a fact of this batch again, as the first was: a duplicate of what was taken in, or
// refused with it. Of one that lost, the twin is asked again with it.
func (b *batch) answerTwins(lost []*job) (again []*job) {
	for j, first := range b.twins {
		if slices.Contains(lost, first) {
			again = append(again, j)
			continue
		}
		r := *first.result
		if r.Status != Refused {
			r.Status, r.Entries, r.Effects, r.Cases = Duplicate, nil, nil, nil
		}
		*j.result = r
	}
	return again
}
