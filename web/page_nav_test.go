package web_test

import (
	"testing"

	"recourse/account"
)

// TestParts: each part of the header leads to the first of its pages that one may see, and the pages of the open part stand
// below; a part with one page has that page's name.
func TestParts(t *testing.T) {
	h := openHouse(t)
	owner := h.enter("Ada", account.Owner)
	_, page := owner.get("/offers")
	wants(t, "owner", page, `<a href="/suppliers" aria-current>Suppliers</a>`, `class="pages-of"`, `<a href="/offers" aria-current>Offers</a>`, `<a href="/connections">Settings</a>`, `-href="/messages"`, `-href="/import"`)
	_, page = owner.get("/messages")
	wants(t, "messages", page, `<a href="/playbook" aria-current>Playbook</a>`, `<a href="/messages" aria-current>Messages</a>`)
	_, page = owner.get("/")
	wants(t, "queue", page, `<a href="/" aria-current>Queue</a>`, `-class="pages-of"`)
	_, page = h.enter("Mei", account.Clerk).get("/import")
	wants(t, "clerk", page, `<a href="/import" aria-current>Import</a>`, "->Settings<", `-class="pages-of"`)
	_, page = h.enter("Vera", account.Viewer).get("/suppliers")
	wants(t, "viewer", page, `<a href="/suppliers" aria-current>Suppliers</a>`, `-href="/import"`, "->Settings<")
}
