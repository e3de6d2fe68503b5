package mail

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/text"
)

// TestLook writes letters as pages, in three languages, into the folder that RECOURSE_LETTERS names, to be looked at. What
// holds for all: every line of the text is in the page, and nothing in it is fetched.
func TestLook(t *testing.T) {
	for _, lang := range []string{"en", "fr", "zh"} {
		in := text.In(lang)
		for _, template := range []string{"delay_notice", "customs_buyer", "claim_filed", "return_instructions", "refund_done"} {
			d := in.Example(recourse.PartyBuyer, time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
			d.Link = "https://desk.example/b/shop_k3jx5pq7abcd_lq2w9c_5r7e8f9a0b1c2d3e"
			subject, body, err := in.Message(template, d)
			if err != nil {
				t.Fatal(err)
			}
			l := &Letter{Subject: subject, Body: body, Lang: lang, Shop: "Vases & Co", Link: d.Link, Open: in.Desk("letter_open")}
			html, err := l.HTML()
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(html, "<img") || strings.Contains(html, "url(") || strings.Count(html, d.Link) != strings.Count(body, d.Link) {
				t.Errorf("%s %s: %s", lang, template, html)
			}
			if folder := os.Getenv("RECOURSE_LETTERS"); folder != "" {
				if err := os.WriteFile(filepath.Join(folder, lang+"-"+template+".html"), []byte(html), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// TestBlocks: a text becomes paragraphs, lists, addresses to follow and a button; and markup in it stays text.
func TestBlocks(t *testing.T) {
	l := &Letter{Subject: "<b>", Lang: "en", Shop: "A & B", Link: "https://x.example/b/1", Open: "Open",
		Body: "Hello <script>alert(1)</script>,\n\nGoods:\n- Vase & lid\n- Cup\n\nSee https://carrier.example/t?a=1&b=2, please.\nEverything is on your page: https://x.example/b/1\n\njavascript:alert(1)\n"}
	html, err := l.HTML()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Hello &lt;script&gt;", "<li style=\"margin:0 0 4px 0;\">Vase &amp; lid</li>", `<a href="https://carrier.example/t?a=1&amp;b=2" style="color:#1f5fbf;">https://carrier.example/t?a=1&amp;b=2</a>, please.`,
		"Everything is on your page:</p>", `<a class="go" href="https://x.example/b/1"`, "<title>&lt;b&gt;</title>", "A &amp; B"} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is not in\n%s", want, html)
		}
	}
	if strings.Contains(html, `href="javascript`) || strings.Contains(html, "<script>") {
		t.Error("markup of a stranger's")
	}
}
