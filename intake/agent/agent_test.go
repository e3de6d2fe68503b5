package agent

import (
	"os"
	"strings"
	"testing"
	"time"

	"recourse"
)

var at = time.Date(2026, 3, 6, 9, 30, 0, 0, time.UTC)

const support = "DSers Support <support@dsers.com>"

// TestMails reads the mails that an agent sends.
func TestMails(t *testing.T) {
	for _, c := range []struct {
		name, subject, body string
		want                recourse.Data
		kind                recourse.EventType
	}{
		{"customs", "Customs clearance reminder", "Dear user,\n\nThe parcel below is held by customs. Please provide the commercial invoice and the CPF by 2026-03-20.\nTracking number: LP00123456CN\nTmall order number: 2839471650012345678\n",
			recourse.Data{Parcel: "LP00123456CN", Purchase: "2839471650012345678", Status: recourse.CustomsHold, Customs: &recourse.Customs{Asks: "the commercial invoice and the CPF", By: "2026-03-20"}}, recourse.ParcelScanned},
		{"customs in Chinese", "清关提醒", "您好，包裹已被海关扣留。运单号：LP00123456CN", recourse.Data{Parcel: "LP00123456CN", Status: recourse.CustomsHold}, recourse.ParcelScanned},
		{"released", "Update", "Good news: tracking LP00123456CN was released by customs.", recourse.Data{Parcel: "LP00123456CN", Status: recourse.CustomsReleased}, recourse.ParcelScanned},
		{"refund", "Refund notice", "The refund for Tmall order 2839471650012345678 has been issued: ¥1,080.00 to your balance.\nOur order: 1001\nOur reference: 1001-1 (please name it when you answer)",
			recourse.Data{Order: "1001", Case: "1001-1", Purchase: "2839471650012345678", Amount: recourse.Money{Minor: 108000, Currency: "CNY"}}, recourse.RecoveryReceivedNow},
		{"refund in Chinese", "退款通知", "天猫订单号：2839471650012345678 退款已到账，￥80.00", recourse.Data{Purchase: "2839471650012345678", Amount: recourse.Money{Minor: 8000, Currency: "CNY"}}, recourse.RecoveryReceivedNow},
		{"refund refused", "Re: refund", "Your refund request for supplier order 2839471650012345678 was rejected because the parcel had been signed for.", recourse.Data{Purchase: "2839471650012345678", Reason: "the parcel had been signed for"}, recourse.RecoveryDeniedNow},
		{"cancelled", "Cancellation", "Purchase TM-5500123 has been cancelled as you asked.", recourse.Data{Purchase: "TM-5500123"}, recourse.PurchaseCancelledNow},
		{"not cancelled", "Re: Please cancel", "We tried to cancel purchase TM-5500123, but it was already shipped.", recourse.Data{Purchase: "TM-5500123"}, recourse.PurchaseCancelRefused},
		{"out of stock", "Notice", "Tmall order number 2839471650012345678: the item is out of stock.", recourse.Data{Purchase: "2839471650012345678"}, recourse.PurchaseOutOfStockNow},
		{"oversized", "Notice", "Tmall order number 2839471650012345678 is overweight for the line.", recourse.Data{Purchase: "2839471650012345678"}, recourse.PurchaseOversizedNow},
		{"shipped", "Your parcel", "Tmall order no. 2839471650012345678 has been shipped. Tracking number: YT2609912345678", recourse.Data{Purchase: "2839471650012345678", Parcel: "YT2609912345678", Tracking: "YT2609912345678"}, recourse.ParcelShipped},
		{"approved", "Re: Claim", "The claim was approved by Tmall.\nOur reference: 1001-1", recourse.Data{Order: "1001", Case: "1001-1"}, recourse.ClaimApprovedNow},
		{"denied", "Re: Claim", "The claim was rejected. Reason: the photos are not clear\n> Our reference: 1001-7-1", recourse.Data{Order: "1001-7", Case: "1001-7-1", Reason: "the photos are not clear"}, recourse.ClaimDeniedNow},
		{"stopped", "Re: stop", "Interception of parcel LP00123456CN succeeded.", recourse.Data{Parcel: "LP00123456CN"}, recourse.InterceptionDone},
		{"not stopped", "Re: stop", "Interception of parcel LP00123456CN failed, it has left China.", recourse.Data{Parcel: "LP00123456CN"}, recourse.InterceptionRefused},
		{"failed", "Order failed", "Store order: #1001\nPurchase: TM-5500123\nReason: The product can't be shipped to the destination country.", recourse.Data{Order: "1001", Purchase: "TM-5500123", Reason: "The product can't be shipped to the destination country."}, recourse.PurchaseOutOfStockNow},
		{"failed for the address", "Order failed", "Store order: #1001\nReason: Incorrect or missing Customer Detail.", recourse.Data{Order: "1001", Reason: "Incorrect or missing Customer Detail."}, recourse.OrderAddressWrong},
	} {
		got, note, err := Standard().Match(support, c.subject, c.body, at)
		if err != nil || note != "" || len(got) != 1 {
			t.Errorf("%s: %v, note %q, %v", c.name, got, note, err)
			continue
		}
		again, _, _ := Standard().Match(support, c.subject, c.body, at)
		later, _, _ := Standard().Match(support, c.subject, c.body, at.Add(time.Hour))
		if got[0].ID == "" || again[0].ID != got[0].ID || later[0].ID == got[0].ID {
			t.Errorf("%s: the id %q, again %q, another mail %q", c.name, got[0].ID, again[0].ID, later[0].ID)
		}
		if got[0].Type != c.kind || !got[0].Time.Equal(at) || !same(got[0].Data, c.want) {
			t.Errorf("%s: %s %+v, wanted %s %+v", c.name, got[0].Type, got[0].Data, c.kind, c.want)
		}
	}
}

