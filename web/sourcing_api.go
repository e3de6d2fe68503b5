package web

import (
	"bytes"
	"strconv"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/intake"
	"recourse/sourcing"
	"recourse/store"
)

// SourcingAnswer is where a case's goods could come from instead.
type SourcingAnswer struct {
	Case  string         `json:"case"`
	Lines []SourcedGoods `json:"lines"`
}

// SourcedGoods is what was found for one line.
type SourcedGoods struct {
	Line     int           `json:"line"`
	SKU      string        `json:"sku"`
	Title    string        `json:"title"`
	Pieces   int           `json:"pieces"`
	Compared int           `json:"compared" doc:"Offers that were looked at."`
	Offers   []RankedOffer `json:"offers" doc:"The best first; those that cannot be taken behind."`
}

// RankedOffer is an offer with its place and the reasons.
type RankedOffer struct {
	Number int64 `json:"offer"`
	recourse.Offer
	Title   string         `json:"title"`
	Fits    bool           `json:"fits" doc:"Nothing stands against it."`
	Score   int            `json:"score" doc:"0 to 1000."`
	Points  []RankedPoint  `json:"points"`
	Blocks  []string       `json:"blocks" doc:"Why it cannot be taken as it is, in words."`
	Dearer  recourse.Money `json:"dearer,omitzero" doc:"All pieces, beyond what they cost; negative: cheaper."`
	Margin  recourse.Money `json:"margin,omitzero" doc:"All pieces: what is left of the sale, before shipping."`
	Arrives time.Time      `json:"arrives,omitzero" doc:"At the latest."`
}

// RankedPoint is a part of a score.
type RankedPoint struct {
	Name string `json:"name"`
	Is   int    `json:"is"`
	Of   int    `json:"of"`
	Why  string `json:"why" doc:"In words."`
}

func (c *call) sourcing() error {
	most, err := c.limit(3, 200)
	if err != nil {
		return err
	}
	id := c.r.PathValue("case")
	found, err := c.Desk.Source(c.r.Context(), c.who.Merchant, id, most)
	if err != nil {
		return inParameter("case", err)
	}
	out := SourcingAnswer{Case: id, Lines: []SourcedGoods{}}
	for i := range found {
		f := &found[i]
		g := SourcedGoods{Line: f.Line.Line, SKU: f.Line.SKU, Title: f.Line.Title, Pieces: f.Want.Pieces, Compared: f.Looked, Offers: []RankedOffer{}}
		for j := range f.Ranked {
			g.Offers = append(g.Offers, c.ranked(&f.Ranked[j]))
		}
		out.Lines = append(out.Lines, g)
	}
	return c.send(out)
}

func (c *call) ranked(k *sourcing.Ranked) RankedOffer {
	lang := c.lang()
	o := RankedOffer{Number: k.Number, Offer: k.Offer, Title: k.Title, Fits: k.Fits(), Score: k.Score, Dearer: k.Dearer, Margin: k.Margin, Arrives: k.Arrives, Blocks: []string{}}
	for _, p := range k.Points {
		o.Points = append(o.Points, RankedPoint{p.Name, p.Is, p.Of, lang.Point(p.Name, p.Args)})
	}
	for _, b := range k.Blocks {
		o.Blocks = append(o.Blocks, lang.Block(b.Code, b.Args))
	}
	return o
}

// OfferChoice says which offer is taken for a case.
type OfferChoice struct {
	Offer     int64          `json:"offer" doc:"Its number."`
	Line      int            `json:"line,omitempty" doc:"Of the order; may be left out where the case has one."`
	Price     recourse.Money `json:"price,omitzero" doc:"As it was looked at: if the offer costs something else now, it is not taken."`
	Ask       bool           `json:"ask,omitempty" doc:"Put it to the buyer instead of buying it."`
	Confirmed bool           `json:"confirmed,omitempty" doc:"The buyer gets money and goods: takes the permission to approve."`
}

