package web

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/account"
	"recourse/importer"
	"recourse/intake"
	"recourse/store"
	"recourse/web/view"
)

// offerRoutes are the pages of what suppliers have, and of what currencies are worth.
var offerRoutes = []pageRoute{
	{pattern: "GET /offers", access: access{page, account.Read}, serve: (*site).offers},
	{pattern: "POST /offers", access: access{page, account.Work}, serve: (*site).addOffer},
	{pattern: "POST /offers/import", access: access{page, account.Work}, serve: (*site).importOffers},
	{pattern: "GET /offers/rejects.csv", access: access{page, account.Work}, serve: (*site).offerRejects},
	{pattern: "GET /offers/offers.csv", access: access{page, account.Read}, serve: (*site).exportOffers},
	{pattern: "GET /rates", access: access{page, account.Read}, serve: (*site).rates},
	{pattern: "POST /rates", access: access{page, account.Work}, serve: (*site).addRates},
}

// offersShown is how many offers stand on a page, tiesShown how many ties.
const (
	offersShown = 50
	tiesShown   = 200
)

func (s *site) offers(v *visit) error { return v.offersNow(http.StatusOK, nil, nil, nil) }

// offersNow shows what suppliers have, with what came of a list, or with a form as it was filled in.
func (v *visit) offersNow(status int, wrong error, form url.Values, read *view.OffersReadView) error {
	v.atHome()
	q := v.r.URL.Query()
	after, _ := strconv.ParseInt(q.Get("after"), 10, 64)
	words, supplier := strings.TrimSpace(recourse.Shorten(q.Get("q"), 300)), recourse.Shorten(q.Get("supplier"), 500)
	found, next, err := v.desk.FindOffers(v.r.Context(), v.who.Merchant, words, supplier, after, offersShown)
	if err != nil {
		return err
	}
	m := view.OffersView{Query: words, Supplier: supplier, Act: v.who.Role.May(account.Work), Read: read, Form: view.OfferForm{Action: "/offers", Values: form}}
	m.Export = "/offers/offers.csv"
	if supplier != "" {
		m.Export += "?" + url.Values{"supplier": {supplier}}.Encode()
	}
	var ties []store.Substitute
	var tied []store.Offer
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) {
		if ties, err = tx.Substitutes(v.who.Merchant, words, tiesShown); err != nil {
			return err
		}
		var numbers []int64
		for _, s := range ties {
			numbers = append(numbers, s.Offer)
		}
		tied, err = tx.Offers(v.who.Merchant, numbers)
		return err
	})
	if err != nil {
		return err
	}
	m.Ties = v.read.Ties(ties, tied)
	for i := range found {
		m.Rows = append(m.Rows, v.read.OfferRow(&found[i], ties))
	}
	if next > 0 {
		values := url.Values{"after": {strconv.FormatInt(next, 10)}}
		if supplier != "" {
			values.Set("supplier", supplier)
		}
		m.Next = "/offers?" + values.Encode()
	}
	p := v.page(v.read.T("off_title"))
	if v.r.Method != http.MethodGet {
		p.Here = "/offers"
	}
	if wrong != nil {
		p.Notice, m.Form.Wrong = v.offerNotice(wrong), own(wrong).Field
	}
	return v.show(status, view.OffersPage(p, m))
}

// offerNotice says an error; what is wrong in a list has no words but the reader's own.
func (v *visit) offerNotice(err error) *view.Notice {
	n := v.notice(err)
	if n.Detail == "" && own(err).Position.Line > 0 {
		n.Detail = own(err).Error()
	}
	return n
}

// offerForm are the fields of an offer that is written down by hand, with the columns of a list that they are.
var offerForm = []struct{ field, column string }{
	{"supplier", "supplier"}, {"sku", "sku"}, {"title", "title"}, {"price", "price"}, {"stock", "stock"}, {"lead_days", "leaddays"}, {"weight_g", "weightg"}, {"size", "size"}, {"url", "url"}, {"for", "for"},
}

