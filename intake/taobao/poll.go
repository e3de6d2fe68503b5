package taobao

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"recourse"
	"recourse/call"
	"recourse/intake"
)

// Topics of what is fetched: the methods that give it, and an error that ends the connection.
const (
	topicRefund  = "taobao.refunds.receive.get"
	topicTrade   = "taobao.trade.fullinfo.get"
	topicSession = "error_response"
)

// How the platform is asked.
const (
	every    = 10 * time.Minute
	first    = 30 * 24 * time.Hour // how far back the first round looks; the platform keeps three months [M]
	overlap  = 30 * time.Minute    // of two rounds: what is fetched twice is the same delivery
	pageSize = 100                 // the most [V3]
	window   = 24 * time.Hour      // the longest stretch of trades that may be asked for [M]
	maxPages = 200
)

// refundStatuses are asked for one at a time, as the platform wants it. [V]
var refundStatuses = []string{"WAIT_SELLER_AGREE", "WAIT_BUYER_RETURN_GOODS", "WAIT_SELLER_CONFIRM_GOODS", "SELLER_REFUSE_BUYER", "CLOSED", "SUCCESS"}

// Fields that are asked for. Nothing of a person is among them but the province that goods go to.
const (
	refundFields = "refund_id,tid,oid,status,created,modified,refund_fee,good_status,has_good_return,reason,order_status,refund_phase,refund_version,company_name,sid"
	listFields   = "tid,status,modified,buyer_nick,buyer_open_uid"
	tradeFields  = "tid,status,created,modified,pay_time,consign_time,end_time,payment,seller_nick,receiver_state,orders"
)

// Poller fetches refunds and trades that were modified since the last round. now is the clock: the platform wants the time
// in every request. A session that has ended is put down as a delivery, too, which ends the connection.
func Poller(now func() time.Time) *intake.Poller {
	return &intake.Poller{Every: every, Poll: func(ctx context.Context, c *recourse.Connection, peer *call.Client, bookmark string, put func(context.Context, []intake.Delivery) error) (string, error) {
		r := &round{client: client{c, peer, now}, put: put, to: now().UTC().Truncate(time.Second)}
		r.since = r.to.Add(-first)
		if t, err := time.Parse(time.RFC3339, bookmark); err == nil && t.After(r.since) {
			r.since = t.Add(-overlap)
		}
		err := r.run(ctx)
		if recourse.CodeOf(err) == "taobao_session" {
			if err2 := put(ctx, []intake.Delivery{{ID: "session-" + r.to.Format("20060102T15"), Topic: topicSession, Body: []byte(`{}`)}}); err2 != nil {
				return bookmark, err2
			}
		}
		if err != nil {
			return bookmark, err
		}
		return r.to.Format(time.RFC3339), nil
	}}
}

// round is one round of the poller.
type round struct {
	client
	put       func(context.Context, []intake.Delivery) error
	since, to time.Time
}

func (r *round) run(ctx context.Context) error {
	for _, status := range refundStatuses {
		for page := 1; page <= maxPages; page++ {
			list, more, err := r.refunds(ctx, status, r.since, r.to, page)
			if err != nil {
				return err
			}
			if err := r.put(ctx, deliveries(list, topicRefund)); err != nil {
				return err
			}
			if !more {
				break
			}
		}
	}
	for from := r.since; from.Before(r.to); from = from.Add(window) {
		until := from.Add(window)
		if until.After(r.to) {
			until = r.to
		}
		if err := r.trades(ctx, from, until); err != nil {
			return err
		}
	}
	return nil
}

// refunds asks for a page of refunds of one status.
func (c *client) refunds(ctx context.Context, status string, from, to time.Time, page int) (list []json.RawMessage, more bool, err error) {
	var out struct {
		More    bool `json:"has_next"`
		Refunds struct {
			List []json.RawMessage `json:"refund"`
		} `json:"refunds"`
	}
	params := map[string]string{"fields": refundFields, "status": status, "start_modified": from.In(beijing).Format(stamp), "end_modified": to.In(beijing).Format(stamp),
		"page_no": strconv.Itoa(page), "page_size": strconv.Itoa(pageSize), "use_has_next": "true"}
	if buyer := c.connection.Setting("buyer", ""); buyer != "" {
		params["buyer_nick"] = buyer
	}
	err = c.ask(ctx, topicRefund, params, &out)
	return out.Refunds.List, out.More, err
}

// trades puts down the trades of a stretch. The list says which; what was shipped is asked for one by one, since the list
// has no tracking numbers.
func (r *round) trades(ctx context.Context, from, to time.Time) error {
	for page := 1; page <= maxPages; page++ {
		var out struct {
			More   bool `json:"has_next"`
			Trades struct {
				List []listedTrade `json:"trade"`
			} `json:"trades"`
		}
		params := map[string]string{"fields": listFields, "start_modified": from.In(beijing).Format(stamp), "end_modified": to.In(beijing).Format(stamp),
			"page_no": strconv.Itoa(page), "page_size": strconv.Itoa(pageSize), "use_has_next": "true"}
		if err := r.ask(ctx, "taobao.trades.sold.increment.get", params, &out); err != nil {
			return err
		}
		for i := range out.Trades.List {
			if err := r.trade(ctx, &out.Trades.List[i]); err != nil {
				return err
			}
		}
		if !out.More {
			return nil
		}
	}
	return nil
}

// listedTrade is a trade in a list.
type listedTrade struct {
	ID     intake.Scalar `json:"tid"`
	Status string        `json:"status"`
	Buyer  string        `json:"buyer_nick"`
	Open   string        `json:"buyer_open_uid"` // the buyer's name for this app alone, where the other one is hidden
}

// trade puts one trade down, if it is the agent's and says something.
func (r *round) trade(ctx context.Context, t *listedTrade) error {
	if buyer := r.connection.Setting("buyer", ""); buyer != "" && t.Buyer != buyer && t.Open != buyer || !tradeSenses[t.Status].told() {
		return nil
	}
	var out struct {
		Trade json.RawMessage `json:"trade"`
	}
	if err := r.ask(ctx, topicTrade, map[string]string{"fields": tradeFields, "tid": string(t.ID)}, &out); err != nil {
		if recourse.CodeOf(err) == "taobao_refused" { // of this trade alone
			return nil
		}
		return err
	}
	return r.put(ctx, deliveries([]json.RawMessage{out.Trade}, topicTrade))
}

// deliveries are named by what they tell of, its status and the instant of its last change.
func deliveries(list []json.RawMessage, topic string) []intake.Delivery {
	var all []intake.Delivery
	for _, raw := range list {
		var d struct {
			Refund   intake.Scalar `json:"refund_id"`
			Trade    intake.Scalar `json:"tid"`
			Status   string        `json:"status"`
			Modified string        `json:"modified"`
		}
		if json.Unmarshal(raw, &d) != nil || d.Refund+d.Trade == "" {
			continue
		}
		name := "trade-" + string(d.Trade)
		if topic == topicRefund {
			name = "refund-" + string(d.Refund)
		}
		all = append(all, intake.Delivery{ID: recourse.Shorten(name+"-"+d.Status+"-"+d.Modified, 200), Topic: topic, Body: raw})
	}
	return all
}