// OfferChosen is what the choice came to.
type OfferChosen struct {
	Order   string      `json:"order"`
	Version int64       `json:"version"`
	Confirm bool        `json:"confirm,omitempty" doc:"Of a preview: it takes a confirmation."`
	Acts    []ChosenAct `json:"acts" doc:"What was decided."`
}

// ChosenAct is an act that follows from a choice.
type ChosenAct struct {
	Effect   string            `json:"effect"`
	Kind     string            `json:"kind"`
	Supplier string            `json:"supplier,omitempty"`
	SKU      string            `json:"sku,omitempty"`
	Amount   recourse.Money    `json:"amount,omitzero"`
	Approval recourse.Approval `json:"approval,omitempty"`
}

func (c *call) chooseOffer() error {
	preview, err := c.preview()
	if err != nil {
		return err
	}
	var body OfferChoice
	if err := c.decode(c.w, c.r, &body); err != nil {
		return err
	}
	w := desk.Wish{Case: c.r.PathValue("case"), Ask: body.Ask, Confirmed: body.Confirmed, By: c.who.Name}
	if w.Version, err = c.wanted(); err != nil {
		return err
	}
	if w.Once, err = c.key(); err != nil {
		return err
	}
	if w.Confirmed {
		told := recourse.Event{Type: recourse.RemedyChosen, Data: recourse.Data{Case: w.Case, Remedy: recourse.RemedyReorder, By: recourse.PartyMerchant, Confirmed: true}}
		if err := permit(c.r.Context(), c.Desk, c.who, &told); err != nil {
			return err
		}
	}
	if w.Offer, err = c.offerOf(w.Case, &body); err != nil {
		return err
	}
	run := c.Desk.ChooseOffer
	if preview {
		run = c.Desk.PlanOffer
	}
	done, err := run(c.r.Context(), c.who.Merchant, w)
	if err != nil {
		return inBody("", err)
	}
	last := &done.Results[len(done.Results)-1]
	out := OfferChosen{Order: last.Order, Version: last.Seq, Confirm: preview && done.Confirm, Acts: []ChosenAct{}}
	for i := range last.Effects {
		e := &last.Effects[i]
		out.Acts = append(out.Acts, ChosenAct{e.ID, string(e.Kind), e.Supplier, e.SKU, e.Amount, e.Approval})
	}
	if !preview {
		c.version(last.Seq)
	}
	return c.send(out)
}

// offerOf is the offer that is meant, as it stands now.
func (c *call) offerOf(id string, body *OfferChoice) (o recourse.Offer, err error) {
	found, err := c.Desk.Source(c.r.Context(), c.who.Merchant, id, 0)
	if err != nil {
		return o, inParameter("case", err)
	}
	for i := range found {
		for j := range found[i].Ranked {
			k := &found[i].Ranked[j]
			if k.Number != body.Offer || body.Line != 0 && body.Line != found[i].Line.Line {
				continue
			}
			if body.Price.Currency != "" && body.Price != k.Price {
				return o, inBody("", &recourse.Error{Kind: recourse.Conflict, Code: "offer_changed", Field: "price", Message: "the offer has changed: it costs " + k.Price.String() + " now"})
			}
			return k.Offer, nil
		}
	}
	return o, inBody("", &recourse.Error{Kind: recourse.NotFound, Code: "offer_unknown", Field: "offer", Message: "there is no such offer for this case"})
}

// SupplierAnswers is the answer of their list.
type SupplierAnswers struct {
	Suppliers []SupplierAnswer `json:"suppliers"`
}

