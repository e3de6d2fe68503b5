package web

import (
	"bytes"
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/playbook"
	"recourse/store"
	"recourse/text"
	"recourse/web/view"

	"github.com/a-h/templ"
)

// buyerRoutes are the pages of the buyer: one link, one order.
var buyerRoutes = []pageRoute{
	{pattern: "GET /b/{link}", access: access{door: buyer}, open: guestly((*guest).page)},
	{pattern: "POST /b/{link}/act", access: access{door: buyer}, open: guestly((*guest).act)},
	{pattern: "POST /b/{link}/files", access: access{door: buyer}, open: guestly((*guest).files)},
	{pattern: "OPTIONS /b/{link}/uploads", access: access{door: buyer}, open: tusly((*guest).uploadOptions)},
	{pattern: "POST /b/{link}/uploads", access: access{door: buyer}, open: tusly((*guest).uploadCreate)},
	{pattern: "HEAD /b/{link}/uploads/{upload}", access: access{door: buyer}, open: tusly((*guest).uploadHead)},
	{pattern: "PATCH /b/{link}/uploads/{upload}", access: access{door: buyer}, open: tusly((*guest).uploadPatch)},
	{pattern: "DELETE /b/{link}/uploads/{upload}", access: access{door: buyer}, open: tusly((*guest).uploadDelete)},
}

// buyerSource is who says what buyers tell on their page, and buyerName who told it: their own name stands nowhere but
// with the order.
const buyerSource, buyerName = "buyer", "buyer"

// guest is one request of a buyer.
type guest struct {
	*site
	w    http.ResponseWriter
	r    *http.Request
	who  account.Guest
	base string // the address of their page
	shop string
	seen *desk.View
	read view.Reader
	said *view.Notice
	// stands is what was chosen already, for one who chose too late.
	stands string
}

// guestly is a handler of buyers' requests, with what they see read in.
func guestly(serve func(*guest) error) func(*site, http.ResponseWriter, *http.Request) {
	return func(s *site, w http.ResponseWriter, r *http.Request) {
		g, err := s.guest(w, r)
		if err == nil {
			err = serve(g)
		}
		if err != nil {
			g.fault(err)
		}
	}
}

// guest is the one who asks, with the order that is theirs, the words of the shop and a clock near where they live.
func (s *site) guest(w http.ResponseWriter, r *http.Request) (*guest, error) {
	who, _ := r.Context().Value(guestKey).(account.Guest)
	g := &guest{site: s, w: w, r: r, who: who, base: account.LinkPath + r.PathValue("link")}
	words, err := g.words(who.Merchant)
	g.read = view.NewReader(words.In(string(g.language(words, nil))), nil, s.desk.Now())
	if err != nil {
		return g, err
	}
	if g.seen, err = s.desk.Order(r.Context(), who.Merchant, who.Order); err != nil {
		return g, err
	}
	g.read = view.NewReader(words.In(string(g.language(words, g.seen.File.Order.Buyer))), g.zone(), s.desk.Now())
	if err := g.look(); err != nil {
		return g, err
	}
	g.read.Head.Sent, err = s.sent(r.Context(), who.Merchant, who.Order)
	return g, err
}

// words are those of the merchant; the shop's name is read along.
func (g *guest) words(merchant string) (*text.Catalog, error) {
	words := g.texts.program
	err := g.desk.Store().Read(g.r.Context(), func(tx *store.Tx) error {
		m, err := tx.MerchantOnce(merchant)
		if err != nil {
			return err
		}
		g.shop = cmp.Or(m.Name, m.ID)
		words, err = g.texts.of(tx, merchant)
		return err
	})
	return words, err
}

// buyerLangCookie keeps the language that a buyer chose, for buyers' pages alone.
const buyerLangCookie = "buyer_lang"

