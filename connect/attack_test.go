package connect

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"recourse"
)

// TestInside: addresses that a merchant enters for a connection lead to public places only. Whatever is written there,
// nothing arrives on this machine.
func TestInside(t *testing.T) {
	before := Loopback
	Loopback = false
	defer func() { Loopback = before }()
	var arrived atomic.Int32
	here := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	defer here.Close()
	port := here.Listener.Addr().String()[len("127.0.0.1"):]
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "10.0.0.1", "169.254.169.254", "192.168.0.1"} {
		for _, scheme := range []string{"https://", "http://"} {
			c := &recourse.Connection{Kind: "woocommerce", Settings: map[string]string{"url": scheme + host + port}, Secrets: map[string]string{"key": "ck_1", "key_secret": "cs_1", "secret": "s"}}
			k := KindOf("woocommerce")
			if err := k.Check(c); err != nil {
				continue // refused before it is kept
			}
			if err := k.Test(t.Context(), c, k.Client(c)); err == nil {
				t.Errorf("%s%s: the test went well", scheme, host)
			}
		}
	}
	for _, shop := range []string{"127.0.0.1", "lamps.myshopify.com.evil.example", "evil.example/lamps.myshopify.com", "lamps.myshopify.com@evil.example", "lamps.myshopify.com:8443", ".."} {
		c := &recourse.Connection{Kind: "shopify", Settings: map[string]string{"shop": shop}, Secrets: map[string]string{"token": "t", "secret": "s"}}
		if err := KindOf("shopify").Check(c); err == nil {
			t.Errorf("the shop %q became %q", shop, c.Settings["shop"])
		}
	}
	if n := arrived.Load(); n > 0 {
		t.Errorf("%d requests arrived here", n)
	}
}
