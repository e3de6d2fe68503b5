package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/account"
	"recourse/insight"

	"github.com/xuri/excelize/v2"
)

// TestInsightsPage shows the figures of a case as it goes on: opened, refunded, recovered; and that what names it is text and
// nothing else.
func TestInsightsPage(t *testing.T) {
	h := openHouse(t)
	ada := h.enter("Ada", account.Owner)
	_, page := ada.get("/insights")
	wants(t, "a new shop", page, "Your figures will stand here", "-<svg class=\"ins-chart\"", "-NaN")
	h.sad()
	_, page = ada.get("/insights")
	wants(t, "a case", page, "Cases opened", `<title id="ins-opened-t">Opened per week</title>`, "Out of stock", "Hangzhou &lt;Kites&gt; &amp; Co", "-Hangzhou <Kites>", "Still awaited", "CN¥80.00", "-style=")
	_, queue := ada.get("/cases/77-1")
	action, form := formWith(t, queue, "effect.approved")
	form.Del("step")
	ada.post(action, form)
	for _, data := range []string{`{"order":"77","case":"77-1"}`} {
		h.tell(recourse.RefundSentNow, data)
		h.tell(recourse.RefundSucceeded, data)
	}
	h.tell(recourse.RecoveryReceivedNow, `{"order":"77","case":"77-1","amount":"30.00 CNY"}`)
	_, page = ada.get("/insights?range=30d&country=FR")
	wants(t, "paid", page, "€59.80", "CN¥30.00", "CN¥50.00")
	_, page = ada.get("/insights?range=30d&situation=customs_hold")
	wants(t, "another situation", page, "-€59.80", "Clear filters")
	for address, want := range map[string]string{
		"/insights?from=2031-01-01&to=2031-02-01": "That is still to come", "/insights?from=2020-01-01&to=2020-02-01": "Nothing in this period",
		"/insights?supplier=%22%3E%3Cscript%3Ealert(1)%3C/script%3E": "&lt;script&gt;alert(1)", "/insights?channel=" + strings.Repeat("x", 3000): "Clear filters",
	} {
		if status, page := ada.get(address); status != http.StatusOK || !strings.Contains(page, want) || strings.Contains(page, "<script>alert") {
			t.Errorf("%.80s: %d, %q is there: %v", address, status, want, strings.Contains(page, want))
		}
	}
	if status, page := ada.get("/insights?from=soon&to=later"); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Those dates could not be read") {
		t.Errorf("dates that are none: %d", status)
	}
}

// TestInsightsOnTheEdge: what happened at the shop's midnight belongs to the day that begins.
func TestInsightsOnTheEdge(t *testing.T) {
	h := openHouse(t)
	paris := time.FixedZone("CET", 3600)
	var facts []insight.Weighed
	for i, at := range []time.Time{time.Date(2026, 3, 1, 23, 59, 59, 0, paris), time.Date(2026, 3, 2, 0, 0, 0, 0, paris), time.Date(2026, 3, 8, 23, 59, 59, 0, paris), time.Date(2026, 3, 9, 0, 0, 0, 0, paris)} {
		facts = append(facts, insight.Weighed{Fact: insight.Fact{Kind: insight.Opened, At: at.Unix(), Situation: "late_shipment", N: int64(i)}, Weight: 1})
	}
	h.figures(facts)
	_, file := h.enter("Ada", account.Owner).get("/insights/opened.csv?from=2026-01-01&to=2026-03-31")
	for _, want := range []string{"2026-02-23,1,1", "2026-03-02,2,2", "2026-03-09,1,1"} {
		if !strings.Contains(file, want) {
			t.Errorf("no line %s: %s", want, file)
		}
	}
}

