package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"recourse"
	"recourse/store"
)

const (
	supplied1 = `{"order":"77","channel":"shopify","buyer":{"name":"Camille Durand","email":"camille@example.com","locale":"fr"},"ship_to":{"name":"Camille Durand","street":"8 rue des Lilas","postcode":"69003","city":"Lyon","country":"FR"},` +
		`"lines":[{"line":1,"sku":"KITE-RED","title":"Red kite <b>","quantity":2,"price":"29.90 EUR"},{"line":2,"sku":"LAMP","title":"Paper lamp","quantity":1,"price":"12.00 EUR"}],"paid":"71.80 EUR"}`
	supplied2 = `{"order":"78","channel":"shopify","buyer":{"name":"Bob Martin","email":"bob@example.com"},"lines":[{"line":1,"sku":"FAN","title":"Silk fan","quantity":1,"price":"9.00 EUR"}],"paid":"9.00 EUR"}`
)

// suppliers are two suppliers with a purchase each in one order, and a third purchase at the second.
func (h *house) suppliers() (kites, lamps store.Person) {
	h.t.Helper()
	h.tell(recourse.OrderPlaced, supplied1)
	h.tell(recourse.PurchasePlacedEvent, `{"order":"77","purchase":"K-1","supplier":"Weifang Kites","lines":[{"line":1,"quantity":2}],"cost":"80.00 CNY","ship_by":"2026-03-20T00:00:00Z"}`)
	h.tell(recourse.PurchasePlacedEvent, `{"order":"77","purchase":"L-1","supplier":"Secret Lamps","lines":[{"line":2,"quantity":1}],"cost":"44.00 CNY","ship_by":"2026-03-14T00:00:00Z"}`)
	h.tell(recourse.OrderPlaced, supplied2)
	h.tell(recourse.PurchasePlacedEvent, `{"order":"78","purchase":"L-2","supplier":"Secret Lamps","lines":[{"line":1,"quantity":1}],"cost":"20.00 CNY","ship_by":"2026-03-21T00:00:00Z"}`)
	return h.add(store.Person{Name: "Wang", Email: "wang@kites.example", Role: "supplier", Supplier: "Weifang Kites"}),
		h.add(store.Person{Name: "Li", Email: "li@lamps.example", Role: "supplier", Supplier: "Secret Lamps"})
}

// notTheirs is what no supplier may see.
var notTheirs = []string{"-Camille", "-Durand", "-Lilas", "-Lyon", "-camille@example.com", "-29.90", "-71.80", "-80.00", "-¥", "-CN¥", "-€", "-EUR", "-Bob"}

// TestSupplierPage: a supplier sees its own purchases, and nothing of buyers, money or other suppliers; and answers.
func TestSupplierPage(t *testing.T) {
	h := openHouse(t)
	kites, lamps := h.suppliers()
	wang, li := h.as(kites), h.as(lamps)
	status, body := wang.get("/") // led to its own page
	wants(t, "kites", body, append(notTheirs, "Purchases at Weifang Kites", "K-1", "Red kite &lt;b&gt;", "KITE-RED", "It ships", "-Secret Lamps", "-L-1", "-Paper lamp", "-<b>", "-/find", "-href=\"/people\"")...)
	if status != http.StatusOK {
		t.Errorf("the page is answered with %d", status)
	}
	_, body = li.get("/supplier")
	wants(t, "lamps", body, append(notTheirs, "L-1", "L-2", "Paper lamp", "Silk fan", "-Weifang", "-K-1", "-Red kite")...)
	if late, next := strings.Index(body, ">L-1<"), strings.Index(body, ">L-2<"); late < 0 || next < late {
		t.Error("what is due first does not come first")
	}
	for _, path := range []string{"/cases/77-1", "/orders/77", "/people", "/?supplier=Secret+Lamps", "/api/v1/cases", "/api/v1/orders/77"} {
		status, body := wang.get(path)
		if path == "/?supplier=Secret+Lamps" {
			wants(t, path, body, "Weifang Kites", "-Secret")
		} else if status != http.StatusForbidden {
			t.Errorf("%s is answered with %d", path, status)
		}
	}

	// Of another's purchase a supplier learns nothing and says nothing.
	before := h.version("77")
	for _, event := range []string{"parcel.shipped", "purchase.out_of_stock", "purchase.oversized", "supplier.replied"} {
		status, body := wang.post("/supplier/L-1", url.Values{"event": {event}, "tracking": {"YT1"}, "text": {"x"}, "purchase": {"K-1"}, "order": {"78"}})
		wants(t, "not its own", body, "There is no such purchase.", "-Paper lamp")
		if status != http.StatusNotFound {
			t.Errorf("%s of another's purchase is answered with %d", event, status)
		}
	}
	for _, event := range []string{"order.cancel_requested", "refund.succeeded", "effect.approved", "remedy.chosen", "case.noted", "purchase.cancelled", ""} {
		if status, _ := wang.post("/supplier/K-1", url.Values{"event": {event}, "effect": {"77-1/1"}, "text": {"x"}, "order": {"77"}}); status != http.StatusUnprocessableEntity {
			t.Errorf("%q is answered with %d", event, status)
		}
	}
	if after := h.version("77"); after != before {
		t.Errorf("the order has moved from %d to %d", before, after)
	}
}

