package recourse

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Limits on what a stranger's event may hold.
const (
	maxText     = 10_000 // bytes in any text
	maxID       = 500    // bytes in what names something: databases have limits on their keys
	maxLines    = 1_000  // lines, pieces or offers in a list
	maxMentions = 50     // persons whom a note calls
	maxQuantity = 1_000_000
)

// Instants outside these are typing errors, not facts.
var (
	earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// EventTypes lists every type of event, in alphabetical order.
func EventTypes() []EventType { return slices.Sorted(maps.Keys(eventFields)) }

// EventFields lists the fields of data that an event of that type may carry, those that must be there first,
// and how many of them must; nil for an unknown type.
func EventFields(t EventType) (fields []string, required int) {
	spec, ok := eventFields[t]
	if !ok {
		return nil, 0
	}
	must, may, _ := strings.Cut(spec, "|")
	fields = strings.Fields(must)
	required = len(fields)
	fields = append(fields, strings.Fields(may)...)
	for _, f := range []string{"order", "case", "effect"} {
		if !slices.Contains(fields, f) {
			fields = append(fields, f)
		}
	}
	return fields, required
}

// DecodeData reads the data of an event of the given type from JSON. A field that the type does not carry is
// refused, with the nearest one that it does. The event is checked as by Check.
func DecodeData(t EventType, data []byte) (Data, error) {
	var d Data
	fields, _ := EventFields(t)
	if fields == nil {
		return d, unknownType(t)
	}
	var err error
	if t == OrderPlaced {
		err = json.Unmarshal(data, &struct {
			*Data
			Items *[]Line `json:"lines"`
		}{&d, &d.Items})
	} else {
		err = json.Unmarshal(data, &d)
	}
	if _, broken := err.(*json.SyntaxError); broken || !isObject(data) {
		return d, &Error{Kind: Invalid, Code: "event_data", Field: "data", Message: "the data of " + string(t) + " is not a JSON object", Err: err}
	}
	if k, strange := strangeKey(data, fields); strange {
		return d, &Error{Kind: Invalid, Code: "event_field", Field: k, Message: fmt.Sprintf("%s carries no field %q", t, Shorten(k, 40)), Hint: Nearest(k, fields)}
	}
	if err != nil {
		return d, decodeError(t, err)
	}
	e := Event{Type: t, Data: d}
	return d, e.Check()
}

func isObject(data []byte) bool {
	data = bytes.TrimSpace(data)
	return len(data) > 0 && data[0] == '{'
}

// strangeKey is the first key of a JSON object that is not among names. The object was found to be sound, so that looking
// for brackets and quotes is enough.
func strangeKey(object []byte, names []string) (string, bool) {
	depth, key := 0, false
	for i := 0; i < len(object); i++ {
		switch object[i] {
		case '{', '[':
			depth++
			key = depth == 1
		case '}', ']':
			depth--
		case ',':
			key = depth == 1
		case '"':
			end := i + 1
			for ; object[end] != '"'; end++ {
				if object[end] == '\\' {
					end++
				}
			}
			if key && !slices.Contains(names, string(object[i+1:end])) {
				return string(object[i+1 : end]), true
			}
			key, i = false, end
		}
	}
	return "", false
}

// decodeError says in our words what encoding/json found.
func decodeError(t EventType, err error) error {
	out := &Error{Kind: Invalid, Code: "event_value", Message: "the data of " + string(t) + " cannot be read: " + err.Error(), Err: err}
	if te, ok := err.(*json.UnmarshalTypeError); ok {
		out.Field = strings.TrimPrefix(te.Field, "Data.")
		out.Message = fmt.Sprintf("%s of %s cannot be a %s", out.Field, t, te.Value)
	} else if e, ok := err.(*Error); ok {
		return e
	}
	return out
}

func unknownType(t EventType) error {
	names := make([]string, 0, len(eventFields))
	for _, n := range EventTypes() {
		names = append(names, string(n))
	}
	return &Error{Kind: Invalid, Code: "event_type", Field: "type", Message: fmt.Sprintf("there is no event %q", Shorten(string(t), 60)), Hint: Nearest(string(t), names)}
}

// Check says whether the event can be decided on: a known type, what it must carry, and no value that
// cannot be true. The error names the field.
func (e *Event) Check() error {
	fields, required := EventFields(e.Type)
	if fields == nil {
		return unknownType(e.Type)
	}
	for _, f := range fields[:required] {
		if e.lacks(f) {
			return invalid("event_missing", f, "%s must carry %s", e.Type, f)
		}
	}
	for _, check := range []func(*Event) error{(*Event).checkTexts, (*Event).checkLines, (*Event).checkTimes, (*Event).checkWindows, (*Event).checkWords, (*Event).checkMoney} {
		if err := check(e); err != nil {
			return err
		}
	}
	return nil
}

// lacks says that a field that must be there is not. The order can always be found through the others, or be
// the only one that can be meant, so it is the receiver's to look for.
func (e *Event) lacks(field string) bool {
	switch field {
	case "lines":
		return len(e.Items) == 0
	case "status":
		return e.Status == ""
	case "problem":
		return e.Problem == ""
	case "remedy":
		return e.Remedy == ""
	case "effect":
		return e.Effect == ""
	case "case":
		return e.Case == ""
	case "text":
		return strings.TrimSpace(e.Text) == ""
	case "order":
		return e.Type == OrderPlaced && e.Order == ""
	case "purchase":
		return e.Type == PurchasePlacedEvent && e.Purchase == ""
	}
	return false
}

func (e *Event) checkLines() error {
	if len(e.Lines) > maxLines || len(e.Items) > maxLines || len(e.Offers) > maxLines {
		return &Error{Kind: TooLarge, Code: "event_lines", Field: "lines", Message: fmt.Sprintf("more than %d lines or offers", maxLines)}
	}
	seen := map[int]bool{}
	for i, l := range e.Items {
		field := fmt.Sprintf("lines[%d]", i)
		if l.Line < 1 || l.Line > maxQuantity || seen[l.Line] {
			return invalid("line_number", field+".line", "line %d: lines are numbered from 1, each number once", l.Line)
		}
		seen[l.Line] = true
		if l.Quantity < 1 || l.Quantity > maxQuantity {
			return invalid("quantity", field+".quantity", "a quantity of %d: it must be from 1 to %d", l.Quantity, maxQuantity)
		}
		if l.Price.Minor < 0 || l.Price.Minor > maxOrder {
			return invalid("price", field+".price", "a price of %s cannot be", l.Price)
		}
	}
	for i, p := range e.Lines {
		if p.Line < 1 || p.Line > maxQuantity || p.Quantity < 0 || p.Quantity > maxQuantity {
			return invalid("line_number", fmt.Sprintf("lines[%d]", i), "line %d, quantity %d cannot be", p.Line, p.Quantity)
		}
	}
	return nil
}

func (e *Event) checkTimes() error {
	for _, t := range []struct {
		field string
		at    time.Time
	}{{"time", e.Time}, {"ship_by", e.ShipBy}, {"due", e.Due}, {"updated_at", e.UpdatedAt}} {
		if !t.at.IsZero() && (t.at.Before(earliest) || t.at.After(latest)) {
			return invalid("time_range", t.field, "%s of %s: it must be from 1990 to 2199", t.field, t.at.UTC().Format(time.RFC3339))
		}
	}
	return nil
}

func (e *Event) checkWords() error {
	if e.Leg != "" && e.Leg != Domestic && e.Leg != International {
		return oneOf("leg", string(e.Leg), []string{string(Domestic), string(International)})
	}
	if e.Status != "" && !e.Status.Known() {
		names := make([]string, 0, len(parcelRank))
		for s := range parcelRank {
			names = append(names, string(s))
		}
		return oneOf("status", string(e.Status), names)
	}
	if e.Remedy != "" && !slices.Contains(Remedies, e.Remedy) {
		return oneOf("remedy", string(e.Remedy), words(Remedies))
	}
	by := []Party{PartyBuyer, PartyMerchant}
	if e.Type == MessageReceived {
		by = append(by, PartySupplier, PartyAgent)
	}
	if e.By != "" && !slices.Contains(by, e.By) {
		return oneOf("by", string(e.By), words(by))
	}
	if e.To != "" && !slices.Contains(writable, e.To) {
		return oneOf("to", string(e.To), words(writable))
	}
	return nil
}

// writable are the parties that a person of the merchant may write to.
var writable = []Party{PartyBuyer, PartySupplier, PartyAgent}

func (e *Event) checkMoney() error {
	for _, m := range []struct {
		field string
		sum   Money
	}{{"paid", e.Paid}, {"shipping", e.Shipping}, {"discount", e.Discount}, {"tax", e.Tax}, {"cost", e.Cost}, {"amount", e.Amount}} {
		if m.sum.Minor < 0 || m.sum.Minor > maxOrder {
			return invalid("amount", m.field, "%s of %s cannot be", m.field, m.sum)
		}
	}
	for i, o := range e.Offers {
		if o.Price.Minor < 0 || o.Price.Minor > maxOrder || o.Stock < 0 || o.LeadDays < 0 {
			return invalid("offer", fmt.Sprintf("offers[%d]", i), "an offer with price %s, stock %d, lead time %d cannot be", o.Price, o.Stock, o.LeadDays)
		}
		if o.Likeness < 0 || o.Likeness > 1000 {
			return invalid("offer", fmt.Sprintf("offers[%d]", i), "a likeness of %d cannot be: it is told in thousandths", o.Likeness)
		}
		if !o.Exchanged.check(o.Price) {
			return invalid("offer_exchanged", fmt.Sprintf("offers[%d]", i), "%s is not what %s comes to at the rate that is told", o.Exchanged.Sum, o.Price)
		}
	}
	return nil
}

func invalid(code, field, format string, args ...any) error {
	return &Error{Kind: Invalid, Code: code, Field: field, Message: fmt.Sprintf(format, args...)}
}

func oneOf(field, got string, names []string) error {
	slices.Sort(names)
	return &Error{Kind: Invalid, Code: "event_word", Field: field,
		Message: fmt.Sprintf("%s cannot be %q", field, Shorten(got, 40)), Hint: "one of " + strings.TrimPrefix(strings.Join(names, ", "), ", ")}
}

func words[S ~string](all []S) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = string(s)
	}
	return out
}

