package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"recourse"
	"recourse/sourcing"
	"recourse/sourcing/address"
	"recourse/store"
)

// This file has the shipping lines of a merchant: those that everybody has, and their own beside them or in their place; and
// how goods that are too big for one could go by the others.

// LineCard is a shipping line with whose it is.
type LineCard struct {
	sourcing.Line
	Own       bool // the merchant's
	Standard  bool // everybody has one of that id
	ChangedAt time.Time
	ChangedBy string
}

// ShippingLines are all lines that a merchant has, by id, those that are off among them.
func (d *Desk) ShippingLines(ctx context.Context, merchant string) (out []LineCard, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		out, err = lineCards(tx, merchant)
		return err
	})
	return out, err
}

// ShippingLine is one of them: line_unknown, of kind [recourse.NotFound], where there is none.
func (d *Desk) ShippingLine(ctx context.Context, merchant, id string) (LineCard, error) {
	all, err := d.ShippingLines(ctx, merchant)
	if err != nil {
		return LineCard{}, err
	}
	if at := slices.IndexFunc(all, func(l LineCard) bool { return l.ID == id }); at >= 0 {
		return all[at], nil
	}
	return LineCard{}, lineUnknown(id)
}

func lineUnknown(id string) error {
	return &recourse.Error{Kind: recourse.NotFound, Code: "line_unknown", Field: "line", Message: "there is no shipping line " + strconv.Quote(recourse.Shorten(id, 60)), Hint: "recourse line list has them"}
}

func lineCards(tx *store.Tx, merchant string) ([]LineCard, error) {
	own, err := tx.ShippingLines(merchant)
	if err != nil {
		return nil, err
	}
	var out []LineCard
	for _, l := range sourcing.Lines() {
		out = append(out, LineCard{Line: l, Standard: true})
	}
	for _, o := range own {
		card := LineCard{Own: true, ChangedAt: o.ChangedAt, ChangedBy: o.ChangedBy}
		if err := json.Unmarshal([]byte(o.Body), &card.Line); err != nil {
			return nil, &recourse.Error{Kind: recourse.Internal, Code: "body_damaged", Message: "a stored shipping line cannot be read", Err: err}
		}
		if at := slices.IndexFunc(out, func(l LineCard) bool { return l.ID == o.ID }); at >= 0 {
			card.Standard = true
			out[at] = card
		} else {
			out = append(out, card)
		}
	}
	slices.SortFunc(out, func(a, b LineCard) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// linesOf are the lines by which a merchant's parcels go.
func linesOf(tx *store.Tx, merchant string) (out []sourcing.Line, err error) {
	cards, err := lineCards(tx, merchant)
	for _, c := range cards {
		if !c.Off {
			out = append(out, c.Line)
		}
	}
	return out, err
}

// PutShippingLines keeps lines of a merchant's own, all of them or none, and says how many of their ids were not there.
// Errors: lines_value, of kind [recourse.Invalid], with the column at fault as its field, and lines_many.
func (d *Desk) PutShippingLines(ctx context.Context, merchant, by string, lines ...sourcing.Line) (added int, err error) {
	rows := make([]store.ShippingLine, len(lines))
	for i := range lines {
		if column, message := lines[i].Check(); message != "" {
			return 0, &recourse.Error{Kind: recourse.Invalid, Code: "lines_value", Field: column, Message: message}
		}
		body, err := json.Marshal(&lines[i])
		if err != nil {
			return 0, err
		}
		rows[i] = store.ShippingLine{ID: lines[i].ID, Body: string(body), ChangedAt: d.clock(), ChangedBy: by}
	}
	return added, d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldMerchant(merchant); err != nil {
			return err
		}
		own, err := tx.ShippingLines(merchant)
		if err != nil {
			return err
		}
		added = 0
		for _, r := range rows {
			if !slices.ContainsFunc(own, func(o store.ShippingLine) bool { return o.ID == r.ID }) {
				added++
			}
		}
		if len(own)+added > sourcing.MaxLines {
			return &recourse.Error{Kind: recourse.TooLarge, Code: "lines_many", Field: "line", Message: "a merchant has " + strconv.Itoa(sourcing.MaxLines) + " shipping lines at most", Hint: "take away some that are not used"}
		}
		return tx.PutShippingLines(merchant, rows)
	})
}

// DropShippingLine takes a line of the merchant's own away; one that everybody has under that id holds again. Errors, of kind
// [recourse.NotFound] and [recourse.Conflict]: line_unknown, and line_standard where it is one that everybody has.
func (d *Desk) DropShippingLine(ctx context.Context, merchant, id string) error {
	return d.store.Write(ctx, func(tx *store.Tx) error {
		gone, err := tx.DropShippingLine(merchant, id)
		if err != nil || gone {
			return err
		}
		if slices.ContainsFunc(sourcing.Lines(), func(l sourcing.Line) bool { return l.ID == id }) {
			return &recourse.Error{Kind: recourse.Conflict, Code: "line_standard", Field: "line", Message: "this is a line that everybody has: it cannot be taken away", Hint: "switch it off instead"}
		}
		return lineUnknown(id)
	})
}

// Shipping is how a case's goods could go.
type Shipping struct {
	Items       []sourcing.Item
	Destination sourcing.Destination
	sourcing.Ways
}

// Ways are the plans by which a case's goods could go by the merchant's shipping lines: in one parcel, in several, by
// another line, or in part. Errors: case_unknown, and those of [sourcing.Pack].
func (d *Desk) Ways(ctx context.Context, merchant, id string) (out Shipping, err error) {
	v, err := d.Case(ctx, merchant, id)
	if err != nil {
		return out, err
	}
	c := v.File.Case(id)
	for _, p := range c.Lines {
		line := v.File.Order.Line(p.Line)
		if line == nil {
			continue
		}
		out.Items = append(out.Items, sourcing.Item{Line: line.Line, Title: cmp.Or(line.Title, line.SKU), Pieces: cmp.Or(p.Quantity, line.Quantity), WeightG: line.WeightG, SizeMM: line.SizeMM})
	}
	if a := v.File.Order.ShipTo; a != nil {
		out.Destination = sourcing.Destination{Country: a.Country, Box: address.Box(a.Street)}
	}
	lines, err := d.linesOf(ctx, merchant)
	if err == nil {
		out.Ways, err = sourcing.Pack(lines, out.Items, out.Destination)
	}
	return out, err
}

// Fit are the plans by which some goods could go by a merchant's shipping lines.
func (d *Desk) Fit(ctx context.Context, merchant string, items []sourcing.Item, to sourcing.Destination) (sourcing.Ways, error) {
	lines, err := d.linesOf(ctx, merchant)
	if err != nil {
		return sourcing.Ways{}, err
	}
	return sourcing.Pack(lines, items, to)
}

func (d *Desk) linesOf(ctx context.Context, merchant string) (out []sourcing.Line, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		out, err = linesOf(tx, merchant)
		return err
	})
	return out, err
}
