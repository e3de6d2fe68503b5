package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"text/tabwriter"
	"time"

	"recourse"
	"recourse/call"
	"recourse/effect/track"
	"recourse/hub"
	"recourse/intake"
	"recourse/store"
)

// registrar has parcels watched, by the connections of a hub.
func (o *office) registrar(h *hub.Hub) *track.Registrar {
	return &track.Registrar{
		Store: o.store, Now: o.Now, Node: rand.Text(), Every: o.around.every,
		Open: func(ctx context.Context, merchant, id string) (*recourse.Connection, *call.Client, error) {
			c, err := h.Connection(ctx, merchant, id)
			if err != nil {
				return nil, nil, err
			}
			return c.Connection, c.Client, nil
		},
		Put: func(ctx context.Context, merchant, id string, all []intake.Delivery) error {
			c, err := h.Connection(ctx, merchant, id)
			if err != nil {
				return err
			}
			return h.Put(ctx, c, all)
		},
	}
}

// trackingCmd is about tracking numbers.
type trackingCmd struct {
	List trackingListCmd `cmd:"" help:"List the numbers that tracking services watch or are to watch; --silent shows the dead ones."`
}

// trackingListCmd lists tracking numbers.
type trackingListCmd struct {
	Silent        bool `help:"Only those that nobody hears of: refused or not found by the service, or without a sign of life for so many days."`
	Days          int  `help:"After how many days without a sign of life a number is silent." default:"10"`
	Limit         int  `help:"At most so many." default:"1000"`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// jsonTracking is a tracking number.
type jsonTracking struct {
	Tracking     string                `json:"tracking"`
	Connection   string                `json:"connection"`
	Order        string                `json:"order"`
	Parcel       string                `json:"parcel"`
	Carrier      string                `json:"carrier,omitempty"`
	Status       store.TrackingStatus  `json:"status"`
	ParcelStatus recourse.ParcelStatus `json:"parcel_status,omitempty"`
	RegisteredAt time.Time             `json:"registered_at,omitzero"`
	ScannedAt    time.Time             `json:"scanned_at,omitzero"`
	SilentDays   int                   `json:"silent_days"` // whole days since the last sign of life
	State        string                `json:"state,omitempty"`
	Failure      string                `json:"failure,omitempty"`
	Detail       string                `json:"detail,omitempty"`
	NextAt       time.Time             `json:"next_at,omitzero"`
}

// Run lists them.
func (c *trackingListCmd) Run(ctx context.Context, s *streams) error {
	if c.Days < 1 || c.Days > 365 || c.Limit < 1 || c.Limit > 100_000 {
		return &recourse.Error{Kind: recourse.Invalid, Code: "parameter", Field: "days", Message: "days are from 1 to 365, the limit is from 1 to 100000"}
	}
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	now := o.Now()
	var all []store.Tracking
	err = o.store.Read(ctx, func(tx *store.Tx) (err error) {
		if c.Silent {
			all, err = tx.SilentTrackings(o.merchant, now.AddDate(0, 0, -c.Days), c.Limit)
			return err
		}
		all, err = tx.Trackings(o.merchant, 0, c.Limit)
		return err
	})
	if err != nil {
		return err
	}
	out := make([]jsonTracking, len(all))
	for i := range all {
		out[i] = trackingOf(&all[i], now)
	}
	if c.JSON {
		return printJSON(s.out, out)
	}
	return printTrackings(s, out, c.Silent)
}

func trackingOf(t *store.Tracking, now time.Time) jsonTracking {
	j := jsonTracking{Tracking: t.Tracking, Connection: t.Connection, Order: t.Order, Parcel: t.Parcel, Carrier: t.Carrier, Status: t.Status, ParcelStatus: t.ParcelStatus,
		RegisteredAt: t.RegisteredAt, ScannedAt: t.ScannedAt, State: t.State, Failure: t.Failure, Detail: t.Detail, NextAt: t.NextAt}
	if !t.ScannedAt.IsZero() {
		j.SilentDays = max(0, int(now.Sub(t.ScannedAt)/(24*time.Hour)))
	}
	return j
}

// printTrackings prints a table.
func printTrackings(s *streams, all []jsonTracking, silent bool) error {
	if len(all) == 0 {
		what := "No tracking number is watched: connect 17TRACK or AfterShip."
		if silent {
			what = "No tracking number is silent."
		}
		fmt.Fprintln(s.out, what)
		return nil
	}
	w := tabwriter.NewWriter(s.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NUMBER\tORDER\tSTATUS\tPARCEL\tSILENT\tWHY\tCONNECTION")
	for i := range all {
		t := &all[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d d\t%s\t%s\n", t.Tracking, t.Order, t.Status, t.ParcelStatus, t.SilentDays, t.Failure, t.Connection)
	}
	return w.Flush()
}
