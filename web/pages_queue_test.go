package web_test

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/web/view"
)

// two makes two orders in trouble: 77 waits for an approval, 78 for a choice of the merchant.
func (h *house) two() {
	h.t.Helper()
	h.sad()
	h.tell(recourse.OrderPlaced, strings.NewReplacer(`"order":"77"`, `"order":"78"`, "Camille Roux", "Élodie Lefèvre", "camille@", "elodie@", "Red kite", "手机屏幕").Replace(pageOrder))
	h.tell(recourse.PurchasePlacedEvent, `{"order":"78","purchase":"T-78","supplier":"Shenzhen Glass","cost":"80.00 CNY","ship_by":"2026-03-20T00:00:00Z"}`)
	h.tell(recourse.PurchaseOversizedNow, `{"purchase":"T-78"}`)
}

var boxPart = regexp.MustCompile(`name="case" value="([^"]*)"`)

// boxes are the values of the boxes of a page, for some cases.
func boxes(t *testing.T, body string, cases ...string) (out []string) {
	t.Helper()
	for _, m := range boxPart.FindAllStringSubmatch(body, -1) {
		id, _, ok := view.ParseBox(m[1])
		for _, c := range cases {
			if ok && id == c {
				out = append(out, m[1])
			}
		}
	}
	if len(out) != len(cases) {
		t.Fatalf("of the boxes of %v there are %v", cases, out)
	}
	return out
}

// TestBulk does something with several cases at once: a look at what would follow, a yes, and what became of each.
func TestBulk(t *testing.T) {
	h := openHouse(t)
	h.two()
	ada := h.enter("Ada", account.Owner)
	_, queue := ada.get("/")
	picked := boxes(t, queue, "77-1", "78-1")

	_, look := ada.post("/queue/bulk", url.Values{"do": {"assign"}, "person": {view.PersonMark("Ada")}, "case": picked, "back": {"/?who=nobody"}})
	wants(t, "look", look, "Assign (2)", "Looked after by: Ada", "Nothing has been done yet", "Go ahead (2)", `href="/?who=nobody"`)
	if _, page := ada.get("/cases/77-1"); strings.Contains(page, "Looked after by: Ada") {
		t.Error("looking ahead has assigned the case")
	}
	action, form := formWith(t, look, "Go ahead")
	form["case"] = boxes(t, look, "77-1", "78-1")
	_, done := ada.post(action, form)
	wants(t, "done", done, "Assign: done (2)", "-Nothing has been done yet")
	_, mine := ada.get("/?who=mine")
	wants(t, "mine", mine, `data-case="77-1"`, `data-case="78-1"`, `class="tag person">Ada`)
	_, nobodys := ada.get("/?who=nobody")
	wants(t, "nobody's", nobodys, `-data-case="77-1"`)

	// The versions of the first page are old now: both are refused, and nothing is done.
	_, stale := ada.post("/queue/bulk", url.Values{"do": {"snooze"}, "until": {"3"}, "case": picked, "step": {"do"}, "once": {"x"}})
	wants(t, "stale", stale, "Snooze: done (0)", "Cannot be done: 2", "The order has moved on")
}

