package web

import (
	"net/http"
	"strconv"

	"recourse"
	"recourse/account"
	"recourse/store"
	"recourse/web/view"
)

// The tour shows a newcomer one case of every situation of the playbook, and says at each what there is to see. It is
// there where the shop is made up.

// tourRoutes are the pages of the tour.
var tourRoutes = []pageRoute{
	{pattern: "GET /tour", access: access{door: page, needs: account.Read}, serve: (*site).showTour},
}

// showTour shows all stops.
func (s *site) showTour(v *visit) error {
	if !s.tour {
		return errNoRoute
	}
	if err := v.home(); err != nil {
		return err
	}
	stops, err := v.stops()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, view.TourPage(v.page(v.read.T("tour_title")), stops))
}

// stops are the stops of the tour: of each situation, in the playbook's order, the case that was opened last among the
// open ones.
func (v *visit) stops() (stops []view.TourStop, err error) {
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		d, err := v.desk.Decider(tx, v.who.Merchant, &recourse.OrderFile{})
		if err != nil {
			return err
		}
		for _, s := range d.Policy.Playbook.Situations {
			found, _, err := tx.Cases(v.who.Merchant, store.CaseFilter{Situation: s.Name, Status: recourse.Open, Sort: store.ByOpened, Limit: 1})
			if err != nil {
				return err
			}
			if len(found) > 0 {
				stops = append(stops, view.NewTourStop(v.read, len(stops)+1, &found[0], s.About))
			}
		}
		return nil
	})
	return stops, err
}

// tourAt is what the tour says on a case's page; nil where there is no tour, or the case is none of its stops.
func (v *visit) tourAt(id string) *view.Tour {
	if !v.tour {
		return nil
	}
	stops, err := v.stops()
	if err != nil {
		return nil // the page is there without it
	}
	for i := range stops {
		if stops[i].Case != id {
			continue
		}
		t := &view.Tour{Stop: stops[i], Of: strconv.Itoa(len(stops))}
		if i > 0 {
			t.Before = stops[i-1].Href
		}
		if i+1 < len(stops) {
			t.Next = stops[i+1].Href
		}
		return t
	}
	return nil
}
