package view

import (
	"strconv"

	"recourse"
	"recourse/store"
)

// TourStop is a case that the tour shows.
type TourStop struct {
	N         string
	Case      string
	Href      string
	Situation string
	Say       string // what the situation is, and what the desk does about it
	Try       string // what to look at and to try
}

// Tour is what the tour says on a case's page.
type Tour struct {
	Stop         TourStop
	Of           string // how many stops there are
	Before, Next string // "": none
}

// NewTourStop is a stop at a case. Of a situation that has no words of its own the playbook's are shown.
func NewTourStop(r Reader, n int, c *store.Case, about string) TourStop {
	s := TourStop{N: strconv.Itoa(n), Case: c.ID, Href: CasePath(c.ID), Situation: r.Situation(c.Situation), Say: about}
	if key := tourKey(c.Situation); r.HasDesk(key) {
		s.Say, s.Try = r.T(key), r.T(key+"_try")
	}
	return s
}

func tourKey(s recourse.Situation) string { return "tour_" + string(s) }
