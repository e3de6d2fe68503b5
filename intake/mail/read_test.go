package mail

import (
	"encoding/base64"
	"fmt"

	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"recourse"
	"recourse/intake"
)

var came = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func letter(t testing.TB, raw string) *intake.Mail {
	t.Helper()
	d := &intake.Delivery{At: came, Body: []byte(strings.ReplaceAll(raw, "\n", "\r\n"))}
	Name(d)
	m, err := Read(d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestEncodings: what people write is read right, whatever their program makes of it.
func TestEncodings(t *testing.T) {
	const chinese, western = "您好，镕基先生：包裹㐀已退回。", "Où est mon vase déjà payé ? 10 €"
	for name, c := range map[string]struct {
		enc  encoding.Encoding
		text string
		head string
	}{
		"gb18030": {simplifiedchinese.GB18030, chinese, "gb18030"}, "GB2312": {simplifiedchinese.GBK, "您好，镕基先生：包裹已退回。", "GB2312"}, "gbk": {simplifiedchinese.GBK, "您好，镕基先生", "gbk"},
		"big5": {traditionalchinese.Big5, "您好，包裹已經退回。", "big5"}, "windows-1252": {charmap.Windows1252, western, "windows-1252"}, "iso-8859-1": {charmap.ISO8859_1, "Où est mon vase déjà payé ?", "iso-8859-1"},
		"iso-8859-15": {charmap.ISO8859_15, western, "iso-8859-15"}, "utf-8": {encoding.Nop, chinese + western, "UTF-8"},
	} {
		text, err := c.enc.NewEncoder().String(c.text)
		if err != nil {
			t.Fatal(name, err)
		}
		b64 := base64.StdEncoding.EncodeToString([]byte(text))
		for way, body := range map[string]string{"base64": b64, "quoted-printable": quoted(text), "8bit": text} {
			m := letter(t, fmt.Sprintf("From: =?%s?B?%s?= <a@b.example>\nSubject: =?%s?B?%s?=\nMessage-ID: <x@b.example>\nContent-Type: text/plain; charset=%s\nContent-Transfer-Encoding: %s\n\n%s\n", c.head, b64, c.head, b64, c.head, way, body))
			if m.Text != c.text || m.Subject != c.text || m.Name != c.text || m.From != "a@b.example" {
				t.Errorf("%s as %s: %q %q %q, %q is wanted", name, way, m.Text, m.Subject, m.Name, c.text)
			}
		}
	}
}

func quoted(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "=%02X", s[i])
		if i%20 == 19 {
			b.WriteString("=\n")
		}
	}
	return b.String()
}

// TestUnquoted: a history shows what somebody wrote, not what they answered.
func TestUnquoted(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"english":       {"It arrived broken.\n\nOn Mon, 2 Mar 2026 at 10:00, Vases & Co <desk@shop.example> wrote:\n> Hello\n> Zoé", "It arrived broken."},
		"broken in two": {"Merci !\n\nLe lun. 2 mars 2026 à 10:00, Vases & Co <desk+abc@shop.example>\na écrit :\n\n> Bonjour", "Merci !"},
		"outlook":       {"Reçu.\n\n________________________________\nDe : Vases & Co <desk@shop.example>\nEnvoyé : lundi 2 mars 2026 10:00\nÀ : Zoé\nObjet : Votre vase\n\nBonjour Zoé", "Reçu."},
		"from block":    {"Yes please.\n\nFrom: Vases\nSent: Monday\nTo: Zoé\n\nHello", "Yes please."},
		"qq":            {"货已发出。\n\n------------------ 原始邮件 ------------------\n发件人: \"Vases\" <desk@shop.example>;\n发送时间: 2026年3月2日\n\nHello", "货已发出。"},
		"163":           {"好的\n\n在 2026-03-02 18:00:00，\"Vases & Co\" <desk@shop.example> 写道：\n> Hello", "好的"},
		"phone":         {"Non\n\nEnvoyé de mon iPhone\n\n> Le 2 mars 2026 à 10:00, Vases a écrit :\n> Bonjour", "Non"},
		"signature":     {"Here it is\n-- \nZoé Lefèvre\n+33 1", "Here it is"},
		"below":         {"> Where is it?\n\nIt left today.\n\n> And when does it come?\n\nIn May.", "It left today.\n\nIn May."},
		"only quoted":   {"On 2 March, Vases wrote:\n> Hello", "On 2 March, Vases wrote:"},
		"no quotation":  {"From: the beginning I said so.\nTwo lines.", "From: the beginning I said so.\nTwo lines."},
		"wrote":         {"Hello.\nOn Monday I wrote:\nplease answer", "Hello.\nOn Monday I wrote:\nplease answer"},
	} {
		if got := Unquoted(c.in); got != c.want {
			t.Errorf("%s: %q, %q is wanted", name, got, c.want)
		}
	}
}