// language is the one that the buyer chose, else the one that the shop knows them by, else their browser's.
func (g *guest) language(words *text.Catalog, b *recourse.Buyer) text.Lang {
	if c, err := g.r.Cookie(buyerLangCookie); err == nil && slices.Contains(words.Languages(), text.Lang(c.Value)) {
		return text.Lang(c.Value)
	}
	if b != nil && b.Locale != "" {
		return words.Match(b.Locale)
	}
	return languageOf(g.r)
}

// zone is the clock of the country that the goods go to, else of the merchant's.
func (g *guest) zone() *time.Location {
	d := g.seen.Decider
	countries := []string{d.Policy.Country(playbook.Duration{Calendar: "merchant"})}
	if to := g.seen.File.Order.ShipTo; to != nil && to.Country != "" {
		countries = []string{to.Country, countries[0]}
	}
	for _, country := range countries {
		if c, ok := d.Calendars.Calendar(country); ok {
			return c.Location()
		}
	}
	return nil
}

// frame is what stands around the page.
func (g *guest) frame(title string) view.BuyerFrame {
	return view.BuyerFrame{
		R: g.read, Title: title, Shop: g.shop, Base: g.base, Style: address("buyer.css"), Script: address("buyer.js"), Tus: address("tus.min.js"),
		Langs: deskLanguages(g.read.Catalog()), Notice: g.said, Until: g.read.Date(g.who.Expires),
	}
}

// show sends a page whole. It is kept nowhere, and no other site learns of its address.
func (g *guest) show(status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(g.r.Context(), &b); err != nil {
		return err
	}
	h := g.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("X-Robots-Tag", "noindex, nofollow")
	g.w.WriteHeader(status)
	if _, err := g.w.Write(b.Bytes()); err != nil {
		return nil // who asked has left
	}
	return nil
}

// page shows how the order stands. A change of language is kept, and the address is then the link's own again.
func (g *guest) page() error {
	if l := text.Lang(g.r.URL.Query().Get("lang")); l != "" {
		if slices.Contains(g.read.Catalog().Languages(), l) {
			g.cookie(buyerLangCookie, string(l), 400*24*time.Hour)
		}
		http.Redirect(g.w, g.r, g.base, http.StatusSeeOther)
		return nil
	}
	if c, err := g.r.Cookie(saidCookie); err == nil && strings.HasPrefix(c.Value, "said_") {
		g.cookie(saidCookie, "", -1)
		if says := g.read.Buyer(c.Value); says != "" {
			g.said = &view.Notice{Good: true, Text: says}
		}
	}
	return g.now(http.StatusOK, view.BuyerForm{})
}

// now shows the page as things stand, with a form that was not taken.
func (g *guest) now(status int, form view.BuyerForm) error {
	b := view.NewBuyer(g.read, g.seen, form)
	b.Once = once()
	if g.evidence == nil {
		for i := range b.Cases {
			b.Cases[i].Upload = nil
		}
	}
	return g.show(status, view.BuyerPage(g.frame(g.read.Buyer("title", "order", b.Order)), b))
}

