package paypal

import (
	"encoding/json"
	"strings"
	"time"

	"recourse"
	"recourse/intake"
)

// maxTransactions of one dispute are told.
const maxTransactions = 50

// disputed is a dispute as PayPal tells it.
type disputed struct {
	ID           string    `json:"dispute_id"`
	Created      time.Time `json:"create_time"`
	Reason       string    `json:"reason"`
	Status       string    `json:"status"`
	Stage        string    `json:"dispute_life_cycle_stage"`
	Amount       money     `json:"dispute_amount"`
	Due          time.Time `json:"seller_response_due_date"`
	Transactions []struct {
		Seller string `json:"seller_transaction_id"`
	} `json:"disputed_transactions"`
	Outcome struct {
		Code     string `json:"outcome_code"`
		Refunded money  `json:"amount_refunded"`
	} `json:"dispute_outcome"`
}

// outcomes says who keeps the money. With a payout PayPal pays the buyer itself; a buyer who withdraws leaves it with the
// merchant; accepted and denied are the buyer's complaint, not the merchant's answer [I].
var outcomes = map[string]recourse.EventType{
	"RESOLVED_BUYER_FAVOUR": recourse.DisputeLost, "ACCEPTED": recourse.DisputeLost,
	"RESOLVED_SELLER_FAVOUR": recourse.DisputeWon, "RESOLVED_WITH_PAYOUT": recourse.DisputeWon, "CANCELED_BY_BUYER": recourse.DisputeWon, "DENIED": recourse.DisputeWon,
}

// dispute is opened once for each payment that it is about, and won or lost once. An inquiry takes no money yet and has to
// be answered all the same. One that is resolved without a word on who keeps the money is a person's to look at: noted.
func dispute(resource json.RawMessage, at time.Time) (intake.Meaning, error) {
	var d disputed
	if err := json.Unmarshal(resource, &d); err != nil || d.ID == "" {
		return intake.Meaning{}, unreadable(err)
	}
	e := recourse.Event{Time: at}
	e.Amount = d.Amount.read()
	if d.Status == "RESOLVED" {
		if e.Type = outcomes[d.Outcome.Code]; e.Type == "" {
			return intake.Meaning{Note: NoteStatus}, nil
		}
		if sum := d.Outcome.Refunded.read(); e.Type == recourse.DisputeLost && sum.Minor > 0 {
			e.Amount = sum
		}
		return d.facts(e)
	}
	if d.Status != "OPEN" && d.Status != "WAITING_FOR_SELLER_RESPONSE" {
		return intake.Meaning{Note: NoteStatus}, nil // the buyer's turn, or PayPal's
	}
	e.Type, e.Reason, e.Due = recourse.DisputeOpened, strings.ToLower(recourse.Shorten(d.Reason, 100)), d.due(at)
	return d.facts(e)
}

// How long PayPal waits for a seller: an inquiry is closed after twenty days, a claim is decided after ten [M].
const (
	inquiryFor = 20 * 24 * time.Hour
	claimFor   = 10 * 24 * time.Hour
)

// due is until when the merchant may answer: PayPal's date where it says one, else what its rules come to.
func (d *disputed) due(at time.Time) time.Time {
	if !d.Due.IsZero() {
		return d.Due.UTC()
	}
	if !d.Created.IsZero() {
		at = d.Created
	}
	if d.Stage == "INQUIRY" {
		return at.Add(inquiryFor).UTC()
	}
	return at.Add(claimFor).UTC()
}

// facts tells the same of each payment. What is disputed of one among several is not told, and is all of it.
func (d *disputed) facts(e recourse.Event) (intake.Meaning, error) {
	if len(d.Transactions) == 0 {
		return intake.Meaning{}, unreadable(nil)
	}
	if len(d.Transactions) > 1 {
		e.Amount = recourse.Money{}
	}
	var all []recourse.Event
	for _, t := range d.Transactions[:min(len(d.Transactions), maxTransactions)] {
		if t.Seller == "" {
			continue
		}
		e.ID, e.Payment = d.ID+"/"+t.Seller+"/"+string(e.Type), payment(t.Seller)
		all = append(all, e)
	}
	if len(all) == 0 {
		return intake.Meaning{}, unreadable(nil)
	}
	return about(all...)
}
