package view

import (
	"bufio"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"recourse/store"
)

// WriteICS writes claims that are open as a calendar that other programs read (RFC 5545): one event at the end of each window, with
// an alarm when it becomes urgent. It has no personal data: an order's number, its trouble, and who is claimed from. base is the
// address of the desk, "": no links.
func WriteICS(w io.Writer, r Reader, all []store.Claim, base string) error {
	out := bufio.NewWriter(w)
	line := func(name, value string) { foldICS(out, name+":"+value) }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//Recourse//Claim windows//EN")
	line("CALSCALE", "GREGORIAN")
	line("METHOD", "PUBLISH")
	line("X-WR-CALNAME", escapeICS(r.T("claim_page")))
	for i := range all {
		c := &all[i]
		if c.State(r.Now) != store.ClaimOpen {
			continue
		}
		item := r.Claim(c)
		line("BEGIN", "VEVENT")
		line("UID", escapeICS("claim-"+c.Case+"@recourse"))
		line("DTSTAMP", stampICS(r.Now))
		line("DTSTART", stampICS(c.EndsAt))
		line("TRANSP", "TRANSPARENT")
		kind := "ics_claim"
		if c.Dispute {
			kind = "ics_answer"
		}
		line("SUMMARY", escapeICS(r.T(kind, "order", c.Order, "situation", item.Situation)))
		line("DESCRIPTION", escapeICS(describeICS(item)))
		if base != "" {
			line("URL", strings.TrimSuffix(base, "/")+item.Href)
		}
		if c.WarnAt.Before(c.EndsAt) {
			line("BEGIN", "VALARM")
			line("ACTION", "DISPLAY")
			line("DESCRIPTION", escapeICS(r.T(kind, "order", c.Order, "situation", item.Situation)))
			line("TRIGGER;VALUE=DATE-TIME", stampICS(c.WarnAt))
			line("END", "VALARM")
		}
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	return out.Flush()
}

func describeICS(i ClaimItem) string {
	var parts []string
	for _, p := range []string{i.Supplier, i.Marketplace, i.Amount, i.Rule} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, "\n")
}

func stampICS(at time.Time) string { return at.UTC().Format("20060102T150405Z") }

var icsEscapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// escapeICS is a text as a value of a calendar: no line of it can begin another.
func escapeICS(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f {
			return -1
		}
		return r
	}, icsEscapes.Replace(s))
}

// foldICS writes a line in pieces of at most 75 bytes, and breaks none of its letters.
func foldICS(w *bufio.Writer, s string) {
	room := 75
	for len(s) > room {
		cut := room
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		w.WriteString(s[:cut])
		w.WriteString("\r\n ")
		s, room = s[cut:], 74
	}
	w.WriteString(s)
	w.WriteString("\r\n")
}