// SupplierAnswer is a supplier with its scorecard.
type SupplierAnswer struct {
	Supplier string `json:"supplier" doc:"The name that purchases have."`
	SupplierData
	Merged   []string    `json:"merged,omitempty" doc:"Other names that are this supplier."`
	Offers   int         `json:"offers"`
	Standing int         `json:"standing" doc:"0 to 1000."`
	Known    bool        `json:"known" doc:"Enough was bought there to say so; else it counts as an average supplier."`
	Late     ShareAnswer `json:"late"`
	Stock    ShareAnswer `json:"out_of_stock"`
	Claims   ShareAnswer `json:"claims"`
	Silent   ShareAnswer `json:"silent"`
	Answers  int64       `json:"answers_within_seconds" doc:"The mean, the newer the more; 0: nothing was asked."`
}

// SupplierData is what people write down of a supplier.
type SupplierData struct {
	Name     string `json:"name,omitempty"`
	Email    string `json:"email,omitempty"`
	Language string `json:"language,omitempty" doc:"That it is written to in; empty: the agent's."`
	URL      string `json:"url,omitempty"`
	Note     string `json:"note,omitempty"`
}

// ShareAnswer is a figure of a scorecard, weighted by age.
type ShareAnswer struct {
	Bad      int  `json:"bad" doc:"Thousandths: one of today weighs 1000."`
	Of       int  `json:"of"`
	Permille int  `json:"permille"`
	Enough   bool `json:"enough" doc:"False: too little is known to say."`
}

// Merge says which supplier another is.
type Merge struct {
	Into      string `json:"into" doc:"Empty: it is one of its own again."`
	Confirmed bool   `json:"confirmed"`
}

func supplierAnswer(s *desk.SupplierCard) SupplierAnswer {
	share := func(x sourcing.Share) ShareAnswer { return ShareAnswer{x.Bad, x.Of, x.Permille, x.Enough} }
	return SupplierAnswer{Supplier: s.ID, SupplierData: SupplierData{s.Name, s.Email, s.Language, s.URL, s.Note}, Merged: s.Merged, Offers: s.Offers, Standing: s.Standing, Known: s.Known,
		Late: share(s.Record.Late), Stock: share(s.Record.OutOfStock), Claims: share(s.Record.Claims), Silent: share(s.Record.Silent), Answers: int64(s.Record.Answer / time.Second)}
}

func (c *call) suppliers() error {
	all, err := c.Desk.Suppliers(c.r.Context(), c.who.Merchant)
	if err != nil {
		return err
	}
	out := SupplierAnswers{Suppliers: []SupplierAnswer{}}
	for i := range all {
		out.Suppliers = append(out.Suppliers, supplierAnswer(&all[i]))
	}
	return c.send(out)
}

func (c *call) showSupplier() error {
	f, err := c.Desk.Supplier(c.r.Context(), c.who.Merchant, c.r.PathValue("supplier"))
	if err != nil {
		return inParameter("supplier", err)
	}
	return c.send(supplierAnswer(&f.SupplierCard))
}

func (c *call) putSupplier() error {
	var d SupplierData
	if err := c.decode(c.w, c.r, &d); err != nil {
		return err
	}
	s := store.Supplier{ID: c.r.PathValue("supplier"), Name: d.Name, Email: d.Email, Language: d.Language, URL: d.URL, Note: d.Note, ChangedBy: c.who.Name}
	if err := c.Desk.PutSupplier(c.r.Context(), c.who.Merchant, s); err != nil {
		return inBody("", err)
	}
	return c.showSupplier()
}

func (c *call) mergeSupplier() error {
	var m Merge
	if err := c.decode(c.w, c.r, &m); err != nil {
		return err
	}
	if !m.Confirmed {
		return inBody("", &recourse.Error{Kind: recourse.Invalid, Code: "merge_unconfirmed", Field: "confirmed", Message: "nothing was merged: it was not confirmed", Hint: "send confirmed: true"})
	}
	if err := c.Desk.MergeSupplier(c.r.Context(), c.who.Merchant, c.r.PathValue("supplier"), m.Into, c.who.Name); err != nil {
		return inBody("", err)
	}
	return c.showSupplier()
}

