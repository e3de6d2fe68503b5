package connect

import (
	"errors"
	"net/http/httptest"
	"testing"

	"recourse"
	"recourse/call"
	"recourse/peer"
)

// kindOn is a kind with a client that may go to this machine.
func kindOn(t *testing.T, name string, c *recourse.Connection) (*Kind, *call.Client) {
	t.Helper()
	k := KindOf(name)
	if k == nil {
		t.Fatalf("there is no kind %s", name)
	}
	return k, call.New(call.Options{})
}

func TestProviders(t *testing.T) {
	s, p := peer.NewStripe("sk_live_1"), peer.NewPayPal("client", "secret")
	stripeURL, paypalURL := httptest.NewServer(s), httptest.NewServer(p)
	t.Cleanup(func() { stripeURL.Close(); paypalURL.Close() })
	for name, tt := range map[string]struct {
		url             string
		secrets, others map[string]string
		code            string
	}{
		"stripe":         {stripeURL.URL, map[string]string{"key": "sk_live_1"}, nil, ""},
		"stripe, wrong":  {stripeURL.URL, map[string]string{"key": "sk_live_2"}, nil, "unauthorized"},
		"stripe, silent": {"http://127.0.0.1:1", map[string]string{"key": "sk_live_2"}, nil, "peer_unreachable"},
		"paypal":         {paypalURL.URL, map[string]string{"secret": "secret"}, map[string]string{"client": "client"}, ""},
		"paypal, wrong":  {paypalURL.URL, map[string]string{"secret": "other"}, map[string]string{"client": "client"}, "unauthorized"},
	} {
		c := &recourse.Connection{Settings: map[string]string{"url": tt.url}, Secrets: tt.secrets}
		for k, v := range tt.others {
			c.Settings[k] = v
		}
		k, client := kindOn(t, name[:6], c)
		if err := k.Check(c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := k.Test(t.Context(), c, client); recourse.CodeOf(err) != tt.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFieldsOfMoney(t *testing.T) {
	for field, c := range map[string]*recourse.Connection{
		"key":             {Settings: map[string]string{}, Secrets: map[string]string{"key": "pk_live_1"}},
		"limit":           {Settings: map[string]string{"limit": "much"}, Secrets: map[string]string{"key": "sk_1"}},
		"four_eyes_above": {Settings: map[string]string{"four_eyes_above": "-1 EUR"}, Secrets: map[string]string{"key": "sk_1"}},
	} {
		err := KindOf("stripe").Check(c)
		if e, ok := errors.AsType[*recourse.Error](err); !ok || e.Code != "connection_field" || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}
