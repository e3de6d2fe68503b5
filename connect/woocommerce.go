package connect

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/call"
	"recourse/effect"
	woo "recourse/effect/woocommerce"
	wooin "recourse/intake/woocommerce"
)

// woocommerce is a shop on WooCommerce.
var woocommerce = Kind{
	Name: "woocommerce", Group: "shop",
	Fields: []Field{
		{Name: "url", Required: true, Clean: cleanURL, Check: checkURL}, // https://shop.example.org
		{Name: "key", Secret: true, Required: true},                     // of the REST API, which may read and write
		{Name: "key_secret", Secret: true, Required: true},
		{Name: "secret", Secret: true, Required: true}, // signs webhooks
		payer,
		{Name: "api_refund", Standard: "yes", Choices: []string{"yes", "no"}, Rare: true}, // no: the shop writes a refund down, and a person pays it
		limit, fourEyes,
	},
	Reader: &wooin.Reader,
	Poller: &wooin.Poller,
	Client: func(*recourse.Connection) *call.Client {
		// Shops stand on all kinds of machines: five requests a second do not burden the smallest for long. A gateway inside
		// a refund may take its time.
		return call.New(call.Options{Timeout: 90 * time.Second, Rate: 5, Burst: 20, Transport: public()})
	},
	Test:     testWoo,
	Acts:     []recourse.EffectKind{recourse.EffectRefund, recourse.EffectCorrectAddress},
	Sender:   func(c *recourse.Connection, peer *call.Client) effect.Sender { return woo.New(c, peer) },
	Register: registerWoo,
	Mirror:   woo.Mirror,
}

// testWoo asks for one order and for the webhooks that call this connection.
func testWoo(ctx context.Context, c *recourse.Connection, peer *call.Client) error {
	s := wooin.Shop{Connection: c, Peer: peer}
	var orders []struct{}
	if _, err := s.Ask(ctx, http.MethodGet, "orders", url.Values{"per_page": {"1"}}, nil, &orders); err != nil {
		return wooin.Trouble(err)
	}
	return wooin.Trouble(s.WebhooksOn(ctx, false))
}

// registerWoo makes the webhooks that call an address, or mends those that are there.
func registerWoo(ctx context.Context, c *recourse.Connection, peer *call.Client, address string) error {
	s := wooin.Shop{Connection: c, Peer: peer}
	ours, err := s.Webhooks(ctx)
	if err != nil {
		return wooin.Trouble(err)
	}
	there := map[string]int64{}
	for _, w := range ours {
		there[w.Topic] = w.ID
	}
	for _, topic := range wooin.Topics {
		method, path := http.MethodPost, "webhooks"
		if id := there[topic]; id > 0 {
			method, path = http.MethodPut, "webhooks/"+strconv.FormatInt(id, 10)
		}
		want := map[string]string{"name": "Recourse " + topic, "topic": topic, "delivery_url": address, "secret": c.Secret("secret"), "status": "active"}
		if _, err := s.Ask(ctx, method, path, nil, want, nil); err != nil {
			return wooin.Trouble(err)
		}
	}
	return nil
}

// cleanURL takes the slash off an address's end.
func cleanURL(v string) string { return strings.TrimRight(v, "/") }

func checkURL(v string) error {
	u, err := call.CheckURL(v, Loopback)
	if err != nil {
		return err
	}
	if u.RawQuery != "" {
		return &recourse.Error{Kind: recourse.Invalid, Code: "connection_field", Field: "url", Message: "url: it has a question mark"}
	}
	return nil
}
