package web

import (
	"slices"
	"strconv"

	"recourse/store"
	"recourse/web/view"
)

// audit lists the newest changes beside the orders: those of people and links, of words, and of policies, each kept where it
// belongs.
func (v *visit) audit() ([]view.AuditLine, error) {
	var all []store.Audit
	err := v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) {
		if all, err = tx.Audits(v.who.Merchant, view.AuditMost); err != nil {
			return err
		}
		words, err := tx.TextVersions(v.who.Merchant, view.AuditMost)
		if err != nil {
			return err
		}
		for _, w := range words {
			all = append(all, store.Audit{At: w.At, By: w.By, What: store.AuditTexts, About: w.Language})
		}
		policies, err := tx.Versions(v.who.Merchant, 0, view.AuditMost)
		for _, p := range policies {
			all = append(all, store.Audit{At: p.At, By: p.By, What: store.AuditPolicy, About: strconv.FormatInt(p.Number, 10)})
		}
		return err
	})
	slices.SortStableFunc(all, func(a, b store.Audit) int { return b.At.Compare(a.At) })
	return v.read.Audit(all[:min(len(all), view.AuditMost)]), err
}
