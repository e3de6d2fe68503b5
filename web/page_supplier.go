package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/account"
	"recourse/decide"
	"recourse/desk"
	"recourse/store"
	"recourse/text"
	"recourse/web/view"
)

// supplierPath is a supplier's own page.
const supplierPath = "/supplier"

// supplierRoutes are a supplier's own page and its answers.
var supplierRoutes = []pageRoute{
	{pattern: "GET " + supplierPath, access: access{page, account.Answer}, serve: (*site).supplier},
	{pattern: "POST " + supplierPath + "/{purchase}", access: access{page, account.Answer}, serve: (*site).answerPurchase},
}

// supplyRows is how many purchases that wait stand on a page, othersShown how many of the rest.
const (
	supplyRows  = 30
	othersShown = 10
)

// supplier shows a supplier its own purchases: those that wait for it first. Others have the queue.
func (s *site) supplier(v *visit) error {
	if v.who.Role != account.Supplier {
		http.Redirect(v.w, v.r, "/", http.StatusSeeOther)
		return nil
	}
	return v.supplierNow(http.StatusOK, nil)
}

func (v *visit) supplierNow(status int, say *view.Notice) error {
	from, _ := strconv.Atoi(v.r.URL.Query().Get("from"))
	from = min(max(from, 0), 100_000)
	l := view.Supplied{Supplier: v.who.Supplier}
	err := v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		waiting, err := tx.Supplies(v.who.Merchant, v.who.Supplier, true, from, supplyRows+1)
		if err != nil {
			return err
		}
		if len(waiting) > supplyRows {
			waiting, l.More = waiting[:supplyRows], supplierPath+"?from="+strconv.Itoa(from+supplyRows)
		}
		if l.Waiting, err = v.supplyCards(tx, waiting); err != nil || from > 0 {
			return err
		}
		others, err := tx.Supplies(v.who.Merchant, v.who.Supplier, false, 0, othersShown)
		if err != nil {
			return err
		}
		l.Others, err = v.supplyCards(tx, others)
		return err
	})
	if err != nil {
		return err
	}
	if from > 0 {
		l.First = supplierPath
	}
	slices.SortStableFunc(l.Waiting, func(a, b view.SupplyCard) int { return boolInt(a.Asked.Text == "") - boolInt(b.Asked.Text == "") })
	p := v.page(v.read.T("supplier_title", "supplier", v.who.Supplier))
	if say != nil {
		p.Notice = say
	}
	if v.r.Method != http.MethodGet {
		p.Here = supplierPath
	}
	return v.show(status, view.SupplierPage(p, l))
}

