package text

import (
	"reflect"
	"strings"
	"time"

	"recourse"
)

// Variable is something that a message may name.
type Variable struct {
	Path   string // Order, Customs.Asks, Latest.At
	Kind   string // text, yes, date, money, days, duration, goods, day, country, party
	Insert string // what a message writes for it
}

// Variables lists all that a message may name, in the order of [Data]. What a playbook gives beside is under Vars.
func Variables() []Variable { return fieldsBelow("", reflect.TypeFor[Data]()) }

func fieldsBelow(above string, t reflect.Type) (out []Variable) {
	for f := range t.Fields() {
		path := above + f.Name
		switch reflect.Zero(f.Type).Interface().(type) {
		case map[string]Span:
		case recourse.Customs, Span:
			out = append(out, fieldsBelow(path+".", f.Type)...)
		default:
			kind := kindOf(path, f)
			out = append(out, Variable{path, kind, inserted(path, kind)})
		}
	}
	return out
}

// kindOf says what a variable is to a person. A few texts are something that a function can put into words.
func kindOf(path string, f reflect.StructField) string {
	switch reflect.Zero(f.Type).Interface().(type) {
	case bool:
		return "yes"
	case int:
		return "days"
	case time.Time:
		return "date"
	case recourse.Money:
		return "money"
	case []Goods:
		return "goods"
	}
	switch path {
	case "Customs.By":
		return "day"
	case "Customs.WhoPays", "To":
		return "party"
	case "Earliest.Text", "Latest.Text", "Window.Text":
		return "duration"
	}
	return "text"
}

func inserted(path, kind string) string {
	switch kind {
	case "text":
		return "{{." + path + "}}"
	case "yes":
		return "{{if ." + path + "}}…{{end}}"
	}
	return "{{" + kind + " ." + path + "}}"
}

// Written is what a message says for a variable, by its example.
func (l *Language) Written(v Variable, d Data) string {
	p := place(&d, strings.Split(v.Path, "."))
	if !p.IsValid() || p.IsZero() {
		return ""
	}
	switch x := p.Interface().(type) {
	case time.Time:
		return l.Date(x)
	case recourse.Money:
		return l.Money(x)
	case []Goods:
		return l.goods(x)
	case int:
		return l.Days(x)
	case string:
		switch v.Kind {
		case "day":
			return l.dayText(x)
		case "party":
			return l.Party(recourse.Party(x))
		case "duration":
			return l.Duration(x)
		}
		return x
	}
	return ""
}

// Example is data with something in nearly every field, in the words of the language: what a message looks like where
// much is known. Now is the day on which it would be written.
func (l *Language) Example(to recourse.Party, now time.Time) Data {
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	say := func(key string) string { return l.get("example." + key) }
	d := Data{
		To: string(to), Shop: say("shop"), ReturnTo: say("return_to"), Order: "1001", Ref: "1001-1",
		Goods:  []Goods{{Line: 1, SKU: "LAMP-BL", Title: say("goods"), Quantity: 2}, {Line: 2, SKU: "MUG-RD", Title: say("goods_too"), Quantity: 1}},
		Amount: recourse.Money{Minor: 5980, Currency: "EUR"}, Purchase: "TM-5500123", Supplier: "明亮灯具旗舰店", Cost: recourse.Money{Minor: 8000, Currency: "CNY"},
		ShipBy: day(-2), LateDays: 2, Parcel: "LP00123456CN", Tracking: "LP00123456CN", Carrier: "Yanwen", Shipped: true, ScannedAt: day(-1),
		Customs:   recourse.Customs{Asks: say("customs"), By: recourse.DateOf(day(10)).String(), WhoPays: "buyer"},
		Situation: "damaged_item", Since: day(-3), Reason: say("reason"), Text: say("text"), Offer: "similar", Choosing: true, ChooseBy: day(5), RefundAsked: true,
		ClaimAt: day(-1), VerdictAt: day(14), Due: day(7), AskedAt: day(-4), AnswerBy: day(3), Attached: true, Address: say("ship_to"),
		Earliest: Span{"10 business days CN", day(14)}, Latest: Span{"30 business days CN", day(42)}, Window: Span{"15 days", day(15)},
	}
	if to == recourse.PartyBuyer {
		d.Buyer, d.Link = say("buyer"), "https://shop.example/c/7Hq2"
	}
	d.Vars = map[string]Span{"earliest": d.Earliest, "latest": d.Latest, "window": d.Window, "reason": {Text: d.Reason}, "text": {Text: d.Text}}
	return d
}

// Sparse is the contrary: an order with goods, and little else that is known.
func (l *Language) Sparse(to recourse.Party, now time.Time) Data {
	full := l.Example(to, now)
	return Data{To: full.To, Order: full.Order, Goods: full.Goods[:1], Buyer: full.Buyer, Shop: full.Shop, Text: full.Text, Earliest: full.Earliest, Latest: full.Latest, Window: full.Window, Vars: full.Vars}
}
