package web_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse/account"
	"recourse/insight"
	"recourse/store"

	"github.com/chromedp/chromedp"
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

// TestLookAtInsights takes pictures of the figures: of a busy year, of the sample shop, of a new shop. All sizes, lights and
// languages are taken where RECOURSE_SHOTS names them.
func TestLookAtInsights(t *testing.T) {
	ctx := browser(t)
	h, sampled, fresh := openHouse(t), openHouse(t), openHouse(t)
	h.figures(busyYear(pageNow))
	sampled.live()
	only := regexp.MustCompile(cmp.Or(os.Getenv("RECOURSE_SHOTS"), `^insights-(busy-(en-1440-light|fr-360-light|zh-768-dark)|sample-fr-1440-dark|new-en-360-light)`))
	for _, of := range []struct {
		house      *house
		name, path string
	}{{h, "busy", "/insights"}, {h, "year", "/insights?range=year&supplier=" + "yiwu-lamps"}, {sampled, "sample", "/insights?range=30d"}, {fresh, "new", "/insights"}, {h, "future", "/insights?from=2031-01-01&to=2031-02-01"}} {
		if !only.MatchString("insights-"+of.name) && os.Getenv("RECOURSE_SHOTS") == "" && !strings.Contains(only.String(), of.name) {
			continue
		}
		do(t, ctx, chromedp.Navigate(of.house.link("Inès Marchand", account.Owner)))
		for _, lang := range []string{"en", "fr", "zh"} {
			for _, width := range []int64{360, 768, 1440} {
				for _, scheme := range []string{"light", "dark"} {
					where := fmt.Sprintf("insights-%s-%s-%d-%s", of.name, lang, width, scheme)
					if !only.MatchString(where) {
						continue
					}
					do(t, ctx, chromedp.Navigate(of.house.url+"/language?to="+lang))
					look(t, ctx, width, scheme)
					do(t, ctx, chromedp.Navigate(of.house.url+of.path))
					fits(t, ctx, where)
					axe(t, ctx, where)
					shoot(t, ctx, where)
				}
			}
		}
	}
}
