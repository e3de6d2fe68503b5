package web

import (
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"recourse"
	"recourse/account"
	"recourse/intake"
	"recourse/store"
	"recourse/web/view"
)

// claimRoutes are the calendar of claim windows, and the table of them.
var claimRoutes = []pageRoute{
	{pattern: "GET /claims", access: access{page, account.Read}, serve: (*site).claims},
	{pattern: "GET /claims.ics", access: access{page, account.Read}, serve: (*site).claimsICS},
	{pattern: "GET /claims/{file}", access: access{page, account.Read}, serve: (*site).claimsFile},
	{pattern: "GET /claims/windows", access: access{page, account.Read}, serve: (*site).windows},
	{pattern: "POST /claims/windows", access: access{page, account.Work}, serve: (*site).putWindow},
	{pattern: "POST /claims/windows/remove", access: access{page, account.Work}, serve: (*site).removeWindow},
	{pattern: "POST /claims/windows/import", access: access{page, account.Work}, serve: (*site).importWindows},
	{pattern: "POST /claims/windows/marketplace", access: access{page, account.Work}, serve: (*site).putMarketplace},
}

// mostClaims is how many claims a page shows of each kind, missedShown how many of those that were missed.
const (
	mostClaims  = 1000
	missedShown = 100
)

func (s *site) claims(v *visit) error {
	v.atHome()
	f := view.ClaimsFilterOf(v.read, v.r.URL.Query())
	from, to := f.Grid()
	now := v.desk.Now()
	of := store.ClaimFilter{Supplier: f.Supplier, Marketplace: f.Marketplace, From: from, To: to, Limit: mostClaims}
	span, err := v.desk.ClaimSpan(v.r.Context(), v.who.Merchant, of)
	if err != nil {
		return err
	}
	of.From, of.To, of.State = time.Time{}, time.Time{}, store.ClaimOpen
	open, err := v.desk.Claims(v.r.Context(), v.who.Merchant, of)
	if err != nil {
		return err
	}
	of.State, of.From, of.Newest, of.Limit = store.ClaimMissed, now.AddDate(-1, 0, 0), true, missedShown
	missed, err := v.desk.Claims(v.r.Context(), v.who.Merchant, of)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, view.ClaimsPage(v.page(v.read.T("claim_page")), view.NewClaims(v.read, f, open, span.Claims, missed, &span)))
}

// claimsICS sends the claims that are open as a calendar. A browser with a session may have it; there is no feed that a link alone
// opens.
func (s *site) claimsICS(v *visit) error {
	v.atHome()
	f := view.ClaimsFilterOf(v.read, v.r.URL.Query())
	all, err := v.desk.Claims(v.r.Context(), v.who.Merchant, store.ClaimFilter{Supplier: f.Supplier, Marketplace: f.Marketplace, State: store.ClaimOpen, Limit: mostClaims})
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", `attachment; filename="claims.ics"`)
	return gone(view.WriteICS(v.w, v.read, all, v.origin()))
}

// claimsFile sends the claims, or the merchant's own windows, as a file.
func (s *site) claimsFile(v *visit) error {
	name, kind, _ := strings.Cut(v.r.PathValue("file"), ".")
	if kind != "csv" && kind != "xlsx" {
		return errNoRoute
	}
	v.atHome()
	day := v.read.Local(v.read.Now).Format(time.DateOnly)
	switch name {
	case "claims":
		f := view.ClaimsFilterOf(v.read, v.r.URL.Query())
		all, err := v.desk.Claims(v.r.Context(), v.who.Merchant, store.ClaimFilter{Supplier: f.Supplier, Marketplace: f.Marketplace, Limit: view.MostCases})
		if err != nil {
			return err
		}
		t := view.ClaimTable(v.read, all)
		return v.sendTable(&t, "claims-"+day, kind)
	case "windows":
		all, err := v.desk.Windows(v.r.Context(), v.who.Merchant)
		if err != nil {
			return err
		}
		t := view.WindowTable(v.read, all.Own)
		return v.sendTable(&t, "windows-"+day, kind)
	}
	return errNoRoute
}

func (s *site) windows(v *visit) error { return v.windowsNow(http.StatusOK, nil, nil) }

