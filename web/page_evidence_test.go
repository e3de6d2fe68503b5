package web_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/desk"
	"recourse/evidence"
	"recourse/sample"
	"recourse/store"
	"recourse/web"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// gallery is a shop that keeps photos.
type gallery struct {
	*house
	room *evidence.Room
}

func openGallery(t testing.TB, o evidence.Options) *gallery {
	t.Helper()
	h := openHouse(t)
	if o.Place == "" {
		o.Place = t.TempDir()
	}
	room, err := evidence.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { room.Close() })
	server, err := web.New(web.Options{Desk: h.desk, Accounts: h.accounts, Clock: h.now, Evidence: room})
	if err != nil {
		t.Fatal(err)
	}
	h.listen(server.Handler())
	return &gallery{h, room}
}

// trouble is an order with a damaged thing, and its case.
func (g *gallery) trouble(order string) string {
	g.t.Helper()
	g.tell(recourse.OrderPlaced, fmt.Sprintf(`{"order":"%s","lines":[{"line":1,"title":"Vase","quantity":1,"price":"39.00 EUR"}],"paid":"39.00 EUR","buyer":{"name":"Jeanne Morel","email":"jeanne@example.org"},"ship_to":{"name":"Jeanne Morel","street":"12 rue des Lilas","postcode":"69003","city":"Lyon","country":"FR"}}`, order))
	g.tell(recourse.PurchasePlacedEvent, fmt.Sprintf(`{"order":"%s","purchase":"p-%s","supplier":"s","lines":[{"line":1}]}`, order, order))
	g.tell(recourse.ParcelShipped, fmt.Sprintf(`{"order":"%s","purchase":"p-%s","parcel":"t-%s"}`, order, order, order))
	g.tell(recourse.ParcelScanned, fmt.Sprintf(`{"order":"%s","parcel":"t-%s","status":"delivered"}`, order, order))
	g.tell(recourse.ProblemReported, fmt.Sprintf(`{"order":"%s","problem":"damaged_item","lines":[{"line":1}]}`, order))
	return order + "-1"
}

