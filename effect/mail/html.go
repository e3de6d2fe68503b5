package mail

import (
	"bytes"
	"cmp"
	"html/template"
	"regexp"
	"strings"
)

// The HTML of a letter is made of its plain text, and says nothing that the text does not: paragraphs, lists, addresses
// that can be followed, the shop's name. It fetches nothing from anywhere. Styles stand at each element, since many
// readers of mail throw style sheets away; the sheet has only what needs one, the dark colours.

// block is a paragraph, a list or a button of a letter.
type block struct {
	Lines  [][]piece // of a paragraph, or the items of a list
	List   bool
	Button string // the address; "": it is none
}

// piece is some text, or an address to follow.
type piece struct {
	Text string
	Link string
}

var page = template.Must(template.New("letter").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{{.Subject}}</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  .out { background: #17181a !important; }
  .in { background: #222427 !important; border-color: #34373b !important; }
  .in, .in p, .in li { color: #e8e6e3 !important; }
  .in a { color: #8ab8ff !important; }
  .in a.go { background: #8ab8ff !important; color: #10151c !important; }
  .shop { color: #a3a19d !important; border-color: #34373b !important; }
}
</style>
</head>
<body class="out" style="margin:0;padding:0;background:#f4f3f1;">
<table role="presentation" class="out" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f4f3f1;">
<tr><td align="center" style="padding:24px 12px;">
<table role="presentation" class="in" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;background:#ffffff;border:1px solid #e4e2de;border-radius:10px;">
<tr><td style="padding:28px 28px 12px 28px;font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;font-size:16px;line-height:1.6;color:#222222;text-align:left;overflow-wrap:anywhere;word-break:break-word;">
{{range .Blocks}}{{if .Button}}<p style="margin:0 0 20px 0;"><a class="go" href="{{.Button}}" style="display:inline-block;padding:11px 20px;border-radius:8px;background:#1f5fbf;color:#ffffff;text-decoration:none;font-weight:600;">{{$.Open}}</a></p>
{{else if .List}}<ul style="margin:0 0 16px 0;padding:0 0 0 22px;">{{range .Lines}}<li style="margin:0 0 4px 0;">{{range .}}{{if .Link}}<a href="{{.Link}}" style="color:#1f5fbf;">{{.Text}}</a>{{else}}{{.Text}}{{end}}{{end}}</li>{{end}}</ul>
{{else}}<p style="margin:0 0 16px 0;">{{range $i, $l := .Lines}}{{if $i}}<br>{{end}}{{range $l}}{{if .Link}}<a href="{{.Link}}" style="color:#1f5fbf;">{{.Text}}</a>{{else}}{{.Text}}{{end}}{{end}}{{end}}</p>
{{end}}{{end}}{{range .Pictures}}<p style="margin:0 0 16px 0;"><img src="{{.}}" alt="" style="max-width:100%;height:auto;border-radius:6px;"></p>
{{end}}</td></tr>
{{with .Shop}}<tr><td class="shop" style="padding:14px 28px 18px 28px;border-top:1px solid #eeece8;font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;font-size:13px;line-height:1.5;color:#6b6964;text-align:left;">{{.}}</td></tr>
{{end}}</table>
</td></tr>
</table>
</body>
</html>
`))

// HTML is the letter for readers of mail that show HTML.
func (l *Letter) HTML() (string, error) {
	var pictures []template.URL
	for i := range l.Files {
		if id := l.Files[i].ID; id != "" {
			pictures = append(pictures, template.URL("cid:"+template.URLQueryEscaper(id)))
		}
	}
	var b bytes.Buffer
	err := page.Execute(&b, map[string]any{"Lang": l.Lang, "Subject": l.Subject, "Blocks": blocks(l.Body, l.Link), "Shop": l.below(), "Pictures": pictures, "Open": cmp.Or(l.Open, l.Link)})
	return b.String(), err
}

// below is the name of the shop for the foot of the letter, unless its last line is just that.
func (l *Letter) below() string {
	body := strings.TrimSpace(l.Body)
	if strings.TrimSpace(body[strings.LastIndexByte(body, '\n')+1:]) == l.Shop {
		return ""
	}
	return l.Shop
}

// blocks takes a text apart: paragraphs between empty lines, lists of lines that begin with a dash or a dot.
func blocks(body, link string) (out []block) {
	for part := range strings.SplitSeq(strings.ReplaceAll(body, "\r\n", "\n"), "\n\n") {
		var b block
		flush := func() {
			if len(b.Lines) > 0 {
				out = append(out, b)
			}
			b = block{}
		}
		for line := range strings.SplitSeq(strings.Trim(part, "\n"), "\n") {
			line, button := opens(strings.TrimSpace(line), link)
			item, list := listed(line)
			switch {
			case line == "":
			case list != b.List:
				flush()
				b.List = list
				fallthrough
			default:
				b.Lines = append(b.Lines, pieces(item))
			}
			if button {
				flush()
				out = append(out, block{Button: link})
			}
		}
		flush()
	}
	return out
}

// opens says whether a line ends with the link to the buyer's page, and gives it without: the address stands below it as a
// button.
func opens(line, link string) (string, bool) {
	before, ends := strings.CutSuffix(line, link)
	if link == "" || !ends || !safe(link) {
		return line, false
	}
	return strings.TrimSpace(before), true
}

// listed says whether a line is an item of a list, and gives it without what marks it.
func listed(line string) (string, bool) {
	for _, mark := range []string{"- ", "– ", "• ", "* "} {
		if item, ok := strings.CutPrefix(line, mark); ok {
			return strings.TrimSpace(item), true
		}
	}
	return line, false
}

// address is an address in a text. What ends a sentence is no part of it.
var address = regexp.MustCompile(`https?://[^\s<>"'“”«»，。；：！？、）】」]+[^\s<>"'“”«»，。；：！？、）】」.,;:!?)\]]`)

func pieces(line string) (out []piece) {
	at := 0
	for _, m := range address.FindAllStringIndex(line, -1) {
		if m[0] > at {
			out = append(out, piece{Text: line[at:m[0]]})
		}
		out = append(out, piece{Text: line[m[0]:m[1]], Link: line[m[0]:m[1]]})
		at = m[1]
	}
	if at < len(line) {
		out = append(out, piece{Text: line[at:]})
	}
	return out
}

func safe(link string) bool {
	return strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://")
}
