package peer

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Mail is a mail server with one mailbox: what SMTP delivers, whoever it is for, IMAP reads. Both are real servers; the
// faults are those of a real one and of the line to it.
type Mail struct {
	User, Password string
	// Own says whether a letter to an address comes to the mailbox that IMAP reads; nil: all letters do.
	Own func(address string) bool

	mu     sync.Mutex
	got    []Mailed
	choose func(n int, from, to string) MailFault // of the n-th letter, from 1
	begun  int
	imap   *imapmemserver.Server
	user   *imapmemserver.User
	smtp   *smtp.Server
	imapd  *imapserver.Server
	lines  []net.Listener
}

// Mailed is a letter that the server took.
type Mailed struct {
	From string   // of the envelope
	To   []string // of the envelope
	Data []byte
}

// MailFault is something that goes wrong with one letter.
type MailFault int

// The faults of mail.
const (
	MailNone      MailFault = iota
	MailCutBefore           // the line breaks before the letter was given
	MailCutAfter            // the letter was taken, and the line breaks before the server said so
	MailCutAtData           // the line breaks in the middle of the letter, which is not taken
	MailBusy                // 451 to the recipient
	MailFull                // 452 at the end of the letter, which is not taken
	MailNoMailbox           // 550 to the recipient
	MailNoSender            // 553 to the sender
	MailSpam                // 554 at the end of the letter, which is not taken
	MailSlow                // taken, and answered late
	MailShut                // 421 at the beginning
)

// MailFaults are all of them but MailNone.
var MailFaults = []MailFault{MailCutBefore, MailCutAfter, MailCutAtData, MailBusy, MailFull, MailNoMailbox, MailNoSender, MailSpam, MailSlow, MailShut}

// NewMail makes a mail server with a mailbox for one user. With a nil configuration for TLS both lines are open, and
// signing in over them is allowed, as it is in a test.
func NewMail(user, password string, private *tls.Config) (*Mail, error) {
	m := &Mail{User: user, Password: password, imap: imapmemserver.New(), user: imapmemserver.NewUser(user, password)}
	for _, folder := range []string{"INBOX", "Sent"} {
		if err := m.user.Create(folder, nil); err != nil {
			return nil, err
		}
	}
	m.imap.AddUser(m.user)
	m.smtp = smtp.NewServer(smtp.BackendFunc(m.session))
	m.smtp.Domain, m.smtp.MaxMessageBytes, m.smtp.MaxRecipients = "mail.test", 30<<20, 20
	m.smtp.AllowInsecureAuth, m.smtp.TLSConfig, m.smtp.EnableSMTPUTF8 = private == nil, private, true
	m.smtp.ReadTimeout, m.smtp.WriteTimeout = 20*time.Second, 20*time.Second
	m.imapd = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return m.imap.NewSession(), nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}}, InsecureAuth: private == nil, TLSConfig: private,
	})
	return m, nil
}

// Serve serves both until Close, on listeners that are its own from now on.
func (m *Mail) Serve(smtpLine, imapLine net.Listener) {
	m.mu.Lock()
	m.lines = append(m.lines, smtpLine, imapLine)
	m.mu.Unlock()
	go m.smtp.Serve(smtpLine)
	go m.imapd.Serve(imapLine)
}

// Start serves on two free ports of this machine, and gives their addresses.
func (m *Mail) Start() (smtpAt, imapAt string, err error) {
	a, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	b, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		a.Close()
		return "", "", err
	}
	m.Serve(a, b)
	return a.Addr().String(), b.Addr().String(), nil
}

// Close stops.
func (m *Mail) Close() {
	m.smtp.Close()
	m.imapd.Close()
}

// Choose says which fault the next letters get; nil: none.
func (m *Mail) Choose(choose func(n int, from, to string) MailFault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.choose = choose
}

// Got are the letters that the server took, the oldest first.
func (m *Mail) Got() []Mailed {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Mailed(nil), m.got...)
}

// Put puts a letter into the mailbox, as if it had come from elsewhere.
func (m *Mail) Put(raw []byte) error {
	_, err := m.user.Append("INBOX", rawLetter{bytes.NewReader(raw)}, &imap.AppendOptions{})
	return err
}

// Renew makes the mailbox anew and empty, as a restored one is: its UIDs mean other letters from now on.
func (m *Mail) Renew() error {
	if err := m.user.Delete("INBOX"); err != nil {
		return err
	}
	return m.user.Create("INBOX", nil)
}

type rawLetter struct{ *bytes.Reader }

// take keeps a letter that was taken.
func (m *Mail) take(l Mailed) error {
	m.mu.Lock()
	m.got = append(m.got, l)
	m.mu.Unlock()
	if m.Own != nil && !slices.ContainsFunc(l.To, m.Own) {
		return nil
	}
	return m.Put(l.Data)
}

func (m *Mail) fault(from, to string) MailFault {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.begun++
	if m.choose == nil {
		return MailNone
	}
	return m.choose(m.begun, from, to)
}

func (m *Mail) session(c *smtp.Conn) (smtp.Session, error) { return &mailSession{m: m, c: c}, nil }

// mailSession is one conversation.
type mailSession struct {
	m     *Mail
	c     *smtp.Conn
	known bool
	now   Mailed
	fault MailFault
}

func (s *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.m.User || password != s.m.Password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "authentication failed"}
		}
		s.known = true
		return nil
	}), nil
}

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	if !s.known {
		return smtp.ErrAuthRequired
	}
	s.now, s.fault = Mailed{From: from}, s.m.fault(from, "")
	switch s.fault {
	case MailNoSender:
		return &smtp.SMTPError{Code: 553, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "sender address rejected: not owned by user"}
	case MailShut:
		return &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "shutting down"}
	case MailCutBefore:
		s.c.Conn().Close()
	}
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch s.fault {
	case MailBusy:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted, try again later"}
	case MailNoMailbox:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	s.now.To = append(s.now.To, to)
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	if s.fault == MailCutAtData {
		io.CopyN(io.Discard, r, 100)
		s.c.Conn().Close()
		return errors.New("the line was cut")
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if !bytes.Contains(data, []byte("\r\n\r\n")) || !strings.Contains(strings.ToLower(string(data)), "\r\nmessage-id:") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "message has no Message-ID"}
	}
	s.now.Data = data
	switch s.fault {
	case MailFull:
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "mailbox full"}
	case MailSpam:
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "looks like spam"}
	case MailSlow:
		time.Sleep(50 * time.Millisecond)
	}
	if err := s.m.take(s.now); err != nil {
		return err
	}
	if s.fault == MailCutAfter {
		s.c.Conn().Close()
	}
	return nil
}

func (s *mailSession) Reset() { s.now = Mailed{} }

func (s *mailSession) Logout() error { return nil }