// TestBulkApprove approves what waits in several cases, for who may.
func TestBulkApprove(t *testing.T) {
	h := openHouse(t)
	h.two()
	ada, carl, vera := h.enter("Ada", account.Owner), h.enter("Carl", account.Clerk), h.enter("Vera", account.Viewer)
	_, queue := ada.get("/?only=approve")
	wants(t, "to approve", queue, `data-case="77-1"`, "to approve: €119.60", "Approve €59.80")
	_, queue = ada.get("/")
	picked := boxes(t, queue, "77-1", "78-1")
	_, look := ada.post("/queue/bulk", url.Values{"do": {"approve"}, "case": picked})
	wants(t, "look", look, "Approve (2)", "Refund €59.80 to the buyer")

	_, page := carl.get("/")
	wants(t, "a clerk's queue", page, `-value="approve"`, `value="assign"`)
	_, page = carl.post("/queue/bulk", url.Values{"do": {"approve"}, "case": picked, "step": {"do"}})
	wants(t, "a clerk approves", page, "Approve: done (0)", "Your role may not do this.")
	_, page = vera.get("/")
	wants(t, "a viewer's queue", page, `-name="case"`, `-action="/queue/bulk"`, `data-case="77-1"`)
	if status, _ := vera.post("/queue/bulk", url.Values{"do": {"assign"}, "case": picked, "step": {"do"}}); status != http.StatusForbidden {
		t.Errorf("a viewer who assigns is answered with %d", status)
	}

	action, form := formWith(t, look, "Go ahead")
	form["case"] = nil
	for _, m := range boxPart.FindAllStringSubmatch(look, -1) {
		form["case"] = append(form["case"], m[1])
	}
	_, done := ada.post(action, form)
	wants(t, "approved", done, "Approve: done (")
	_, page = ada.get("/cases/77-1")
	wants(t, "the case", page, "-Waits for approval", "Mark as paid")
	_, again := ada.post(action, form)
	wants(t, "the same form again", again, "-The order has moved on")
	if n := strings.Count(func() string { _, b := ada.get("/orders/77"); return b }(), "Approved"); n > 2 {
		t.Errorf("it was approved %d times", n)
	}
}

// TestBulkChoose offers what all selected cases offer.
func TestBulkChoose(t *testing.T) {
	h := openHouse(t)
	h.two()
	h.tell(recourse.OrderPlaced, strings.Replace(pageOrder, `"order":"77"`, `"order":"79"`, 1))
	h.tell(recourse.PurchasePlacedEvent, `{"order":"79","purchase":"T-79","supplier":"Shenzhen Glass","cost":"80.00 CNY","ship_by":"2026-03-20T00:00:00Z"}`)
	h.tell(recourse.PurchaseOversizedNow, `{"purchase":"T-79"}`)
	ada := h.enter("Ada", account.Clerk)
	_, queue := ada.get("/")
	_, ask := ada.post("/queue/bulk", url.Values{"do": {"choose"}, "case": boxes(t, queue, "78-1", "79-1")})
	wants(t, "ask", ask, "These answers are offered by all", `name="remedy" value="adjustment"`)
	_, look := ada.post("/queue/bulk", url.Values{"do": {"choose"}, "remedy": {"adjustment"}, "case": boxes(t, ask, "78-1", "79-1")})
	wants(t, "look", look, "Change the order", "Go ahead (2)")
	action, form := formWith(t, look, "Go ahead")
	form["case"] = boxes(t, look, "78-1", "79-1")
	_, done := ada.post(action, form)
	wants(t, "done", done, "done (2)")
	_, page := ada.get("/cases/79-1")
	wants(t, "the case", page, "The order is being changed to fit")
}

// TestBulkRefuses: what cannot be read is refused with a sentence.
func TestBulkRefuses(t *testing.T) {
	h := openHouse(t)
	h.two()
	ada := h.enter("Ada", account.Owner)
	many := make([]string, view.MaxBulk+1)
	for i := range many {
		many[i] = view.BoxValue("77-"+strings.Repeat("1", 1+i%50)+string(rune('a'+i%26))+string(rune('a'+i/26%26)), 1)
	}
	for name, c := range map[string]struct {
		form   url.Values
		status int
		say    string
	}{
		"none":    {url.Values{"do": {"assign"}, "person": {"nobody"}}, 200, "no case was selected"},
		"unknown": {url.Values{"do": {"delete"}, "case": {"1.77-1"}}, 422, "cannot be done with several cases"},
		"many":    {url.Values{"do": {"read"}, "case": many}, 413, "Too many cases at once"},
		"person":  {url.Values{"do": {"assign"}, "person": {nasty}, "case": {"1.77-1"}}, 422, "no such person"},
		"gone":    {url.Values{"do": {"read"}, "case": {"1.99-1"}}, 200, "There is no such case."},
		"nasty":   {url.Values{"do": {"read"}, "case": {"1." + nasty}, "back": {"//evil.example"}}, 200, "&lt;script&gt;"},
	} {
		status, body := ada.post("/queue/bulk", c.form)
		wants(t, name, ownScript.ReplaceAllString(body, ""), c.say, "-<script", "-evil.example")
		if status != c.status {
			t.Errorf("%s is answered with %d", name, status)
		}
	}
}

