package intake

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"recourse"
)

// FuzzBook reads any bytes by any of the profiles that there are. Whatever comes out can be decided on, the counts
// add up, and reading again gives the same.
func FuzzBook(f *testing.F) {
	f.Add([]byte(plainHeader+"1,2026-03-01,,A,1,5.00,p1,2026-03-05,T1,2026-03-02,2026-03-01\n1,2026-03-01,,\"B\"x,2,\"1,234\",,,,,\n"), byte(0))
	f.Add([]byte(olistHeader+"a,canceled,2016-09-05 00:15:34,,,,,,,,BRL,,,,,,x,passo fundo,RS,BR,,,,,1,2016-10-29 00:00:00,\"x\ny\"\n"), byte(1))
	f.Add([]byte("Name,Financial Status,Lineitem name,Lineitem quantity,Created at\n#1,paid,\"Lamp\",1,2026-03-01 10:15:30 +0100\n#1,,Cable,2,\n"), byte(2))
	f.Add([]byte("recourse_row,recourse_column,recourse_reason,"+plainHeader+"7,price,amount_malformed: x,1,2026-03-01,,'=A,1,5,,,,,\n"), byte(0))
	f.Add([]byte("\xff\xfeo\x00r\x00d\x00e\x00r\x00"), byte(0))
	f.Add([]byte("Order Number;Order Status;Order Date;Item Name\r\"1\";cancelled;2026-03-01;x\r"), byte(3))
	profiles := append([]*Profile{plain(f), exampleProfile(f, "olist.yaml")}, Builtins()...)
	f.Fuzz(func(t *testing.T, text []byte, which byte) {
		o := Options{Profile: profiles[int(which)%len(profiles)], Zone: time.UTC, Currency: "EUR"}
		first := transcript(t, text, o)
		if again := transcript(t, text, o); again != first {
			t.Fatalf("first\n%s\nthen\n%s", first, again)
		}
		checkCounts(t, text, o)
	})
}

// checkCounts sees that no row of a book is lost: each is in a batch, rejected, blank, or left out and counted.
func checkCounts(t *testing.T, text []byte, o Options) {
	book, err := Open(bytes.NewReader(text), int64(len(text)), o)
	if err != nil {
		if recourse.KindOf(err) == recourse.Internal {
			t.Fatal(err)
		}
		return
	}
	rejected := 0
	book.OnReject(func(r Reject) error {
		if r.Code == "" || r.Reason == "" || r.Row < 1 {
			t.Fatalf("a reject that says nothing: %+v", r)
		}
		rejected++
		return nil
	})
	orders := map[string]bool{}
	for batch, err := range book.All(t.Context()) {
		if err != nil {
			return
		}
		if orders[batch.Order] {
			t.Fatalf("order %q is told twice", batch.Order)
		}
		orders[batch.Order] = true
		if batch.Events[0].Type != recourse.OrderPlaced || batch.FirstRow > batch.LastRow {
			t.Fatalf("%+v", batch)
		}
	}
	if s := book.Summary(); rejected != s.Rejected || s.Rejected+s.Blank+s.Orders+s.History+s.Empty > s.Rows {
		t.Fatalf("%d rejected, %+v", rejected, s)
	}
}

func FuzzProfile(f *testing.F) {
	for _, name := range []string{"dsers", "shopify", "woocommerce"} {
		data, _ := ProfileSource(name)
		f.Add(string(data))
	}
	for _, s := range []string{plainProfile, "", "a: b: c", "profile: [", "? ? ?", "- - -", "profile: &a [*a]", "{\"profile\": x}", "profile: |\n  x\norder: {order: >-\n  a}", "status: [{column: [], words: {}}]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseProfile("p.yaml", []byte(text))
		if err != nil {
			if recourse.KindOf(err) == recourse.Internal || !strings.HasPrefix(err.Error(), "p.yaml") {
				t.Fatalf("an error without its place: %v", err)
			}
			return
		}
		// Whatever was taken for a profile can be put to any header.
		transcript(t, []byte(plainHeader+plainRow("1", 1)), Options{Profile: p, Zone: time.UTC})
	})
}

func FuzzAmount(f *testing.F) {
	for _, s := range []string{"1,234.50", "1.234,50", "€ 12,90", "12.90 EUR", "1\u00a0234,5", "-", ".", "1,", "'1'", "R$", "1.2.3.4", "0,000", "1e9"} {
		f.Add(s, byte(0), "EUR")
		f.Add(s, byte(1), "JPY")
		f.Add(s, byte(2), "")
	}
	f.Fuzz(func(t *testing.T, text string, mark byte, currency string) {
		c, err := recourse.ParseCurrency(currency)
		if err != nil {
			c = ""
		}
		m, bad := parseAmount([]byte(text), decimalMark(mark%3), c)
		if bad != nil {
			return
		}
		if m.Minor < 0 || m.Minor > maxAmount || m.Currency == "" || c != "" && m.Currency != c {
			t.Fatalf("%q gives %v", text, m)
		}
		// What was read, written plainly, reads the same with a stated point.
		if again, bad := parseAmount([]byte(m.String()), markPoint, c); bad != nil || again != m {
			t.Fatalf("%q gives %v, which reads back as %v", text, m, again)
		}
	})
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"2017-10-04 21:15:19", "2017-10-04T21:15:19.999Z", "04/10/2017", "Oct 4, 2017", "1507151719", "43012.5", "2017-10-15 00:30:00", "0000-00-00", "NaN"} {
		for _, l := range []string{"iso", "DD/MM/YYYY", "MMM D, YYYY h:mm AM", "epoch", "excel"} {
			f.Add(s, l)
		}
	}
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, written string) {
		l, err := parseLayout(written)
		if err != nil {
			return
		}
		c := clock{layouts: []layout{l}, zone: zone, serial: true}
		for _, number := range []bool{false, true} {
			at, bad := c.parse([]byte(text), number)
			if y := at.UTC().Year(); bad == nil && (y < firstYear || y > lastYear) {
				t.Fatalf("%q as %q gives %v", text, written, at)
			}
		}
	})
}
