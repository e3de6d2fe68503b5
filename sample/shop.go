package sample

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"recourse"
)

// ShopName is the name of the shop whose facts [Shop] gives.
const ShopName = "Atelier Lune"

// Shop is what happened in a small shop until now, fact by fact in the order of time: some fifty orders of people in
// eight countries, bought at eight suppliers, healthy ones and every trouble of the trade, at different points of
// their ways. Some of it happened an hour ago, some months ago, and much is due in the next hours and days.
//
// It says what happened and never what follows. Who tells it to a desk, and lets time pass in between, sees the
// playbook decide: nothing about a case is made up here, so that a demonstration cannot show what the program does not
// do.
//
// The same now gives the same facts.
func Shop(now time.Time) []recourse.Event {
	now = now.UTC().Truncate(time.Second)
	told := slices.Clone(stories)
	slices.SortStableFunc(told, func(a, b story) int { return cmp.Compare(b.placed, a.placed) })
	var events []recourse.Event
	for i := range told {
		s := newSale(now, firstSale+i, &told[i])
		told[i].tell(s)
		events = append(events, s.events...)
	}
	slices.SortStableFunc(events, func(a, b recourse.Event) int { return a.Time.Compare(b.Time) })
	return events
}

// firstSale is the number of the oldest order.
const firstSale = 2101

// story is one order: who bought what, how long ago, and what happened then. Whatever a story says of time is how long
// ago it was.
type story struct {
	placed time.Duration
	who    *person
	goods  []sold
	tell   func(*sale)
}

// sold is some pieces of a ware.
type sold struct {
	ware   *ware
	pieces int
}

// sale is an order while its story is told.
type sale struct {
	now      time.Time
	number   string
	rand     *rand.Rand // numbers of purchases and parcels; the order's own, so that one story does not change another
	events   []recourse.Event
	story    *story
	bought   []bought
	of       int // the purchase that is spoken of
	shift    time.Duration
	reorders int
}

// bought is a purchase with the parcel that it is to come in.
type bought struct {
	id, parcel, carrier, tracking string
	leg                           recourse.Leg
}

// The systems and people that facts come from.
const (
	fromShop    = "shopify"
	fromAgent   = "dsers"
	fromTracker = "17track"
	fromBuyer   = "case-page"
	fromDesk    = "desk"
	fromBank    = "stripe"
)

// newSale begins an order: it is placed.
func newSale(now time.Time, number int, st *story) *sale {
	s := &sale{now: now, number: strconv.Itoa(number), story: st, rand: rand.New(rand.NewPCG(uint64(number), 0x6c756e65))}
	s.shift = time.Duration(s.rand.IntN(9)) * time.Hour
	d := recourse.Data{Channel: fromShop, Buyer: &recourse.Buyer{Name: st.who.name, Email: st.who.mail, Locale: st.who.locale}, ShipTo: st.who.address()}
	for i, g := range st.goods {
		price := g.ware.in(st.who.currency)
		d.Items = append(d.Items, recourse.Line{Line: i + 1, SKU: g.ware.sku, Title: g.ware.title, Quantity: g.pieces, Price: price, WeightG: g.ware.grams, SizeMM: g.ware.size})
		d.Paid.Currency = price.Currency
		d.Paid.Minor += price.Minor * int64(g.pieces)
	}
	if st.who.currency == "EUR" && d.Paid.Minor < 5000 {
		d.Shipping = recourse.Money{Minor: 490, Currency: "EUR"}
		d.Paid.Minor += d.Shipping.Minor
	}
	s.say(st.placed, fromShop, recourse.OrderPlaced, d)
	return s
}

// say tells a fact.
func (s *sale) say(ago time.Duration, source string, t recourse.EventType, d recourse.Data) {
	d.Order = s.number
	s.events = append(s.events, recourse.Event{Source: source, ID: fmt.Sprintf("%s:%s:%d", s.number, t, len(s.events)+1), Type: t, Time: s.when(ago), Data: d})
}

// settled is how long ago nothing that is open now depends on the hour any more.
const settled = 11 * day

// when is the instant so long ago, give or take some minutes where the story counts in hours: nothing in the world
// happens on the hour. What is long past is moved by the order's own hours as well, which keeps it in order.
func (s *sale) when(ago time.Duration) time.Time {
	if ago >= settled {
		ago += s.shift
	}
	if ago%time.Hour == 0 && ago > 12*time.Hour {
		ago += time.Duration(s.rand.IntN(50*60)-25*60) * time.Second
	}
	return s.now.Add(-ago)
}

