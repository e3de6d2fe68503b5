package intake

import (
	"strings"
	"testing"
	"time"

	"recourse"
)

// TestProfileErrors shows each mistake in a mapping file with the place and the advice that its writer gets.
func TestProfileErrors(t *testing.T) {
	const rest = "\norder: {order: A}\nline: {sku: B}\n"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "p.yaml:1: the profile is empty"},
		{"no mapping", "[a]", "p.yaml:1:1: the profile must be a mapping"},
		{"unknown key", "profile: x\ncurency: EUR" + rest, `p.yaml:2:1: the profile has no key "curency" (did you mean "currency"?)`},
		{"unknown field", "profile: x\norder: {order: A, plced: B}\nline: {sku: C}", `p.yaml:2:19: order has no key "plced" (did you mean "placed"?)`},
		{"unknown nested field", "profile: x\norder:\n  order: A\n  ship_to:\n    contry: B\nline: {sku: C}", `p.yaml:5:5: order.ship_to has no key "contry" (did you mean "country"?)`},
		{"a key twice", "profile: x\nprofile: y" + rest, "p.yaml:2:1: mapping key \"profile\" already defined"},
		{"no name", rest, "the profile has no name (begin with profile: NAME)"},
		{"bad name", "profile: Große" + rest, "a profile cannot be called"},
		{"no order", "profile: x\nline: {sku: B}\n", "no column tells the order's number"},
		{"no line", "profile: x\norder: {order: A}\n", "no column tells what was bought"},
		{"zone", "profile: x\nzone: Europe/Pari" + rest, `p.yaml:2:7: unknown zone "Europe/Pari"`},
		{"local zone", "profile: x\nzone: Local" + rest, `unknown zone "Local"`},
		{"row", "profile: x\nrow: lines" + rest, `p.yaml:2:6: row cannot be "lines" (did you mean "line"?)`},
		{"decimal", "profile: x\ndecimal: ','" + rest, `decimal cannot be ","`},
		{"encoding", "profile: x\nencoding: utf8859" + rest, `p.yaml:2:11: unknown encoding "utf8859"`},
		{"layout", "profile: x\ndates: [DD/MM]" + rest, `p.yaml:2:8: the layout "DD/MM" cannot be read`},
		{"unit", "profile: x\norder: {order: A}\nline: {sku: B, weight: {column: C, unit: stone}}", `p.yaml:3:42: unit cannot be "stone"`},
		{"constant currency", "profile: x\ncurrency: {value: EURO}" + rest, `currency cannot be "EURO" for all rows`},
		{"constant leg", "profile: x\norder: {order: A}\nline: {sku: B}\npurchase: {purchase: P, leg: {value: sea}}", "a leg is domestic or international"},
		{"constant price", "profile: x\norder: {order: A}\nline: {sku: B, price: {value: '3'}}", "makes no sense here"},
		{"says nothing", "profile: x\norder: {order: A}\nline: {sku: B, price: {of: line}}", "says nothing about where its value comes from"},
		{"template", "profile: x\norder: {order: A}\nline: {sku: B}\npurchase: {purchase: '{order}-{suplier}'}", `cannot use {suplier} (did you mean "supplier"?)`},
		{"open template", "profile: x\norder: {order: A}\nline: {sku: B}\npurchase: {purchase: '{order'}", "the template"},
		{"status event", "profile: x\nstatus: {column: S, words: {gone: order.lost}}" + rest, `event cannot be "order.lost"`},
		{"status without words", "profile: x\nstatus: {column: S}" + rest, "a status has a column, and either words or what its filling means"},
		{"status of no purchase", "profile: x\nstatus: {column: S, words: {gone: purchase.out_of_stock}}" + rest, "needs purchase.purchase, which is not mapped"},
		{"scan without status", "profile: x\norder: {order: A}\nline: {sku: B}\nparcel: {tracking: T}\nstatus: {column: S, words: {gone: parcel.scanned}}", "parcel.scanned needs scan"},
		{"without_time", "profile: x\nstatus: {column: S, words: {gone: {event: order.cancel_requested, without_time: now}}}" + rest, `without_time cannot be "now"`},
		{"anchor", "profile: &a x" + rest, "anchors, aliases and tags have no meaning"},
		{"alias", "profile: x\ntitle: *a" + rest, "anchors, aliases and tags have no meaning"},
		{"tag", "profile: !!str x" + rest, "anchors, aliases and tags have no meaning"},
		{"merge", "profile: x\n<<: {a: b}" + rest, "have no meaning"},
		{"two documents", "profile: x" + rest + "---\nprofile: y", "a profile is a single document"},
		{"syntax", "profile: [", "p.yaml:1:10:"},
		{"brackets", strings.Repeat("[\n", 200_000), "the profile has 400000 bytes"},
		{"brackets within the size", strings.Repeat("[\n", 100_000), "opens more than 2000 brackets"},
		{"one long line", strings.Repeat("- ", 100_000), "p.yaml:1: the line has more than 4096 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseProfile("p.yaml", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "p.yaml") {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

// Each built-in profile is recognised by the header of its own book, and says what it will not read.
func TestGuess(t *testing.T) {
	for _, p := range Builtins() {
		data, ok := ProfileSource(p.Name)
		if again, err := ParseProfile(p.Name, data); !ok || err != nil || again.Name != p.Name || p.Title == "" {
			t.Errorf("%s does not stand for itself: %v", p.Name, err)
		}
	}
	if _, err := Builtin("shopfy"); recourse.CodeOf(err) != "profile_unknown" || !strings.Contains(err.Error(), `did you mean "shopify"?`) {
		t.Errorf("a misspelt profile: %v", err)
	}
	header := strings.Split("order number,ORDER STATUS , order date,item name,quantity", ",")
	m, err := Guess(header, Builtins())
	if err != nil || m.Profile.Name != "woocommerce" {
		t.Errorf("names in any case, with blanks: %v, %v", m, err)
	}
	_, err = Guess([]string{"Name", "Financial Status", "Lineitem name", "Price"}, Builtins())
	if s := err.Error(); !strings.Contains(s, "the nearest is shopify, which misses Lineitem quantity, Created at") || !strings.Contains(s, "Financial Status, Lineitem name, Price") {
		t.Errorf("none: %v", err)
	}
	one, two := plain(t), plain(t)
	if _, err = Guess(strings.Split(strings.TrimSpace(plainHeader), ","), []*Profile{one, two}); recourse.CodeOf(err) != "profile_ambiguous" {
		t.Errorf("two alike: %v", err)
	}
}

// What the book does not say is asked for, not assumed.
func TestZoneAndCurrencyAreNeverAssumed(t *testing.T) {
	const woo = "Order Number,Order Status,Order Date,Item Name,Quantity,Item Cost\n1,Processing,2026-03-01 10:00,Lamp,1,\"29.90\"\n"
	_, err := OpenCSV(strings.NewReader(woo), Options{})
	if recourse.CodeOf(err) != "zone_missing" {
		t.Errorf("without a zone: %v", err)
	}
	if got := transcript(t, []byte(woo), Options{Zone: time.UTC}); !strings.Contains(got, "currency_missing") {
		t.Errorf("without a currency:\n%s", got)
	}
	if got := transcript(t, []byte(woo), Options{Zone: time.UTC, Currency: "CHF"}); !strings.Contains(got, `"price":"29.90 CHF"`) {
		t.Errorf("with both told:\n%s", got)
	}
}
