package text

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse"
)

var update = flag.Bool("update", false, "write the golden files anew")

// china is where the days of the story are counted.
var china = time.FixedZone("", 8*3600)

func day(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 10, 0, 0, 0, china)
}

// story is one order with all that may befall it: two lines, bought in one purchase that is late, in one parcel.
func story() *recourse.OrderFile {
	return &recourse.OrderFile{
		Order: recourse.Order{
			ID: "1001", Buyer: &recourse.Buyer{Name: "Camille Martin", Email: "camille@example.com", Locale: "fr-FR"},
			Lines: []recourse.Line{
				{Line: 1, SKU: "LAMP-BL", Title: "Desk lamp, blue", Quantity: 2, Price: recourse.Money{Minor: 2990, Currency: "EUR"}},
				{Line: 2, SKU: "MUG-RD", Title: "Red mug", Quantity: 1, Price: recourse.Money{Minor: 1200, Currency: "EUR"}},
			},
		},
		Purchases: []recourse.Purchase{{
			ID: "TM-5500123", Supplier: "明亮灯具旗舰店", Lines: []recourse.Pieces{{Line: 1, Quantity: 2}}, Cost: recourse.Money{Minor: 8000, Currency: "CNY"},
			ShipBy: day(time.March, 4), Status: recourse.PurchasePlaced, PlacedAt: day(time.March, 1),
		}},
		Parcels: []recourse.Parcel{{
			ID: "LP00123456CN", Purchase: "TM-5500123", Carrier: "Yanwen", Tracking: "LP00123456CN", Leg: recourse.International,
			Status: recourse.InTransit, ShippedAt: day(time.March, 5), ScannedAt: day(time.March, 9),
			Customs: &recourse.Customs{Asks: "commercial invoice", By: "2026-03-20", WhoPays: "buyer"},
		}},
		Cases: []*recourse.Case{{
			ID: "1001-1", Situation: "damaged_item", Status: recourse.Open, Run: recourse.Run{State: "x", EnteredAt: day(time.March, 6), Step: 2},
			Lines: []recourse.Pieces{{Line: 1, Quantity: 2}}, Purchase: "TM-5500123", OpenedAt: day(time.March, 6),
			ClaimAt: day(time.March, 9), VerdictAt: day(time.April, 1), EventDue: day(time.April, 10),
		}},
	}
}

// variables are what the playbooks give each message.
var variables = map[string][]recourse.Arg{
	"written":             {{Name: "text", Text: "Thank you for your patience.\n\nYour parcel <left> & will be there on Friday."}},
	"claim_filed":         {{Name: "earliest", Text: "10 business days CN", At: day(time.March, 20)}, {Name: "latest", Text: "30 business days CN", At: day(time.April, 20)}},
	"claim_approved":      {{Name: "latest", Text: "15 business days CN", At: day(time.March, 27)}},
	"evidence_request":    {{Name: "latest", Text: "14 days", At: day(time.March, 20)}},
	"not_received_check":  {{Name: "latest", Text: "7 days", At: day(time.March, 26)}},
	"returned_parcel":     {{Name: "latest", Text: "7 days", At: day(time.March, 26)}},
	"return_instructions": {{Name: "latest", Text: "21 days", At: day(time.April, 9)}},
	"window_closing":      {{Name: "window", Text: "15 days", At: day(time.April, 9)}},
	"offer":               {{Name: "latest", Text: "3 days", At: day(time.March, 9)}},
}

// variant is one way in which the facts of the story differ, for a message that looks at them.
type variant struct {
	name   string
	change func(f *recourse.OrderFile, e *recourse.Effect)
}

func requested(f *recourse.OrderFile, _ *recourse.Effect) {
	f.Refunds = []recourse.Refund{{ID: "r", Case: "1001-1", Amount: recourse.Money{Minor: 5980, Currency: "EUR"}, Status: recourse.RefundRequested}}
}

func asked(f *recourse.OrderFile, _ *recourse.Effect) {
	f.Cases[0].Asks = []recourse.Question{{Of: recourse.PartyBuyer, Question: "offer", Choices: []string{"reorder", "refund"}, Due: day(time.March, 9)}}
}

func offers(same ...bool) func(*recourse.OrderFile, *recourse.Effect) {
	return func(f *recourse.OrderFile, _ *recourse.Effect) {
		for _, s := range same {
			f.Cases[0].Offers = append(f.Cases[0].Offers, recourse.Offer{Supplier: "x", Same: s})
		}
	}
}

func unshipped(f *recourse.OrderFile, _ *recourse.Effect) { f.Parcels = nil }

func status(s recourse.ParcelStatus) func(*recourse.OrderFile, *recourse.Effect) {
	return func(f *recourse.OrderFile, _ *recourse.Effect) {
		f.Parcels[0].Status, f.Parcels[0].StatusAt = s, day(time.March, 19)
	}
}

