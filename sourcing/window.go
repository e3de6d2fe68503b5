package sourcing

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"slices"
	"strings"
	"sync"

	"recourse"
)

//go:embed windows.csv
var windowsFile []byte

// Windows are the claim windows of marketplaces that come with the program. Each has its source, or is marked as a default that
// the merchant should check: the file says so row by row.
func Windows() []recourse.ListedWindow { return slices.Clone(builtInWindows()) }

var builtInWindows = sync.OnceValue(func() []recourse.ListedWindow {
	rows, err := csv.NewReader(bytes.NewReader(windowsFile)).ReadAll()
	if err != nil {
		panic(err) // the file is part of the program
	}
	out := make([]recourse.ListedWindow, 0, len(rows))
	for _, row := range rows[1:] {
		w, err := recourse.ReadWindow(func(column string) string {
			if at := slices.Index(rows[0], column); at >= 0 {
				return row[at]
			}
			return ""
		})
		if err != nil {
			panic(err)
		}
		w.Rule = recourse.WindowBuiltIn
		out = append(out, w)
	}
	return out
})

// Marketplaces are those that the program has a word for, in the order of the alphabet, but for Tmall, which comes first.
var Marketplaces = []string{"tmall", "1688", "alibaba", "aliexpress", "cjdropshipping", "ebay", "taobao"}

// hosts are the ends of addresses by which a marketplace is known.
var hosts = []struct{ end, marketplace string }{
	{"tmall.com", "tmall"}, {"tmall.hk", "tmall"}, {"taobao.com", "taobao"}, {"1688.com", "1688"}, {"alibaba.com", "alibaba"}, {"aliexpress.com", "aliexpress"}, {"aliexpress.us", "aliexpress"},
	{"aliexpress.ru", "aliexpress"}, {"cjdropshipping.com", "cjdropshipping"}, {"ebay.com", "ebay"},
}

// MarketplaceOf is the marketplace that an address of a shop, or a supplier's name that is one, belongs to; "": none that is known.
func MarketplaceOf(address string) string {
	host := strings.ToLower(address)
	if _, rest, ok := strings.Cut(host, "://"); ok {
		host = rest
	}
	if at := strings.IndexAny(host, "/?#:"); at >= 0 {
		host = host[:at]
	}
	for _, h := range hosts {
		if host == h.end || strings.HasSuffix(host, "."+h.end) {
			return h.marketplace
		}
	}
	return ""
}
