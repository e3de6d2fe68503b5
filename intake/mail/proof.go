package mail

import (
	"regexp"
	"strings"

	"github.com/jhillyerd/enmime/v2"
)

// What the server that took a letter in says of its sender (RFC 8601): which domain a signature or a way of sending is of.
var (
	passedDKIM = regexp.MustCompile(`\bdkim=pass\b[^;]*\bheader\.(?:d|i)=(?:[^\s;@]*@)?([^\s;]+)`)
	passedSPF  = regexp.MustCompile(`\bspf=pass\b[^;]*\bsmtp\.(?:mailfrom|helo)=(?:[^\s;@]*@)?([^\s;]+)`)
)

// unproven says that the server which took the letter in looked, and found nothing that proves the sender's domain: neither
// DMARC, nor a signature of that domain (DKIM), nor a way of sending that it allows (SPF). A signature of another domain
// proves that domain alone. A server that says nothing did not look.
func unproven(e *enmime.Envelope, from string) bool {
	values := e.GetHeaderValues("Authentication-Results")
	if len(values) == 0 {
		return false
	}
	v := strings.ToLower(strings.Join(strings.Fields(values[0]), " "))
	if strings.Contains(v, "dmarc=pass") {
		return false
	}
	_, domain, _ := strings.Cut(strings.ToLower(from), "@")
	for _, passed := range []*regexp.Regexp{passedDKIM, passedSPF} {
		for _, m := range passed.FindAllStringSubmatch(v, maxProofs) {
			if aligned(strings.Trim(m[1], `"`), domain) {
				return false
			}
		}
	}
	return true
}

// maxProofs of one kind are looked at.
const maxProofs = 10

// aligned says whether two domains are one's own: the same, or one below the other.
func aligned(a, b string) bool {
	return a != "" && b != "" && strings.Contains(a, ".") && (a == b || strings.HasSuffix(a, "."+b) || strings.HasSuffix(b, "."+a))
}
