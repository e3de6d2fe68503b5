// Package mail is how letters leave: what a letter says and how it looks (letter.go, html.go), to whom it goes and when
// (office.go, quiet.go), how a mail server is spoken with (smtp.go), and how it leaves at most once (sender.go).
//
// SMTP cannot be asked whether a letter was sent. So the house keeps its own account: a letter is written down before
// anything leaves, with the number of the one attempt that may offer it; that it is being offered is written down before
// its first byte; and what the server answered after its last one. Whatever dies in between, the account says whether the
// letter certainly did not leave, certainly did, or may have. Only the last needs a person, and only where the merchant's
// own mailbox got no copy.
package mail

import (
	"bytes"
	"mime"
	netmail "net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"recourse"
)

// Letter is a mail as it leaves.
type Letter struct {
	ID         string // Message-ID, without the angle brackets; the same at every attempt
	From       netmail.Address
	To         []netmail.Address
	ReplyTo    netmail.Address // the zero value: answers come to From
	Copy       string          // another copy goes there, unseen by the others; "": none
	Subject    string
	Body       string // plain text
	Lang       string // BCP 47
	Shop       string // who writes, below the letter
	Link       string // the buyer's page: a line of the body that ends with it gets a button
	Open       string // what the button says
	References []string
	Auto       bool // nobody of the merchant read it before it left
	At         time.Time
	Files      []File
}

// File goes with a letter.
type File struct {
	Name    string
	Type    string // media type
	Content []byte
	ID      string // Content-ID of a picture that the letter shows; "": it is attached
}

// maxLetter bounds a letter with its files, in bytes: most servers refuse 25 MB, and base64 makes four bytes of three.
const maxLetter = 18 << 20

// MIME is the letter as RFC 5322 and MIME want it: plain text and HTML beside each other, then files.
func (l *Letter) MIME() ([]byte, error) {
	size := len(l.Body)
	for i := range l.Files {
		size += len(l.Files[i].Content)
	}
	if size > maxLetter {
		return nil, &recourse.Error{Kind: recourse.TooLarge, Code: "letter_size", Message: "the letter with its files is larger than 18 MB", Hint: "send fewer or smaller files"}
	}
	html, err := l.HTML()
	if err != nil {
		return nil, err
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	l.head(m)
	m.SetBodyString(gomail.TypeTextPlain, l.Body)
	m.AddAlternativeString(gomail.TypeTextHTML, html)
	for i := range l.Files {
		if err := l.attach(m, &l.Files[i]); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	_, err = m.WriteTo(&b)
	return b.Bytes(), err
}

// head writes the headers. Names and subjects are one line each, whoever wrote them.
func (l *Letter) head(m *gomail.Msg) {
	m.FromMailAddress(oneLine(l.From))
	for _, to := range l.To {
		m.AddToMailAddress(oneLine(to))
	}
	if l.ReplyTo.Address != "" {
		m.ReplyToMailAddress(oneLine(l.ReplyTo))
	}
	m.Subject(strings.Join(strings.Fields(l.Subject), " "))
	m.SetMessageIDWithValue(l.ID)
	m.SetDateWithValue(l.At)
	if n := len(l.References); n > 0 {
		m.SetGenHeaderPreformatted(gomail.HeaderInReplyTo, "<"+l.References[n-1]+">")
		m.SetGenHeaderPreformatted(gomail.HeaderReferences, "<"+strings.Join(l.References, ">\r\n <")+">")
	}
	if l.Auto {
		m.SetGenHeader("Auto-Submitted", "auto-generated")
		m.SetGenHeader("X-Auto-Response-Suppress", "OOF, AutoReply")
	}
	if l.Lang != "" {
		m.SetGenHeader("Content-Language", l.Lang)
	}
}

func oneLine(a netmail.Address) *netmail.Address {
	return &netmail.Address{Name: recourse.Shorten(strings.Join(strings.Fields(a.Name), " "), 120), Address: a.Address}
}

func (l *Letter) attach(m *gomail.Msg, f *File) error {
	kind, _, err := mime.ParseMediaType(f.Type)
	if err != nil {
		kind = "application/octet-stream"
	}
	options := []gomail.FileOption{gomail.WithFileContentType(gomail.ContentType(kind))}
	name := recourse.Shorten(strings.Join(strings.Fields(f.Name), " "), 120)
	if f.ID == "" {
		return m.AttachReader(name, bytes.NewReader(f.Content), options...)
	}
	return m.EmbedReader(name, bytes.NewReader(f.Content), append(options, gomail.WithFileContentID(f.ID))...)
}
