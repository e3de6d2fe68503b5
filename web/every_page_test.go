package web_test

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/sample"
	"recourse/store"
	"recourse/web"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// onePage is a page as somebody finds it.
type onePage struct {
	name string
	path string
	form url.Values // of a page that answers a form
	says string     // what it says in English, of the files it needs no script for
	open string     // what is opened on it before it is looked at, by its selector
}

// visitor is somebody who comes to a house, with the pages that they see there.
type visitor struct {
	house *house
	enter func() string // the address by which they come in, or nil
	pages []onePage
}

// notLooked are the routes that answer with something else than a page of their own, and with what.
var notLooked = map[string]string{
	"GET /language": "goes back", "GET /static/{file}": "a file", "GET /evidence/{file}/{size}": "a picture", "GET /cases/{case}/picture.svg": "a picture", "GET /live": "a stream", "GET /queue": "a part of a page",
	"GET /signin/oidc": "goes to the provider", "GET /signin/oidc/back": "comes from the provider", "GET /insights/{file}": "a file", "GET /messages/languages/{lang}/file": "a file", "GET /mappings/{profile}": "a file",
	"GET /playbook/file/playbook.yaml": "a file", "GET /playbook/file/settings.json": "a file", "GET /import/{book}/rejects.csv": "a file", "GET /cases/{case}/dossier.pdf": "a file", "GET /cases/{case}/chargeback.pdf": "a file", "GET /cases/{case}/reorder.csv": "a file", "GET /reorders.csv": "a file",
	"GET /connections/{connection}/receipts/{receipt}/export.json": "a file", "GET /offers/rejects.csv": "a file", "GET /offers/offers.csv": "a file", "GET /lines/lines.csv": "a file", "GET /claims/{file}": "a file", "GET /claims.ics": "a file", "GET /money/{file}": "a file", "GET /recoveries/{file}": "a file",
}

// TestEveryPage looks at every page there is: that it says what it has to without a script, that nothing keeps people
// from using it, by light and by dark, that it is nowhere wider than its window, that nothing on it moves while it comes,
// and that its scripts are small. Languages and sizes take turns from page to page; all of them, with a picture each, are
// looked at where RECOURSE_SHOTS is an expression that names them (a point: all), as «case-fr-360-dark».
func TestEveryPage(t *testing.T) {
	ctx := browser(t)
	visitors := everyVisitor(t)
	everyRoute(t, visitors)
	asked := os.Getenv("RECOURSE_SHOTS")
	only := regexp.MustCompile(cmp.Or(asked, "."))
	turn := 0
	for _, v := range visitors {
		p := v.house.stranger()
		forget(t, ctx)
		if v.enter != nil {
			p.get(strings.TrimPrefix(v.enter(), v.house.url))
			do(t, ctx, chromedp.Navigate(v.enter()))
		}
		for _, page := range v.pages {
			page.plain(t, p)
			for i, lang := range []string{"en", "fr", "zh"} {
				for j, width := range []int64{360, 768, 1440} {
					if asked == "" && (i != turn%3 || j != (turn/3+turn)%3) || asked != "" && !only.MatchString(page.name+"-"+lang+"-"+strconv.FormatInt(width, 10)) && !page.named(only, lang, width) {
						continue
					}
					page.look(t, ctx, v.house, lang, width, only)
				}
			}
			turn++
		}
	}
}

// named says that a picture of a page is asked for.
func (p onePage) named(only *regexp.Regexp, lang string, width int64) bool {
	return only.MatchString(p.where(lang, width, "light")) || only.MatchString(p.where(lang, width, "dark"))
}

func (p onePage) where(lang string, width int64, scheme string) string {
	return p.name + "-" + lang + "-" + strconv.FormatInt(width, 10) + "-" + scheme
}

// plain asks for a page as a browser without scripts does.
func (p onePage) plain(t *testing.T, who *person) {
	t.Helper()
	var body string
	if p.form == nil {
		_, body = who.get(p.path)
	} else {
		_, body = who.post(p.path, p.form)
	}
	wants(t, p.name, body, p.says, "<h1", "</html>")
}

