package web_test

import (
	"cmp"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"recourse"

	"github.com/chromedp/chromedp"
)

// buyerStates are orders in the states that buyers find them in, each with its number.
func (h *house) buyerStates() map[string]string {
	h.t.Helper()
	order := func(n, locale string) {
		h.tell(recourse.OrderPlaced, strings.NewReplacer(`"77"`, `"`+n+`"`, `"fr"`, `"`+locale+`"`).Replace(pageOrder))
		h.tell(recourse.PurchasePlacedEvent, `{"order":"`+n+`","purchase":"T-`+n+`","supplier":"Hangzhou Kites","cost":"80.00 CNY","ship_by":"2026-03-20T00:00:00Z","ship_from":"CN"}`)
	}
	shipped := func(n string) {
		order(n, "fr")
		h.tell(recourse.ParcelShipped, `{"purchase":"T-`+n+`","parcel":"LP00`+n+`CN","carrier":"Yanwen","tracking":"LP00`+n+`CN","leg":"international"}`)
		h.tell(recourse.ParcelScanned, `{"parcel":"LP00`+n+`CN","status":"delivered","leg":"international"}`)
	}
	order("501", "fr") // nothing wrong, on its way
	h.tell(recourse.ParcelShipped, `{"purchase":"T-501","parcel":"LP00501CN","carrier":"Yanwen","tracking":"LP00501CN","leg":"international"}`)
	order("502", "fr") // a refund, and a search
	h.tell(recourse.PurchaseOutOfStockNow, `{"purchase":"T-502"}`)
	order("503", "fr") // an offer to choose
	h.tell(recourse.PurchaseOutOfStockNow, `{"purchase":"T-503"}`)
	h.tell(recourse.OffersFound, `{"order":"503","offers":[{"supplier":"Secret Kites Factory","same":true,"price":"38.00 CNY","stock":90}]}`)
	shipped("504") // photos are wanted
	h.tell(recourse.ProblemReported, `{"order":"504","problem":"damaged_item","text":"Une baguette est cassée et la toile est déchirée sur dix centimètres."}`)
	order("505", "fr") // paid back
	h.tell(recourse.OrderCancelRequested, `{"order":"505"}`)
	h.tell(recourse.PurchaseCancelledNow, `{"purchase":"T-505"}`)
	h.tell(recourse.RefundSentNow, `{"order":"505"}`)
	h.tell(recourse.RefundSucceeded, `{"order":"505"}`)
	order("506", "fr") // where to?
	h.tell(recourse.OrderAddressWrong, `{"order":"506"}`)
	shipped("507") // delivered
	return map[string]string{"fine": "501", "refund": "502", "choose": "503", "photos": "504", "closed": "505", "address": "506", "arrived": "507"}
}

// TestBuyerLook takes pictures of the buyer's page in all languages, lights and sizes, and sees that nothing is cut off
// and that nothing keeps people from using it. A few are taken unless RECOURSE_SHOTS is an expression that names others.
func TestBuyerLook(t *testing.T) {
	ctx := browser(t)
	h := openHouse(t)
	links := map[string]string{}
	for name, order := range h.buyerStates() {
		_, links[name] = h.buyer(order)
	}
	links["false"] = links["fine"][:len(links["fine"])-1] + "0"
	only := regexp.MustCompile(cmp.Or(os.Getenv("RECOURSE_SHOTS"), `^(buyer-(choose|photos)-(fr-360-light|en-360-dark|zh-360-light)|buyer-closed-fr-768-dark|buyer-false-en-360-light)`))
	for _, lang := range []string{"en", "fr", "zh"} {
		do(t, ctx, chromedp.Navigate(h.url+links["fine"]+"?lang="+lang))
		for _, width := range []int64{360, 768, 1440} {
			for _, scheme := range []string{"light", "dark"} {
				look(t, ctx, width, scheme)
				for name, path := range links {
					where := strings.Join([]string{"buyer", name, lang, strconv.FormatInt(width, 10), scheme}, "-")
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
