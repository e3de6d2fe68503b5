package shopify_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"recourse"
	"recourse/call"
	"recourse/call/shopify"
	"recourse/peer"
)

// grantedShop is a shop whose app has a client id and a secret and no token of its own.
func grantedShop(t *testing.T) (*peer.Shopify, *recourse.Connection, *call.Client) {
	t.Helper()
	s := peer.NewShopify("lamps")
	s.Client, s.Secret = "client-1", "shpss_1"
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c := &recourse.Connection{Settings: map[string]string{"shop": s.Domain, "address": server.URL, "client": "client-1"}, Secrets: map[string]string{"secret": "shpss_1"}}
	return s, c, shopify.Client(c)
}

const who = `query whoami{shop{name myshopifyDomain} currentAppInstallation{accessScopes{handle}}}`

// TestGrant: an app of the Dev Dashboard gets a token for its id and secret, keeps it for all that is asked, and gets
// another when the shop refuses it.
func TestGrant(t *testing.T) {
	s, c, client := grantedShop(t)
	ask := func() error {
		var a struct {
			Shop struct{ MyshopifyDomain string }
		}
		err := shopify.Of(c, client).Query(t.Context(), who, nil, &a)
		if err == nil && a.Shop.MyshopifyDomain != s.Domain {
			t.Errorf("asked %q", a.Shop.MyshopifyDomain)
		}
		return err
	}
	for range 3 {
		if err := ask(); err != nil || s.Grants() != 1 {
			t.Fatal(err, s.Grants())
		}
	}
	s.Revoke()
	if err := ask(); err != nil || s.Grants() != 2 {
		t.Error(err, s.Grants())
	}
	c.Secrets["token"] = "shpat_of_its_own"
	if err := ask(); recourse.CodeOf(err) != "peer_denied" || s.Grants() != 2 {
		t.Error("a token of its own was not used:", err)
	}
}

// TestGrantRefused: why there is no token is told, without the secret, and nothing was heard by the shop that it could have
// acted on.
func TestGrantRefused(t *testing.T) {
	for name, x := range map[string]struct {
		change func(*peer.Shopify, *recourse.Connection)
		code   string
	}{
		"another secret": {func(_ *peer.Shopify, c *recourse.Connection) { c.Secrets["secret"] = "shpss_wrong" }, "shopify_app"},
		"another id":     {func(_ *peer.Shopify, c *recourse.Connection) { c.Settings["client"] = "client-2" }, "shopify_app"},
		"no such way in": {func(s *peer.Shopify, _ *recourse.Connection) { s.Client = "" }, "shopify_closed"},
		"nobody":         {func(_ *peer.Shopify, c *recourse.Connection) { c.Settings["address"] = "http://127.0.0.1:1" }, "peer_unreachable"},
	} {
		s, c, client := grantedShop(t)
		x.change(s, c)
		err := shopify.Of(c, client).Mutate(t.Context(), `mutation m{x}`, nil, &struct{}{})
		if recourse.CodeOf(err) != x.code || call.Heard(err) || strings.Contains(err.Error(), "shpss") {
			t.Errorf("%s: %v, heard %v", name, err, call.Heard(err))
		}
	}
}
