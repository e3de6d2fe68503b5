package web

import (
	"net/http"
	"net/url"

	"recourse"
	"recourse/account"
	"recourse/store"
	"recourse/text"
	"recourse/web/view"
)

// accountRoutes are the pages of one's own account. They take nothing but to be signed in.
var accountRoutes = []pageRoute{
	{pattern: "GET /account", access: access{page, anyone}, serve: (*site).showAccount},
	{pattern: "POST /account", access: access{page, anyone}, serve: (*site).changeAccount},
	{pattern: "POST /account/password", access: access{page, anyone}, serve: (*site).changePassword},
	{pattern: "POST /account/sessions/end", access: access{page, anyone}, serve: (*site).endSessions},
	{pattern: "POST /account/sessions/{session}/end", access: access{page, anyone}, serve: (*site).endSession},
	{pattern: "POST /account/passkeys/begin", access: access{page, anyone}, serve: (*site).beginPasskey},
	{pattern: "POST /account/passkeys", access: access{page, anyone}, serve: (*site).addPasskey},
	{pattern: "POST /account/passkeys/{passkey}", access: access{page, anyone}, serve: (*site).namePasskey},
	{pattern: "POST /account/passkeys/{passkey}/remove", access: access{page, anyone}, serve: (*site).removePasskey},
}

func (s *site) showAccount(v *visit) error { return v.account(nil) }

// account shows one's own account, with what was wrong on top.
func (v *visit) account(wrong error) error {
	v.atHome()
	a := view.Account{Name: v.who.Name, Role: v.read.T("role_" + string(v.who.Role)), More: v.more(v.who.Role, v.who.Limit, v.who.Supplier), Least: leastPassword}
	if err := v.fillAccount(&a); err != nil {
		return err
	}
	p := v.page(v.read.T("account"))
	status := http.StatusOK
	if wrong != nil {
		p.Notice, status, a.Wrong = v.notice(wrong), pageStatus[recourse.KindOf(wrong)], own(wrong).Field
		if own(wrong).Code == "signin_wrong" {
			p.Notice, a.Wrong = &view.Notice{Text: v.read.T("account_old_wrong")}, "old"
		}
	}
	if v.r.Method != http.MethodGet {
		p.Here = "/account"
	}
	return v.show(status, view.AccountPage(p, a))
}

// fillAccount adds what is kept of a person; who came by a link from the server is none.
func (v *visit) fillAccount(a *view.Account) error {
	if v.who.Person == "" {
		return nil
	}
	p, err := v.accounts.Person(v.r.Context(), v.who.Merchant, v.who.Person)
	if err != nil {
		return err
	}
	a.Personal, a.Email, a.Language, a.HasPassword = true, p.Email, p.Language, p.Password != ""
	if a.Language == "" {
		a.Language = string(v.lang.Lang())
	}
	for _, l := range text.Builtin().Languages() {
		a.Languages = append(a.Languages, view.FieldOption{Value: string(l), Label: v.read.Other(string(l)).Name()})
	}
	place := v.place()
	if a.Possible = place.named(); !a.Possible {
		a.Elsewhere = place.elsewhere("/account")
	}
	if err := v.passkeyRows(a); err != nil {
		return err
	}
	return v.sessionRows(a)
}

func (v *visit) passkeyRows(a *view.Account) error {
	keys, err := v.accounts.Passkeys(v.r.Context(), v.who)
	for _, k := range keys {
		row := view.PasskeyRow{Path: "/account/passkeys/" + url.PathEscape(k.ID), Name: k.Name, Given: k.Name, Made: v.read.Past(k.CreatedAt), Used: v.read.Past(k.UsedAt)}
		if row.Name == "" {
			row.Name = v.read.T("passkey")
		}
		a.Passkeys = append(a.Passkeys, row)
	}
	return err
}

func (v *visit) sessionRows(a *view.Account) error {
	all, err := v.accounts.Sessions(v.r.Context(), v.who)
	here := account.HashOf(v.session())
	for _, t := range all {
		row := view.SessionRow{Path: "/account/sessions/" + t.Hash + "/end", Agent: t.Agent, Began: v.read.Past(t.CreatedAt), Seen: v.read.Past(t.SeenAt), Here: t.Hash == here}
		if row.Agent == "" {
			row.Agent = v.read.T("session_unknown")
		}
		a.Sessions = append(a.Sessions, row)
	}
	return err
}

// session is the secret that the browser shows.
func (v *visit) session() string {
	c, err := v.r.Cookie(cookieName)
	if err != nil {
		return ""
	}
	return c.Value
}

// personal refuses who has no account of their own.
func (v *visit) personal() error {
	if v.who.Person != "" {
		return nil
	}
	return &recourse.Error{Kind: recourse.Conflict, Code: "person_none", Message: "this session came by a link from the server: there is no account behind it"}
}

// changeAccount changes one's own name and language.
func (s *site) changeAccount(v *visit) error {
	if err := v.fill(); err != nil {
		return err
	}
	if err := v.personal(); err != nil {
		return v.account(err)
	}
	lang := string(text.Match(v.r.PostForm.Get("language")))
	if err := s.accounts.SetSelf(v.r.Context(), v.who, v.r.PostForm.Get("name"), lang); err != nil {
		return v.account(err)
	}
	http.SetCookie(v.w, v.keep(langCookie, lang))
	return v.goOn("/account", "told_saved")
}

// changePassword changes one's own password; the other sessions are over.
func (s *site) changePassword(v *visit) error {
	if err := v.fill(); err != nil {
		return err
	}
	if err := v.personal(); err != nil {
		return v.account(err)
	}
	if err := s.accounts.SetPassword(v.r.Context(), v.who, v.r.PostForm.Get("old"), v.r.PostForm.Get("password"), v.session()); err != nil {
		return v.account(err)
	}
	return v.goOn("/account", "told_password")
}

// endSession ends one of one's own sessions.
func (s *site) endSession(v *visit) error {
	if err := s.accounts.EndSession(v.r.Context(), v.who, v.r.PathValue("session")); err != nil {
		if recourse.CodeOf(err) == "token_unknown" {
			return v.goOn("/account", "told_session_ended") // it was over already
		}
		return err
	}
	return v.goOn("/account", "told_session_ended")
}

// endSessions ends all of them but this one.
func (s *site) endSessions(v *visit) error {
	if err := v.personal(); err != nil {
		return v.account(err)
	}
	if err := s.accounts.EndSessions(v.r.Context(), v.who, v.session()); err != nil {
		return err
	}
	return v.goOn("/account", "told_sessions_ended")
}

// more says what bounds somebody beside their role.
func (v *visit) more(role account.Role, limit recourse.Money, supplier string) string {
	switch {
	case role == account.Supplier:
		return supplier
	case limit.Currency != "" && (role == account.Clerk || role == account.Approver):
		return v.read.T("people_up_to", "amount", v.read.Money(limit))
	}
	return ""
}

// moreOf is the same of a person.
func (v *visit) moreOf(p *store.Person) string {
	return v.more(account.Role(p.Role), p.Limit, p.Supplier)
}
