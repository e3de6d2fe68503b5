package replay

import (
	"slices"
	"sort"
	"strconv"
	"time"

	"recourse"
	"recourse/sourcing"
)

// Market is where a replay looks for other offers: what was offered on a day, by others than the supplier that failed, and
// the ways by which it would come. It is asked by all workers at once.
type Market interface {
	// Offered gives candidates and their shipping lines. percent is what of a price that buyers paid a purchase costs; 0:
	// prices are as they stand.
	Offered(w sourcing.Want, not string, at time.Time, percent int) ([]sourcing.Candidate, []sourcing.Line)
	// Name and About tell it in the head of a report.
	Name() string
	About() string
}

// mostOffered bounds how many candidates are ranked for a line, as the desk does.
const mostOffered = 200

// mostLooked bounds how many sales are gone through for them, the newest first.
const mostLooked = 5000

// Sales are a book as a market: whoever sold the same product before the day offers it at the price of the last sale, and
// delivers in as many days as the middle one of their parcels took. Add every order, then Seal it.
type Sales struct {
	alike   bool
	skus    map[string][]sale // in order of time
	titles  map[string][]sale // where goods that are alike count as well
	sellers map[string]*seller
	all     seller
	count   int
}

// sale is a piece that was sold.
type sale struct {
	at     int64 // seconds
	seller *seller
	sku    string
	price  recourse.Money
	weight int
	size   recourse.Size
}

// seller is who sold, and how long their parcels took.
type seller struct {
	name      string
	lead, way []int // days of each parcel, until the book is sealed
	leadDays  int   // the middle one
	wayDays   int
}

// maxSales bounds what a market keeps: two million pieces are some 200 MiB.
const maxSales = 2_000_000

// NewSales begins a market. With alike, goods of the same title at another seller may stand in for each other, when one
// weighs at most a quarter more or less and costs at least half: a merchant would have to say so of each.
func NewSales(alike bool) *Sales {
	return &Sales{alike: alike, skus: map[string][]sale{}, titles: map[string][]sale{}, sellers: map[string]*seller{}}
}

// Add takes one order of the book; sales_many, of kind [recourse.TooLarge], where the book has more than can be kept.
func (s *Sales) Add(events []recourse.Event) error {
	at := slices.IndexFunc(events, func(e recourse.Event) bool { return e.Type == recourse.OrderPlaced })
	if at < 0 {
		return nil
	}
	order := &events[at]
	for i := range events {
		if ev := &events[i]; ev.Type == recourse.PurchasePlacedEvent && ev.Supplier != "" {
			who := s.seller(ev.Supplier)
			who.timed(events, ev)
			for _, p := range ev.Lines {
				s.sold(order, p.Line, who)
			}
		}
	}
	if s.count > maxSales {
		return &recourse.Error{Kind: recourse.TooLarge, Code: "sales_many", Field: "offers-from-book", Message: "the book has more than " + strconv.Itoa(maxSales) + " sales, too many to look for offers in", Hint: "give a list of offers, or a shorter book"}
	}
	return nil
}

func (s *Sales) seller(name string) *seller {
	who := s.sellers[name]
	if who == nil {
		who = &seller{name: name}
		s.sellers[name] = who
	}
	return who
}

func (s *Sales) sold(order *recourse.Event, line int, who *seller) {
	at := slices.IndexFunc(order.Items, func(l recourse.Line) bool { return l.Line == line })
	if at < 0 || order.Items[at].Price.Minor <= 0 {
		return
	}
	l := &order.Items[at]
	one := sale{at: order.Time.Unix(), seller: who, sku: l.SKU, price: l.Price, weight: l.WeightG, size: l.SizeMM}
	if l.SKU != "" {
		s.count++
		s.skus[l.SKU] = append(s.skus[l.SKU], one)
	}
	if s.alike && l.Title != "" {
		s.count++
		s.titles[l.Title] = append(s.titles[l.Title], one)
	}
}

// timed keeps how long a purchase's parcel took to be handed over, and from there to be delivered.
func (w *seller) timed(events []recourse.Event, purchase *recourse.Event) {
	var shipped, delivered time.Time
	for i := range events {
		switch ev := &events[i]; {
		case ev.Purchase != purchase.Purchase:
		case ev.Type == recourse.ParcelShipped:
			shipped = ev.Time
		case ev.Type == recourse.ParcelScanned && ev.Status == recourse.Delivered:
			delivered = ev.Time
		}
	}
	if !shipped.IsZero() && !shipped.Before(purchase.Time) {
		w.lead = append(w.lead, daysUp(shipped.Sub(purchase.Time)))
	}
	if !delivered.IsZero() && !shipped.IsZero() && !delivered.Before(shipped) {
		w.way = append(w.way, daysUp(delivered.Sub(shipped)))
	}
}

