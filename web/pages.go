package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/account"
	"recourse/decide"
	"recourse/desk"
	"recourse/effect/hook"
	"recourse/evidence"
	"recourse/hub"
	"recourse/importer"
	"recourse/playbook"
	"recourse/store"
	"recourse/text"
	"recourse/web/view"

	"github.com/a-h/templ"
)

// The desk's pages, for people. They are made on the server and need no script: a link filters, a form acts, and after an
// act the browser is sent to a page that says what was done, so that nothing is sent twice by going back.
//
// A page changes nothing by being looked at. Whatever is told goes through the desk, with the name of who told it and
// the version of the order that they had before their eyes; where the order has moved on, they are shown how it stands
// now and asked to decide again.

// site serves the pages of one desk.
type site struct {
	desk     *desk.Desk
	accounts *account.Accounts
	actor    func(*http.Request) (account.Actor, bool)
	leave    string // where the form that signs out is sent
	log      *slog.Logger
	secure   bool            // people come by https
	books    *importer.Shelf // files that were dropped
	tour     bool            // the shop is made up, and newcomers are shown around
	pages    map[string]bool // the patterns that there are
	url      string          // where people reach the desk; "": where they say
	provider *account.Provider
	evidence *evidence.Room // nil: files are neither taken nor shown
	texts    *catalogs
	letters  func(ctx context.Context, merchant, order string) (map[string]view.Sent, error) // that left; nil: none is kept
	drawings drawings
	closing  <-chan struct{} // closed when the server is to stop
	facets   facetShelf
	hooks    *hook.Service // nil: nobody is told what happens
	hub      *hub.Hub      // nil: there are no connections
}

// pageRoute is one address of the pages, with what it takes. What an act on a page takes beyond that, an approval say, is
// asked where it is known what is told.
type pageRoute struct {
	pattern string
	access
	serve func(*site, *visit) error                       // for who is signed in
	open  func(*site, http.ResponseWriter, *http.Request) // for anybody: of a route whose door is open
	long  bool                                            // it answers for as long as somebody looks: without a deadline, in a number of its own
}

// pageRoutes are all pages. Each file of pages has the list of its own.
var pageRoutes = slices.Concat(deskRoutes, queueRoutes, caseRoutes, peopleRoutes, evidenceRoutes, buyerRoutes, messageRoutes, insightRoutes, playbookRoutes, importRoutes, linkRoutes, tourRoutes, connectionRoutes, agentRoutes, webhookPageRoutes, sourcingRoutes, supplierPageRoutes, offerRoutes, moneyRoutes, linePageRoutes, claimRoutes)

// deskRoutes are what all pages share.
var deskRoutes = []pageRoute{
	{pattern: "GET /language", access: access{door: open}, open: (*site).language},
	{pattern: "GET /static/{file}", access: access{door: open}, open: (*site).file},
}

// routes adds the pages to a server's.
func (s *site) routes(mux *http.ServeMux) {
	for _, p := range pageRoutes {
		if p.open != nil {
			mux.HandleFunc(p.pattern, func(w http.ResponseWriter, r *http.Request) { p.open(s, w, r) })
			continue
		}
		mux.HandleFunc(p.pattern, s.signedIn(func(v *visit) error { return p.serve(s, v) }))
	}
}

// visit is one request of somebody who is signed in.
type visit struct {
	*site
	w       http.ResponseWriter
	r       *http.Request
	who     account.Actor
	shop    string
	lang    *text.Language
	typed   view.Typed  // what could not be taken, to stand in its form again
	called  int         // notes that call the visitor and that they have not seen
	read    view.Reader // the clock is the merchant's once their zone is known
	noStore bool        // the page is not to be kept by the browser
}

func (s *site) signedIn(page func(*visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, ok := s.actor(r)
		if !ok {
			http.Error(w, "sign in first", http.StatusUnauthorized)
			return
		}
		r = r.WithContext(account.By(r.Context(), who.Name))
		v := &visit{site: s, w: w, r: r, who: who}
		v.speak(s.texts.program)
		err := s.desk.Store().Read(r.Context(), func(tx *store.Tx) error {
			m, err := tx.MerchantOnce(who.Merchant)
			v.shop = cmp.Or(m.Name, m.ID)
			if err != nil {
				return err
			}
			if v.called, err = tx.Called(who.Merchant, who.Name, calledMost); err != nil {
				return err
			}
			words, err := s.texts.of(tx, who.Merchant)
			v.speak(words)
			return err
		})
		if err == nil {
			err = page(v)
		}
		if err != nil {
			v.fault(err)
		}
	}
}

// speak sets the words that the visitor reads: those of their merchant, in the language that they chose.
func (v *visit) speak(words *text.Catalog) {
	v.lang = words.In(string(languageIn(v.r, words)))
	v.read = view.NewReader(v.lang, nil, v.desk.Now())
}

