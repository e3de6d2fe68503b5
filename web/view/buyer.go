package view

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/desk"
	"recourse/playbook"
	"recourse/text"
)

// The buyer's page tells one order to the one who bought it. What stands there is true at the moment of the look: each
// sentence belongs to a state of the playbook (buyer.state in the language files) and promises nothing that the state does
// not know; money, dates and parcels are told from the file itself. Of suppliers, costs, notes and of what people of the
// merchant say to each other the page knows nothing: what is not listed here as the buyer's business is not shown.

// BuyerFrame is what stands around every page of a buyer.
type BuyerFrame struct {
	R      Reader
	Title  string
	Shop   string // the merchant's name; "" where the visitor may not know it
	Base   string // the page's own address, before which everything else of it stands
	Style  string
	Script string
	Tus    string // the script that uploads, fetched when it is needed
	Langs  []text.Lang
	Notice *Notice
	Until  string // the day on which the link ends
}

// Lang is the language of the page for its html element.
func (f BuyerFrame) Lang() string { return string(f.R.Lang()) }

// Buyer is an order as its buyer sees it.
type Buyer struct {
	Order    string
	Greeting string
	Cases    []BuyerCase // what waits for the buyer first, what is over last
	Help     []BuyerAct  // what may be said of the order as a whole
	Write    *BuyerAct
	Goods    []Goods
	Paid     string
	Refunds  []BuyerRefund // those that no case on the page has
	Parcels  []BuyerParcel
	Past     []BuyerPast // newest first
	Version  int64
	Once     string // names the forms of this look
}

// BuyerCase is one trouble.
type BuyerCase struct {
	ID       string
	Anchor   string
	Title    string
	Turn     string // you, us or done
	Says     string // what is going on
	Goods    []Goods
	AnswerBy string // the day by which the buyer is asked to answer
	Choices  []BuyerAct
	Gone     string      // some of what could be chosen is not to be had any more
	Ordered  *BuyerOffer // what is ordered instead
	Upload   *BuyerUpload
	Acts     []BuyerAct
	Next     []string
	Refunds  []BuyerRefund
	over     time.Time
}

// BuyerRefund is money to the buyer, and how far it came.
type BuyerRefund struct {
	Amount, Says, Class string
	At                  string
}

// BuyerParcel is a tracking number, and what is known of it.
type BuyerParcel struct {
	Says, Since     string
	Carrier, Number string
	Class           string
	Goods           []Goods
}

// BuyerUpload is where photos and videos for a case are sent.
type BuyerUpload struct {
	Case   string
	Wanted bool // the case waits for them
	Full   bool // there are enough
	Have   int
}

// BuyerFiles is how many pieces of evidence a buyer may send for one case.
const BuyerFiles = 20

// NewBuyer tells an order to its buyer, at the reader's own now.
func NewBuyer(r Reader, v *desk.View, form BuyerForm) Buyer {
	o := &v.File.Order
	b := Buyer{Order: o.ID, Greeting: r.Buyer("greeting", "name", buyerName(o)), Goods: goods(o, allPieces(o)), Paid: r.Money(o.Paid), Version: v.Version}
	shown := map[string]bool{}
	for _, c := range v.File.Cases {
		if concerns(v, c) {
			shown[c.ID] = true
			b.Cases = append(b.Cases, r.buyerCase(v, c, form))
		}
	}
	slices.SortStableFunc(b.Cases, byTurn)
	b.Help = r.buyerHelp(v, form)
	b.Write = r.buyerWrite(form)
	for i := range v.File.Refunds {
		if f := &v.File.Refunds[i]; !shown[f.Case] {
			b.Refunds = append(b.Refunds, r.buyerRefund(f))
		}
	}
	b.Parcels = r.buyerParcels(v)
	b.Past = r.buyerPast(v, shown)
	return b
}

func buyerName(o *recourse.Order) string {
	if o.Buyer == nil || o.Buyer.Name == erasedName {
		return ""
	}
	return recourse.Shorten(o.Buyer.Name, 60)
}

// erasedName stands where a person was erased.
const erasedName = "—"

func allPieces(o *recourse.Order) (out []recourse.Pieces) {
	for i := range o.Lines {
		out = append(out, recourse.Pieces{Line: o.Lines[i].Line, Quantity: o.Lines[i].Quantity})
	}
	return out
}

// byTurn puts the cases that wait for the buyer first, and of those that are over the newest.
func byTurn(a, b BuyerCase) int {
	rank := map[string]int{"you": 0, "us": 1, "done": 2}
	return cmp.Or(cmp.Compare(rank[a.Turn], rank[b.Turn]), b.over.Compare(a.over))
}

