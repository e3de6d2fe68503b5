package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"recourse"
	"recourse/call"
)

// Server is a mail server that takes letters (submission, RFC 6409).
type Server struct {
	Host     string
	Port     string
	Security string // starttls, tls, none
	User     string // "": without signing in
	Password string
	Token    string        // an OAuth 2 access token, in place of a password (XOAUTH2)
	Hello    string        // by which name we greet
	Timeout  time.Duration // for all of it; default a minute
	TLS      *tls.Config   // nil: the system's roots, and at least TLS 1.2
}

// stage is how far a conversation came.
type stage int

const (
	reaching   stage = iota // connecting, greeting, TLS
	signingIn               // credentials
	naming                  // MAIL
	addressing              // RCPT
	giving                  // DATA was asked for, and its end has not left
	given                   // the end of the letter left, or may have: the server may have it
)

// trouble is why a letter was not taken, or may not have been.
type trouble struct {
	at   stage
	code int    // of the server's answer; 0: there was none
	says string // what it said
	err  error
}

func (t *trouble) Error() string { return fmt.Sprintf("%d at stage %d: %v", t.code, t.at, t.err) }
func (t *trouble) Unwrap() error { return t.err }

// errNotMine: another attempt took over, and this one must not offer anything.
var errNotMine = errors.New("another attempt may offer the letter")

// deliver gives a letter to the server. Before its first byte leaves, offer is asked, and may still refuse. What the server
// said at the end is given back.
func (s *Server) deliver(ctx context.Context, from string, to []string, copyTo string, letter []byte, offer func() error) (string, *trouble) {
	timeout := s.Timeout
	if timeout <= 0 {
		timeout = time.Minute
	}
	ctx, stop := context.WithTimeout(ctx, timeout)
	defer stop()
	c, t := s.reach(ctx)
	if t != nil {
		return "", t
	}
	defer c.Close()
	if t := s.signIn(c); t != nil {
		return "", t
	}
	if err := c.Mail("<" + from + ">"); err != nil {
		return "", told(naming, err)
	}
	for _, r := range to {
		if err := c.Rcpt("<" + r + ">"); err != nil {
			return "", told(addressing, err)
		}
	}
	if copyTo != "" && !slices.Contains(to, copyTo) {
		if err := c.Rcpt("<" + copyTo + ">"); err != nil && told(addressing, err).code == 0 { // the letter goes without the copy
			return "", told(addressing, err)
		}
	}
	if err := offer(); err != nil {
		c.Reset()
		return "", &trouble{at: giving, err: err}
	}
	return give(c, letter)
}

// give sends the letter itself.
func give(c *smtp.Client, letter []byte) (string, *trouble) {
	w, err := c.Data()
	if err != nil {
		return "", told(giving, err)
	}
	if _, err := io.Copy(w, bytes.NewReader(letter)); err != nil {
		return "", told(giving, err) // its end has not left, so that the server may not take it (RFC 5321, 4.1.1.4)
	}
	if err := w.Close(); err != nil {
		return "", told(given, err)
	}
	said := ""
	if d, ok := w.(*smtp.DataCloser); ok {
		said = d.ServerResponse()
	}
	c.Quit() // what it answers changes nothing
	return said, nil
}

// told is what an error of a conversation says.
func told(at stage, err error) *trouble {
	t := &trouble{at: at, err: err}
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		t.code, t.says = e.Code, recourse.Shorten(e.Msg, 200)
	}
	return t
}

// reach connects, greets, and makes the line private. Whatever ends the context ends the line.
func (s *Server) reach(ctx context.Context) (*smtp.Client, *trouble) {
	conn, err := call.Dialer().DialContext(ctx, "tcp", net.JoinHostPort(s.Host, s.Port))
	if err != nil {
		return nil, told(reaching, err)
	}
	if until, ok := ctx.Deadline(); ok {
		conn.SetDeadline(until)
	}
	context.AfterFunc(ctx, func() { conn.Close() })
	if s.Security == "tls" {
		conn = tls.Client(conn, s.private())
	}
	c, err := smtp.NewClient(conn, s.Host)
	if err != nil {
		conn.Close()
		return nil, told(reaching, err)
	}
	if err := c.Hello(cleanHello(s.Hello)); err != nil {
		c.Close()
		return nil, told(reaching, err)
	}
	if s.Security != "tls" && s.Security != "none" {
		if err := c.StartTLS(s.private()); err != nil {
			c.Close()
			return nil, told(reaching, err)
		}
	}
	return c, nil
}

func (s *Server) private() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.TLS != nil {
		c = s.TLS.Clone()
	}
	if c.ServerName == "" {
		c.ServerName = s.Host
	}
	return c
}

func cleanHello(name string) string {
	if name == "" || strings.ContainsAny(name, " \r\n") {
		return "localhost"
	}
	return name
}

// signIn signs in by the best way that both know.
func (s *Server) signIn(c *smtp.Client) *trouble {
	if s.User == "" {
		return nil
	}
	_, offered := c.Extension("AUTH")
	ways := strings.Fields(strings.ToUpper(offered))
	open := s.Security == "none"
	var auth smtp.Auth
	switch {
	case s.Token != "":
		auth = smtp.XOAuth2Auth(s.User, s.Token)
	case slices.Contains(ways, "SCRAM-SHA-256"):
		auth = smtp.ScramSHA256Auth(s.User, s.Password)
	case slices.Contains(ways, "PLAIN"):
		auth = smtp.PlainAuth("", s.User, s.Password, s.Host, open)
	case slices.Contains(ways, "LOGIN"):
		auth = smtp.LoginAuth(s.User, s.Password, s.Host, open)
	case slices.Contains(ways, "CRAM-MD5"):
		auth = smtp.CRAMMD5Auth(s.User, s.Password)
	default:
		return &trouble{at: signingIn, err: errors.New("the server offers no way to sign in")}
	}
	if err := c.Auth(auth); err != nil {
		return told(signingIn, err)
	}
	return nil
}

// Check connects, signs in, and says what is wrong: mail_unreachable, mail_login or mail_sender. Nothing is sent.
func (s *Server) Check(ctx context.Context, from string) error {
	ctx, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	c, t := s.reach(ctx)
	if t == nil {
		defer c.Close()
		t = s.signIn(c)
	}
	if t == nil {
		if err := c.Mail("<" + from + ">"); err != nil {
			t = told(naming, err)
		}
	}
	if t == nil {
		c.Reset()
		c.Quit()
		return nil
	}
	if recourse.CodeOf(t.err) == "address_private" {
		return t.err
	}
	e := &recourse.Error{Kind: recourse.Unavailable, Err: t.err}
	switch t.at {
	case signingIn:
		e.Code, e.Field, e.Message, e.Hint = "mail_login", "password", "the mail server does not accept the name or the password", "many providers want a password made for this one program"
	case naming:
		e.Code, e.Field, e.Message = "mail_sender", "from", "the mail server sends nothing in the name of that address"
	default:
		e.Code, e.Field, e.Message, e.Hint = "mail_unreachable", "host", "the mail server cannot be reached as it is set", "compare host, port and security with what the provider says"
	}
	if t.says != "" {
		e.Message += fmt.Sprintf(": %d %s", t.code, t.says)
	}
	return e
}
