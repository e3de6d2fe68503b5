package decide

import (
	"time"

	"recourse"
	"recourse/playbook"
)

// This file reckons with claim windows: until when a claim about the goods of a purchase can be filed. A window is told as a
// fact and counted from where the file stands now, so that a delivery that is learned late, or a window that is set anew,
// moves every deadline that counts from it.

// windowOf is the claim window of a parcel that ends first among those of the problems for which no claim was filed; false
// where none was told for such a problem. A window that was over before its problem was told counts only where there is no
// other: nothing can be saved there.
func (w *work) windowOf(p *recourse.Parcel) (best recourse.ClaimUntil, ok bool) {
	purchase := w.f.Purchase(p.Purchase)
	if purchase == nil || len(purchase.Windows) == 0 {
		return best, false
	}
	for i := range w.f.Cases {
		c := w.f.Cases[i]
		if !w.contests(c, p) {
			continue
		}
		told := recourse.WindowFor(purchase.Windows, c.Situation, true)
		if told == nil {
			continue
		}
		u := recourse.ClaimUntil{Case: c.ID, Window: *told}
		w.reckon(&u, purchase, p)
		if late := u.EndsAt.Before(c.OpenedAt); !ok || best.EndsAt.IsZero() || !u.EndsAt.IsZero() && !late && (u.EndsAt.Before(best.EndsAt) || !best.EndsAt.After(c.OpenedAt)) {
			best = u
		}
		ok = true
	}
	return best, ok
}

// reckon says when a window ends and when it is urgent; nothing where what it counts from has not happened.
func (w *work) reckon(u *recourse.ClaimUntil, purchase *recourse.Purchase, p *recourse.Parcel) {
	if u.EndsAt = u.Window.EndsAt; u.EndsAt.IsZero() {
		if u.From = w.windowFrom(u.Window.From, purchase, p); u.From.IsZero() {
			return
		}
		u.EndsAt = w.windowEnd(u.From, &u.Window)
	}
	u.WarnAt = later(u.EndsAt.Add(-time.Duration(u.Window.WarnDays)*24*time.Hour), u.From)
}

func (w *work) windowEnd(from time.Time, told *recourse.ClaimWindow) time.Time {
	if told.Country != "" {
		if c, ok := w.Calendars.Calendar(told.Country); ok {
			return c.Add(from, told.Days)
		}
	}
	return from.Add(time.Duration(told.Days) * 24 * time.Hour)
}

func (w *work) windowFrom(from recourse.WindowStart, purchase *recourse.Purchase, p *recourse.Parcel) time.Time {
	switch {
	case from == recourse.WindowFromOrdered:
		return purchase.PlacedAt
	case from == recourse.WindowFromShipped && p != nil:
		return p.ShippedAt
	case from == recourse.WindowFromShipped:
		return purchase.ShippedAt
	case p != nil && w.delivered(p):
		return p.StatusAt
	}
	return time.Time{}
}

// foldWindows takes the claim windows of a purchase: what was told last, by its own time, holds.
func (w *work) foldWindows() {
	p := w.purchase(w.ev.Purchase)
	if w.evAt.Before(p.WindowsAt) {
		w.fresh.news = false
		return
	}
	p.Windows, p.WindowsAt = w.ev.Windows, w.evAt
}

// ClaimWindows are the claim windows that matter in a file: of every case that may be claimed for, was claimed for, or was not
// in time though the buyer got money or goods. A dispute has the bank's date.
func (d *Decider) ClaimWindows(file *recourse.OrderFile) (out []recourse.ClaimUntil) {
	if len(file.Cases) == 0 {
		return nil
	}
	w := d.begin(file, file.Now)
	defer func() {
		w.clear()
		w.Decider, w.f = nil, nil
		benches.Put(w)
	}()
	for _, c := range w.f.Cases {
		if u, ok := w.claimUntil(c); ok {
			out = append(out, u)
		}
	}
	return out
}

// claimUntil is the claim window of a case; false where it has none.
func (w *work) claimUntil(c *recourse.Case) (u recourse.ClaimUntil, ok bool) {
	u = recourse.ClaimUntil{Case: c.ID, Situation: c.Situation, Purchase: c.Purchase, Parcel: c.Parcel}
	if c.Quiet {
		return u, false
	}
	if w.isDispute(c) {
		return w.answerUntil(u, c)
	}
	p := w.parcelOf(c)
	purchase := w.f.Purchase(c.Purchase)
	if purchase == nil && p != nil {
		purchase = w.f.Purchase(p.Purchase)
	}
	if purchase == nil || !w.findWindow(&u, c, purchase) {
		return u, false
	}
	u.Purchase, u.Supplier = purchase.ID, purchase.Supplier
	if p != nil {
		u.Parcel = p.ID
	}
	w.reckon(&u, purchase, p)
	u.FiledAt = w.filedAt(c)
	u.Amount = w.costOf(purchase, recourse.Common(c.Lines, w.linesOfPurchase(purchase)))
	if u.Amount.Minor <= 0 {
		u.Amount = w.Stake(w.f, c.ID)
	}
	return u, !u.EndsAt.IsZero() && w.matters(c, &u)
}

