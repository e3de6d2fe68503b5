package dossier_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/calendar"
	"recourse/desk"
	"recourse/effect/dossier"
	"recourse/evidence"
	"recourse/playbook"
	"recourse/sample"
	"recourse/store"
	"recourse/text"
)

const shop = "lumen"

var march = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// house is a desk with one claim: a buyer in France, a shop on Tmall, names in three scripts.
type house struct {
	*desk.Desk
	room *evidence.Room
	now  time.Time
}

// newHouse is a house under a playbook; none named: tmall-dsers.
func newHouse(t testing.TB, under ...string) *house {
	t.Helper()
	h := &house{now: march}
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "recourse.db"))
	if err != nil {
		t.Fatal(err)
	}
	h.Desk = desk.New(s, func() time.Time { return h.now })
	t.Cleanup(func() { h.Close(); s.Close() })
	book, err := playbook.Builtin(append(under, "tmall-dsers")[0])
	if err != nil {
		t.Fatal(err)
	}
	policy, err := book.With(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Put(t.Context(), shop, "Lumen & Cie · 流明", policy, calendar.Default(), "test"); err != nil {
		t.Fatal(err)
	}
	if h.room, err = evidence.Open(evidence.Options{Place: t.TempDir(), Tools: "none", Clock: func() time.Time { return h.now }}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.room.Close() })
	return h
}

func (h *house) tell(t testing.TB, kind recourse.EventType, d recourse.Data) {
	t.Helper()
	h.now = h.now.Add(7 * time.Hour)
	if _, err := h.Tell(t.Context(), shop, desk.Fact{Event: recourse.Event{Source: "test", ID: h.now.String(), Type: kind, Time: h.now, Data: d}, By: "test"}); err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
}

func (h *house) photo(t testing.TB, words string, of recourse.Data) {
	t.Helper()
	_, jpeg := sample.Photo(&recourse.Event{Type: recourse.EvidenceReceived, Data: of})
	item, err := h.room.Take(t.Context(), shop, bytes.NewReader(jpeg), int64(len(jpeg)))
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(time.Minute)
	e := store.Evidence{Case: "1001-1", File: item.File, Kind: string(item.Kind), Type: item.Type, Bytes: item.Bytes, Width: item.Width, Height: item.Height, Taken: h.now.Add(-20 * time.Hour), Shown: item.Shown, Scan: store.ScanClean, From: recourse.PartyBuyer, By: "case-page", Name: "IMG.jpg"}
	if _, err := h.AddEvidence(t.Context(), shop, e, words); err != nil {
		t.Fatal(err)
	}
}

// claim is the house with a case that was claimed.
func claim(t testing.TB, under ...string) *house {
	t.Helper()
	h := newHouse(t, under...)
	eur := func(n int64) recourse.Money { return recourse.Money{Minor: n, Currency: "EUR"} }
	h.tell(t, recourse.OrderPlaced, recourse.Data{Order: "1001", Channel: "shopify", Paid: eur(7180),
		Buyer:  &recourse.Buyer{Name: "Zoë Lefèvre-王小明", Email: "zoe@example.com", Locale: "fr"},
		ShipTo: &recourse.Address{Country: "FR", City: "Lyon", Postcode: "69003", Street: "12 rue Garibaldi", Name: "Zoë Lefèvre-王小明", Phone: "+33 6 12 34 56 78"},
		Items:  []recourse.Line{{Line: 1, SKU: "LAMP-BL", Title: "Desk lamp «Lumière» 蓝色台灯, blue", Quantity: 2, Price: eur(2990)}, {Line: 2, SKU: "MUG-RD", Title: "Red mug", Quantity: 1, Price: eur(1200)}}})
	h.tell(t, recourse.PurchasePlacedEvent, recourse.Data{Order: "1001", Purchase: "2839471650012345678", Supplier: "明亮灯具旗舰店", Lines: []recourse.Pieces{{Line: 1, Quantity: 2}}, Cost: recourse.Money{Minor: 8000, Currency: "CNY"}, ShipBy: h.now.AddDate(0, 0, 3)})
	h.tell(t, recourse.ParcelShipped, recourse.Data{Order: "1001", Parcel: "LP00123456CN", Purchase: "2839471650012345678", Carrier: "Yanwen 燕文物流", Tracking: "LP00123456CN", Leg: recourse.Domestic})
	for i, place := range []string{"义乌市 Yiwu, CN", "广州 Guangzhou, CN", "Paris-Charles-de-Gaulle", "Lyon", "Lyon"} {
		status, leg := recourse.InTransit, recourse.International
		if i == 4 {
			status = recourse.Delivered
		}
		if i == 0 {
			leg = recourse.Domestic
		}
		h.tell(t, recourse.ParcelScanned, recourse.Data{Order: "1001", Parcel: "LP00123456CN", Status: status, Leg: leg, Place: place})
	}
	h.tell(t, recourse.ProblemReported, recourse.Data{Order: "1001", Problem: "damaged_item", Lines: []recourse.Pieces{{Line: 1, Quantity: 1}}, Text: "Bonjour,\nl’abat-jour est fendu et il manque la vis 😢. La boîte était déjà écrasée à l’arrivée — voyez les photos.\n台灯的灯罩裂了，请尽快处理。谢谢！"})
	h.tell(t, recourse.CaseNoted, recourse.Data{Order: "1001", Case: "1001-1", Text: "margin is thin: never say what we earn"})
	h.photo(t, "l’abat-jour", recourse.Data{Order: "2120", Kind: "photo", Text: "crack at the base"})
	h.photo(t, "", recourse.Data{Order: "2120", Kind: "photo", Text: "the shade from the side"})
	h.photo(t, "ce qui est tombé / 掉出来的碎片", recourse.Data{Order: "2120", Kind: "photo", Text: "what fell out"})
	h.tell(t, recourse.MessageReceived, recourse.Data{Order: "1001", Case: "1001-1", By: recourse.PartyBuyer, Text: "Avez-vous bien reçu mes photos ? Je voudrais une nouvelle lampe."})
	h.now = h.now.Add(time.Hour)
	return h
}

