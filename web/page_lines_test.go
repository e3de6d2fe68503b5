package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"recourse"
	"recourse/account"
)

// addressed makes an order whose address is doubtful and cannot be right.
func (h *house) addressed() string {
	h.tell(recourse.OrderPlaced, `{"order":"90210","buyer":{"name":"Bea Cruz"},"ship_to":{"country":"US","city":"Chicago","region":"CA","postcode":"60647","street":"9 Elm St","phone":"12"},"lines":[{"line":1,"sku":"KITE","title":"Red kite","quantity":1,"price":"29.90 EUR"}]}`)
	return "90210"
}

// TestLinesPage: a list is read with its rejects by row and column, a line is written down, changed in place of one that
// everybody has, and taken away again; goods are tried; a viewer only looks.
func TestLinesPage(t *testing.T) {
	h := openHouse(t)
	ada := h.enter("Ada", account.Owner)
	_, body := ada.drop("/lines/import", nil, [3]string{"list", "lines.csv", "line,name,countries,max_weight_g,prices\nyun,云途,FR DE,2000,1000: 60.00 CNY; 2000: 99.00 CNY\nbad,Bad,FR,heavy,\nyun,Again,FR,1,\n"})
	wants(t, "read", body, "1 lines were kept, 1 of them new; 2 rows were not", "Row 3, column max_weight_g", "Row 4, column line", "云途", "up to 2 kg")
	_, body = ada.drop("/lines/import", nil, [3]string{"list", "x.csv", "a,b\n1,2\n"})
	wants(t, "no list", body, "class=\"notice bad\"")
	_, body = ada.post("/lines", url.Values{"line": {"own"}, "name": {"<Own>"}, "prices": {"500: 62.00 CNY\n1000: 88.00 CNY"}, "refuses": {"battery"}, "no_boxes": {"yes"}, "max_weight_g": {"1000"}})
	wants(t, "written", body, "&lt;Own&gt;", "battery", "No post office boxes", "CN¥62.00")
	for field, value := range map[string]string{"line": "a b", "prices": "cheap", "checked": "yesterday", "countries": "France", "days_from": "3.5"} {
		f := url.Values{"line": {"wrong"}, "name": {"W"}, field: {value}}
		status, body := ada.post("/lines", f)
		if status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", field, status)
		}
		wants(t, field, body, "class=\"notice bad\"", value, "aria-invalid")
	}
	_, body = ada.post("/lines/ems", url.Values{"name": {"EMS here"}, "max_weight_g": {"20000"}})
	wants(t, "changed", body, "EMS here", "up to 20 kg", "in place of the one that everybody has", "/lines/ems/drop")
	_, body = ada.post("/lines/ems/drop", nil)
	wants(t, "dropped", body, "up to 30 kg", "-EMS here")
	if status, _ := ada.post("/lines/ems/drop", nil); status != http.StatusConflict {
		t.Errorf("a line of everybody's is taken away: %d", status)
	}
	if status, _ := ada.get("/lines/none"); status != http.StatusNotFound {
		t.Error(status)
	}
	_, body = ada.get("/lines?pieces=3&weight=0.9kg&size=30x20x10cm&country=fr")
	wants(t, "tried", body, "In 2 parcels by 云途", "CN¥159.00", "2.7 kg, 2 kg at most")
	status, body := ada.get("/lines?weight=heavy")
	wants(t, "tried wrong", body, "heavy", "class=\"notice bad\"")
	if status != http.StatusUnprocessableEntity {
		t.Error(status)
	}
	_, body = ada.get("/lines/lines.csv")
	wants(t, "file", body, "line,name,carrier", "yun,云途", "own,<Own>")
	_, body = h.enter("Vic", account.Viewer).get("/lines")
	wants(t, "viewer", body, "云途", "-/lines/import")
}

// TestOversizedWays: the case of goods that are too big shows how they could go by the merchant's lines, with why not in one
// parcel, and choosing a way leads to the playbook's own choice with the way as its reason.
func TestOversizedWays(t *testing.T) {
	h := openHouse(t)
	ada := h.enter("Ada", account.Owner)
	h.tell(recourse.OrderPlaced, `{"order":"88","buyer":{"name":"Camille Roux","email":"camille@example.com"},"ship_to":{"country":"FR","city":"Lyon","postcode":"69003","street":"12 rue Garibaldi"},"lines":[{"line":1,"sku":"LAMP","title":"Big lamp","quantity":3,"price":"29.90 EUR","weight_g":14000,"size_mm":[300,200,200]},{"line":2,"title":"Shade","quantity":1,"price":"9.90 EUR","weight_g":900}]}`)
	h.tell(recourse.PurchasePlacedEvent, `{"order":"88","purchase":"T-88","supplier":"Lamps","cost":"80.00 CNY"}`)
	h.tell(recourse.PurchaseOversizedNow, `{"purchase":"T-88"}`)
	ada.post("/lines/ems", url.Values{"name": {"EMS"}, "max_weight_g": {"30000"}, "prices": {"30000: 200.00 CNY"}})
	_, body := ada.get("/cases/88-1")
	wants(t, "ways", body, "In 2 parcels by EMS", "42.9 kg, 30 kg at most", "2 × Big lamp", "In one parcel by Express courier", "price not known", "The size of Shade is not known", "Lines that do not do", "Change the order so", "Or give the money back")
	action, form := formWith(t, body, "adjustment", "In 2 parcels by EMS")
	_, body = ada.post(action, form)
	wants(t, "preview", body, "In 2 parcels by EMS", "confirm")
	form.Del("step")
	ada.post(action, form)
	v, err := h.desk.Case(t.Context(), pageShop, "88-1")
	if err != nil || v.File.Case("88-1").State != "fit.adjusting" {
		t.Fatalf("%s %v", v.File.Case("88-1").State, err)
	}
	reason := ""
	for _, e := range v.History {
		if e.Event != nil && e.Event.Type == recourse.RemedyChosen {
			reason = e.Event.Reason
		}
	}
	if !strings.HasPrefix(reason, "In 2 parcels by EMS; Parcel 1: 2 × Big lamp") {
		t.Errorf("the reason is %q", reason)
	}
}

// TestOrderAddress: an address that cannot be right is shown on the order with what to do, before anything is bought, and opens
// its case.
func TestOrderAddress(t *testing.T) {
	h := openHouse(t)
	ada := h.enter("Ada", account.Owner)
	_, body := ada.get("/orders/" + h.addressed())
	wants(t, "order", body, "Cannot be right", "does not lie in California", "Nothing is bought yet", "Look again", "Telephone", "90210-1")
	h.tell(recourse.OrderPlaced, pageOrder)
	_, body = ada.get("/orders/77")
	wants(t, "fine", body, "-Cannot be right")
}
