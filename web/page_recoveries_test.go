package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"recourse"
	"recourse/account"
	"recourse/store"
)

// recoveryForm are the hidden fields of the form of a recovery that does something.
func recoveryForm(t *testing.T, body, do string) url.Values {
	t.Helper()
	_, rest, found := strings.Cut(body, `name="do" value="`+do+`"`)
	if !found {
		t.Fatalf("there is no form that does %s", do)
	}
	form := url.Values{"do": {do}}
	rest, _, _ = strings.Cut(rest, "</form>")
	for _, m := range regexp.MustCompile(`type="hidden" name="([a-z]+)" value="([^"]*)"`).FindAllStringSubmatch(rest, -1) {
		form.Set(m[1], m[2])
	}
	return form
}

// TestRecoveriesPage: a recovery is shown with its age and the rule by which it is chased; it is chased, comes in parts, and is written
// off with a reason alone; each wrong way is said, and viewers act not at all.
func TestRecoveriesPage(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Owner)
	_, body := ada.get("/recoveries")
	wants(t, "page", body, "CN¥80.00", "0–7 days", "Hangzhou &lt;Kites&gt; &amp; Co", "not yet", "Chase money every 7 days (recovery.chase_every)", "Chase now", "Write off")
	_, body = h.enter("Vera", account.Viewer).get("/recoveries")
	wants(t, "viewer", body, "CN¥80.00", "-Chase now")
	_, body = ada.get("/recoveries?supplier=Nobody")
	wants(t, "of another supplier", body, "Nothing is awaited")

	_, body = ada.get("/recoveries")
	chase := recoveryForm(t, body, "chase")
	_, after := ada.post("/recoveries/act", chase)
	wants(t, "chased", after, "The agent is reminded", "(1 in all)")
	_, again := ada.post("/recoveries/act", chase)
	wants(t, "chased twice by one form", again, "(1 in all)")
	_, letters := ada.get("/cases/77-1")
	wants(t, "the letter", letters, "to recover CN¥80.00 for purchase")

	refuse := func(name string, form url.Values, status int, say string) {
		t.Helper()
		got, body := ada.post("/recoveries/act", form)
		wants(t, name, body, "notice bad", say)
		if got != status {
			t.Errorf("%s is answered with %d", name, got)
		}
	}
	_, body = ada.get("/recoveries")
	came := recoveryForm(t, body, "received")
	for _, bad := range []string{"", "-5", "0", "abc", "1.234", "99999999999999999999"} {
		came.Set("amount", bad)
		refuse("the amount "+bad, came, http.StatusUnprocessableEntity, "amount")
	}
	off := recoveryForm(t, body, "write_off")
	refuse("without a reason", off, http.StatusUnprocessableEntity, "with a reason")
	refuse("something else", url.Values{"do": {"burn"}, "recovery": {off.Get("recovery")}}, http.StatusUnprocessableEntity, "")
	refuse("a recovery that is none", url.Values{"do": {"denied"}, "recovery": {"77-1/99"}}, http.StatusNotFound, "not awaited any more")

	came.Set("amount", "30")
	_, body = ada.post("/recoveries/act", came)
	wants(t, "a part", body, "The money is recorded", "CN¥50.00", "CN¥30.00 of CN¥80.00 came")
	off = recoveryForm(t, body, "write_off")
	off.Set("reason", "the shop has closed")
	_, body = ada.post("/recoveries/act", off)
	wants(t, "written off", body, "Written off", "Nothing is awaited")
	refuse("late", recoveryForm(t, again, "denied"), http.StatusNotFound, "not awaited any more")
}

// TestRecoveriesChased: after a week the playbook chases by itself, and the page and the API say so; the file has it, too.
func TestRecoveriesChased(t *testing.T) {
	h := openHouse(t)
	h.sad()
	h.at.Store(pageNow.AddDate(0, 0, 9).UnixMicro())
	if _, err := h.desk.Drain(t.Context(), allShards()); err != nil {
		t.Fatal(err)
	}
	ada := h.enter("Ada", account.Owner)
	_, body := ada.get("/recoveries")
	wants(t, "chased", body, "8–30 days", "(1 in all)", "you are asked:")
	_, file := ada.get("/recoveries/recoveries.csv")
	wants(t, "file", file, "recovery.chase_every", "8–30 days", "80")
	if status, xlsx := ada.get("/recoveries/recoveries.xlsx"); status != http.StatusOK || !strings.HasPrefix(xlsx, "PK") {
		t.Errorf("the workbook is %d", status)
	}
	if status, _ := ada.get("/recoveries/others.csv"); status != http.StatusNotFound {
		t.Errorf("a file that is none is answered with %d", status)
	}
}

