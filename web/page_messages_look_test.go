package web_test

import (
	"strconv"
	"testing"

	"recourse/account"

	"github.com/chromedp/chromedp"
)

// TestLookAtMessages takes pictures of the pages of messages, and sees that nothing is cut off and nobody is kept out.
func TestLookAtMessages(t *testing.T) {
	ctx := browser(t)
	h := openHouse(t)
	h.live()
	do(t, ctx, chromedp.Navigate(h.link("Inès Marchand", account.Owner)))
	pages := map[string]string{"messages": "/messages", "editor": "/messages/out_of_stock", "part": "/messages/part.facts"}
	for _, look1 := range []struct {
		lang, scheme string
		width        int64
	}{{"en", "light", 1440}, {"fr", "dark", 1440}, {"zh", "light", 360}, {"fr", "light", 768}} {
		do(t, ctx, chromedp.Navigate(h.url+"/language?to="+look1.lang))
		look(t, ctx, look1.width, look1.scheme)
		for name, path := range pages {
			where := name + "-" + look1.lang + "-" + strconv.FormatInt(look1.width, 10) + "-" + look1.scheme
			do(t, ctx, chromedp.Navigate(h.url+path))
			fits(t, ctx, where)
			axe(t, ctx, where)
			shoot(t, ctx, where)
		}
	}
}
