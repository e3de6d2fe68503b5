package web_test

import (
	"math/rand/v2"
	"strconv"
	"time"

	"recourse/insight"
	"recourse/store"
)

// busyYear are facts such as a shop of some size has in a year: seasons, a bad supplier, customs in two countries.
func busyYear(now time.Time) (facts []insight.Weighed) {
	r := rand.New(rand.NewPCG(7, 7))
	situations := []string{"late_shipment", "out_of_stock", "damaged_item", "customs_hold", "missing_item", "wrong_item", "order_cancelled", "supplier_unresponsive"}
	suppliers := []string{"杭州风筝玩具旗舰店", "Hangzhou Red Kite Toys Official Flagship Store", "yiwu-lamps", "Shenzhen BrightHome", "guangzhou-textiles-wholesale-and-export-company-limited", "福建茶具专营店", "<b>Bold & Co</b>", "Suzhou Silk", "ningbo-bikes", "qingdao-outdoor"}
	countries := []string{"FR", "FR", "FR", "BE", "CH", "DE", "GB", "RE", "US"}
	add := func(f insight.Fact) { facts = append(facts, insight.Weighed{Fact: f, Weight: 1}) }
	for i := range 4200 {
		at := now.Add(-time.Duration(r.Int64N(int64(364*24*time.Hour)) + int64(time.Hour)))
		supplier := suppliers[min(r.IntN(len(suppliers)), r.IntN(len(suppliers)))]
		base := insight.Fact{At: at.Unix(), Supplier: supplier, Country: countries[r.IntN(len(countries))], Channel: []string{"shopify", "woocommerce"}[r.IntN(2)]}
		order := strconv.Itoa(10000 + i)
		with := func(k insight.Kind, n int64, text string) insight.Fact {
			f := base
			f.Kind, f.N, f.Text = k, n, text
			return f
		}
		add(with(insight.Bought, 0, ""))
		o := with(insight.Ordered, int64(i+1), "")
		if o.M = int64(r.IntN(2500)) + 10; i%60 == 0 {
			o.M = 3
		}
		add(o)
		sick := 6
		if supplier == suppliers[1] || supplier == suppliers[6] {
			sick = 3
		}
		if r.IntN(sick) > 0 && o.M != 3 {
			continue
		}
		base.Situation = situations[min(r.IntN(len(situations)), r.IntN(len(situations)))]
		if base.Country == "RE" && r.IntN(2) == 0 {
			base.Situation = "customs_hold"
		}
		add(with(insight.Troubled, 0, ""))
		add(with(insight.Opened, 0, ""))
		if o.M == 3 || base.Situation == "damaged_item" && r.IntN(3) == 0 {
			c := with(insight.Claimed, int64(i+1), order)
			add(c)
		}
		took := int64(r.ExpFloat64() * 4 * 86400)
		if r.IntN(12) > 0 && at.Unix()+took < now.Unix() {
			s := with(insight.Settled, took, "")
			s.At += took
			add(s)
		}
		a := with(insight.Answered, int64(min(1, r.IntN(14))), "")
		add(a)
		if r.IntN(4) == 0 {
			a.M = 1
			add(a)
		}
		eur, cny := int64(900+r.IntN(9000)), int64(1500+r.IntN(12000))
		if r.IntN(2) == 0 {
			add(with(insight.Refunded, eur, "EUR"))
		}
		switch r.IntN(5) {
		case 0, 1:
			add(with(insight.Recovered, cny, "CNY"))
		case 2:
			add(with(insight.Awaited, cny, "CNY"))
		case 3:
			if r.IntN(3) == 0 {
				add(with(insight.Lost, cny, "CNY"))
				add(with(insight.Lost, eur, "EUR"))
			}
		}
		if base.Situation == "late_shipment" {
			f := with(insight.Replied, int64(r.ExpFloat64()*20*3600), "")
			f.Situation = ""
			add(f)
		}
	}
	return facts
}

// figures puts facts among those that the shop's decisions have left.
func (h *house) figures(facts []insight.Weighed) {
	h.t.Helper()
	if err := h.desk.Store().Write(h.t.Context(), func(tx *store.Tx) error { return tx.AddInsight(pageShop, insight.Encode(facts)) }); err != nil {
		h.t.Fatal(err)
	}
}