// TestInsightsFiles opens what is offered to take away.
func TestInsightsFiles(t *testing.T) {
	h := openHouse(t)
	h.tell(recourse.OrderPlaced, strings.Replace(pageOrder, `"shopify"`, `"=cmd|' /C calc'!A0"`, 1))
	h.tell(recourse.PurchasePlacedEvent, `{"order":"77","purchase":"T-77","supplier":"=1+1","cost":"80.00 CNY","ship_by":"2026-03-20T00:00:00Z"}`)
	h.tell(recourse.PurchaseOutOfStockNow, `{"purchase":"T-77"}`)
	ada := h.enter("Ada", account.Viewer)
	_, page := ada.get("/insights")
	for _, name := range []string{"opened", "settled", "times", "answers", "money", "suppliers", "replies", "countries", "buyers", "cases"} {
		wants(t, name, page, `href="/insights/`+name+`.csv"`, `href="/insights/`+name+`.xlsx"`)
		status, file := ada.get("/insights/" + name + ".csv")
		if status != http.StatusOK || !strings.HasPrefix(file, "\ufeff") || strings.Contains(file, "\n=") || strings.Contains(file, ",=") {
			t.Errorf("%s.csv: %d %.200s", name, status, file)
		}
		status, file = ada.get("/insights/" + name + ".xlsx")
		book, err := excelize.OpenReader(strings.NewReader(file))
		if err != nil || status != http.StatusOK {
			t.Fatalf("%s.xlsx: %d %v", name, status, err)
		}
		rows, err := book.GetRows(book.GetSheetList()[0])
		if err != nil || len(rows) == 0 {
			t.Errorf("%s.xlsx: %v", name, err)
		}
		book.Close()
	}
	_, file := ada.get("/insights/cases.csv")
	wants(t, "cases", file, "77-1,77,Out of stock", "'=1+1", "'=cmd", "59.8,EUR")
	for _, none := range []string{"/insights/nothing.csv", "/insights/cases.exe", "/insights/cases", "/insights/money.csv.exe"} {
		if status, _ := ada.get(none); status != http.StatusNotFound {
			t.Errorf("%s: %d", none, status)
		}
	}
}

// TestInsightsRoles: whoever may read may see the figures; who may not, and who shows nothing, sees none.
func TestInsightsRoles(t *testing.T) {
	h := openHouse(t)
	h.sad()
	for _, r := range account.Roles {
		for _, path := range []string{"/insights", "/insights/money.csv", "/insights/cases.xlsx"} {
			status, page := h.enter("Somebody", r).get(path)
			if (status == http.StatusOK) != r.May(account.Read) {
				t.Errorf("%s as %s: %d", path, r, status)
			}
			if !r.May(account.Read) && strings.Contains(page, "59") {
				t.Errorf("%s tells %s of money", path, r)
			}
		}
	}
	nobody := &person{house: h, client: &http.Client{}, lang: "en"}
	if _, page := nobody.get("/insights/cases.csv"); strings.Contains(page, "77-1") {
		t.Error("a case is shown to nobody")
	}
}

// TestInsightsAPI answers with the figures of the page, as its document says, on both databases.
func TestInsightsAPI(t *testing.T) {
	databases(t, func(s *shop) {
		s.outOfStock()
		for _, c := range []scenario{
			{name: "insights", path: "/api/v1/insights", status: 200, contains: []string{`"opened":{"now":1,"before":0}`, `"situation":"out_of_stock","cases":1`, `"awaited":"80.00 CNY"`, `"supplier":"Lamps","purchases":1,"troubled":1`, `"unusual":[]`}},
			{name: "of before", path: "/api/v1/insights?from=2020-01-01&to=2020-12-31", status: 200, contains: []string{`"opened":{"now":0,"before":0}`, `"money":[]`}},
			{name: "filtered", path: "/api/v1/insights?country=DE", status: 200, contains: []string{`"opened":{"now":0,`}},
			{name: "no day", path: "/api/v1/insights?from=soon&to=later", status: 400, contains: []string{`\"soon\" is not a day`}},
			{name: "no range", path: "/api/v1/insights?range=ever", status: 400},
			{name: "no parameter", path: "/api/v1/insights?supplyer=x", status: 400, contains: []string{"supplier"}},
		} {
			c.method = "GET"
			c.run(s)
		}
	})
}
