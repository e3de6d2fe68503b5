package main

import (
	"context"
	"fmt"

	"recourse"
)

// orderEraseCmd erases the buyer of an order.
type orderEraseCmd struct {
	Order         string `arg:"" help:"The order's number."`
	Yes           bool   `help:"Do it. Without this it is only said what would go."`
	byFlag        `embed:""`
	databaseFlags `embed:""`
	jsonFlag      `embed:""`
}

// Help is what recourse order erase --help says at more length.
func (orderEraseCmd) Help() string {
	return `Of the buyer everything goes that tells who they are: names, addresses, what people wrote, photos and videos, links to the buyer's page, the words that the order
is found by. What was decided and why stays, with the money and the goods, and recourse verify proves it as before. It cannot be taken back; it is kept who did it
and when. The files of photos and videos go with the next daily sweep of recourse serve. A backup that was made before still has all of it.`
}

// Run says what would go, or erases it.
func (c *orderEraseCmd) Run(ctx context.Context, s *streams) error {
	o, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	gone, err := o.Erasable(ctx, o.merchant, c.Order)
	if err == nil && c.Yes {
		gone, err = o.Erase(ctx, o.merchant, c.Order, c.name())
	}
	if err != nil {
		return hinted(err, "recourse case list shows those that have a case")
	}
	if c.JSON {
		err = printJSON(s.out, struct {
			Order  string `json:"order"`
			Erased bool   `json:"erased"`
			jsonErasure
		}{c.Order, c.Yes, jsonErasure(gone)})
	} else {
		fmt.Fprintf(s.out, "order %s: %s personal values, %s photos and videos, %s files under way, %s links to the buyer's page, %s deliveries of other systems, %s letters, %s answers of systems that are told", c.Order, count(gone.Fields), count(gone.Files), count(gone.Uploads), count(gone.Links), count(gone.Said), count(gone.Letters), count(gone.Answers))
		if c.Yes {
			fmt.Fprintln(s.out, " are erased")
		} else {
			fmt.Fprintln(s.out, " would go")
		}
	}
	if err != nil || c.Yes || gone.Nothing() {
		return err
	}
	return &recourse.Error{Kind: recourse.Invalid, Code: "not_confirmed", Message: "nothing was erased: it cannot be taken back", Hint: "to do it: recourse order erase " + c.Order + " --yes"}
}

// jsonErasure is what goes.
type jsonErasure struct {
	Fields  int `json:"fields"`
	Files   int `json:"files"`
	Uploads int `json:"uploads"`
	Links   int `json:"links"`
	Said    int `json:"deliveries"`
	Letters int `json:"letters"`
	Answers int `json:"answers"`
	Open    int `json:"openCases"`
}