// byHand reads an offer as a list of one row, so that a form is read by the rules of a list.
func byHand(f url.Values) (row intake.OfferRow, err error) {
	var names, cells []string
	for _, c := range offerForm {
		value := strings.TrimSpace(f.Get(c.field))
		if c.field == "price" && strings.Count(value, ",") == 1 && !strings.Contains(value, ".") {
			value = strings.Replace(value, ",", ".", 1)
		}
		names, cells = append(names, c.column), append(cells, value)
	}
	if f.Get("as") == "same" {
		names, cells = append(names, "same"), append(cells, "yes")
	}
	if currency, price := splitPrice(cells[3]); currency != "" {
		names, cells = append(names, "currency"), append(cells, currency)
		cells[3] = price
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.WriteAll([][]string{names, cells})
	list, err := intake.OpenOffers(bytes.NewReader(b.Bytes()), int64(b.Len()), "", "")
	if err != nil {
		return row, err
	}
	row, bad, err := list.Next()
	if err == io.EOF {
		err = &recourse.Error{Kind: recourse.Invalid, Code: "offer_supplier", Field: "supplier", Message: "the offer has no supplier"}
	}
	if err == nil && bad != nil {
		field := bad.Field
		for _, c := range offerForm {
			if c.column == field || c.field == field || strings.TrimSuffix(c.column, "g") == field {
				field = c.field
				break
			}
		}
		err = rejected(bad, field)
	}
	return row, err
}

// rejected is a row that could not be read, as an error of the field that it was.
func rejected(r *intake.Reject, field string) error {
	message := r.Reason
	if r.Value != "" {
		message += `: "` + r.Value + `"`
	}
	return &recourse.Error{Kind: recourse.Invalid, Code: r.Code, Field: field, Message: message, Hint: r.Hint}
}

// rejectWhy says in the reader's words why a row was not taken; what has no words is said as it came.
func (v *visit) rejectWhy(r *intake.Reject) string {
	say, do, ok := v.lang.Error(rejected(r, r.Field))
	if !ok {
		return recourse.Shorten(r.String(), rejectsTelled)
	}
	if r.Name != "" {
		say = r.Name + " · " + say
	}
	return say + " " + do
}

// splitPrice takes the currency off a price, whichever side it stands on: 82.50 CNY.
func splitPrice(s string) (currency, price string) {
	letters := strings.TrimFunc(s, func(r rune) bool { return r|0x20 < 'a' || r|0x20 > 'z' })
	if len(letters) != 3 {
		return "", s
	}
	return strings.ToUpper(letters), strings.TrimSpace(strings.Replace(s, letters, "", 1))
}

// addOffer keeps an offer that somebody writes down.
func (s *site) addOffer(v *visit) error {
	if err := v.fill(); err != nil {
		return err
	}
	f := v.r.PostForm
	back := f.Get("back")
	row, err := byHand(f)
	if err != nil {
		if back != "" {
			back = "/offers" // the form of its own, with what was typed
		}
		return v.offersNow(http.StatusUnprocessableEntity, err, f, nil)
	}
	if row.SeenAt.IsZero() {
		row.SeenAt = v.desk.Now()
	}
	offers := []store.Offer{importer.OfferOf(row, v.who.Name)}
	if _, err := v.desk.PutOffers(v.r.Context(), v.who.Merchant, offers); err != nil {
		return err
	}
	if as := f.Get("as"); row.For != "" && as != "" {
		if err := v.desk.Tie(v.r.Context(), v.who.Merchant, store.Substitute{SKU: row.For, Offer: offers[0].Number, Link: as, By: v.who.Name}); err != nil {
			return v.offersNow(http.StatusUnprocessableEntity, err, f, nil)
		}
	}
	return v.goOn(backTo(back, "/offers"), "told_offer_kept")
}

// mostList is how large a list of offers may be.
const mostList = 64 << 20

// upload keeps the file of a form where it can be read from its end, with the other fields of the form.
func (v *visit) upload(name string) (file *os.File, called string, fields url.Values, err error) {
	parts, err := v.r.MultipartReader()
	if err != nil {
		return nil, "", nil, &recourse.Error{Kind: recourse.Invalid, Code: "form", Message: "the form cannot be read", Err: err}
	}
	fields = url.Values{}
	for range 10 {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return file, called, fields, cut(err)
		}
		if part.FormName() != name || part.FileName() == "" {
			text, err := io.ReadAll(io.LimitReader(part, maxForm))
			if err != nil {
				return file, called, fields, cut(err)
			}
			fields.Set(part.FormName(), string(text))
			continue
		}
		if file != nil {
			continue
		}
		called = fileName(part.FileName())
		if file, err = os.CreateTemp("", "recourse-list-*"); err != nil {
			return nil, "", nil, err
		}
		os.Remove(file.Name()) // it is gone with the request, whatever happens
		n, err := io.Copy(file, io.LimitReader(part, mostList+1))
		if err != nil {
			return file, called, fields, cut(err)
		}
		if n > mostList {
			return file, called, fields, &recourse.Error{Kind: recourse.TooLarge, Code: "list_large", Field: name, Message: "a list has 64 MiB at most", Hint: "split it"}
		}
	}
	return file, called, fields, nil
}

// mostRejects is how much of a reject file is kept, rejectsShown how many rows are told on the page.
const (
	mostRejects   = 8 << 20
	rejectsShown  = 50
	rejectsTelled = 300
)

