package web_test

import (
	"testing"
	"time"

	"recourse"
	"recourse/web/view"

	"github.com/chromedp/chromedp/kb"
)

const day = 24 * time.Hour

// TestSituations walks each of the ten situations from end to end through the pages, in a real browser: facts bring an
// order into trouble, a person finds the case in the queue and acts by what its page offers, the buyer acts on theirs, time
// passes; and in the end both pages say what is true, and no money has moved twice. Each is read in one of the languages.
func TestSituations(t *testing.T) {
	ctx := browser(t)
	for _, c := range []struct {
		situation recourse.Situation
		lang      string
		settings  map[string]string
		walk      func(*walker)
	}{
		{"out_of_stock", "en", map[string]string{"out_of_stock.remedy": "ask_buyer"}, walkOutOfStock},
		{"oversized", "fr", nil, walkOversized},
		{"late_shipment", "zh", nil, walkLate},
		{"supplier_unresponsive", "en", nil, walkSilent},
		{"customs_hold", "fr", nil, walkCustoms},
		{"wrong_item", "zh", nil, walkWrong},
		{"missing_item", "en", map[string]string{"claim.remedy": "ask_buyer"}, walkMissing},
		{"damaged_item", "fr", nil, walkDamaged},
		{"order_cancelled", "zh", nil, walkCancelled},
		{"wrong_address", "en", nil, walkAddress},
	} {
		t.Run(string(c.situation), func(t *testing.T) {
			began := time.Now()
			w := walk(t, ctx, string(c.situation), c.lang, c.settings)
			look(t, ctx, 1440, "light")
			c.walk(w)
			if opener := w.caseOf(w.id).Opener; opener != c.situation {
				t.Errorf("%s was opened by %s", w.id, opener)
			}
			t.Logf("walked in %v, %v of it for %d pictures", time.Since(began).Round(time.Millisecond), w.shooting.Round(time.Millisecond), w.shots)
		})
	}
}

// walkOutOfStock lets the buyer choose: the same kite is found elsewhere, they want it, it is bought.
func walkOutOfStock(w *walker) {
	w.tell(recourse.PurchaseOutOfStockNow, `{"purchase":"T-77"}`)
	w.finds()
	w.is("resupply.choosing")
	w.sends(known{"/cases/77-1/assign", map[string]string{"person": "Ada"}})
	w.says("With Ada")
	w.links()
	w.records(recourse.OffersFound, "offers.0.supplier", "Weifang Kites", "offers.0.price", "38,00", "offers.0.stock", "90", "offers.0.same", "yes")
	w.buys("Your turn", "You decide", "Please answer by 19 March 2026", "-Weifang", "-38")
	w.asks("remedy.chosen 77-1 reorder "+view.OfferKey("77-1", &recourse.Offer{Supplier: "Weifang Kites"}), true)
	w.says("Thank you: we are ordering it for you.", "We are ordering these goods for you at another supplier", "-Your turn")
	w.works()
	w.says("Reorder from Weifang Kites", "Question to the merchant: ", "-put again")
	w.records(recourse.PurchasePlacedEvent, "purchase", "T-78", "supplier", "Weifang Kites", "cost", "76,00")
	w.records(recourse.RecoveryReceivedNow, "amount", "80,00")
	w.ends(recourse.OutcomeReordered, []string{"Closed · Reordered", "CN¥80.00", "T-78"}, []string{"Settled", "We have ordered these goods for you at another supplier.", "-Refund"}, "recovery 80.00 CNY received")
}

// walkOversized changes an order to fit, and answers the buyer meanwhile; the refund that was to be approved is taken back.
func walkOversized(w *walker) {
	w.tell(recourse.PurchaseOversizedNow, `{"purchase":"T-77"}`)
	w.finds()
	w.links()
	w.buys("Trop grand ou trop lourd", "59,80")
	w.asks("message.received", false, "text", "Peut-on l’envoyer en deux colis ?")
	w.says("Merci, votre message est arrivé.", "Peut-on l’envoyer en deux colis ?")
	w.works()
	w.says("Peut-on l’envoyer en deux colis ?")
	w.sends(known{"/cases/77-1/message", nil}, "to", "buyer", "text", "Oui, en deux colis, sans supplément.")
	w.shot("words")
	w.says("Oui, en deux colis, sans supplément.")
	w.sends(known{"/cases/77-1/message", nil})
	w.done(w.act("written"))
	w.chooses(recourse.RemedyAdjustment)
	w.is("fit.adjusting")
	w.records(recourse.PurchasePlacedEvent, "purchase", "T-78", "supplier", "Hangzhou Kites", "cost", "92,00")
	w.ends(recourse.OutcomeAdjusted, []string{"Clos · Commande adaptée"}, []string{"Réglé", "La commande a été modifiée pour pouvoir être expédiée.", "Oui, en deux colis, sans supplément.", "-Remboursé"},
		"refund 59.80 EUR withdrawn", "recovery 80.00 CNY requested")
}

