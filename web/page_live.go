package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"recourse/account"
	"recourse/store"
	"recourse/web/view"
)

// liveRoutes are what keeps pages up to date, and what says how to use them.
var liveRoutes = []pageRoute{
	{pattern: "GET /live", access: access{page, account.Read}, serve: (*site).live, long: true},
	{pattern: "GET /keys", access: access{page, account.Read}, serve: (*site).keys},
}

const (
	// liveBeat is how often something is sent though nothing has changed: whoever stands between would take silence for an
	// end. It is also how soon a session that has ended is noticed.
	liveBeat = 5 * time.Second
	// livePause is how long changes gather before they are told.
	livePause = 300 * time.Millisecond
	// liveWrite is how long a browser may take to read what is sent.
	liveWrite = 10 * time.Second
	// liveFor is how long one stream lasts. Then the browser asks again, and it is seen whether it still may.
	liveFor = time.Hour
)

// live tells what changes while somebody looks: the orders, by their numbers, or that it is not known which. It ends
// with the session.
func (s *site) live(v *visit) error {
	watch := s.desk.Watch(v.who.Merchant)
	defer watch.Stop()
	h := v.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	v.w.WriteHeader(http.StatusOK)
	if !v.sendEvent("retry: 3000\nevent: ready\ndata: {}\n\n") {
		return nil
	}
	beat := time.NewTicker(liveBeat)
	defer beat.Stop()
	over := time.After(liveFor)
	for {
		text := ": beat\n\n"
		select {
		case <-v.r.Context().Done():
			return nil
		case <-s.closing:
			return nil
		case <-over:
			return nil
		case <-beat.C:
		case <-watch.C:
			select {
			case <-v.r.Context().Done():
				return nil
			case <-time.After(livePause):
			}
			orders, many := watch.Take()
			data, err := json.Marshal(map[string]any{"orders": orders, "many": many})
			if err != nil {
				return err
			}
			text = fmt.Sprintf("event: change\ndata: %s\n\n", data)
		}
		if !v.stillIn() || !v.sendEvent(text) {
			return nil
		}
	}
}

// stillIn says whether the session that a stream began with still is one.
func (v *visit) stillIn() bool {
	c, err := v.r.Cookie(cookieName)
	if err != nil {
		return false
	}
	_, err = v.accounts.Who(v.r.Context(), c.Value, store.TokenSession)
	return err == nil
}

// sendEvent sends a part of a stream at once.
func (v *visit) sendEvent(text string) bool {
	to := http.NewResponseController(v.w)
	if err := to.SetWriteDeadline(time.Now().Add(liveWrite)); err != nil {
		return false
	}
	if _, err := v.w.Write([]byte(text)); err != nil {
		return false
	}
	return to.Flush() == nil
}

// keys shows what the keyboard does.
func (s *site) keys(v *visit) error {
	return v.show(http.StatusOK, view.KeysPage(v.page(v.read.T("keys")), view.NewKeys(v.read, v.rights())))
}
