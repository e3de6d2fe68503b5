package web

import (
	"context"
	"time"

	"recourse"
	"recourse/playbook"
	"recourse/store"
	"recourse/text"
	"recourse/web/view"
)

// sent are the letters of an order that left, where they are kept.
func (s *site) sent(ctx context.Context, merchant, order string) (map[string]view.Sent, error) {
	if s.letters == nil {
		return nil, nil
	}
	return s.letters(ctx, merchant, order)
}

// Words are the words of a merchant's messages, and the clock that they tell dates by: for who sends what the pages show.
func (s *Server) Words(ctx context.Context, merchant string, file *recourse.OrderFile) (words *text.Catalog, zone *time.Location, err error) {
	err = s.Desk.Store().Read(ctx, func(tx *store.Tx) error {
		words, err = s.site.texts.of(tx, merchant)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	d, err := s.Desk.Order(ctx, merchant, file.Order.ID)
	if err != nil {
		return nil, nil, err
	}
	zone = time.UTC
	if c, ok := d.Decider.Calendars.Calendar(d.Decider.Policy.Country(playbook.Duration{Calendar: "merchant"})); ok {
		zone = c.Location()
	}
	return words, zone, nil
}