// look looks at a page in a browser.
func (p onePage) look(t *testing.T, ctx context.Context, h *house, lang string, width int64, only *regexp.Regexp) {
	t.Helper()
	where := p.where(lang, width, "light")
	look(t, ctx, width, "light")
	p.come(t, ctx, h, lang)
	moved := eval[float64](t, ctx, `new Promise(yes => { let n = 0; new PerformanceObserver(l => l.getEntries().forEach(e => n += e.value)).observe({type: 'layout-shift', buffered: true}); setTimeout(() => yes(n), 60) })`)
	script := eval[int](t, ctx, `performance.getEntriesByType('resource').filter(r => r.initiatorType === 'script').reduce((n, r) => n + r.decodedBodySize, 0)`)
	if moved >= .02 || script >= 120_000 {
		t.Errorf("%s moves by %g while it comes, and has %d bytes of script", where, moved, script)
	}
	if p.open != "" {
		eval[bool](t, ctx, `document.querySelectorAll(`+strconv.Quote(p.open)+`).forEach(d => d.open = true), true`)
	}
	fits(t, ctx, where)
	axe(t, ctx, where)
	if os.Getenv("RECOURSE_SHOTS") == "" || only.MatchString(where) {
		shoot(t, ctx, "every/"+where)
	}
	if p.name == "case-customs" {
		paper(t, ctx, where)
	}
	light(t, ctx, "dark")
	where = p.where(lang, width, "dark")
	colours(t, ctx, where)
	if os.Getenv("RECOURSE_SHOTS") != "" {
		if only.MatchString(where) {
			shoot(t, ctx, "every/"+where)
		}
		return
	}
	for _, other := range []int64{360, 768, 1440} {
		if other != width {
			do(t, ctx, chromedp.EmulateViewport(other, 800))
			fits(t, ctx, p.where(lang, other, "dark"))
		}
	}
}

// come brings the browser to a page, in a language.
func (p onePage) come(t *testing.T, ctx context.Context, h *house, lang string) {
	t.Helper()
	do(t, ctx, speaks(h.url, lang))
	if p.form == nil {
		do(t, ctx, chromedp.Navigate(h.url+p.path))
		return
	}
	do(t, ctx, chromedp.Navigate(h.url+"/keys"))
	eval[bool](t, ctx, `(() => { const f = document.createElement('form'); f.method = 'post'; f.action = `+strconv.Quote(p.path)+`;
			new URLSearchParams(`+strconv.Quote(p.form.Encode())+`).forEach((v, k) => { const i = document.createElement('textarea'); i.name = k; i.value = v; f.append(i) });
			document.body.append(f); setTimeout(() => HTMLFormElement.prototype.submit.call(f), 20); return true })()`)
	do(t, ctx, chromedp.WaitReady(`body:not(:has(main > .keys)) main h1`))
}

// speaks sets the language that a browser has chosen.
func speaks(url, lang string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, name := range []string{"lang", "buyer_lang"} {
			if _, err := cdp.Call(ctx, t, network.SetCookie, network.SetCookieParams{Name: name, Value: lang, URL: url}); err != nil {
				return err
			}
		}
		return nil
	})
}

// forget makes the browser one that nobody knows.
func forget(t *testing.T, ctx context.Context) {
	t.Helper()
	do(t, ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.ClearBrowserCookies, cdp.Empty{})
		return err
	}))
}

// light changes the light on a page that is open.
func light(t *testing.T, ctx context.Context, scheme string) {
	t.Helper()
	do(t, ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	}))
}

// paper looks at a page as it is printed: nothing that is pressed or filled in is there.
func paper(t *testing.T, ctx context.Context, where string) {
	t.Helper()
	do(t, ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return err
	}))
	fits(t, ctx, where+" on paper")
	if left := eval[string](t, ctx, `[...document.querySelectorAll('button, input, select, textarea')].filter(e => e.checkVisibility() && e.getBoundingClientRect().height > 1).map(e => e.outerHTML.slice(0, 100)).join(' ')`); left != "" {
		t.Errorf("%s has on paper: %s", where, left)
	}
	shoot(t, ctx, "every/"+where+"-paper")
}