// buys places a purchase at each supplier of the order's goods; they promise to ship in so many days.
func (s *sale) buys(ago time.Duration, days int) *sale {
	byShop, placed := map[*shop]int{}, s.now.Add(-ago)
	var all []recourse.Data
	for i, g := range s.story.goods {
		at, known := byShop[g.ware.shop]
		if !known {
			at = len(all)
			byShop[g.ware.shop] = at
			all = append(all, recourse.Data{Purchase: s.purchaseNumber(), Supplier: g.ware.shop.name, ShipFrom: "CN", Leg: recourse.Domestic,
				ShipBy: placed.Add(time.Duration(days) * day), Cost: recourse.Money{Currency: "CNY"}})
		}
		all[at].Lines = append(all[at].Lines, recourse.Pieces{Line: i + 1, Quantity: g.pieces})
		all[at].Cost.Minor += int64(g.ware.cost * g.pieces)
	}
	for _, d := range all {
		s.bought = append(s.bought, bought{id: d.Purchase})
		s.say(ago, fromAgent, recourse.PurchasePlacedEvent, d)
	}
	return s
}

// purchaseNumber is one as Tmall gives them, of nineteen digits.
func (s *sale) purchaseNumber() string {
	return "41" + strconv.Itoa(10_000_000_000_000_000+s.rand.IntN(90_000_000_000_000_000))
}

// purchase speaks of the n-th purchase, from 1, from here on.
func (s *sale) purchase(n int) *sale {
	s.of = n - 1
	return s
}

func (s *sale) it() *bought { return &s.bought[s.of] }

// ships hands the purchase's parcel over, on a leg.
func (s *sale) ships(ago time.Duration, leg recourse.Leg) *sale {
	b := s.it()
	c := carriers[s.rand.IntN(len(carriers))]
	b.carrier, b.tracking, b.leg = c.name, fmt.Sprintf(c.number, s.rand.IntN(1_000_000_000)), leg
	b.parcel = b.tracking
	s.say(ago, fromAgent, recourse.ParcelShipped, recourse.Data{Purchase: b.id, Parcel: b.parcel, Carrier: b.carrier, Tracking: b.tracking, Leg: leg})
	return s
}

// flies takes the parcel over a border.
func (s *sale) flies(ago time.Duration, place string) *sale {
	s.it().leg = recourse.International
	return s.scan(ago, recourse.InTransit, place, nil)
}

// scan is a checkpoint of the parcel.
func (s *sale) scan(ago time.Duration, status recourse.ParcelStatus, place string, customs *recourse.Customs) *sale {
	b := s.it()
	s.say(ago, fromTracker, recourse.ParcelScanned, recourse.Data{Purchase: b.id, Parcel: b.parcel, Status: status, Leg: b.leg, Place: place, Customs: customs})
	return s
}

// arrives brings the parcel to the buyer, by way of the warehouse and the border, in some days.
func (s *sale) arrives(ago time.Duration, days int) *sale {
	way := time.Duration(days) * day
	s.ships(ago+way, recourse.Domestic).scan(ago+way*4/5, recourse.Delivered, "Yiwu warehouse", nil)
	return s.flies(ago+way*3/5, "Hangzhou HGH").scan(ago+way/5, recourse.OutForDelivery, s.story.who.city, nil).scan(ago, recourse.Delivered, s.story.who.city, nil)
}

// agent tells of the purchase: that it failed, was cancelled, or its money came back.
func (s *sale) agent(ago time.Duration, t recourse.EventType, reason string) *sale {
	s.say(ago, fromAgent, t, recourse.Data{Purchase: s.it().id, Reason: reason})
	return s
}

// asks puts a question to the supplier; answers is the answer.
func (s *sale) asks(ago time.Duration, words string) *sale {
	s.say(ago, fromDesk, recourse.SupplierContacted, recourse.Data{Purchase: s.it().id, Text: words})
	return s
}

func (s *sale) answers(ago time.Duration, words string) *sale {
	s.say(ago, fromAgent, recourse.SupplierReplied, recourse.Data{Purchase: s.it().id, Text: words})
	return s
}