// UnmarshalJSON takes a line number, or an object with line and quantity.
func (p *Pieces) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		type plain Pieces
		return json.Unmarshal(data, (*plain)(p))
	}
	*p = Pieces{}
	return json.Unmarshal(data, &p.Line)
}

// UnmarshalJSON reads a line; one that tells no quantity is of one piece.
func (l *Line) UnmarshalJSON(data []byte) error {
	type plain Line
	line := plain{Quantity: 1}
	if err := json.Unmarshal(data, &line); err != nil {
		return err
	}
	*l = Line(line)
	return nil
}

// Nearest is a hint for a word that is not among names: "did you mean "x"?", else the names there are.
func Nearest(word string, names []string) string {
	best, at := len(word)/2+1, ""
	for _, n := range names {
		if d := distance(word, n); d < best {
			best, at = d, n
		}
	}
	if at != "" {
		return fmt.Sprintf("did you mean %q?", at)
	}
	sorted := slices.Sorted(slices.Values(names))
	if len(sorted) > 12 {
		sorted = append(sorted[:12:12], "…")
	}
	return "there are " + strings.Join(sorted, ", ")
}

// distance is the number of letters to change, insert or drop to get from a to b (Levenshtein), capped for
// long words, which are never near anything.
func distance(a, b string) int {
	if len(a) > 60 || len(b) > 60 {
		return 60
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, before+1, row[j]+1)
		}
	}
	return row[len(b)]
}