// colours looks at a page, where axe has looked already, once more in another light: only its colours are others.
func colours(t *testing.T, ctx context.Context, where string) {
	t.Helper()
	found := eval[string](t, ctx, `axe.run({runOnly: {type: 'rule', values: ['color-contrast']}}).then(r => r.violations.flatMap(v => v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' — ' + n.failureSummary.slice(0, 200))).join(' | '))`)
	if found != "" {
		t.Errorf("%s: %s", where, found)
	}
}

// everyRoute fails where there is a page that nobody looks at.
func everyRoute(t *testing.T, visitors []visitor) {
	t.Helper()
	mux, seen := http.NewServeMux(), map[string]bool{}
	for _, pattern := range web.Pages() {
		mux.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
	}
	for _, v := range visitors {
		for _, p := range v.pages {
			r, err := http.NewRequest(http.MethodGet, v.house.url+p.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, pattern := mux.Handler(r); p.form == nil {
				seen[pattern] = true
			}
		}
	}
	for _, pattern := range web.Pages() {
		if seen[pattern] == (notLooked[pattern] != "") {
			t.Errorf("%s is a page that TestEveryPage does not look at: add it to the table, or to what is no page", pattern)
		}
	}
}

// pictured tells the sample shop's facts with some of its photos.
func (h *house) pictured() {
	h.t.Helper()
	g := &gallery{h, h.evidence}
	for _, ev := range sample.Claims(pageNow) {
		h.pass(ev.Time)
		if ev.Order == "2120" || ev.Order == "2102" || ev.Order == "2104" {
			g.sends(ev)
			continue
		}
		by := ev.Source
		if by == "desk" {
			by = "Inès Marchand"
		}
		if _, err := h.desk.Tell(h.t.Context(), pageShop, desk.Fact{Event: ev, By: by}); err != nil {
			h.t.Fatal(err)
		}
	}
	h.at.Store(pageNow.UnixMicro())
}

// everyVisitor are all who come, with their pages. The desk is one that has been at work for a while, with a tour; beside
// it are one that nobody has set up yet, and one whose buyers look at their orders.
func everyVisitor(t *testing.T) []visitor {
	t.Helper()
	h, fresh, calm := openHouse(t), openHouse(t), openHouse(t)
	h.pictured()
	h.figures(busyYear(pageNow))
	around(t, h)
	ines := h.add(store.Person{Name: "Inès Marchand", Email: "ines@lune.example", Role: "owner"})
	mei := h.add(store.Person{Name: "Mei Lin", Email: "mei@lune.example", Role: "clerk", Limit: recourse.Money{Minor: 40_00, Currency: "EUR"}})
	vera := h.add(store.Person{Name: "Louise Petit de Saint-Rambert", Email: "louise.petit.de.saint-rambert@expertise-comptable.example", Role: "viewer"})
	wang := h.add(store.Person{Name: "王芳", Email: "wang@supplier.example", Role: "supplier", Supplier: h.busiest()})
	_, invite, err := h.accounts.Invite(t.Context(), store.Person{Merchant: pageShop, Name: "Noé Garnier", Email: "noe@lune.example", Role: "clerk"})
	if err != nil {
		t.Fatal(err)
	}
	setup, err := fresh.accounts.SetupLink(t.Context(), pageShop)
	if err != nil {
		t.Fatal(err)
	}
	by := func(p store.Person) func() string {
		return func() string {
			secret, err := h.accounts.Link(t.Context(), pageShop, p.ID, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			return h.url + "/signin/" + url.PathEscape(secret)
		}
	}
	return []visitor{
		{h, nil, []onePage{
			{name: "signin", path: "/signin?back=%2Fpeople", says: "Sign in"},
			{name: "signin-used", path: "/signin/rc_l_lune_" + strings.Repeat("a", 32), says: "not good any more"},
			{name: "invite", path: "/invite/" + invite, says: "Noé Garnier"},
			{name: "invite-false", path: "/invite/rc_i_lune_" + strings.Repeat("a", 32), says: "not good any more"},
		}},
		{fresh, nil, []onePage{{name: "setup", path: "/setup/" + url.PathEscape(setup), says: "Open the shop"}}},
		{fresh, func() string { return fresh.link("Inès Marchand", account.Owner) }, []onePage{
			{name: "queue-new", path: "/", says: "Queue"}, {name: "connections-new", path: "/connections", says: "Nothing is connected yet"}, {name: "webhooks-new", path: "/webhooks", says: "Nobody is told anything yet"}, {name: "insights-new", path: "/insights", says: "Insights"}, {name: "import-new", path: "/import", says: "Import orders"},
		}},
		{h, by(ines), deskPages(t, h, mei)},
		{h, by(vera), []onePage{{name: "viewer-case", path: "/cases/" + h.open("out_of_stock"), says: "History"}}},
		{h, by(wang), []onePage{{name: "supplier", path: "/supplier", says: "Purchases at"}}},
		joinedHouse(t),
		{calm, nil, buyerPages(t, calm)},
	}
}

// deskPages are the pages of an owner.
func deskPages(t *testing.T, h *house, other store.Person) []onePage {
	t.Helper()
	ines := h.enter("Inès Marchand", account.Owner)
	stock, customs := h.open("out_of_stock"), h.open("customs_hold")
	ines.post("/messages/languages", url.Values{"tag": {"de"}, "base": {"fr"}})
	ines.post("/views", url.Values{"name": {"Cette semaine, à l’étranger"}, "filter": {"when=week"}, "shared": {"1"}})
	h.saveSettings("Inès Marchand", map[string]string{"set.late_shipment.urge_after": "3"}, "Golden Week")
	h.tell(recourse.CaseNoted, `{"case":"`+customs+`","order":"`+customs[:4]+`","text":"@Inès Marchand la facture est dans le dossier partagé.","mentions":["Inès Marchand"]}`)
	h.tell(recourse.MessageReceived, `{"order":"`+customs[:4]+`","case":"`+customs+`","by":"buyer","text":"Bonjour, où est mon colis ? La douane ne m’a rien envoyé."}`)
	h.tell(recourse.CaseAssigned, `{"case":"`+customs+`","order":"`+customs[:4]+`","person":"`+other.Name+`"}`)
	_, queue := ines.get("/")
	var picked []string
	for _, m := range boxPart.FindAllStringSubmatch(queue, 8) {
		picked = append(picked, m[1])
	}
	confirm, sure := approvable(t, ines, queue)
	_, settings := ines.get("/playbook/settings")
	trial := settingsOf(t, settings)
	trial.Set("set.late_shipment.urge_after", "9")
	trial.Set("set.late_shipment.give_up_after", "12")
	trial.Set("step", "try")
	ines.drop("/import", nil, [3]string{"book", "orders-march.csv", dsersBook(t)})
	_, dropped := ines.drop("/import", nil, [3]string{"book", "commandes-de-mars-exportées-par-l’agence.csv", dsersBook(t)})
	book := bookAt.FindStringSubmatch(dropped)[1]
	_, second := ines.drop("/import", nil, [3]string{"book", "orders-april.csv", dsersBook(t)})
	tried := bookAt.FindStringSubmatch(second)[1]
	ines.post(tried+"/run", url.Values{"dry": {"yes"}})
	ines.settle(tried)
	h.connected()
	hooked, delivered := webhookPages(t, h)
	searching := h.offered(t, ines)
	h.claimed(t)
	return []onePage{
		{name: "claims", path: "/claims", says: "Ends soon"}, {name: "claims-none", path: "/claims?supplier=nobody", says: "Nothing waits"}, {name: "case-claim", path: "/cases/2201-1", says: "The claim can be filed until"},
		{name: "windows", path: "/claims/windows", says: "Please check", open: ".win-markets details"}, {name: "windows-wrong", path: "/claims/windows", form: url.Values{"days": {"0"}}, says: "cannot be right"},
		{name: "case-sourcing", path: "/cases/" + searching, says: "Goods from elsewhere", open: ".sourcing details, .bk"},
		{name: "suppliers", path: "/suppliers", says: "yiwu-lamps"}, {name: "suppliers-late", path: "/suppliers?sort=late", says: "Most often late"}, {name: "supplier-file", path: "/suppliers/yiwu-lamps", says: "How the figures came about"},
		{name: "offers", path: "/offers", says: "蓝牙"}, {name: "offers-wrong", path: "/offers", form: url.Values{"supplier": {"A"}, "title": {"B"}, "price": {"much"}}, says: "“much” is no amount"},
		{name: "lines", path: "/lines?pieces=5&weight=900&size=300x200x100&country=FR", says: "In one parcel by", open: "details"}, {name: "lines-wrong", path: "/lines", form: url.Values{"line": {"a b"}, "max_weight_g": {"2000"}}, says: "letters a to z"},
		{name: "line", path: "/lines/ems", says: "30 kg"}, {name: "order-address", path: "/orders/" + h.addressed(), says: "Look again"},
		{name: "rates", path: "/rates", says: "7.8512"}, {name: "money", path: "/money?in=EUR", says: "Awaited from suppliers, by age"},
		{name: "money-behind", path: "/money/behind?by=situation&name=out_of_stock&currency=EUR&in=EUR", says: "What is behind it"}, {name: "money-settings", path: "/money/settings", says: "Home currency"},
		{name: "recoveries", path: "/recoveries", says: "Last chased", open: ".rc-acts details"},
		{name: "connections", path: "/connections", says: "Notre ERP"}, {name: "connect", path: "/connections/new/signed", says: "whsec_"}, {name: "connection", path: "/connections/erp", says: "Address for deliveries", open: ".remove"},
		{name: "receipt", path: "/connections/erp/receipts/msg_1", says: "order.placed"}, {name: "receipt-failed", path: "/connections/erp/receipts/msg_2", says: "As it came"},
		{name: "webhooks", path: "/webhooks", says: "hooks.example.org"}, {name: "webhook", path: hooked, says: "case.opened", open: "details"}, {name: "webhook-failed", path: hooked + "?status=failed", says: "Given up"}, {name: "delivery", path: delivered, says: "Tries"},
		{name: "webhook-none", path: "/webhooks/x", says: "There is no such webhook"}, {name: "webhook-added", path: "/webhooks", form: url.Values{"url": {"https://hooks.example.org/second"}, "events": {"case.*"}}, says: "whsec_"},
		{name: "webhook-wrong", path: "/webhooks", form: url.Values{"url": {"http://10.0.0.1/"}}, says: "must begin with https"},
		{name: "queue", path: "/", says: "Out of stock"}, {name: "queue-filtered", path: "/?situation=out_of_stock&who=nobody", says: "Out of stock", open: ".keep"},
		{name: "queue-view", path: "/?when=week", says: "Change this view", open: "details"}, {name: "queue-none", path: "/?when=later&waits=buyer&supplier=nobody", says: "Queue"},
		{name: "found", path: "/find", form: url.Values{"number": {"lyon"}}, says: "<mark>"}, {name: "found-nothing", path: "/find", form: url.Values{"number": {"nobody at all"}}, says: "Nothing found"},
		{name: "bulk", path: "/queue/bulk", form: url.Values{"do": {"approve"}, "case": picked, "back": {"/"}}, says: "Cannot be done: "},
		{name: "keys", path: "/keys", says: "<kbd"}, {name: "case", path: "/cases/" + stock, says: "What comes next"}, {name: "case-evidence", path: "/cases/2120-1", says: "Photos and videos", open: ".evidence-add"},
		{name: "case-customs", path: "/cases/" + customs, says: "la facture est dans le dossier", open: ".picture, .reasons"}, {name: "case-oversized", path: "/cases/" + h.open("oversized"), says: "What comes next"},
		{name: "case-late", path: "/cases/" + h.open("late_shipment"), says: "History"}, {name: "case-none", path: "/cases/9999-1", says: "There is no"}, {name: "order", path: "/orders/2101", says: "2101"},
		{name: "confirm", path: confirm, form: sure, says: "Approve and send"}, {name: "mentions", path: "/mentions", says: "la facture est dans le dossier"},
		{name: "insights", path: "/insights", says: "Insights"}, {name: "insights-supplier", path: "/insights?range=year&supplier=yiwu-lamps", says: "yiwu-lamps"}, {name: "insights-none", path: "/insights?from=2031-01-01&to=2031-02-01", says: "Insights"},
		{name: "messages", path: "/messages", says: "Messages"}, {name: "editor", path: "/messages/out_of_stock", says: "Subject"}, {name: "editor-part", path: "/messages/part.facts", says: "Messages"},
		{name: "languages", path: "/messages/languages", says: "Deutsch"}, {name: "language", path: "/messages/languages/de", says: "German"}, {name: "language-names", path: "/messages/languages/de?group=names", says: "German"},
		{name: "playbook", path: "/playbook", says: "<svg"}, {name: "playbook-full", path: "/playbook?path=resupply&size=full", says: "<svg"}, {name: "state", path: "/playbook/states/resupply.refunding", says: "resupply"},
		{name: "settings", path: "/playbook/settings", says: "merchant.country"}, {name: "trial", path: "/playbook/settings", form: trial, says: "90 days"}, {name: "versions", path: "/playbook/versions", says: "Golden Week"},
		{name: "version", path: "/playbook/versions/2", says: "Golden Week"}, {name: "playbook-file", path: "/playbook/file", says: "<textarea"},
		{name: "import", path: "/import", says: "Import orders"}, {name: "import-file", path: book, says: "Recognised as"}, {name: "import-tried", path: tried, says: "Trial run"},
		{name: "people", path: "/people", says: "Mei Lin"}, {name: "person", path: "/people/" + other.ID, says: "Mei Lin"}, {name: "account", path: "/account", says: "Inès Marchand"}, {name: "tour", path: "/tour", says: "Ten cases, one of every situation"},
	}
}

// approvable is a form that asks what approving would do, of the first case in the queue that has one.
func approvable(t *testing.T, p *person, queue string) (string, url.Values) {
	t.Helper()
	for _, m := range regexp.MustCompile(`href="(/cases/[^"]+)"`).FindAllStringSubmatch(queue, -1) {
		if _, page := p.get(m[1]); strings.Contains(page, "effect.approved") {
			return formWith(t, page, "effect.approved")
		}
	}
	t.Fatal("nothing waits for an approval")
	return "", nil
}

// buyerPages are the pages of those who bought.
func buyerPages(t *testing.T, h *house) (pages []onePage) {
	t.Helper()
	link := func(order string) string {
		path, err := h.accounts.BuyerLink(t.Context(), pageShop, order, "test")
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	states := h.buyerStates()
	for _, s := range [][2]string{{"fine", "Red kite"}, {"refund", "59,80"}, {"choose", "Red kite"}, {"photos", "photo"}, {"closed", "59,80"}, {"address", "adresse"}, {"arrived", "Red kite"}} {
		pages = append(pages, onePage{name: "buyer-" + s[0], path: link(states[s[0]]), says: s[1]})
	}
	fine := pages[0].path
	gone := link(states["arrived"])
	all, err := h.accounts.ListLinks(t.Context(), pageShop, states["arrived"])
	if err != nil {
		t.Fatal(err)
	}
	pages = pages[:len(pages)-1] // its link is the one that is revoked
	if err := h.accounts.RevokeLink(t.Context(), pageShop, all[0].ID); err != nil {
		t.Fatal(err)
	}
	pages = append(pages, onePage{name: "buyer-arrived", path: link(states["arrived"]), says: "Red kite"})
	h.at.Add(-(100 * 24 * time.Hour).Microseconds())
	h.tell(recourse.OrderPlaced, strings.Replace(pageOrder, `"77"`, `"508"`, 1))
	old := link("508")
	h.at.Store(pageNow.UnixMicro())
	return append(pages, onePage{name: "buyer-revoked", path: gone, says: "Ce lien ne fonctionne plus"}, onePage{name: "buyer-expired", path: old, says: "Ce lien a expiré"}, onePage{name: "buyer-false", path: path.Clean(fine[:len(fine)-1] + "0"), says: "This link does not work"})
}
