package web

import (
	"cmp"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/account"
	"recourse/store"
	"recourse/text"
	"recourse/web/view"

	"github.com/a-h/templ"
)

// The pages by which people come in: signing in, the first start, an invitation. Nobody has to show anything for them, so
// that they tell nothing: not which emails are known, not whose shop it is, but by a link that was handed over.

// doorRoutes are those pages.
var doorRoutes = []pageRoute{
	{pattern: "GET /signin", access: access{door: open}, open: (*site).showSignIn},
	{pattern: "POST /signin", access: access{door: open}, open: (*site).passwordSignIn},
	{pattern: "GET /signin/{secret}", access: access{door: open}, open: (*site).linkSignIn},
	{pattern: "POST /signout", access: access{door: open}, open: (*site).signOut}, // it ends the session that is shown, and nothing else
	{pattern: "GET /signin/oidc", access: access{door: open}, open: (*site).beginProvider},
	{pattern: "GET /signin/oidc/back", access: access{door: open}, open: (*site).endProvider},
	{pattern: "POST /signin/passkey/begin", access: access{door: open}, open: (*site).beginPasskeySignIn},
	{pattern: "POST /signin/passkey", access: access{door: open}, open: (*site).endPasskeySignIn},
	{pattern: "GET /setup/{secret}", access: access{door: open}, open: (*site).showSetup},
	{pattern: "POST /setup/{secret}", access: access{door: open}, open: (*site).setUp},
	{pattern: "GET /invite/{secret}", access: access{door: open}, open: (*site).showInvite},
	{pattern: "POST /invite/{secret}", access: access{door: open}, open: (*site).join},
}

// stranger is the visit of somebody who is not signed in.
func (s *site) stranger(w http.ResponseWriter, r *http.Request) *visit {
	v := &visit{site: s, w: w, r: r, lang: s.languageFor(languageOf(r)), noStore: true}
	v.read = view.NewReader(v.lang, nil, s.desk.Now())
	return v
}

func (s *site) languageFor(l text.Lang) *text.Language { return text.In(string(l)) }

// door is what stands around a page outside.
func (v *visit) door(title, say, shop string) view.Door {
	return view.Door{R: v.read, Title: title, Say: say, Shop: shop, Here: v.r.URL.RequestURI(), Style: address("desk.css"), Script: address("desk.js"), Langs: text.Builtin().Languages()}
}

// wrong puts an error on top of a page outside.
func (v *visit) wrong(d *view.Door, err error) int {
	d.Notice, d.Wrong = v.notice(err), own(err).Field
	d.Here = ""
	if wait, ok := errors.AsType[*account.Wait](err); ok {
		d.Notice.Hint = v.read.T("error_signin_wait_in", "time", v.span(wait.For))
		v.w.Header().Set("Retry-After", strconv.Itoa(int(wait.For/time.Second)+1))
		return http.StatusTooManyRequests
	}
	if own(err).Code == "signin_wrong" {
		return http.StatusUnprocessableEntity // it is known who may not: the form was filled in wrongly
	}
	return pageStatus[recourse.KindOf(err)]
}

// span is a length of time for who has to wait.
func (v *visit) span(d time.Duration) string {
	if d <= 90*time.Second {
		return v.read.T("seconds", "n", v.read.Number(max(1, int((d+time.Second-1)/time.Second))))
	}
	return v.read.Duration(strconv.Itoa(int((d+time.Minute-1)/time.Minute)) + " minutes")
}

func (v *visit) fill() error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		return &recourse.Error{Kind: recourse.TooLarge, Code: "form", Message: "the form cannot be read", Err: err}
	}
	return nil
}

// outside answers with a page, or with why there is none.
func (v *visit) outside(status int, page templ.Component, err error) {
	if err == nil {
		err = v.show(status, page)
	}
	if err != nil {
		v.doorFault(err, "")
	}
}

// doorFault shows a page that says what went wrong, to whoever is not signed in.
func (v *visit) doorFault(err error, number string) {
	n := v.notice(err)
	d := v.door(n.Text, n.Hint, "")
	if v.r.Method != http.MethodGet {
		d.Here = ""
	}
	if err := v.show(problemOf(err).Status, view.DoorFault(d, number, "/", v.read.T("door_on"))); err != nil {
		http.Error(v.w, "500", http.StatusInternalServerError)
	}
}