// picture is a photo with something on it, another for each seed.
func photoOf(t testing.TB, seed uint64, w, h int) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 3))
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	var grey [9][8]uint8
	for x := range grey {
		for y := range grey[x] {
			grey[x][y] = uint8(r.IntN(255))
		}
	}
	for y := range h {
		for x := range w {
			c := grey[x*9/w][y*8/h]
			m.SetRGBA(x, y, color.RGBA{c, 255 - c, c / 2, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload is a file of a form.
type upload struct {
	name    string
	content []byte
}

func (p *person) upload(path string, files ...upload) (int, string) {
	p.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, f := range files {
		part, err := form.CreateFormFile("file", f.name)
		if err == nil {
			_, err = part.Write(f.content)
		}
		if err != nil {
			p.t.Fatal(err)
		}
	}
	form.Close()
	r, err := http.NewRequest(http.MethodPost, p.url+path, &b)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	return p.send(r)
}

// fetch asks for a file.
func (p *person) fetch(path string, headers ...string) (*http.Response, []byte) {
	p.t.Helper()
	r, err := http.NewRequest(http.MethodGet, p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp, data
}

var fileLink = regexp.MustCompile(`/evidence/[0-9a-f]{64}`)

func TestEvidenceIsAddedAndShown(t *testing.T) {
	g := openGallery(t, evidence.Options{Tools: "none"})
	id, other := g.trouble("7001"), g.trouble("7002")
	p := g.enter("Inès", account.Clerk)
	if _, body := p.get("/cases/" + id); !strings.Contains(body, "Nothing was handed in yet") || !strings.Contains(body, `enctype="multipart/form-data"`) {
		t.Fatal("an empty gallery does not teach")
	}
	photo := photoOf(t, 1, 1000, 700)
	status, body := p.upload("/cases/"+id+"/evidence", upload{`C:\secret\<b>vase</b>.jpg`, photo}, upload{"second.jpg", photoOf(t, 2, 400, 300)})
	if status != 200 || !strings.Contains(body, "Added to the case.") {
		t.Fatal(status, body)
	}
	if strings.Contains(body, "<b>vase") || strings.Contains(body, "secret") || !strings.Contains(body, "b&gt;.jpg") && !strings.Contains(body, "&lt;b&gt;") {
		t.Error("the file's name is shown as", regexp.MustCompile(`shot-name[^/]*`).FindString(body))
	}
	if !strings.Contains(body, `width="320" height="224"`) || strings.Count(body, "data-shot>") != 2 || !strings.Contains(body, ">Inès<") {
		t.Error("the gallery is not as it should be")
	}
	base := fmt.Sprintf("/evidence/%x", sha256.Sum256(photo))
	for what, media := range map[string]string{"thumb": "image/jpeg", "full": "image/jpeg", "original": "application/octet-stream"} {
		resp, data := p.fetch(base + "/" + what)
		h := resp.Header
		if resp.StatusCode != 200 || h.Get("Content-Type") != media || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || len(data) == 0 {
			t.Errorf("%s: %d %v", what, resp.StatusCode, h)
		}
		if disposition := h.Get("Content-Disposition"); (what == "original") != strings.HasPrefix(disposition, "attachment") {
			t.Error(what, disposition)
		}
		if what == "original" {
			if !bytes.Equal(data, photo) || h.Get("Cache-Control") != "private, no-store" {
				t.Error("the original is not what was sent")
			}
			continue
		}
		if !strings.HasPrefix(h.Get("Cache-Control"), "private") || h.Get("ETag") == "" {
			t.Error(what, h)
		}
		if again, _ := p.fetch(base+"/"+what, "If-None-Match", h.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Error(what, "is sent again:", again.StatusCode)
		}
	}
	// Again, and for another case.
	if _, body := p.upload("/cases/"+id+"/evidence", upload{"again.jpg", photo}); !strings.Contains(body, "in the case already") || strings.Count(body, "data-shot>") != 2 {
		t.Error("the same file twice")
	}
	if _, body := p.upload("/cases/"+other+"/evidence", upload{"elsewhere.jpg", photo}); !strings.Contains(body, "The same picture is also in") || !strings.Contains(body, `href="/cases/7001-1"`) {
		t.Error("no warning of a photo that is used twice")
	}
	if _, body := p.get("/cases/" + id); !strings.Contains(body, `href="/cases/7002-1"`) {
		t.Error("… nor where it was first")
	}
	g.inHistory(id, 2)
}

// inHistory: what was handed in is in the order's history, with its file.
func (g *gallery) inHistory(id string, n int) {
	g.t.Helper()
	d, err := g.desk.Case(g.t.Context(), pageShop, id)
	if err != nil {
		g.t.Fatal(err)
	}
	count := 0
	for _, e := range d.History {
		if e.Event != nil && e.Event.Type == recourse.EvidenceReceived && len(e.Event.File) == 64 && e.By == "Inès" {
			count++
		}
	}
	if count != n || d.File.Case(id).Evidence != n {
		g.t.Errorf("the history has %d, the case %d: %+v", count, d.File.Case(id).Evidence, d.File.Case(id))
	}
}

func TestEvidenceRefusedOnThePage(t *testing.T) {
	g := openGallery(t, evidence.Options{Tools: "none"})
	id := g.trouble("7001")
	p := g.enter("Inès", account.Owner)
	good := upload{"ok.jpg", photoOf(t, 1, 40, 30)}
	for _, c := range []struct {
		files  []upload
		status int
		says   string
	}{
		{nil, 422, "No file was chosen."},
		{[]upload{{"", []byte("x")}}, 422, "No file was chosen."},
		{[]upload{{"x.jpg", []byte("PK\x03\x04")}}, 422, "x.jpg was not added: This is neither a photo nor a video that can be taken in."},
		{[]upload{{"<i>x.svg", []byte("<svg/>")}}, 422, "&lt;i&gt;x.svg was not added"},
		{[]upload{good, {"page.png", append(photoOf(t, 2, 40, 30), "<script>alert(1)</script>"...)}}, 422, "1 added. page.png was not: The file is a picture and something else at once."},
		{[]upload{{"cut.jpg", good.content[:len(good.content)-900]}}, 422, "cut.jpg was not added: A part of the file is missing."},
		{[]upload{{"big.jpg", append(bytes.Clone(good.content), make([]byte, evidence.MaxPhoto)...)}}, 413, "big.jpg was not added: The photo has more than 50 MB."},
	} {
		status, body := p.upload("/cases/"+id+"/evidence", c.files...)
		if status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%d, wanted %d %q in %s", status, c.status, c.says, regexp.MustCompile(`(?s)class="notice.*?</div>`).FindString(body))
		}
	}
	many := make([]upload, 21)
	for i := range many {
		many[i] = good
	}
	if status, body := p.upload("/cases/"+id+"/evidence", many...); status != 413 || !strings.Contains(body, "At most 20 files") {
		t.Error("21 files:", status)
	}
	if status, _ := p.upload("/cases/nothing-1/evidence", good); status != 404 {
		t.Error("a case that is not there:", status)
	}
	for _, lang := range []string{"fr", "zh"} {
		p.lang = lang
		if _, body := p.upload("/cases/"+id+"/evidence", upload{"x.zip", []byte("PK\x03\x04")}); !strings.Contains(body, map[string]string{"fr": "n’a pas été ajouté", "zh": "未添加"}[lang]) {
			t.Error(lang, "does not say it")
		}
	}
}

// TestEvidenceRoles: everybody of the merchant who may look sees a file, who works on cases adds one, and nobody else.
func TestEvidenceRoles(t *testing.T) {
	g := openGallery(t, evidence.Options{Tools: "none"})
	id := g.trouble("7001")
	owner := g.enter("Inès", account.Owner)
	_, body := owner.upload("/cases/"+id+"/evidence", upload{"a.jpg", photoOf(t, 1, 400, 300)})
	file := fileLink.FindString(body)
	for i, role := range account.Roles {
		p := g.come(role)
		looks, works := role.May(account.Read), role.May(account.Work)
		for _, what := range []string{"thumb", "full", "original"} {
			if resp, _ := p.fetch(file + "/" + what); (resp.StatusCode == 200) != looks {
				t.Errorf("%s gets %s: %d", role, what, resp.StatusCode)
			}
		}
		status, body := p.upload("/cases/"+id+"/evidence", upload{"b.jpg", photoOf(t, uint64(10+i), 40, 30)})
		if added := status == 200 && strings.Contains(body, "Added to the case."); added != works {
			t.Errorf("%s adds: %d", role, status)
		}
		if looks {
			if _, body := p.get("/cases/" + id); strings.Contains(body, "multipart/form-data") != works {
				t.Errorf("%s is shown the form: %t", role, !works)
			}
		}
	}
	nobody := &person{house: g.house, client: &http.Client{}, lang: "en"}
	if resp, data := nobody.fetch(file + "/thumb"); resp.StatusCode == 200 || bytes.HasPrefix(data, []byte("\xff\xd8")) {
		t.Error("a stranger gets", resp.StatusCode)
	}
	for _, path := range []string{file + "/other", "/evidence/" + strings.Repeat("0", 64) + "/thumb", "/evidence/x/thumb", file + "/video", "/evidence/..%2f..%2fetc%2fpasswd/original"} {
		if resp, _ := owner.fetch(path); resp.StatusCode != 404 {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	// A file that is kept, and that no case of the merchant refers to.
	item, err := g.room.Take(t.Context(), pageShop, bytes.NewReader(photoOf(t, 99, 40, 30)), -1)
	if err != nil {
		t.Fatal(err)
	}
	if resp, _ := owner.fetch("/evidence/" + item.File + "/thumb"); resp.StatusCode != 404 {
		t.Error("a file without a case:", resp.StatusCode)
	}
}

// come is somebody of a role, who is signed in whatever they are shown first.
func (g *gallery) come(role account.Role) *person {
	g.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		g.t.Fatal(err)
	}
	p := &person{house: g.house, client: &http.Client{Jar: jar}, lang: "en"}
	p.get(strings.TrimPrefix(g.link(string(role), role), g.url))
	return p
}

// TestEvidenceUnscanned: nobody sees what the scanner has not looked at; people of the merchant may have the file.
func TestEvidenceUnscanned(t *testing.T) {
	g := openGallery(t, evidence.Options{Tools: "none", Scanner: "127.0.0.1:1"})
	id := g.trouble("7001")
	p := g.enter("Inès", account.Clerk)
	_, body := p.upload("/cases/"+id+"/evidence", upload{"a.jpg", photoOf(t, 1, 400, 300)})
	if !strings.Contains(body, "the virus scanner has still to look at it") || strings.Contains(body, "data-shot>") {
		t.Fatal("it is shown")
	}
	file := fileLink.FindString(body)
	look := func(what string) int { resp, _ := p.fetch(file + "/" + what); return resp.StatusCode }
	if look("thumb") != 404 || look("full") != 404 || look("original") != 200 {
		t.Error(look("thumb"), look("full"), look("original"))
	}
	set := func(s store.Scan) {
		if err := g.desk.Store().Write(t.Context(), func(tx *store.Tx) error { return tx.SetEvidenceScan(pageShop, file[len("/evidence/"):], s) }); err != nil {
			t.Fatal(err)
		}
	}
	set(store.ScanClean)
	if look("thumb") != 200 {
		t.Error("clean:", look("thumb"))
	}
	set(store.ScanInfected)
	if _, body := p.get("/cases/" + id); look("original") != 404 || !strings.Contains(body, "the virus scanner found something in it") {
		t.Error("infected:", look("original"))
	}
}

// TestEvidenceVideo plays a video from its middle.
func TestEvidenceVideo(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed")
	}
	g := openGallery(t, evidence.Options{})
	id := g.trouble("7001")
	film := filepath.Join(t.TempDir(), "film.mp4")
	if out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=10", "-t", "2", "-pix_fmt", "yuv420p", film).CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	p := g.enter("Inès", account.Clerk)
	_, body := p.upload("/cases/"+id+"/evidence", upload{"film.mp4", readFile(t, film)})
	if !strings.Contains(body, "<video") || !strings.Contains(body, `preload="none"`) {
		t.Fatal("no video on the page")
	}
	resp, data := p.fetch(fileLink.FindString(body)+"/video", "Range", "bytes=100-199")
	if resp.StatusCode != http.StatusPartialContent || len(data) != 100 || resp.Header.Get("Content-Type") != "video/mp4" {
		t.Error(resp.StatusCode, len(data), resp.Header)
	}
}

// TestEvidenceLooks shows galleries to a browser: nothing moves when the pictures come, no barrier, and pictures open in
// place.
func TestEvidenceLooks(t *testing.T) {
	ctx := browser(t)
	g := openGallery(t, evidence.Options{})
	for _, ev := range sample.Shop(pageNow) {
		g.pass(ev.Time)
		if ev.Order == "2120" || ev.Order == "2102" || ev.Order == "2104" {
			g.sends(ev)
		}
	}
	g.at.Store(pageNow.UnixMicro())
	do(t, ctx, chromedp.Navigate(g.link("Inès Marchand", account.Owner)))
	if _, err := exec.LookPath("ffmpeg"); err == nil {
		film := filepath.Join(t.TempDir(), "film.mp4")
		exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=640x360:rate=10", "-t", "2", "-pix_fmt", "yuv420p", film).Run()
		g.enter("Inès Marchand", account.Owner).upload("/cases/2120-1/evidence", upload{"Unboxing of the lamp, filmed by the buyer on the day it came, with every side of the carton.mp4", readFile(t, film)}, upload{"IMG_1.heic", heicFile()})
	}
	for _, c := range []struct {
		lang, scheme string
		width        int64
	}{{"en", "light", 1440}, {"fr", "dark", 360}} {
		look(t, ctx, c.width, c.scheme)
		do(t, ctx, chromedp.Navigate(g.url+"/language?to="+c.lang+"&back=/cases/2120-1"))
		where := fmt.Sprintf("evidence-%s-%d-%s", c.lang, c.width, c.scheme)
		fits(t, ctx, where)
		axe(t, ctx, where)
		eval[bool](t, ctx, `(document.querySelector('.evidence-add').open = true, document.querySelector('.evidence').scrollIntoView(), Promise.all([...document.images].map(i => { i.loading = 'eager'; return i.decode().catch(() => 0) })).then(() => true))`)
		shot(t, ctx, where)
	}
	look(t, ctx, 1440, "light")
	do(t, ctx, chromedp.Navigate(g.url+"/cases/2104-1"))
	eval[bool](t, ctx, `(document.querySelector('.evidence').scrollIntoView(), Promise.all([...document.images].map(i => { i.loading = 'eager'; return i.decode().catch(() => 0) })).then(() => true))`)
	shot(t, ctx, "evidence-twice")
	lightbox(t, g)
}

func lightbox(t *testing.T, g *gallery) {
	ctx := browser(t)
	look(t, ctx, 1440, "light")
	do(t, ctx, chromedp.Navigate(g.link("Inès", account.Owner)), chromedp.Navigate(g.url+"/cases/2120-1"))
	shift := eval[float64](t, ctx, `new Promise(r => new PerformanceObserver(l => r(l.getEntries().reduce((a, e) => a + e.value, 0))).observe({type: 'layout-shift', buffered: true})  || setTimeout(() => r(0), 500))`)
	if shift > 0.01 {
		t.Errorf("the page moves by %.3f when the pictures come", shift)
	}
	open := `document.querySelector('dialog.lightbox')?.open ?? false`
	src := `document.querySelector('dialog.lightbox img').src`
	eval[bool](t, ctx, `(document.querySelector('a[data-shot]').focus(), document.activeElement.click(), true)`)
	if !eval[bool](t, ctx, open) {
		t.Fatal("the picture does not open in place")
	}
	first := eval[string](t, ctx, src)
	do(t, ctx, chromedp.KeyEvent(kb.ArrowRight))
	time.Sleep(100 * time.Millisecond)
	if eval[string](t, ctx, src) == first {
		t.Error("the arrow does not go to the next")
	}
	axe(t, ctx, "lightbox")
	eval[bool](t, ctx, `document.querySelector('dialog.lightbox img').decode().then(() => true)`)
	shot(t, ctx, "evidence-lightbox")
	do(t, ctx, chromedp.KeyEvent(kb.Escape))
	time.Sleep(100 * time.Millisecond)
	if eval[bool](t, ctx, open) || !eval[bool](t, ctx, `document.activeElement.matches('a[data-shot]')`) {
		t.Error("Escape does not close it and give the focus back")
	}
}

// shot takes a picture of what is in the window.
func shot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(shots, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(shots, name+".png"), png, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// sends tells a fact of the sample shop, with its photo where it has one.
func (g *gallery) sends(ev recourse.Event) {
	g.t.Helper()
	fact := desk.Fact{Event: ev, By: ev.Source}
	if name, photo := sample.Photo(&ev); photo != nil {
		i, err := g.room.Take(g.t.Context(), pageShop, bytes.NewReader(photo), -1)
		if err != nil {
			g.t.Fatal(err)
		}
		fact.Event.File, fact.Event.Case = i.File, ev.Order+"-1"
		fact.Evidence = &store.Evidence{Merchant: pageShop, Order: ev.Order, Case: ev.Order + "-1", File: i.File, Kind: "photo", Type: i.Type, Bytes: i.Bytes, Width: i.Width, Height: i.Height, Shown: true,
			Scan: store.ScanClean, From: recourse.PartyBuyer, Name: name, Text: ev.Text, At: ev.Time, Hash: i.Hash}
	}
	if _, err := g.desk.Tell(g.t.Context(), pageShop, fact); err != nil {
		g.t.Fatal(err)
	}
}

// heicFile is the outside of a HEIC photo, which no program opens.
func heicFile() []byte {
	box := func(kind string, body string) string {
		n := 8 + len(body)
		return string([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + kind + body
	}
	return []byte(box("ftyp", "heic\x00\x00\x00\x00mif1heic") + box("meta", "\x00\x00\x00\x00") + box("mdat", strings.Repeat("x", 2000)))
}