// cookie sets a cookie of the buyers' pages.
func (g *guest) cookie(name, value string, lasts time.Duration) {
	http.SetCookie(g.w, &http.Cookie{Name: name, Value: value, Path: "/b/", MaxAge: int(lasts.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: g.secure || g.r.TLS != nil})
}

// goOn sends the browser back to the page, which then says what was done.
func (g *guest) goOn(said, anchor string) error {
	g.cookie(saidCookie, said, time.Minute)
	if anchor != "" {
		anchor = "#" + anchor
	}
	http.Redirect(g.w, g.r, g.base+anchor, http.StatusSeeOther)
	return nil
}

// faultWords are the sentences for what went wrong, by code, then by kind.
var faultWords = map[string]string{
	"version_changed": "fault_moved", "act_gone": "fault_moved", "messages_many": "fault_many", "too_fast": "fault_fast",
	string(recourse.Conflict): "fault_moved", string(recourse.NotFound): "fault_moved", string(recourse.Unavailable): "fault_away", string(recourse.Internal): "fault_away",
}

// notice says an error in the buyer's language.
func (g *guest) notice(err error) *view.Notice {
	if code := recourse.CodeOf(err); code == errOfferGone.Code || code == errChoiceStands.Code {
		return g.tooLate(err)
	}
	key := cmp.Or(faultWords[recourse.CodeOf(err)], faultWords[string(recourse.KindOf(err))], "fault_invalid")
	return &view.Notice{Text: g.read.Buyer(key), Hint: g.read.Buyer(key+"_say", "n", g.read.Number(mostMessages))}
}

// fault shows what went wrong: on the page itself where that can still be shown.
func (g *guest) fault(err error) {
	kind := recourse.KindOf(err)
	if kind == recourse.Internal && !errors.Is(err, g.r.Context().Err()) {
		g.log.Error("a buyer's page", "route", g.r.Pattern, "err", err)
	}
	g.said = g.notice(err)
	shown := errors.New("nothing to show it on")
	if g.seen != nil && kind != recourse.Internal {
		shown = g.now(pageStatus[kind], view.BuyerForm{})
	}
	if shown != nil {
		f := g.frame(g.said.Text)
		f.Notice = nil
		g.show(pageStatus[kind], view.BuyerFault(f, g.said.Hint))
	}
}

// turnAway shows the page of a link that does not let in. Whose shop it is stands there only if the link was once theirs.
func (s *site) turnAway(w http.ResponseWriter, r *http.Request, who account.Guest, err error) {
	g := &guest{site: s, w: w, r: r, who: who}
	words := s.texts.program
	if who.Merchant != "" {
		if own, err := g.words(who.Merchant); err == nil {
			words = own
		}
	}
	g.read = view.NewReader(words.In(string(g.language(words, g.buyerOf(who)))), nil, s.desk.Now())
	status, key := http.StatusNotFound, "link_false"
	switch recourse.CodeOf(err) {
	case account.ErrLinkExpired.Code:
		status, key = http.StatusGone, "link_expired"
	case account.ErrLinkRevoked.Code:
		status, key = http.StatusGone, "link_revoked"
	case account.ErrLinkFalse.Code:
	case errTooFast.Code:
		w.Header().Set("Retry-After", "60")
		status, key = http.StatusTooManyRequests, "fault_fast"
	default:
		if recourse.KindOf(err) == recourse.Internal {
			s.log.Error("a buyer's link", "err", err)
		}
		status, key = http.StatusServiceUnavailable, "fault_away"
	}
	say := g.read.Buyer(key + "_say")
	if g.shop != "" && status == http.StatusGone {
		say = g.read.Buyer("link_ask", "shop", g.shop)
	}
	f := g.frame(g.read.Buyer(key))
	f.Base, f.Script = "", ""
	g.show(status, view.BuyerFault(f, say))
}

// buyerOf is the buyer of a link that once was good, as far as their language goes; nil where that is not known.
func (g *guest) buyerOf(who account.Guest) (b *recourse.Buyer) {
	if who.Merchant == "" {
		return nil
	}
	g.desk.Store().Read(g.r.Context(), func(tx *store.Tx) error {
		l, err := tx.Link(who.Merchant, who.Link)
		if err != nil {
			return err
		}
		k := store.Key{Merchant: who.Merchant, Order: l.Order}
		files, err := tx.Files([]store.Key{k})
		if err == nil {
			b = files[k].OrderFile.Order.Buyer
		}
		return err
	})
	return b
}

// form reads what a buyer sent.
func (g *guest) form() (url.Values, error) {
	g.r.Body = http.MaxBytesReader(g.w, g.r.Body, maxForm)
	if err := g.r.ParseForm(); err != nil {
		return nil, &recourse.Error{Kind: recourse.TooLarge, Code: "form", Message: "the form cannot be read", Err: err}
	}
	return g.r.PostForm, nil
}