// TestSnooze: a case that was put off is not shown until its time, or until something happens.
func TestSnooze(t *testing.T) {
	h := openHouse(t)
	h.two()
	ada := h.enter("Ada", account.Owner)
	h.tell(recourse.CaseSnoozed, `{"case":"78-1","due":"2026-03-18T09:00:00Z"}`)
	_, queue := ada.get("/")
	wants(t, "asleep", queue, `-data-case="78-1"`, `data-case="77-1"`)
	_, asleep := ada.get("/?only=snoozed")
	wants(t, "the snoozed", asleep, `data-case="78-1"`, "Snoozed until 18 Mar", `-data-case="77-1"`)
	h.tell(recourse.MessageReceived, `{"order":"78","text":"Où est ma commande ?","case":"78-1"}`)
	_, queue = ada.get("/")
	wants(t, "a message came", queue, `data-case="78-1"`, "1 unread", "with unread messages")
	_, unread := ada.get("/?only=unread")
	wants(t, "unread", unread, `data-case="78-1"`, `-data-case="77-1"`)
	h.tell(recourse.CaseSnoozed, `{"case":"78-1","due":"2026-03-18T09:00:00Z"}`)
	h.at.Store(pageNow.Add(72 * time.Hour).UnixMicro())
	_, queue = h.enter("Ada", account.Owner).get("/") // the session of then is over
	wants(t, "awake", queue, `data-case="78-1"`)
}

// TestFilters: each filter of the rail is a link, and shows what it says.
func TestFilters(t *testing.T) {
	h := openHouse(t)
	h.live()
	ada := h.enter("Inès Marchand", account.Owner)
	_, queue := ada.get("/")
	hrefs := regexp.MustCompile(`(?s)<a href="(/\?[^"]*)"[^>]*>\s*<span>[^<]*</span>\s*<span class="count[^"]*">([^<]*)</span>`).FindAllStringSubmatch(queue, -1)
	if len(hrefs) < 20 {
		t.Fatalf("the rail has %d filters", len(hrefs))
	}
	for _, m := range hrefs {
		_, body := ada.get(strings.ReplaceAll(m[1], "&amp;", "&"))
		shown := len(regexp.MustCompile(`class="row-link"`).FindAllString(body, -1))
		if want := m[2]; want != "" && shown < 50 && want != strconv.Itoa(shown) {
			t.Errorf("%s says %s and shows %d", m[1], want, shown)
		}
		wants(t, m[1], body, `class="chips"`)
	}
	for path, texts := range map[string][]string{
		"/?turn=others":            {`class="others"`, `-class="overdue"`},
		"/?when=overdue":           {`-<tbody role="rowgroup" class="others"`},
		"/?who=p00000000":          {"No case fits"},
		"/?least=99999&country=FR": {"No case fits"},
		"/?channel=nowhere":        {"No case fits"},
		"/?only=nonsense&least=-3": {`class="row-link"`},
	} {
		_, body := ada.get(path)
		wants(t, path, body, texts...)
	}
	_, part := ada.get("/queue?when=overdue")
	wants(t, "the part", part, "data-swap", "-<html", "-<header")
}

// TestViews keeps, shares, renames and removes a view; nobody changes another's.
func TestViews(t *testing.T) {
	h := openHouse(t)
	h.two()
	ada, vera := h.enter("Ada", account.Owner), h.enter("Vera", account.Viewer)
	_, queue := ada.get("/?situation=oversized")
	action, form := formWith(t, queue, `name="filter"`)
	form.Set("name", "  Heavy <things>  ")
	form.Set("shared", "1")
	_, body := ada.post(action, form)
	wants(t, "kept", body, "The view is saved.", "Heavy &lt;things&gt;", "Change this view", "-<things>")
	_, body = vera.get("/")
	wants(t, "shared", body, "Heavy &lt;things&gt;", `href="/?situation=oversized"`)
	_, body = vera.get("/?situation=oversized")
	wants(t, "another's", body, "-Change this view")
	_, queue = ada.get("/?situation=oversized")
	action, form = formWith(t, queue, "view-rename")
	if status, _ := vera.post(action, url.Values{"name": {"mine"}}); status != http.StatusNotFound {
		t.Errorf("changing another's view is answered with %d", status)
	}
	form.Set("name", "Parcels 7")
	form.Del("shared")
	_, body = ada.post(action, form)
	wants(t, "renamed", body, "Parcels 7", "-Heavy")
	_, body = vera.get("/")
	wants(t, "not shared any more", body, "-Parcels 7")
	_, body = ada.post(action+"/remove", nil)
	wants(t, "removed", body, "The view is removed.", "Save this view")
	for _, f := range []url.Values{{"name": {""}, "filter": {"situation=a"}}, {"name": {strings.Repeat("é", 61)}, "filter": {"situation=a"}}, {"name": {"a"}, "filter": {""}}, {"name": {"a"}, "filter": {"%zz"}}} {
		if status, _ := ada.post("/views", f); status != http.StatusUnprocessableEntity {
			t.Errorf("%v is answered with %d", f, status)
		}
	}
}

