package web

import (
	"mime"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"recourse/store"
)

// TestDownloadNames: what a stranger called a file neither makes a header nor hides how the file ends.
func TestDownloadNames(t *testing.T) {
	for _, name := range []string{"a.jpg\r\nX-Evil: 1", `a"; filename="evil.exe`, "a.exe", "../../etc/passwd", `..\..\boot.ini`, "photo\u202egpj.exe", "\u2066a\u2069.png", "a;b=c.png", "=?utf-8?q?evil=2Eexe?=", "фото.jpg", strings.Repeat("a", 5000) + ".exe", "", ".", "\x00.exe", "a\u2028b.exe", "con.png"} {
		e := &store.Evidence{Name: name, Order: "1001", File: "0123456789abcdef", Type: "image/jpeg"}
		head := mime.FormatMediaType("attachment", map[string]string{"filename": originalName(e)})
		kind, values, err := mime.ParseMediaType(head)
		got := values["filename"]
		bad := strings.ContainsFunc(got, func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '/' || r == '\\'
		})
		if err != nil || kind != "attachment" || len(values) != 1 || !strings.HasSuffix(got, ".jpg") || bad || len(got) > 500 || strings.ContainsAny(head, "\r\n") {
			t.Errorf("%q: %q, %q, %v", name, head, got, err)
		}
		h := http.Header{}
		h.Set("Content-Disposition", head)
		var b strings.Builder
		if h.Write(&b); strings.Count(b.String(), "\r\n") != 1 {
			t.Errorf("%q: %q", name, b.String())
		}
	}
	for _, name := range []string{"a\"b", "a\r\nb", "../a", "", "ä", strings.Repeat("a", 500)} {
		if got := playbookFileName(name); strings.ContainsAny(got, "\"\r\n/\\") || got == "" || len(got) > 60 {
			t.Errorf("%q: %q", name, got)
		}
	}
}