// TestSupplierAnswers: each answer is a fact with the name of who gave it.
func TestSupplierAnswers(t *testing.T) {
	h := openHouse(t)
	kites, lamps := h.suppliers()
	wang, li := h.as(kites), h.as(lamps)
	_, body := wang.post("/supplier/K-1", url.Values{"event": {"supplier.replied"}, "text": {"   "}})
	wants(t, "no words", body, "Something is still missing")
	h.tell(recourse.SupplierContacted, `{"purchase":"K-1","text":"When?"}`)
	_, body = wang.get("/supplier")
	wants(t, "asked", body, "The shop waits for your answer. Asked")
	once := regexp.MustCompile(`name="once" value="([^"]*supplier.replied)"`).FindStringSubmatch(body)[1]
	answer := url.Values{"event": {"supplier.replied"}, "text": {"Tomorrow <script>alert(1)</script>"}, "once": {once}}
	_, body = wang.post("/supplier/K-1", answer)
	wants(t, "replied", body, "your answer was sent", "-The shop waits", "-<script>alert")
	before := h.version("77")
	wang.post("/supplier/K-1", answer)
	if after := h.version("77"); after != before {
		t.Error("the same answer sent twice is two")
	}
	_, body = wang.post("/supplier/K-1", url.Values{"event": {"parcel.shipped"}, "tracking": {"YT-9"}, "carrier": {"Yunda"}})
	wants(t, "shipped", body, "recorded as shipped", "Nothing waits for you", "YT-9", "Yunda", "Shipped or settled")
	_, body = li.post("/supplier/L-1", url.Values{"event": {"purchase.out_of_stock"}, "reason": {"sold"}})
	wants(t, "out of stock", body, "Recorded.", "L-2")
	v, err := h.desk.Order(t.Context(), pageShop, "77")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	for _, e := range v.History {
		if e.Event != nil && e.Event.Source == "supplier" {
			told[string(e.Event.Type)] = e.By
		}
	}
	if told["supplier.replied"] != "Wang" || told["parcel.shipped"] != "Wang" || told["purchase.out_of_stock"] != "Li" {
		t.Errorf("the history has %v", told)
	}
	// The parcel of somebody else's order is not moved by naming it.
	if _, body = li.post("/supplier/L-2", url.Values{"event": {"parcel.shipped"}, "tracking": {"YT-9"}}); strings.Contains(body, "Yunda") {
		t.Error("another's parcel is shown")
	}
	if v, err = h.desk.Order(t.Context(), pageShop, "77"); err != nil || v.File.Parcel("YT-9").Purchase != "K-1" {
		t.Errorf("the parcel is %+v, %v", v.File.Parcel("YT-9"), err)
	}
}

func (h *house) version(order string) int64 {
	h.t.Helper()
	v, err := h.desk.Order(h.t.Context(), pageShop, order)
	if err != nil {
		h.t.Fatal(err)
	}
	return v.Version
}

// TestSupplies: on both databases a purchase stands under its supplier, and leaves those that wait when it fails.
func TestSupplies(t *testing.T) {
	databases(t, func(s *shop) {
		s.tell("e1", "order.placed", order1001)
		s.tell("e2", "purchase.placed", `{"order":"1001","purchase":"T1","supplier":"Lamps","lines":[1],"cost":"80.00 CNY","ship_by":"2026-03-05T00:00:00Z"}`)
		look := func(waiting, others int) {
			t.Helper()
			err := s.store.Read(t.Context(), func(tx *store.Tx) error {
				w, err := tx.Supplies("shop", "Lamps", true, 0, 10)
				if err != nil {
					return err
				}
				o, err := tx.Supplies("shop", "Lamps", false, 0, 10)
				if err != nil {
					return err
				}
				known, err := tx.SuppliersKnown("shop", 10)
				if err != nil {
					return err
				}
				if len(w) != waiting || len(o) != others || len(known) != 1 || known[0] != "Lamps" {
					t.Errorf("%+v wait, %+v do not, of %v", w, o, known)
				}
				if order, err := tx.SupplyOf("shop", "Lamps", "T1"); err != nil || order != "1001" {
					t.Errorf("the order is %q, %v", order, err)
				}
				for _, other := range []string{"", "lamps", "Lamps "} {
					if _, err := tx.SupplyOf("shop", other, "T1"); recourse.CodeOf(err) != "purchase_unknown" {
						t.Errorf("%q: %v", other, err)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		look(1, 0)
		s.tell("e3", "purchase.out_of_stock", `{"purchase":"T1"}`)
		look(0, 1)
	})
}
