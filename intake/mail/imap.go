package mail

import (
	"bytes"
	"context"
	"crypto/subtle"
	"crypto/tls"
	"encoding/json"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"recourse"
	"recourse/call"
	"recourse/intake"
)

// This file is all that knows how a mailbox is read over IMAP. Nothing in a mailbox is ever changed: it is opened for
// reading only, and letters are fetched without being marked as read.

// Limits on one round.
const (
	perRound = 200
	perFetch = 10
	roundFor = 4 * time.Minute
	// lookBack is how far a mailbox is read again that was made anew, since its numbers then say nothing. What was taken in
	// already is known by its Message-ID.
	lookBack = 3 * 24 * time.Hour
)

// Every is how long a mailbox is left alone between two rounds.
const Every = time.Minute

// bookmark is how far a mailbox was read.
type bookmark struct {
	Validity uint32 `json:"validity"` // of the numbers: other ones mean another mailbox
	Next     uint32 `json:"next"`     // the first UID that was not read
}

// Reader reads letters, from a mailbox, from a pipe, or from whoever has the connection's secret.
var Reader = intake.Reader{Verify: verify, Read: meaning, Keep: []string{"Authorization"}}

// Poller reads a mailbox over IMAP.
var Poller = intake.Poller{Every: Every, Poll: Poll}

// verify lets in who has the secret. Without one nobody can bring letters over HTTP.
func verify(c *recourse.Connection, d *intake.Delivery) error {
	token, ok := strings.CutPrefix(d.Header.Get("Authorization"), "Bearer ")
	secret := c.Secret("secret")
	if !ok || secret == "" || subtle.ConstantTimeCompare([]byte(token), []byte(secret)) != 1 {
		return intake.ErrSignature
	}
	Name(d)
	return nil
}

// meaning is what a letter means by itself. Whose case it belongs to is found afterwards.
func meaning(_ *recourse.Connection, d *intake.Delivery) (intake.Meaning, error) {
	if d.Topic == topicLarge {
		return intake.Meaning{Note: "letter_size"}, nil
	}
	m, err := Read(d)
	return intake.Meaning{Mail: m}, err
}

// topicLarge is of a letter that is too large to be fetched: only its headers were.
const topicLarge = "mail.large"

// Poll reads what came into a mailbox since a bookmark. The first time it reads nothing: what was there before the mailbox
// was connected is no news.
func Poll(ctx context.Context, c *recourse.Connection, _ *call.Client, from string, put func(context.Context, []intake.Delivery) error) (string, error) {
	if c.Setting("host", "") == "" {
		return from, nil // letters come by a pipe
	}
	ctx, stop := context.WithTimeout(ctx, roundFor)
	defer stop()
	box, err := open(ctx, c)
	if err != nil {
		return from, err
	}
	defer box.Close()
	var b bookmark
	known := json.Unmarshal([]byte(from), &b) == nil && b.Next > 0
	selected, err := box.Select(c.Setting("folder", "INBOX"), &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return from, &recourse.Error{Kind: recourse.Invalid, Code: "mail_folder", Field: "folder", Message: "the mailbox has no folder " + recourse.Shorten(c.Setting("folder", "INBOX"), 60), Err: err}
	}
	now := bookmark{Validity: selected.UIDValidity, Next: uint32(selected.UIDNext)}
	if now.Next == 0 { // a server that does not tell
		all, err := box.UIDSearch(&imap.SearchCriteria{}, nil).Wait()
		if err != nil {
			return from, unreachable(err)
		}
		now.Next = 1
		for _, uid := range all.AllUIDs() {
			now.Next = max(now.Next, uint32(uid)+1)
		}
	}
	if !known {
		return now.String(), nil
	}
	if b.Validity == now.Validity && b.Next >= now.Next {
		return b.String(), nil
	}
	uids, err := newer(box, b, now, c.HeardAt.Add(-lookBack))
	if err != nil {
		return from, unreachable(err)
	}
	return fetchAll(ctx, box, uids, now, put)
}

func (b bookmark) String() string {
	data, _ := json.Marshal(b) // numbers always can
	return string(data)
}

// newer are the UIDs of what was not read yet, in order; of a mailbox that was made anew, of what came since an instant.
func newer(box *imapclient.Client, b, now bookmark, since time.Time) ([]imap.UID, error) {
	criteria := &imap.SearchCriteria{}
	if b.Validity == now.Validity {
		criteria.UID = []imap.UIDSet{{imap.UIDRange{Start: imap.UID(b.Next), Stop: 0}}}
	} else {
		b.Next = 1
		criteria.Since = since
	}
	found, err := box.UIDSearch(criteria, nil).Wait()
	if err != nil {
		return nil, err
	}
	var out []imap.UID
	for _, uid := range found.AllUIDs() {
		if uint32(uid) >= b.Next { // next:* names the last letter, even where that is an older one
			out = append(out, uid)
		}
	}
	return out, nil
}