func daysUp(d time.Duration) int { return int((d + 24*time.Hour - 1) / (24 * time.Hour)) }

// Seal ends the adding: sales are put in order of time, and every seller gets the middle one of their days. A seller of whom
// nothing is known takes as long as the middle of all.
func (s *Sales) Seal() {
	for _, all := range []map[string][]sale{s.skus, s.titles} {
		for _, list := range all {
			slices.SortStableFunc(list, func(a, b sale) int { return int(max(-1, min(1, a.at-b.at))) })
		}
	}
	for _, w := range s.sellers {
		s.all.lead, s.all.way = append(s.all.lead, w.lead...), append(s.all.way, w.way...)
	}
	s.all.middle(seller{})
	for _, w := range s.sellers {
		w.middle(s.all)
	}
}

func (w *seller) middle(otherwise seller) {
	w.leadDays, w.wayDays = middle(w.lead, otherwise.leadDays), middle(w.way, otherwise.wayDays)
	w.lead, w.way = nil, nil
}

// middle is the median, the lower of two.
func middle(days []int, otherwise int) int {
	if len(days) == 0 {
		return otherwise
	}
	slices.Sort(days)
	return days[(len(days)-1)/2]
}

// Name implements [Market].
func (s *Sales) Name() string {
	if s.alike {
		return "from the book, also alike"
	}
	return "from the book"
}

// About implements [Market].
func (s *Sales) About() string {
	about := "what another seller sold before that day is offered at the price of their last sale, in stock, and takes as long as the middle one of their parcels"
	if s.alike {
		about += "; goods of the same title, at most a quarter lighter or heavier and not below half the price, are offered as similar"
	}
	return about
}

// Offered implements [Market].
func (s *Sales) Offered(w sourcing.Want, not string, at time.Time, percent int) (out []sourcing.Candidate, lines []sourcing.Line) {
	f := finder{want: w, not: not, at: at, percent: percent, seen: map[sold]bool{}}
	f.from(s.skus[w.SKU], func(*sale) bool { return true }, sourcing.LinkNone)
	if s.alike {
		f.from(s.titles[w.Title], func(x *sale) bool { return alike(x, &w) }, sourcing.LinkSimilar)
	}
	return f.out, f.lines
}

// alike says that a sale may stand in for what is wanted.
func alike(x *sale, w *sourcing.Want) bool {
	return x.weight > 0 && w.WeightG > 0 && 4*max(x.weight-w.WeightG, w.WeightG-x.weight) <= w.WeightG &&
		x.price.Currency == w.Sold.Currency && 2*x.price.Minor >= w.Sold.Minor
}

// sold is what only the last sale of counts.
type sold struct {
	seller *seller
	sku    string
}

// finder gathers candidates out of sales, the newest first.
type finder struct {
	want    sourcing.Want
	not     string
	at      time.Time
	percent int
	seen    map[sold]bool
	out     []sourcing.Candidate
	lines   []sourcing.Line
}

func (f *finder) from(all []sale, fits func(*sale) bool, link sourcing.Link) {
	before := f.at.Unix()
	last := sort.Search(len(all), func(i int) bool { return all[i].at >= before })
	for i := last - 1; i >= max(0, last-mostLooked) && len(f.out) < mostOffered; i-- {
		x := &all[i]
		k := sold{x.seller, x.sku}
		if x.seller.name == f.not || f.seen[k] {
			continue
		}
		f.seen[k] = true
		if fits(x) {
			f.offer(x, link)
		}
	}
}

// offer makes a candidate of a sale. It is taken to be in stock, and comes by its seller's own way, whatever it weighs.
func (f *finder) offer(x *sale, link sourcing.Link) {
	price := x.price
	if f.percent > 0 {
		var err error
		if price, err = price.Scale(int64(f.percent), 100); err != nil {
			return
		}
	}
	line := x.seller.name
	f.lines = append(f.lines, sourcing.Line{ID: line, Name: line, Countries: []string{"*"}, DaysFrom: x.seller.wayDays, DaysTo: max(1, x.seller.wayDays)})
	f.out = append(f.out, sourcing.Candidate{
		Offer: recourse.Offer{Supplier: x.seller.name, SKU: x.sku, Price: price, Stock: 5 * max(1, f.want.Pieces), LeadDays: x.seller.leadDays, WeightG: x.weight, SizeMM: x.size},
		ID:    x.sku, Title: f.want.Title, Link: link, Line: line, SeenAt: time.Unix(x.at, 0),
	})
}
