package desk

import (
	"context"
	"sync"

	"recourse"
	"recourse/calendar"
	"recourse/decide"
	"recourse/playbook"
	"recourse/store"
)

// policies are the deciders of merchants, compiled once. A compiled playbook is shared by all merchants that have it.
type policies struct {
	mu        sync.Mutex
	merchants map[string]*decide.Decider
	playbooks map[string]*playbook.Playbook
	calendars map[string]*calendar.Set
}

// of gives the decider of a merchant that knows every policy that the file's cases are pinned to. The merchant's own row
// is read in each transaction: another node may have changed it.
func (p *policies) of(tx *store.Tx, merchant string, file *recourse.OrderFile) (*decide.Decider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m, err := tx.MerchantOnce(merchant)
	if err != nil {
		return nil, err
	}
	d := p.merchants[merchant]
	if d == nil || d.Policy.Hash != m.Policy || d.Calendars.Hash() != m.Calendars || !knows(d, file) {
		if d, err = p.load(tx, m); err != nil {
			return nil, err
		}
		if p.merchants == nil {
			p.merchants = map[string]*decide.Decider{}
		}
		p.merchants[merchant] = d
	}
	return d, nil
}

// knows says whether a decider has every policy that the file's cases and recoveries are pinned to.
func knows(d *decide.Decider, file *recourse.OrderFile) bool {
	has := func(hash string) bool { return hash == "" || hash == d.Policy.Hash || d.Pinned[hash] != nil }
	for _, c := range file.Cases {
		if !has(c.Playbook) {
			return false
		}
	}
	for i := range file.Recoveries {
		if !has(file.Recoveries[i].Playbook) {
			return false
		}
	}
	return true
}

// load compiles all policies that a merchant ever had, and the calendars.
func (p *policies) load(tx *store.Tx, m store.Merchant) (*decide.Decider, error) {
	kept, err := tx.Policies(m.ID)
	if err != nil {
		return nil, err
	}
	d := &decide.Decider{Pinned: make(map[string]*playbook.Policy, len(kept))}
	for _, k := range kept {
		if d.Pinned[k.Hash], err = p.policy(tx, m.ID, k); err != nil {
			return nil, err
		}
	}
	if d.Policy = d.Pinned[m.Policy]; d.Policy == nil {
		return nil, &recourse.Error{Kind: recourse.Internal, Code: "policy_missing", Message: "the policy of " + m.ID + " is not kept: " + m.Policy}
	}
	d.Calendars, err = p.set(tx, m.ID, m.Calendars)
	return d, err
}

func (p *policies) policy(tx *store.Tx, merchant string, k store.Policy) (*playbook.Policy, error) {
	book := p.playbooks[k.Playbook]
	if book == nil {
		text, err := tx.PlaybookText(merchant, k.Playbook)
		if err != nil {
			return nil, err
		}
		if book, err = playbook.Restore(text); err != nil {
			return nil, err
		}
		if p.playbooks == nil {
			p.playbooks = map[string]*playbook.Playbook{}
		}
		p.playbooks[k.Playbook] = book
	}
	policy, err := book.Restore(k.Settings)
	if err == nil && policy.Hash != k.Hash {
		err = &recourse.Error{Kind: recourse.Internal, Code: "policy_changed", Message: "the policy kept under " + k.Hash + " is " + policy.Hash + " now: it was changed, or this program reads it otherwise"}
	}
	return policy, err
}

func (p *policies) set(tx *store.Tx, merchant, hash string) (*calendar.Set, error) {
	if s := p.calendars[hash]; s != nil {
		return s, nil
	}
	set := calendar.Default()
	if set.Hash() != hash {
		text, err := tx.CalendarsText(merchant, hash)
		if err != nil {
			return nil, err
		}
		if set, err = calendar.Restore(text); err != nil {
			return nil, err
		}
	}
	if p.calendars == nil {
		p.calendars = map[string]*calendar.Set{}
	}
	p.calendars[hash] = set
	return set, nil
}

// Put adds a merchant, or gives one that is there another name, policy or calendars. New cases begin under the new
// policy; running ones go on under the one that they began with. What decisions were made by before is kept.
func (d *Desk) Put(ctx context.Context, id, name string, policy *playbook.Policy, calendars *calendar.Set, by string) error {
	if err := checkMerchant(id); err != nil {
		return err
	}
	now := d.clock()
	return d.store.Write(ctx, func(tx *store.Tx) error {
		kept := store.Policy{Hash: policy.Hash, Playbook: policy.Playbook.Hash, Name: policy.Name, Settings: policy.Settings(), CreatedAt: now, CreatedBy: by}
		if err := keep(tx, id, kept, policy); err != nil {
			return err
		}
		if _, err := putToWork(tx, id, 0, store.Version{Policy: kept, At: now, By: by}); err != nil {
			return err
		}
		if err := tx.KeepCalendars(id, calendars.Hash(), calendars.Text()); err != nil {
			return err
		}
		return tx.PutMerchant(store.Merchant{ID: id, Name: name, Policy: policy.Hash, Calendars: calendars.Hash(), CreatedAt: now})
	})
}

// checkMerchant refuses an id that could not stand in a URL and a token as it is.
func checkMerchant(id string) error {
	ok := id != "" && len(id) <= 40
	for _, c := range []byte(id) {
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')
	}
	if ok {
		return nil
	}
	return &recourse.Error{Kind: recourse.Invalid, Code: "merchant_id", Field: "merchant", Message: `"` + recourse.Shorten(id, 60) + `" cannot be the id of a merchant`,
		Hint: "small letters, digits and hyphens, 40 at most"}
}

// Decider is what decides for a merchant at the moment, to look at what a case may do next.
func (d *Desk) Decider(tx *store.Tx, merchant string, file *recourse.OrderFile) (*decide.Decider, error) {
	return d.policies.of(tx, merchant, file)
}