// reports is the buyer's complaint about a line.
func (s *sale) reports(ago time.Duration, problem string, line int, words string) *sale {
	s.say(ago, fromBuyer, recourse.ProblemReported, recourse.Data{Problem: problem, Lines: []recourse.Pieces{{Line: line}}, Text: words})
	return s
}

// shows is the buyer's photo or video.
func (s *sale) shows(ago time.Duration, kind, words string) *sale {
	s.say(ago, fromBuyer, recourse.EvidenceReceived, recourse.Data{Kind: kind, Text: words})
	return s
}

// verdict is the marketplace's, by the agent.
func (s *sale) verdict(ago time.Duration, t recourse.EventType, reason string) *sale {
	s.say(ago, fromAgent, t, recourse.Data{Reason: reason})
	return s
}

// cancels is the buyer's change of mind.
func (s *sale) cancels(ago time.Duration, reason string) *sale {
	s.say(ago, fromShop, recourse.OrderCancelRequested, recourse.Data{Reason: reason})
	return s
}

// moved says that the address is wrong; to is the right one, nil where nobody knows it.
func (s *sale) moved(ago time.Duration, reason string, to *recourse.Address) *sale {
	s.say(ago, fromBuyer, recourse.OrderAddressWrong, recourse.Data{Reason: reason, ShipTo: to})
	return s
}

// stopped is the answer to an interception.
func (s *sale) stopped(ago time.Duration, t recourse.EventType, reason string) *sale {
	s.say(ago, fromAgent, t, recourse.Data{Purchase: s.it().id, Parcel: s.it().parcel, Reason: reason})
	return s
}

// offers are other listings of the first ware, each so many percent dearer than it was; the first is the same item.
func (s *sale) offers(ago time.Duration, dearer ...int) *sale {
	g := s.story.goods[0]
	offers := []recourse.Offer{}
	for i, percent := range dearer {
		offers = append(offers, recourse.Offer{Supplier: shops[(i+5)%len(shops)].name, SKU: g.ware.sku + "-" + string(rune('A'+i)), Same: i == 0, Stock: 18 + 7*i, LeadDays: 2 + i,
			Price: recourse.Money{Minor: int64(g.ware.cost * (100 + percent) / 100), Currency: "CNY"}, WeightG: g.ware.grams, SizeMM: g.ware.size})
	}
	s.say(ago, fromDesk, recourse.OffersFound, recourse.Data{Offers: offers})
	return s
}

// chooses is a person's choice of a remedy.
func (s *sale) chooses(ago time.Duration, by recourse.Party, r recourse.Remedy) *sale {
	source := fromDesk
	if by == recourse.PartyBuyer {
		source = fromBuyer
	}
	s.say(ago, source, recourse.RemedyChosen, recourse.Data{Remedy: r, By: by})
	return s
}

// again buys the goods at another supplier, and speaks of that purchase from here on.
func (s *sale) again(ago time.Duration, days int) *sale {
	s.reorders++
	g := s.story.goods[0]
	id := s.purchaseNumber()
	s.bought = append(s.bought, bought{id: id})
	s.say(ago, fromAgent, recourse.PurchasePlacedEvent, recourse.Data{Purchase: id, Supplier: shops[(4+s.reorders)%len(shops)].name, ShipFrom: "CN", Leg: recourse.Domestic,
		Lines: []recourse.Pieces{{Line: 1, Quantity: g.pieces}}, ShipBy: s.now.Add(-ago).Add(time.Duration(days) * day), Cost: recourse.Money{Minor: int64(g.ware.cost * g.pieces * 108 / 100), Currency: "CNY"}})
	return s.purchase(len(s.bought))
}

// replaces sends the goods out once more.
func (s *sale) replaces(ago time.Duration) *sale {
	c := carriers[s.rand.IntN(len(carriers))]
	tracking := fmt.Sprintf(c.number, s.rand.IntN(1_000_000_000))
	s.say(ago, fromAgent, recourse.ReplacementShipped, recourse.Data{Parcel: tracking, Carrier: c.name, Tracking: tracking, Leg: recourse.International})
	return s
}

// money is news of the refund.
func (s *sale) money(ago time.Duration, t recourse.EventType, reason string) *sale {
	s.say(ago, fromBank, t, recourse.Data{Reason: reason})
	return s
}

// refunded is a refund on its whole way: sent, and an hour later there.
func (s *sale) refunded(ago time.Duration) *sale {
	return s.money(ago+time.Hour, recourse.RefundSentNow, "").money(ago, recourse.RefundSucceeded, "")
}