// fetchAll fetches letters a few at a time, each few put down before the next are asked for.
func fetchAll(ctx context.Context, box *imapclient.Client, uids []imap.UID, now bookmark, put func(context.Context, []intake.Delivery) error) (string, error) {
	reached := now
	if len(uids) > perRound {
		uids = uids[:perRound]
		reached.Next = uint32(uids[perRound-1]) + 1
	} else if n := len(uids); n > 0 {
		reached.Next = max(reached.Next, uint32(uids[n-1])+1)
	}
	for len(uids) > 0 {
		n := min(perFetch, len(uids))
		letters, err := fetch(box, uids[:n])
		if err != nil {
			return "", unreachable(err)
		}
		if err := put(ctx, letters); err != nil {
			return "", err
		}
		uids = uids[n:]
	}
	return reached.String(), nil
}

// fetch fetches some letters: their sizes first, then those that are not too large whole, and of the others the headers.
func fetch(box *imapclient.Client, uids []imap.UID) ([]intake.Delivery, error) {
	sizes, err := box.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, RFC822Size: true}).Collect()
	if err != nil {
		return nil, err
	}
	var small, large imap.UIDSet
	for _, m := range sizes {
		if m.RFC822Size <= MaxLetter {
			small.AddNum(m.UID)
		} else {
			large.AddNum(m.UID)
		}
	}
	whole, err := bodies(box, small, &imap.FetchItemBodySection{Peek: true}, "")
	if err != nil {
		return nil, err
	}
	heads, err := bodies(box, large, &imap.FetchItemBodySection{Peek: true, Specifier: imap.PartSpecifierHeader, Partial: &imap.SectionPartial{Size: maxHeaders}}, topicLarge)
	return append(whole, heads...), err
}

func bodies(box *imapclient.Client, uids imap.UIDSet, section *imap.FetchItemBodySection, topic string) ([]intake.Delivery, error) {
	if len(uids) == 0 {
		return nil, nil
	}
	all, err := box.Fetch(uids, &imap.FetchOptions{UID: true, InternalDate: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil {
		return nil, err
	}
	out := make([]intake.Delivery, 0, len(all))
	for _, m := range all {
		d := intake.Delivery{Topic: topic, At: m.InternalDate, Body: bytes.Clone(m.FindBodySection(section))}
		Name(&d)
		out = append(out, d)
	}
	return out, nil
}

// open connects and signs in. Whatever ends the context ends the line.
func open(ctx context.Context, c *recourse.Connection) (*imapclient.Client, error) {
	host, port := c.Setting("host", ""), c.Setting("port", "993")
	security := c.Setting("security", map[bool]string{true: "starttls", false: "tls"}[port == "143"])
	conn, err := call.Dialer().DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	if recourse.CodeOf(err) == "address_private" {
		return nil, err
	}
	if err != nil {
		return nil, unreachable(err)
	}
	if until, ok := ctx.Deadline(); ok {
		conn.SetDeadline(until)
	}
	context.AfterFunc(ctx, func() { conn.Close() })
	private := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	var box *imapclient.Client
	switch security {
	case "none":
		box = imapclient.New(conn, nil)
	case "starttls":
		box, err = imapclient.NewStartTLS(conn, &imapclient.Options{TLSConfig: private})
	default:
		box = imapclient.New(tls.Client(conn, private), nil)
	}
	if err == nil {
		err = box.WaitGreeting()
	}
	if err != nil {
		conn.Close()
		return nil, unreachable(err)
	}
	if err := signIn(box, c); err != nil {
		box.Close()
		return nil, err
	}
	return box, nil
}

func signIn(box *imapclient.Client, c *recourse.Connection) error {
	user := c.Setting("user", "")
	var err error
	switch token := c.Secret("token"); {
	case token == "":
		err = box.Login(user, c.Secret("password")).Wait()
	case box.Caps().Has(imap.AuthCap(sasl.OAuthBearer)):
		err = box.Authenticate(sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: user, Token: token, Host: c.Setting("host", "")}))
	default:
		err = box.Authenticate(xoauth2{user, token})
	}
	if err != nil {
		return &recourse.Error{Kind: recourse.Unavailable, Code: "mail_login", Field: "password", Message: "the mailbox does not accept the name or the password", Hint: "many providers want a password made for this one program", Err: err}
	}
	return nil
}

// xoauth2 is the way of signing in with a token that Google and Microsoft had before OAUTHBEARER.
type xoauth2 struct{ user, token string }

func (x xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next answers what the server says went wrong; nothing else is asked.
func (x xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }

func unreachable(err error) error {
	return &recourse.Error{Kind: recourse.Unavailable, Code: "mail_unreachable", Field: "host", Message: "the mailbox cannot be reached as it is set", Hint: "compare host, port and security with what the provider says", Err: err}
}

// Check says whether a mailbox can be read: mail_unreachable, mail_login, mail_folder.
func Check(ctx context.Context, c *recourse.Connection, _ *call.Client) error {
	ctx, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	_, err := Poll(ctx, c, nil, "", nil)
	return err
}