// decider sets the reader's clock to the zone of the merchant's own country, where its calendar is known.
func (v *visit) decider(d *decide.Decider) {
	country := d.Policy.Country(playbook.Duration{Calendar: "merchant"})
	if c, ok := d.Calendars.Calendar(country); ok {
		head := v.read.Head
		v.read = view.NewReader(v.lang, c.Location(), v.read.Now)
		v.read.Head = head
	}
}

// letterhead lets the messages of an order say whose they are and where the buyer's page is, where there is one.
func (v *visit) letterhead(order, back string) (view.LinkModel, error) {
	link, err := v.link(order, back)
	if err != nil {
		return link, err
	}
	v.read.Head = view.Letterhead{Shop: v.shop, Link: link.Address}
	if v.read.Head.Agent, err = v.agentLanguage(); err == nil {
		v.read.Head.Sent, err = v.sent(v.r.Context(), v.who.Merchant, order)
	}
	return link, err
}

// page is what stands around a page.
func (v *visit) page(title string) view.Page {
	parts, pages := v.nav()
	return view.Page{
		R: v.read, Title: title, Shop: v.shop, Me: v.who.Name, Role: v.read.T("role_" + string(v.who.Role)), Here: v.r.URL.RequestURI(), Style: address("desk.css"), Script: address("desk.js"), Nav: parts, Pages: pages, Import: v.mayOpen(&part{"import", "/import", account.Work, nil}),
		Leave: v.leave, Langs: deskLanguages(v.lang.Catalog()), Notice: v.said(), Called: v.called,
	}
}

// rights are what the visitor may do.
func (v *visit) rights() view.Rights {
	return view.Rights{Act: v.who.Role.May(account.Work), Money: v.who.Allow(account.Approve) == nil, May: func(e *recourse.Effect) bool { return v.who.AllowAct(e) == nil }}
}

// rightsOn are the visitor's rights on a case: what could be paid twice is what is at stake there.
func (v *visit) rightsOn(d *desk.View, id string) view.Rights {
	r := v.rights()
	r.Money = v.who.AllowMoney(d.Decider.Stake(d.File, id)) == nil
	return r
}

// show sends a page whole: one that cannot be made is not sent half.
func (v *visit) show(status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(v.r.Context(), &b); err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("Cache-Control", "private, no-cache")
	if v.noStore {
		h.Set("Cache-Control", "no-store")
	}
	h.Set("Vary", "Cookie, Accept-Language")
	v.w.WriteHeader(status)
	_, err := v.w.Write(b.Bytes())
	if err != nil {
		return nil // who asked has left
	}
	return nil
}

// pageStatus is the status of a page that says an error of some kind.
var pageStatus = map[recourse.Kind]int{
	recourse.Invalid: http.StatusUnprocessableEntity, recourse.NotFound: http.StatusNotFound, recourse.Conflict: http.StatusConflict, recourse.Forbidden: http.StatusForbidden,
	recourse.TooLarge: http.StatusRequestEntityTooLarge, recourse.Unavailable: http.StatusServiceUnavailable, recourse.Internal: http.StatusInternalServerError,
}

// fault shows a page that says what went wrong.
func (v *visit) fault(err error) {
	if context.Cause(v.r.Context()) != nil {
		return
	}
	n := v.notice(err)
	p := v.page(n.Text)
	p.Notice = nil
	if err := v.show(pageStatus[recourse.KindOf(err)], view.Fault(p, n.Text, n.Hint)); err != nil {
		http.Error(v.w, "500", http.StatusInternalServerError)
	}
}

// notice says an error in the reader's language. What the program cannot say otherwise it says in its own words.
func (v *visit) notice(err error) *view.Notice {
	kind := recourse.KindOf(err)
	if kind == recourse.Internal && v.log != nil {
		v.log.Error("page", "route", v.r.Pattern, "err", err) // a path may hold a secret
	}
	if n := v.saidOf(recourse.CodeOf(err)); n != nil {
		return n
	}
	if say, do, ok := v.lang.Error(err); ok {
		return &view.Notice{Text: say, Hint: do, Detail: whereIn(err)}
	}
	if n := v.saidOf(string(kind)); n != nil {
		return n
	}
	return &view.Notice{Text: v.read.T("error_invalid", "what", err.Error())}
}

// whereIn is an error in the program's own words where it is about a place in a file: only they say which; "" for others.
func whereIn(err error) string {
	if e, ours := errors.AsType[*recourse.Error](err); ours && e.Position.Line > 0 {
		return recourse.Shorten(e.Error(), 400)
	}
	return ""
}

