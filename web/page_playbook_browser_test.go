package web_test

import (
	"cmp"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"recourse/account"

	"github.com/chromedp/chromedp"
)

// TestPlaybookLook takes pictures of the playbook's pages in sizes, lights and languages, and sees that nothing is cut
// off. A few are taken unless RECOURSE_SHOTS names others.
func TestPlaybookLook(t *testing.T) {
	ctx := browser(t)
	h := openHouse(t)
	h.live()
	h.saveSettings("Inès Marchand", map[string]string{"set.late_shipment.urge_after": "3"}, "Golden Week")
	do(t, ctx, chromedp.Navigate(h.link("Inès Marchand", account.Owner)))
	pages := map[string]string{
		"pbpicture": "/playbook", "pbresupply": "/playbook?path=resupply&size=full", "pbsettings": "/playbook/settings", "pbversions": "/playbook/versions", "pbversion": "/playbook/versions/2",
		"pbfile": "/playbook/file", "pbstate": "/playbook/states/resupply.refunding",
	}
	only := regexp.MustCompile(cmp.Or(os.Getenv("RECOURSE_SHOTS"), `^pb(picture|settings)-(en-1440-light|zh-360-dark)`))
	for _, lang := range []string{"en", "fr", "zh"} {
		do(t, ctx, chromedp.Navigate(h.url+"/language?to="+lang))
		for _, width := range []int64{360, 768, 1440} {
			for _, scheme := range []string{"light", "dark"} {
				look(t, ctx, width, scheme)
				for name, path := range pages {
					where := strings.Join([]string{name, lang, strconv.FormatInt(width, 10), scheme}, "-")
					if !only.MatchString(where) {
						continue
					}
					do(t, ctx, chromedp.Navigate(h.url+path))
					fits(t, ctx, where)
					axe(t, ctx, where)
					shoot(t, ctx, where)
				}
			}
		}
	}
}
