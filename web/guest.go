package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"recourse"
	"recourse/account"
)

// The door of buyers. A link lets its holder in to one order's page and to nothing else; here, in one place, it is looked
// at for all routes of that page. Whoever it does not let in is told so on a page that says nothing of any order, and it
// takes the same time whatever was wrong: with the link, with its date, or with the merchant in it.

const guestKey contextKey = 100

// turnAwayTime is how long it takes to be turned away: longer than any of the looks that can end so.
const turnAwayTime = 120 * time.Millisecond

// Paces of buyers: of one address, of one link, and of an address that comes with links that let nobody in.
const (
	addressPace, addressBurst   = 20, 300
	linkPace, linkBurst         = 10, 150
	strangerPace, strangerBurst = 0.5, 30
)

// guests is what the door knows.
type guests struct {
	addresses, links, strangers *pacer
	// turnAway shows the page of a link that does not let in, or that is used too often.
	turnAway func(http.ResponseWriter, *http.Request, account.Guest, error)
}

func newGuests(turnAway func(http.ResponseWriter, *http.Request, account.Guest, error)) guests {
	return guests{turnAway: turnAway, addresses: newPacer(addressPace, addressBurst), links: newPacer(linkPace, linkBurst), strangers: newPacer(strangerPace, strangerBurst)}
}

var errTooFast = &recourse.Error{Kind: recourse.Unavailable, Code: "too_fast", Message: "too many requests in a short time", Hint: "wait a minute"}

// linkIn is the link in an address.
func linkIn(path string) string {
	link, _, _ := strings.Cut(strings.TrimPrefix(path, account.LinkPath), "/")
	return link
}

// welcome lets the holder of a link in: the request is then a guest's. It is nil when somebody was turned away.
func (s *Server) welcome(a *answer, r *http.Request) *http.Request {
	began, from := time.Now(), s.from(r)
	if !s.guests.addresses.allow(from) {
		s.guests.turnAway(a, r, account.Guest{}, errTooFast)
		return nil
	}
	g, err := s.Accounts.Guest(r.Context(), linkIn(r.URL.Path))
	if err == nil && !s.guests.links.allow(g.Merchant+" "+g.Link) {
		err = errTooFast
	}
	if err == nil {
		a.who = g.Merchant
		return r.WithContext(context.WithValue(r.Context(), guestKey, g))
	}
	if recourse.KindOf(err) == recourse.Forbidden && !s.guests.strangers.allow(from) {
		g, err = account.Guest{}, errTooFast
	}
	// Reading a body that nobody will look at is left undone; the page is made after the wait, so that it counts as well.
	select {
	case <-time.After(turnAwayTime - time.Since(began)):
	case <-r.Context().Done():
	}
	s.guests.turnAway(a, r, g, err)
	return nil
}
