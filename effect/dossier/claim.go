package dossier

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/store"
	"recourse/text"
)

// Claim is the document of a claim, for the agent, the marketplace and the supplier, in the words of a language.
//
// What these do not need is left out: how the buyer can be reached, what they paid in the shop, what people of the merchant
// wrote to each other, how the merchant decided. Entries about such matters stand in the proof with their checksums alone.
func Claim(c *Case, l *text.Language) *Document {
	w := writer{Case: c, l: l, c: c.File.Case(c.ID)}
	d := &Document{
		Lang: string(l.Lang()), Shop: c.Shop, Kind: w.say("claim"), Title: w.title(), Subtitle: l.Situation(w.c.Situation), Reference: c.ID, Page: l.Dossier("page"), Contents: w.say("contents"),
		Asked: Asked{w.say("asked"), w.asked()}, Facts: w.cover(), Made: time.Unix(0, 0),
	}
	if n := len(c.History); n > 0 {
		d.Made = c.History[n-1].At
		d.Date = w.say("as_of", "when", l.MomentZone(d.Made))
	}
	for _, s := range []Section{w.goods(), w.timeline(), w.words(), w.evidence(), w.tracking(), w.proof()} {
		if len(s.Blocks) > 0 {
			d.Sections = append(d.Sections, s)
		}
	}
	return d
}

// writer writes the sections of a dossier.
type writer struct {
	*Case
	l     *text.Language
	c     *recourse.Case
	whole bool // of the whole order, and not of the case alone
}

func (w *writer) say(key string, pairs ...string) string { return w.l.Dossier(key, pairs...) }

// title is what the claim is about: the purchase, as the agent knows it.
func (w *writer) title() string {
	if p := w.purchase(); p != nil {
		return w.say("title", "purchase", p.ID)
	}
	return w.say("title_order", "order", w.File.Order.ID)
}

func (w *writer) purchase() *recourse.Purchase { return w.File.PurchaseOf(w.c) }

func (w *writer) asked() string {
	if p := w.purchase(); p != nil && !p.Cost.IsZero() {
		return w.say("asked_claim", "amount", w.l.Money(p.Cost))
	}
	return w.say("asked_claim_bare")
}

// facts leaves out what is not known.
func facts(pairs ...string) (out []Fact) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.TrimSpace(pairs[i+1]) != "" {
			out = append(out, Fact{Label: pairs[i], Value: pairs[i+1]})
		}
	}
	return out
}

func (w *writer) cover() []Fact {
	var purchase, supplier, tracking string
	if p := w.purchase(); p != nil {
		purchase, supplier = p.ID, p.Supplier
	}
	for _, p := range w.parcels() {
		tracking = strings.TrimPrefix(tracking+"\n"+tracked(p), "\n")
	}
	return facts(w.say("purchase"), purchase, w.say("supplier"), supplier, w.say("tracking"), tracking, w.say("order"), w.File.Order.ID, w.say("reference"), w.ID,
		w.say("problem"), w.l.Situation(w.c.Situation), w.say("goods"), w.concerned(), w.say("recipient"), w.recipient(), w.say("enclosed"), w.enclosed())
}

func tracked(p *recourse.Parcel) string {
	number := cmp.Or(p.Tracking, p.ID)
	if p.Carrier != "" {
		number += " (" + p.Carrier + ")"
	}
	return number
}

// concerned are the pieces that the claim is about, one line to a row.
func (w *writer) concerned() string {
	var rows []string
	for _, p := range w.c.Lines {
		name, sku := w.say("line", "n", w.l.Number(p.Line)), ""
		if line := w.File.Order.Line(p.Line); line != nil {
			name, sku = cmp.Or(line.Title, line.SKU, name), line.SKU
		}
		if sku != "" && sku != name {
			name += " (SKU " + sku + ")"
		}
		rows = append(rows, name+" × "+w.l.Number(p.Quantity))
	}
	return strings.Join(rows, "\n")
}

// recipient is who the parcel was for, as far as a supplier needs it to find the parcel: a name and a country.
func (w *writer) recipient() string {
	to := w.File.Order.ShipTo
	if to == nil {
		return ""
	}
	var country string
	if to.Country != "" {
		country = w.l.Country(to.Country)
	}
	return strings.Join(nonEmpty(told(to.Name), country), ", ")
}

