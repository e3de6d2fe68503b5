package web

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"recourse"
	"recourse/account"
	"recourse/store"
	"recourse/web/view"
)

// viewRoutes keep views of the queue. They change nothing of the cases: whoever may look may keep views of their own, and
// who works on cases may share them.
var viewRoutes = []pageRoute{
	{pattern: "POST /views", access: access{page, account.Read}, serve: (*site).keepView},
	{pattern: "POST /views/{view}", access: access{page, account.Read}, serve: (*site).changeView},
	{pattern: "POST /views/{view}/remove", access: access{page, account.Read}, serve: (*site).dropView},
}

// maxViewName is how long the name of a view may be, in letters.
const maxViewName = 60

// viewForm is what a form tells of a view.
func (v *visit) viewForm() (name string, shared bool, err error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		return "", false, &recourse.Error{Kind: recourse.TooLarge, Code: "form", Message: "the form cannot be read", Err: err}
	}
	name = strings.Join(strings.Fields(v.r.PostForm.Get("name")), " ")
	if name == "" || len([]rune(name)) > maxViewName || strings.ContainsFunc(name, unicode.IsControl) {
		return "", false, &recourse.Error{Kind: recourse.Invalid, Code: "view_name", Field: "name", Message: "a view needs a name of 60 letters at most"}
	}
	return name, v.r.PostForm.Get("shared") != "" && v.who.Role.May(account.Work), nil
}

func (s *site) keepView(v *visit) error {
	name, shared, err := v.viewForm()
	if err != nil {
		return err
	}
	q, err := url.ParseQuery(v.r.PostForm.Get("filter"))
	if err != nil {
		return &recourse.Error{Kind: recourse.Invalid, Code: "view_filter", Field: "filter", Message: "these filters cannot be kept"}
	}
	f := view.FilterOf(q)
	f.After = ""
	if !f.On() || len(f.Query()) > 2000 {
		return &recourse.Error{Kind: recourse.Invalid, Code: "view_filter", Field: "filter", Message: "these filters cannot be kept"}
	}
	err = v.desk.Store().Write(v.r.Context(), func(tx *store.Tx) error {
		all, err := tx.QueueViews(v.who.Merchant, v.who.Name)
		if err != nil {
			return err
		}
		if len(all) >= store.MaxQueueViews {
			return &recourse.Error{Kind: recourse.Invalid, Code: "views_full", Message: "no more views can be kept: remove one first"}
		}
		return tx.PutQueueView(store.QueueView{Merchant: v.who.Merchant, ID: once(), Owner: v.who.Name, Shared: shared, Name: name, Filter: f.Query(), CreatedAt: s.desk.Now()})
	})
	if err != nil {
		return err
	}
	return v.goOn(f.Href(), "told_view_kept")
}

// ownView reads the view of the address, which must be the visitor's own.
func (v *visit) ownView(tx *store.Tx) (store.QueueView, error) {
	kept, err := tx.QueueView(v.who.Merchant, v.r.PathValue("view"))
	if err == nil && kept.Owner != v.who.Name {
		err = &recourse.Error{Kind: recourse.NotFound, Code: "view_unknown", Message: "there is no such view"}
	}
	return kept, err
}

func (s *site) changeView(v *visit) error {
	name, shared, err := v.viewForm()
	if err != nil {
		return err
	}
	var kept store.QueueView
	err = v.desk.Store().Write(v.r.Context(), func(tx *store.Tx) (err error) {
		if kept, err = v.ownView(tx); err != nil {
			return err
		}
		kept.Name, kept.Shared = name, shared
		return tx.PutQueueView(kept)
	})
	if err != nil {
		return err
	}
	return v.goOn("/?"+kept.Filter, "told_view_kept")
}

func (s *site) dropView(v *visit) error {
	var kept store.QueueView
	err := v.desk.Store().Write(v.r.Context(), func(tx *store.Tx) (err error) {
		if kept, err = v.ownView(tx); err != nil {
			return err
		}
		return tx.DropQueueView(kept.Merchant, kept.ID)
	})
	if err != nil {
		return err
	}
	return v.goOn("/?"+kept.Filter, "told_view_dropped")
}
