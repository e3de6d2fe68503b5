package woocommerce

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/call"
	"recourse/effect"
	shop "recourse/intake/woocommerce"
)

// This file keeps an order in the shop in step: its address, its notes, its status, the tracking of a replacement. All of
// it sets what is to be, after a look at what is, so that doing it twice changes nothing.

// closed are the statuses in which the shop has nothing to send any more.
var closed = []string{"completed", "cancelled", "refunded", "failed", "trash"}

// stands is an order as it stands in the shop.
type stands struct {
	ID       int64             `json:"id"`
	Status   string            `json:"status"`
	Shipping map[string]string `json:"shipping"`
	Meta     []struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"`
	} `json:"meta_data"`
}

func (o *stands) meta(key string) json.RawMessage {
	for i := range o.Meta {
		if o.Meta[i].Key == key {
			return o.Meta[i].Value
		}
	}
	return nil
}

// get reads an order.
func (s *Sender) get(ctx context.Context, id int64) (*stands, error) {
	var o stands
	_, err := s.shop.Ask(ctx, http.MethodGet, path(id), nil, nil, &o)
	return &o, err
}

// set changes fields of an order.
func (s *Sender) set(ctx context.Context, id int64, fields map[string]any) error {
	_, err := s.shop.Ask(ctx, http.MethodPut, path(id), nil, fields, nil)
	return err
}

func path(id int64) string { return "orders/" + strconv.FormatInt(id, 10) }

// address gives the shop's order the address that is known to be right, as long as it has something to send.
func (s *Sender) address(ctx context.Context, t *effect.Task) effect.Outcome {
	id, missing := orderID(t)
	if missing != nil {
		return *missing
	}
	to := t.File.Order.ShipTo
	if to == nil || to.Street == "" || to.Country == "" {
		return effect.Outcome{Result: effect.Refused, Code: CodeRefused, Detail: "no address is known that could be used"}
	}
	o, err := s.get(ctx, id)
	if err != nil {
		return asked(err, t.Now)
	}
	if slices.Contains(closed, o.Status) {
		return effect.Outcome{Result: effect.Refused, Code: CodeNotEditable, Detail: "the order is " + recourse.Shorten(o.Status, 30) + " in the shop"}
	}
	first, last, _ := strings.Cut(to.Name, " ")
	fields := map[string]string{"first_name": first, "last_name": last, "company": "", "address_1": to.Street, "address_2": "", "city": to.City, "state": to.Region, "postcode": to.Postcode, "country": to.Country, "phone": to.Phone}
	if same(o.Shipping, fields) {
		return effect.Outcome{Result: effect.Done, Ref: strconv.FormatInt(id, 10)}
	}
	return set(s.set(ctx, id, map[string]any{"shipping": fields}), id, t)
}

func same(is, want map[string]string) bool {
	for k, v := range want {
		if is[k] != v {
			return false
		}
	}
	return true
}

// set is the outcome of setting something that may be set again.
func set(err error, id int64, t *effect.Task) effect.Outcome {
	if err == nil {
		return effect.Outcome{Result: effect.Done, Ref: strconv.FormatInt(id, 10)}
	}
	if f, answered := errors.AsType[*shop.Failed](err); answered && f.Status == http.StatusBadRequest {
		return effect.Outcome{Result: effect.Refused, Code: CodeRefused, Detail: f.Message}
	}
	return asked(err, t.Now)
}

// Mirror keeps an order in step with a notice: the note for the shop's people, the cancellation that was settled, the
// tracking of a replacement, and a refund that was paid beside the shop. WooCommerce's orders have no tags; the notes say what the tags would.
func Mirror(ctx context.Context, c *recourse.Connection, peer *call.Client, n *effect.Notice) effect.Outcome {
	s := New(c, peer)
	t := &effect.Task{File: n.File, Now: n.At}
	id, missing := orderID(t)
	if missing != nil {
		return *missing
	}
	var err error
	switch n.Type {
	case recourse.NoticeOrderCancelled:
		err = s.cancel(ctx, id, n.ID)
	case recourse.NoticeReplacementShipped:
		err = s.track(ctx, id, n.Data.Parcel)
	case recourse.NoticeRefundDone:
		err = s.record(ctx, id, n)
	}
	if err == nil && n.Note != "" {
		err = s.note(ctx, id, n.Note)
	}
	return set(err, id, t)
}