// told is a personal value, or nothing where it was erased.
func told(s string) string {
	if s == "—" {
		return ""
	}
	return s
}

func (w *writer) enclosed() string {
	photos, videos, scans := 0, 0, 0
	for i := range w.Evidence {
		if w.Evidence[i].Kind == "video" {
			videos++
		} else {
			photos++
		}
	}
	for _, p := range w.parcels() {
		scans += len(w.scans(p))
	}
	return w.say("enclosed_count", "photos", w.l.Number(photos), "videos", w.l.Number(videos), "scans", w.l.Number(scans), "entries", w.l.Number(int(w.Total)))
}

// goods are the purchase and its pieces.
func (w *writer) goods() Section {
	s := Section{Title: w.say("goods_section")}
	o := &w.File.Order
	pairs := []string{w.say("order"), o.ID, w.say("placed"), w.when(o.PlacedAt)}
	if p := w.purchase(); p != nil {
		pairs = append(pairs, w.say("purchase"), p.ID, w.say("supplier"), p.Supplier, w.say("bought"), w.when(p.PlacedAt), w.say("ship_by"), w.when(p.ShipBy), w.say("shipped"), w.when(p.ShippedAt))
		if !p.Cost.IsZero() {
			pairs = append(pairs, w.say("cost"), w.l.Money(p.Cost))
		}
	}
	s.Blocks = append(s.Blocks, Block{Facts: facts(pairs...)})
	t := &Table{Columns: []Column{{Title: w.say("item"), Share: .52}, {Title: "SKU", Share: .24}, {Title: w.say("ordered"), Share: .12}, {Title: w.say("concerned"), Share: .12}}}
	for i := range o.Lines {
		line := &o.Lines[i]
		n := 0
		for _, p := range w.c.Lines {
			if p.Line == line.Line {
				n = p.Quantity
			}
		}
		t.Rows = append(t.Rows, []string{line.Title, line.SKU, w.l.Number(line.Quantity), w.l.Number(n)})
	}
	s.Blocks = append(s.Blocks, Block{Table: t})
	return s
}

func (w *writer) when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return w.l.Moment(t)
}

// outside are the events that somebody outside can know of, and that a timeline tells. Scans have a section of their own.
var outside = []recourse.EventType{
	recourse.OrderPlaced, recourse.PurchasePlacedEvent, recourse.PurchaseOutOfStockNow, recourse.PurchaseOversizedNow, recourse.PurchaseCancelledNow, recourse.PurchaseCancelRefused,
	recourse.SupplierContacted, recourse.SupplierReplied, recourse.ParcelShipped, recourse.ProblemReported, recourse.ProblemWithdrawn, recourse.EvidenceReceived, recourse.ClaimApprovedNow,
	recourse.ClaimDeniedNow, recourse.InterceptionDone, recourse.InterceptionRefused, recourse.ReplacementShipped, recourse.ReturnRequested, recourse.ReturnReceived, recourse.OrderCancelRequested,
}

// about says whether a fact is of this case: told of it, or of the order without naming another case.
func (w *writer) about(ev *recourse.Event) bool {
	if w.whole {
		return true
	}
	if ev.Case != "" {
		return ev.Case == w.ID
	}
	return ev.Purchase == "" || w.purchase() == nil || ev.Purchase == w.purchase().ID
}

// toldAt is when a fact happened, as far as it was told.
func toldAt(e *store.Entry) time.Time {
	if e.Event != nil && !e.Event.Time.IsZero() {
		return e.Event.Time
	}
	return e.At
}