// concerns says whether a case is the buyer's business. One that was only found while taking stock of the past is not:
// nothing is done about it. Nor is one that a watch opened and whose path has nothing for a buyer to hear, get or answer.
func concerns(v *desk.View, c *recourse.Case) bool {
	if c.Quiet {
		return false
	}
	s := policyOf(v, c).Situation(c.Situation)
	if s == nil || len(s.Opens) == 0 {
		return true
	}
	return slices.ContainsFunc(s.Opens, func(o *playbook.Opener) bool { return o.On != "" }) || reaches(s.Path)
}

// policyOf is the policy that a case goes by.
func policyOf(v *desk.View, c *recourse.Case) *playbook.Policy {
	if p := v.Decider.Pinned[c.Playbook]; p != nil {
		return p
	}
	return v.Decider.Policy
}

// reaches says that a path speaks to the buyer, or gives them money or goods, somewhere.
func reaches(p *playbook.Path) bool {
	for _, s := range p.States {
		if slices.ContainsFunc(s.Do, forBuyer) {
			return true
		}
	}
	return false
}

func forBuyer(a *playbook.Action) bool {
	return a.Party == recourse.PartyBuyer || a.Verb == recourse.EffectRefund || a.Verb == recourse.EffectReplacement
}

func (r Reader) buyerCase(v *desk.View, c *recourse.Case, form BuyerForm) BuyerCase {
	out := BuyerCase{ID: c.ID, Anchor: "case-" + c.ID[strings.LastIndexByte(c.ID, '-')+1:], Title: r.buyerSituation(c.Situation), Goods: goods(&v.File.Order, c.Lines), over: c.ClosedAt}
	for i := range v.File.Refunds {
		if f := &v.File.Refunds[i]; f.Case == c.ID {
			out.Refunds = append(out.Refunds, r.buyerRefund(f))
		}
	}
	out.Choices, out.Acts, out.Upload = r.buyerOptions(v, c, form)
	out.Choices = r.withOffers(v, c, out.Choices)
	out.Gone, out.Ordered = r.goneOffers(v, c, out.Choices), r.orderedOffer(v, c)
	for _, q := range c.Asks {
		if q.Of == recourse.PartyBuyer && c.Status == recourse.Open {
			out.AnswerBy = r.Date(q.Due)
		}
	}
	out.Says = r.buyerSays(v, c)
	switch {
	case c.Status == recourse.Closed:
		out.Turn = "done"
	case out.AnswerBy != "" || out.Upload != nil && out.Upload.Wanted:
		out.Turn = "you"
	default:
		out.Turn = "us"
	}
	if out.Turn != "done" {
		out.Next = r.buyerNext(v, c.ID, len(out.Choices) > 0)
	}
	return out
}

func (r Reader) buyerSituation(s recourse.Situation) string {
	return cmp.Or(r.Buyer("situation."+string(s)), r.Language.Situation(s))
}

// buyerSays is what is going on. A state that was to bring money has other words where the money was refused.
func (r Reader) buyerSays(v *desk.View, c *recourse.Case) string {
	if c.Status == recourse.Open && refused(v, c) {
		return r.Buyer("refused")
	}
	general := "open.us"
	switch {
	case c.Status == recourse.Closed:
		general = "outcome." + string(c.Outcome)
	case slices.ContainsFunc(c.Asks, func(q recourse.Question) bool { return q.Of == recourse.PartyBuyer }):
		general = "open.you"
	}
	return r.FirstBuyer("state."+c.State, general, "open.us")
}

// refused says that a case stands where a refund was to leave, and that it was refused or taken back.
func refused(v *desk.View, c *recourse.Case) bool {
	s := policyOf(v, c).State(c.State)
	if s == nil || !slices.ContainsFunc(s.Do, func(a *playbook.Action) bool { return a.Verb == recourse.EffectRefund }) {
		return false
	}
	ended := false
	for i := range v.File.Refunds {
		f := &v.File.Refunds[i]
		if f.Case == c.ID && f.Status.Active() {
			return false
		}
		ended = ended || f.Case == c.ID
	}
	return ended
}

// refundClass is how a refund looks.
var refundClass = map[recourse.RefundStatus]string{recourse.RefundDone: "good", recourse.RefundSent: "good", recourse.RefundRequested: "open"}

func (r Reader) buyerRefund(f *recourse.Refund) BuyerRefund {
	key := "refund." + string(f.Status)
	if f.Disputed && f.Status == recourse.RefundSent {
		key = "refund.disputed"
	}
	return BuyerRefund{Amount: r.Money(f.Amount), Says: cmp.Or(r.Buyer(key), r.Refund(f.Status)), Class: refundClass[f.Status], At: r.Date(f.At)}
}