// cancel cancels the order in the shop, marked so that the shop's own news of it is known for an echo. WooCommerce
// refunds nothing by itself when an order is cancelled.
func (s *Sender) cancel(ctx context.Context, id int64, notice string) error {
	o, err := s.get(ctx, id)
	if err != nil || slices.Contains(closed, o.Status) {
		return err
	}
	return s.set(ctx, id, map[string]any{"status": "cancelled", "meta_data": []meta{{shop.CancelledMeta, notice}}})
}

// note writes a line that only the shop's people see, once.
func (s *Sender) note(ctx context.Context, id int64, line string) error {
	var notes []struct {
		Note string `json:"note"`
	}
	if _, err := s.shop.Ask(ctx, http.MethodGet, path(id)+"/notes", url.Values{"type": {"internal"}}, nil, &notes); err != nil {
		return err
	}
	for _, n := range notes {
		if strings.TrimSpace(n.Note) == strings.TrimSpace(line) {
			return nil
		}
	}
	_, err := s.shop.Ask(ctx, http.MethodPost, path(id)+"/notes", nil, map[string]any{"note": line, "customer_note": false}, nil)
	return err
}

// track adds the parcel of a replacement to those that the plugins for shipment tracking keep, once.
func (s *Sender) track(ctx context.Context, id int64, p *recourse.Parcel) error {
	if p == nil || p.Tracking == "" {
		return nil
	}
	o, err := s.get(ctx, id)
	if err != nil {
		return err
	}
	var all []map[string]any
	if v := o.meta(shop.TrackingMeta); v != nil && json.Unmarshal(v, &all) != nil {
		return nil // another plugin's: it is left as it is
	}
	for _, one := range all {
		if one["tracking_number"] == p.Tracking {
			return nil
		}
	}
	all = append(all, map[string]any{"tracking_provider": "", "custom_tracking_provider": p.Carrier, "custom_tracking_link": "", "tracking_number": p.Tracking, "date_shipped": strconv.FormatInt(p.ShippedAt.Unix(), 10)})
	return s.set(ctx, id, map[string]any{"meta_data": []any{map[string]any{"key": shop.TrackingMeta, "value": all}}})
}

// record writes down in the shop, once, that a refund was paid by another connection, so that nobody pays it there again:
// the shop's gateway is not asked. Who pays by hand may have done so in the shop itself, and has it written down then.
func (s *Sender) record(ctx context.Context, id int64, n *effect.Notice) error {
	r := n.Data.Refund
	by := s.shop.Connection.Setting("refunds", "shop")
	if by == "shop" || by == "hand" || r == nil || r.Outside || r.Disputed || r.Amount.Minor <= 0 {
		return nil
	}
	all, _, err := s.shop.Refunds(ctx, id)
	if err != nil {
		return err
	}
	for _, raw := range all {
		var m made
		if json.Unmarshal(raw, &m) != nil {
			continue
		}
		if of, _ := shop.Marked(m.Reason); of == r.ID {
			return nil
		}
	}
	var o order
	if _, err := s.shop.Ask(ctx, http.MethodGet, path(id), nil, nil, &o); err != nil {
		return err
	}
	if o.refuses(all, r.Amount) != nil {
		return nil // the shop has it written down otherwise
	}
	sum := sha256.Sum256([]byte(n.Merchant + "\x00" + r.ID))
	t := &effect.Task{Effect: recourse.Effect{ID: r.ID, Amount: r.Amount}, Key: hex.EncodeToString(sum[:16]), File: &recourse.OrderFile{Order: n.File.Order, Refunds: []recourse.Refund{*r}}}
	want := s.request(&o, t)
	want.Pay = false
	_, err = s.shop.Ask(ctx, http.MethodPost, path(id)+"/refunds", nil, want, nil)
	return err
}
