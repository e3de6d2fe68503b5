package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/calendar"
	"recourse/playbook"
	"recourse/sample"
	"recourse/store"
	"recourse/web/view"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// walker is somebody in a real browser: now a person of the merchant at the desk, now the buyer on their page. What they do
// they do by the forms that the pages offer, known by where they are sent and by their hidden fields, not by their looks.
type walker struct {
	*house
	t     *testing.T
	ctx   context.Context
	name  string // of the walk, for its pictures
	lang  string // in which desk and buyer's page are read
	order string
	id    string // of the case
	link  string // to the buyer's page, once the desk has made it
	shots int
	// shooting is how long the pictures took.
	shooting time.Duration
}

// walk opens a shop with some settings of its own, for one walk.
func walk(t *testing.T, ctx context.Context, name, lang string, settings map[string]string) *walker {
	t.Helper()
	w := &walker{house: openHouse(t), t: t, ctx: ctx, name: name, lang: lang, order: "77", id: "77-1"}
	t.Cleanup(func() { do(t, ctx, chromedp.Navigate("about:blank")) })
	book, err := playbook.Builtin("tmall-dsers")
	if err != nil {
		t.Fatal(err)
	}
	own := map[string]string{"merchant.country": "FR"}
	for k, v := range settings {
		own[k] = v
	}
	policy, err := book.With(own)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.desk.Put(t.Context(), pageShop, sample.ShopName, policy, calendar.Default(), "test"); err != nil {
		t.Fatal(err)
	}
	w.tell(recourse.OrderPlaced, pageOrder)
	w.tell(recourse.PurchasePlacedEvent, `{"order":"77","purchase":"T-77","supplier":"Hangzhou Kites","cost":"80.00 CNY","ship_by":"2026-03-20T00:00:00Z"}`)
	return w
}

// shipped hands the goods over, on the way to the buyer.
func (w *walker) shipped() {
	w.t.Helper()
	w.tell(recourse.ParcelShipped, `{"purchase":"T-77","parcel":"LP1","carrier":"Yanwen","tracking":"LP1","leg":"international"}`)
}

// later lets time pass, and what is due act at its own instant.
func (w *walker) later(d time.Duration) {
	w.t.Helper()
	all := make([]int, store.Shards)
	for i := range all {
		all[i] = i
	}
	for to := w.now().Add(d); ; {
		var next time.Time
		if err := w.desk.Store().Read(w.t.Context(), func(tx *store.Tx) (err error) { next, err = tx.NextDue(); return err }); err != nil {
			w.t.Fatal(err)
		}
		if next.IsZero() || next.After(to) {
			w.at.Store(to.UnixMicro())
			return
		}
		w.at.Store(max(next.UnixMicro(), w.at.Load()))
		if _, err := w.desk.Drain(w.t.Context(), all); err != nil {
			w.t.Fatal(err)
		}
	}
}

// goes opens an address and waits for its page.
func (w *walker) goes(address string) {
	w.t.Helper()
	w.leaves(func() { do(w.t, w.ctx, chromedp.Navigate(address)) })
}

// leaves does what leads to another page, and waits until that one is there whole.
func (w *walker) leaves(by func()) {
	w.t.Helper()
	eval[bool](w.t, w.ctx, `window.left = true`)
	by()
	for range 600 {
		ctx, cancel := context.WithTimeout(w.ctx, 10*time.Second)
		there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`!window.left && document.readyState == "complete" && location.protocol != "about:"`))
		cancel()
		if err == nil && there { // an error is the page that is just being left
			if bad := eval[string](w.t, w.ctx, `document.querySelector('.notice.bad:not(.confirm *), .fault')?.innerText ?? ''`); bad != "" {
				w.t.Fatalf("%s says: %s", eval[string](w.t, w.ctx, `location.pathname`), bad)
			}
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	w.t.Fatal("no other page comes")
}

// shot takes a picture of a step.
func (w *walker) shot(what string) {
	w.t.Helper()
	w.shots++
	began := time.Now()
	defer func() { w.shooting += time.Since(began) }()
	shoot(w.t, w.ctx, fmt.Sprintf("walk-%s-%02d-%s", w.name, w.shots, what))
}

// signs comes in as an owner, who reads the walk's language, and is at the queue then.
func (w *walker) signs() {
	w.t.Helper()
	w.goes(w.house.link("Ada", account.Owner))
	if eval[string](w.t, w.ctx, `document.documentElement.lang`) != w.lang {
		w.goes(w.url + "/language?to=" + w.lang + "&back=/")
	}
}

// finds goes to the desk, sees the case in the queue and opens it from there.
func (w *walker) finds() {
	w.t.Helper()
	w.signs()
	if w.shots == 0 {
		w.shot("queue")
	}
	row := `tr.case[data-case="` + w.id + `"] .row-link`
	if !eval[bool](w.t, w.ctx, `!!document.querySelector(`+strconv.Quote(row)+`)`) {
		w.t.Fatalf("%s is not in the queue: %s", w.id, w.text())
	}
	w.leaves(func() { do(w.t, w.ctx, chromedp.Click(row)) })
	w.shot("case")
}

