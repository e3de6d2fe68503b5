package replay

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse"
	"recourse/decide"
	"recourse/playbook"
)

// Answers are what a replay assumes of the people and systems that a book does not tell of: who answers, when, and what.
// Without them nobody answers, which is what most books say. Nothing is left to chance: who takes the goods and who the
// money is read from the order's own number, so that an order answers alike under every policy and in every run.
type Answers struct {
	Market Market // where other offers are found; nil: a search is never answered

	values map[string]value
	answer map[string]recourse.Remedy // of the merchant, by question
}

// Assumed is one assumption as it stands.
type Assumed struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	About string `json:"about"`
}

// assumption is what can be assumed, with what is assumed where nobody says otherwise.
type assumption struct {
	Assumed
	kind valueKind
}

type valueKind int

const (
	wait  valueKind = iota // a duration, or never
	share                  // a percentage, 0 to 100
	ratio                  // a percentage above 0, or «as told»
)

// value is what was assumed: a time, or a percentage.
type value struct {
	text    string
	after   time.Duration
	never   bool
	percent int
}

// The assumptions by their names.
const (
	refundApproved  = "refund.approved_after"
	refundArrives   = "refund.arrives_after"
	searchAnswered  = "search.answered_after"
	buyerAnswers    = "buyer.answers_after"
	buyerTakesGoods = "buyer.takes_goods"
	reorderPlaced   = "reorder.placed_after"
	reorderShips    = "reorder.ships"
	recoveryAnswer  = "recovery.answered_after"
	recoveryPaid    = "recovery.paid"
	merchantAnswers = "merchant.answers_after"
	purchaseCost    = "purchase.cost"
	answerPrefix    = "answer."
)

var assumptions = []assumption{
	{Assumed{refundApproved, "1 day", "a person approves a refund, unless the goods are known to be on their way"}, wait},
	{Assumed{refundArrives, "5 days", "the buyer has the money, once it was sent"}, wait},
	{Assumed{searchAnswered, "1 day", "the best offer that fits is told, or that there is none"}, wait},
	{Assumed{buyerAnswers, "1 day", "the buyer says what they want"}, wait},
	{Assumed{buyerTakesGoods, "70 %", "of the buyers who are offered goods before their money has left take them, the others the money"}, share},
	{Assumed{reorderPlaced, "1 day", "an offer that was chosen is bought"}, wait},
	{Assumed{reorderShips, "100 %", "of the goods bought again come; the others are never shipped"}, share},
	{Assumed{recoveryAnswer, "30 days", "the supplier answers when asked for the money of a purchase"}, wait},
	{Assumed{recoveryPaid, "100 %", "of the purchases that never shipped are paid back; what shipped after all never is"}, share},
	{Assumed{merchantAnswers, "1 day", "the merchant answers the questions named below, and no others"}, wait},
	{Assumed{purchaseCost, "as told", "of what the buyer paid is what a purchase cost, where the book does not tell; offers of the book are priced alike"}, ratio},
}

// usual are the merchant's answers where nobody says otherwise: goods that ship after all are let go, and a parcel that
// could not be stopped is left there.
var usual = map[string]recourse.Remedy{"shipped_after_all": recourse.RemedyClose, "not_stopped": recourse.RemedyClose}

