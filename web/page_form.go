package web

import (
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
	if !strings.ContainsFunc(s, func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }) {
		return recourse.ParseAmount(s, f.currency)
	}
	return recourse.ParseMoney(s)
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

// offers reads the listing that was found: none of it, and the answer is that there is none.
func (f form) offers() ([]recourse.Offer, error) {
	if _, asked := f.values["offers.supplier"]; !asked {
		return nil, nil
	}
	supplier := f.get("offers.supplier")
	if supplier == "" {
		return []recourse.Offer{}, nil
	}
	price, err := f.money("offers.price")
	o := recourse.Offer{Supplier: supplier, Price: price, Same: f.get("offers.same") != ""}
	o.Stock, _ = strconv.Atoi(f.get("offers.stock"))
	o.LeadDays, _ = strconv.Atoi(f.get("offers.lead_days"))
	return []recourse.Offer{o}, err
}

// address reads an address; nil where none was asked for.
func (f form) address() *recourse.Address {
	if _, asked := f.values["ship_to.street"]; !asked {
		return nil
	}
	return &recourse.Address{
		Name: f.get("ship_to.name"), Street: f.get("ship_to.street"), Postcode: f.get("ship_to.postcode"), City: f.get("ship_to.city"), Region: f.get("ship_to.region"),
		Country: strings.ToUpper(f.get("ship_to.country")), Phone: f.get("ship_to.phone"),
	}
}