// TestHTML: a letter that is only HTML is read as text, and what it quotes is not taken for its own.
func TestHTML(t *testing.T) {
	for in, want := range map[string]string{
		"<p>Hello,</p><p>it&nbsp;is <b>bro</b>ken &amp; wet.<br>See photo</p>":                                          "Hello,\n\nit is broken & wet.\nSee photo",
		"<style>p{}</style><script>x()</script><title>t</title><div>a</div><div>b</div>":                                "a\nb",
		"<div>Oui</div><div class=gmail_quote>Le lun. 2 mars, V a écrit :<blockquote><p>Bonjour</p></blockquote></div>": "Oui",
		"<ul><li>one</li><li>two</li></ul>":                                                                             "one\ntwo",
		strings.Repeat("<div>", 100_000) + "deep" + strings.Repeat("</div>", 100_000):                                   "deep",
		"<p>unclosed <b>tag": "unclosed tag",
		"":                   "",
	} {
		if got := Unquoted(Plain(in)); got != want {
			t.Errorf("%.60q: %q, %q is wanted", in, got, want)
		}
	}
	m := letter(t, "From: a@b.example\nContent-Type: text/html; charset=utf-8\n\n<p>Mon vase est <i>cassé</i></p>\n")
	if m.Text != "Mon vase est cassé" {
		t.Errorf("%q", m.Text)
	}
}

// TestFinds: what a letter answers, where it was sent to, which numbers it names, and what came with it.
func TestFinds(t *testing.T) {
	m := letter(t, `From: "Zoé" <ZOE@Buyer.example>
To: Vases <desk+abcdefghijklmnop@shop.example>
Cc: other@x.example
Subject: Re: order #1001
Date: Mon, 02 Mar 2026 11:00:00 +0000
Message-ID: <m1@buyer.example>
In-Reply-To: <two@shop.example>
References: <one@shop.example> <two@shop.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

My vase of SO-2042 is broken.
--b
Content-Type: image/jpeg; name="=?utf-8?Q?fa=C3=AFence.jpg?="
Content-Disposition: attachment; filename="../../fa.jpg"
Content-Transfer-Encoding: base64

`+base64.StdEncoding.EncodeToString([]byte("JPEG"))+`
--b
Content-Type: image/png
Content-Disposition: inline
Content-ID: <logo>
Content-Transfer-Encoding: base64

`+base64.StdEncoding.EncodeToString([]byte("logo"))+`
--b--
`)
	if m.From != "zoe@buyer.example" || !slices.Equal(m.Refs, []string{"two@shop.example", "one@shop.example"}) || !slices.Equal(m.Tags, []string{"abcdefghijklmnop"}) || m.ID != "m1@buyer.example" {
		t.Errorf("%+v", m)
	}
	for _, want := range []string{"1001", "#1001", "SO-2042", "2042"} {
		if !slices.Contains(m.Numbers, want) {
			t.Errorf("%s is not among %v", want, m.Numbers)
		}
	}
	if !m.At.Equal(came.Add(-time.Hour)) || m.Auto != "" || m.Forged || m.Bounce != nil {
		t.Errorf("%+v", m)
	}
	if len(m.Files) != 1 || m.Files[0].Name != "fa.jpg" || string(m.Files[0].Content) != "JPEG" {
		t.Errorf("files %+v", m.Files)
	}
}

// TestAuto: what no person wrote is known by what programs say of themselves.
func TestAuto(t *testing.T) {
	loop := strings.Repeat("Received: from a by b\n", maxReceived+1)
	for head, want := range map[string]string{
		"Auto-Submitted: auto-replied": "auto_reply", "Auto-Submitted: no": "", "Auto-Submitted: auto-generated; x=1": "auto_reply", "X-Autoreply: yes": "auto_reply", "Precedence: auto_reply": "auto_reply",
		"Precedence: bulk": "bulk", "List-Id: <x>": "bulk", "Subject: Automatic reply: order": "auto_reply", "Subject: Réponse automatique : absent": "auto_reply", "Subject: =?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte("自动回复：收到")) + "?=": "auto_reply",
		"Subject: Out of the office": "auto_reply", "Subject: out of stock": "", "Subject: automatic door": "", loop[:len(loop)-1]: "loop",
	} {
		if m := letter(t, "From: a@b.example\n"+head+"\n\nHello\n"); m.Auto != want {
			t.Errorf("%.60q: %q, %q is wanted", head, m.Auto, want)
		}
	}
	for head, want := range map[string]bool{
		"mx; spf=pass; dkim=pass; dmarc=pass": false, "mx; dmarc=fail (p=reject) header.from=b.example": true, "mx; spf=fail smtp.mailfrom=x": true, "mx; spf=fail; dkim=pass": false, "mx; spf=softfail": false,
	} {
		if m := letter(t, "Authentication-Results: "+head+"\nAuthentication-Results: other; dmarc=fail\nFrom: a@b.example\n\nHello\n"); m.Forged != want {
			t.Errorf("%q: forged %v", head, m.Forged)
		}
	}
}