// TestUnknownRecovery: a claim whose amount nobody knows is counted, in no sum, and settled like another.
func TestUnknownRecovery(t *testing.T) {
	h := openHouse(t)
	h.tell(recourse.OrderPlaced, `{"order":"78","lines":[{"line":1,"sku":"KITE","title":"Kite","quantity":1,"price":"30.00 EUR"}]}`)
	h.tell(recourse.PurchasePlacedEvent, `{"order":"78","purchase":"T-78","supplier":"Nowhere","lines":[1]}`)
	h.tell(recourse.PurchaseOutOfStockNow, `{"order":"78","purchase":"T-78"}`)
	ada := h.enter("Ada", account.Owner)
	_, body := ada.get("/recoveries")
	wants(t, "page", body, "amount unknown: 1", "T-78")
	_, body = ada.get("/money")
	wants(t, "money", body, "Claims of unknown amount", "amount unknown: 1", "-XXX")
	_, body = ada.get("/money/postings.csv")
	wants(t, "postings", body, "Claims of unknown amount", "-XXX")
	_, body = ada.get("/orders/78")
	wants(t, "order", body, "Claims of unknown amount", "asked back", "-XXX")
	_, body = ada.get("/recoveries")
	came := recoveryForm(t, body, "received")
	came.Set("amount", "12.50 USD")
	_, body = ada.post("/recoveries/act", came)
	wants(t, "came", body, "Nothing is awaited")
	_, body = ada.get("/money")
	wants(t, "after", body, "-Claims of unknown amount")
}

// TestMoneySettings: the home currency is set by an owner, is one that there is, and the page of money converts by it with the rate of
// each posting's day.
func TestMoneySettings(t *testing.T) {
	h := openHouse(t)
	h.sad()
	ada := h.enter("Ada", account.Owner)
	status, body := ada.post("/money/settings", url.Values{"home": {"EURO"}, "bank_lang": {"fr"}})
	wants(t, "no currency", body, "notice bad", `value="EURO"`)
	if status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong currency is answered with %d", status)
	}
	_, body = ada.post("/money/settings", url.Values{"home": {"EUR"}, "bank_lang": {"xx"}})
	wants(t, "no language", body, "no words in this language")
	_, body = ada.post("/money/settings", url.Values{"home": {"eur"}, "bank_lang": {"fr"}})
	wants(t, "set", body, "Saved", `value="EUR"`, "Changed by Ada")
	ada.drop("/rates", url.Values{"text": {"2026-03-13,EUR,CNY,8"}}) // the other way round serves as well
	_, body = ada.get("/money")
	wants(t, "money", body, "CNY to EUR at 0.125", "Net loss in EUR", "<svg class=\"ins-chart\"", `href="/money/behind?by=situation&amp;currency=CNY`)
	_, body = ada.get("/money/behind?by=situation&name=out_of_stock&currency=CNY")
	wants(t, "behind", body, "77-1", "0.125", "10.00", "Owed by suppliers")
	_, body = ada.get("/money/behind.csv?by=situation&name=out_of_stock&currency=CNY")
	wants(t, "behind file", body, "77-1", "0.125")
	for _, bad := range []string{"/money/behind?by=moon", "/money/behind?by=month&name=never", "/money/behind?by=month&name=2026-03&from=x"} {
		if status, _ := ada.get(bad); status != http.StatusUnprocessableEntity {
			t.Errorf("%s is answered with %d", bad, status)
		}
	}
	for _, by := range []string{"month", "situation", "supplier", "channel"} {
		if _, file := ada.get("/money/losses-" + by + ".csv"); !strings.Contains(file, "Net loss in EUR") {
			t.Errorf("the losses by %s: %.200s", by, file)
		}
	}
}

// allShards are all of them.
func allShards() []int {
	all := make([]int, store.Shards)
	for i := range all {
		all[i] = i
	}
	return all
}
