package main

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/jhillyerd/enmime/v2"

	"recourse/peer"
)

// posted is a letter that the stand-in of a mail server took, as a person reads it.
type posted struct {
	N       int
	To      string
	From    string
	Subject string
	ID      string // Message-ID
	Text    string
	Files   []postedFile
}

// postedFile is an attachment.
type postedFile struct {
	Name, Type string
	Content    []byte
}

// open reads a letter.
func openLetter(n int, m *peer.Mailed) (*posted, error) {
	e, err := enmime.ReadEnvelope(bytes.NewReader(m.Data))
	if err != nil {
		return nil, err
	}
	l := &posted{N: n, To: e.GetHeader("To"), From: e.GetHeader("From"), Subject: e.GetHeader("Subject"), ID: e.GetHeader("Message-Id"), Text: e.Text}
	for _, a := range e.Attachments {
		l.Files = append(l.Files, postedFile{a.FileName, a.ContentType, a.Content})
	}
	return l, nil
}

// posted are the letters that left so far.
func (s *standIns) posted() (all []*posted) {
	for i, m := range s.mail.Got() {
		if l, err := openLetter(i+1, &m); err == nil {
			all = append(all, l)
		}
	}
	return all
}

// mailboxPage shows the letters that left, the newest first.
var mailboxPage = template.Must(template.New("mailbox").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>The mailbox</title>
<link rel="stylesheet" href="/style.css">
<h1>The mailbox</h1>
<p>Every letter that left the desk, the newest first. None of them went anywhere else. <a href="/">Look again</a></p>
{{range .}}<article><h2>{{.Subject}}</h2>
<p class="to">{{.From}} → {{.To}}</p>
<pre>{{.Text}}</pre>
{{$n := .N}}{{range $i, $f := .Files}}<p><a href="/{{$n}}/{{$i}}">{{$f.Name}}</a></p>{{end}}
</article>{{else}}<p>None yet.</p>{{end}}
</html>`))

const mailboxStyle = `body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
article{border-top:1px solid #8886;padding:.5rem 0}h2{font-size:1.1rem;margin:.5rem 0 0}.to{margin:0;opacity:.7}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}`

// mailbox serves that page, and the files of letters.
func (s *standIns) mailbox() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		all := s.posted()
		for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
			all[i], all[j] = all[j], all[i]
		}
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = mailboxPage.Execute(w, all)
	})
	m.HandleFunc("GET /style.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		fmt.Fprint(w, mailboxStyle)
	})
	m.HandleFunc("GET /{letter}/{file}", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.PathValue("letter"))
		i, err := strconv.Atoi(r.PathValue("file"))
		for _, l := range s.posted() {
			if err == nil && l.N == n && i >= 0 && i < len(l.Files) {
				f := l.Files[i]
				w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'")
				w.Header().Set("X-Content-Type-Options", "nosniff")
				w.Header().Set("Content-Type", "application/octet-stream")
				if f.Type == "application/pdf" {
					w.Header().Set("Content-Type", f.Type)
				}
				_, _ = w.Write(f.Content)
				return
			}
		}
		http.NotFound(w, r)
	})
	return m
}

// letters says which letters left since it was last called.
func (p *play) letters() {
	all := p.posted()
	for _, l := range all[min(p.read, len(all)):] {
		files := ""
		for _, f := range l.Files {
			files += ", with " + f.Name
		}
		p.say("    ✉ to %s: %s%s", l.To, l.Subject, files)
	}
	p.read = len(all)
}

// letter is the newest letter to an address whose subject or text has a text; nil: none has.
func (s *standIns) letter(to, with string) (found *posted) {
	for _, l := range s.posted() {
		if strings.Contains(l.To, to) && strings.Contains(l.Subject+"\n"+l.Text, with) {
			found = l
		}
	}
	return found
}