func delivered(f *recourse.OrderFile, e *recourse.Effect) { status(recourse.Delivered)(f, e) }

func both(changes ...func(*recourse.OrderFile, *recourse.Effect)) func(*recourse.OrderFile, *recourse.Effect) {
	return func(f *recourse.OrderFile, e *recourse.Effect) {
		for _, change := range changes {
			change(f, e)
		}
	}
}

func to(party recourse.Party) func(*recourse.OrderFile, *recourse.Effect) {
	return func(_ *recourse.OrderFile, e *recourse.Effect) { e.To = party }
}

func situation(s recourse.Situation) func(*recourse.OrderFile, *recourse.Effect) {
	return func(f *recourse.OrderFile, _ *recourse.Effect) { f.Cases[0].Situation = s }
}

// request makes the effect an act that the agent is asked for.
func request(kind recourse.EffectKind) func(*recourse.OrderFile, *recourse.Effect) {
	return func(f *recourse.OrderFile, e *recourse.Effect) {
		e.Kind, e.To, e.Template, e.Purchase = kind, "", "", "TM-5500123"
		if kind == recourse.EffectRecovery || kind == recourse.EffectWithdrawRecovery {
			e.Amount = recourse.Money{Minor: 8000, Currency: "CNY"}
		}
		if kind == recourse.EffectCorrectAddress {
			f.Order.ShipTo = &recourse.Address{Country: "FR", City: "Paris", Postcode: "75020", Street: "12 rue des Lilas", Name: "Camille Martin", Phone: "+33 6 12 34 56 78", TaxID: "not here"}
		}
	}
}

// reminded makes the effect a reminder of a recovery that was asked for a week before.
func reminded(f *recourse.OrderFile, e *recourse.Effect) {
	f.Recoveries = []recourse.Recovery{{ID: "1001-1/3", Case: "1001-1", Purchase: "TM-5500123", Run: recourse.Run{PathAt: day(time.March, 6)}}}
	e.ID, e.At = "1001-1/3.2", day(time.March, 13)
}

// later makes the effect a reminder in the state that asked.
func later(_ *recourse.OrderFile, e *recourse.Effect) { e.At = day(time.March, 9) }

func paidBy(who string) func(*recourse.OrderFile, *recourse.Effect) {
	return func(f *recourse.OrderFile, _ *recourse.Effect) { f.Parcels[0].Customs.WhoPays = who }
}