// findWindow finds the window that holds for a case: as it was told for its purchase, else the playbook's setting, which counts from
// delivery.
func (w *work) findWindow(u *recourse.ClaimUntil, c *recourse.Case, purchase *recourse.Purchase) bool {
	if told := recourse.WindowFor(purchase.Windows, c.Situation, c.Problem); told != nil {
		u.Window = *told
		return true
	}
	var ok bool
	u.Window, ok = playbookWindow(w.PolicyOf(&c.Run))
	return c.Problem && ok
}

// PlaybookWindow is the claim window by the settings of the playbook, for a purchase for which none was told; false where the
// playbook has no such setting.
func (d *Decider) PlaybookWindow() (recourse.ClaimWindow, bool) { return playbookWindow(d.Policy) }

func playbookWindow(p *playbook.Policy) (recourse.ClaimWindow, bool) {
	ends, warns := wholeDays(p, playbook.SettingEndsAfter), wholeDays(p, playbook.SettingWarnAfter)
	return recourse.ClaimWindow{From: recourse.WindowFromDelivered, Days: ends, WarnDays: max(0, ends-warns), Rule: recourse.WindowOfPlaybook}, ends > 0
}

// wholeDays is a setting's length in days; 0 where the playbook has no such setting, or counts it in business days.
func wholeDays(p *playbook.Policy, setting string) int {
	if p.Setting(setting) == nil {
		return 0
	}
	d := p.Value(setting).Span
	if d == nil || d.Calendar != "" {
		return 0
	}
	return int(d.Time / (24 * time.Hour))
}

// filedAt is when a case's money was claimed: a claim was filed, or the money was asked back; zero: neither.
func (w *work) filedAt(c *recourse.Case) time.Time {
	at := c.ClaimAt
	for i := range w.f.Recoveries {
		if r := &w.f.Recoveries[i]; r.Case == c.ID && r.Status != recourse.RecoveryWithdrawn && (at.IsZero() || r.PathAt.Before(at)) {
			at = r.PathAt
		}
	}
	return at
}

// matters says whether there is something to claim in a case: while it is open, and once it has cost the merchant money or
// goods.
func (w *work) matters(c *recourse.Case, u *recourse.ClaimUntil) bool {
	if c.Status == recourse.Open || !u.FiledAt.IsZero() {
		return true
	}
	switch c.Outcome {
	case recourse.OutcomeRefunded, recourse.OutcomeReplaced, recourse.OutcomeReordered, recourse.OutcomeAdjusted:
		return true
	}
	return false
}

// isDispute says that a bank holds the money of a case until it has decided, and set a date for the answer.
func (w *work) isDispute(c *recourse.Case) bool {
	if c.EventDue.IsZero() {
		return false
	}
	for i := range w.f.Refunds {
		if r := &w.f.Refunds[i]; r.Case == c.ID && r.Disputed {
			return true
		}
	}
	return false
}

// answerUntil is the date by which a dispute is to be answered. It is answered once its state no longer waits for that date,
// if it was left before it.
func (w *work) answerUntil(u recourse.ClaimUntil, c *recourse.Case) (recourse.ClaimUntil, bool) {
	u.Dispute, u.EndsAt, u.From = true, c.EventDue, c.OpenedAt
	u.WarnAt = later(u.EndsAt.Add(-warnOfDispute), u.From)
	u.Amount, u.Supplier = w.Stake(w.f, c.ID), w.f.SupplierOf(c)
	if c.Status == recourse.Open && !w.awaitsDate(c) && c.EnteredAt.Before(u.EndsAt) {
		u.FiledAt = c.EnteredAt
	}
	if c.Status == recourse.Closed && c.ClosedAt.Before(u.EndsAt) {
		u.FiledAt = c.ClosedAt
	}
	return u, true
}

// warnOfDispute is how long before the bank's date an answer is urgent.
const warnOfDispute = 3 * 24 * time.Hour

// awaitsDate says that a case's state waits for the date that its event set.
func (w *work) awaitsDate(c *recourse.Case) bool {
	s := w.state(w.PolicyOf(&c.Run), c.State)
	if s == nil {
		return false
	}
	for _, t := range s.Timers {
		if t.From == playbook.FromEventDue {
			return true
		}
	}
	return false
}