// text is what stands on the page, as somebody sees it.
func (w *walker) text() string {
	w.t.Helper()
	return eval[string](w.t, w.ctx, `document.querySelector('main').innerText`)
}

// says fails where the page lacks a text, or has one that it must not have (given with a minus in front).
func (w *walker) says(texts ...string) {
	w.t.Helper()
	wants(w.t, eval[string](w.t, w.ctx, `location.pathname`), w.text(), texts...)
}

// known names a form of the page: where it is sent, and hidden fields by name and value.
type known struct {
	action string
	hidden map[string]string
}

func (k known) js() string {
	action, _ := json.Marshal(k.action)
	hidden, _ := json.Marshal(k.hidden)
	return fmt.Sprintf(`[...document.forms].find(f => f.getAttribute('action') == %s && Object.entries(%s ?? {}).every(([k, v]) => [...f.elements].some(e => e.name == k && e.value == v)))`, action, hidden)
}

// sends fills a form in, by name and value, and sends it by its first button: what is folded is unfolded before.
func (w *walker) sends(k known, fill ...string) {
	w.t.Helper()
	if !eval[bool](w.t, w.ctx, `(() => { document.querySelectorAll('[data-walk]').forEach(e => delete e.dataset.walk); const f = `+k.js()+`; if (f) f.dataset.walk = 'form'; return !!f })()`) {
		w.t.Fatalf("there is no form %v on %s; there are: %s", k, eval[string](w.t, w.ctx, `location.pathname`),
			eval[string](w.t, w.ctx, `[...document.forms].map(f => f.getAttribute('action') + ' ' + [...f.querySelectorAll('input[type=hidden]')].map(i => i.name + '=' + i.value).join(' ')).join('\n')`))
	}
	for range 5 {
		if !eval[bool](w.t, w.ctx, `(() => { let d = document.querySelector('[data-walk=form]').parentElement, out = null; for (; d; d = d.parentElement) if (d.matches('details:not([open])')) out = d; if (out) out.querySelector('summary').dataset.walk = 'fold'; return !!out })()`) {
			break
		}
		do(w.t, w.ctx, chromedp.Click(`[data-walk=fold]`))
		eval[bool](w.t, w.ctx, `delete document.querySelector('[data-walk=fold]').dataset.walk`)
	}
	w.fills(fill...)
	if len(fill) > 0 {
		w.shot("filled")
	}
	w.leaves(func() { do(w.t, w.ctx, chromedp.Click(`[data-walk=form] button[type=submit]`)) })
}

// fills fills the marked form in.
func (w *walker) fills(fill ...string) {
	w.t.Helper()
	for i := 0; i+1 < len(fill); i += 2 {
		name, value := strconv.Quote(fill[i]), strconv.Quote(fill[i+1])
		if !eval[bool](w.t, w.ctx, `(() => { const all = [...document.querySelector('[data-walk=form]').elements].filter(e => e.name == `+name+`); const box = all.find(e => /radio|checkbox/.test(e.type) && e.value == `+value+`);
			if (box) { if (!box.checked) box.click(); return true }
			const e = all.find(e => e.type != 'hidden'); if (!e) return false
			e.value = `+value+`; e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true})); return e.value == `+value+` })()`) {
			w.t.Fatalf("the form has no field %s that takes %s", name, value)
		}
	}
}

// told is the form by which the case is told something.
func (w *walker) told(of recourse.EventType, hidden ...string) known {
	k := known{view.CasePath(w.id) + "/act", map[string]string{"event": string(of)}}
	for i := 0; i+1 < len(hidden); i += 2 {
		k.hidden[hidden[i]] = hidden[i+1]
	}
	return k
}

// records tells the case news on its page.
func (w *walker) records(of recourse.EventType, fill ...string) {
	w.t.Helper()
	w.sends(w.told(of), fill...)
	w.shot(string(of))
}

// chooses chooses a remedy at the desk: what would follow is shown first.
func (w *walker) chooses(remedy recourse.Remedy) {
	w.t.Helper()
	k := w.told(recourse.RemedyChosen, "remedy", string(remedy))
	w.sends(k)
	w.shot("choice")
	w.sends(k)
	w.shot("chosen")
}

// act is the newest act of the case of a kind, which may be a message's template.
func (w *walker) act(kind string) string {
	w.t.Helper()
	v, err := w.desk.Case(w.t.Context(), pageShop, w.id)
	if err != nil {
		w.t.Fatal(err)
	}
	var have []string
	for _, e := range slices.Backward(v.EffectsOf(w.id)) {
		if string(e.Kind) == kind || e.Template == kind {
			return e.ID
		}
		have = append(have, string(e.Kind)+" "+e.Template)
	}
	w.t.Fatalf("the case has no act %s: %q", kind, have)
	return ""
}

