package decide_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse"
	"recourse/decide"
	"recourse/ledger"
	"recourse/playbook"
)

// worst is a world that does its worst with one order: acts are carried out twice or never, money leaves by other doors, the
// order is told again with other lines, people click on whatever is there, and everything may come twice.
//
// It draws each fact by what the file says at that moment, so that news of refunds names refunds that there are.
type worst struct {
	t       *rapid.T
	decider *decide.Decider
	file    *recourse.OrderFile
	now     time.Time
	told    []*recourse.Event
	n       int
	careful bool // nobody ever confirms
	lines   int

	confirmed bool             // a person of the merchant confirmed
	most      int64            // the highest total that the order was ever told to have brought
	cost      map[string]int64 // of each purchase, the highest told
	decided   map[string]int64 // the acts, with the amount of each
}

func newWorst(t *rapid.T) *worst {
	h := drawPolicy(t, careless())
	return &worst{t: t, decider: decide.New(h), file: &recourse.OrderFile{Order: recourse.Order{ID: "1001"}}, now: time.Date(2026, 2, 2, 2, 0, 0, 0, time.UTC),
		careful: rapid.Bool().Draw(t, "nobody confirms"), lines: rapid.IntRange(1, 3).Draw(t, "lines"), cost: map[string]int64{}, decided: map[string]int64{}}
}

func (s *worst) pick(label string, all ...string) string { return pick(s.t, all, label) }

func (s *worst) amount() recourse.Money {
	all := []recourse.Money{{}, eur(1), eur(100), eur(1000), eur(99_999), {Minor: 500, Currency: "USD"}}
	for _, r := range s.file.Refunds {
		all = append(all, r.Amount, eur(r.Amount.Minor+1), eur(r.Amount.Minor/2))
	}
	all = append(all, eur(brought(&s.file.Order)))
	return pick(s.t, all, "amount")
}

func (s *worst) some(chance int, label string) bool {
	return rapid.IntRange(1, chance).Draw(s.t, label) == 1
}

func (s *worst) pieces() []recourse.Pieces {
	if s.some(2, "all lines") {
		return nil
	}
	return []recourse.Pieces{{Line: rapid.IntRange(1, s.lines).Draw(s.t, "line"), Quantity: rapid.IntRange(0, 3).Draw(s.t, "pieces")}}
}

// caseID is a case of the file, or none.
func (s *worst) caseID() string {
	all := []string{"", ""}
	for _, c := range s.file.Cases {
		all = append(all, c.ID)
	}
	return pick(s.t, all, "case")
}

func (s *worst) refundID() string {
	all := []string{"1001-1/99"}
	for _, r := range s.file.Refunds {
		all = append(all, r.ID, r.ID)
	}
	return pick(s.t, all, "refund")
}

// order is the order as it may be told: with other pieces, prices, and totals each time.
func (s *worst) order() *recourse.Event {
	e := &recourse.Event{Type: recourse.OrderPlaced}
	lines := s.lines
	if len(s.told) > 0 {
		lines = rapid.IntRange(1, 3).Draw(s.t, "lines told")
	}
	for i := range lines {
		e.Items = append(e.Items, recourse.Line{Line: i + 1, SKU: "A", Quantity: rapid.IntRange(1, 3).Draw(s.t, "quantity"), Price: eur(int64(rapid.IntRange(0, 5000).Draw(s.t, "price")))})
	}
	e.ShipTo = &recourse.Address{Country: "FR", City: "Lyon", Postcode: "69003", Street: "12 rue Garibaldi"}
	e.Discount = eur(int64(rapid.IntRange(0, 500).Draw(s.t, "discount")))
	e.Shipping = eur(int64(rapid.IntRange(0, 500).Draw(s.t, "shipping")))
	if s.some(3, "paid is told") {
		e.Paid = eur(int64(rapid.IntRange(1, 9000).Draw(s.t, "paid")))
	}
	return e
}

