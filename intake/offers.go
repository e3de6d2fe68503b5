package intake

import (
	"bytes"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"recourse"
)

// This file reads lists of offers: what suppliers have, as a table with a row for each listing. Columns are known by
// their names in English, French and Chinese; a list that has others is told which are wanted.

// OfferRow is one listing, with what the list says of it.
type OfferRow struct {
	Row int // of the list, from 1, the header's included
	recourse.Offer
	Title     string
	Line      string // the shipping line
	URL       string
	SeenAt    time.Time // when the list says that it was so; zero: it does not
	For       string    // the shop's SKU that it may stand in for; "": it does not say
	StockTold bool      // the list says how many there are
}

// offerColumn is a column of a list of offers.
type offerColumn int

const (
	offerSupplier offerColumn = iota
	offerSKU
	offerTitle
	offerPrice
	offerCurrency
	offerStock
	offerLead
	offerWeight
	offerSize
	offerLine
	offerURL
	offerSeen
	offerFor
	offerSame
	offerColumns
)

// offerNames are what columns are called, in small letters without spaces, dashes and underscores. The first is the one
// that a list of our own has.
var offerNames = [offerColumns][]string{
	offerSupplier: {"supplier", "suppliername", "shop", "shopname", "store", "fournisseur", "boutique", "供应商", "店铺", "店铺名称", "卖家"},
	offerSKU:      {"suppliersku", "sku", "productid", "itemid", "itemno", "reference", "référence", "商品编码", "商品编号", "货号", "商家编码"},
	offerTitle:    {"title", "producttitle", "productname", "name", "titre", "désignation", "produit", "标题", "商品名称", "商品标题", "品名"},
	offerPrice:    {"price", "unitprice", "cost", "prix", "prixunitaire", "coût", "价格", "单价", "售价", "进价"},
	offerCurrency: {"currency", "devise", "monnaie", "币种", "货币"},
	offerStock:    {"stock", "quantity", "inventory", "available", "quantité", "disponible", "库存", "数量", "可售数量"},
	offerLead:     {"leaddays", "leadtime", "processingdays", "handlingdays", "délai", "délaijours", "发货天数", "备货天数", "发货时效"},
	offerWeight:   {"weight", "weightg", "poids", "重量", "重量克"},
	offerSize:     {"size", "dimensions", "sizemm", "尺寸", "包装尺寸"},
	offerLine:     {"line", "shippingline", "shippingmethod", "ligne", "transporteur", "物流", "运输方式", "物流线路"},
	offerURL:      {"url", "link", "lien", "链接", "商品链接"},
	offerSeen:     {"seenat", "updated", "updatedat", "date", "更新时间"},
	offerFor:      {"for", "forsku", "shopsku", "mysku", "pour", "对应sku", "店铺sku"},
	offerSame:     {"same", "identical", "identique", "同款"},
}

// OfferNames are the names of the columns that a list of our own has, in their order.
func OfferNames() []string {
	out := make([]string, offerColumns)
	for i, names := range offerNames {
		out[i] = names[0]
	}
	return out
}

// OfferList reads a list of offers, row by row.
type OfferList struct {
	table    table
	header   []string
	columns  [offerColumns]int // of the list; -1: it has none
	currency recourse.Currency // of prices that do not carry their own
	used     []bool
}

// OpenOffers begins to read a list, a workbook or a text file, whichever the bytes are. currency is that of prices that do
// not carry their own; "": none. Errors: offers_columns, and those of [Open] about files that cannot be read.
func OpenOffers(r io.ReaderAt, size int64, file string, currency recourse.Currency) (*OfferList, error) {
	t, err := openTable(r, size)
	if err != nil {
		return nil, inFile(err, file)
	}
	header, err := (&Book{table: t}).header()
	if err != nil {
		return nil, inFile(err, file)
	}
	l := &OfferList{table: t, header: header, currency: currency, used: make([]bool, len(header))}
	l.find()
	t.width(len(header))
	if l.columns[offerSupplier] < 0 || l.columns[offerPrice] < 0 || l.columns[offerSKU] < 0 && l.columns[offerTitle] < 0 {
		return nil, inFile(&recourse.Error{Kind: recourse.Invalid, Code: "offers_columns", Position: recourse.Position{Line: 1}, Message: "the list lacks a column: supplier, price, and sku or title are wanted",
			Hint: "name the columns " + strings.Join(OfferNames(), ", ")}, file)
	}
	return l, nil
}

