package web

import (
	"net/http"
	"net/url"

	"recourse"
	"recourse/account"
	"recourse/store"
	"recourse/web/view"
)

// supplierPageRoutes are the pages of who goods are bought from.
var supplierPageRoutes = []pageRoute{
	{pattern: "GET /suppliers", access: access{page, account.Read}, serve: (*site).suppliers},
	{pattern: "GET /suppliers/{supplier}", access: access{page, account.Read}, serve: (*site).supplierFile},
	{pattern: "POST /suppliers/{supplier}", access: access{page, account.Work}, serve: (*site).changeSupplier},
	{pattern: "POST /suppliers/{supplier}/merge", access: access{page, account.Manage}, serve: (*site).mergeSupplier},
}

func (s *site) suppliers(v *visit) error {
	v.atHome()
	all, err := v.desk.Suppliers(v.r.Context(), v.who.Merchant)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, view.SuppliersPage(v.page(v.read.T("sup_title")), view.NewSupplierList(v.read, all, v.r.URL.Query().Get("sort"))))
}

func (s *site) supplierFile(v *visit) error { return v.supplierFileNow(http.StatusOK, nil, nil) }

// supplierFileNow shows a supplier, with what was filled in where it could not be taken.
func (v *visit) supplierFileNow(status int, wrong error, form url.Values) error {
	v.atHome()
	id := v.r.PathValue("supplier")
	f, err := v.desk.Supplier(v.r.Context(), v.who.Merchant, id)
	if err != nil {
		return err
	}
	all, err := v.desk.Suppliers(v.r.Context(), v.who.Merchant)
	if err != nil {
		return err
	}
	var others []string
	for _, o := range all {
		if o.ID != f.ID && v.who.Role.May(account.Manage) && len(others) < 1000 {
			others = append(others, o.ID)
		}
	}
	m := view.NewSupplier(v.read, &f, others, v.who.Role.May(account.Work))
	m.Form.Langs = v.languagesOf()
	p := v.page(f.Name)
	if p.Here = view.SupplierPath(f.ID); wrong != nil {
		p.Notice = v.notice(wrong)
		m.Form.Wrong = own(wrong).Field
		if form != nil {
			m.Form.Name, m.Form.Email, m.Form.Language, m.Form.URL, m.Form.Note = form.Get("name"), form.Get("email"), form.Get("language"), form.Get("url"), form.Get("note")
		}
	}
	return v.show(status, view.SupplierFilePage(p, m))
}

// changeSupplier keeps what somebody writes down of a supplier.
func (s *site) changeSupplier(v *visit) error {
	if err := v.fill(); err != nil {
		return err
	}
	f := v.r.PostForm
	known, err := v.desk.Supplier(v.r.Context(), v.who.Merchant, v.r.PathValue("supplier"))
	if err != nil {
		return err
	}
	err = v.desk.PutSupplier(v.r.Context(), v.who.Merchant, store.Supplier{ID: known.ID, Name: f.Get("name"), Email: f.Get("email"), Language: f.Get("language"), URL: f.Get("url"), Note: f.Get("note"), ChangedBy: v.who.Name})
	if err != nil {
		return v.supplierFileNow(pageStatus[recourse.KindOf(err)], err, f)
	}
	return v.goOn(view.SupplierPath(known.ID), "told_supplier")
}

// mergeSupplier makes two names one supplier.
func (s *site) mergeSupplier(v *visit) error {
	if err := v.fill(); err != nil {
		return err
	}
	id, into := v.r.PathValue("supplier"), v.r.PostForm.Get("into")
	if v.r.PostForm.Get("yes") == "" {
		err := &recourse.Error{Kind: recourse.Invalid, Code: "merge_unconfirmed", Field: "yes", Message: "nothing was merged: it was not confirmed"}
		return v.supplierFileNow(http.StatusUnprocessableEntity, err, nil)
	}
	if err := v.desk.MergeSupplier(v.r.Context(), v.who.Merchant, id, into, v.who.Name); err != nil {
		return v.supplierFileNow(pageStatus[recourse.KindOf(err)], err, nil)
	}
	if into == "" {
		return v.goOn(view.SupplierPath(id), "told_parted")
	}
	return v.goOn(view.SupplierPath(into), "told_merged")
}
