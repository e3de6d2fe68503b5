package track

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"recourse"
	"recourse/call"
	"recourse/intake"
)

// pollEvery is how often is asked for what webhooks may have missed.
const pollEvery = 6 * time.Hour

// overlap is how much of what was seen before a round looks at again: the services' clocks and lists are not exact, and
// what is told twice changes nothing.
const overlap = time.Hour

// maxPages bounds a round; the next one goes on.
const maxPages = 500

// SeventeenTrackPoller asks 17TRACK for the numbers whose story has moved on, page by page, and for each page for the
// stories. The bookmark is the newest instant at which 17TRACK had looked.
func SeventeenTrackPoller() *intake.Poller {
	return &intake.Poller{Every: pollEvery, Poll: pollSeventeen}
}

// seventeenListed is a number in a list. [M] in its names.
type seventeenListed struct {
	Number  text   `json:"number"`
	Tracked string `json:"track_time"` // when 17TRACK had news of it last
}

func pollSeventeen(ctx context.Context, c *recourse.Connection, peer *call.Client, bookmark string, put func(context.Context, []intake.Delivery) error) (string, error) {
	s := ServiceOf(c, peer).(*seventeenService)
	since := instantOf(bookmark, time.UTC)
	newest := since
	for page := 1; page <= maxPages; page++ {
		ask := map[string]any{"page_no": page, "order_by": "TrackTimeDesc"} // the newest first, so that a round ends where the last one began
		out, err := s.ask(ctx, "gettracklist", ask)
		if err != nil {
			return bookmark, err
		}
		var numbers []Number
		older := false
		for _, raw := range out.Data.Accepted {
			var l seventeenListed
			if err := json.Unmarshal(raw, &l); err != nil || l.Number == "" {
				continue
			}
			tracked := instantOf(l.Tracked, time.UTC)
			if !tracked.IsZero() && !since.IsZero() && tracked.Before(since.Add(-overlap)) {
				older = true
				continue
			}
			newest = later(newest, tracked)
			numbers = append(numbers, Number{Tracking: string(l.Number)})
		}
		if err := fetch(ctx, s, numbers, put); err != nil {
			return bookmark, err
		}
		if page >= out.Page.Total || older && len(numbers) == 0 {
			break
		}
	}
	return instantText(newest.Format(time.RFC3339)), nil
}

// fetch asks for the stories of numbers and puts them down.
func fetch(ctx context.Context, s Service, numbers []Number, put func(context.Context, []intake.Delivery) error) error {
	for len(numbers) > 0 {
		part := numbers[:min(len(numbers), s.Batch())]
		numbers = numbers[len(part):]
		answers, err := s.Look(ctx, part)
		if err != nil {
			return err
		}
		if err := put(ctx, Deliveries(answers)); err != nil {
			return err
		}
	}
	return nil
}

// Deliveries are what answers tell of their numbers.
func Deliveries(answers []Answer) []intake.Delivery {
	var all []intake.Delivery
	for i := range answers {
		if d := answers[i].Delivery; d != nil {
			all = append(all, *d)
		}
	}
	return all
}

// AfterShipPoller asks AfterShip for the trackings that were updated since, page by page. The bookmark is the newest
// updated_at.
func AfterShipPoller() *intake.Poller {
	return &intake.Poller{Every: pollEvery, Poll: pollAfterShip}
}

func pollAfterShip(ctx context.Context, c *recourse.Connection, peer *call.Client, bookmark string, put func(context.Context, []intake.Delivery) error) (string, error) {
	s := ServiceOf(c, peer).(*afterShipService)
	newest := bookmark
	query := url.Values{"limit": {"200"}}
	if since := instantOf(bookmark, time.UTC); !since.IsZero() {
		query.Set("updated_at_min", since.Add(-overlap).Format(time.RFC3339))
	}
	for range maxPages {
		page, err := s.list(ctx, query)
		if err != nil {
			return bookmark, err
		}
		if err := put(ctx, Deliveries(page.answers)); err != nil {
			return bookmark, err
		}
		newest = max(newest, page.newest)
		if page.cursor == "" {
			break
		}
		query.Set("cursor", page.cursor)
	}
	return newest, nil
}

// instantText is an instant in UTC, as bookmarks have it; "" where it cannot be read.
func instantText(t string) string {
	at := instantOf(t, time.UTC)
	if at.IsZero() {
		return ""
	}
	return at.Format(time.RFC3339)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
