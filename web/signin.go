package web

import (
	"html/template"
	"net/http"

	"recourse"
	"recourse/account"
	"recourse/store"
)

// cookieName is the session's cookie.
const cookieName = "recourse_session"

// cookie is a session for the browser: no script reads it, and no other site's form sends it along.
func (s *Server) cookie(r *http.Request, secret string, seconds int) *http.Cookie {
	return &http.Cookie{Name: cookieName, Value: secret, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure || r.TLS != nil}
}

// signIn makes a session of a link that signs in once, and goes on to the desk.
//
// To open the link is to use it up. A program that fetches links before a person does, as some mail filters do, would
// use it up too: such a link is meant for the terminal that printed it, not for mail. The person who comes second is told
// what happened and how to get another. Whoever is signed in already, and opens the link they came by again, goes on.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Sec-Purpose") == "prefetch" || r.Header.Get("Purpose") == "prefetch" {
		s.refuse(w, r, &recourse.Error{Kind: recourse.Conflict, Code: "prefetch", Message: "this link is not fetched ahead: it works once"})
		return
	}
	session, _, err := s.Accounts.Redeem(r.Context(), r.PathValue("secret"), account.Visit{})
	if err != nil {
		if c, none := r.Cookie(cookieName); none == nil {
			if _, in := s.Accounts.Who(r.Context(), c.Value, store.TokenSession); in == nil {
				http.Redirect(w, r, "/", http.StatusSeeOther)
				return
			}
		}
		s.refuse(w, r, err)
		return
	}
	http.SetCookie(w, s.cookie(r, session, int(account.SessionFor.Seconds())))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// signOut ends the session.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(cookieName); err == nil {
		if err := s.Accounts.SignOut(r.Context(), c.Value); err != nil {
			s.refuse(w, r, err)
			return
		}
	}
	http.SetCookie(w, s.cookie(r, "", -1))
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
}

var signInPage = template.Must(template.New("signin").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in</title><link rel="stylesheet" href="/docs.css">
<main class="narrow"><h1>Sign in</h1><p>People come in by a link that works once. Whoever runs this program makes one:</p>
<pre>recourse token create --link --name Ada --role owner</pre><p>Programs send a token; see <a href="/docs">the API</a>.</p></main></html>
`))

// showSignIn says how people come in.
func (s *Server) showSignIn(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := signInPage.Execute(w, nil); err != nil {
		s.Log.Debug("the page of signing in", "error", err) // who asked has left
	}
}
