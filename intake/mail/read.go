// Package mail reads letters that come in: what a person wrote, without what they quote, whatever the encoding; what came
// with it; what it answers; and whether a person wrote it at all. Reading is pure. A mailbox over IMAP is in imap.go.
package mail

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	netmail "net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jhillyerd/enmime/v2"

	"recourse"
	"recourse/intake"
)

// Limits on what a stranger's letter may be.
const (
	MaxLetter   = 25 << 20 // bytes
	maxNested   = 40       // multiparts
	maxParts    = 500
	maxFiles    = 20
	maxHeaders  = 1 << 20 // bytes
	maxReceived = 40      // servers on its way: more is a loop
	maxRefs     = 50
	maxNumbers  = 40
	maxTo       = 50
)

var (
	multipart   = regexp.MustCompile(`(?im)^content-type:\s*multipart/`)
	contentType = regexp.MustCompile(`(?im)^content-type:`)
	parser      = enmime.NewParser(enmime.DisableTextConversion(true), enmime.SkipMalformedParts(true), enmime.MaxStoredPartErrors(5), enmime.MultipartWOBoundaryAsSinglePart(true))
)

func tooLarge(code, message string) error {
	return &recourse.Error{Kind: recourse.TooLarge, Code: code, Message: message}
}

// check refuses what would cost more to read than a letter may.
func check(raw []byte) error {
	if len(raw) > MaxLetter {
		return tooLarge("letter_size", "the letter is larger than 25 MB")
	}
	if len(multipart.FindAllIndex(raw, maxNested+1)) > maxNested || len(contentType.FindAllIndex(raw, maxParts+1)) > maxParts {
		return tooLarge("letter_parts", "the letter has more parts in parts than any person's")
	}
	if head, _ := split(raw); len(head) > maxHeaders {
		return tooLarge("letter_headers", "the letter has more than 1 MB of headers")
	}
	return nil
}

// split parts the headers from the body.
func split(raw []byte) (head, body []byte) {
	for _, gap := range []string{"\r\n\r\n", "\n\n"} {
		if h, b, ok := bytes.Cut(raw, []byte(gap)); ok {
			return h, b
		}
	}
	return raw, nil
}

// Name gives a delivery its id and topic: the Message-ID with a hash of the body, which servers on the way leave alone, so
// that nobody hides a letter behind another's Message-ID.
func Name(d *intake.Delivery) {
	head, body := split(d.Body)
	if len(head) > maxHeaders {
		head = head[:maxHeaders]
	}
	id := ""
	if m, err := netmail.ReadMessage(bytes.NewReader(append(slices.Clone(head), "\r\n\r\n"...))); err == nil {
		id = bare(m.Header.Get("Message-Id"))
	}
	sum := sha256.Sum256(body)
	d.ID = recourse.Shorten(id, 300) + "#" + hex.EncodeToString(sum[:8])
	d.Topic = cmp.Or(d.Topic, "mail")
}

// bare is a Message-ID without its brackets.
func bare(id string) string { return strings.Trim(strings.TrimSpace(id), "<>") }

// Read reads a letter of a delivery that Name has named.
func Read(d *intake.Delivery) (*intake.Mail, error) {
	if err := check(d.Body); err != nil {
		return nil, err
	}
	e, err := parser.ReadEnvelope(bytes.NewReader(d.Body))
	if err != nil {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: "letter", Message: "this is no letter that could be read", Err: err}
	}
	m := &intake.Mail{ID: bare(e.GetHeader("Message-Id")), Key: d.ID, Subject: line(e.GetHeader("Subject"), 300), At: when(e, d.At)}
	from(e, m)
	m.Refs = refs(e)
	m.To, m.Tags = recipients(e)
	m.Whole = words(e)
	m.Text = cut(Unquoted(m.Whole), intake.MostText)
	m.Whole = cut(m.Whole, 4*intake.MostText)
	m.Numbers = numbers(m.Subject + "\n" + m.Whole)
	m.Auto = auto(e, m)
	m.Forged = forged(e)
	m.Unproven = unproven(e, m.From)
	m.Bounce = bounce(e, m)
	m.Files = files(e, m)
	return m, nil
}

// line is a header's value for people: one line, not without end.
func line(s string, n int) string {
	return recourse.Shorten(strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " "), n)
}

// cut is the beginning of a text, in whole letters.
func cut(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// when is when it was written, as far as that can be believed: not after it came, and not weeks before.
func when(e *enmime.Envelope, came time.Time) time.Time {
	at, err := netmail.ParseDate(e.GetHeader("Date"))
	if err != nil || at.After(came) || came.Sub(at) > 14*24*time.Hour {
		return came
	}
	return at.UTC()
}

func from(e *enmime.Envelope, m *intake.Mail) {
	list, err := e.AddressList("From")
	if err != nil || len(list) == 0 {
		return
	}
	m.From, m.Name = strings.ToLower(cut(list[0].Address, 320)), line(list[0].Name, 100)
}

// ids are Message-IDs in a header.
var ids = regexp.MustCompile(`<([^<>\s]{3,300})>`)

func refs(e *enmime.Envelope) (out []string) {
	add := func(header string, backwards bool) {
		found := ids.FindAllStringSubmatch(header, maxRefs)
		if backwards {
			slices.Reverse(found)
		}
		for _, f := range found {
			if !slices.Contains(out, f[1]) && len(out) < maxRefs {
				out = append(out, f[1])
			}
		}
	}
	add(e.GetHeader("In-Reply-To"), false)
	add(e.GetHeader("References"), true)
	return out
}

// tagged is an address with a tag of ours.
var tagged = regexp.MustCompile(`(?i)\+([a-z2-7]{16})@`)

func recipients(e *enmime.Envelope) (to, tags []string) {
	for _, header := range []string{"To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"} {
		for _, value := range e.GetHeaderValues(header) {
			for _, t := range tagged.FindAllStringSubmatch(value, maxTo) {
				if tag := strings.ToLower(t[1]); !slices.Contains(tags, tag) {
					tags = append(tags, tag)
				}
			}
		}
		list, err := e.AddressList(header)
		for i := 0; err == nil && i < len(list) && len(to) < maxTo; i++ {
			if a := strings.ToLower(list[i].Address); !slices.Contains(to, a) {
				to = append(to, a)
			}
		}
	}
	return to, tags
}

// numberish are words that may be order numbers: with some digits, perhaps with letters and a mark before them.
var numberish = regexp.MustCompile(`#?[A-Za-z]{0,6}[-_]?\d{3,20}(?:-\d{1,6})?`)

func numbers(s string) (out []string) {
	add := func(n string) {
		if n != "" && !slices.Contains(out, n) && len(out) < maxNumbers {
			out = append(out, n)
		}
	}
	for _, n := range numberish.FindAllString(s, 200) {
		add(n)
		plain := strings.TrimPrefix(n, "#")
		add(plain)
		add("#" + plain)
		add(strings.TrimLeft(plain, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"))
	}
	return out
}

// forged says that the server which took the letter in found that its sender is not who it says. Only the topmost of those
// headers is that server's; what stands below may be the sender's own invention.
func forged(e *enmime.Envelope) bool {
	values := e.GetHeaderValues("Authentication-Results")
	if len(values) == 0 {
		return false
	}
	v := strings.ToLower(values[0])
	if strings.Contains(v, "dmarc=pass") {
		return false
	}
	return strings.Contains(v, "dmarc=fail") || strings.Contains(v, "spf=fail") && !strings.Contains(v, "dkim=pass")
}
