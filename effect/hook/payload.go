package hook

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"

	"recourse"
	"recourse/store"
)

// order is what is known of the order that a notice is about, read when it is sent.
type order struct {
	file  *recourse.OrderFile
	known recourse.Personal
}

// notice is a notice as it was kept, for a receiver: told says whether it is told who the buyer is.
func notice(n *store.Notice, o order, told bool) (recourse.Notice, error) {
	var data recourse.NoticeData
	if err := json.Unmarshal(n.Data, &data); err != nil {
		return recourse.Notice{}, &recourse.Error{Kind: recourse.Internal, Code: "body_damaged", Message: "a stored body cannot be read", Err: err}
	}
	return recourse.Notice{ID: n.ID, Type: n.Type, At: n.At, Data: data.Reveal(o.known, o.file, told)}, nil
}

// payload is what is sent: the same bytes at every try, as long as nobody erases the buyer.
func payload(n *store.Notice, o order, told bool) ([]byte, error) {
	out, err := notice(n, o, told)
	if err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

// maxKept is how much of an answer is kept, in bytes.
const maxKept = 1 << 10

var (
	secretish = regexp.MustCompile(`(whsec_|whsk_|v1,|v1a,|Bearer )[A-Za-z0-9+/=_.\-]+`)
	mailish   = regexp.MustCompile(`[^\s@"'<>,;:]+@[^\s@"'<>,;:]+`)
	digitish  = regexp.MustCompile(`\+?\d[\d \-/.()]{6,}\d`)
)

// scrub is the beginning of an answer that people may see: without what looks like a secret, a mail address or a
// telephone number, and without what is known of the buyer.
func scrub(body []byte, o order) string {
	if len(body) > 4*maxKept {
		body = body[:4*maxKept]
	}
	s := strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if r < 0x20 || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(body), ""))
	for _, v := range o.known {
		if len(v) >= 3 {
			s = strings.ReplaceAll(s, v, "•••")
		}
	}
	s = secretish.ReplaceAllString(s, "•••")
	s = mailish.ReplaceAllString(s, "•••")
	s = digitish.ReplaceAllString(s, "•••")
	s = strings.TrimSpace(s)
	if len(s) > maxKept {
		s = strings.ToValidUTF8(s[:maxKept], "")
	}
	return s
}