// of is the form by which something is said of an act.
func (w *walker) of(act string, event recourse.EventType) known {
	return known{view.EffectPath(act), map[string]string{"event": string(event)}}
}

// approves lets an act go, after a look at what would follow.
func (w *walker) approves(act string) {
	w.t.Helper()
	w.sends(w.of(act, recourse.EffectApproved))
	w.shot("approve")
	w.sends(w.of(act, recourse.EffectApproved))
	w.shot("approved")
}

// done says that an act was carried out.
func (w *walker) done(act string) {
	w.t.Helper()
	w.sends(w.of(act, recourse.EffectDone))
	w.shot("done")
}

// links makes the link to the buyer's page by the form of the page that one is on, and copies it.
func (w *walker) links() {
	w.t.Helper()
	w.sends(known{view.LinkPath(w.order, "make"), nil})
	w.copies()
}

func (w *walker) copies() {
	w.t.Helper()
	if w.link = eval[string](w.t, w.ctx, `document.querySelector('#link input[readonly]').value`); !strings.HasPrefix(w.link, w.url+"/b/") {
		w.t.Fatalf("the link is %q", w.link)
	}
}

// buys opens the buyer's page by the link that the desk made.
func (w *walker) buys(texts ...string) {
	w.t.Helper()
	look(w.t, w.ctx, 360, "light")
	w.goes(w.link + "?lang=" + w.lang)
	w.shot("buyer")
	w.says(texts...)
}

// asks does what the buyer's page offers, and says yes where it shows what would follow.
func (w *walker) asks(act string, ahead bool, fill ...string) {
	w.t.Helper()
	k := known{strings.TrimPrefix(w.link, w.url) + "/act", map[string]string{"act": act}}
	w.sends(k, fill...)
	if ahead {
		w.shot("ahead")
		w.sends(k)
	}
	w.shot("told")
}

// uploads sends a photo as a phone does, by the script, and waits until the page has what came of it.
func (w *walker) uploads() {
	w.t.Helper()
	file := filepath.Join(w.t.TempDir(), "kite.jpg")
	if err := os.WriteFile(file, photo(w.t, 200), 0o600); err != nil {
		w.t.Fatal(err)
	}
	had := w.caseOf(w.id).Evidence
	w.leaves(func() { do(w.t, w.ctx, chromedp.SetUploadFiles(".picks .wide input", []string{file})) })
	if has := w.caseOf(w.id).Evidence; has != had+1 {
		w.t.Fatalf("the case has %d pieces of evidence", has)
	}
	w.shot("uploaded")
}

// works goes back to the desk's case.
func (w *walker) works() {
	w.t.Helper()
	look(w.t, w.ctx, 1440, "light")
	w.finds()
}

// is fails where the case does not stand in a state.
func (w *walker) is(state string) {
	w.t.Helper()
	if c := w.caseOf(w.id); c.State != state {
		w.t.Fatalf("the case stands in %s, %s is wanted", c.State, state)
	}
}

// ends sees that the case is closed with an outcome, that its page and the buyer's say so, and how the money stands: each
// refund and each recovery with its amount and status, and no other.
func (w *walker) ends(outcome recourse.Outcome, desk, buyer []string, money ...string) {
	w.t.Helper()
	if c := w.caseOf(w.id); c.Status != recourse.Closed || c.Outcome != outcome {
		w.t.Errorf("the case is %s, %s in %s: %s is wanted", c.Status, c.Outcome, c.State, outcome)
	}
	look(w.t, w.ctx, 1440, "light")
	w.signs()
	w.says("-" + w.id)
	w.goes(w.url + view.CasePath(w.id))
	w.shot("end")
	w.says(desk...)
	w.buys(buyer...)
	v, err := w.desk.Order(w.t.Context(), pageShop, w.order)
	if err != nil {
		w.t.Fatal(err)
	}
	var have []string
	for _, r := range v.File.Refunds {
		have = append(have, fmt.Sprint("refund ", r.Amount, " ", r.Status))
	}
	for _, r := range v.File.Recoveries {
		have = append(have, fmt.Sprint("recovery ", r.Amount, " ", r.Status))
	}
	if !slices.Equal(have, money) {
		w.t.Errorf("the money stands at %q, %q is wanted", have, money)
	}
}

// press presses keys, one after the other.
func (w *walker) press(keys ...string) {
	w.t.Helper()
	for _, k := range keys {
		do(w.t, w.ctx, chromedp.KeyEvent(k))
	}
}

// tabs goes with the Tab key to the button of a form, and presses another key on it.
func (w *walker) tabs(k known, key string) {
	w.t.Helper()
	for range 200 {
		w.press(kb.Tab)
		if eval[bool](w.t, w.ctx, `document.activeElement.type == 'submit' && document.activeElement.form == (`+k.js()+`)`) {
			w.leaves(func() { w.press(key) })
			return
		}
	}
	w.t.Fatalf("the Tab key does not lead to %v: %s", k, w.text())
}
