package web

import (
	"bytes"
	"mime"
	"net/http"
	"net/url"
	"time"

	"recourse"
	"recourse/account"
	"recourse/connect"
	"recourse/effect/dossier"
	"recourse/effect/reorder"
	"recourse/store"
	"recourse/web/view"
)

// agentRoutes give the files that the agent works with: the dossier of a claim, and goods to be bought again. Orders are
// placed by who works on cases.
var agentRoutes = []pageRoute{
	{pattern: "GET /cases/{case}/dossier.pdf", access: access{page, account.Read}, serve: (*site).dossier},
	{pattern: "GET /cases/{case}/chargeback.pdf", access: access{page, account.Read}, serve: (*site).chargeback},
	{pattern: "GET /cases/{case}/reorder.csv", access: access{page, account.Work}, serve: (*site).reorder},
	{pattern: "GET /reorders.csv", access: access{page, account.Work}, serve: (*site).reorders},
}

// agent is the merchant's connected agent; nil where there is none.
func (v *visit) agent() (out *recourse.Connection, err error) {
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		all, err := tx.Connections(v.who.Merchant)
		if err != nil {
			return err
		}
		list := make([]recourse.Connection, len(all))
		for i := range all {
			list[i] = all[i].Connection
		}
		out = connect.AgentOf(list)
		return nil
	})
	return out, err
}

// agentLanguage is the language that the agent is written to in; "" where none is connected.
func (v *visit) agentLanguage() (string, error) {
	c, err := v.agent()
	if c == nil || err != nil {
		return "", err
	}
	return c.Setting("language", "en"), nil
}

// dossier gives the dossier of a case, in the language of the agent who is to read it, or in the one that the address names.
func (s *site) dossier(v *visit) error {
	id := v.r.PathValue("case")
	if _, err := v.fileOf(id); err != nil { // sets the reader's clock, too
		return err
	}
	c, err := dossier.Read(v.r.Context(), v.desk.Store(), v.evidence, v.who.Merchant, id)
	if err != nil {
		return err
	}
	in := v.read.Language
	if lang := firstOf(v.r.URL.Query().Get("lang"), c.Agent); lang != "" {
		in = in.Other(lang)
	}
	http.NewResponseController(v.w).SetWriteDeadline(time.Now().Add(2 * time.Minute))
	pdf, err := dossier.Claim(c, in).Bytes()
	if err != nil {
		return err
	}
	return v.give(dossier.Name(id), "application/pdf", pdf)
}

// chargeback gives the dossier of a dispute, for the bank, in the language that the address names, else in the one that the merchant
// set, or of the country that the order went to.
func (s *site) chargeback(v *visit) error {
	id := v.r.PathValue("case")
	if _, err := v.fileOf(id); err != nil {
		return err
	}
	c, err := dossier.ReadWhole(v.r.Context(), v.desk.Store(), v.evidence, v.who.Merchant, id)
	if err != nil {
		return err
	}
	sent, err := s.sent(v.r.Context(), v.who.Merchant, c.File.Order.ID)
	if err != nil {
		return err
	}
	c.Letters = map[string]dossier.Letter{}
	for act, l := range sent {
		c.Letters[act] = dossier.Letter{Subject: l.Subject, Body: l.Body}
	}
	set, _, err := v.desk.MoneySettings(v.r.Context(), v.who.Merchant)
	if err != nil {
		return err
	}
	in := v.read.Language.Other(firstOf(v.r.URL.Query().Get("lang"), dossier.BankLanguage(set.BankLang, &c.File.Order)))
	http.NewResponseController(v.w).SetWriteDeadline(time.Now().Add(2 * time.Minute))
	pdf, err := dossier.Chargeback(c, in).Bytes()
	if err != nil {
		return err
	}
	return v.give(dossier.ChargebackName(id), "application/pdf", pdf)
}

func firstOf(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// give answers with a file for keeping. It holds personal data: nobody on the way is to keep it.
func (v *visit) give(name, kind string, data []byte) error {
	h := v.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	_, err := v.w.Write(data)
	return err
}

func (s *site) reorder(v *visit) error {
	return v.reorderFile("reorder-"+v.r.PathValue("case")+".csv", v.r.PathValue("case"))
}

func (s *site) reorders(v *visit) error {
	return v.reorderFile("reorders-" + v.read.Now.UTC().Format("2006-01-02") + ".csv")
}

// reorderFile gives the file of some cases' reorders, or of all. When anything is wrong with any, it says what instead, and
// gives those that nothing is wrong with only to who asks for them.
func (v *visit) reorderFile(name string, cases ...string) error {
	items, err := reorder.Read(v.r.Context(), v.desk.Store(), v.who.Merchant, cases...)
	if err != nil {
		return err
	}
	options, err := v.reorderOptions()
	if err != nil {
		return err
	}
	rows, err := reorder.File(items, options)
	if faults := reorder.Faults(err); len(faults) > 0 && (v.r.URL.Query().Get("skip") == "" || len(rows) == 0) {
		m := view.Reorders{Right: len(rows)}
		if len(rows) > 0 {
			m.Skip = (&url.URL{Path: v.r.URL.Path, RawQuery: "skip=1"}).String()
		}
		for _, f := range faults {
			m.Faults = append(m.Faults, view.NewReorderFault(v.read, f.Case, f.Line, f.Err))
		}
		return v.show(http.StatusUnprocessableEntity, view.ReordersPage(v.page(v.read.T("reorders_wrong")), m))
	}
	var b bytes.Buffer
	if err := reorder.Write(&b, rows); err != nil {
		return err
	}
	return v.give(name, "text/csv; charset=utf-8", b.Bytes())
}

// reorderOptions are what the agent's connection says of the file.
func (v *visit) reorderOptions() (o reorder.Options, err error) {
	c, err := v.agent()
	if c == nil || err != nil {
		return o, err
	}
	o.CityOther = c.Setting("city", "") == "other"
	o.Products, err = connect.Products(c.Setting("products", ""))
	return o, err
}

// bank is what the page of a case that is a dispute offers for the bank; nil for another case.
func (v *visit) bank(file *recourse.OrderFile, id string) (*view.Bank, error) {
	set, _, err := v.desk.MoneySettings(v.r.Context(), v.who.Merchant)
	if err != nil {
		return nil, err
	}
	return view.NewBank(v.read, file, id, dossier.BankLanguage(set.BankLang, &file.Order), v.lang.Catalog().Languages()), nil
}

// banks are the disputes of an order.
func (v *visit) banks(file *recourse.OrderFile) (out []*view.Bank, err error) {
	for _, c := range file.Cases {
		b, err := v.bank(file, c.ID)
		if err != nil {
			return nil, err
		}
		if b != nil {
			out = append(out, b)
		}
	}
	return out, nil
}