// walkLate lets a purchase be late by two days; then it ships after all.
func walkLate(w *walker) {
	w.later(7 * day)
	w.finds()
	w.is("late.urged")
	w.done(w.act("expedite"))
	w.links()
	w.buys("我们正在处理")
	w.works()
	w.records(recourse.ParcelShipped, "parcel", "LP1", "carrier", "Yanwen", "tracking", "LP1")
	w.ends(recourse.OutcomeShipped, []string{"已结案", "已发货"}, []string{"已解决", "商品已交运，正在路上。", "-退款"})
}

// walkSilent is walked with the keyboard alone, by the person as by the buyer: a supplier leaves a question open, the buyer
// wants their money and nothing else, and gets it, once.
func walkSilent(w *walker) {
	w.tell(recourse.SupplierContacted, `{"purchase":"T-77","text":"When does it ship?"}`)
	w.later(2*day + time.Hour)
	opens := func() {
		w.t.Helper()
		w.signs()
		w.press("j", "j", "k")
		if at := eval[string](w.t, w.ctx, `document.activeElement.closest('tr')?.dataset.case ?? ''`); at != w.id {
			w.t.Fatalf("the keys lead to %q", at)
		}
		w.shot("queue")
		w.leaves(func() { w.press("o") })
		w.shot("case")
	}
	opens()
	w.tabs(known{"/orders/77/link/make", nil}, kb.Enter)
	w.copies()
	w.buys("You are to get your money back", "Arranged, not paid yet")
	act := known{w.link[len(w.url):] + "/act", map[string]string{"act": "remedy.chosen 77-1 refund"}}
	w.tabs(act, kb.Enter)
	w.tabs(act, " ")
	w.says("your choice has been taken in", "We are settling this with a refund.")
	look(w.t, w.ctx, 1440, "light")
	opens()
	refund := w.act("refund")
	w.tabs(w.of(refund, recourse.EffectApproved), kb.Enter)
	w.says("What would follow", "€59.80")
	w.leaves(func() { w.press(kb.Enter) })
	w.says("Approved. It now waits to be carried out.")
	w.tabs(w.of(refund, recourse.EffectDone), " ")
	w.ends(recourse.OutcomeRefunded, []string{"Closed · Refunded", "Nothing had happened by 18 March 2026", "€59.80"}, []string{"Settled", "Your money has been paid back.", "Paid back", "€59.80"}, "refund 59.80 EUR done", "recovery 80.00 CNY requested")
}

// walkCustoms sends the buyer a draft in words of its own, is reminded after three days, and hears that the parcel is free.
func walkCustoms(w *walker) {
	w.shipped()
	w.tell(recourse.ParcelScanned, `{"parcel":"LP1","status":"customs_hold","place":"Roissy"}`)
	w.finds()
	draft := w.act("customs_buyer")
	w.sends(known{view.EffectPath(draft), map[string]string{"form": "edit-" + draft}}, "body", "Bonjour, la douane retient votre colis. Nous nous en occupons.")
	w.says("la douane retient votre colis. Nous nous en occupons.")
	w.shot("words")
	w.sends(w.of(draft, recourse.EffectApproved))
	w.done(draft)
	w.links()
	w.buys("La douane retient le colis", "Nous nous en occupons")
	w.later(3*day + time.Hour)
	w.works()
	w.sends(w.told(recourse.ParcelScanned), "status", "customs_released")
	w.ends(recourse.OutcomeReleased, []string{"Clos · Libéré par la douane"}, []string{"Réglé", "La douane a libéré le colis. Il est de nouveau en route.", "-Rembours"})
}

