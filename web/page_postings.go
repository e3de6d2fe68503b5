package web

import (
	"context"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/store"
	"recourse/web/view"
)

// postingsAtOnce is how many postings are read at a time: a file of all of them needs no more memory than that.
var postingsAtOnce = 5000

// behindShown is how many postings a page shows.
const behindShown = 200

// allPostings are the postings of a filter one by one, read in parts, so that nobody is kept from writing meanwhile.
func allPostings(ctx context.Context, d *desk.Desk, merchant string, f store.PostingFilter) iter.Seq2[*store.Posting, error] {
	return func(yield func(*store.Posting, error) bool) {
		for after := (*store.Posting)(nil); ; {
			var all []store.Posting
			err := d.Store().Read(ctx, func(tx *store.Tx) (err error) {
				all, err = tx.FindPostings(merchant, f, after, postingsAtOnce)
				return err
			})
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range all {
				if !yield(&all[i], nil) {
					return
				}
			}
			if len(all) == 0 {
				return
			}
			after = &all[len(all)-1]
		}
	}
}

// PostingFile is all postings of a filter as a table, whose rows come as they are read: it needs no more memory for many of them.
func PostingFile(ctx context.Context, d *desk.Desk, merchant string, r view.Reader, f store.PostingFilter, home recourse.Currency) (*view.Table, error) {
	var rates *desk.Converter
	err := d.Store().Read(ctx, func(tx *store.Tx) (err error) {
		rates, err = desk.NewConverter(tx, merchant, home, r.Local(r.Now).Location(), f.From, f.To)
		return err
	})
	if err != nil {
		return nil, err
	}
	t := view.PostingTable(r, home)
	return t.Stream(func(yield func([]view.Cell, error) bool) {
		for p, err := range allPostings(ctx, d, merchant, f) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(view.PostingRow(r, p, rates, home), nil) {
				return
			}
		}
	}), nil
}

func (v *visit) postingTable(f store.PostingFilter, home recourse.Currency) (*view.Table, error) {
	return PostingFile(v.r.Context(), v.desk, v.who.Merchant, v.read, f, home)
}

// behind shows the postings behind a figure.
func (s *site) behind(v *visit) error {
	v.atHome()
	f := view.BehindFilterOf(v.r.URL.Query())
	p, err := f.Postings(v.read)
	if err != nil {
		return err
	}
	var all []store.Posting
	var rates *desk.Converter
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) {
		now, err := tx.Balances(v.who.Merchant, time.Unix(0, 0), v.read.Now.AddDate(1, 0, 0))
		if err != nil {
			return err
		}
		if err = v.homeOf(tx, &f.MoneyFilter, now); err != nil {
			return err
		}
		if rates, err = desk.NewConverter(tx, v.who.Merchant, recourse.Currency(f.In), v.zone(), p.From, p.To); err != nil {
			return err
		}
		all, err = tx.FindPostings(v.who.Merchant, p, cursorOf(f.After), behindShown)
		return err
	})
	if err != nil {
		return err
	}
	m := view.BehindModel{Title: f.Title(v.read), Back: f.MoneyFilter.Href(""), Filter: f.MoneyFilter, Table: view.PostingTable(v.read, recourse.Currency(f.In)), CSV: f.Href(".csv", ""), XLSX: f.Href(".xlsx", "")}
	for i := range all {
		m.Table.Rows = append(m.Table.Rows, view.PostingRow(v.read, &all[i], rates, recourse.Currency(f.In)))
	}
	if n := len(all); n > 0 {
		m.Next, err = v.nextBehind(&f, p, &all[n-1])
	}
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, view.BehindPage(v.page(v.read.T("ls_behind")), m))
}

// nextBehind is the address of what follows a posting; "" where nothing does.
func (v *visit) nextBehind(f *view.BehindFilter, p store.PostingFilter, last *store.Posting) (next string, err error) {
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		more, err := tx.FindPostings(v.who.Merchant, p, last, 1)
		if len(more) > 0 {
			next = f.Href("", cursorText(last))
		}
		return err
	})
	return next, err
}

// cursorText names a posting behind which a list goes on, cursorOf reads it; nil: the list begins.
func cursorText(p *store.Posting) string {
	return strconv.FormatInt(p.At.UnixMicro(), 10) + "." + strconv.FormatInt(p.Seq, 10) + "." + p.Order
}

func cursorOf(s string) *store.Posting {
	parts := strings.SplitN(s, ".", 3)
	if len(parts) != 3 {
		return nil
	}
	at, err := strconv.ParseInt(parts[0], 10, 64)
	seq, err2 := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || err2 != nil {
		return nil
	}
	return &store.Posting{At: time.UnixMicro(at), Seq: seq, Order: parts[2]}
}

// moneySettings shows what the merchant set for the books.
func (s *site) moneySettings(v *visit) error { return v.moneySettingsNow(http.StatusOK, "", nil) }

func (v *visit) moneySettingsNow(status int, typed string, wrong error) error {
	set, _, err := v.desk.MoneySettings(v.r.Context(), v.who.Merchant)
	if err != nil {
		return err
	}
	v.atHome()
	p, home, say := v.page(v.read.T("ms_title")), string(set.Home), ""
	if p.Here = "/money/settings"; wrong != nil {
		n := v.notice(wrong)
		p.Notice, home, say = n, typed, n.Text
	}
	return v.show(status, view.MoneySettingsPage(p, view.NewMoneySettings(v.read, set, v.lang.Catalog().Languages(), v.who.Role.May(account.Manage), home, say)))
}

// setMoney keeps what the merchant sets for the books.
func (s *site) setMoney(v *visit) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	set, err := NewMoneySettings(v.r.PostFormValue("home"), v.r.PostFormValue("bank_lang"), v.who.Name, v.lang.Catalog())
	if err == nil {
		err = v.desk.PutMoneySettings(v.r.Context(), v.who.Merchant, set)
	}
	if err != nil {
		return v.moneySettingsNow(pageStatus[recourse.KindOf(err)], v.r.PostFormValue("home"), err)
	}
	return v.goOn("/money/settings", "told_money")
}