// supplyCards are purchases as their supplier sees them. This is where it is decided what of an order a supplier sees:
// the goods, the dates, the parcels of this purchase, and what it was written itself.
func (v *visit) supplyCards(tx *store.Tx, found []store.Supply) (cards []view.SupplyCard, err error) {
	keys := make([]store.Key, 0, len(found))
	for _, s := range found {
		if k := (store.Key{Merchant: v.who.Merchant, Order: s.Order}); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	files, err := tx.Files(keys)
	if err != nil {
		return nil, err
	}
	if d, err := v.desk.Decider(tx, v.who.Merchant, &recourse.OrderFile{}); err == nil {
		v.decider(d)
	}
	for _, s := range found {
		k := store.Key{Merchant: v.who.Merchant, Order: s.Order}
		f := files[k]
		if f.Version == 0 {
			continue
		}
		p := f.OrderFile.Purchase(s.Purchase)
		if p == nil || p.Supplier != v.who.Supplier {
			continue // it has changed hands since
		}
		c := v.supplyCard(f.OrderFile, p)
		c.Version = strconv.FormatInt(f.Version, 10)
		effects, err := tx.EffectsOf(k)
		if err != nil {
			return nil, err
		}
		c.Letters = v.letters(f.OrderFile, p, effects)
		cards = append(cards, c)
	}
	return cards, nil
}

func (v *visit) supplyCard(f *recourse.OrderFile, p *recourse.Purchase) view.SupplyCard {
	c := view.SupplyCard{ID: p.ID, Path: supplierPath + "/" + url.PathEscape(p.ID), Anchor: "p" + strconv.FormatUint(uint64((&recourse.Event{Source: "supplier", ID: p.ID}).Key()), 36),
		Status: v.read.T("supply_" + string(p.Status)), Placed: v.read.Past(p.PlacedAt), ShipBy: v.read.Due(p.ShipBy), Once: once(), Ships: p.Waiting()}
	lines := p.Lines
	if len(lines) == 0 && len(f.Purchases) == 1 { // then all of the order was bought there
		for _, l := range f.Order.Lines {
			lines = append(lines, recourse.Pieces{Line: l.Line, Quantity: l.Quantity})
		}
	}
	for _, l := range lines {
		g := view.Goods{Quantity: l.Quantity}
		if line := f.Order.Line(l.Line); line != nil {
			if g.Title, g.SKU = line.Title, line.SKU; g.Title == "" {
				g.Title, g.SKU = line.SKU, ""
			}
		}
		c.Goods = append(c.Goods, g)
	}
	for i := range f.Parcels {
		if l := &f.Parcels[i]; l.Purchase == p.ID {
			c.Parcels = append(c.Parcels, view.ParcelLine{Tracking: l.ID, Carrier: l.Carrier, Status: v.read.Language.Parcel(l.Status)})
		}
	}
	if !p.ShippedAt.IsZero() && p.Status == recourse.PurchasePlaced {
		c.Status = v.read.T("supply_shipped")
	}
	if asked := p.AskedAt(); !asked.IsZero() {
		c.Asked, c.Class = v.read.Past(asked), "asks"
	} else if c.Ships && c.ShipBy.Class == view.Overdue {
		c.Class = "late"
	}
	c.Open = c.Ships || c.Asked.Text != ""
	return c
}

// letters are what the supplier was written about a purchase, or is about to be; the newest first. What waits for
// somebody's yes is none of them.
func (v *visit) letters(f *recourse.OrderFile, p *recourse.Purchase, effects []store.Effect) (out []view.SupplyLetter) {
	for i := len(effects) - 1; i >= 0 && len(out) < 3; i-- {
		e := &effects[i]
		about := e.Purchase
		if c := f.Case(e.Case); about == "" && c != nil {
			about = c.Purchase
		}
		if e.Kind != recourse.EffectMessage || e.To != recourse.PartySupplier || about != p.ID || e.Status == store.Dropped || e.Effect.Approval == recourse.ApprovalNeeded || e.Template == decide.TemplateWritten {
			continue
		}
		d := text.NewData(f, e.Effect)
		d.Shop = v.shop
		subject, body, err := v.read.Language.Message(e.Template, d)
		if err != nil {
			continue
		}
		out = append(out, view.SupplyLetter{At: v.read.Past(e.At), Subject: subject, Body: body, Lang: string(v.lang.Lang())})
	}
	return out
}

// supplyWords are what a supplier may say of a purchase, with the sentence that says it was.
var supplyWords = map[recourse.EventType]string{
	recourse.ParcelShipped: "told_shipped", recourse.PurchaseOutOfStockNow: "told_recorded", recourse.PurchaseOversizedNow: "told_recorded", recourse.SupplierReplied: "told_replied",
}

// answerPurchase takes a supplier's answer.
func (s *site) answerPurchase(v *visit) error {
	if err := v.fill(); err != nil {
		return err
	}
	fact, err := v.supplied()
	if err == nil {
		_, err = v.desk.Tell(v.r.Context(), v.who.Merchant, fact)
	}
	switch {
	case recourse.CodeOf(err) == "purchase_unknown", recourse.CodeOf(err) == "forbidden":
		return err
	case err != nil:
		return v.supplierNow(pageStatus[recourse.KindOf(err)], v.notice(err))
	}
	return v.goOn(supplierPath, supplyWords[fact.Event.Type])
}

// supplied is the fact that a supplier tells. It is the one place where it is decided what a supplier may tell, and of
// what: of a purchase that is its own, and of nothing else. The order is the purchase's, whatever parcel is named.
func (v *visit) supplied() (f desk.Fact, err error) {
	if v.who.Role != account.Supplier {
		return f, &recourse.Error{Kind: recourse.Forbidden, Code: "forbidden", Message: "these are the answers of suppliers", Hint: "tell it on the case's page"}
	}
	purchase := v.r.PathValue("purchase")
	var order string
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		if order, err = tx.SupplyOf(v.who.Merchant, v.who.Supplier, purchase); err != nil {
			return err
		}
		k := store.Key{Merchant: v.who.Merchant, Order: order}
		files, err := tx.Files([]store.Key{k})
		if err != nil {
			return err
		}
		if file := files[k]; file.Version > 0 {
			names, err := tx.SupplierNames(v.who.Merchant, v.who.Supplier)
			if err != nil {
				return err
			}
			if p := file.OrderFile.Purchase(purchase); p != nil && slices.Contains(names, p.Supplier) {
				return nil
			}
		}
		return &recourse.Error{Kind: recourse.NotFound, Code: "purchase_unknown", Field: "purchase", Message: "there is no purchase " + recourse.Shorten(purchase, 60)}
	})
	if err != nil {
		return f, err
	}
	get := func(name string) string { return strings.TrimSpace(v.r.PostForm.Get(name)) }
	ev := recourse.Event{Source: "supplier", Type: recourse.EventType(get("event")), Data: recourse.Data{Order: order, Purchase: purchase}}
	if once := get("once"); once != "" {
		ev.ID = v.who.Person + ":" + once
	}
	switch ev.Type {
	case recourse.ParcelShipped:
		ev.Parcel, ev.Tracking, ev.Carrier = get("tracking"), get("tracking"), get("carrier")
	case recourse.PurchaseOutOfStockNow, recourse.PurchaseOversizedNow:
		ev.Reason = get("reason")
	case recourse.SupplierReplied:
		if ev.Text = get("text"); ev.Text == "" {
			return f, &recourse.Error{Kind: recourse.Invalid, Code: "event_missing", Field: "text", Message: "an answer needs words"}
		}
	default:
		return f, &recourse.Error{Kind: recourse.Invalid, Code: "event_type", Field: "event", Message: "a supplier cannot say this"}
	}
	f = desk.Fact{Event: ev, By: v.who.Name}
	f.Version, _ = strconv.ParseInt(get("version"), 10, 64)
	return f, ev.Check()
}
