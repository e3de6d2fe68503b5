package web

import (
	"bytes"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/importer"
	"recourse/intake"
	"recourse/sourcing"
	addresses "recourse/sourcing/address"
)

// ShippingLines is the answer of their list.
type ShippingLines struct {
	Lines []ShippingLine `json:"lines"`
}

// ShippingLine is a way for parcels, with what it takes and whose it is.
type ShippingLine struct {
	sourcing.Line
	Own      bool `json:"own" doc:"The merchant's."`
	Standard bool `json:"standard" doc:"Everybody has one of that id; the merchant's own stands in its place."`
}

// LineData is what a shipping line is.
type LineData struct {
	sourcing.Line
}

// ShippingWays are all that would do, the best first, and what would not.
type ShippingWays struct {
	Ways    []ShippingWay      `json:"ways"`
	Refused []RefusedLine      `json:"refused" doc:"Lines that do not take the goods, and why."`
	Alone   []int              `json:"alone" doc:"Lines of the order of which no shipping line takes a single piece: only another product, or a refund, helps."`
	Unknown []sourcing.Unknown `json:"unknown" doc:"What is not known, so that nothing is sure."`
}

// ShippingWay is a plan by which goods can go.
type ShippingWay struct {
	sourcing.Way
	Lines []LineData `json:"lines"`
}

// RefusedLine is a line that does not take the goods.
type RefusedLine struct {
	sourcing.Refused
	Line LineData `json:"line"`
}

func shippingWays(w *sourcing.Ways) ShippingWays {
	out := ShippingWays{Ways: []ShippingWay{}, Refused: []RefusedLine{}, Alone: w.Alone, Unknown: w.Unknown}
	for _, x := range w.Ways {
		way := ShippingWay{Way: x}
		for _, l := range x.Lines {
			way.Lines = append(way.Lines, LineData{l})
		}
		out.Ways = append(out.Ways, way)
	}
	for _, r := range w.Refused {
		out.Refused = append(out.Refused, RefusedLine{r, LineData{r.Line}})
	}
	return out
}

func shippingLine(l *desk.LineCard) ShippingLine { return ShippingLine{l.Line, l.Own, l.Standard} }

func (c *call) shippingLines() error {
	all, err := c.Desk.ShippingLines(c.r.Context(), c.who.Merchant)
	if err != nil {
		return err
	}
	out := ShippingLines{Lines: []ShippingLine{}}
	for i := range all {
		out.Lines = append(out.Lines, shippingLine(&all[i]))
	}
	return c.send(out)
}

func (c *call) showShippingLine() error {
	l, err := c.Desk.ShippingLine(c.r.Context(), c.who.Merchant, c.r.PathValue("line"))
	if err != nil {
		return inParameter("line", err)
	}
	return c.send(shippingLine(&l))
}

func (c *call) putShippingLine() error {
	var body LineData
	if err := c.decode(c.w, c.r, &body); err != nil {
		return err
	}
	l := body.Line
	id := c.r.PathValue("line")
	if l.ID != "" && l.ID != id {
		return inBody("", &recourse.Error{Kind: recourse.Invalid, Code: "lines_value", Field: "line", Message: "the body names another line than the address"})
	}
	l.ID = id
	if _, err := c.Desk.PutShippingLines(c.r.Context(), c.who.Merchant, c.who.Name, l); err != nil {
		return inBody("", err)
	}
	return c.showShippingLine()
}

// Gone says that something was taken away.
type Gone struct {
	Gone bool `json:"gone"`
}

func (c *call) dropShippingLine() error {
	if err := c.Desk.DropShippingLine(c.r.Context(), c.who.Merchant, c.r.PathValue("line")); err != nil {
		return inParameter("line", err)
	}
	return c.send(Gone{true})
}

// NewLines is a list of shipping lines.
type NewLines struct {
	List string `json:"list" doc:"CSV with a row of names, such as line,name,countries,max_weight_g,prices."`
}

// LinesTaken is what came of a list.
type LinesTaken struct {
	importer.LinesRead
	Rejects []LineReject `json:"rejects" doc:"The first hundred."`
}