// next is the next thing that happens.
func (s *worst) next() *recourse.Event {
	if s.n == 0 {
		return s.order()
	}
	if len(s.told) > 1 && s.some(8, "again") {
		return pick(s.t, s.told, "which again")
	}
	e := &recourse.Event{}
	switch s.pick("what", "buy", "buy", "fails", "fails", "problem", "cancel", "choose", "choose", "choose", "choose", "act", "act", "act", "act", "act", "news", "news", "outside", "edited", "dispute", "settled", "verdict", "evidence", "recovered", "sent again", "offers", "scan", "wait") {
	case "buy":
		e.Type, e.Purchase, e.Lines = recourse.PurchasePlacedEvent, s.pick("purchase", "T-1", "T-1", "T-2"), s.pieces()
		e.Supplier, e.Cost, e.ShipFrom = s.pick("supplier", "hangzhou", "hangzhou", "ningbo"), cny(int64(rapid.IntRange(0, 9000).Draw(s.t, "cost"))), "CN"
		e.ShipBy = s.now.Add(48 * time.Hour)
	case "fails":
		e.Type = pick(s.t, []recourse.EventType{recourse.PurchaseOutOfStockNow, recourse.PurchaseOversizedNow, recourse.PurchaseCancelledNow}, "how")
		e.Purchase, e.Lines = s.pick("purchase", "T-1", "T-2"), s.pieces()
	case "problem":
		e.Type, e.Lines, e.Problem = recourse.ProblemReported, s.pieces(), s.pick("problem", "wrong_item", "missing_item", "damaged_item", "not_received")
	case "evidence":
		e.Type, e.Lines, e.Kind = recourse.EvidenceReceived, s.pieces(), "photo"
	case "cancel":
		e.Type, e.Lines = recourse.OrderCancelRequested, s.pieces()
	case "choose":
		e.Type, e.Case, e.Remedy = recourse.RemedyChosen, s.caseID(), pick(s.t, recourse.Remedies, "remedy")
		e.By = pick(s.t, []recourse.Party{recourse.PartyBuyer, recourse.PartyMerchant, recourse.PartyMerchant}, "by")
		e.Confirmed = (!s.careful || e.By == recourse.PartyBuyer) && s.some(3, "confirmed")
	case "act":
		e.Type = pick(s.t, []recourse.EventType{recourse.EffectApproved, recourse.EffectRejected, recourse.EffectRecalled, recourse.EffectStarted, recourse.EffectPostponed, recourse.EffectUnknown, recourse.EffectDone, recourse.EffectFailed}, "act")
		e.Effect = s.refundID()
	case "news":
		e.Type = pick(s.t, []recourse.EventType{recourse.RefundSentNow, recourse.RefundSucceeded, recourse.RefundFailedNow, recourse.RefundRejectedNow, recourse.RefundWithdrawnNow}, "news")
		e.Effect, e.Amount = s.refundID(), s.amount()
	case "outside":
		e.Type = pick(s.t, []recourse.EventType{recourse.RefundSentNow, recourse.RefundSucceeded, recourse.RefundSucceeded, recourse.RefundFailedNow}, "news")
		e.Amount, e.Lines, e.Case = s.amount(), s.pieces(), s.caseID()
	case "edited":
		e = s.order()
	case "dispute":
		e.Type, e.Lines, e.Amount = recourse.DisputeOpened, s.pieces(), s.amount()
		e.Due = s.now.AddDate(0, 0, 7)
	case "settled":
		e.Type = pick(s.t, []recourse.EventType{recourse.DisputeWon, recourse.DisputeLost}, "how")
	case "verdict":
		e.Type = pick(s.t, []recourse.EventType{recourse.ClaimApprovedNow, recourse.ClaimDeniedNow}, "verdict")
		e.Case = s.caseID()
	case "recovered":
		e.Type = pick(s.t, []recourse.EventType{recourse.RecoveryReceivedNow, recourse.RecoveryReceivedNow, recourse.RecoveryDeniedNow, recourse.RecoveryWrittenOffNow}, "recovery")
		e.Purchase = s.pick("purchase", "T-1", "T-2")
		e.Amount = pick(s.t, []recourse.Money{{}, cny(1), cny(3000), cny(90_000), eur(700)}, "recovered")
	case "sent again":
		e.Type, e.Case, e.Parcel = recourse.ReplacementShipped, s.caseID(), s.pick("parcel", "P-8", "P-9")
	case "offers":
		e.Type = recourse.OffersFound
		e.Offers = []recourse.Offer{{Supplier: "ningbo", SKU: "N", Same: rapid.Bool().Draw(s.t, "same"), Price: cny(int64(rapid.IntRange(1, 12000).Draw(s.t, "offer"))), Stock: 9}}
	case "scan":
		e.Type, e.Parcel, e.Purchase = recourse.ParcelScanned, s.pick("parcel", "P-1", "P-2"), s.pick("purchase", "T-1", "T-2", "")
		e.Status = pick(s.t, []recourse.ParcelStatus{recourse.InTransit, recourse.Delivered, recourse.Lost, recourse.Returned}, "status")
		e.Leg = recourse.International
	default:
		return nil
	}
	return e
}

