package intake

import (
	"context"
	"net/http"
	"time"

	"recourse"
	"recourse/call"
)

// This file is what a connector's way in looks like, whatever the other system is. A delivery is verified at the door,
// kept raw, answered, and read afterwards, by the same code whether it came by a webhook or was fetched.

// Delivery is something that another system told, as it came: a webhook's call, a mail, an object that was fetched.
type Delivery struct {
	// ID is the peer's own name for it: the same id from the same connection is the same delivery and changes nothing. Verify
	// sets it; where a peer has none it is made of the content.
	ID     string
	Topic  string      // in the peer's words: orders/create, TRACKING_UPDATED
	At     time.Time   // when it came here
	Header http.Header // of a call: those that verification and reading need, nothing else
	Body   []byte      // raw
}

// Meaning is what a delivery means for the desk.
type Meaning struct {
	// Events are facts, with ids that are the same whenever the delivery is read again, so that reading twice tells once.
	// Their source is the connection's id where the reader leaves it empty.
	Events []recourse.Event
	Order  string // the order that it is about, by our number, where it names one: its buyer's data goes with the order's
	// Unknown says that nobody here knows that topic: it is kept raw and shown, not lost.
	Unknown bool
	// Note is a code for what a person may want to know where nothing follows: auto_reply, ping, no_order.
	Note  string
	Files []File // attachments, for the evidence room
	Asks  []Ask  // what the peer asks of the desk itself
	// Mail is a letter whose case is still to be found: by what was written before, which no reader knows. See the room post.
	Mail *Mail
}

// File is an attachment that came with a delivery.
type File struct {
	Order, Case string
	By          recourse.Party // who sent it
	Name        string
	Text        string // what was written beside it
	Content     []byte
}

// AskKind is what a peer may ask of the desk itself.
type AskKind string

const (
	AskExport AskKind = "export" // a buyer wants what is kept of them (customers/data_request)
	AskErase  AskKind = "erase"  // a buyer is to be erased (customers/redact)
	AskForget AskKind = "forget" // all buyers of the shop are to be erased (shop/redact)
	AskGone   AskKind = "gone"   // the other side ended the connection (app/uninstalled)
)

// Ask is one such request. Orders are by our numbers, Refs by the shop's own ids.
type Ask struct {
	Kind   AskKind
	Email  string
	Orders []string
	Refs   []string
}

// Reader understands one kind of connection. Both functions are pure but for the time that they are given.
type Reader struct {
	// Verify checks who speaks and names the delivery (ID, Topic): signature_wrong, of kind [recourse.Forbidden], when it is
	// not who it should be. It must not look further than it has to: thousands a second pass here.
	Verify func(c *recourse.Connection, d *Delivery) error
	// Prove completes Verify where that takes something of the peer's that is not here, such as a certificate that the delivery
	// names: signature_wrong as Verify, or of kind [recourse.Unavailable] when the peer should come again. It is asked after
	// Verify, at the door, so that it keeps what it learned. nil: Verify is all.
	Prove func(ctx context.Context, c *recourse.Connection, peer *call.Client, d *Delivery) error
	// Read says what a verified delivery means. An error is about this delivery alone, which is kept with it.
	Read func(c *recourse.Connection, d *Delivery) (Meaning, error)
	// Whole asks the peer for what a delivery only names, and gives the delivery that is read in its place: the same id, with
	// all that Read needs. It gives the delivery itself where that is whole already. An error says that the peer could not be
	// asked, and that the delivery is to be tried again. Read takes the delivery as it came, too, and then says less. nil:
	// deliveries of this kind are whole.
	Whole func(ctx context.Context, c *recourse.Connection, peer *call.Client, d *Delivery) (*Delivery, error)
	// Keep are the headers that Verify and Read look at.
	Keep []string
	// Answer is what the peer wants to hear beside 200, where it wants anything; nil: nothing.
	Answer func(c *recourse.Connection, d *Delivery) (status int, contentType string, body []byte)
}

// Poller fetches what a peer does not tell by itself, or may have told while nobody listened.
type Poller struct {
	Every time.Duration // between two rounds
	// Poll fetches from a bookmark on ("" at first) and puts deliveries down, each durable before the next page is asked
	// for; it gives the bookmark of the next round. It may be stopped and begun again at any page.
	Poll func(ctx context.Context, c *recourse.Connection, peer *call.Client, bookmark string, put func(context.Context, []Delivery) error) (string, error)
}

// ErrSignature is what a delivery that is not who it should be is refused with.
var ErrSignature = &recourse.Error{Kind: recourse.Forbidden, Code: "signature_wrong", Message: "the signature does not fit the body", Hint: "compare the secret at both ends"}
