// Package shopify understands what a shop on Shopify tells: webhooks in the shapes of the REST API, and orders that were
// asked for by GraphQL. Both become one form, the sale, and one function tells what it means, so that a fact has the same
// event id whichever way it came, and counts once.
//
// A webhook about an order tells the order whole. All others (a refund, a fulfilment, a scan, a return, a dispute) name an
// order by the shop's own id and its lines by theirs: the order is asked for, and tells the fact itself. Where it cannot be
// asked, the reconciliation brings it: every 15 minutes all orders that changed since the last look are read.
//
// Amounts are in the currency that the buyer saw and paid in (presentment), not in the shop's: it is what was paid, what
// messages to the buyer name, and the only currency in which Shopify takes a refund (RefundInput.currency).
package shopify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/call"
	api "recourse/call/shopify"
	"recourse/intake"
)

// Reader reads deliveries of a shop.
var Reader = &intake.Reader{Verify: verify, Read: read, Whole: whole, Keep: keep()}

// oldSecret is how long after a change of the connection its old secret still signs: Shopify goes on signing with it for
// up to an hour.
const oldSecret = time.Hour

// header is a header of a delivery in either spelling: webhooks have X-, the newer Events do not.
func header(h http.Header, name string) string {
	if v := h.Get("X-Shopify-" + name); v != "" {
		return v
	}
	return h.Get("Shopify-" + name)
}

func keep() []string {
	var all []string
	for _, name := range []string{"Hmac-Sha256", "Topic", "Shop-Domain", "Webhook-Id", "Api-Version", "Triggered-At"} {
		all = append(all, "X-Shopify-"+name, "Shopify-"+name)
	}
	return all
}

// verify checks the signature over the body as it came, then that it is this shop that speaks: the shops of one app share
// its secret.
func verify(c *recourse.Connection, d *intake.Delivery) error {
	signature, err := base64.StdEncoding.DecodeString(header(d.Header, "Hmac-Sha256"))
	if err != nil || len(signature) != sha256.Size {
		return intake.ErrSignature
	}
	signed := signedBy(c.Secret("secret"), d.Body, signature)
	if old := c.Secret("old_secret"); old != "" && d.At.Before(c.ChangedAt.Add(oldSecret)) {
		signed = signedBy(old, d.Body, signature) || signed
	}
	if !signed {
		return intake.ErrSignature
	}
	if shop := api.CleanShop(header(d.Header, "Shop-Domain")); shop != c.Setting("shop", "") {
		return &recourse.Error{Kind: recourse.Forbidden, Code: "shopify_shop_other", Message: "the delivery is of another shop: " + recourse.Shorten(shop, 60)}
	}
	d.Topic = strings.ToLower(header(d.Header, "Topic"))
	if d.ID = header(d.Header, "Webhook-Id"); d.ID == "" {
		sum := sha256.Sum256(d.Body)
		d.ID = d.Topic + ":" + hex.EncodeToString(sum[:16])
	}
	return nil
}

func signedBy(secret string, body, signature []byte) bool {
	if secret == "" {
		return false
	}
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(body)
	return hmac.Equal(h.Sum(nil), signature)
}

// topicOrder is the topic of an order that was asked for.
const topicOrder = "order"

// Topics that tell an order whole, those that name one, and those that are known and mean nothing here.
var (
	tellOrder = []string{"orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/fulfilled", "orders/partially_fulfilled"}
	nameOrder = []string{
		"orders/edited", "fulfillments/create", "fulfillments/update", "fulfillment_events/create", "refunds/create",
		"returns/request", "returns/approve", "returns/decline", "returns/cancel", "returns/close", "returns/reopen", "returns/update", "disputes/create", "disputes/update",
	}
	meanNothing = []string{"fulfillment_orders/cancellation_request_accepted", "fulfillment_orders/cancellation_request_rejected", "fulfillment_holds/added", "fulfillment_holds/released"}
)

// Notes that a delivery can leave.
const (
	noteTest      = "test_order"  // a trial of the shop's checkout: no goods, no money
	noteNoOrder   = "no_order"    // it names none
	noteGone      = "order_gone"  // the shop has it no more
	noteLater     = "asked_later" // the order was not asked for; the reconciliation will
	noteNoMeaning = "no_meaning"
)

// read says what a delivery means.
func read(c *recourse.Connection, d *intake.Delivery) (intake.Meaning, error) {
	switch {
	case d.Topic == topicOrder || slices.Contains(nameOrder, d.Topic):
		return readDocument(c, d)
	case slices.Contains(tellOrder, d.Topic):
		var o restOrder
		if err := decode(d.Body, &o); err != nil {
			return intake.Meaning{}, err
		}
		s, err := o.sale()
		if err != nil {
			return intake.Meaning{}, err
		}
		return meaning(c, s)
	case slices.Contains(meanNothing, d.Topic):
		return intake.Meaning{Note: noteNoMeaning}, nil
	}
	if kind := asked[d.Topic]; kind != "" {
		return readAsk(kind, d)
	}
	return intake.Meaning{Unknown: true}, nil
}

