package recourse

import (
	"errors"
	"strconv"
	"strings"
)

// Kind is the coarse class of an [Error]: what the one who gets it can do about it. Every way out of the
// house (HTTP status, exit code, log level) is chosen by kind, in one table each.
type Kind string

// The kinds of error.
const (
	// Invalid: the input is wrong; the same input will be refused again. Change it.
	Invalid Kind = "invalid"
	// NotFound: what was named does not exist, or not for the one who asks.
	NotFound Kind = "not_found"
	// Conflict: the input was right but what it speaks of has moved on. Read again, then decide.
	Conflict Kind = "conflict"
	// Forbidden: known, but not allowed to this person or token.
	Forbidden Kind = "forbidden"
	// TooLarge: a limit on size, count, depth or time was passed; the message names the limit.
	TooLarge Kind = "too_large"
	// Unavailable: nothing wrong with the input; try again later.
	Unavailable Kind = "unavailable"
	// Internal: a fault of this program. The cause is logged, never shown to strangers.
	Internal Kind = "internal"
)

// Position is a place in a file that a person wrote: a playbook, a scenario, an order book, a calendar.
type Position struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`   // from 1; in an order book the row, headers included; 0: unknown
	Column int    `json:"column,omitempty"` // from 1, in characters; in an order book the column's number; 0: unknown
}

// String is file:line:column, without the parts that are not known.
func (p Position) String() string {
	parts := make([]string, 0, 3)
	if p.File != "" {
		parts = append(parts, p.File)
	}
	if p.Line > 0 {
		parts = append(parts, strconv.Itoa(p.Line))
		if p.Column > 0 {
			parts = append(parts, strconv.Itoa(p.Column))
		}
	}
	return strings.Join(parts, ":")
}

// Error is the one error type that people and programs outside get to see.
type Error struct {
	Kind     Kind
	Code     string   // stable, snake_case, for programs: never reworded once released
	Message  string   // one sentence for a person: what was wrong, with the offending value, quoted and shortened
	Field    string   // the field, setting, column or flag at fault, where there is one
	Position Position // where in a file, when the input was one
	Hint     string   // what to do about it, where that is not plain from the message
	Err      error    // the cause, for logs and errors.Is; never shown to strangers
}

// Error renders the position, the message and the hint: "shop.yaml:4:7: unknown key "afer" (did you mean "after"?)".
func (e *Error) Error() string {
	var b strings.Builder
	if at := e.Position.String(); at != "" {
		b.WriteString(at)
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	if e.Hint != "" {
		b.WriteString(" (")
		b.WriteString(e.Hint)
		b.WriteString(")")
	}
	return b.String()
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of the first [Error] in err's chain; Internal when there is none, "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// CodeOf is the stable code of the first [Error] in err's chain; "internal" when there is none, "" for nil.
func CodeOf(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return "internal"
}

// Shorten cuts a stranger's text to at most n runes for use in a message, marking the cut with an ellipsis.
// Invalid UTF-8 is replaced, line breaks become spaces, so that an error stays one line.
func Shorten(s string, n int) string {
	if len(s) > 4*n+4 {
		s = s[:4*n+4]
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n]) + "…"
}
