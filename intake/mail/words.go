package mail

import (
	"cmp"
	"path"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/jhillyerd/enmime/v2"

	"recourse/intake"
)

// words are what a letter says: its plain text, else its HTML as text.
func words(e *enmime.Envelope) string {
	plain := strings.ReplaceAll(e.Text, "\r\n", "\n")
	if strings.TrimSpace(plain) != "" {
		return strings.TrimSpace(plain)
	}
	return Plain(e.HTML)
}

// breaks are elements that begin a line of their own; those with two begin a paragraph.
var breaks = map[atom.Atom]int{
	atom.Br: 1, atom.Div: 1, atom.Tr: 1, atom.Li: 1, atom.H1: 2, atom.H2: 2, atom.H3: 2, atom.H4: 2, atom.P: 2, atom.Table: 1, atom.Ul: 1, atom.Ol: 1, atom.Blockquote: 1, atom.Hr: 1, atom.Pre: 1,
}

// silent are elements whose content is not for people.
var silent = map[atom.Atom]bool{atom.Style: true, atom.Script: true, atom.Head: true, atom.Title: true, atom.Template: true, atom.Noscript: true}

// Plain is the text of HTML, read once from its beginning to its end, however deep it is nested. What stands in a
// blockquote has the mark of a quotation.
func Plain(source string) string {
	w := &writer{}
	z := html.NewTokenizer(strings.NewReader(source))
	hidden := 0
	for w.b.Len() < 8*intake.MostText {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		t := z.Token()
		switch {
		case kind == html.TextToken && hidden == 0:
			w.text(t.Data)
		case kind == html.StartTagToken && silent[t.DataAtom]:
			hidden++
		case kind == html.EndTagToken && silent[t.DataAtom]:
			hidden = max(0, hidden-1)
		case kind == html.StartTagToken, kind == html.SelfClosingTagToken, kind == html.EndTagToken:
			w.tag(&t, kind)
		}
	}
	return strings.TrimSpace(w.b.String())
}

// writer puts the text of HTML together.
type writer struct {
	b      strings.Builder
	quotes int
	lines  int // line breaks that the next word needs
	blank  bool
}

func (w *writer) tag(t *html.Token, kind html.TokenType) {
	if t.DataAtom == atom.Blockquote {
		if kind == html.StartTagToken {
			w.quotes++
		} else {
			w.quotes = max(0, w.quotes-1)
		}
	}
	n := breaks[t.DataAtom]
	if t.DataAtom == atom.Br && kind != html.EndTagToken {
		w.lines = min(w.lines+1, 2)
	}
	w.lines = max(w.lines, n)
}

func (w *writer) text(s string) {
	for i, word := range strings.Fields(s) {
		if i > 0 || strings.TrimLeft(s, " \t\r\n\u00a0") != s {
			w.blank = true
		}
		w.word(word)
	}
	if strings.TrimRight(s, " \t\r\n\u00a0") != s {
		w.blank = true
	}
}

func (w *writer) word(s string) {
	if w.lines > 0 && w.b.Len() > 0 {
		w.b.WriteString(strings.Repeat("\n", w.lines))
	}
	if w.lines > 0 || w.b.Len() == 0 {
		w.b.WriteString(strings.Repeat("> ", min(w.quotes, 3)))
	} else if w.blank {
		w.b.WriteByte(' ')
	}
	w.lines, w.blank = 0, false
	w.b.WriteString(s)
}