// readDocument reads an order that was asked for. A delivery that only names one is left to the reconciliation.
func readDocument(c *recourse.Connection, d *intake.Delivery) (intake.Meaning, error) {
	var doc document
	if err := decode(d.Body, &doc); err != nil {
		return intake.Meaning{}, err
	}
	switch {
	case doc.Gone:
		return intake.Meaning{Note: noteGone}, nil
	case doc.Order == nil && orderNamed(d) == "":
		return intake.Meaning{Note: noteNoOrder}, nil
	case doc.Order == nil:
		return intake.Meaning{Note: noteLater}, nil
	}
	s, err := doc.sale()
	if err != nil {
		return intake.Meaning{}, err
	}
	return meaning(c, s)
}

func meaning(c *recourse.Connection, s *sale) (intake.Meaning, error) {
	if s.test {
		return intake.Meaning{Note: noteTest}, nil
	}
	events, err := s.tell(c.ID)
	return intake.Meaning{Events: events, Order: s.number}, err
}

// asked are the topics by which Shopify asks something of the desk: the three that every app must answer, and the end.
var asked = map[string]intake.AskKind{
	"customers/data_request": intake.AskExport, "customers/redact": intake.AskErase, "shop/redact": intake.AskForget, "app/uninstalled": intake.AskGone,
}

func readAsk(kind intake.AskKind, d *intake.Delivery) (intake.Meaning, error) {
	var body struct {
		Customer struct {
			Email string `json:"email"`
		} `json:"customer"`
		Requested []num `json:"orders_requested"`
		Redacted  []num `json:"orders_to_redact"`
	}
	if err := decode(d.Body, &body); err != nil {
		return intake.Meaning{}, err
	}
	ask := intake.Ask{Kind: kind, Email: body.Customer.Email}
	if kind == intake.AskForget || kind == intake.AskGone {
		ask.Email = "" // the body is about the shop, whose owner has an address, too
	}
	for _, id := range append(body.Requested, body.Redacted...) {
		if id != "" {
			ask.Refs = append(ask.Refs, api.GID("Order", string(id)))
		}
	}
	return intake.Meaning{Asks: []intake.Ask{ask}}, nil
}

// decode reads JSON, or says that the body cannot be read.
func decode(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return &recourse.Error{Kind: recourse.Invalid, Code: "delivery_body", Message: "the body is not what Shopify sends for that topic", Err: err}
	}
	return nil
}

// num is a number of the shop's: REST writes it as a number, GraphQL as a text.
type num string

// UnmarshalJSON takes both, and null.
func (n *num) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	*n = num(strings.Trim(string(data), `"`))
	if len(*n) > 40 || strings.ContainsFunc(string(*n), func(r rune) bool { return r < '0' || r > '9' }) {
		return &recourse.Error{Kind: recourse.Invalid, Code: "delivery_body", Message: "an id that is no number"}
	}
	return nil
}

// orderNamed is the number of the order that a delivery names; "" where it names none.
func orderNamed(d *intake.Delivery) string {
	var body struct {
		OrderID num `json:"order_id"`
		Order   struct {
			ID num `json:"id"`
		} `json:"order"`
		Edit struct {
			OrderID num `json:"order_id"`
		} `json:"order_edit"`
	}
	if json.Unmarshal(d.Body, &body) != nil {
		return ""
	}
	for _, id := range []num{body.OrderID, body.Order.ID, body.Edit.OrderID} {
		if id != "" {
			return string(id)
		}
	}
	return ""
}

// whole asks for the order that a delivery names, or tells without the payment that refunds are to go back by.
func whole(ctx context.Context, c *recourse.Connection, peer *call.Client, d *intake.Delivery) (*intake.Delivery, error) {
	number := ""
	switch {
	case slices.Contains(nameOrder, d.Topic):
		number = orderNamed(d)
	case paidElsewhere(c, d):
		number = orderTold(d)
	}
	if number == "" {
		return d, nil
	}
	docs, err := documents(ctx, api.Of(c, peer), []string{api.GID("Order", number)})
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 {
		docs = []document{{Gone: true}}
	}
	if strings.HasPrefix(d.Topic, "disputes/") {
		docs[0].told(d.Body)
	}
	own := *d
	own.Topic = topicOrder
	own.Body, err = json.Marshal(docs[0])
	return &own, err
}
