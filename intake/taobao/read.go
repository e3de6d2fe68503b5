package taobao

import (
	"encoding/json"
	"strings"
	"time"
	"unicode"

	"recourse"
	"recourse/intake"
)

// refundSense is what a refund's status means for the purchase that it is of.
type refundSense struct {
	approved bool   // the claim was granted
	denied   bool   // it was not
	paid     bool   // the money came back, to whoever bought: the agent
	again    bool   // the goods are sent a second time
	note     string // where nothing follows
}

// refundSenses is the one table of what refund and dispute statuses mean. The words are [V] (the platform's own SDK), the
// first six of them with their meaning [V3]; those of disputes are [I] in their meaning.
//
// The money of SUCCESS is with the agent, which bought in the merchant's name; that it comes through to the merchant is [I].
var refundSenses = map[string]refundSense{
	"WAIT_SELLER_AGREE":         {note: "refund_asked"},
	"WAIT_BUYER_RETURN_GOODS":   {approved: true}, // the seller agreed, and wants the goods back first
	"WAIT_SELLER_CONFIRM_GOODS": {note: "goods_on_their_way_back"},
	"SELLER_REFUSE_BUYER":       {denied: true},
	"CLOSED":                    {note: "refund_closed"}, // taken back, or run out: no verdict
	"SUCCESS":                   {approved: true, paid: true},
	"NO_REFUND":                 {note: "no_refund"},

	"WAIT_BUYER_CONFIRM_REDO_SEND_GOODS": {approved: true, again: true}, // sent again
	"EXCHANGE_WAIT_BUYER_CONFIRM_GOODS":  {approved: true, again: true}, // the exchange is on its way
	"WAIT_SELLER_CONSIGN_GOOGDS":         {approved: true},              // (sic) the exchange is to be sent
	"WAIT_SELLER_CONFIRM_RETURN_ADDRESS": {note: "refund_asked"},
	"EXCHANGE_TRANSFORM_TO_REFUND":       {note: "refund_asked"},
	"POST_FEE_DISPUTE_WAIT_ACTIVATE":     {note: "refund_asked"},
}

// tradeSense is what a trade's status means for the purchase.
type tradeSense struct {
	shipped   bool // goods were handed over: its tracking numbers are parcels
	signed    bool // they were received where they went
	cancelled bool // it was closed; where nothing was shipped, it is cancelled
}

func (s tradeSense) told() bool { return s != tradeSense{} }

// tradeSenses is the one table of what trade statuses mean. The words are [V3], but those marked. TRADE_FINISHED says that
// the seller has the money, by the buyer's word or by time: it is no proof that goods arrived.
var tradeSenses = map[string]tradeSense{
	"TRADE_NO_CREATE_PAY":      {},
	"WAIT_BUYER_PAY":           {},
	"WAIT_SELLER_SEND_GOODS":   {},              // paid
	"SELLER_CONSIGNED_PART":    {shipped: true}, // [M]
	"WAIT_BUYER_CONFIRM_GOODS": {shipped: true},
	"TRADE_BUYER_SIGNED":       {shipped: true, signed: true}, // [M]
	"TRADE_FINISHED":           {shipped: true},
	"TRADE_CLOSED":             {cancelled: true}, // after a refund of all
	"TRADE_CLOSED_BY_TAOBAO":   {cancelled: true}, // before it was paid
}

// Reader reads what the poller fetched. The platform delivers nothing over HTTP, so that there is nothing to verify.
func Reader() *intake.Reader { return &intake.Reader{Read: read} }

func read(_ *recourse.Connection, d *intake.Delivery) (intake.Meaning, error) {
	switch d.Topic {
	case topicRefund:
		return readRefund(d.Body)
	case topicTrade:
		return readTrade(d.Body)
	case topicSession:
		return intake.Meaning{Note: "session_ended", Asks: []intake.Ask{{Kind: intake.AskGone}}}, nil
	}
	return intake.Meaning{Unknown: true}, nil
}

func malformed(what string, err error) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: "taobao_malformed", Message: "the delivery cannot be read: " + what, Err: err}
}

// refund is the part of a refund that is read.
type refund struct {
	ID          intake.Scalar `json:"refund_id"`
	Trade       intake.Scalar `json:"tid"`
	Status      string        `json:"status"`
	Modified    string        `json:"modified"`
	Fee         intake.Scalar `json:"refund_fee"`
	Goods       string        `json:"good_status"`  // BUYER_NOT_RECEIVED, BUYER_RECEIVED, BUYER_RETURNED_GOODS
	OrderStatus string        `json:"order_status"` // of the trade
	Reason      string        `json:"reason"`
	Version     intake.Scalar `json:"refund_version"`
}

