package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"recourse"
	"recourse/account"
	"recourse/store"
	"recourse/web/view"
)

// peopleRoutes are the pages of people and their ways in.
var peopleRoutes = slices.Concat(doorRoutes, accountRoutes, supplierRoutes, []pageRoute{
	{pattern: "GET /people", access: access{page, account.Manage}, serve: (*site).people},
	{pattern: "POST /people", access: access{page, account.Manage}, serve: (*site).invite},
	{pattern: "GET /people/{person}", access: access{page, account.Manage}, serve: (*site).person},
	{pattern: "POST /people/{person}", access: access{page, account.Manage}, serve: (*site).changePerson},
	{pattern: "POST /people/{person}/invite", access: access{page, account.Manage}, serve: (*site).inviteAgain},
	{pattern: "POST /people/{person}/signout", access: access{page, account.Manage}, serve: (*site).signOutPerson},
	{pattern: "POST /people/{person}/disable", access: access{page, account.Manage}, serve: (*site).disablePerson},
	{pattern: "POST /people/{person}/enable", access: access{page, account.Manage}, serve: (*site).enablePerson},
})

// atHome sets the reader's clock to the merchant's zone.
func (v *visit) atHome() {
	_ = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		d, err := v.desk.Decider(tx, v.who.Merchant, &recourse.OrderFile{})
		if err == nil {
			v.decider(d)
		}
		return err // then the times are told in UTC, and the page says so
	})
}

func (s *site) people(v *visit) error {
	return v.peopleNow(http.StatusOK, nil, view.PersonForm{Role: string(account.Clerk)})
}

// peopleNow shows the list, with an invitation as it was filled in.
func (v *visit) peopleNow(status int, wrong error, form view.PersonForm) error {
	v.atHome()
	all, err := v.accounts.People(v.r.Context(), v.who.Merchant)
	if err != nil {
		return err
	}
	l := view.People{Roles: v.roles(), Form: form}
	l.Form.Action = "/people"
	if l.Suppliers, err = v.suppliers(); err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b store.Person) int { // who may not come in any more stands last
		return boolInt(!a.DisabledAt.IsZero()) - boolInt(!b.DisabledAt.IsZero())
	})
	for i := range all {
		l.Rows = append(l.Rows, v.personRow(&all[i]))
	}
	if l.Audit, err = v.audit(); err != nil {
		return err
	}
	p := v.page(v.read.T("people"))
	if wrong != nil {
		p.Notice, l.Form.Wrong = v.notice(wrong), own(wrong).Field
	}
	return v.show(status, view.PeoplePage(p, l))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (v *visit) personRow(p *store.Person) view.PersonRow {
	r := view.PersonRow{Href: personPath(p.ID), Name: p.Name, Email: p.Email, Role: v.read.T("role_" + p.Role), More: v.moreOf(p), Seen: v.read.Past(p.SeenAt), Me: p.ID == v.who.Person,
		State: v.read.T("people_on"), Class: "on"}
	switch {
	case !p.DisabledAt.IsZero():
		r.State, r.Class = v.read.T("people_off"), "off"
	case p.SeenAt.IsZero():
		r.State, r.Class = v.read.T("people_new"), "new"
	}
	if r.Seen.Text == "" {
		r.Seen.Text = v.read.T("people_never")
	}
	return r
}

func personPath(id string) string { return "/people/" + url.PathEscape(id) }

// roles are all roles with what each may do.
func (v *visit) roles() (all []view.RoleAbout) {
	for _, r := range account.Roles {
		all = append(all, view.RoleAbout{Value: string(r), Label: v.read.T("role_" + string(r)), About: v.read.T("may_" + string(r))})
	}
	return all
}

// mostSuppliers is how many suppliers are proposed while one is typed.
const mostSuppliers = 500

func (v *visit) suppliers() (all []string, err error) {
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) {
		all, err = tx.SuppliersKnown(v.who.Merchant, mostSuppliers)
		return err
	})
	return all, err
}

// filled is a person as a form has them.
func (v *visit) filled(id string) (p store.Person, form view.PersonForm, err error) {
	if err := v.fill(); err != nil {
		return p, form, err
	}
	f := v.r.PostForm
	form = view.PersonForm{Name: f.Get("name"), Email: f.Get("email"), Role: f.Get("role"), Limit: f.Get("limit"), Supplier: f.Get("supplier")}
	p = store.Person{Merchant: v.who.Merchant, ID: id, Name: form.Name, Email: form.Email, Role: form.Role, Supplier: form.Supplier}
	if form.Limit = strings.TrimSpace(form.Limit); form.Limit == "" || form.Role != string(account.Clerk) && form.Role != string(account.Approver) {
		return p, form, nil
	}
	p.Limit, err = recourse.ParseMoney(strings.ReplaceAll(strings.ToUpper(form.Limit), ",", "."))
	if err != nil || p.Limit.Minor < 0 {
		err = &recourse.Error{Kind: recourse.Invalid, Code: "person_limit", Field: "limit", Message: "a limit is an amount with its currency, such as 50.00 EUR", Err: err}
	}
	return p, form, err
}

