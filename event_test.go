package recourse_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"recourse"
)

func TestDecodeData(t *testing.T) {
	d, err := recourse.DecodeData(recourse.OrderPlaced, []byte(`{"order":"1001","lines":[{"line":1,"sku":"KITE","price":"29.90 EUR"},{"line":2,"quantity":3,"price":"1.00 EUR","size_mm":[1,2,3]}],"paid":"32.90 EUR"}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Items) != 2 || d.Items[1].Quantity != 3 || d.Items[0].Price != (recourse.Money{Minor: 2990, Currency: "EUR"}) || d.Items[1].SizeMM != (recourse.Size{1, 2, 3}) {
		t.Errorf("items %+v", d.Items)
	}
	d, err = recourse.DecodeData(recourse.PurchaseOutOfStockNow, []byte(`{"purchase":"T-1","lines":[1,{"line":2,"quantity":2}]}`))
	if err != nil || len(d.Lines) != 2 || d.Lines[0] != (recourse.Pieces{Line: 1}) || d.Lines[1] != (recourse.Pieces{Line: 2, Quantity: 2}) {
		t.Errorf("lines %v, %v", d.Lines, err)
	}
}

// TestDecodeDataRefuses: what a stranger sends is refused with the field and the code, and nothing half done.
func TestDecodeDataRefuses(t *testing.T) {
	line := func(s string) string { return `{"order":"1","lines":[` + s + `]}` }
	tests := map[string]struct {
		typ               recourse.EventType
		data, code, field string
	}{
		"unknown type":         {"order.plced", `{}`, "event_type", "type"},
		"no object":            {recourse.OrderPlaced, `[]`, "event_data", "data"},
		"unknown field":        {recourse.ParcelScanned, `{"parcel":"P","status":"lost","statu":"x"}`, "event_field", "statu"},
		"field of another":     {recourse.SupplierReplied, `{"purchase":"T","remedy":"refund"}`, "event_field", "remedy"},
		"no order":             {recourse.OrderPlaced, `{"lines":[{"line":1}]}`, "event_missing", "order"},
		"no lines":             {recourse.OrderPlaced, `{"order":"1"}`, "event_missing", "lines"},
		"line twice":           {recourse.OrderPlaced, line(`{"line":1},{"line":1}`), "line_number", "lines[1].line"},
		"line 0":               {recourse.OrderPlaced, line(`{"line":0}`), "line_number", "lines[0].line"},
		"negative quantity":    {recourse.OrderPlaced, line(`{"line":1,"quantity":-1}`), "quantity", "lines[0].quantity"},
		"negative price":       {recourse.OrderPlaced, line(`{"line":1,"price":"-1.00 EUR"}`), "price", "lines[0].price"},
		"unknown currency":     {recourse.OrderPlaced, line(`{"line":1,"price":"1.00 XQQ"}`), "", ""},
		"text for a number":    {recourse.OrderPlaced, line(`{"line":"one"}`), "event_value", ""},
		"unknown status":       {recourse.ParcelScanned, `{"parcel":"P","status":"asleep"}`, "event_word", "status"},
		"unknown leg":          {recourse.ParcelShipped, `{"parcel":"P","leg":"lunar"}`, "event_word", "leg"},
		"unknown remedy":       {recourse.RemedyChosen, `{"order":"1","remedy":"hug"}`, "event_word", "remedy"},
		"chosen by a stranger": {recourse.RemedyChosen, `{"order":"1","remedy":"refund","by":"agent"}`, "event_word", "by"},
		"year 0":               {recourse.PurchasePlacedEvent, `{"purchase":"T","ship_by":"0000-01-01T00:00:00Z"}`, "time_range", "ship_by"},
		"far future":           {recourse.PurchasePlacedEvent, `{"purchase":"T","ship_by":"9999-01-01T00:00:00Z"}`, "time_range", "ship_by"},
		"negative amount":      {recourse.RefundSucceeded, `{"order":"1","amount":"-5.00 EUR"}`, "amount", "amount"},
		"long text":            {recourse.SupplierReplied, `{"purchase":"T","text":"` + strings.Repeat("x", 10_001) + `"}`, "event_text", "text"},
		"many lines":           {recourse.PurchaseOutOfStockNow, `{"purchase":"T","lines":[1` + strings.Repeat(",1", 1000) + `]}`, "event_lines", "lines"},
		"no effect":            {recourse.EffectDone, `{"order":"1"}`, "event_missing", "effect"},
		"effect with lines":    {recourse.EffectFailed, `{"effect":"1-1/1","lines":[1]}`, "event_field", "lines"},
		"absurd offer":         {recourse.OffersFound, `{"order":"1","offers":[{"supplier":"s","price":"1.00 CNY","stock":-1}]}`, "offer", "offers[0]"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := recourse.DecodeData(tt.typ, []byte(tt.data))
			if err == nil {
				t.Fatal("it was taken")
			}
			if kind := recourse.KindOf(err); kind != recourse.Invalid && kind != recourse.TooLarge {
				t.Errorf("kind %s", kind)
			}
			e, _ := err.(*recourse.Error)
			if tt.code != "" && (e == nil || e.Code != tt.code || tt.field != "" && e.Field != tt.field) {
				t.Errorf("%v", err)
			}
			if len(err.Error()) > 600 {
				t.Errorf("the error is %d bytes long", len(err.Error()))
			}
		})
	}
}

// FuzzDecodeData: whatever comes, an event or an error comes back, and what was taken can be written and read again.
func FuzzDecodeData(f *testing.F) {
	for _, s := range []string{`{}`, `{"order":"1","lines":[{"line":1,"price":"1.00 EUR"}]}`, `{"purchase":"T","lines":[1,{"line":2}]}`, `{"parcel":"P","status":"lost","customs":{"by":"x"}}`, `{"order":"1","offers":[]}`, `[[[`, `{"order":null}`} {
		for _, typ := range []recourse.EventType{recourse.OrderPlaced, recourse.PurchaseOutOfStockNow, recourse.ParcelScanned, recourse.OffersFound, "?"} {
			f.Add(string(typ), []byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, typ string, data []byte) {
		d, err := recourse.DecodeData(recourse.EventType(typ), data)
		if err != nil {
			return
		}
		if _, err := json.Marshal(recourse.Event{Type: recourse.EventType(typ), Data: d}); err != nil {
			t.Fatalf("taken and cannot be written: %v", err)
		}
	})
}

func TestEventKey(t *testing.T) {
	a := recourse.Event{Source: "shop", ID: "1"}
	b := recourse.Event{Source: "shop1", ID: ""}
	c := recourse.Event{Source: "sho", ID: "p1"}
	if a.Key() == 0 || a.Key() == c.Key() || b.Key() != 0 {
		t.Errorf("keys %d %d %d", a.Key(), b.Key(), c.Key())
	}
}

func TestDeliverable(t *testing.T) {
	full := recourse.Address{Country: "FR", City: "Lyon", Postcode: "69003", Street: "12 rue Garibaldi"}
	tests := map[string]struct {
		change func(*recourse.Address)
		want   bool
	}{
		"full":               {func(*recourse.Address) {}, true},
		"no street":          {func(a *recourse.Address) { a.Street = "" }, false},
		"no postcode":        {func(a *recourse.Address) { a.Postcode = "" }, false},
		"no postcode system": {func(a *recourse.Address) { a.Country, a.Postcode = "HK", "" }, true},
		"no country":         {func(a *recourse.Address) { a.Country = "" }, false},
		"partly told":        {func(a *recourse.Address) { a.Street, a.Postcode, a.Partial = "", "", true }, true},
	}
	for name, tt := range tests {
		a := full
		tt.change(&a)
		if a.Deliverable() != tt.want {
			t.Errorf("%s: deliverable %v", name, !tt.want)
		}
	}
	if !(*recourse.Address)(nil).Deliverable() {
		t.Error("an address that was not told is not wrong")
	}
}

// TestPaidFor: what was paid for each line, without a lost cent and never more than was paid in all.
func TestPaidFor(t *testing.T) {
	eur := func(n int64) recourse.Money { return recourse.Money{Minor: n, Currency: "EUR"} }
	lines := []recourse.Line{{Line: 1, Quantity: 2, Price: eur(2990)}, {Line: 2, Quantity: 1, Price: eur(990)}}
	tests := map[string]struct {
		order recourse.Order
		want  [2]int64
	}{
		"prices":           {recourse.Order{Lines: lines}, [2]int64{5980, 990}},
		"discount":         {recourse.Order{Lines: lines, Discount: eur(697)}, [2]int64{5382, 891}},
		"tax on top":       {recourse.Order{Lines: lines, Tax: eur(697), Paid: eur(7667)}, [2]int64{6578, 1089}},
		"tax inside":       {recourse.Order{Lines: lines, Tax: eur(697), Paid: eur(6970)}, [2]int64{5980, 990}},
		"shipping apart":   {recourse.Order{Lines: lines, Shipping: eur(500), Paid: eur(7470)}, [2]int64{5980, 990}},
		"paid less":        {recourse.Order{Lines: lines, Paid: eur(3485)}, [2]int64{2990, 495}},
		"foreign discount": {recourse.Order{Lines: lines, Discount: recourse.Money{Minor: 500, Currency: "USD"}}, [2]int64{5980, 990}},
	}
	for name, tt := range tests {
		if a, b := tt.order.PaidFor(1), tt.order.PaidFor(2); a.Minor != tt.want[0] || b.Minor != tt.want[1] {
			t.Errorf("%s: %s and %s, not %v", name, a, b, tt.want)
		}
	}
}

func TestQuestions(t *testing.T) {
	at := func(h int) time.Time { return time.Date(2026, 3, 2, h, 0, 0, 0, time.UTC) }
	var p recourse.Purchase
	p.Ask(at(3))
	p.Ask(at(1))
	p.Answer(at(2))
	if !p.AskedAt().Equal(at(3)) {
		t.Errorf("the answer of 2 h leaves the question of 3 h open, not %s", p.AskedAt())
	}
	p.Ask(at(1))
	if !p.AskedAt().Equal(at(3)) {
		t.Error("a question told again after its answer is open again")
	}
}

func TestScanKeepsTheNewest(t *testing.T) {
	at := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
	var p recourse.Parcel
	p.Scan(recourse.CustomsReleased, recourse.International, at(9))
	if p.Scan(recourse.CustomsHold, recourse.International, at(7)) || p.Status != recourse.CustomsReleased {
		t.Errorf("an older scan won: %s", p.Status)
	}
	if !p.ShippedAt.Equal(at(7)) || !p.ScannedAt.Equal(at(9)) {
		t.Errorf("handed over %s, last seen %s", p.ShippedAt, p.ScannedAt)
	}
}