// TestSearchPage finds orders by words, and shows where they stand.
func TestSearchPage(t *testing.T) {
	h := openHouse(t)
	h.two()
	h.tell(recourse.MessageReceived, `{"order":"78","text":"Bonjour, l’écran est arrivé <b>cassé</b> hier matin","case":"78-1"}`)
	ada := h.enter("Ada", account.Viewer)
	for ask, texts := range map[string][]string{
		"elodie":         {"<mark>Élodie</mark>", "Order 78", `href="/cases/78-1"`, "-Order 77"},
		"lefev":          {"<mark>Lefèvre</mark>"},
		"屏幕":             {"手机<mark>屏幕</mark>"},
		"CASSE ecran":    {"<mark>écran</mark>", "&lt;b&gt;<mark>cassé</mark>&lt;/b&gt;", "Messages and notes"},
		"lyon":           {"Order 78", "Order 77"},
		"shenzhen elod":  {"Order 78", "-Order 77"},
		"nobody at all":  {"Nothing found under “nobody at all”."},
		"<script>x":      {"&lt;script&gt;x", "-<script>x"},
		"camille@exampl": {"<mark>camille</mark>@<mark>example</mark>.com"},
	} {
		_, body := ada.post("/find", url.Values{"number": {ask}})
		wants(t, ask, body, texts...)
	}
}

// TestLive: whoever looks is told what changes, at their own shop only, and not after they have left.
func TestLive(t *testing.T) {
	h := openHouse(t)
	h.two()
	ada := h.enter("Ada", account.Viewer)
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+"/live", nil)
	resp, err := ada.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(resp.Body); s.Scan(); {
			lines <- s.Text()
		}
	}()
	next := func(want string) {
		t.Helper()
		for after := time.After(8 * time.Second); ; {
			select {
			case l, ok := <-lines:
				if !ok && want == "" || ok && want != "" && strings.Contains(l, want) {
					return
				}
				if !ok {
					t.Fatalf("the stream has ended before %q", want)
				}
			case <-after:
				t.Fatalf("%q does not come", want)
			}
		}
	}
	next("event: ready")
	h.tell(recourse.CaseNoted, `{"case":"78-1","text":"call them"}`)
	next(`"orders":["78"]`)
	if status, _ := ada.post("/signout", nil); status >= 500 {
		t.Fatal("cannot sign out")
	}
	next("")
}

// TestStreamsAreBounded: one person does not take all streams.
func TestStreamsAreBounded(t *testing.T) {
	h := openHouse(t)
	ada := h.enter("Ada", account.Viewer)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var last int
	for range 9 {
		r, _ := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/live", nil)
		resp, err := ada.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		last = resp.StatusCode
	}
	if last != http.StatusServiceUnavailable {
		t.Errorf("the ninth stream is answered with %d", last)
	}
}

// TestKeysPage lists the keys that do something for the one who looks.
func TestKeysPage(t *testing.T) {
	h := openHouse(t)
	_, body := h.enter("Ada", account.Owner).get("/keys")
	wants(t, "owner", body, "<kbd>j</kbd>", "<kbd>y</kbd>", `id="keys"`)
	_, body = h.enter("Vera", account.Viewer).get("/keys")
	wants(t, "viewer", body, "<kbd>j</kbd>", "-<kbd>y</kbd>", "-<kbd>x</kbd>")
}