// windowsNow shows the table of claim windows, with a form as it was filled in where it could not be taken.
func (v *visit) windowsNow(status int, wrong error, form url.Values) error {
	v.atHome()
	all, err := v.desk.Windows(v.r.Context(), v.who.Merchant)
	if err != nil {
		return err
	}
	problems, countries, err := v.windowWords()
	if err != nil {
		return err
	}
	m := view.NewWindows(v.read, &all, problems, countries, v.who.Role.May(account.Work))
	m.Form.Values = form
	p := v.page(v.read.T("win_page"))
	if p.Here = "/claims/windows"; wrong != nil {
		p.Notice, m.Form.Wrong = v.offerNotice(wrong), own(wrong).Field
	}
	return v.show(status, view.WindowsPage(p, m))
}

// windowWords are the situations that a window can be for, and the countries whose business days can be counted.
func (v *visit) windowWords() (problems []recourse.Situation, countries []string, err error) {
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		d, err := v.desk.Decider(tx, v.who.Merchant, &recourse.OrderFile{})
		if err != nil {
			return err
		}
		for _, s := range d.Policy.Situations {
			problems = append(problems, s.Name)
		}
		countries = d.Calendars.Codes()
		return nil
	})
	return problems, countries, err
}

func (s *site) putWindow(v *visit) error {
	if err := v.fill(); err != nil {
		return err
	}
	f := v.r.PostForm
	w, err := recourse.ReadWindow(func(column string) string { return strings.TrimSpace(f.Get(column)) })
	if err == nil {
		err = v.desk.PutWindows(v.r.Context(), v.who.Merchant, []recourse.ListedWindow{w}, v.who.Name)
	}
	if err != nil {
		return v.windowsNow(pageStatus[recourse.KindOf(err)], err, f)
	}
	return v.goOn("/claims/windows", "told_window")
}

func (s *site) removeWindow(v *visit) error {
	if err := v.fill(); err != nil {
		return err
	}
	f := v.r.PostForm
	if err := v.desk.DropWindow(v.r.Context(), v.who.Merchant, f.Get("supplier"), f.Get("marketplace"), f.Get("problem")); err != nil {
		return v.windowsNow(pageStatus[recourse.KindOf(err)], err, nil)
	}
	return v.goOn("/claims/windows", "told_window_gone")
}

func (s *site) importWindows(v *visit) error {
	ctx, stop := uploading(v.w, v.r)
	defer stop()
	v.r = v.r.WithContext(ctx)
	file, name, _, err := v.upload("list")
	if file != nil {
		defer file.Close()
	}
	if err == nil && file == nil {
		err = &recourse.Error{Kind: recourse.Invalid, Code: "list_none", Field: "list", Message: "no file was chosen, or it is empty"}
	}
	if err == nil {
		var size int64
		if size, err = file.Seek(0, io.SeekEnd); err == nil {
			var all []recourse.ListedWindow
			if all, err = intake.ReadWindows(file, size, filepath.Base(name)); err == nil {
				err = v.desk.PutWindows(v.r.Context(), v.who.Merchant, all, v.who.Name)
			}
		}
	}
	if err != nil {
		return v.windowsNow(pageStatus[recourse.KindOf(err)], err, nil)
	}
	return v.goOn("/claims/windows", "told_windows")
}

func (s *site) putMarketplace(v *visit) error {
	if err := v.fill(); err != nil {
		return err
	}
	f := v.r.PostForm
	if err := v.desk.PutMarketplace(v.r.Context(), v.who.Merchant, f.Get("supplier"), f.Get("marketplace")); err != nil {
		return v.windowsNow(pageStatus[recourse.KindOf(err)], err, nil)
	}
	return v.goOn("/claims/windows", "told_market")
}

// claimCard is what stands on a case about its claim window; nil where it has none.
func (v *visit) claimCard(id string) (*view.ClaimCard, error) {
	c, ok, err := v.desk.ClaimOf(v.r.Context(), v.who.Merchant, id)
	if err != nil || !ok {
		return nil, err
	}
	return view.NewClaimCard(v.read, &c), nil
}

// windowsOf reads a table that was sent as text.
func windowsOf(list string) ([]recourse.ListedWindow, error) {
	r := strings.NewReader(list)
	return intake.ReadWindows(r, r.Size(), "list")
}
