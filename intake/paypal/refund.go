package paypal

import (
	"encoding/json"
	"path"
	"strings"
	"time"

	"recourse"
	"recourse/intake"
)

// maxID is how long PayPal's custom_id and invoice_id may be.
const maxID = 127

// keyPart is how much of an act's key stands in a refund's invoice.
const keyPart = 12

// Custom is the act's id, as a refund bears it.
func Custom(act string) string { return act[:min(len(act), maxID)] }

// Invoice is the number of a refund: the act's id for people, and the beginning of its key, so that no other merchant's act
// of the same name has it.
func Invoice(act, key string) string {
	key = strings.ReplaceAll(key, "-", "")
	return act[:min(len(act), maxID-keyPart-1)] + "-" + key[:min(len(key), keyPart)]
}

// actOf is the act that a refund carries out: one whose invoice was made of it. A refund that somebody made at PayPal may
// bear the shop's own numbers.
func actOf(custom, invoice string) string {
	rest, ours := strings.CutPrefix(invoice, custom+"-")
	if custom == "" || !ours || len(rest) != keyPart || strings.Trim(rest, "0123456789abcdef") != "" {
		return ""
	}
	return custom
}

// told is a refund as PayPal tells it, in both versions of its API.
type told struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	State   string `json:"state"` // of the first version
	Amount  money  `json:"amount"`
	Custom  string `json:"custom_id"`
	Invoice string `json:"invoice_id"`
	Details struct {
		Reason string `json:"reason"`
	} `json:"status_details"`
	Sale  string `json:"sale_id"`    // of the first version
	Of    string `json:"capture_id"` // of the first version
	Links []struct {
		Rel  string `json:"rel"`
		Href string `json:"href"`
	} `json:"links"`
}

// news is what a refund's status means. A bank account may not take the money: then it failed.
var news = map[string]recourse.EventType{
	"PENDING": recourse.RefundSentNow, "COMPLETED": recourse.RefundSucceeded, "FAILED": recourse.RefundFailedNow, "CANCELLED": recourse.RefundFailedNow,
}

// refund is told once for each status that it has, whichever event says so.
func refund(resource json.RawMessage, at time.Time) (intake.Meaning, error) {
	var r told
	if err := json.Unmarshal(resource, &r); err != nil || r.ID == "" {
		return intake.Meaning{}, unreadable(err)
	}
	t, known := news[strings.ToUpper(r.Status+r.State)]
	if !known {
		return intake.Meaning{Note: NoteStatus}, nil
	}
	e := recourse.Event{ID: r.ID + "/" + string(t), Type: t, Time: at}
	e.Effect, e.Amount, e.Payment = actOf(r.Custom, r.Invoice), r.Amount.read(), payment(r.paid())
	if t == recourse.RefundFailedNow {
		e.Reason = recourse.Shorten(strings.ToLower(r.Details.Reason), 100)
	}
	return about(e)
}

// paid is the payment that went back: the link «up» leads to its capture.
func (r *told) paid() string {
	for _, l := range r.Links {
		if l.Rel == "up" && strings.Contains(l.Href, "/captures/") {
			return path.Base(l.Href)
		}
	}
	if r.Of != "" {
		return r.Of
	}
	return r.Sale
}
