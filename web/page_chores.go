package web

import (
	"recourse/account"
	"recourse/store"
	"recourse/web/view"
)

// What about the desk's own links has to be mended stands above the queue, as tasks that vanish when it is mended.

// chores are those of the visitor's merchant. Who may do something about them is led there.
func (v *visit) chores() ([]view.ChoreRow, error) {
	all, err := v.desk.Chores(v.r.Context(), v.who.Merchant)
	out := make([]view.ChoreRow, len(all))
	for i := range all {
		out[i] = v.read.Chore(&all[i])
		if !v.who.Role.May(account.Manage) {
			out[i].Href = ""
		}
	}
	return out, err
}

// settles says whether there is something about a delivery that a person can say to have seen to.
func settles(r *store.Receipt) bool {
	return r.Status == store.ReceiptFailed || r.Status == store.ReceiptDone && (r.Note == "no_pattern" || r.Note == "no_number" || r.Note == "in_dsers")
}

// settleReceipt notes that somebody saw to a delivery by another way.
func (s *site) settleReceipt(v *visit) error {
	h, err := s.hubHere()
	if err != nil {
		return err
	}
	id := v.r.PathValue("connection")
	if err := h.Settle(v.r.Context(), v.who.Merchant, id, v.r.PathValue("receipt"), v.who.Name); err != nil {
		return err
	}
	return v.goOn(view.ConnectionPath(id), "told_settled")
}
