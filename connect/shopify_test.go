package connect

import (
	"testing"

	"recourse"
)

func TestShopifyFields(t *testing.T) {
	for _, c := range []struct{ shop, version, clean, field string }{
		{"lamps.myshopify.com", "", "lamps.myshopify.com", ""},
		{" https://Lamps.myshopify.com/admin ", "2026-04", "lamps.myshopify.com", ""},
		{"https://admin.shopify.com/store/lamps/orders?x=1", "", "lamps.myshopify.com", ""},
		{"lamps", "", "lamps.myshopify.com", ""},
		{"lamps.example.com", "", "", "shop"},
		{"evil.example.com/.myshopify.com", "", "", "shop"},
		{"evil.example.com#.myshopify.com", "", "", "shop"},
		{"user@lamps.myshopify.com", "", "", "shop"},
		{"lamps.myshopify.com:8080", "", "", "shop"},
		{"", "", "", "shop"},
		{"lamps", "2025-10", "", "version"}, // knows no @idempotent
		{"lamps", "2026-03", "", "version"},
		{"lamps", "unstable", "", "version"},
	} {
		conn := recourse.Connection{Settings: map[string]string{"shop": c.shop, "version": c.version}, Secrets: map[string]string{"token": "shpat_1", "secret": "shpss_1"}}
		err := shopify.Check(&conn)
		if c.field == "" {
			if err != nil || conn.Settings["shop"] != c.clean {
				t.Errorf("%q: %q, %v", c.shop, conn.Settings["shop"], err)
			}
			continue
		}
		e, ok := err.(*recourse.Error)
		if !ok || e.Field != c.field || e.Kind != recourse.Invalid {
			t.Errorf("%q %q: %v", c.shop, c.version, err)
		}
	}
}

// TestShopifyApp: an app has a client id or a token of its own.
func TestShopifyApp(t *testing.T) {
	for _, c := range []struct {
		client, token string
		good          bool
	}{{"id", "", true}, {"", "shpat_1", true}, {"id", "shpat_1", true}, {"", "", false}} {
		err := shopify.Check(&recourse.Connection{Settings: map[string]string{"shop": "lamps", "client": c.client}, Secrets: map[string]string{"token": c.token, "secret": "s"}})
		if e, _ := err.(*recourse.Error); c.good != (err == nil) || err != nil && e.Field != "client" {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