func openTable(r io.ReaderAt, size int64) (table, error) {
	var magic [4]byte
	if n, _ := r.ReadAt(magic[:], 0); n != len(magic) || string(magic[:]) != "PK\x03\x04" {
		t, _, err := openCSV(io.NewSectionReader(r, 0, size), "auto", 0)
		return t, err
	}
	w, err := openWorkbook(r, size, "")
	if err != nil {
		return nil, err
	}
	return w.open()
}

func (l *OfferList) find() {
	plain := strings.NewReplacer(" ", "", "-", "", "_", "", "(", "", ")", "", "*", "", "：", "", ":", "")
	for c, names := range offerNames {
		l.columns[c] = -1
		for _, n := range names {
			if at := slices.IndexFunc(l.header, func(h string) bool { return plain.Replace(strings.ToLower(h)) == n }); at >= 0 && !l.used[at] {
				l.columns[c], l.used[at] = at, true
				break
			}
		}
	}
}

// Header is the list's row of names, for a reject file.
func (l *OfferList) Header() []string { return slices.Clone(l.header) }

// Next is the next listing, or why its row is none; io.EOF behind the last. Another error ends the reading.
func (l *OfferList) Next() (OfferRow, *Reject, error) {
	for {
		rec, err := l.table.next()
		if err != nil {
			return OfferRow{}, nil, err
		}
		if rec.blank() && rec.fault == nil {
			continue
		}
		if rec.fault == nil {
			rec.fault = rec.checkText(l.used)
		}
		if f := rec.fault; f != nil && !f.onlyUnused(l.used) {
			return OfferRow{}, l.reject(rec, f), nil
		}
		row, f := l.read(rec)
		if f != nil {
			return OfferRow{}, l.reject(rec, f), nil
		}
		return row, nil, nil
	}
}

// reject says why a row is no offer.
func (l *OfferList) reject(rec *record, f *fault) *Reject {
	r := &Reject{Row: rec.row, Field: f.field, Value: recourse.Shorten(f.value, 60), Code: f.code, Reason: f.reason, Hint: f.hint}
	for _, c := range rec.cells {
		r.Cells = append(r.Cells, string(c))
	}
	if f.column >= 0 {
		r.Column = f.column + 1
		if f.column < len(l.header) {
			r.Name = l.header[f.column]
		}
	}
	return r
}

// cell is a cell of a row, without spaces and without what guards it against spreadsheets.
func (l *OfferList) cell(rec *record, c offerColumn) []byte {
	at := l.columns[c]
	if at < 0 || at >= len(rec.cells) {
		return nil
	}
	return unguard(trim(rec.cells[at]))
}