func (w *writer) timeline() Section {
	s := Section{Title: w.say("timeline")}
	type row struct {
		at   time.Time
		text []string
	}
	var rows []row
	for i := range w.History {
		e := &w.History[i]
		if ev := e.Event; ev != nil && w.shown(ev.Type) && w.about(ev) {
			rows = append(rows, row{toldAt(e), []string{w.l.Moment(toldAt(e)), w.l.Event(ev.Type), w.detail(ev)}})
		}
		for _, n := range e.Entries {
			if (n.Case == w.ID || w.whole) && n.Kind == recourse.EntryDid && n.To == string(recourse.EffectClaim) {
				rows = append(rows, row{n.At, []string{w.l.Moment(n.At), w.say("claim_made"), ""}})
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return a.at.Compare(b.at) })
	t := &Table{Columns: []Column{{Title: w.say("when"), Share: .25}, {Title: w.say("what"), Share: .37}, {Title: w.say("details"), Share: .38}}}
	for _, r := range rows {
		t.Rows = append(t.Rows, r.text)
	}
	if len(t.Rows) > 0 {
		s.Blocks = []Block{{Table: t}}
	}
	return s
}

// detail is what an event tells beside its kind, of what others may know.
func (w *writer) detail(ev *recourse.Event) string {
	switch ev.Type {
	case recourse.ParcelShipped, recourse.ReplacementShipped:
		return strings.Join(nonEmpty(cmp.Or(ev.Tracking, ev.Parcel), ev.Carrier), ", ")
	case recourse.PurchasePlacedEvent:
		return strings.Join(nonEmpty(ev.Purchase, ev.Supplier), ", ")
	case recourse.ProblemReported:
		return w.l.Situation(recourse.Situation(ev.Problem))
	case recourse.SupplierReplied, recourse.SupplierContacted:
		return recourse.Shorten(told(ev.Text), 200)
	case recourse.OrderPlaced, recourse.EvidenceReceived, recourse.ReturnRequested:
		return ""
	}
	if ev.Type == recourse.DisputeOpened {
		return w.reason(told(ev.Reason))
	}
	return recourse.Shorten(told(ev.Reason), 200)
}

// words are what the buyer wrote, as they wrote it.
func (w *writer) words() Section {
	s := Section{Title: w.say("words")}
	for i := range w.History {
		e := &w.History[i]
		ev := e.Event
		if ev == nil || told(ev.Text) == "" || !w.about(ev) || ev.By != "" && ev.By != recourse.PartyBuyer {
			continue
		}
		switch ev.Type {
		case recourse.ProblemReported, recourse.EvidenceReceived, recourse.MessageReceived:
			s.Blocks = append(s.Blocks, Block{Quote: &Quote{Who: w.say("buyer_at", "when", w.l.MomentZone(toldAt(e))), Text: ev.Text}})
		}
	}
	return s
}

// evidence are the photos and videos.
func (w *writer) evidence() Section {
	s := Section{Title: w.say("evidence")}
	if len(w.Evidence) == 0 {
		return s
	}
	s.Blocks = append(s.Blocks, Block{Note: w.say("evidence_say")})
	var photos []Photo
	most := share(len(w.Photos))
	for i := range w.Evidence {
		photos = append(photos, w.photo(&w.Evidence[i], i+1, most))
	}
	s.Blocks = append(s.Blocks, Block{Photos: photos})
	return s
}

// kinds are the words for a piece of evidence.
var kinds = map[string]string{"photo": "photo_n", "video": "video_n"}

func (w *writer) photo(e *store.Evidence, n, most int) Photo {
	p := Photo{Title: w.say(cmp.Or(kinds[e.Kind], "photo_n"), "n", w.l.Number(n))}
	if data := w.Photos[e.File]; data != nil {
		p.JPEG = shrunk(data, most)
	}
	p.Caption = append(p.Caption, w.say("received", "party", w.l.Party(cmp.Or(e.From, recourse.PartyBuyer)), "when", w.l.MomentZone(e.At)))
	if !e.Taken.IsZero() {
		p.Caption = append(p.Caption, w.say("taken", "when", w.l.Moment(e.Taken)))
	}
	if text := told(e.Text); text != "" {
		p.Caption = append(p.Caption, w.say("quoted", "text", recourse.Shorten(text, 300)))
	}
	p.Caption = append(p.Caption, w.size(e))
	p.Sum = e.File
	switch {
	case e.Scan == store.ScanInfected:
		p.Caption = append(p.Caption, w.say("infected"))
	case e.Kind == "video":
		p.Caption = append(p.Caption, w.say("video_say"))
	case p.JPEG == nil:
		p.Caption = append(p.Caption, w.say("not_shown"))
	}
	return p
}

// size says what the file is: its type, its pixels, its bytes.
func (w *writer) size(e *store.Evidence) string {
	kb := fmt.Sprintf("%s KB", w.l.Number(int((e.Bytes+1023)/1024)))
	if e.Width > 0 && e.Height > 0 {
		return strings.Join([]string{e.Type, fmt.Sprintf("%d × %d", e.Width, e.Height), kb}, " · ")
	}
	return e.Type + " · " + kb
}

// parcels are those of the case: the one that it names, else those of its purchase, else those that carry its lines.
func (w *writer) parcels() (out []*recourse.Parcel) {
	p := w.purchase()
	for i := range w.File.Parcels {
		parcel := &w.File.Parcels[i]
		switch {
		case w.whole,
			w.c.Parcel != "" && parcel.ID == w.c.Parcel,
			w.c.Parcel == "" && p != nil && parcel.Purchase == p.ID,
			w.c.Parcel == "" && p == nil && recourse.Overlap(parcel.Lines, w.c.Lines):
			out = append(out, parcel)
		}
	}
	return out
}

// scans are the rows of a parcel's checkpoints, the oldest first.
func (w *writer) scans(p *recourse.Parcel) (rows [][]string) {
	var list []*store.Entry
	for i := range w.History {
		if ev := w.History[i].Event; ev != nil && ev.Type == recourse.ParcelScanned && ev.Parcel == p.ID {
			list = append(list, &w.History[i])
		}
	}
	slices.SortStableFunc(list, func(a, b *store.Entry) int { return toldAt(a).Compare(toldAt(b)) })
	for _, e := range list {
		leg := ""
		if e.Event.Leg != "" {
			leg = w.l.Leg(e.Event.Leg)
		}
		rows = append(rows, []string{w.l.Moment(toldAt(e)), w.l.Parcel(e.Event.Status), strings.Join(nonEmpty(e.Event.Place, leg), ", ")})
	}
	return rows
}

func (w *writer) tracking() Section {
	s := Section{Title: w.say("tracking_section")}
	for _, p := range w.parcels() {
		status := ""
		if p.Status != "" {
			status = w.l.Parcel(p.Status)
		}
		s.Blocks = append(s.Blocks, Block{Facts: facts(w.say("tracking"), tracked(p), w.say("handed_over"), w.when(p.ShippedAt), w.say("stands"), strings.Join(nonEmpty(status, w.when(p.StatusAt)), ", "))})
		if rows := w.scans(p); len(rows) > 0 {
			s.Blocks = append(s.Blocks, Block{Table: &Table{
				Columns: []Column{{Title: w.say("when"), Share: .27}, {Title: w.say("scan"), Share: .33}, {Title: w.say("place"), Share: .4}}, Rows: rows}})
		}
	}
	return s
}

// maxProof is how many entries of the history are listed; the last one's checksum stands for all of them.
const maxProof = 80

// proof is the chain of the history. Entries that are the merchant's own affair have no words, but their checksums.
func (w *writer) proof() Section {
	s := Section{Title: w.say("proof")}
	about := w.say("proof_say")
	if w.whole {
		about = w.bankProof()
	}
	s.Blocks = append(s.Blocks, Block{Text: about},
		Block{Facts: []Fact{{Label: w.say("entries"), Value: w.l.Number(int(w.Total))}, {Label: w.say("root"), Value: fmt.Sprintf("%x", w.Root[:]), Sum: true}, {Label: w.say("check"), Value: "recourse verify"}}})
	s.Blocks = append(s.Blocks, Block{Note: w.say("check_how")})
	t := &Table{Columns: []Column{{Title: w.say("nr"), Share: .07}, {Title: w.say("when"), Share: .25}, {Title: w.say("what"), Share: .34}, {Title: "SHA-256", Share: .34, Small: true}}}
	list := w.History[max(0, len(w.History)-maxProof):]
	for i := range list {
		e := &list[i]
		what := w.say("internal")
		switch ev := e.Event; {
		case ev == nil:
			what = w.say("time_passed")
		case ev.Type == recourse.ParcelScanned, ev.Type == recourse.MessageReceived, w.shown(ev.Type):
			what = w.l.Event(ev.Type)
		}
		t.Rows = append(t.Rows, []string{w.l.Number(int(e.Seq)), w.l.Moment(e.At), what, fmt.Sprintf("%x", e.Hash[:16]) + "…"})
	}
	if left := int(w.Total) - len(list); left > 0 {
		s.Blocks = append(s.Blocks, Block{Note: w.say("proof_more", "n", w.l.Number(left))})
	}
	if len(t.Rows) > 0 {
		s.Blocks = append(s.Blocks, Block{Table: t})
	}
	return s
}
