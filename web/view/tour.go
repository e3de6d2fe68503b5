package view

import (
	"strconv"

	"recourse"
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
func NewTourStop(r Reader, n int, id string, situation recourse.Situation, about string) TourStop {
	s := TourStop{N: strconv.Itoa(n), Case: id, Href: CasePath(id), Situation: r.Situation(situation), Say: about}
	if key := "tour_" + string(situation); r.HasDesk(key) {
		s.Say, s.Try = r.T("tour_"+string(situation)), r.T("tour_"+string(situation)+"_try")
	}
	return s
}
