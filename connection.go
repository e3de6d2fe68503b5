package recourse

import (
	"maps"
	"slices"
	"time"
)

// ConnectionStatus says whether a connection is used.
type ConnectionStatus string

const (
	// ConnectionActive: deliveries are taken in, acts are carried out.
	ConnectionActive ConnectionStatus = "active"
	// ConnectionPaused: a person stopped it. What comes in is kept and waits; nothing goes out.
	ConnectionPaused ConnectionStatus = "paused"
	// ConnectionGone: the other side ended it (an app that was uninstalled, a token that was revoked). A person connects
	// again, or takes it away.
	ConnectionGone ConnectionStatus = "gone"
)

// ConnectionStatuses lists them.
var ConnectionStatuses = []ConnectionStatus{ConnectionActive, ConnectionPaused, ConnectionGone}

// Connection is a configured link to an outside system: a shop, tracking, a mailbox, a payment provider, the agent. What
// settings and secrets each kind has is the room connect's to say.
type Connection struct {
	Merchant string            `json:"-"`
	ID       string            `json:"connection"` // short, of a-z, 0-9 and -; also the channel of the orders that a shop's connection tells
	Kind     string            `json:"kind"`       // shopify, woocommerce, 17track, …
	Name     string            `json:"name"`       // for people
	Settings map[string]string `json:"settings,omitempty"`
	Secrets  map[string]string `json:"-"` // opened; never logged, shown or sent to anybody but the peer
	Status   ConnectionStatus  `json:"status"`

	CreatedAt time.Time `json:"created_at"`
	ChangedAt time.Time `json:"changed_at"`
	ChangedBy string    `json:"changed_by,omitempty"`

	HeardAt time.Time `json:"heard_at,omitzero"` // the last delivery that was taken in
	SaidAt  time.Time `json:"said_at,omitzero"`  // the last call of ours that succeeded
	// Failure is the code of what went wrong last, "" when the last call went well; Failures counts those in a row.
	Failure  string    `json:"failure,omitempty"`
	FailedAt time.Time `json:"failed_at,omitzero"`
	Failures int       `json:"failures,omitempty"`
	// OpenUntil: the circuit is open, and the peer is left alone until then. Zero: it is closed.
	OpenUntil time.Time `json:"open_until,omitzero"`
	// Refused counts deliveries that were turned away for their signature, RefusedAt is the last of them.
	Refused   int       `json:"refused,omitempty"`
	RefusedAt time.Time `json:"refused_at,omitzero"`
	// Bookmark is how far a poller or a back-fill has come, in its own words (JSON).
	Bookmark string `json:"-"`
}

// Setting is a setting, or the standard where it is not set.
func (c *Connection) Setting(name, standard string) string {
	if v := c.Settings[name]; v != "" {
		return v
	}
	return standard
}

// Secret is a secret; "" where it is not set.
func (c *Connection) Secret(name string) string { return c.Secrets[name] }

// String is what %v prints: never a secret.
func (c *Connection) String() string { return c.Kind + " " + c.ID }

// SecretNames are the names of the secrets that are set, sorted.
func (c *Connection) SecretNames() []string { return slices.Sorted(maps.Keys(c.Secrets)) }