// OfferAnswers is the answer of a list of offers.
type OfferAnswers struct {
	Offers []OfferAnswer `json:"offers"`
	Next   string        `json:"next,omitempty" doc:"The cursor of the next page."`
}

// OfferAnswer is what a supplier has.
type OfferAnswer struct {
	Number int64 `json:"offer"`
	recourse.Offer
	Title  string    `json:"title"`
	Line   string    `json:"line,omitempty" doc:"The shipping line that the supplier uses."`
	URL    string    `json:"url,omitempty"`
	SeenAt time.Time `json:"seen_at"`
	Source string    `json:"source,omitempty"`
}

func (c *call) offers() error {
	limit, err := c.limit(50, 200)
	if err != nil {
		return err
	}
	after := int64(0)
	if at := c.query.Get("cursor"); at != "" {
		if after, err = strconv.ParseInt(at, 10, 64); err != nil || after < 0 {
			return inParameter("cursor", &recourse.Error{Kind: recourse.Invalid, Code: "cursor", Message: "that place in the list does not exist"})
		}
	}
	all, next, err := c.Desk.FindOffers(c.r.Context(), c.who.Merchant, c.query.Get("q"), c.query.Get("supplier"), after, limit)
	if err != nil {
		return err
	}
	out := OfferAnswers{Offers: []OfferAnswer{}}
	for _, o := range all {
		out.Offers = append(out.Offers, OfferAnswer{o.Number, o.Offer, o.Title, o.Line, o.URL, o.SeenAt, o.Source})
	}
	if next > 0 {
		out.Next = strconv.FormatInt(next, 10)
	}
	return c.send(out)
}

// NewOffers is a list of offers.
type NewOffers struct {
	List     string `json:"list" doc:"CSV with a row of names, such as supplier,sku,title,price,currency,stock."`
	Currency string `json:"currency,omitempty" doc:"Of prices that do not carry their own."`
}

// OffersTaken is what came of a list.
type OffersTaken struct {
	Rows     int           `json:"rows"`
	New      int           `json:"new"`
	Tied     int           `json:"tied"`
	Rejected int           `json:"rejected"`
	Rejects  []OfferReject `json:"rejects" doc:"The first hundred."`
}

// OfferReject is a row that is no offer.
type OfferReject struct {
	Row  int    `json:"row"`
	Code string `json:"code"`
	Why  string `json:"why"`
}

func (c *call) addOffers() error {
	var n NewOffers
	if err := c.decode(c.w, c.r, &n); err != nil {
		return err
	}
	currency := recourse.Currency("")
	if n.Currency != "" {
		var err error
		if currency, err = recourse.ParseCurrency(n.Currency); err != nil {
			return inBody("", beside("currency", err))
		}
	}
	data := []byte(n.List)
	list, err := intake.OpenOffers(bytes.NewReader(data), int64(len(data)), "list", currency)
	if err != nil {
		return inBody("", beside("list", err))
	}
	out := OffersTaken{Rejects: []OfferReject{}}
	sum, err := readOfferList(c, list, func(r *intake.Reject) {
		if len(out.Rejects) < 100 {
			out.Rejects = append(out.Rejects, OfferReject{r.Row, r.Code, r.String()})
		}
	})
	if err != nil {
		return err
	}
	out.Rows, out.New, out.Tied, out.Rejected = sum.Rows, sum.New, sum.Tied, sum.Rejected
	return c.send(out)
}

// OfferTie says what an offer is to an item of the shop.
type OfferTie struct {
	SKU   string `json:"sku" doc:"The shop's."`
	Offer int64  `json:"offer"`
	As    string `json:"as" doc:"same, similar, never; empty: take it back."`
}

func (c *call) tieOffer() error {
	var t OfferTie
	if err := c.decode(c.w, c.r, &t); err != nil {
		return err
	}
	if err := c.Desk.Tie(c.r.Context(), c.who.Merchant, store.Substitute{SKU: t.SKU, Offer: t.Offer, Link: t.As, By: c.who.Name}); err != nil {
		return inBody("", err)
	}
	return c.send(t)
}