// invite adds a person and shows the link to hand over.
func (s *site) invite(v *visit) error {
	p, form, err := v.filled("")
	if err != nil && form.Name == "" {
		return err
	}
	secret := ""
	if err == nil {
		p.Language = string(v.lang.Lang())
		p, secret, err = s.accounts.Invite(v.r.Context(), p)
	}
	if err != nil {
		return v.peopleNow(pageStatus[recourse.KindOf(err)], err, form)
	}
	return v.handed(p.Name, secret, false, "/people")
}

// handed shows a link, once: it is in no address and in no cookie.
func (v *visit) handed(name, secret string, again bool, back string) error {
	v.atHome()
	p := v.page(v.read.T("hand", "name", name))
	p.Here, v.noStore = back, true
	return v.show(http.StatusOK, view.HandedPage(p, view.Handed{Name: name, Again: again, Back: back, Link: v.place().Origin + "/invite/" + url.PathEscape(secret),
		Until: v.read.Moment(v.read.Now.Add(account.InviteFor).Truncate(time.Minute))}))
}

func (s *site) person(v *visit) error { return v.personNow(http.StatusOK, nil, nil) }

// personNow shows a person as they are, or as a form had them that could not be taken in.
func (v *visit) personNow(status int, wrong error, form *view.PersonForm) error {
	v.atHome()
	is, err := v.accounts.Person(v.r.Context(), v.who.Merchant, v.r.PathValue("person"))
	if err != nil {
		return err
	}
	o := view.PersonPage{PersonRow: v.personRow(&is), Roles: v.roles(), Disabled: !is.DisabledAt.IsZero(), Here: personPath(is.ID),
		Form: view.PersonForm{Name: is.Name, Email: is.Email, Role: is.Role, Limit: is.Limit.String(), Supplier: is.Supplier}}
	if form != nil {
		o.Form = *form
	}
	open, err := v.accounts.Sessions(v.r.Context(), account.Actor{Merchant: is.Merchant, Person: is.ID})
	if err != nil {
		return err
	}
	if o.Sessions = len(open); o.Disabled {
		o.Sessions = 0
	}
	if o.Suppliers, err = v.suppliers(); err != nil {
		return err
	}
	p := v.page(is.Name)
	if wrong != nil {
		p.Notice, o.Form.Wrong = v.notice(wrong), own(wrong).Field
	}
	if v.r.Method != http.MethodGet {
		p.Here = o.Here
	}
	return v.show(status, view.OnePerson(p, o))
}

// changePerson changes what a person is and may.
func (s *site) changePerson(v *visit) error {
	p, form, err := v.filled(v.r.PathValue("person"))
	if err == nil {
		err = s.accounts.Change(v.r.Context(), p)
	}
	return v.changed(err, &form, "told_saved")
}

// changed goes back to a person's page, which says what was done, or shows it with what was wrong.
func (v *visit) changed(err error, form *view.PersonForm, said string) error {
	switch {
	case recourse.CodeOf(err) == "person_unknown":
		return err
	case err != nil:
		return v.personNow(pageStatus[recourse.KindOf(err)], err, form)
	}
	return v.goOn(personPath(v.r.PathValue("person")), said)
}

// inviteAgain makes another link for a person.
func (s *site) inviteAgain(v *visit) error {
	id := v.r.PathValue("person")
	secret, err := s.accounts.InviteAgain(v.r.Context(), v.who.Merchant, id)
	if err != nil {
		return v.changed(err, nil, "")
	}
	p, err := s.accounts.Person(v.r.Context(), v.who.Merchant, id)
	if err != nil {
		return err
	}
	return v.handed(p.Name, secret, true, personPath(id))
}

// signOutPerson ends all sessions of a person; of the one who asks, all but the one that asks.
func (s *site) signOutPerson(v *visit) error {
	but := ""
	if v.r.PathValue("person") == v.who.Person {
		but = v.session()
	}
	return v.changed(s.accounts.EndSessions(v.r.Context(), account.Actor{Merchant: v.who.Merchant, Person: v.r.PathValue("person")}, but), nil, "told_sessions_ended")
}

func (s *site) disablePerson(v *visit) error {
	return v.changed(s.accounts.Disable(v.r.Context(), v.who.Merchant, v.r.PathValue("person")), nil, "told_disabled")
}

func (s *site) enablePerson(v *visit) error {
	return v.changed(s.accounts.Enable(v.r.Context(), v.who.Merchant, v.r.PathValue("person")), nil, "told_enabled")
}