// LineReject is a row that is no line.
type LineReject struct {
	Row    int    `json:"row"`
	Column string `json:"column,omitempty"`
	Code   string `json:"code"`
	Why    string `json:"why"`
}

func (c *call) addShippingLines() error {
	var n NewLines
	if err := c.decode(c.w, c.r, &n); err != nil {
		return err
	}
	data := []byte(n.List)
	list, err := intake.OpenTable(bytes.NewReader(data), int64(len(data)), "list")
	if err != nil {
		return inBody("", beside("list", err))
	}
	out := LinesTaken{Rejects: []LineReject{}}
	out.LinesRead, err = importer.ReadLines(c.r.Context(), c.Desk, c.who.Merchant, c.who.Name, "list", list, func(e *recourse.Error) {
		if len(out.Rejects) < 100 {
			out.Rejects = append(out.Rejects, LineReject{e.Position.Line, e.Field, e.Code, e.Message})
		}
	})
	if err != nil {
		return inBody("", beside("list", err))
	}
	return c.send(out)
}

// Packing is what is to be packed.
type Packing struct {
	Items []sourcing.Item      `json:"items" doc:"Each a kind of goods: line is a number of its own."`
	To    sourcing.Destination `json:"to,omitzero"`
}

func (c *call) packGoods() error {
	var p Packing
	if err := c.decode(c.w, c.r, &p); err != nil {
		return err
	}
	ways, err := c.Desk.Fit(c.r.Context(), c.who.Merchant, p.Items, p.To)
	if err != nil {
		return inBody("", err)
	}
	return c.send(shippingWays(&ways))
}

// CaseShipping is how a case's goods could go.
type CaseShipping struct {
	Case  string               `json:"case"`
	Items []sourcing.Item      `json:"items"`
	To    sourcing.Destination `json:"to"`
	ShippingWays
	Choices []Choice `json:"choices" doc:"What the case can be told now, for which a way is a reason."`
}

// Choice is a remedy that may be chosen now.
type Choice struct {
	Remedy  recourse.Remedy `json:"remedy"`
	Confirm bool            `json:"confirm,omitempty" doc:"It takes a confirmation: the buyer would get money and goods."`
}

func (c *call) caseShipping() error {
	id := c.r.PathValue("case")
	s, err := c.Desk.Ways(c.r.Context(), c.who.Merchant, id)
	if err != nil {
		return inParameter("case", err)
	}
	v, err := c.Desk.Case(c.r.Context(), c.who.Merchant, id)
	if err != nil {
		return inParameter("case", err)
	}
	out := CaseShipping{Case: id, Items: s.Items, To: s.Destination, ShippingWays: shippingWays(&s.Ways), Choices: []Choice{}}
	for _, o := range v.Options(id) {
		switch o.Remedy {
		case recourse.RemedyAdjustment, recourse.RemedyReorder, recourse.RemedyRefund:
			out.Choices = append(out.Choices, Choice{o.Remedy, o.Confirm})
		}
	}
	return c.send(out)
}

// AddressChecked is what was found of an address.
type AddressChecked struct {
	Country  string           `json:"country"`
	Ruled    bool             `json:"ruled" doc:"False: no rules of this country are known, and only what holds everywhere was looked at."`
	Wrong    bool             `json:"wrong" doc:"Something cannot be right."`
	Findings []AddressFinding `json:"findings" doc:"The wrong before the doubtful."`
}

// AddressFinding is one thing that is not as it should be.
type AddressFinding struct {
	Code     string             `json:"code"`
	Field    addresses.Field    `json:"field"`
	Severity addresses.Severity `json:"severity" doc:"wrong: it cannot be right. doubtful: it may be, and stops nothing."`
	Say      string             `json:"say"`
	Do       string             `json:"do"`
}