// TestBounces: the standard form (RFC 3464, as Postfix writes it), and what others write.
func TestBounces(t *testing.T) {
	report := func(action, status string) string {
		return `From: MAILER-DAEMON@mx.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; zoe@buyer.example
Action: ` + action + `
Status: ` + status + `
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: text/rfc822-headers

From: desk@shop.example
Message-ID: <ours@shop.example>

--b--
`
	}
	for name, c := range map[string]struct {
		raw  string
		want *intake.Bounce
	}{
		"standard": {report("failed", "5.1.1"), &intake.Bounce{Letter: "ours@shop.example", Code: "5.1.1", Final: true}},
		"late":     {report("delayed", "4.4.1"), &intake.Bounce{Letter: "ours@shop.example", Code: "4.4.1"}},
		"exim":     {"From: Mailer-Daemon@mx.example\nX-Failed-Recipients: zoe@buyer.example\nSubject: Mail delivery failed: returning message to sender\n\nSMTP error from remote mail server: 550 5.1.1 no such user\n\n------ This is a copy of the message ------\nMessage-ID: <ours@shop.example>\n", &intake.Bounce{Letter: "ours@shop.example", Code: "5.1.1", Final: true}},
		"qmail":    {"From: MAILER-DAEMON@qmail.example\nSubject: failure notice\n\n<zoe@buyer.example>:\nRemote host said: 550 mailbox unavailable\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <ours@shop.example>\n", &intake.Bounce{Letter: "ours@shop.example", Code: "550", Final: true}},
		"qq":       {"From: PostMaster@qq.com\nSubject: =?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte("系统退信/Undelivered")) + "?=\nIn-Reply-To: <ours@shop.example>\n\n您发送的邮件被退回：host said: 550 Mailbox not found\n", &intake.Bounce{Letter: "ours@shop.example", Code: "550", Final: true}},
		"a person": {"From: zoe@buyer.example\nSubject: undeliverable?\n\nIs my parcel undeliverable? Error 550 says the carrier.\n", nil},
	} {
		m := letter(t, c.raw)
		if (m.Bounce == nil) != (c.want == nil) || m.Bounce != nil && *m.Bounce != *c.want {
			t.Errorf("%s: %+v, %+v is wanted", name, m.Bounce, c.want)
		}
	}
}

// TestBombs: a letter that is made to cost is refused before it is read.
func TestBombs(t *testing.T) {
	var nested strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&nested, "Content-Type:\r\n multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	for name, c := range map[string]struct{ raw, code string }{
		"nested": {"From: a@b.example\r\n" + nested.String(), "letter_parts"},
		"parts":  {"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\nContent-Type: text/plain\r\n\r\nx\r\n", 2000), "letter_parts"},
		"large":  {"From: a@b.example\r\n\r\n" + strings.Repeat("x", MaxLetter), "letter_size"},
		"heads":  {"From: a@b.example\r\nX: " + strings.Repeat("x", 2<<20) + "\r\n\r\nHello", "letter_headers"},
	} {
		d := &intake.Delivery{At: came, Body: []byte(c.raw)}
		Name(d)
		if _, err := Read(d); recourse.CodeOf(err) != c.code {
			t.Errorf("%s: %v, %s is wanted", name, err, c.code)
		}
	}
}

// TestName: a delivery is known again by its Message-ID and its words, whatever the servers on its way added.
func TestName(t *testing.T) {
	name := func(raw string) string {
		d := &intake.Delivery{Body: []byte(raw)}
		Name(d)
		return d.ID
	}
	a := name("Message-ID: <x@y>\r\n\r\nHello")
	if b := name("Received: from z\r\nMessage-Id: <x@y>\r\n\r\nHello"); a != b {
		t.Errorf("%q and %q", a, b)
	}
	if b := name("Message-ID: <x@y>\r\n\r\nOther"); a == b {
		t.Error("another letter hides behind the Message-ID")
	}
	if len(name("Message-ID: <"+strings.Repeat("x", 5000)+"@y>\r\n\r\n")) > 500 {
		t.Error("an id that no database takes")
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("From: a@b.example\r\nSubject: =?gb18030?B?xOO6ww==?=\r\n\r\nHello\r\n> quoted\r\n"))
	f.Add([]byte("Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n"))
	f.Add([]byte("Content-Type: text/html\r\n\r\n<blockquote><p>x</blockquote>&nbsp;"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d := &intake.Delivery{At: came, Body: raw}
		Name(d)
		m, err := Read(d)
		if err != nil {
			return
		}
		if len(m.Text) > intake.MostText || len(m.Files) > maxFiles || len(m.Refs) > maxRefs || len(m.Numbers) > maxNumbers || strings.ContainsAny(m.Subject, "\r\n") || m.At.After(came) {
			t.Errorf("%+v", m)
		}
	})
}
