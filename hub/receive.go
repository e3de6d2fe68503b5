package hub

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"recourse"
	"recourse/intake"
	"recourse/store"
)

// MaxBody is how large a delivery may be, in bytes.
const MaxBody = 2 << 20

// Answer is what a peer is answered.
type Answer struct {
	Status int
	Type   string
	Body   []byte
}

// Take takes in a delivery that came by a call: it is verified and kept, and read afterwards. When it is answered it is on
// the disk. The same delivery again is answered as the first time and changes nothing.
//
// Errors: connection_unknown for whatever cannot be delivered to; signature_wrong, which is counted; [recourse.Unavailable]
// when it could not be kept, and the peer should come again.
func (h *Hub) Take(ctx context.Context, merchant, id string, header http.Header, body []byte) (Answer, error) {
	c, err := h.Connection(ctx, merchant, id)
	if err != nil {
		return Answer{}, err
	}
	if c.Kind.Reader == nil || c.Kind.Reader.Verify == nil {
		return Answer{}, errUnknown
	}
	d := intake.Delivery{At: h.Desk.Now(), Header: kept(header, c.Kind.Reader.Keep), Body: body}
	if err := verify(ctx, c, &d); err != nil {
		if recourse.KindOf(err) == recourse.Forbidden {
			h.refuse(merchant, id)
		}
		return Answer{}, err
	}
	r, err := h.seal(c, &d)
	if err != nil {
		return Answer{}, err
	}
	if _, err := h.Desk.Receive(ctx, r); err != nil {
		return Answer{}, err
	}
	if c.Kind.Reader.Answer != nil {
		status, media, text := c.Kind.Reader.Answer(c.Connection, &d)
		return Answer{status, media, text}, nil
	}
	return Answer{Status: http.StatusOK}, nil
}

// verify checks who delivers.
func verify(ctx context.Context, c *Opened, d *intake.Delivery) error {
	err := c.Kind.Reader.Verify(c.Connection, d)
	if err == nil && c.Kind.Reader.Prove != nil {
		err = c.Kind.Reader.Prove(ctx, c.Connection, c.Client, d)
	}
	return err
}

var errUnknown = &recourse.Error{Kind: recourse.NotFound, Code: "connection_unknown", Field: "connection", Message: "nothing is delivered here"}

// Takes says whether something may be delivered by a connection.
func (h *Hub) Takes(ctx context.Context, merchant, id string) error {
	c, err := h.Connection(ctx, merchant, id)
	if err == nil && (c.Kind.Reader == nil || c.Kind.Reader.Verify == nil) {
		err = errUnknown
	}
	return err
}

// refuse counts a delivery that was turned away. A flood of them is written down once a second.
func (h *Hub) refuse(merchant, id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refused[name{merchant, id}]++
}

// Put keeps deliveries that were fetched, or came by another way than a call; who brings them vouches for them. They are
// read as those that came by a call.
func (h *Hub) Put(ctx context.Context, c *Opened, all []intake.Delivery) error {
	receipts, now := make([]store.Receipt, len(all)), h.Desk.Now()
	for i := range all {
		if all[i].At.IsZero() || all[i].At.After(now) { // a peer whose clock is ahead keeps nobody waiting
			all[i].At = now
		}
		var err error
		if receipts[i], err = h.seal(c, &all[i]); err != nil {
			return err
		}
	}
	_, err := h.Desk.Receive(ctx, receipts...)
	return err
}

// kept are the headers that a reader looks at.
func kept(from http.Header, names []string) http.Header {
	out := make(http.Header, len(names))
	for _, n := range names {
		n = http.CanonicalHeaderKey(n)
		if v := from[n]; len(v) > 0 {
			out[n] = v
		}
	}
	return out
}

// Limits on what a peer calls its deliveries.
const (
	maxID    = 200
	maxTopic = 100
)

// seal makes a receipt of a delivery.
func (h *Hub) seal(c *Opened, d *intake.Delivery) (store.Receipt, error) {
	r := store.Receipt{Merchant: c.Merchant, Connection: c.ID, ID: nameOf(d), Topic: recourse.Shorten(d.Topic, maxTopic), At: d.At, NextAt: d.At}
	if c.Status == recourse.ConnectionPaused {
		r.NextAt = time.Time{}
	}
	plain, err := pack(d)
	if err == nil {
		r.Body, err = h.Vault.Seal(r.Place(), plain)
	}
	return r, err
}

// nameOf is what a delivery is known by: the peer's id where it is one that can be kept, else the hash of what was said.
func nameOf(d *intake.Delivery) string {
	plain := utf8.ValidString(d.ID) && !strings.ContainsFunc(d.ID, func(c rune) bool { return c <= ' ' || c == 0x7f })
	if d.ID != "" && len(d.ID) <= maxID && plain {
		return d.ID
	}
	h := sha256.New()
	h.Write([]byte(d.ID))
	if d.ID == "" {
		h.Write([]byte(d.Topic))
		h.Write(d.Body)
	}
	return "sha256-" + hex.EncodeToString(h.Sum(nil))
}

// pack puts the headers and the body of a delivery together: the length of the headers, the headers as JSON, the body.
func pack(d *intake.Delivery) ([]byte, error) {
	header, err := json.Marshal(d.Header)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, binary.MaxVarintLen64+len(header)+len(d.Body))
	out = binary.AppendUvarint(out, uint64(len(header)))
	return append(append(out, header...), d.Body...), nil
}

// unpack is what pack put together.
func unpack(d *intake.Delivery, plain []byte) error {
	n, size := binary.Uvarint(plain)
	if size <= 0 || n > uint64(len(plain)-size) {
		return &recourse.Error{Kind: recourse.Internal, Code: "body_damaged", Message: "a delivery cannot be read as it was kept"}
	}
	plain = plain[size:]
	d.Body = plain[n:]
	return json.Unmarshal(plain[:n], &d.Header)
}

// delivery opens what a receipt keeps.
func (h *Hub) delivery(r *store.Receipt) (intake.Delivery, error) {
	d := intake.Delivery{ID: r.ID, Topic: r.Topic, At: r.At}
	plain, err := h.Vault.Open(r.Place(), r.Body)
	if err == nil {
		err = unpack(&d, plain)
	}
	return d, err
}
