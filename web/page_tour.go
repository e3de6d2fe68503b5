package web

import (
	"cmp"
	"net/http"
	"slices"
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
// open ones; where a situation at once becomes another one, the case that began as it.
func (v *visit) stops() (stops []view.TourStop, err error) {
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		d, err := v.desk.Decider(tx, v.who.Merchant, &recourse.OrderFile{})
		if err != nil {
			return err
		}
		is, was, err := v.tourCases(tx)
		if err != nil {
			return err
		}
		for _, s := range d.Policy.Playbook.Situations {
			if id := cmp.Or(is[s.Name], was[s.Name]); id != "" {
				stops = append(stops, view.NewTourStop(v.read, len(stops)+1, id, s.Name, s.About))
			}
		}
		return nil
	})
	return stops, err
}

// tourOf is how many cases are looked at for the tour: a made-up shop has some dozens.
const tourOf = 200

// tourCases are the newest open case of each situation, and the newest that began as it.
func (v *visit) tourCases(tx *store.Tx) (is, was map[recourse.Situation]string, err error) {
	is, was = map[recourse.Situation]string{}, map[recourse.Situation]string{}
	found, _, err := tx.Cases(v.who.Merchant, store.CaseFilter{Status: recourse.Open, Sort: store.ByOpened, Limit: tourOf})
	if err != nil {
		return nil, nil, err
	}
	var keys []store.Key
	for _, c := range found {
		if k := (store.Key{Merchant: v.who.Merchant, Order: c.Order}); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
		if is[c.Situation] == "" {
			is[c.Situation] = c.ID
		}
	}
	files, err := tx.Files(keys)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range found {
		f := files[store.Key{Merchant: v.who.Merchant, Order: c.Order}]
		if f.OrderFile == nil {
			continue
		}
		if full := f.OrderFile.Case(c.ID); full != nil && was[full.Opener] == "" {
			was[full.Opener] = c.ID
		}
	}
	return is, was, nil
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