func same(a, b recourse.Data) bool {
	if (a.Customs == nil) != (b.Customs == nil) || a.Customs != nil && *a.Customs != *b.Customs {
		return false
	}
	return a.Order == b.Order && a.Case == b.Case && a.Purchase == b.Purchase && a.Parcel == b.Parcel && a.Tracking == b.Tracking && a.Status == b.Status && a.Reason == b.Reason && a.Amount == b.Amount
}

// TestNotes: a mail that tells no event says why, and none is lost.
func TestNotes(t *testing.T) {
	for _, c := range []struct{ from, subject, body, want string }{
		{"eve@dsers.com.example", "Refund", "The refund for Tmall order 2839471650012345678 has been issued", NoteOther},
		{"support@notdsers.com", "Refund", "The refund for Tmall order 2839471650012345678 has been issued", NoteOther},
		{support, "Our new plans", "We have great news for you.", NoteUnknown},
		{support, "Refund", "Your refund has been issued.", NoteBare},
		{support, "Order failed", "Store order: 1001\nReason: Your link to AliExpress has expired.", NoteInDSers},
		{support, "Order failed", "Store order: 1001\nReason: the moon is full", NoteUnknown},
		{support, "", "", NoteUnknown},
	} {
		if events, note, err := Standard().Match(c.from, c.subject, c.body, at); err != nil || len(events) > 0 || note != c.want {
			t.Errorf("%s, %q: %v %q %v, wanted %s", c.from, c.body, events, note, err, c.want)
		}
	}
}

// TestReasons: the ten documented reasons for which orders fail, in the words of DSers' help centre.
func TestReasons(t *testing.T) {
	for says, want := range map[string]recourse.EventType{
		"The supplier changed the product SKUs or SKU information.":                                                            recourse.PurchaseOutOfStockNow,
		"The product is unavailable on AliExpress.":                                                                            recourse.PurchaseOutOfStockNow,
		"The product is out of stock.":                                                                                         recourse.PurchaseOutOfStockNow,
		"The product can't be shipped to the destination country.":                                                             recourse.PurchaseOutOfStockNow,
		"The product can't be shipped to the selected region due to weight/size issues.":                                       recourse.PurchaseOversizedNow,
		"No shipping method was selected.":                                                                                     "",
		"The product is under certain restrictions from purchasing on AliExpress.":                                             "",
		"Your link to AliExpress has expired.":                                                                                 "",
		"Incorrect or missing Customer Detail.":                                                                                recourse.OrderAddressWrong,
		"If the order total cost of AliExpress fully-managed items exceeds 20 CAD, your supplier will be unable to fulfill it": "",
	} {
		if got, known := Standard().Reason(says); got != want || !known {
			t.Errorf("%q: %q %v, wanted %q", says, got, known, want)
		}
	}
}

// TestOwn: a merchant's patterns come first, and the program's stay.
func TestOwn(t *testing.T) {
	p, err := Parse("mine.yaml", []byte(`
from: ['@agent\.example$']
patterns:
- {name: bad_news, body: 'no luck with (?P<purchase>\S+)', event: purchase.out_of_stock}
- {name: shipped, subject: '^sent', body: 'number (?P<tracking>\S+)', event: parcel.shipped}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from, subject, body, pattern string
	}{
		{"Li <li@agent.example>", "hello", "no luck with TM-1", "bad_news"},
		{"li@agent.example", "sent", "number LP00123456CN", "shipped"},
		{support, "Notice", "Tmall order number 2839471650012345678: out of stock", "out_of_stock"},
	} {
		if f, err := p.Read(c.from, c.subject, c.body, at); err != nil || f.Pattern != c.pattern || len(f.Events) != 1 {
			t.Errorf("%q: %+v %v", c.body, f, err)
		}
	}
	if p, err := Parse("", []byte(" \n")); err != nil || p != Standard() {
		t.Error(err)
	}
}

// TestMistakes: what is wrong in a file is told by its line and column, all of it at once.
func TestMistakes(t *testing.T) {
	data, err := os.ReadFile("testdata/wrong.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Parse("wrong.yaml", data)
	want, _ := os.ReadFile("testdata/wrong.golden")
	if got := err.Error() + "\n"; got != string(want) {
		t.Errorf("%s\nwanted\n%s", got, want)
	}
	for _, text := range []string{"a: [", "- x", "---\na: 1\n---\nb: 2", "patterns: [x]"} {
		if _, err := Parse("x.yaml", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), "x.yaml:") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzMatch: whatever a mail says, what comes of it is an event that can be taken in, or a note.
func FuzzMatch(f *testing.F) {
	f.Add("Refund", "The refund for Tmall order 2839471650012345678 has been issued: ¥1,080.00")
	f.Fuzz(func(t *testing.T, subject, body string) {
		events, note, err := Standard().Match(support, subject, body, at)
		if err != nil && recourse.KindOf(err) == recourse.Internal {
			t.Error(err)
		}
		if err == nil && (len(events) > 0) == (note != "") {
			t.Errorf("%d events and the note %q", len(events), note)
		}
		for i := range events {
			if err := events[i].Check(); err != nil {
				t.Error(err)
			}
		}
	})
}

// FuzzParse: whatever a file says, it is read or refused with a place.
func FuzzParse(f *testing.F) {
	f.Add(string(builtin))
	f.Add("patterns: [{name: x, body: '(', event: y}]")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := Parse("x.yaml", []byte(text)); err != nil && recourse.KindOf(err) == recourse.Internal {
			t.Errorf("%q: %v", text, err)
		}
	})
}