// saidOf is what the desk says of an error's code, or of its kind; nil when it has no words for it.
func (v *visit) saidOf(of string) *view.Notice {
	if key := "error_" + of; v.lang.HasDesk(key) && v.lang.HasDesk(key+"_say") {
		return &view.Notice{Text: v.read.T(key), Hint: v.read.T(key + "_say")}
	}
	return nil
}

// saidCookie carries what was just done over to the page that says so: the name of a sentence, and nothing else.
const saidCookie = "said"

func (v *visit) said() *view.Notice {
	c, err := v.r.Cookie(saidCookie)
	if err != nil || v.r.Method != http.MethodGet {
		return nil
	}
	http.SetCookie(v.w, &http.Cookie{Name: saidCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	if !strings.HasPrefix(c.Value, "told_") || !v.lang.HasDesk(c.Value) {
		return nil
	}
	return &view.Notice{Good: true, Text: v.read.T(c.Value)}
}

// goOn sends the browser to a page that says what was done.
func (v *visit) goOn(path, said string) error {
	v.say(said)
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

// say lets the next page say what was done.
func (v *visit) say(said string) {
	http.SetCookie(v.w, &http.Cookie{Name: saidCookie, Value: said, Path: "/", MaxAge: 60, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// once is a name for the forms of one page: the same form sent twice is the same fact.
func once() string { return strings.ToLower(rand.Text()[:16]) }

// langCookie keeps the language that somebody chose.
const langCookie = "lang"

// deskLanguages are those that people can work in.
func deskLanguages(words *text.Catalog) (out []text.Lang) {
	for _, l := range words.Languages() {
		if words.In(string(l)).SpeaksDesk() {
			out = append(out, l)
		}
	}
	return out
}

// languageOf is the language of a reader who belongs to no merchant.
func languageOf(r *http.Request) text.Lang { return languageIn(r, text.Builtin()) }

// languageIn is the language of a reader: the one that they chose, else the first of their browser's that there is.
func languageIn(r *http.Request, words *text.Catalog) text.Lang {
	all := deskLanguages(words)
	if c, err := r.Cookie(langCookie); err == nil && slices.Contains(all, text.Lang(c.Value)) {
		return text.Lang(c.Value)
	}
	for _, tag := range accepted(r.Header.Get("Accept-Language")) {
		l := words.Match(tag)
		if base, _, _ := strings.Cut(strings.ToLower(tag), "-"); slices.Contains(all, l) && (base == string(l) || strings.EqualFold(tag, string(l))) {
			return l
		}
	}
	return text.English
}

// accepted are the languages of a header, the preferred first.
func accepted(header string) []string {
	type weighed struct {
		tag string
		q   float64
	}
	var all []weighed
	for part := range strings.SplitSeq(header[:min(len(header), 500)], ",") {
		tag, rest, _ := strings.Cut(strings.TrimSpace(part), ";")
		q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(rest), "q="), 64)
		if err != nil {
			q = 1
		}
		if tag != "" && q > 0 {
			all = append(all, weighed{tag, q})
		}
	}
	slices.SortStableFunc(all, func(a, b weighed) int { return cmp.Compare(b.q, a.q) })
	tags := make([]string, len(all))
	for i, w := range all {
		tags[i] = w.tag
	}
	return tags
}

// language changes the language and goes back to the page where that was asked for. It goes to a page of this site only.
func (s *site) language(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	// Whose desk it is is not known here: a language that theirs has not is left alone when it is read.
	if l, err := text.ParseLang(q.Get("to")); err == nil {
		http.SetCookie(w, &http.Cookie{Name: langCookie, Value: string(l), Path: "/", MaxAge: int((400 * 24 * time.Hour).Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode})
	}
	back := q.Get("back")
	if to := localPath(back); to != "" {
		back = to
	} else if u, err := url.Parse(back); err == nil && u.Host == "" && u.Scheme == "" && strings.HasPrefix(back, "/signin") {
		back = "/signin?" + u.Query().Encode()
	} else {
		back = "/"
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// pages adds the desk's pages to a server's routes.
func (s *Server) pages(mux *http.ServeMux) {
	there := map[string]bool{}
	for _, p := range pageRoutes {
		s.access[p.pattern], there[p.pattern], s.long[p.pattern] = p.access, true, p.long
	}
	s.site = &site{desk: s.Desk, accounts: s.Accounts, actor: s.actor, leave: "/signout", log: s.Log, secure: s.Secure, books: s.books, tour: s.Tour, pages: there, url: s.URL, provider: s.Provider,
		evidence: s.Evidence, texts: newCatalogs(s.Texts, s.Log), letters: s.Sent, closing: s.streams.closing, hub: s.Hub, hooks: s.Hooks}
	s.guests = newGuests(s.site.turnAway)
	s.site.routes(mux)
}
