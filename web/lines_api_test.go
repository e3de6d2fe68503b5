package web_test

import (
	"strings"
	"testing"
)

// TestLinesAPI: shipping lines are written, listed, read from a list and taken away; goods are packed; a case's ways and an
// order's address are told as the document says; what is wrong names its field.
func TestLinesAPI(t *testing.T) {
	databases(t, func(s *shop) {
		is := func(g got, status int, want ...string) {
			s.t.Helper()
			if g.StatusCode != status {
				s.t.Errorf("%d, %d is wanted: %s", g.StatusCode, status, g.body)
			}
			for _, w := range want {
				if !strings.Contains(g.body, w) {
					s.t.Errorf("%q is not in %s", w, g.body)
				}
			}
		}
		is(s.ask("PUT", "/api/v1/lines/yun", `{"line":"yun","name":"云途","countries":["FR"],"max_weight_g":2000,"prices":[{"up_to_g":2000,"price":"99.00 CNY"}]}`), 200, `"own":true`, `"99.00 CNY"`)
		is(s.ask("PUT", "/api/v1/lines/yun", `{"line":"other","countries":["FR"]}`), 400, "lines_value", "/line")
		is(s.ask("PUT", "/api/v1/lines/yun", `{"line":"yun","name":"x","countries":["France"]}`), 400, "lines_value")
		is(s.ask("GET", "/api/v1/lines/none", ""), 404, "line_unknown")
		is(s.ask("DELETE", "/api/v1/lines/ems", ""), 409, "line_standard")
		is(s.ask("POST", "/api/v1/lines", `{"list":"line,max_weight_g\nslow,30000\nbad,heavy\n"}`), 200, `"rows":1`, `"rejected":1`, `"column":"max_weight_g"`)
		is(s.ask("GET", "/api/v1/lines", ""), 200, "upu_parcel", "slow", "yun")
		is(s.ask("DELETE", "/api/v1/lines/slow", ""), 200)
		is(s.ask("POST", "/api/v1/packing", `{"items":[{"line":1,"pieces":3,"weight_g":900,"size_mm":[300,200,100]}],"to":{"country":"FR"}}`), 200, `"kind":"split"`, `"198.00 CNY"`, `"limit":"weight"`)
		is(s.ask("POST", "/api/v1/packing", `{"items":[]}`), 400, "pack_nothing")
		is(s.ask("POST", "/api/v1/packing", `{"items":[{"line":1,"pieces":1000000}]}`), 400, "pack_pieces")
		s.tell("o1", "order.placed", order1001)
		s.tell("o2", "purchase.placed", `{"order":"1001","purchase":"T1","supplier":"Lamps","cost":"80.00 CNY"}`)
		s.tell("o3", "purchase.oversized", `{"purchase":"T1"}`)
		is(s.ask("GET", "/api/v1/cases/1001-1/shipping", ""), 200, `"what":"weight"`, `"sure":false`, `"remedy":"adjustment"`)
		is(s.ask("GET", "/api/v1/cases/9-9/shipping", ""), 404, "case_unknown")
		is(s.ask("GET", "/api/v1/orders/1001/address?language=fr", ""), 200, `"wrong":false`, "phone_missing", "Le numéro de téléphone manque.")
		is(s.ask("POST", "/api/v1/addresses/check", `{"country":"BR","city":"São Paulo","region":"RJ","postcode":"01310-100","street":"Av. Paulista 1","name":"Ana","phone":"+55 11 91234 5678","tax_id":"529.982.247-24"}`), 200, `"wrong":true`, "tax_wrong", "postcode_region")
		is(s.ask("POST", "/api/v1/addresses/check", `{"country":"FR","zip":"1"}`), 400)
	})
}