// localPath is a path of this site to go back to; "" where it is none. What a browser could take for another site's is
// none.
func localPath(back string) string {
	if !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || strings.ContainsFunc(back, func(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }) || len(back) > 2000 {
		return ""
	}
	if u, err := url.Parse(back); err != nil || u.Host != "" || u.Scheme != "" || strings.HasPrefix(u.Path, "/signin") || strings.HasPrefix(u.Path, "/signout") || strings.HasPrefix(u.Path, "//") {
		return ""
	}
	return back
}

// shopCookie keeps the shop of a browser, where several share the server.
const shopCookie = "shop"

// shops says which shop is meant, and whether it has to be asked for.
func (v *visit) shops() (shop string, several bool, err error) {
	var all []string
	err = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) (err error) {
		all, err = tx.FewMerchants(2)
		return err
	})
	if err != nil || len(all) == 0 {
		return "", false, err
	}
	if len(all) == 1 {
		return all[0], false, nil
	}
	if shop = v.r.FormValue("shop"); shop == "" {
		if c, none := v.r.Cookie(shopCookie); none == nil {
			shop = c.Value
		}
	}
	return strings.ToLower(strings.TrimSpace(recourse.Shorten(shop, 40))), true, nil
}

// signInPage is the page that asks who somebody is.
func (v *visit) signInPage(status int, wrong error) {
	shop, several, err := v.shops()
	if err != nil {
		v.doorFault(err, "")
		return
	}
	s := view.SignIn{Back: localPath(v.r.FormValue("back")), Shop: shop, Several: several, Email: v.r.PostFormValue("email"), Stay: v.r.PostFormValue("stay") != "", Passkeys: v.place().named()}
	if v.provider != nil {
		s.Provider, s.Begin = v.provider.Label(), "/signin/oidc?"+url.Values{"back": {s.Back}, "shop": {shop}}.Encode()
	}
	if !several && shop != "" {
		all, err := v.accounts.People(v.r.Context(), shop)
		if err != nil {
			v.doorFault(err, "")
			return
		}
		s.Nobody = len(all) == 0
	}
	d := v.door(v.read.T("sign_in"), "", "")
	if v.r.Method != http.MethodGet {
		d.Here = "/signin"
	}
	if wrong != nil {
		status = v.wrong(&d, wrong)
	}
	v.outside(status, view.SignInPage(d, s), nil)
}

// showSignIn shows it. Whoever is signed in goes on.
func (s *site) showSignIn(w http.ResponseWriter, r *http.Request) {
	if who, ok := s.signed(r); ok {
		http.Redirect(w, r, homeOf(who, localPath(r.URL.Query().Get("back"))), http.StatusSeeOther)
		return
	}
	s.stranger(w, r).signInPage(http.StatusOK, nil)
}

// passwordSignIn takes an email and a password.
func (s *site) passwordSignIn(w http.ResponseWriter, r *http.Request) {
	v := s.stranger(w, r)
	if err := v.fill(); err != nil {
		v.doorFault(err, "")
		return
	}
	shop, _, err := v.shops()
	if err != nil {
		v.doorFault(err, "")
		return
	}
	f := r.PostForm
	stay := f.Get("stay") != ""
	session, who, err := s.accounts.SignIn(r.Context(), shop, f.Get("email"), f.Get("password"), v.visitor(stay))
	if err != nil {
		v.signInPage(http.StatusUnprocessableEntity, err)
		return
	}
	v.welcome(session, who, stay)
	http.Redirect(w, r, homeOf(who, localPath(f.Get("back"))), http.StatusSeeOther)
}

// homeOf is where somebody goes who has come in: the page that they wanted, if it can be theirs.
func homeOf(who account.Actor, back string) string {
	if who.Role != account.Supplier {
		return cmp.Or(back, "/")
	}
	if strings.HasPrefix(back, supplierPath) || strings.HasPrefix(back, "/account") {
		return back
	}
	return supplierPath
}

