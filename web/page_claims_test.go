package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/account"
)

// claimed says where the shop buys, and gives a supplier a claim window of its own.
func (h *house) claimed(t *testing.T) {
	t.Helper()
	if err := h.desk.PutMarketplace(t.Context(), pageShop, "", "tmall"); err != nil {
		t.Fatal(err)
	}
	w := recourse.ListedWindow{Supplier: "yiwu-lamps", Source: "contract of March", ClaimWindow: recourse.ClaimWindow{From: recourse.WindowFromDelivered, Days: 10, Country: "CN", WarnDays: 3}}
	if err := h.desk.PutWindows(t.Context(), pageShop, []recourse.ListedWindow{w}, "test"); err != nil {
		t.Fatal(err)
	}
}

// chipped is an order that was delivered so many days ago, with a report of damage.
func (h *house) chipped(t *testing.T, order string, days int) {
	t.Helper()
	h.tell(recourse.OrderPlaced, strings.Replace(pageOrder, `"77"`, `"`+order+`"`, 1))
	h.tell(recourse.PurchasePlacedEvent, `{"order": "`+order+`", "purchase": "T-`+order+`", "supplier": "weifang", "cost": "80.00 CNY", "ship_from": "CN"}`)
	h.tell(recourse.ParcelShipped, `{"order": "`+order+`", "purchase": "T-`+order+`", "parcel": "P-`+order+`", "leg": "international"}`)
	h.tell(recourse.ParcelScanned, `{"order": "`+order+`", "parcel": "P-`+order+`", "status": "delivered", "leg": "international"}`)
	h.at.Add(int64(days) * 24 * int64(time.Hour/time.Microsecond))
	h.tell(recourse.ProblemReported, `{"order": "`+order+`", "problem": "damaged_item"}`)
}

// TestClaimsPage: the calendar explains itself while it is empty, shows what ends, follows the rules as they are changed, and
// goes out as files.
func TestClaimsPage(t *testing.T) {
	h := openHouse(t)
	ada := h.enter("Ada", account.Owner)
	_, body := ada.get("/claims")
	wants(t, "empty", body, "No case has a claim window yet", `href="/claims/windows"`)
	h.chipped(t, "91", 6)
	ada = h.enter("Ada Byron", account.Owner) // who was away for days signs in again
	_, body = ada.get("/claims/windows")
	wants(t, "windows", body, "Tmall", "15 days from the delivery", "Please check", "You have none yet", "weifang")
	_, body = ada.post("/claims/windows/marketplace", url.Values{"marketplace": {"tmall"}})
	wants(t, "market", body, "Saved; running cases go by it.", "Tmall · as usual")
	_, body = ada.get("/claims")
	wants(t, "tmall", body, "Still to be filed", "9 days left", "default of Tmall", "CN¥80.00", "/cases/91-1")

	_, body = ada.post("/claims/windows", url.Values{"supplier": {"weifang"}, "days": {"7"}, "from": {"delivered"}, "warn_days": {"2"}, "source": {"https://example.org/terms"}})
	wants(t, "own", body, "The rule was saved", "weifang", "7 days from the delivery", "urgent 2 days before", "example.org")
	_, body = ada.get("/claims")
	wants(t, "shorter", body, "your rule for weifang", "claim-left near")
	_, body = ada.get("/cases/91-1")
	wants(t, "case", body, "The claim can be filed until", "Rule: your rule for weifang: 7 days from the delivery.")
	status, body := ada.post("/claims/windows", url.Values{"supplier": {"weifang"}, "days": {"many"}})
	if wants(t, "wrong", body, "That number of days cannot be right", `value="many"`, `value="weifang"`); status != http.StatusUnprocessableEntity {
		t.Errorf("it is answered with %d", status)
	}
	_, body = ada.get("/claims?supplier=nobody")
	wants(t, "filtered", body, "Nothing waits", "-/cases/91-1")

	_, file := ada.get("/claims/windows.csv")
	wants(t, "file", file, "supplier,marketplace,problem,from,days,country,warn_days,unsure,source,note", "weifang,,,delivered,7,,2,,https://example.org/terms,")
	_, body = ada.post("/claims/windows/remove", url.Values{"supplier": {"weifang"}})
	wants(t, "gone", body, "The rule was removed", "You have none yet")
	_, body = ada.drop("/claims/windows/import", nil, [3]string{"list", "windows.csv", file})
	wants(t, "read again", body, "The rules of the file were saved", "weifang")
	_, body = ada.drop("/claims/windows/import", nil, [3]string{"list", "windows.csv", "supplier,days,from\nA,3,delivered\nB,0,delivered\n"})
	wants(t, "wrong row", body, "notice bad", "windows.csv:3:2", "-<b>A</b>")

	_, file = ada.get("/claims/claims.csv")
	wants(t, "claims", file, "91-1,91,damaged_item,claim,T-91,P-91,weifang,tmall,", "open")
	_, file = ada.get("/claims.ics")
	wants(t, "calendar", file, "BEGIN:VCALENDAR\r\n", "UID:claim-91-1@recourse\r\n", "SUMMARY:Claim window ends: order 91\\, Item damaged\r\n", "BEGIN:VALARM", "-Camille", "-camille")
	h.at.Add(3 * 24 * int64(time.Hour/time.Microsecond))
	vera := h.enter("Vera", account.Viewer)
	_, body = vera.get("/claims")
	wants(t, "missed", body, "Missed in the past year", "Ended on", "CN¥80.00", "Nothing waits")
	if status, _ := vera.post("/claims/windows", url.Values{"days": {"3"}}); status != http.StatusForbidden {
		t.Errorf("a viewer's rule is answered with %d", status)
	}
	_, body = vera.get("/claims/windows")
	wants(t, "viewer", body, "weifang", "-Save the rule")
}