func (l *OfferList) read(rec *record) (row OfferRow, bad *fault) {
	row.Row = rec.row
	fail := func(c offerColumn, f *fault) {
		if f != nil && bad == nil {
			f.column, f.field = l.columns[c], offerNames[c][0]
			bad = f
		}
	}
	text := func(c offerColumn, most int) string {
		v := l.cell(rec, c)
		if len(v) > most {
			fail(c, &fault{value: string(v), code: "text_long", reason: "the text is too long"})
		}
		return string(v)
	}
	row.Supplier, row.SKU, row.Title = text(offerSupplier, 500), text(offerSKU, 500), text(offerTitle, 2000)
	row.Line, row.For, row.URL = text(offerLine, 200), text(offerFor, 500), text(offerURL, 2000)
	row.Same = slices.Contains([]string{"1", "yes", "true", "y", "x", "oui", "是"}, strings.ToLower(text(offerSame, 20)))
	switch {
	case row.Supplier == "":
		fail(offerSupplier, &fault{code: "offer_supplier", reason: "the offer has no supplier"})
	case row.SKU == "" && row.Title == "":
		fail(offerTitle, &fault{code: "offer_title", reason: "the offer has neither a SKU nor a title"})
	case row.SKU == "":
		row.SKU = row.Title // two listings of one supplier with one title are one
	}
	if u, err := url.Parse(row.URL); row.URL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https") {
		fail(offerURL, &fault{value: row.URL, code: "offer_url", reason: "this is no address of a page", hint: "an address begins with https://"})
	}
	l.readPrice(rec, &row, fail)
	l.readNumbers(rec, &row, fail)
	return row, bad
}

func (l *OfferList) readPrice(rec *record, row *OfferRow, fail func(offerColumn, *fault)) {
	currency := l.currency
	if c := l.cell(rec, offerCurrency); len(c) > 0 {
		known, err := recourse.ParseCurrency(strings.ToUpper(string(c)))
		if err != nil {
			fail(offerCurrency, &fault{value: string(c), code: "currency_unknown", reason: "there is no such currency", hint: "write its code, such as CNY"})
			return
		}
		currency = known
	}
	cell := l.cell(rec, offerPrice)
	if len(cell) == 0 {
		fail(offerPrice, &fault{code: "offer_price", reason: "the offer has no price"})
		return
	}
	price, f := parseAmount(cell, markUnstated, currency)
	switch {
	case f != nil:
		fail(offerPrice, f)
	case price.Minor == 0:
		fail(offerPrice, &fault{value: string(cell), code: "offer_price", reason: "a price of nothing is no offer"})
	case price.Currency == "":
		fail(offerPrice, &fault{value: string(cell), code: "currency_missing", reason: "nothing says which currency the price is in", hint: "add a column currency, or name one for the whole list"})
	}
	row.Price = price
}

func (l *OfferList) readNumbers(rec *record, row *OfferRow, fail func(offerColumn, *fault)) {
	if c := l.cell(rec, offerStock); len(c) > 0 {
		row.StockTold = true
		if bytes.Trim(bytes.TrimSuffix(c, []byte(".0")), "0") != nil { // 0 is a stock, if not a quantity
			n, f := parseQuantity(c)
			fail(offerStock, f)
			row.Stock = n
		}
	}
	if c := l.cell(rec, offerLead); len(c) > 0 && string(c) != "0" {
		n, f := parseQuantity(bytes.TrimSpace(bytes.TrimRight(c, "天days jours")))
		if f == nil && n > 365 {
			f = &fault{value: string(c), code: "lead_range", reason: "a supplier that takes more than a year is none"}
		}
		fail(offerLead, f)
		row.LeadDays = n
	}
	if c := l.cell(rec, offerWeight); len(c) > 0 {
		n, f := parseMeasure(c, markUnstated, 1, weightUnits)
		fail(offerWeight, f)
		row.WeightG = n
	}
	if c := l.cell(rec, offerSize); len(c) > 0 {
		size, f := parseSize(c, markUnstated, 1)
		fail(offerSize, f)
		row.SizeMM = size
	}
	if c := l.cell(rec, offerSeen); len(c) > 0 {
		for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly, "2006/01/02"} {
			if t, err := time.Parse(layout, string(c)); err == nil {
				row.SeenAt = t
				return
			}
		}
		fail(offerSeen, &fault{value: string(c), code: "time_malformed", reason: "this is no date", hint: "write it as 2026-11-25"})
	}
}

// All reads a list to its end. An error that ends it comes last.
func (l *OfferList) All(give func(OfferRow, *Reject) error) error {
	for {
		row, bad, err := l.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := give(row, bad); err != nil {
			return err
		}
	}
}