// buyerNext is what comes next by itself, in order of time: no more than three things, each once.
func (r Reader) buyerNext(v *desk.View, id string, choosing bool) (out []string) {
	money := refunding(v.File, id)
	for _, s := range v.Upcoming(id) {
		if s.Recovery != "" || choosing && s.Ask != nil && s.Ask.Of == recourse.PartyBuyer {
			continue
		}
		if says := r.buyerStep(&s, money && paysBack(v, id, s.To)); says != "" && !slices.Contains(out, says) {
			out = append(out, says)
		}
	}
	if len(out) == 0 {
		return []string{r.Buyer("no_date")}
	}
	return out[:min(len(out), 3)]
}

// paysBack says that a state asks for a refund.
func paysBack(v *desk.View, id, state string) bool {
	s := policyOf(v, v.File.Case(id)).State(state)
	return s != nil && slices.ContainsFunc(s.Do, func(a *playbook.Action) bool { return a.Verb == recourse.EffectRefund })
}

// buyerStep is one of them, in the buyer's words. Where the money is on its way already, what comes is no news of it.
func (r Reader) buyerStep(s *decide.Step, already bool) string {
	date, over := r.Date(s.At), !s.At.After(r.Now)
	speaks := func(parties ...string) bool {
		return slices.ContainsFunc(s.Do, func(act string) bool {
			words := strings.Fields(act)
			return len(words) > 1 && words[0] == string(recourse.EffectMessage) && slices.Contains(parties, words[1])
		})
	}
	switch {
	case s.Ask != nil && s.Ask.Of == recourse.PartyBuyer:
		return r.Buyer("next_answer", "date", date)
	case s.Ask != nil && over:
		return r.Buyer("next_late", "date", date)
	case over:
		return r.Buyer("next_soon")
	case s.Window != "":
		return r.Buyer("window_"+s.Window, "date", date)
	case already:
		return r.Buyer("next_then", "date", date, "then", r.Buyer("then.refund_stays"))
	case s.To != "":
		return r.Buyer("next_then", "date", date, "then", r.FirstBuyer("then."+s.To, "then.other"))
	case speaks(string(recourse.PartyBuyer)):
		return r.Buyer("next_write", "date", date)
	case speaks(string(recourse.PartyAgent), string(recourse.PartySupplier), string(recourse.PartyCarrier)):
		return r.Buyer("next_chase", "date", date)
	}
	return r.Buyer("next_shop", "date", date)
}

// parcelClass is how the status of a parcel looks, where it is out of the ordinary.
var parcelClass = map[recourse.ParcelStatus]string{
	recourse.Delivered: "good", recourse.OutForDelivery: "good", recourse.CustomsHold: "bad", recourse.DeliveryFailed: "bad", recourse.Damaged: "bad", recourse.Lost: "bad",
	recourse.Returning: "bad", recourse.Returned: "bad",
}

// buyerParcels are the parcels that were handed over, the newest first. On the way to the warehouse the number is the
// supplier's business and says nothing to the buyer.
func (r Reader) buyerParcels(v *desk.View) (out []BuyerParcel) {
	for i := len(v.File.Parcels) - 1; i >= 0; i-- {
		p := &v.File.Parcels[i]
		if p.ShippedAt.IsZero() && p.Status == "" {
			continue
		}
		b := BuyerParcel{Goods: goods(&v.File.Order, p.Lines), Class: parcelClass[p.Status]}
		since := p.StatusAt
		if since.IsZero() {
			since = p.ShippedAt
		}
		b.Since = r.Date(since)
		b.Says = r.buyerParcel(p.Status)
		if v.Decider.FirstLeg(v.File, p) {
			b.Says, b.Class = r.near(p.Status), ""
		} else {
			b.Carrier, b.Number = p.Carrier, cmp.Or(p.Tracking, p.ID)
		}
		out = append(out, b)
	}
	return out
}

func (r Reader) buyerParcel(s recourse.ParcelStatus) string {
	if s == "" {
		return r.Buyer("parcel.none")
	}
	return cmp.Or(r.Buyer("parcel."+string(s)), r.Language.Parcel(s))
}

// near is the status of a parcel that is not yet on its way to the buyer.
func (r Reader) near(s recourse.ParcelStatus) string {
	switch s {
	case recourse.Delivered:
		return r.Buyer("parcel.near_delivered")
	case "", recourse.InTransit, recourse.OutForDelivery, recourse.DeliveryFailed:
		return r.Buyer("parcel.near_transit")
	}
	return r.buyerParcel(s)
}

// UploadBytes is the most that one file may have. It is what the room of evidence takes.
const UploadBytes = 200 << 20

// uploadSize says how much that is.
func (f BuyerFrame) uploadSize() string {
	return f.R.Buyer("file_mb", "n", f.R.Number(UploadBytes>>20))
}

const uploadAccept = "image/jpeg,image/png,image/webp,image/gif,image/heic,image/heif,.heic,.heif,video/mp4,video/quicktime,video/webm,.mov"

// LangName is a language by its own name: whoever looks for theirs may read no other.
func (f BuyerFrame) LangName(l text.Lang) string { return f.R.Other(string(l)).Name() }