// importOffers reads a list of offers.
func (s *site) importOffers(v *visit) error {
	ctx, stop := uploading(v.w, v.r)
	defer stop()
	v.r = v.r.WithContext(ctx)
	file, name, fields, err := v.upload("list")
	if file != nil {
		defer file.Close()
	}
	if err == nil && file == nil {
		err = &recourse.Error{Kind: recourse.Invalid, Code: "list_none", Field: "list", Message: "no file was chosen, or it is empty"}
	}
	currency := recourse.Currency("")
	if c := strings.ToUpper(strings.TrimSpace(fields.Get("currency"))); err == nil && c != "" {
		if currency, err = recourse.ParseCurrency(c); err != nil {
			err = beside("currency", err)
		}
	}
	if err != nil {
		return v.offersNow(pageStatus[recourse.KindOf(err)], err, nil, nil)
	}
	read, err := v.readOffers(file, name, currency)
	if err != nil {
		return v.offersNow(pageStatus[recourse.KindOf(err)], err, nil, nil)
	}
	return v.offersNow(http.StatusOK, nil, nil, read)
}

// readOffers reads a list, keeps its offers, and tells what of it was none.
func (v *visit) readOffers(file *os.File, name string, currency recourse.Currency) (*view.OffersReadView, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	list, err := intake.OpenOffers(file, info.Size(), filepath.Base(name), currency)
	if err != nil {
		return nil, err
	}
	out := &view.OffersReadView{}
	var rejects bytes.Buffer
	w := intake.NewRejectWriter(&rejects, list.Header())
	sum, err := importer.ReadOffers(v.r.Context(), v.desk, v.who.Merchant, list, name, func(r *intake.Reject) error {
		if len(out.Rejects) < rejectsShown {
			out.Rejects = append(out.Rejects, v.read.T("off_row", "row", v.read.Number(r.Row), "why", v.rejectWhy(r)))
		}
		if rejects.Len() > mostRejects {
			return nil
		}
		return w.Write(*r)
	})
	if err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	out.Say = v.read.T("off_read", "rows", v.read.Number(sum.Rows), "new", v.read.Number(sum.New), "rejected", v.read.Number(sum.Rejected), "tied", v.read.Number(sum.Tied))
	if sum.Rejected > 0 {
		if err := v.desk.KeepRejects(v.r.Context(), v.who.Merchant, offerList, &rejects); err != nil {
			return nil, err
		}
		out.File = "/offers/rejects.csv"
		if sum.Rejected > len(out.Rejects) {
			out.More = v.read.T("off_more_rejects", "n", v.read.Number(sum.Rejected-len(out.Rejects)))
		}
	}
	return out, nil
}

// offerRejects sends the rows of the list that was read last that were no offers, to be mended and read again.
func (s *site) offerRejects(v *visit) error {
	return v.sendRejects(offerList)
}

// offerList names the list of offers that was read last among the files of rejects.
const offerList = "offers"

// exportOffers sends the offers as a list that can be read again, as it is read from the store.
func (s *site) exportOffers(v *visit) error {
	h := v.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", `attachment; filename="offers-`+v.read.Now.Format("2006-01-02")+`.csv"`)
	out := view.NewOfferFile(v.w)
	supplier := v.r.URL.Query().Get("supplier")
	for after := int64(0); ; {
		all, next, err := v.desk.FindOffers(v.r.Context(), v.who.Merchant, "", supplier, after, 1000)
		if err != nil {
			return gone(err)
		}
		if err := out.Write(all); err != nil || next == 0 {
			return gone(err)
		}
		after = next
	}
}

func (s *site) rates(v *visit) error { return v.ratesNow(http.StatusOK, nil, "") }

func (v *visit) ratesNow(status int, wrong error, text string) error {
	v.atHome()
	var all []store.RatePair
	if err := v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) { all, err = tx.RatePairs(v.who.Merchant); return err }); err != nil {
		return err
	}
	m := view.NewRates(v.read, all, v.who.Role.May(account.Work))
	m.Text = text
	p := v.page(v.read.T("rate_title"))
	if p.Here = "/rates"; wrong != nil {
		p.Notice = v.offerNotice(wrong)
	}
	return v.show(status, view.RatesPage(p, m))
}

// addRates keeps rates that are written down, or of a file.
func (s *site) addRates(v *visit) error {
	ctx, stop := uploading(v.w, v.r)
	defer stop()
	v.r = v.r.WithContext(ctx)
	file, name, fields, err := v.upload("list")
	if file != nil {
		defer file.Close()
	}
	text := fields.Get("text")
	if err == nil {
		var from io.Reader = strings.NewReader(text)
		if file != nil {
			if _, err = file.Seek(0, io.SeekStart); err == nil {
				from = file
			}
		}
		if err == nil {
			_, err = PutRates(v.r.Context(), v.desk, v.who.Merchant, from, cmp.Or(name, v.who.Name))
		}
	}
	if err != nil {
		return v.ratesNow(pageStatus[recourse.KindOf(err)], err, text)
	}
	return v.goOn("/rates", "told_rates")
}

// languagesOf are the languages that somebody can be written to in.
func (v *visit) languagesOf() (out []view.FieldOption) {
	for _, l := range v.lang.Catalog().Languages() {
		out = append(out, view.FieldOption{Value: string(l), Label: v.read.Other(string(l)).Name()})
	}
	return slices.Clip(out)
}