func (h *house) dossier(t testing.TB, lang string) ([]byte, *dossier.Case) {
	t.Helper()
	c, err := dossier.Read(t.Context(), h.Store(), h.room, shop, "1001-1")
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("", 8*3600)
	pdf, err := dossier.Claim(c, text.In(lang).At(zone)).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return pdf, c
}

// TestClaim: what the claim's reader needs is there in three languages, what is nobody's business is not, and the same case
// gives the same bytes.
func TestClaim(t *testing.T) {
	h := claim(t)
	for lang, wants := range map[string][]string{
		"en": {"Claim dossier", "2839471650012345678", "明亮灯具旗舰店", "Item damaged", "refund the purchase (CN¥80.00)", "Zoë Lefèvre-王小明", "Photo 3", "l’abat-jour est fendu", "台灯的灯罩裂了", "recourse verify", "Page 1 of", "广州 Guangzhou"},
		"fr": {"Dossier de réclamation", "Article endommagé", "Les mots du client", "Page 2 sur", "80,00 CNY"},
		"zh": {"售后证据档案", "商品损坏", "买家原话", "第 1 页", "采购订单号"},
	} {
		pdf, c := h.dossier(t, lang)
		again, _ := h.dossier(t, lang)
		if !bytes.Equal(pdf, again) {
			t.Errorf("%s: the same case gives other bytes", lang)
		}
		if len(pdf) > dossier.MaxBytes || !bytes.HasPrefix(pdf, []byte("%PDF-1.")) {
			t.Errorf("%s: %d bytes, beginning %q", lang, len(pdf), pdf[:8])
		}
		written := toText(t, pdf)
		for _, e := range c.Evidence {
			wants = append(wants, e.File[:20])
		}
		wants = append(wants, fmt.Sprintf("%x", c.Root[:])[:20])
		for _, want := range wants {
			if !strings.Contains(written, squeezed(want)) {
				t.Errorf("%s: there is no %q in\n%s", lang, want, written)
			}
		}
		for _, not := range []string{"zoe@example.com", "+33 6", "12 rue Garibaldi", "29.90", "29,90", "margin is thin", "␟"} {
			if strings.Contains(written, squeezed(not)) {
				t.Errorf("%s: %q is nobody's business", lang, not)
			}
		}
		if folder := os.Getenv("RECOURSE_SHOTS"); folder != "" {
			os.WriteFile(filepath.Join(folder, "claim-"+lang+".pdf"), pdf, 0o644)
		}
	}
}

// toText is what a reader finds in a PDF, without blanks; the test is left out where pdftotext (poppler-utils) is not there.
func toText(t testing.TB, pdf []byte) string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed")
	}
	file := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "-layout", file, "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return squeezed(string(out))
}

var blanks = regexp.MustCompile(`\s+`)

func squeezed(s string) string {
	return blanks.ReplaceAllString(strings.ReplaceAll(s, "\u00a0", " "), "")
}

// TestErased: of a buyer who was erased nothing is told, and what is left still proves itself.
func TestErased(t *testing.T) {
	h := claim(t)
	if _, err := h.Erase(t.Context(), shop, "1001", "test"); err != nil {
		t.Fatal(err)
	}
	pdf, _ := h.dossier(t, "en")
	written := toText(t, pdf)
	for _, not := range []string{"Zoë", "abat-jour", "灯罩", "␟"} {
		if strings.Contains(written, not) {
			t.Errorf("%q is there after the erasure", not)
		}
	}
}

// TestUnknown: a case that there is not.
func TestUnknown(t *testing.T) {
	h := newHouse(t)
	for _, id := range []string{"", "x", "1001-1", "-1"} {
		if _, err := dossier.Read(t.Context(), h.Store(), nil, shop, id); recourse.CodeOf(err) != "case_unknown" {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// TestLong: a claim with a hundred photos and endless words is cut to what mail takes, and every checksum is there.
func TestLong(t *testing.T) {
	h := claim(t)
	c, err := dossier.Read(t.Context(), h.Store(), h.room, shop, "1001-1")
	if err != nil {
		t.Fatal(err)
	}
	noise := sampleNoise(t)
	c.Evidence, c.Photos = nil, map[string][]byte{}
	for i := range 100 {
		file := fmt.Sprintf("%x", sha256.Sum256([]byte{byte(i)}))
		c.Evidence = append(c.Evidence, store.Evidence{File: file, Kind: "photo", Type: "image/jpeg", Bytes: 5 << 20, Scan: store.ScanClean, Shown: true, At: march})
		if i < 12 {
			c.Photos[file] = noise
		}
	}
	for i := range c.History {
		if ev := c.History[i].Event; ev != nil && ev.Type == recourse.MessageReceived {
			ev.Text = strings.Repeat("很长的话", 1000) + strings.Repeat("x", 3000)
		}
	}
	pdf, err := dossier.Claim(c, text.In("en")).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if len(pdf) > dossier.MaxBytes {
		t.Errorf("%d bytes", len(pdf))
	}
	written := toText(t, pdf)
	for _, e := range c.Evidence {
		if !strings.Contains(written, e.File[:16]) {
			t.Errorf("the checksum %s is not there", e.File)
		}
	}
}
