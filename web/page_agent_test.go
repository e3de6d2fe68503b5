package web_test

import (
	"net/http"
	"strings"
	"testing"

	"recourse"
	"recourse/account"
	"recourse/store"
)

// TestAgentFiles: a claim's dossier and the file of reorders are given to who may have them, with nobody on the way to keep
// them; what is wrong is said first, without a file.
func TestAgentFiles(t *testing.T) {
	h := openHouse(t)
	owner, viewer := h.enter("Inès", account.Owner), h.enter("Vera", account.Viewer)
	order := func(id, phone string) {
		h.tell(recourse.OrderPlaced, `{"order":"`+id+`","buyer":{"name":"Ada Byron"},"ship_to":{"country":"FR","city":"Lyon","postcode":"69003","street":"12 rue Garibaldi","phone":"`+phone+`"},
			"lines":[{"line":1,"sku":"KITE","product":"77","title":"Kite","quantity":1,"price":"10.00 EUR"}]}`)
		h.tell(recourse.PurchasePlacedEvent, `{"order":"`+id+`","purchase":"T-`+id+`","lines":[1],"cost":"20.00 CNY"}`)
		h.tell(recourse.PurchaseOutOfStockNow, `{"order":"`+id+`","purchase":"T-`+id+`"}`)
		h.tell(recourse.OffersFound, `{"order":"`+id+`","case":"`+id+`-1","offers":[{"supplier":"Other","price":"15.00 CNY","stock":5,"lead_days":3,"same":true}]}`)
		h.tell(recourse.RemedyChosen, `{"order":"`+id+`","case":"`+id+`-1","remedy":"reorder","by":"buyer"}`)
	}
	order("1", "+33612345678")
	order("2", "none")
	if err := h.desk.Store().Write(t.Context(), func(tx *store.Tx) error {
		return tx.PutConnection(&store.Connection{Connection: recourse.Connection{Merchant: pageShop, ID: "dsers", Kind: "dsers", Name: "DSers", Status: recourse.ConnectionActive, Settings: map[string]string{"language": "zh"}}})
	}); err != nil {
		t.Fatal(err)
	}
	status, body := owner.get("/cases/1-1/reorder.csv")
	if status != http.StatusOK || !strings.Contains(body, "Order number,Date,Country") || !strings.Contains(body, ",77,KITE,1,") {
		t.Errorf("%d %s", status, body)
	}
	status, body = owner.get("/reorders.csv")
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, "Mobile no") || strings.Contains(body, "Garibaldi") || !strings.Contains(body, "/reorders.csv?skip=1") {
		t.Errorf("%d %s", status, body)
	}
	if status, body = owner.get("/reorders.csv?skip=1"); status != http.StatusOK || strings.Count(body, "\n") != 2 {
		t.Errorf("%d %s", status, body)
	}
	if status, _ = owner.get("/cases/9-1/reorder.csv"); status != http.StatusNotFound {
		t.Errorf("%d for a case that there is not", status)
	}
	status, body = owner.get("/cases/1-1/dossier.pdf")
	if status != http.StatusOK || !strings.HasPrefix(body, "%PDF-1") || !strings.Contains(body, "/Lang (zh)") {
		t.Errorf("%d %.200q", status, body)
	}
	if status, _ = owner.get("/cases/9-1/dossier.pdf"); status != http.StatusNotFound {
		t.Errorf("%d for a case that there is not", status)
	}
	if status, _ = viewer.get("/cases/1-1/reorder.csv"); status != http.StatusForbidden {
		t.Errorf("%d for a viewer", status)
	}
	// The request stands on the page, in the agent's language, to be copied.
	if _, body = owner.get("/cases/1-1"); !strings.Contains(body, "请追回采购单 T-1 的货款") || !strings.Contains(body, "Copy the request") || !strings.Contains(body, "/cases/1-1/reorder.csv") || !strings.Contains(body, "我方案件编号：1-1") {
		t.Error("the request is not on the page")
	}
}
