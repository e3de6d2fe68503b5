package web_test

import (
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"recourse"
)

// buyer is the one who bought, with the link to their order's page and a browser that has no scripts.
func (h *house) buyer(order string) (*person, string) {
	h.t.Helper()
	base, err := h.accounts.BuyerLink(h.t.Context(), pageShop, order, "test")
	if err != nil {
		h.t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &person{house: h, client: &http.Client{Jar: jar}, lang: "en"}, base
}

// english is a page's words as an English reader gets them, whatever the order's buyer speaks.
func (p *person) english(base string) string {
	p.t.Helper()
	p.get(base + "?lang=en")
	_, body := p.get(base)
	return body
}

func TestBuyerSeesRefund(t *testing.T) {
	h := openHouse(t)
	h.sad()
	camille, base := h.buyer("77")
	status, page := camille.get(base)
	if status != http.StatusOK || !strings.Contains(page, `<html lang="fr">`) {
		t.Errorf("%d %.300s", status, page)
	}
	page = camille.english(base)
	wants(t, "page", page, "Hello Camille Roux", "Red kite", "€59.80", "Arranged, not paid yet", "Not available from our supplier", "-Hangzhou", "-T-77", "-CN¥", "-80.00", "-Lune &")
	t.Log(page)
	_ = recourse.Open
}