// walkWrong begins on the buyer's page: they report, send a photo, and get the goods again.
func walkWrong(w *walker) {
	w.shipped()
	w.tell(recourse.ParcelScanned, `{"parcel":"LP1","status":"delivered"}`)
	w.signs()
	w.goes(w.url + "/orders/77")
	w.links()
	w.buys("-等您答复")
	w.asks("problem.reported", false, "problem", "wrong_item", "line", "1", "text", "我收到的是蓝色的。")
	w.says("谢谢，您反映的问题已收到。", "等您答复")
	w.is("proof.asking")
	w.uploads()
	w.is("proof.claiming")
	w.says("-等您答复")
	w.works()
	w.says("我收到的是蓝色的。")
	w.records(recourse.ClaimApprovedNow)
	w.chooses(recourse.RemedyReplacement)
	w.records(recourse.ReplacementShipped, "parcel", "LP2", "carrier", "Yanwen", "tracking", "LP2")
	w.ends(recourse.OutcomeReplaced, []string{"已结案", "已补发"}, []string{"已解决", "商品已重新寄出。", "LP2", "-款项"}, "recovery 80.00 CNY requested")
}

// walkMissing lets the buyer choose between goods and money for the one piece of two that was missing.
func walkMissing(w *walker) {
	w.shipped()
	w.tell(recourse.ParcelScanned, `{"parcel":"LP1","status":"delivered"}`)
	w.tell(recourse.ProblemReported, `{"order":"77","problem":"missing_item","lines":[{"line":1,"quantity":1}],"text":"One kite only."}`)
	w.finds()
	w.links()
	w.buys("Your turn", "Please send us a photo or a short video")
	w.uploads()
	w.says("Your claim is with the marketplace")
	w.later(10 * day)
	w.works()
	w.records(recourse.ClaimApprovedNow)
	w.is("proof.buyer_chooses")
	w.buys("Your turn", "You decide: we send the goods again, or you get your money back.")
	w.asks("remedy.chosen 77-1 refund", true)
	w.says("Your claim was approved, and we are settling it with a refund.", "€29.90", "Arranged, not paid yet")
	w.works()
	refund := w.act("refund")
	w.approves(refund)
	w.done(refund)
	w.ends(recourse.OutcomeRefunded, []string{"Closed · Refunded", "€29.90"}, []string{"Settled", "Your money has been paid back.", "€29.90"}, "refund 29.90 EUR done", "recovery 40.00 CNY requested")
}

// walkDamaged asks for a photo, and once more; then the buyer takes their report back.
func walkDamaged(w *walker) {
	w.shipped()
	w.tell(recourse.ProblemReported, `{"order":"77","problem":"damaged_item","text":"La toile est déchirée."}`)
	w.finds()
	w.done(w.act("evidence_request"))
	w.links()
	w.later(3*day + time.Hour)
	w.works()
	w.done(w.act("evidence_request"))
	w.buys("À vous", "La toile est déchirée.")
	w.asks("problem.withdrawn 77-1", true)
	w.ends(recourse.OutcomeWithdrawn, []string{"Clos · Retiré"}, []string{"Réglé", "Vous avez retiré votre signalement. Il ne se passe plus rien.", "-Rembours"})
}

// walkCancelled begins with the buyer, who no longer wants the goods: the purchase is cancelled, then the money goes back.
func walkCancelled(w *walker) {
	w.signs()
	w.goes(w.url + "/orders/77")
	w.links()
	w.buys()
	w.asks("order.cancel_requested", true, "reason", "买错了颜色")
	w.says("您的请求已收到。")
	w.works()
	w.says("买错了颜色")
	w.done(w.act("cancel_purchase"))
	w.records(recourse.PurchaseCancelledNow)
	w.is("repay.paying")
	refund := w.act("refund")
	w.approves(refund)
	w.done(refund)
	w.records(recourse.RecoveryReceivedNow, "amount", "80")
	w.ends(recourse.OutcomeRefunded, []string{"已结案", "已退款"}, []string{"已解决", "款项已退还给您", "59.80"}, "refund 59.80 EUR done", "recovery 80.00 CNY received")
}

// walkAddress asks the buyer for a better address, and has it.
func walkAddress(w *walker) {
	w.tell(recourse.OrderAddressWrong, `{"order":"77","reason":"No such number."}`)
	w.finds()
	w.is("address.asking")
	w.sends(known{"/cases/77-1/note", nil}, "text", "The map ends at 10.")
	w.done(w.act("address_request"))
	w.links()
	w.buys("Your turn", "Please give us the complete one", "-The map ends")
	w.asks("order.address_corrected 77-1", false, "ship_to.street", "2 rue Garibaldi", "ship_to.postcode", "69003")
	w.says("Thank you, we have the new address.")
	w.signs()
	w.goes(w.url + "/cases/77-1")
	w.done(w.act("correct_address"))
	w.ends(recourse.OutcomeCorrected, []string{"Closed · Address corrected", "2 rue Garibaldi"}, []string{"Settled", "The right address is in place. Nothing more is needed.", "-Refund"})
}
