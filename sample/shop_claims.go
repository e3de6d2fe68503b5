package sample

import (
	"slices"
	"time"

	"recourse"
)

// firstClaim is the number of the oldest order of [Claims].
const firstClaim = 2201

// claimStories are problems for which nothing was claimed yet: one window ends within two days, one later, one is over.
var claimStories = []story{
	{33 * day, anais, one(vase), func(s *sale) {
		s.buys(32*day, 4).arrives(13*day, 16).reports(6*day, "damaged_item", 1, "Le col du vase est ébréché.")
	}},
	{27 * day, katrin, one(scarf), func(s *sale) {
		s.buys(26*day, 3).arrives(9*day, 14).reports(4*day, "wrong_item", 1, "Der Schal ist grün statt blau.")
	}},
	{42 * day, grace, one(teaset), func(s *sale) {
		s.buys(41*day, 4).arrives(20*day, 17).reports(12*day, "missing_item", 1, "One of the six cups is missing.")
	}},
}

// Claims is the shop of [Shop] with some orders more, whose buyers reported a problem and sent no photo: their claim windows run.
func Claims(now time.Time) []recourse.Event {
	at := now.UTC().Truncate(time.Second)
	events := Shop(now)
	for i := range claimStories {
		s := newSale(at, firstClaim+i, &claimStories[i])
		claimStories[i].tell(s)
		events = append(events, s.events...)
	}
	slices.SortStableFunc(events, func(a, b recourse.Event) int { return a.Time.Compare(b.Time) })
	return events
}
