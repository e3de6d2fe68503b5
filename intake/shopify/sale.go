package shopify

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/intake"
)

// sale is an order as Shopify has it, whichever way it was told. Money is in the buyer's currency.
type sale struct {
	id, number          string // the shop's number of it, and the one that people know, without its #
	test                bool
	created, updated    time.Time
	cancelled           time.Time
	cancelReason        string
	buyer               recourse.Buyer
	shipTo              *recourse.Address
	total, tax          recourse.Money
	discounts           recourse.Money // of goods and of shipping
	shipping, shippedAs recourse.Money // before and after its discounts
	lines               []line         // by id
	fulfilments         []fulfilment
	refunds             []refund
	returns             []goingBack
	disputes            []dispute
	provider            *recourse.Payment // where a provider beside the shop's own took the money, and the shop was asked
}

type line struct {
	id, sku, title string
	quantity       int
	price          recourse.Money
}

type piece struct {
	line     string // its id
	quantity int
	restock  string // of a refund: how the goods are reckoned with
}

type fulfilment struct {
	id, name, status string
	at               time.Time
	carrier          string
	tracking         []string
	pieces           []piece
	scans            []scan
}

type scan struct {
	id, status, text, place string
	at                      time.Time
}

type refund struct {
	id, note string
	at       time.Time
	pieces   []piece
	paid     []payment
}

type payment struct {
	id, status string
	amount     recourse.Money
	at         time.Time
}

type goingBack struct {
	id, status, reason string
	at, closed         time.Time
	pieces             []piece
}

type dispute struct {
	id, status, reason string
	at, ended, due     time.Time
	amount             recourse.Money
}

// number is an order's number as people know it, without the # that Shopify puts in front of it by default.
func number(name string) string { return intake.OrderNumber(name) }

// sorted puts the lines in the order of their ids, by which they are numbered: ids grow, so that a line that is added
// later comes last, whatever list it is told in. [I]
func (s *sale) sorted() {
	slices.SortFunc(s.lines, func(a, b line) int { return byID(a.id, b.id) })
}

func byID(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) }

// lineOf is our number of a line; 0 where the order has none of that id.
func (s *sale) lineOf(id string) int {
	for i := range s.lines {
		if s.lines[i].id == id {
			return i + 1
		}
	}
	return 0
}

// pieces are pieces by our numbers, each line once.
func (s *sale) pieces(all []piece) []recourse.Pieces {
	var out []recourse.Pieces
	for _, p := range all {
		n := s.lineOf(p.line)
		if n == 0 || p.quantity < 1 {
			continue
		}
		if i := slices.IndexFunc(out, func(o recourse.Pieces) bool { return o.Line == n }); i >= 0 {
			out[i].Quantity += p.quantity
			continue
		}
		out = append(out, recourse.Pieces{Line: n, Quantity: p.quantity})
	}
	return out
}

// parseMoney reads an amount as Shopify writes it. An empty one is no money.
func parseMoney(amount, currency string) (recourse.Money, error) {
	if amount == "" && currency == "" {
		return recourse.Money{}, nil
	}
	c, err := recourse.ParseCurrency(currency)
	if err != nil {
		return recourse.Money{}, err
	}
	return recourse.ParseAmount(amount, c)
}

// parseTime reads an instant: RFC 3339, or a day alone, which means its beginning: what is due on a day is better done too
// early.
func parseTime(s string) time.Time {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// street joins the two lines of an address.
func street(one, two string) string {
	return strings.Trim(strings.TrimSpace(one)+", "+strings.TrimSpace(two), ", ")
}

// firstText is the first that says something.
func firstText(all ...string) string {
	for _, s := range all {
		if s = strings.TrimSpace(s); s != "" {
			return s
		}
	}
	return ""
}

func gid(kind, id string) string { return "gid://shopify/" + kind + "/" + id }

// parcelRef is the shop's own id of the n-th parcel of a fulfilment, from 0: it stays when its number is corrected.
func parcelRef(id string, n int) string {
	if n == 0 {
		return gid("Fulfillment", id)
	}
	return gid("Fulfillment", id) + "#" + strconv.Itoa(n+1)
}
