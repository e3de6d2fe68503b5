package web_test

import (
	"strings"

	"recourse"
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
