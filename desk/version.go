package desk

import (
	"context"

	"recourse"
	"recourse/playbook"
	"recourse/store"
)

// Adoption is a policy that somebody wants to put to work.
type Adoption struct {
	Policy *playbook.Policy
	// Base is the number of the version that the policy was made from; where that is not the one at work any more the
	// policy is refused with policy_changed, of kind [recourse.Conflict]. 0: whatever is at work.
	Base int64
	By   string // who
	Note string // what for, in their words; shortened to maxNote
}

// maxNote is how long a note may be, in characters.
const maxNote = 500

// Adopt puts a policy to work for a merchant's new cases and gives the version that is then at work. Running cases go on
// under the policy that they began with. A policy that is at work already makes no new version.
func (d *Desk) Adopt(ctx context.Context, merchant string, a Adoption) (v store.Version, err error) {
	now := d.clock()
	kept := store.Policy{Hash: a.Policy.Hash, Playbook: a.Policy.Playbook.Hash, Name: a.Policy.Name, Settings: a.Policy.Settings(), CreatedAt: now, CreatedBy: a.By}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.Merchant(merchant)
		if err != nil {
			return err
		}
		if err := keep(tx, merchant, kept, a.Policy); err != nil {
			return err
		}
		if v, err = putToWork(tx, merchant, a.Base, store.Version{Policy: kept, At: now, By: a.By, Note: recourse.Shorten(a.Note, maxNote)}); err != nil {
			return err
		}
		m.Policy = kept.Hash
		return tx.PutMerchant(m)
	})
	return v, err
}

// keep keeps a policy, its playbook's text, and the file that this was loaded from where it is at hand.
func keep(tx *store.Tx, merchant string, kept store.Policy, policy *playbook.Policy) error {
	if err := tx.KeepPolicy(merchant, kept, policy.Playbook.Text()); err != nil {
		return err
	}
	if source := policy.Source(); source != nil {
		return tx.KeepSource(merchant, kept.Playbook, source)
	}
	return nil
}

// putToWork numbers a version behind the newest, unless that is of the same policy. What was made from a version that is not at work
// any more is refused; base 0: made from any. One look serves both, so that nobody comes between them.
func putToWork(tx *store.Tx, merchant string, base int64, v store.Version) (store.Version, error) {
	newest, err := tx.Versions(merchant, 0, 1)
	if err != nil {
		return v, err
	}
	if base != 0 && (len(newest) == 0 || newest[0].Number != base) {
		return v, &recourse.Error{Kind: recourse.Conflict, Code: "policy_changed", Message: "somebody else changed the playbook meanwhile", Hint: "look at what it is now, then change it again"}
	}
	v.Number = 1
	if len(newest) > 0 {
		if newest[0].Hash == v.Hash {
			return newest[0], nil
		}
		v.Number = newest[0].Number + 1
	}
	return v, tx.AddVersion(merchant, v)
}

// Policy is a policy that a merchant had at some time, by its hash; policy_unknown, of kind [recourse.NotFound], when it
// never had it.
func (d *Desk) Policy(tx *store.Tx, merchant, hash string) (*playbook.Policy, error) {
	decider, err := d.Decider(tx, merchant, &recourse.OrderFile{Cases: []*recourse.Case{{Run: recourse.Run{Playbook: hash}}}})
	if err != nil {
		return nil, err
	}
	if p := decider.Pinned[hash]; p != nil {
		return p, nil
	}
	return nil, &recourse.Error{Kind: recourse.NotFound, Code: "policy_unknown", Message: "no policy is kept under this hash"}
}
