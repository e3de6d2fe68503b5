package dossier_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/desk"
	"recourse/effect/dossier"
	"recourse/store"
	"recourse/text"
)

// disputed is the house of a claim whose buyer then went to the bank, under the playbook that knows disputes.
func disputed(t testing.TB) *house {
	t.Helper()
	h := claim(t, "dropship")
	view, err := h.Case(t.Context(), shop, "1001-1")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range view.Effects { // what was to be told to the buyer was told
		if e.Kind != recourse.EffectMessage || e.To != recourse.PartyBuyer || e.Status != store.Pending {
			continue
		}
		h.now = h.now.Add(time.Minute)
		if _, err := h.Tell(t.Context(), shop, desk.Fact{Event: recourse.Event{Source: "test", ID: "told " + e.ID, Type: recourse.EffectDone, Data: recourse.Data{Order: "1001", Effect: e.ID}}, By: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	h.tell(t, recourse.RefundSucceeded, recourse.Data{Order: "1001", Amount: recourse.Money{Minor: 500, Currency: "EUR"}})
	h.tell(t, recourse.DisputeOpened, recourse.Data{Order: "1001", Amount: recourse.Money{Minor: 7180, Currency: "EUR"}, Reason: "product_not_received", Due: h.now.AddDate(0, 0, 9)})
	return h
}

// TestChargeback: what a bank needs is there in three languages, with both sides of the money; the merchant's own notes are not;
// and the same case gives the same bytes.
func TestChargeback(t *testing.T) {
	h := disputed(t)
	id := "1001-2"
	for lang, wants := range map[string][]string{
		"en": {"Dispute dossier", "over €71.80 in favour", "Zoë Lefèvre-王小明", "zoe@example.com", "12 rue Garibaldi", "What the customer was told", "The money", "paid back through the shop", "€5.00", "The bank opened a dispute", "held back or taken by the bank", "product_not_received", "recourse verify", "Photo 3", "Entries that do not concern this dispute", "广州 Guangzhou", "l’abat-jour est fendu"},
		"fr": {"Dossier de contestation", "71,80 €", "Ce dont le client a été informé", "Montant contesté", "La banque a ouvert un litige"},
		"zh": {"拒付抗辩材料", "已告知买家的内容", "争议金额", "银行发起争议"},
	} {
		c, err := dossier.ReadWhole(t.Context(), h.Store(), h.room, shop, id)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Told) == 0 {
			t.Fatal("nothing was told to the buyer")
		}
		c.Letters = map[string]dossier.Letter{c.Told[0].ID: {Subject: "Votre commande 1001", Body: "Bonjour Zoë,\nnous avons bien reçu vos photos."}}
		make := func() []byte {
			pdf, err := dossier.Chargeback(c, text.In(lang).At(time.FixedZone("", 8*3600))).Bytes()
			if err != nil {
				t.Fatal(err)
			}
			return pdf
		}
		pdf := make()
		if !bytes.Equal(pdf, make()) {
			t.Errorf("%s: the same case gives other bytes", lang)
		}
		if folder := os.Getenv("RECOURSE_SHOTS"); folder != "" {
			os.WriteFile(filepath.Join(folder, "chargeback-"+lang+".pdf"), pdf, 0o644)
		}
		written := toText(t, pdf)
		for _, want := range append(wants, "nous avons bien reçu vos photos") {
			if !strings.Contains(written, squeezed(want)) {
				t.Errorf("%s: there is no %q in\n%s", lang, want, written)
			}
		}
		if strings.Contains(written, squeezed("margin is thin")) || strings.Contains(written, "␟") {
			t.Errorf("%s: what is nobody's business is told", lang)
		}
	}
}

// TestBankWords: every word of a dispute's dossier is there in each language, and each is read.
func TestBankWords(t *testing.T) {
	code, err := os.ReadFile("chargeback.go")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`say\("(bank[a-z_]*)"`).FindAllStringSubmatch(string(code), -1) {
		used[m[1]] = true
	}
	for _, lang := range []string{"en", "fr", "zh"} {
		data, err := os.ReadFile("../../text/locales/" + lang + ".money.ini")
		if err != nil {
			t.Fatal(err)
		}
		there := map[string]bool{}
		for _, m := range regexp.MustCompile(`(?m)^(bank[a-z_]*) = `).FindAllStringSubmatch(string(data), -1) {
			there[m[1]] = true
		}
		if !maps.Equal(used, there) {
			t.Errorf("%s: read are %v, there are %v", lang, used, there)
		}
	}
}
