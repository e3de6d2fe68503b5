// Package woocommerce understands what a shop on WooCommerce tells: its webhooks, and its orders and refunds as its REST
// API gives them. Both become the same facts with the same ids, so that what is told twice counts once.
//
// What is assumed of WooCommerce stands in this package and in the stand-in of the room peer. Read in its own source:
// headers and signature of webhooks, the ping without either, the order's fields, refunds as orders of their own. Common
// knowledge, to be corrected here when reality differs: the fields of plugins (shipment tracking, languages).
package woocommerce

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"recourse"
	"recourse/intake"
)

// Headers of a webhook's call.
const (
	headerTopic     = "X-Wc-Webhook-Topic"
	headerSignature = "X-Wc-Webhook-Signature"
	headerDelivery  = "X-Wc-Webhook-Delivery-Id"
)

// topicPing is what a shop sends when a webhook is saved: it is neither signed nor tells anything.
const topicPing = "ping"

// Topics are those of webhooks that are read; refunds have none of their own and show as order.updated.
var Topics = []string{"order.created", "order.updated", "order.deleted", "order.restored"}

// Notes of deliveries from which nothing follows, or not all.
const (
	NotePing        = "ping"
	NoteNotPaid     = "not_paid"     // the order is no sale yet
	NoteDeleted     = "deleted"      // the shop forgot the order; what is known stays
	NoteRefundLater = "refund_later" // a part was refunded in the shop: what it was for is fetched by the next round
	NoteOurRefund   = "our_refund"   // a refund that was asked for here
)

// Reader reads deliveries of WooCommerce.
var Reader = intake.Reader{Verify: verify, Read: read, Whole: whole, Keep: []string{headerTopic, headerSignature, headerDelivery}}

// verify checks the signature: the HMAC-SHA256 of the raw body under the webhook's secret, in base64. A ping has none;
// it says nothing either, and all pings of a connection are one delivery.
func verify(c *recourse.Connection, d *intake.Delivery) error {
	if isPing(d) {
		d.ID, d.Topic = topicPing, topicPing
		return nil
	}
	got, err := base64.StdEncoding.DecodeString(d.Header.Get(headerSignature))
	secret := c.Secret("secret")
	if err != nil || secret == "" || !hmac.Equal(got, sign(secret, d.Body)) {
		return intake.ErrSignature
	}
	d.Topic = recourse.Shorten(d.Header.Get(headerTopic), 100)
	d.ID = d.Header.Get(headerDelivery)
	if d.ID == "" || len(d.ID) > 200 {
		sum := sha256.Sum256(append([]byte(d.Topic+"\x00"), d.Body...))
		d.ID = hex.EncodeToString(sum[:])
	}
	return nil
}

func sign(secret string, body []byte) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(body)
	return h.Sum(nil)
}

// isPing says that a call is WooCommerce's test of a new webhook: a form with webhook_id alone.
func isPing(d *intake.Delivery) bool {
	number, ok := strings.CutPrefix(string(d.Body[:min(len(d.Body), 40)]), "webhook_id=")
	if !ok || d.Header.Get(headerSignature) != "" || number == "" || len(d.Body) > 30 {
		return false
	}
	return strings.Trim(strings.TrimSpace(number), "0123456789") == ""
}

func read(_ *recourse.Connection, d *intake.Delivery) (intake.Meaning, error) {
	switch d.Topic {
	case topicPing:
		return intake.Meaning{Note: NotePing}, nil
	case "order.created", "order.updated", "order.restored":
		var o order
		if err := decode(d.Body, &o); err != nil {
			return intake.Meaning{}, err
		}
		return o.meaning()
	case "order.deleted":
		return intake.Meaning{Note: NoteDeleted}, nil
	}
	return intake.Meaning{Unknown: true}, nil
}

// decode reads one JSON value and nothing after it.
func decode(body []byte, into any) error {
	d := json.NewDecoder(strings.NewReader(string(body)))
	err := d.Decode(into)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("something follows on the JSON value")
		}
	}
	if err != nil {
		return refused("woocommerce_json", "", "what the shop told is not the JSON of an order", err)
	}
	return nil
}

func refused(code, field, message string, cause error) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: code, Field: field, Message: message, Err: cause}
}