// sourcingAPI are the operations about goods from elsewhere.
var sourcingAPI = []route{
	{method: "GET", path: "/api/v1/cases/{case}/sourcing", name: "sourceCase", sum: "Find goods elsewhere", about: "The offers that could fill a case's lines, ranked, each with its reasons.", needs: account.Read,
		query: []param{{name: "limit", about: "How many of each line, up to 200. Default 3.", format: "integer"}, pLanguage}, answer: SourcingAnswer{}, problems: []int{404}, serve: (*call).sourcing},
	{method: "POST", path: "/api/v1/cases/{case}/offer", name: "chooseOffer", sum: "Choose an offer", needs: account.Work,
		about: "Buys an offer for a case, or puts it to the buyer, in the order that the case's state takes it. Where the buyer would get money and goods it is refused with 409 until it is confirmed.",
		query: []param{pPreview}, headers: []param{hKey, hMatch}, body: OfferChoice{}, answer: OfferChosen{}, tag: true, problems: []int{404, 409, 412}, serve: (*call).chooseOffer},
	{method: "GET", path: "/api/v1/suppliers", name: "listSuppliers", sum: "List suppliers", about: "With their scorecards.", needs: account.Read, answer: SupplierAnswers{}, serve: (*call).suppliers},
	{method: "GET", path: "/api/v1/suppliers/{supplier}", name: "getSupplier", sum: "Read a supplier", about: "With its scorecard. A name that was merged gives the other supplier.", needs: account.Read, answer: SupplierAnswer{}, problems: []int{404}, serve: (*call).showSupplier},
	{method: "PUT", path: "/api/v1/suppliers/{supplier}", name: "putSupplier", sum: "Write a supplier down", about: "In place of what was written down before.", needs: account.Work, body: SupplierData{}, answer: SupplierAnswer{}, serve: (*call).putSupplier},
	{method: "POST", path: "/api/v1/suppliers/{supplier}/merge", name: "mergeSupplier", sum: "Merge a supplier into another", about: "Its record, offers, purchases and cases count for the other from now on, and the people of both answer what is open. Facts keep the name that they were told with; an empty into undoes it.", needs: account.Manage, body: Merge{}, answer: SupplierAnswer{}, problems: []int{404, 409}, serve: (*call).mergeSupplier},
	{method: "GET", path: "/api/v1/offers", name: "listOffers", sum: "List offers", about: "By words or a SKU, the nearest first; without, all by number.", needs: account.Read,
		query: []param{{name: "q", about: "Words of a title, or a SKU."}, {name: "supplier", about: "Only of this one."}, pCursor, pLimit}, answer: OfferAnswers{}, serve: (*call).offers},
	{method: "POST", path: "/api/v1/offers", name: "addOffers", sum: "Read a list of offers", about: "New ones and changed ones, by supplier and SKU. Rows that are no offers stop none of the others.", needs: account.Work, body: NewOffers{}, answer: OffersTaken{}, problems: []int{413}, serve: (*call).addOffers},
	{method: "POST", path: "/api/v1/offers/tie", name: "tieOffer", sum: "Say what an offer is to an item", about: "The same, one that may stand in, or never.", needs: account.Work, body: OfferTie{}, answer: OfferTie{}, problems: []int{404}, serve: (*call).tieOffer},
	{method: "GET", path: "/api/v1/rates", name: "listRates", sum: "List rates", about: "The newest of each pair.", needs: account.Read, answer: RateAnswers{}, serve: (*call).rates},
	{method: "POST", path: "/api/v1/rates", name: "addRates", sum: "Keep rates", about: "CSV of day, base, quote, rate. If a row is none, nothing is kept.", needs: account.Work, body: NewRates{}, answer: RatesTaken{}, serve: (*call).addRates},
}
