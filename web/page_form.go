package web

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"recourse"
)

// maxForm bounds what a form may hold; the longest note fits many times.
const maxForm = 64 << 10

// deskSource is who says what people tell on the desk's pages.
const deskSource = "desk"

// form reads what somebody filled in. Which fields there are was the page's to say; what is left empty was not told.
type form struct {
	values   url.Values
	zone     *time.Location // of the times that they wrote
	currency recourse.Currency
	lines    []recourse.Pieces // of the case that is told something
}

func (f form) get(name string) string { return strings.TrimSpace(f.values.Get(name)) }

// event is the fact that the form tells.
func (f form) event() (ev recourse.Event, err error) {
	ev = recourse.Event{Source: deskSource, ID: f.get("once"), Type: recourse.EventType(f.get("event"))}
	ev.Data = recourse.Data{
		Purchase: f.get("purchase"), Parcel: f.get("parcel"), Supplier: f.get("supplier"), Carrier: f.get("carrier"), Tracking: f.get("tracking"), Place: f.get("place"),
		Leg: recourse.Leg(f.get("leg")), Status: recourse.ParcelStatus(f.get("status")), Problem: f.get("problem"), Kind: f.get("kind"), Text: f.get("text"), Reason: f.get("reason"),
		Remedy: recourse.Remedy(f.get("remedy")), By: recourse.Party(f.get("by")), Confirmed: f.get("confirmed") != "",
	}
	if ev.Amount, err = f.money("amount"); err != nil {
		return ev, err
	}
	if ev.Cost, err = f.money("cost"); err != nil {
		return ev, err
	}
	if ev.ShipBy, err = f.moment("ship_by"); err != nil {
		return ev, err
	}
	if ev.Due, err = f.moment("due"); err != nil {
		return ev, err
	}
	if ev.Offers, err = f.offers(); err != nil {
		return ev, err
	}
	if ev.Lines, err = f.pieces(f.lines); err != nil {
		return ev, err
	}
	ev.ShipTo = f.address()
	return ev, f.carried(&ev)
}

// carried refuses a field that events of the type do not carry: no page asks for it.
func (f form) carried(ev *recourse.Event) error {
	if ev.Type == recourse.RemedyChosen && ev.By == "" {
		ev.By = recourse.PartyMerchant
	}
	if ev.Type.OfEffect() {
		return &recourse.Error{Kind: recourse.Invalid, Code: "event_type", Field: "event", Message: "what became of an act is told of the act"}
	}
	return ev.Check()
}

// money reads an amount as people write it: with a comma or a point, and with a currency where it is not the order's.
func (f form) money(name string) (recourse.Money, error) {
	s := f.get(name)
	if s == "" {
		return recourse.Money{}, nil
	}
	if strings.Count(s, ",") == 1 && !strings.Contains(s, ".") {
		s = strings.Replace(s, ",", ".", 1)
	}
	m, err := recourse.Money{}, error(nil)
	if strings.ContainsFunc(s, func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }) {
		m, err = recourse.ParseMoney(s)
	} else {
		m, err = recourse.ParseAmount(s, f.currency)
	}
	return m, beside(name, err)
}

// beside is an error that belongs to a field of the form.
func beside(field string, err error) error {
	var own *recourse.Error
	if err == nil || !errors.As(err, &own) {
		return err
	}
	placed := *own
	placed.Field = field
	return &placed
}

// moment reads a day and a time on the shop's clock.
func (f form) moment(name string) (time.Time, error) {
	s := f.get(name)
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, f.zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, &recourse.Error{Kind: recourse.Invalid, Code: "time_malformed", Field: name, Message: `"` + recourse.Shorten(s, 40) + `" is not a time`, Hint: "write 2026-03-02T10:00"}
}

// offers reads the listings that were found: none of them, and the answer is that there is none.
func (f form) offers() ([]recourse.Offer, error) {
	if _, asked := f.values["offers.0.supplier"]; !asked {
		return nil, nil
	}
	all := []recourse.Offer{}
	for i := range mostOffers {
		at := "offers." + strconv.Itoa(i) + "."
		o := recourse.Offer{Supplier: f.get(at + "supplier"), Same: f.get(at+"same") != ""}
		var err error
		if o.Price, err = f.money(at + "price"); err != nil {
			return nil, err
		}
		if o.Stock, err = f.number(at + "stock"); err != nil {
			return nil, err
		}
		if o.LeadDays, err = f.number(at + "lead_days"); err != nil {
			return nil, err
		}
		switch {
		case o == recourse.Offer{}, o == recourse.Offer{Same: true}:
		case o.Supplier == "":
			return nil, &recourse.Error{Kind: recourse.Invalid, Code: "offer_supplier", Field: at + "supplier", Message: "an offer has a supplier"}
		default:
			all = append(all, o)
		}
	}
	return all, nil
}

// mostOffers bounds how many a form may hold.
const mostOffers = 10

// mostFigure bounds a number in a form.
const mostFigure = 1_000_000

// number reads a whole number; 0 where none is written.
func (f form) number(name string) (int, error) {
	s := f.get(name)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > mostFigure {
		return 0, &recourse.Error{Kind: recourse.Invalid, Code: "number_malformed", Field: name, Message: `"` + recourse.Shorten(s, 40) + `" is not a whole number`}
	}
	return n, nil
}

// pieces reads how many of each line are meant; nil where none was asked for, or all of those that could be.
func (f form) pieces(all []recourse.Pieces) (out []recourse.Pieces, err error) {
	same, asked := true, false
	for _, p := range all {
		name := "lines." + strconv.Itoa(p.Line)
		if _, there := f.values[name]; !there {
			continue
		}
		asked = true
		n, err := f.number(name)
		if err != nil {
			return nil, err
		}
		if n > p.Quantity {
			return nil, &recourse.Error{Kind: recourse.Invalid, Code: "pieces_many", Field: name, Message: "there are no more than " + strconv.Itoa(p.Quantity) + " pieces"}
		}
		same = same && n == p.Quantity
		if n > 0 {
			out = append(out, recourse.Pieces{Line: p.Line, Quantity: n})
		}
	}
	if asked && len(out) == 0 {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "pieces_none", Field: "lines", Message: "no piece is meant: say how many"}
	}
	if same {
		return nil, nil
	}
	return out, nil
}

// address reads an address; nil where none was asked for.
func (f form) address() *recourse.Address {
	if _, asked := f.values["ship_to.street"]; !asked {
		return nil
	}
	return &recourse.Address{
		Name: f.get("ship_to.name"), Street: f.get("ship_to.street"), Postcode: f.get("ship_to.postcode"), City: f.get("ship_to.city"), Region: f.get("ship_to.region"),
		Country: strings.ToUpper(f.get("ship_to.country")), Phone: f.get("ship_to.phone"), TaxID: f.get("ship_to.tax_id"),
	}
}