func readRefund(body []byte) (intake.Meaning, error) {
	var r refund
	if err := json.Unmarshal(body, &r); err != nil {
		return intake.Meaning{}, malformed("it is no refund", err)
	}
	at, err := instant(r.Modified)
	if err != nil || !name(r.ID) || !name(r.Trade) {
		return intake.Meaning{}, malformed("number or time of the refund is missing", err)
	}
	s, known := refundSenses[r.Status]
	if !known {
		return intake.Meaning{Unknown: true, Note: "status_unknown"}, nil
	}
	var m intake.Meaning
	tell := func(t recourse.EventType, id string, amount recourse.Money) {
		m.Events = append(m.Events, recourse.Event{ID: "refund/" + string(r.ID) + "/" + id, Type: t, Time: at, Data: recourse.Data{Purchase: string(r.Trade), Amount: amount, Reason: recourse.Shorten(r.Reason, 500)}})
	}
	received := r.Goods == "BUYER_RECEIVED" || r.Goods == "BUYER_RETURNED_GOODS"
	switch {
	case s.denied && !received && r.OrderStatus == "WAIT_SELLER_SEND_GOODS": // nothing was shipped: it was to be cancelled
		tell(recourse.PurchaseCancelRefused, "cancel_refused"+version(r.Version), recourse.Money{})
	case s.denied:
		tell(recourse.ClaimDeniedNow, "denied"+version(r.Version), recourse.Money{})
	case s.approved && (received || !s.paid): // money for goods that never came is no verdict on a claim
		tell(recourse.ClaimApprovedNow, "approved", recourse.Money{})
	}
	if s.again {
		tell(recourse.ReplacementShipped, "again", recourse.Money{})
	}
	if s.paid {
		fee, err := recourse.ParseAmount(string(r.Fee), "CNY")
		if err != nil {
			return intake.Meaning{}, malformed("the amount of the refund", err)
		}
		tell(recourse.RecoveryReceivedNow, "paid", fee)
	}
	m.Note = s.note
	return m, nil
}

// version parts two denials of one refund, between which it was asked for again: by the platform's version of it. [M]
func version(v intake.Scalar) string {
	if v == "" || len(v) > 40 {
		return ""
	}
	return "/" + string(v)
}

// trade is the part of a trade that is read.
type trade struct {
	ID        intake.Scalar `json:"tid"`
	Status    string        `json:"status"`
	Modified  string        `json:"modified"`
	Consigned string        `json:"consign_time"`
	Province  string        `json:"receiver_state"`
	Orders    struct {
		List []tradeOrder `json:"order"`
	} `json:"orders"`
}

// tradeOrder is one article of a trade.
type tradeOrder struct {
	Consigned string        `json:"consign_time"`
	Company   string        `json:"logistics_company"`
	Number    intake.Scalar `json:"invoice_no"`
}

// maxParcels bounds the tracking numbers of one trade.
const maxParcels = 50

func readTrade(body []byte) (intake.Meaning, error) {
	var t trade
	if err := json.Unmarshal(body, &t); err != nil {
		return intake.Meaning{}, malformed("it is no trade", err)
	}
	at, err := instant(t.Modified)
	if err != nil || !name(t.ID) {
		return intake.Meaning{}, malformed("number or time of the trade is missing", err)
	}
	s, known := tradeSenses[t.Status]
	if !known {
		return intake.Meaning{Unknown: true, Note: "status_unknown"}, nil
	}
	var m intake.Meaning
	if s.shipped {
		m.Events = t.parcels(at, s.signed)
	}
	if s.cancelled && !t.handedOver() {
		m.Events = append(m.Events, recourse.Event{ID: "trade/" + string(t.ID) + "/closed", Type: recourse.PurchaseCancelledNow, Time: at, Data: recourse.Data{Purchase: string(t.ID)}})
	}
	if len(m.Events) == 0 {
		m.Note = "nothing_new"
	}
	return m, nil
}

// handedOver says that goods of the trade were shipped.
func (t *trade) handedOver() bool {
	for i := range t.Orders.List {
		if t.Orders.List[i].Number != "" || t.Orders.List[i].Consigned != "" {
			return true
		}
	}
	return t.Consigned != ""
}

// parcels tells the handing over of each tracking number, and where the trade was signed for, its arrival.
func (t *trade) parcels(at time.Time, signed bool) []recourse.Event {
	var all []recourse.Event
	seen := map[intake.Scalar]bool{}
	for i := range t.Orders.List {
		o := &t.Orders.List[i]
		if !name(o.Number) || seen[o.Number] || len(seen) >= maxParcels {
			continue
		}
		seen[o.Number] = true
		leg := t.leg()
		handed := at
		for _, text := range []string{t.Consigned, o.Consigned} {
			if v, err := instant(text); err == nil {
				handed = v
			}
		}
		id := "trade/" + string(t.ID) + "/" + string(o.Number)
		all = append(all, recourse.Event{ID: id + "/shipped", Type: recourse.ParcelShipped, Time: handed,
			Data: recourse.Data{Purchase: string(t.ID), Parcel: string(o.Number), Tracking: string(o.Number), Carrier: recourse.Shorten(o.Company, 100), Leg: leg}})
		if signed {
			all = append(all, recourse.Event{ID: id + "/signed", Type: recourse.ParcelScanned, Time: at, Data: recourse.Data{Purchase: string(t.ID), Parcel: string(o.Number), Status: recourse.Delivered, Leg: leg}})
		}
	}
	return all
}

// leg is domestic where the goods go to a province of China, as they do to an agent's warehouse; "": it is not told. [I]
func (t *trade) leg() recourse.Leg {
	p := t.Province
	if !strings.ContainsFunc(p, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return ""
	}
	for _, abroad := range []string{"海外", "香港", "澳门", "台湾", "其他国家"} {
		if strings.Contains(p, abroad) {
			return ""
		}
	}
	return recourse.Domestic
}

// name says that a number can name something here.
func name(s intake.Scalar) bool {
	return s != "" && len(s) <= 100 && !strings.ContainsFunc(string(s), func(r rune) bool { return !unicode.IsPrint(r) })
}

// instant reads a time of the platform.
func instant(text string) (time.Time, error) {
	t, err := time.ParseInLocation(stamp, text, beijing)
	return t.UTC(), err
}