// visitor is from where somebody comes, and with what.
func (v *visit) visitor(stay bool) account.Visit {
	return account.Visit{Address: addressOf(v.r, v.secure), Agent: agentOf(v.r.UserAgent()), Stay: stay}
}

// welcome gives the browser its session; one that it had is over, so that nobody is led into somebody else's.
func (v *visit) welcome(session string, who account.Actor, stay bool) {
	if c, err := v.r.Cookie(cookieName); err == nil {
		_ = v.accounts.SignOut(v.r.Context(), c.Value) // it ends by itself if not now
	}
	seconds := 0 // until the browser is closed
	if stay {
		seconds = int(account.SessionMost / time.Second)
	}
	http.SetCookie(v.w, v.cookie(session, seconds))
	http.SetCookie(v.w, v.keep(shopCookie, who.Merchant))
	if who.Person == "" {
		return
	}
	if p, err := v.accounts.Person(v.r.Context(), who.Merchant, who.Person); err == nil && p.Language != "" {
		http.SetCookie(v.w, v.keep(langCookie, p.Language))
	}
}

// cookie is a session for the browser: no script reads it, and no other site's form sends it along.
func (v *visit) cookie(secret string, seconds int) *http.Cookie {
	return &http.Cookie{Name: cookieName, Value: secret, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.secure || v.r.TLS != nil}
}

// keep is a cookie of no secret, which stays.
func (v *visit) keep(name, value string) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int((400 * 24 * time.Hour).Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.secure || v.r.TLS != nil}
}

// cookieName is the session's cookie.
const cookieName = "recourse_session"

// signed is who the browser's session is of, on pages that anybody may see.
func (s *site) signed(r *http.Request) (account.Actor, bool) {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return account.Actor{}, false
	}
	who, err := s.accounts.Who(r.Context(), c.Value, store.TokenSession)
	return who, err == nil
}

// linkSignIn makes a session of a link that signs in once, and goes on to the desk.
//
// To open the link is to use it up. A program that fetches links before a person does, as some mail filters do, would
// use it up too: such a link is meant for the terminal that printed it, not for mail; what is handed to people is an
// invitation, which takes a click. The person who comes second is told what happened and how to get another. Whoever is
// signed in already, and opens the link they came by again, goes on.
func (s *site) linkSignIn(w http.ResponseWriter, r *http.Request) {
	v := s.stranger(w, r)
	if r.Header.Get("Sec-Purpose") == "prefetch" || r.Header.Get("Purpose") == "prefetch" {
		v.doorFault(&recourse.Error{Kind: recourse.Conflict, Code: "prefetch", Message: "this link is not fetched ahead: it works once"}, "")
		return
	}
	session, who, err := s.accounts.Redeem(r.Context(), r.PathValue("secret"), v.visitor(false))
	if err != nil {
		if who, in := s.signed(r); in {
			http.Redirect(w, r, homeOf(who, ""), http.StatusSeeOther)
			return
		}
		v.refuseLink(err)
		return
	}
	v.welcome(session, who, false)
	http.Redirect(w, r, homeOf(who, ""), http.StatusSeeOther)
}

// refuseLink says that a link is no good, with the links of other pages left out: its own address holds a secret.
func (v *visit) refuseLink(err error) {
	v.doorFault(err, "")
}

// signOut ends the session.
func (s *site) signOut(w http.ResponseWriter, r *http.Request) {
	v := s.stranger(w, r)
	if c, err := r.Cookie(cookieName); err == nil {
		if err := s.accounts.SignOut(r.Context(), c.Value); err != nil {
			v.doorFault(err, "")
			return
		}
	}
	http.SetCookie(w, v.cookie("", -1))
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
}

// leastPassword is how many letters a password has at least, for pages.
const leastPassword = "12"

// showSetup shows the page that makes the first owner.
func (s *site) showSetup(w http.ResponseWriter, r *http.Request) {
	v := s.stranger(w, r)
	m, err := s.accounts.SettingUp(r.Context(), r.PathValue("secret"))
	if err != nil {
		v.refuseLink(err)
		return
	}
	v.outside(http.StatusOK, view.SetupPage(v.door(v.read.T("setup"), v.read.T("setup_say"), ""), view.Setup{Action: r.URL.Path, Shop: m.Name, Least: leastPassword}), nil)
}

