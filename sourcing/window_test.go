package sourcing_test

import (
	"testing"

	"recourse"
	"recourse/sourcing"
)

// TestBuiltInWindows: each row of the program has a source, or is marked as one to be checked, and every marketplace has one.
func TestBuiltInWindows(t *testing.T) {
	has := map[string]bool{}
	for _, w := range sourcing.Windows() {
		if err := w.Check(); err != nil {
			t.Errorf("%+v: %v", w, err)
		}
		if w.Source == "" && !w.Unsure || w.Note == "" || w.Marketplace == "" || w.Rule != recourse.WindowBuiltIn {
			t.Errorf("%+v says too little", w)
		}
		has[w.Marketplace] = true
	}
	for _, m := range sourcing.Marketplaces {
		if !has[m] {
			t.Errorf("%s has no window", m)
		}
	}
}

// TestMarketplaceOf: a marketplace is known by the address of a shop, and by nothing that only looks like one.
func TestMarketplaceOf(t *testing.T) {
	for address, want := range map[string]string{
		"https://weifang.tmall.com/shop?x=1": "tmall", "WEIFANG.TMALL.COM": "tmall", "https://shop123.1688.com:443/": "1688", "aliexpress.com": "aliexpress", "https://a.world.taobao.com#x": "taobao",
		"https://nottmall.com": "", "https://tmall.com.example.org": "", "https://example.org/tmall.com": "", "tmall": "", "": "", "天猫": "",
	} {
		if got := sourcing.MarketplaceOf(address); got != want {
			t.Errorf("%s is at %q, %q was wanted", address, got, want)
		}
	}
}

func row(supplier, marketplace, problem string, days int, rule recourse.WindowRule) recourse.ListedWindow {
	return recourse.ListedWindow{Supplier: supplier, ClaimWindow: recourse.ClaimWindow{Marketplace: marketplace, Problem: problem, From: recourse.WindowFromDelivered, Days: days, Rule: rule}}
}

// TestWindowsOf: the most specific row wins, problem by problem, and a supplier's word about everything counts more than a
// marketplace's about one thing.
func TestWindowsOf(t *testing.T) {
	table := []recourse.ListedWindow{
		row("", "tmall", "", 15, recourse.WindowBuiltIn), row("", "tmall", "return_request", 7, recourse.WindowBuiltIn), row("", "", "", 20, recourse.WindowOfAll),
		row("", "tmall", "damaged_item", 12, recourse.WindowOfMarketplace), row("A", "", "", 9, recourse.WindowOfSupplier), row("A", "", "not_received", 60, recourse.WindowOfSupplier),
		row("B", "", "wrong_item", 3, recourse.WindowOfSupplier),
	}
	for _, c := range []struct {
		supplier, marketplace string
		want                  map[string]int
	}{
		{"A", "tmall", map[string]int{"": 9, "not_received": 60}},
		{"B", "tmall", map[string]int{"": 20, "damaged_item": 12, "wrong_item": 3}},
		{"C", "", map[string]int{"": 20}},
		{"C", "1688", map[string]int{"": 20}},
	} {
		got := recourse.WindowsOf(table, c.supplier, c.marketplace)
		if len(got) != len(c.want) {
			t.Errorf("%s at %s: %+v", c.supplier, c.marketplace, got)
		}
		for _, w := range got {
			if c.want[w.Problem] != w.Days || w.Marketplace != c.marketplace {
				t.Errorf("%s at %s: %+v", c.supplier, c.marketplace, w)
			}
		}
	}
}
