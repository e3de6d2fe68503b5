package stripe

// Metadata of a refund that was asked for here: whose it is.
const (
	MetaKey    = "recourse_key"
	MetaEffect = "recourse_effect"
	MetaCase   = "recourse_case"
	MetaOrder  = "recourse_order"
)

// Refund is a refund as Stripe tells it, in events and when it is asked.
type Refund struct {
	ID            string            `json:"id"`
	Amount        int64             `json:"amount"`
	Currency      string            `json:"currency"`
	Status        string            `json:"status"`
	FailureReason string            `json:"failure_reason"`
	PaymentIntent string            `json:"payment_intent"`
	Charge        string            `json:"charge"`
	Metadata      map[string]string `json:"metadata"`
}
