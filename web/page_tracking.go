package web

import (
	"strings"
	"time"

	"recourse/store"
)

// silentAfter is after how long without a sign of life a tracking number is shown as silent, as the registrar has it; and
// silentShown is how many are named on the page of a connection.
const (
	silentAfter = 10 * 24 * time.Hour
	silentShown = 12
)

// trackingFacts are what the page of a tracking connection says of its numbers; none for any other connection.
func (v *visit) trackingFacts(tx *store.Tx, connection string) (facts [][2]string, err error) {
	since := v.read.Now.Add(-silentAfter)
	counts, err := tx.CountTrackings(v.who.Merchant, since)
	n, there := counts[connection]
	if err != nil || !there {
		return nil, err
	}
	r := v.read
	facts = append(facts, [2]string{r.T("conn_watched"), r.T("conn_watched_n", "n", r.Number(n.Watched), "waiting", r.Number(n.Waiting))})
	if n.Silent == 0 {
		return facts, nil
	}
	silent, err := tx.SilentTrackings(v.who.Merchant, since, 10*silentShown)
	if err != nil {
		return nil, err
	}
	var some []string
	for i := range silent {
		if t := &silent[i]; t.Connection == connection && len(some) < silentShown {
			why := r.FailureWord(t.Failure)
			if why == "" {
				why = r.T("conn_silent_since", "day", r.Past(t.ScannedAt).Text)
			}
			some = append(some, t.Tracking+" ("+r.T("conn_silent_one", "order", t.Order, "why", strings.TrimRight(why, "."))+")")
		}
	}
	key := "conn_silent_n"
	if n.Silent > len(some) {
		key = "conn_silent_more"
	}
	return append(facts, [2]string{r.T("conn_silent"), r.T(key, "n", r.Number(n.Silent), "some", strings.Join(some, ", "))}), nil
}