func (c *call) addressChecked(r *addresses.Report) AddressChecked {
	out, lang := AddressChecked{Country: r.Country, Ruled: r.Ruled, Wrong: r.Wrong(), Findings: []AddressFinding{}}, c.lang()
	for _, f := range r.Findings {
		say, do := lang.Finding(f.Code, f.Args)
		out.Findings = append(out.Findings, AddressFinding{f.Code, f.Field, f.Severity, say, do})
	}
	return out
}

// AddressToCheck is an address with what is known beside it.
type AddressToCheck struct {
	recourse.Address
	NoBoxes bool `json:"no_boxes,omitempty" doc:"The shipping line does not deliver to post office boxes."`
}

func (c *call) checkAddress() error {
	var a AddressToCheck
	if err := c.decode(c.w, c.r, &a); err != nil {
		return err
	}
	report := addresses.Check(&a.Address, addresses.Terms{NoBoxes: a.NoBoxes})
	return c.send(c.addressChecked(&report))
}

func (c *call) orderAddress() error {
	v, err := c.Desk.Order(c.r.Context(), c.who.Merchant, c.r.PathValue("order"))
	if err != nil {
		return inParameter("order", err)
	}
	report := desk.AddressOf(v.File.Order.ShipTo, v.File.Order.Buyer)
	return c.send(c.addressChecked(&report))
}

// linesAPI are the operations about shipping lines, goods that are too big, and addresses before purchase.
var linesAPI = []route{
	{method: "GET", path: "/api/v1/lines", name: "listShippingLines", sum: "List shipping lines", about: "Those that everybody has, and the merchant's own beside them or in their place.", needs: account.Read, answer: ShippingLines{}, serve: (*call).shippingLines},
	{method: "GET", path: "/api/v1/lines/{line}", name: "getShippingLine", sum: "Read a shipping line", about: "With its limits and prices.", needs: account.Read, answer: ShippingLine{}, problems: []int{404}, serve: (*call).showShippingLine},
	{method: "PUT", path: "/api/v1/lines/{line}", name: "putShippingLine", sum: "Write a shipping line down", about: "In place of the one of that id, also of one that everybody has: it holds for this merchant alone.", needs: account.Work, body: LineData{}, answer: ShippingLine{}, problems: []int{413}, serve: (*call).putShippingLine},
	{method: "DELETE", path: "/api/v1/lines/{line}", name: "dropShippingLine", sum: "Take a shipping line away", about: "One of the merchant's own; the one that everybody has under that id holds again.", needs: account.Work, answer: Gone{}, problems: []int{404, 409}, serve: (*call).dropShippingLine},
	{method: "POST", path: "/api/v1/lines", name: "addShippingLines", sum: "Read a list of shipping lines", about: "New ones and changed ones, by id. Rows that are no lines stop none of the others.", needs: account.Work, body: NewLines{}, answer: LinesTaken{}, problems: []int{413}, serve: (*call).addShippingLines},
	{method: "POST", path: "/api/v1/packing", name: "packGoods", sum: "Pack goods", about: "How some goods could go by the merchant's shipping lines: in one parcel, in several, by several lines, or in part; and why other lines do not do.", needs: account.Read, body: Packing{}, answer: ShippingWays{}, serve: (*call).packGoods},
	{method: "GET", path: "/api/v1/cases/{case}/shipping", name: "shipCase", sum: "Find ways for a case's goods", about: "How goods that are too big could go, each way with its parcels, its price and why; and what the case can be told now. Products that fit: see its sourcing.", needs: account.Read, answer: CaseShipping{}, problems: []int{404}, serve: (*call).caseShipping},
	{method: "POST", path: "/api/v1/addresses/check", name: "checkAddress", sum: "Check an address", about: "What cannot be right and what is doubtful, before anything is bought. Nothing is kept.", needs: account.Read, query: []param{pLanguage}, body: AddressToCheck{}, answer: AddressChecked{}, serve: (*call).checkAddress},
	{method: "GET", path: "/api/v1/orders/{order}/address", name: "checkOrderAddress", sum: "Check an order's address", about: "The same, of the address that the order has.", needs: account.Read, query: []param{pLanguage}, answer: AddressChecked{}, problems: []int{404}, serve: (*call).orderAddress},
}