// setUp makes the first owner, and signs them in.
func (s *site) setUp(w http.ResponseWriter, r *http.Request) {
	v := s.stranger(w, r)
	if err := v.fill(); err != nil {
		v.doorFault(err, "")
		return
	}
	f := r.PostForm
	p := store.Person{Name: f.Get("name"), Email: f.Get("email"), Language: string(v.lang.Lang())}
	session, who, err := s.accounts.Setup(r.Context(), r.PathValue("secret"), f.Get("shop"), p, f.Get("password"), v.visitor(false))
	switch {
	case err != nil && own(err).Field != "":
		d := v.door(v.read.T("setup"), v.read.T("setup_say"), "")
		status := v.wrong(&d, err)
		v.outside(status, view.SetupPage(d, view.Setup{Action: r.URL.Path, Shop: f.Get("shop"), Name: p.Name, Email: p.Email, Least: leastPassword}), nil)
	case err != nil:
		v.refuseLink(err)
	default:
		v.welcome(session, who, false)
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
}

// showInvite shows the page by which somebody chooses a password. Looking does not use the link up.
func (s *site) showInvite(w http.ResponseWriter, r *http.Request) { s.stranger(w, r).invited(nil) }

func (v *visit) invited(wrong error) {
	p, err := v.accounts.Invited(v.r.Context(), v.r.PathValue("secret"))
	if err != nil {
		v.refuseLink(err)
		return
	}
	d := v.door(v.read.T("join"), v.read.T("join_say"), v.nameOf(p.Merchant))
	status := http.StatusOK
	if wrong != nil {
		status = v.wrong(&d, wrong)
	}
	v.outside(status, view.JoinPage(d, view.Join{Action: v.r.URL.Path, Name: p.Name, Email: p.Email, Role: v.read.T("role_" + p.Role), Least: leastPassword}), nil)
}

// nameOf is a merchant's name, for somebody who was handed a link of it.
func (v *visit) nameOf(merchant string) (name string) {
	_ = v.desk.Store().Read(v.r.Context(), func(tx *store.Tx) error {
		m, err := tx.Merchant(merchant)
		name = m.Name
		return err
	})
	return name
}

// join takes the password of somebody who was invited, and signs them in.
func (s *site) join(w http.ResponseWriter, r *http.Request) {
	v := s.stranger(w, r)
	if err := v.fill(); err != nil {
		v.doorFault(err, "")
		return
	}
	session, who, err := s.accounts.Join(r.Context(), r.PathValue("secret"), r.PostForm.Get("password"), string(v.lang.Lang()), v.visitor(false))
	switch {
	case err != nil && own(err).Field == "password":
		v.invited(err)
	case err != nil:
		v.refuseLink(err)
	default:
		v.welcome(session, who, false)
		http.Redirect(w, r, homeOf(who, ""), http.StatusSeeOther)
	}
}

// addressOf is the network that a request comes from, for counting. Behind a proxy it is what the proxy, the last to write
// it, says; of IPv6 it is what one household has.
func addressOf(r *http.Request, proxied bool) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if proxied {
		if all := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ","); strings.TrimSpace(all[len(all)-1]) != "" {
			host = strings.TrimSpace(all[len(all)-1])
		}
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return "?"
	}
	if ip = ip.Unmap(); ip.Is6() {
		if p, err := ip.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}

// agentOf tells browser and system in two words, as far as the header User-Agent does.
func agentOf(header string) string {
	find := func(of [][2]string) string {
		i := slices.IndexFunc(of, func(p [2]string) bool { return strings.Contains(header, p[0]) })
		if i < 0 {
			return ""
		}
		return of[i][1]
	}
	browser := find([][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"MicroMessenger", "WeChat"}, {"FxiOS", "Firefox"}, {"Firefox", "Firefox"}, {"CriOS", "Chrome"}, {"HeadlessChrome", "Chrome"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}})
	system := find([][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"HarmonyOS", "HarmonyOS"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}})
	return strings.TrimSuffix(strings.TrimPrefix(browser+" · "+system, " · "), " · ")
}