// NewAnswers are the usual assumptions with those that were set, by name. Errors: assumption_unknown and assumption_value,
// both of kind [recourse.Invalid].
func NewAnswers(set map[string]string) (*Answers, error) {
	a := &Answers{values: map[string]value{}, answer: maps.Clone(usual)}
	for _, s := range assumptions {
		v, err := s.read(s.Value)
		if err != nil {
			return nil, err // unreachable: the table is read by every test
		}
		a.values[s.Name] = v
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if err := a.set(name, set[name]); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *Answers) set(name, text string) error {
	if question, ok := strings.CutPrefix(name, answerPrefix); ok && question != "" {
		r := recourse.Remedy(strings.TrimSpace(text))
		switch {
		case r == "never":
			delete(a.answer, question)
		case slices.Contains(recourse.Remedies, r):
			a.answer[question] = r
		default:
			return cannotBe(name, text, "write what can be chosen, such as refund or close, or never")
		}
		return nil
	}
	at := slices.IndexFunc(assumptions, func(s assumption) bool { return s.Name == name })
	if at < 0 {
		return &recourse.Error{Kind: recourse.Invalid, Code: "assumption_unknown", Field: "assume", Message: "nothing of the name " + strconv.Quote(recourse.Shorten(name, 60)) + " can be assumed",
			Hint: recourse.Nearest(name, Assumptions())}
	}
	v, err := assumptions[at].read(text)
	if err == nil {
		a.values[name] = v
	}
	return err
}

// Check says whether the merchant's answers are ones that some policy asks for. Errors are those of [NewAnswers].
func (a *Answers) Check(deciders []*decide.Decider) error {
	for _, q := range slices.Sorted(maps.Keys(a.answer)) {
		if a.answer[q] == usual[q] {
			continue // a playbook need not have the usual questions
		}
		var names, choices []string
		for _, d := range deciders {
			for _, known := range d.Policy.Playbook.Questions {
				names = append(names, known.Name)
				if known.Name == q {
					choices = append(choices, known.Choices...)
				}
			}
		}
		switch {
		case choices == nil:
			return &recourse.Error{Kind: recourse.Invalid, Code: "assumption_unknown", Field: "assume", Message: "the playbook has no question " + strconv.Quote(recourse.Shorten(q, 60)), Hint: recourse.Nearest(q, names)}
		case !slices.Contains(choices, string(a.answer[q])):
			return &recourse.Error{Kind: recourse.Invalid, Code: "assumption_value", Field: "assume", Message: "the question " + strconv.Quote(q) + " cannot be answered by " + string(a.answer[q]), Hint: "one of " + strings.Join(choices, ", ")}
		}
	}
	return nil
}

// Assumptions are the names of what can be assumed, beside answer.QUESTION.
func Assumptions() []string {
	out := make([]string, len(assumptions))
	for i, s := range assumptions {
		out[i] = s.Name
	}
	return out
}

// read reads a value: a duration, «never», a percentage or «as told», as the assumption takes it.
func (s *assumption) read(text string) (v value, err error) {
	text = strings.Join(strings.Fields(text), " ")
	v.text = text
	if s.kind == wait {
		if text == "never" {
			v.never = true
			return v, nil
		}
		d, err := playbook.ParseDuration(text)
		if err != nil || d.Calendar != "" {
			return v, cannotBe(s.Name, text, `write "2 days", "12 hours" or never: days of the calendar, since a book has no country`)
		}
		v.after = d.Time
		return v, nil
	}
	if s.kind == ratio && text == "as told" {
		return v, nil
	}
	digits, ok := strings.CutSuffix(text, "%")
	n, err := strconv.Atoi(strings.TrimSpace(digits))
	if !ok || err != nil || n < 0 || n > 100 || s.kind == ratio && n == 0 {
		return v, cannotBe(s.Name, text, "write a whole percentage up to 100 %")
	}
	v.percent, v.text = n, strconv.Itoa(n)+" %"
	return v, nil
}

func cannotBe(name, text, hint string) error {
	return &recourse.Error{Kind: recourse.Invalid, Code: "assumption_value", Field: "assume", Message: name + " cannot be " + strconv.Quote(recourse.Shorten(text, 40)), Hint: hint}
}

// Assumed are all assumptions as they stand, for the head of a report. A nil receiver assumes nothing.
func (a *Answers) Assumed() []Assumed {
	if a == nil {
		return nil
	}
	var out []Assumed
	for _, s := range assumptions {
		out = append(out, Assumed{s.Name, a.values[s.Name].text, s.About})
	}
	for _, q := range slices.Sorted(maps.Keys(a.answer)) {
		out = append(out, Assumed{answerPrefix + q, string(a.answer[q]), "is the merchant's answer"})
	}
	if a.Market != nil {
		out = append(out, Assumed{"offers", a.Market.Name(), a.Market.About()})
	}
	return out
}

// some says whether a name belongs to so many percent: always the same for the same name.
func some(percent int, name, what string) bool {
	sum := sha256.Sum256([]byte(name + "\x00" + what))
	return binary.BigEndian.Uint64(sum[:8])%100 < uint64(percent)
}

// priced gives the purchases of an order that tell no cost the one that is assumed. The facts given are not changed.
func (a *Answers) priced(events []recourse.Event) []recourse.Event {
	if a == nil || a.values[purchaseCost].percent == 0 {
		return events
	}
	at := slices.IndexFunc(events, func(e recourse.Event) bool { return e.Type == recourse.OrderPlaced })
	if at < 0 {
		return events
	}
	lines, copied := events[at].Items, false
	for i := range events {
		ev := &events[i]
		if ev.Type != recourse.PurchasePlacedEvent || ev.Cost.Currency != "" {
			continue
		}
		cost, ok := a.cost(lines, ev.Lines)
		if !ok {
			continue
		}
		if !copied {
			events, copied = slices.Clone(events), true
		}
		events[i].Cost = cost
	}
	return events
}

// cost is what some pieces of an order are assumed to have cost; false where their prices are not known.
func (a *Answers) cost(lines []recourse.Line, of []recourse.Pieces) (sum recourse.Money, ok bool) {
	for _, l := range lines {
		n := l.Quantity
		if len(of) > 0 {
			at := slices.IndexFunc(of, func(p recourse.Pieces) bool { return p.Line == l.Line })
			if at < 0 {
				continue
			}
			if of[at].Quantity > 0 {
				n = of[at].Quantity
			}
		}
		price, err := l.Price.Mul(int64(n))
		if err != nil || l.Price.Minor <= 0 {
			return sum, false
		}
		if sum, err = sum.Add(price); err != nil {
			return sum, false
		}
	}
	sum, err := sum.Scale(int64(a.values[purchaseCost].percent), 100)
	return sum, err == nil && sum.Minor > 0
}