// variants are the facts under which each message is read. A message that is not listed is read once.
var variants = map[string][]variant{
	"delay_notice": {{"two days late", unshipped}},
	"out_of_stock": {
		{"a refund is requested, others are looked for", both(unshipped, requested, func(f *recourse.OrderFile, _ *recourse.Effect) { f.Cases[0].Searching = true })},
		{"others are looked for first", unshipped},
		{"the buyer is asked", both(unshipped, asked)},
		{"given up because it was late, a refund is requested", both(unshipped, requested, func(f *recourse.OrderFile, _ *recourse.Effect) {
			f.Purchases[0].Status = recourse.PurchaseGivenUp
		})},
	},
	"offer":        {{"a similar item", offers(false)}, {"the same item", offers(true)}, {"either", offers(true, false)}},
	"bought_again": {{"a similar item", offers(false)}, {"the same item", offers(true)}},
	"oversized":    {{"a refund is requested", both(unshipped, requested)}},
	"refund_done":  {{"paid", requested}},
	"customs_buyer": {
		{"the buyer pays", paidBy("buyer")}, {"the merchant pays", paidBy("merchant")}, {"somebody else pays", paidBy("DHL")},
		{"nothing is known", func(f *recourse.OrderFile, _ *recourse.Effect) { f.Parcels[0].Customs = nil }},
	},
	"evidence_request": {{"first", nil}, {"again", func(_ *recourse.OrderFile, e *recourse.Effect) { e.At = day(time.March, 9) }}},
	"claim_approved":   {{"the merchant chooses", nil}, {"the buyer chooses", asked}},
	"claim_denied": {
		{"a reason was given", func(_ *recourse.OrderFile, e *recourse.Effect) {
			e.Variables = []recourse.Arg{{Name: "reason", Text: "照片不清楚"}}
		}},
		{"none was", nil},
	},
	"not_possible": {
		{"cancelled, on its way", situation("order_cancelled")}, {"cancelled, delivered", both(situation("order_cancelled"), delivered)},
		{"cancelled, the supplier refuses", both(situation("order_cancelled"), unshipped)}, {"wrong address, on its way", situation("wrong_address")},
	},
	"address_request": {{"before it ships", unshipped}, {"stopped on its way", func(f *recourse.OrderFile, _ *recourse.Effect) {
		f.Cases[0].Interception = recourse.InterceptionSucceeded
	}}},
	"expedite":                     {{"two days late", both(unshipped, to(recourse.PartySupplier))}},
	"request_cancel_purchase":      {{"asked", both(unshipped, request(recourse.EffectCancelPurchase))}},
	"request_recovery":             {{"asked", both(unshipped, situation("out_of_stock"), request(recourse.EffectRecovery))}},
	"request_withdraw_recovery":    {{"withdrawn", both(situation("late_shipment"), request(recourse.EffectWithdrawRecovery))}},
	"request_correct_address":      {{"asked", both(unshipped, situation("wrong_address"), request(recourse.EffectCorrectAddress))}},
	"request_intercept":            {{"asked", both(situation("order_cancelled"), request(recourse.EffectIntercept))}},
	"request_claim":                {{"delivered", both(delivered, request(recourse.EffectClaim))}},
	"request_replacement":          {{"approved", both(delivered, request(recourse.EffectReplacement))}},
	"request_withdraw_replacement": {{"withdrawn", both(situation("lost_in_transit"), request(recourse.EffectWithdrawReplacement))}},
	"recovery_chase": {{"chased", both(to(recourse.PartyAgent), reminded, func(_ *recourse.OrderFile, e *recourse.Effect) {
		e.Amount = recourse.Money{Minor: 8000, Currency: "CNY"}
	})}},
	"cancel_chase":         {{"chased", both(unshipped, later, to(recourse.PartyAgent))}},
	"intercept_chase":      {{"chased", both(later, to(recourse.PartyAgent))}},
	"verification_overdue": {{"to the agent", to(recourse.PartyAgent)}, {"to the merchant", to(recourse.PartyMerchant)}},
	"written":              {{"to the buyer", nil}, {"to the supplier", to(recourse.PartySupplier)}},
	"resolution_overdue":   {{"to the agent", to(recourse.PartyAgent)}, {"to the merchant", to(recourse.PartyMerchant)}},
	"customs_clearance":    {{"held", to(recourse.PartyMerchant)}},
	"transit_delay": {
		{"silent", situation("lost_in_transit")}, {"lost", both(situation("lost_in_transit"), status(recourse.Lost))},
		{"asked about on its way", situation("not_received")}, {"asked about before it shipped", both(situation("not_received"), unshipped)},
	},
	"parcel_found":        {{"moving", nil}, {"delivered", delivered}},
	"not_received_check":  {{"delivered, says the carrier", delivered}},
	"returned_parcel":     {{"the buyer is asked", both(status(recourse.Returning), asked)}, {"the buyer has answered", status(recourse.Returned)}},
	"return_instructions": {{"with an address", delivered}, {"before it arrived", nil}},
	"return_received":     {{"a refund is requested", requested}},
	"trace_request":       {{"silent", to(recourse.PartyCarrier)}, {"delivered, says the carrier", both(delivered, to(recourse.PartyCarrier))}},
	"trace_chase":         {{"chased", to(recourse.PartyCarrier)}},
	"dispute_answer":      {{"delivered", both(delivered, requested, to(recourse.PartyMerchant))}, {"not shipped", both(unshipped, to(recourse.PartyMerchant))}},
	"window_closing":      {{"to the agent", both(delivered, to(recourse.PartyAgent))}, {"to the merchant", both(delivered, to(recourse.PartyMerchant))}},
	"customs_released":    {{"released", to(recourse.PartyMerchant)}, {"delivered", both(delivered, to(recourse.PartyMerchant))}},
}

// letters writes a message under each of its variants.
func letters(t *testing.T, l *Language, template string) string {
	t.Helper()
	list := variants[template]
	if list == nil {
		list = []variant{{"as it is", nil}}
	}
	var b strings.Builder
	for _, v := range list {
		file := story()
		e := recourse.Effect{Kind: recourse.EffectMessage, Case: "1001-1", Step: 2, At: day(time.March, 6), To: recourse.PartyBuyer, Template: template,
			Lines: []recourse.Pieces{{Line: 1, Quantity: 2}}, Variables: variables[template]}
		if v.change != nil {
			v.change(file, &e)
		}
		d := NewData(file, e)
		d.Shop = "Lumen & Cie"
		d.ReturnTo = "Lumen & Cie, 12 rue des Lilas, 75020 Paris, France"
		if Request(e.Kind) != "" {
			d.AnswerBy, d.Attached = day(time.March, 13), e.Kind == recourse.EffectClaim
		}
		if d.To == "buyer" {
			d.Link = "https://shop.example/c/7Hq2"
		}
		subject, body, err := l.Message(template, d)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "=== %s\n%s\n\n%s\n", v.name, subject, body)
	}
	return b.String()
}

// TestLetters compares every message in every language with what a person has read and found good.
func TestLetters(t *testing.T) {
	for _, lang := range Builtin().Languages() {
		for _, template := range Templates() {
			t.Run(string(lang)+"/"+template, func(t *testing.T) {
				golden(t, filepath.Join("testdata", string(lang), template+".golden"), letters(t, In(string(lang)), template))
			})
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s has changed; read the new text and run with -update\n%s", name, got)
	}
}
