package web

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"recourse"
	"recourse/account"
	"recourse/web/view"
)

// Passkeys and other providers: what is begun here is ended by the same browser, which shows it by a cookie that is good
// for these addresses alone.

// place is where people reach the desk.
type place struct{ account.Site }

// place is the desk's public address where it was given, else the one that the browser asked for. A browser offers a
// passkey only to the name that it was made for, whatever a request says.
func (v *visit) place() place {
	u := url.URL{Scheme: "http", Host: v.r.Host}
	if v.secure || v.r.TLS != nil {
		u.Scheme = "https"
	}
	if public, err := url.Parse(v.url); err == nil && public.Host != "" {
		u = *public
	}
	return place{account.Site{Host: u.Hostname(), Origin: u.Scheme + "://" + u.Host, Name: "Recourse"}}
}

// named says that the place has a name, without which browsers know no passkeys.
func (p place) named() bool {
	_, err := netip.ParseAddr(p.Host)
	return err != nil && p.Host != ""
}

// elsewhere is the same desk by a name, where that is on this machine; "" where none is known.
func (p place) elsewhere(path string) string {
	ip, err := netip.ParseAddr(p.Host)
	u, bad := url.Parse(p.Origin)
	if err != nil || bad != nil || !ip.IsLoopback() {
		return ""
	}
	u.Host = "localhost"
	if port := portOf(p.Origin); port != "" {
		u.Host = net.JoinHostPort("localhost", port)
	}
	return u.String() + path
}

func portOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return u.Port()
}

const (
	passkeyCookie  = "recourse_passkey"
	providerCookie = "recourse_oidc"
	ceremonyTime   = 5 * time.Minute
)

// begin gives the browser what it has to show at the end.
func (v *visit) begin(name, path, ceremony string) {
	seconds := int(ceremonyTime / time.Second)
	if ceremony == "" {
		seconds = -1
	}
	http.SetCookie(v.w, &http.Cookie{Name: name, Value: ceremony, Path: path, MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.secure || v.r.TLS != nil})
}

// begun is what the browser shows of what was begun; "" for nothing.
func (v *visit) begun(name, path string) string {
	c, err := v.r.Cookie(name)
	v.begin(name, path, "")
	if err != nil {
		return ""
	}
	return c.Value
}

// said answers a script: where to go on, or what to say.
type said struct {
	Go  string `json:"go,omitempty"`
	Say string `json:"say,omitempty"`
}

// answer answers the script of a ceremony.
func (v *visit) answer(to string, err error) {
	if err == nil {
		writeJSON(v.w, http.StatusOK, said{Go: to})
		return
	}
	n := v.notice(err)
	status := pageStatus[recourse.KindOf(err)]
	if own(err).Code == "signin_wait" {
		status = http.StatusTooManyRequests
	}
	writeJSON(v.w, status, said{Say: n.Text + " " + n.Hint})
}

// beginPasskeySignIn gives a browser the challenge that a passkey answers.
func (s *site) beginPasskeySignIn(w http.ResponseWriter, r *http.Request) {
	v := s.stranger(w, r)
	err := v.fill()
	var shop, ceremony string
	var options any
	if err == nil {
		shop, _, err = v.shops()
	}
	if err == nil {
		options, ceremony, err = s.accounts.BeginPasskeySignIn(r.Context(), shop, v.place().Site, v.visitor(false))
	}
	if err != nil {
		v.answer("", err)
		return
	}
	v.begin(passkeyCookie, "/signin", ceremony)
	writeJSON(w, http.StatusOK, options)
}

// endPasskeySignIn makes a session of whoever answered.
func (s *site) endPasskeySignIn(w http.ResponseWriter, r *http.Request) {
	v := s.stranger(w, r)
	q := r.URL.Query()
	stay := q.Get("stay") != ""
	ceremony := v.begun(passkeyCookie, "/signin")
	response, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	var session string
	var who account.Actor
	if err == nil {
		session, who, err = s.accounts.FinishPasskeySignIn(r.Context(), v.place().Site, ceremony, response, v.visitor(stay))
	}
	if err != nil {
		v.answer("", err)
		return
	}
	v.welcome(session, who, stay)
	v.answer(homeOf(who, localPath(q.Get("back"))), nil)
}

// beginPasskey gives the browser of somebody who is signed in what a new passkey is made of.
func (s *site) beginPasskey(v *visit) error {
	options, ceremony, err := s.accounts.BeginPasskey(v.r.Context(), v.who, v.place().Site)
	if err != nil {
		v.answer("", err)
		return nil
	}
	v.begin(passkeyCookie, "/account", ceremony)
	writeJSON(v.w, http.StatusOK, options)
	return nil
}

// addPasskey keeps the passkey that the browser made. It is named after the browser; the person may name it better.
func (s *site) addPasskey(v *visit) error {
	ceremony := v.begun(passkeyCookie, "/account")
	response, err := io.ReadAll(http.MaxBytesReader(v.w, v.r.Body, maxForm))
	if err == nil {
		err = s.accounts.FinishPasskey(v.r.Context(), v.who, v.place().Site, ceremony, agentOf(v.r.UserAgent()), response)
	}
	if err == nil {
		v.say("told_passkey")
	}
	v.answer("/account", err)
	return nil
}

// namePasskey names one.
func (s *site) namePasskey(v *visit) error {
	if err := v.fill(); err != nil {
		return err
	}
	if err := s.accounts.NamePasskey(v.r.Context(), v.who, v.r.PathValue("passkey"), v.r.PostForm.Get("name")); err != nil {
		return err
	}
	return v.goOn("/account", "told_saved")
}

// removePasskey removes one.
func (s *site) removePasskey(v *visit) error {
	if err := s.accounts.RemovePasskey(v.r.Context(), v.who, v.r.PathValue("passkey")); err != nil {
		return err
	}
	return v.goOn("/account", "told_passkey_removed")
}

// beginProvider sends a browser to the other provider.
func (s *site) beginProvider(w http.ResponseWriter, r *http.Request) {
	v := s.stranger(w, r)
	if s.provider == nil {
		v.doorFault(errNoRoute, "")
		return
	}
	shop, _, err := v.shops()
	var to, ceremony string
	if err == nil {
		to, ceremony, err = s.accounts.BeginProvider(r.Context(), s.provider, shop, localPath(r.URL.Query().Get("back")), v.visitor(false))
	}
	if err != nil {
		v.signInPage(http.StatusServiceUnavailable, err)
		return
	}
	v.begin(providerCookie, "/signin", ceremony)
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// endProvider takes a browser that comes back. Its address holds a code that was good once.
func (s *site) endProvider(w http.ResponseWriter, r *http.Request) {
	v := s.stranger(w, r)
	if s.provider == nil {
		v.doorFault(errNoRoute, "")
		return
	}
	q := r.URL.Query()
	ceremony := v.begun(providerCookie, "/signin")
	session, who, back, err := s.accounts.FinishProvider(r.Context(), s.provider, ceremony, q.Get("state"), q.Get("code"), v.visitor(false))
	if err != nil {
		v.outsideSignIn(err)
		return
	}
	v.welcome(session, who, false)
	http.Redirect(w, r, homeOf(who, localPath(back)), http.StatusSeeOther)
}

// outsideSignIn shows the page that asks who somebody is, with why the other way did not work.
func (v *visit) outsideSignIn(err error) {
	d := v.door(v.read.T("sign_failed"), "", "")
	status := v.wrong(&d, err)
	v.outside(status, view.DoorFault(d, "", "/signin", v.read.T("sign_other")), nil)
}