// run lets so many things happen, some of them at the same instant, and looks at each decision.
func (s *worst) run() {
	for range rapid.IntRange(5, 40).Draw(s.t, "things") {
		e := s.next()
		until := s.now.Add(time.Duration(pick(s.t, []int{0, 0, 0, 1, 12, 49, 96, 200, 800}, "hours")) * time.Hour)
		for range 300 {
			if s.file.Due.IsZero() || s.file.Due.After(until) {
				break
			}
			s.now = later(s.now, s.file.Due)
			s.look(nil, s.decider.Due(s.file, s.now))
		}
		s.now = until
		if e == nil {
			continue
		}
		if e.ID == "" {
			s.n++
			e.Source, e.ID, e.Order = "test", fmt.Sprintf("e%d", s.n), "1001"
			s.told = append(s.told, e)
		}
		s.t.Logf("%s %s %s case=%s effect=%s purchase=%s lines=%v amount=%s remedy=%s by=%s confirmed=%v items=%v paid=%s", s.now.Format("01-02 15:04"), e.ID, e.Type, e.Case, e.Effect, e.Purchase, e.Lines, e.Amount, e.Remedy, e.By, e.Confirmed, e.Items, e.Paid)
		s.confirmed = s.confirmed || e.Confirmed && e.By != recourse.PartyBuyer
		if e.Type == recourse.PurchasePlacedEvent {
			s.cost[e.Purchase] = max(s.cost[e.Purchase], e.Cost.Minor)
		}
		s.look(e, s.decider.Event(s.file, e, s.now))
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// brought is what an order brought in all, as far as it is told.
func brought(o *recourse.Order) int64 {
	if o.Paid.Minor > 0 {
		return o.Paid.Minor
	}
	n := o.Shipping.Minor
	for _, l := range o.Lines {
		n += o.PaidFor(l.Line).Minor
	}
	return n
}

// look holds a decision to what may never be.
func (s *worst) look(e *recourse.Event, d decide.Decision) {
	if d.Duplicate {
		return
	}
	before := s.file
	s.file = d.File
	s.most = max(s.most, brought(&d.File.Order))
	for _, r := range d.Effects {
		if _, twice := s.decided[r.ID]; twice {
			s.t.Fatalf("the act %s was decided twice", r.ID)
		}
		s.decided[r.ID] = r.Amount.Minor
	}
	s.money()
	s.waiting()
	s.goods()
	s.acts(d)
	s.recoveries()
	if e != nil && e.Type == recourse.RecoveryReceivedNow {
		s.nothingLost(before, e)
	}
	if is := ledger.Of(d.File); !ledger.Balanced(is) {
		s.t.Fatalf("the books do not balance: %+v", is)
	}
}

// money: what we sent ourselves is never more than the order ever brought.
func (s *worst) money() {
	var ours int64
	for _, r := range s.file.Refunds {
		if r.Amount.Minor < 0 {
			s.t.Fatalf("a refund of %s", r.Amount)
		}
		if asked, of := s.decided[r.ID]; of && !r.Outside && !r.Disputed && (r.Status == recourse.RefundSent || r.Status == recourse.RefundDone) {
			ours += min(asked, r.Amount.Minor) // less, where less was paid
		}
	}
	if ours > s.most {
		s.t.Fatalf("%d were sent, and the order never brought more than %d", ours, s.most)
	}
}

// waiting: what waits in the house to be sent fits what is left, of each line and of the whole order, beside all that left by
// whatever door.
func (s *worst) waiting() {
	o := &s.file.Order
	var waits, active int64
	for _, r := range s.file.Refunds {
		if r.Status.Active() && r.Amount.Currency == "EUR" {
			active += r.Amount.Minor
			if r.Status == recourse.RefundRequested {
				waits += r.Amount.Minor
			}
		}
	}
	if limit := brought(o); waits > 0 && active > limit {
		s.t.Fatalf("%d are refunded or about to be, of %d that the order brought, and %d of them still wait in the house", active, limit, waits)
	}
	for _, l := range o.Lines {
		waits, active := 0, 0
		for _, r := range s.file.Refunds {
			if n := recourse.Count(r.Lines, l.Line); n > 0 && r.Status.Active() {
				active += n
				if r.Status == recourse.RefundRequested {
					waits += n
				}
			}
		}
		if waits > 0 && active > l.Quantity {
			s.t.Fatalf("%d pieces of line %d are refunded or about to be, of %d, and %d of them still wait in the house", active, l.Line, l.Quantity, waits)
		}
	}
}

// goods: what is sent again is not refunded as well, unless a person of the merchant confirmed.
func (s *worst) goods() {
	for _, c := range s.file.Cases {
		if c.Confirmed && !s.confirmed {
			s.t.Fatalf("%s counts as confirmed, and nobody of the merchant did", c.ID)
		}
		if c.SentAgain.Remedy == "" || s.confirmed {
			continue
		}
		for _, r := range s.file.Refunds {
			if r.Case == c.ID && r.Status == recourse.RefundRequested {
				s.t.Fatalf("%s is sent again (%s) and its refund %s waits to be sent", c.ID, c.SentAgain.Remedy, r.ID)
			}
		}
	}
}

// acts: no act sends goods whose money is paid back, nor pays back what is sent, unless a person of the merchant confirmed.
// What the same decision takes back before does not count.
func (s *worst) acts(d decide.Decision) {
	for _, e := range d.Effects {
		c := s.file.Case(e.Case)
		if c == nil || s.confirmed {
			continue
		}
		switch e.Kind {
		case recourse.EffectReorder, recourse.EffectReplacement, recourse.EffectAdjust:
			for _, r := range s.file.Refunds {
				if r.Case == e.Case && r.Status.Active() && !r.Outside && !r.Disputed {
					s.t.Fatalf("%s orders goods (%s), and its refund %s is %s", e.ID, e.Kind, r.ID, r.Status)
				}
			}
		case recourse.EffectRefund:
			if c.SentAgain.Remedy != "" {
				s.t.Fatalf("%s pays back what is sent again (%s)", e.ID, c.SentAgain.Remedy)
			}
		}
	}
}

// recoveries: no more is asked back for a purchase than it ever cost.
func (s *worst) recoveries() {
	asked := map[string]int64{}
	for _, r := range s.file.Recoveries {
		if r.Status != recourse.RecoveryWithdrawn {
			asked[r.Purchase] += r.Amount.Minor
		}
		if asked[r.Purchase] > s.cost[r.Purchase] {
			s.t.Fatalf("%d are asked back of %s, which cost %d at most", asked[r.Purchase], r.Purchase, s.cost[r.Purchase])
		}
	}
}

// nothingLost: money that came for what was asked back stands in the file, all of it.
func (s *worst) nothingLost(before *recourse.OrderFile, e *recourse.Event) {
	var was, is int64
	settled := false
	for i, r := range s.file.Recoveries {
		var b recourse.Recovery // late money is a recovery of its own, which was not there before
		if i < len(before.Recoveries) {
			b = before.Recoveries[i]
			settled = settled || b.Status != r.Status
		}
		settled = settled || b.Received != r.Received
		if b.Received.Currency == e.Amount.Currency {
			was += b.Received.Minor
		}
		if r.Received.Currency == e.Amount.Currency {
			is += r.Received.Minor
		}
	}
	if settled && e.Amount.Currency != "" && is-was != e.Amount.Minor {
		s.t.Fatalf("%s came and %d of it stand in the file", e.Amount, is-was)
	}
}

// careless are the built-in playbooks, and each of them again with one of its confirmations taken away: the guard does not
// rely on a playbook that asks.
var careless = sync.OnceValue(func() []*playbook.Playbook {
	all := builtins()[:len(builtins()):len(builtins())]
	for _, name := range playbook.Builtins() {
		data, _ := playbook.BuiltinSource(name)
		mutants, err := playbook.Mutants(name+".yaml", data)
		if err != nil {
			panic(err)
		}
		for _, m := range mutants {
			if m.Kind != playbook.MutantConfirm {
				continue
			}
			if p, err := m.Playbook(); err == nil {
				all = append(all, p)
			}
		}
	}
	return all
})

// TestGuard: whatever happens, in whatever order and however often, no piece is paid for twice and no more is paid back than
// was paid; and goods and money leave both only where a person of the merchant confirmed it.
func TestGuard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { newWorst(t).run() })
}
