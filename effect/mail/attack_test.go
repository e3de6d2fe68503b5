package mail

import (
	"bytes"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"
)

// breaks are what might end a line, or a header, before its time.
var breaks = []string{"\r\n", "\n", "\r", "\r\n\r\n", "\u2028", "\u2029", "\x85", "\v", "\f", "\x00", "%0d%0a", "=?utf-8?q?=0D=0ABcc:_eve=40evil.example?=", "=?utf-8?b?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?="}

// TestInjection: whatever stands in a subject, a name, an order's number or the name of a file, a letter has the headers that
// it is to have, once each, and its body ends where it ends.
func TestInjection(t *testing.T) {
	for _, b := range breaks {
		evil := "Order 1001" + b + "Bcc: eve@evil.example" + b + b + "<script>alert(1)</script>" + b + ".\r\n"
		l := &Letter{ID: "a@b.example", From: netmail.Address{Name: evil, Address: "desk@shop.example"}, To: []netmail.Address{{Name: evil, Address: "zoe@buyer.example"}},
			ReplyTo: netmail.Address{Name: evil, Address: "desk+tag@shop.example"}, Subject: evil, Body: evil, Lang: "en", Shop: evil, Link: "https://desk.example.org/", Open: evil, Auto: true, At: time.Unix(1700000000, 0),
			References: []string{"x@y.example"}, Files: []File{{Name: evil + "\"; filename=\"evil.exe", Type: "image/png", Content: []byte("png")}, {Name: "a.png", Type: "image/png\r\nX-Evil: 1", Content: []byte("png")}}}
		raw, err := l.MIME()
		if err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		m, err := netmail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		known := []string{"From", "To", "Reply-To", "Subject", "Message-Id", "Date", "In-Reply-To", "References", "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language", "Mime-Version", "Content-Type", "Content-Transfer-Encoding"}
		for name, values := range m.Header {
			if !slices.Contains(known, name) || len(values) != 1 {
				t.Errorf("%q: the header %s: %q", b, name, values)
			}
		}
		for _, name := range []string{"From", "To", "Reply-To"} {
			list, err := m.Header.AddressList(name)
			if err != nil || len(list) != 1 || strings.HasSuffix(list[0].Address, "evil.example") {
				t.Errorf("%q: %s: %v %v", b, name, list, err)
			}
		}
		parts(t, b, m.Header.Get("Content-Type"), m)
	}
}

// parts looks at the parts: their headers, and the names of files.
func parts(t *testing.T, b, kind string, m *netmail.Message) {
	t.Helper()
	_, values, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatal(err)
	}
	r := multipart.NewReader(m.Body, values["boundary"])
	files := 0
	for {
		p, err := r.NextRawPart()
		if err != nil {
			break
		}
		for name := range p.Header {
			if !strings.HasPrefix(name, "Content-") {
				t.Errorf("%q: a part has the header %s", b, name)
			}
		}
		if at, values, err := mime.ParseMediaType(p.Header.Get("Content-Disposition")); err == nil && at == "attachment" {
			files++
			name, err := (&mime.WordDecoder{}).DecodeHeader(values["filename"])
			if err != nil || strings.ContainsAny(name, "\r\n") || strings.HasPrefix(name, "evil.exe") {
				t.Errorf("%q: a file %q, %v", b, name, err)
			}
		} else if err != nil && p.Header.Get("Content-Disposition") != "" {
			t.Errorf("%q: %s: %v", b, p.Header.Get("Content-Disposition"), err)
		}
	}
	if files != 2 {
		t.Errorf("%q: %d files", b, files)
	}
}

// FuzzInjection: no words make a header.
func FuzzInjection(f *testing.F) {
	for _, b := range breaks {
		f.Add("a"+b+"Bcc: x@y.example", "b"+b+"X: y", "c"+b+"d")
	}
	f.Fuzz(func(t *testing.T, subject, name, file string) {
		l := &Letter{ID: "a@b.example", From: netmail.Address{Name: name, Address: "desk@shop.example"}, To: []netmail.Address{{Name: name, Address: "zoe@buyer.example"}}, Subject: subject, Body: subject, At: time.Unix(1700000000, 0),
			Files: []File{{Name: file, Type: "image/png", Content: []byte("x")}}}
		raw, err := l.MIME()
		if err != nil {
			return
		}
		m, err := netmail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Header["Bcc"]) > 0 || len(m.Header["X"]) > 0 || len(m.Header["To"]) != 1 {
			t.Errorf("%q: %v", subject, m.Header)
		}
	})
}