// What begins a quotation, in the words of common programs [M]: a line that says who wrote when, or the headers of the letter
// that is answered.
var (
	attribution = regexp.MustCompile(`(?i)^\s*(on .{0,100}\d.{2,200} wrote|le .{0,100}\d.{2,200} a écrit|am .{0,100}\d.{2,200} schrieb.*|el .{0,100}\d.{2,200} escribió|il .{0,100}\d.{2,200} ha scritto|op .{0,100}\d.{2,200} schreef.*|(在|于)?.{0,100}\d.{2,200}(写道|寫道))\s*[:：]\s*$`)
	origin      = regexp.MustCompile(`(?i)^\s*(-{2,}|_{5,})\s*(original message|message d.origine|ursprüngliche nachricht|mensaje original|messaggio originale|原始邮件|原始郵件|forwarded message|转发邮件).*$`)
	header      = regexp.MustCompile(`(?i)^\s*\*?(from|de|von|发件人|發件人|寄件者)\s*[:：]\*?\s*\S`)
	second      = regexp.MustCompile(`(?i)^\s*\*?(sent|date|envoyé|gesendet|to|à|an|发送时间|發送時間|发送日期|收件人|subject|objet|主题|日期)\s*[:：]`)
	rule        = regexp.MustCompile(`^\s*_{5,}\s*$`)
	footer      = regexp.MustCompile(`(?i)^\s*(sent from my .{2,40}|envoyé (de|depuis) mon .{2,40}|von meinem .{2,40} gesendet|发自我的.{1,20}|發自我的.{1,20}|get outlook for .{2,20})\s*$`)
)

// Unquoted is what a person wrote, without what they quote and how they sign. Where nothing would be left, it is all of it
// but the lines with a mark of quotation.
func Unquoted(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	end := len(lines)
	for i, l := range lines {
		if begins(lines, i, l) {
			end = i
			break
		}
	}
	if out := unmarked(lines[:end]); out != "" {
		return out
	}
	return unmarked(lines)
}

// begins says that from a line on everything is quotation or signature.
func begins(lines []string, i int, l string) bool {
	if l == "-- " || l == "--" && i > 0 || origin.MatchString(l) || attribution.MatchString(l) {
		return true
	}
	if i+1 < len(lines) && rule.MatchString(l) && header.MatchString(lines[i+1]) {
		return true
	}
	if i+1 < len(lines) && len(l) < 200 && len(lines[i+1]) < 200 && strings.TrimSpace(l) != "" && attribution.MatchString(l+" "+strings.TrimSpace(lines[i+1])) && !endsSentence(l) {
		return true // it was broken in two
	}
	return header.MatchString(l) && i+1 < len(lines) && second.MatchString(lines[i+1])
}

// endsSentence says that a line is over, so that the next one is no part of it.
func endsSentence(l string) bool {
	l = strings.TrimSpace(l)
	return strings.HasSuffix(l, ".") || strings.HasSuffix(l, "!") || strings.HasSuffix(l, "?") || strings.HasSuffix(l, "。")
}

// unmarked are the lines without a mark of quotation, and without what a telephone adds.
func unmarked(lines []string) string {
	var out []string
	for _, l := range lines {
		if strings.HasPrefix(strings.TrimSpace(l), ">") || footer.MatchString(l) {
			continue
		}
		l = strings.TrimRight(l, " \t")
		if l == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, l)
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// shown says that a file may be a photo or a video, by what it is called. The evidence room looks into it.
func shown(kind, name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".heif", ".mp4", ".mov", ".webm", ".m4v":
		return true
	}
	return strings.HasPrefix(kind, "image/") && kind != "image/svg+xml" || strings.HasPrefix(kind, "video/")
}

// files are what came with a letter, at most so many; which of them are evidence is the evidence room's to say. A picture
// that a program draws below every letter is small: it is left out.
func files(e *enmime.Envelope, m *intake.Mail) (out []intake.File) {
	if m.Bounce != nil {
		return nil
	}
	for _, list := range [][]*enmime.Part{e.Attachments, e.Inlines, e.OtherParts} {
		for _, p := range list {
			kind := strings.ToLower(p.ContentType)
			logo := p.Disposition != "attachment" && len(p.Content) < 10<<10
			if len(p.Content) == 0 || logo || len(out) == maxFiles || strings.HasPrefix(kind, "message/") || strings.HasPrefix(kind, "text/") && p.FileName == "" {
				continue
			}
			if !shown(kind, p.FileName) {
				m.Left++
				continue
			}
			name := path.Base(strings.ReplaceAll(p.FileName, `\`, "/"))
			out = append(out, intake.File{Name: line(cmp.Or(strings.Trim(name, "./"), "attachment"), 100), Content: p.Content})
		}
	}
	return out
}
