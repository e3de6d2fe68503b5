package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"recourse/account"
)

// drop sends a form with files: name and content by field.
func (p *person) drop(path string, fields url.Values, files ...[3]string) (int, string) {
	p.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k := range fields {
		w.WriteField(k, fields.Get(k))
	}
	for _, f := range files {
		part, err := w.CreateFormFile(f[0], f[1])
		if err != nil {
			p.t.Fatal(err)
		}
		part.Write([]byte(f[2]))
	}
	w.Close()
	r, err := http.NewRequest(http.MethodPost, p.url+path, &b)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	return p.send(r)
}

func dsersBook(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../intake/testdata/dsers.csv")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var bookAt = regexp.MustCompile(`action="(/import/[a-z0-9]+)/run"`)

// settle waits until a run has ended, and gives the page that says so.
func (p *person) settle(path string) string {
	p.t.Helper()
	for range 200 {
		_, body := p.get(path)
		if !strings.Contains(body, "data-poll") {
			return body
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.t.Fatal("the run does not end")
	return ""
}

// TestImportOnPages drops a file, tries it, imports it, and imports it again, which changes nothing.
func TestImportOnPages(t *testing.T) {
	h := openHouse(t)
	mei := h.enter("Mei", account.Clerk)
	_, start := mei.get("/import")
	wants(t, "start", start, "Import orders", "Exports that are recognised", "DSers", "-Files you dropped")
	status, page := mei.drop("/import", nil, [3]string{"book", `C:\exports\our <orders>.csv`, dsersBook(t)})
	if status != http.StatusOK {
		t.Fatalf("the file is answered with %d %s", status, page)
	}
	wants(t, "the file", page, "our &lt;orders&gt;.csv", "-C:", "Recognised as an export of dsers", "3001", "Sam Roe, United States", "Europe/Paris", "Tracking number", "tracking number", "Bought: Hangzhou Lamps", "Try it")
	at := bookAt.FindStringSubmatch(page)[1]

	if status, _ = mei.post(at+"/run", url.Values{"dry": {"yes"}}); status != http.StatusOK {
		t.Fatalf("trying is answered with %d", status)
	}
	page = mei.settle(at)
	wants(t, "tried", page, "Trial run: nothing was saved", "Cases opened", "This is what importing the file would do today")
	if _, queue := mei.get("/"); !strings.Contains(queue, "No orders") && strings.Contains(queue, "3001") {
		t.Error("trying has saved something")
	}
	mei.post(at+"/run", url.Values{"dry": {"no"}})
	page = mei.settle(at)
	wants(t, "imported", page, "Everything that could be read is in.", "Orders: 4", "-Trial run")
	_, order := mei.get("/orders/3001")
	wants(t, "the order", order, "Sam Roe", "Hangzhou Lamps", "4100000000000000001")
	mei.post(at+"/run", url.Values{"dry": {"no"}})
	wants(t, "again", mei.settle(at), "Facts known already", "-New facts")

	_, start = mei.get("/import")
	wants(t, "start", start, "Files you dropped", "our &lt;orders&gt;.csv", "Imported")
	mei.lang = "fr"
	_, page = mei.get(at)
	wants(t, "in French", page, "Comment il est lu", "numéro de suivi")
	mei.lang = "en"
	_, page = mei.post(at+"/drop", nil)
	wants(t, "forgotten", page, "The file was removed.", "-Files you dropped")
	if status, _ := mei.get(at); status != http.StatusNotFound {
		t.Errorf("a file that was removed is answered with %d", status)
	}
}

// TestImportRefuses drops what is no book, and reads a book wrongly: each is told in a sentence, and nothing is saved.
func TestImportRefuses(t *testing.T) {
	h := openHouse(t)
	mei := h.enter("Mei", account.Clerk)
	for name, c := range map[string]struct {
		file   [3]string
		status int
		say    string
	}{
		"nothing":     {[3]string{"book", "", ""}, http.StatusUnprocessableEntity, "No file was chosen"},
		"another one": {[3]string{"other", "x.csv", "a,b"}, http.StatusUnprocessableEntity, "No file was chosen"},
		"a picture":   {[3]string{"book", "x.csv", "\x89PNG\r\n\x1a\n\x00\x00"}, http.StatusOK, `class="notice bad"`},
		"no header":   {[3]string{"book", "x.csv", "a,b\n1,2\n"}, http.StatusOK, "no profile recognises the header"},
		"a zip":       {[3]string{"book", "x.xlsx", "PK\x03\x04 broken"}, http.StatusOK, `class="notice bad"`},
	} {
		status, page := mei.drop("/import", nil, c.file)
		if status != c.status {
			t.Errorf("%s is answered with %d", name, status)
		}
		wants(t, name, page, c.say)
	}
	_, page := mei.drop("/import", nil, [3]string{"book", "x.csv", dsersBook(t)})
	at := bookAt.FindStringSubmatch(page)[1]
	for _, c := range []struct{ field, value, say string }{{"zone", "Mars/Olympus", "there is no time zone"}, {"currency", "XXY", "XXY"}, {"profile", "etsy", "notice"}} {
		_, page := mei.drop(at+"/read", url.Values{c.field: {c.value}})
		wants(t, c.field, page, `class="notice bad"`, c.say)
	}
	_, page = mei.drop(at+"/read", nil, [3]string{"mapping", "own.yaml", "profile: own\norder: [}"})
	wants(t, "a broken mapping", page, `class="notice bad"`, "own.yaml")
	_, page = mei.drop(at+"/read", url.Values{"zone": {"Asia/Shanghai"}})
	wants(t, "another zone", page, `value="Asia/Shanghai"`, "-your shop’s own is taken")

	if status, _ := h.enter("Vera", account.Viewer).get("/import"); status != http.StatusForbidden {
		t.Errorf("a viewer is answered with %d", status)
	}
	data, err := filepath.Glob("../intake/profiles/*.yaml")
	if err != nil || len(data) == 0 {
		t.Fatal(err)
	}
	if status, body := mei.get("/mappings/dsers"); status != http.StatusOK || !strings.Contains(body, "profile: dsers") {
		t.Errorf("the mapping file is answered with %d", status)
	}
	if status, _ := mei.get("/mappings/..%2f..%2fetc"); status != http.StatusNotFound {
		t.Errorf("a strange mapping file is answered with %d", status)
	}
}

// TestImportRejects gives back the rows that cannot be read, to be mended.
func TestImportRejects(t *testing.T) {
	h := openHouse(t)
	mei := h.enter("Mei", account.Clerk)
	bad := strings.Replace(dsersBook(t), "2026-03-01 08:00:00,United States,71001", "<b>never</b>,United States,71001", 1)
	_, page := mei.drop("/import", nil, [3]string{"book", "x.csv", bad})
	wants(t, "the file", page, "Rows that cannot be read", "&lt;b&gt;never")
	at := bookAt.FindStringSubmatch(page)[1]
	mei.post(at+"/run", url.Values{"dry": {"no"}})
	wants(t, "imported", mei.settle(at), "Rows that could not be read", "/rejects.csv")
	status, rows := mei.get(at + "/rejects.csv")
	if status != http.StatusOK || !strings.HasPrefix(rows, "recourse_row,") || !strings.Contains(rows, "<b>never</b>") {
		t.Fatalf("the rejected rows are answered with %d %s", status, rows)
	}
	_, page = mei.drop("/import", nil, [3]string{"book", "mended.csv", strings.ReplaceAll(rows, "<b>never</b>", "2026-03-01 08:00:00")})
	at = bookAt.FindStringSubmatch(page)[1]
	mei.post(at+"/run", url.Values{"dry": {"no"}})
	mei.settle(at)
	if status, _ := mei.get("/orders/3001"); status != http.StatusOK {
		t.Errorf("the mended order is answered with %d", status)
	}
}

// until waits until there is something on the page.
func until(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	for range 300 {
		if eval[bool](t, ctx, `document.readyState == "complete" && !!document.querySelector(`+strconv.Quote(selector)+`)`) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s does not come", selector)
}

// TestImportLook looks at the page in a browser: a file is chosen, tried and imported by clicking.
func TestImportLook(t *testing.T) {
	ctx := browser(t)
	h := openHouse(t)
	path, err := filepath.Abs("../intake/testdata/dsers.csv")
	if err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(h.link("Mei", account.Clerk)))
	look(t, ctx, 1440, "light")
	do(t, ctx, chromedp.Navigate(h.url+"/import"), chromedp.WaitVisible("#book"))
	fits(t, ctx, "import")
	axe(t, ctx, "import")
	shoot(t, ctx, "import-1-start")
	do(t, ctx, chromedp.SetUploadFiles("#book", []string{path}), chromedp.Click(".drop .primary"))
	until(t, ctx, ".import-go")
	axe(t, ctx, "a dropped file")
	shoot(t, ctx, "import-2-file")
	eval[bool](t, ctx, `document.querySelector('button[value="yes"]').click(), true`)
	until(t, ctx, ".figures-table")
	fits(t, ctx, "a tried file")
	axe(t, ctx, "a tried file")
	shoot(t, ctx, "import-3-tried")
}
