package view

// WebhooksPageModel is the page of who is told what happens.
type WebhooksPageModel struct {
	Rows []WebhookRow
	Form WebhookForm
}

// WebhookRow is a webhook in the list.
type WebhookRow struct {
	Href, Name, Host string
	Events           string // in words
	State, Class     string // in words; on, new (paused, failing) or off (disabled)
	Failure          string // what went wrong last, in words; "": nothing
	Succeeded        Instant
	Waiting, Failed  string // "": none
}

// WebhookForm is what may be set of a webhook, as it was filled in.
type WebhookForm struct {
	Action, URL, Name, Signature string
	Families                     []WebhookFamily
	Personal                     bool
	New                          bool
	Wrong                        string // the field at fault
}

// WebhookFamily is a group of events that may be chosen.
type WebhookFamily struct {
	Value, Label string
	On           bool
}

// WebhookPageModel is one webhook.
type WebhookPageModel struct {
	WebhookRow
	Here       string
	Form       WebhookForm
	Paused     bool // or disabled: it can go on
	Banner     string
	BannerSay  string
	PublicKey  string
	OldUntil   string // "": one secret only
	Left       string // until when it is left alone; "": it is not
	Status     string // of the deliveries that are listed
	Statuses   []WebhookFamily
	Deliveries []WebhookDelivery
	Next       string // the address of the older ones; "": there are none
	Since      string // what stands in the field of the replay
}

// WebhookDelivery is a delivery in the list, or on its own page.
type WebhookDelivery struct {
	Href, ID, Type, Order string
	OrderHref             string
	At                    Instant
	State, Class          string
	Tries                 string
	Next                  string // when it is tried again, in words; "": it is not
	Attempts              []WebhookAttempt
	Answer, Payload       string
	Back, Webhook         string
}

// WebhookAttempt is one try.
type WebhookAttempt struct {
	At      Instant
	Outcome string
	Status  string
	Took    string
}

// WebhookSecret is a secret that is shown once.
type WebhookSecret struct {
	Title, Say, Secret, Back string
}
