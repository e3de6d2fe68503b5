package web_test

import (
	"net/http"
	"strings"
	"testing"

	"recourse/account"
	"recourse/web"
)

// TestTour goes along the stops, in every language: each says what there is to see, and a shop that is not made up has
// none.
func TestTour(t *testing.T) {
	h := openHouse(t)
	h.live()
	if _, err := h.desk.Drain(t.Context(), []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}); err != nil { // what came due over night
		t.Fatal(err)
	}
	mei := h.enter("Mei", account.Clerk)
	if status, body := mei.get("/tour"); status != http.StatusNotFound || strings.Contains(body, `href="/tour"`) {
		t.Errorf("a true shop's tour is answered with %d", status)
	}
	around(t, h)
	mei = h.enter("Mei", account.Viewer)
	for lang, words := range map[string][2]string{"en": {"Stop 1 of ", "The supplier has none."}, "fr": {"Étape 1 sur ", "Le fournisseur n’en a plus."}, "zh": {"第 1 站", "供应商没有货"}} {
		mei.lang = lang
		_, page := mei.get("/tour")
		wants(t, lang, page, words[1])
		if n := strings.Count(page, `class="card stop"`); n != 10 {
			t.Errorf("%s: the tour has %d stops", lang, n)
		}
		_, page = mei.get("/cases/" + h.newest("out_of_stock"))
		wants(t, lang, page, words[0], words[1], `rel="next"`, `-rel="prev"`)
	}
}

// around serves the house's desk once more, with a tour.
func around(t *testing.T, h *house) {
	t.Helper()
	server, err := web.New(web.Options{Desk: h.desk, Accounts: h.accounts, Clock: h.now, Evidence: h.evidence, Hooks: h.hooks, Hub: h.hub, Tour: true})
	if err != nil {
		t.Fatal(err)
	}
	h.listen(server.Handler())
}
