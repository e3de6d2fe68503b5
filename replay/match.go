package replay

import (
	"slices"
	"strconv"
	"time"

	"recourse"
	"recourse/document"
)

// effectKinds are the kinds that a scenario may expect.
//
// A scenario that expects another kind is wrong when it is read, not silently unmet: an effect
// excluded under a misspelt kind would never happen, and the scenario would hold for ever.
var effectKinds = []string{
	"message", "refund", "withdraw_refund", "recovery", "withdraw_recovery", "source", "reorder", "adjust", "correct_address",
	"cancel_purchase", "claim", "intercept", "replacement", "withdraw_replacement", "ask",
}

// fieldsOf are the fields that a scenario may expect of an effect; any effect may be expected by case and lines.
var fieldsOf = map[string][]string{
	"message":           {"to", "template", "draft", "earliest", "latest"},
	"refund":            {"amount", "approval"},
	"withdraw_refund":   {"amount"},
	"recovery":          {"purchase", "amount"},
	"withdraw_recovery": {"purchase", "amount"},
	"reorder":           {"supplier", "sku", "amount"},
	"cancel_purchase":   {"purchase"},
	"correct_address":   {"order"},
	"intercept":         {"parcel"},
	"ask":               {"of", "question", "choices", "due"},
}

// effectFields refuses fields that the kind of effect does not have, for the same reason. The fields
// that many kinds share are allowed for all. No fields at all means any effect of the kind.
func effectFields(e document.Entry) error {
	if e.Value.Kind == document.Null {
		return nil
	}
	return e.Value.Keys(append(fieldsOf[e.Key], "case", "lines", "purchase", "parcel", "supplier", "order", "approval", "amount", "reason")...)
}

// matchEffect says whether an effect has all the fields that are expected.
//
// Fields that are not named are not looked at. A scenario shows one rule; what else the playbook says
// in the same effect belongs to another scenario.
func matchEffect(e *recourse.Effect, want document.Node) bool {
	for _, f := range want.Entries {
		if !matchField(e, f.Key, f.Value) {
			return false
		}
	}
	return true
}

// matchField compares one field. Words are compared as they are written in the scenario; money,
// instants and lines by their value, so that 29.9 and another zone of the same instant are not
// differences. The bounds of a window are among a message's variables: what is compared is the instant
// that the buyer is told.
func matchField(e *recourse.Effect, field string, want document.Node) bool {
	switch field {
	case "to":
		return want.Text == string(e.To)
	case "of":
		return want.Text == string(e.Of)
	case "template":
		return want.Text == e.Template
	case "question":
		return want.Text == e.Question
	case "draft":
		return want.Text == strconv.FormatBool(e.Draft)
	case "amount":
		return matchMoney(e.Amount, want)
	case "approval":
		return want.Text == string(e.Approval)
	case "purchase":
		return want.Text == e.Purchase
	case "parcel":
		return want.Text == e.Parcel
	case "supplier":
		return want.Text == e.Supplier
	case "sku":
		return want.Text == e.SKU
	case "case":
		return want.Text == e.Case
	case "lines":
		return matchLines(e.Lines, want)
	case "choices":
		return matchWords(e.Choices, want)
	case "due":
		return matchTime(e.Due, want)
	case "earliest", "latest":
		i := slices.IndexFunc(e.Variables, func(a recourse.Arg) bool { return a.Name == field })
		return i >= 0 && matchTime(e.Variables[i].At, want)
	}
	return true // order and reason: every effect of a scenario is about its order
}

// matchCase says whether a case has all that is expected of it.
//
// The instant due is handed in, because it does not stand in the case: it follows from the file.
func matchCase(c *recourse.Case, due time.Time, want document.Node) bool {
	for _, f := range want.Entries {
		ok := false
		switch f.Key {
		case "case":
			ok = f.Value.Text == c.ID
		case "situation":
			ok = f.Value.Text == string(c.Situation)
		case "status":
			ok = f.Value.Text == string(c.Status)
		case "outcome":
			ok = f.Value.Text == string(c.Outcome)
		case "state":
			ok = f.Value.Text == c.State
		case "purchase":
			ok = f.Value.Text == c.Purchase
		case "parcel":
			ok = f.Value.Text == c.Parcel
		case "lines":
			ok = matchLines(c.Lines, f.Value)
		case "due":
			ok = matchTime(due, f.Value)
		}
		if !ok {
			return false
		}
	}
	return true
}

// What cannot be read matches nothing in these three: the failure then shows what was written beside
// what was found, which says more than an error of the reader would.
func matchMoney(have recourse.Money, want document.Node) bool {
	m, err := recourse.ParseMoney(want.Text)
	return err == nil && m == have
}

func matchTime(have time.Time, want document.Node) bool {
	t, err := instant(want)
	return err == nil && t.Equal(have)
}

// matchWords compares choices in their order, since that is the order in which a person is shown them.
func matchWords(have []string, want document.Node) bool {
	items := want.List()
	if len(items) != len(have) {
		return false
	}
	for i, n := range items {
		if n.Text != have[i] {
			return false
		}
	}
	return true
}

// matchLines compares lines whatever their order: by number, or by number and quantity.
//
// The quantity may be left out when the scenario is not about pieces. Since the lists are equally long
// and every line that is expected must be found, no line can be there unexpected, unless the scenario
// names one twice.
func matchLines(have []recourse.Pieces, want document.Node) bool {
	items := want.List()
	if len(items) != len(have) {
		return false
	}
	for _, n := range items {
		line, quantity := n.Text, ""
		if n.Kind == document.Map {
			l, _ := n.Get("line")
			q, _ := n.Get("quantity")
			line, quantity = l.Text, q.Text
		}
		number, err := strconv.Atoi(line)
		count := recourse.Count(have, number)
		if err != nil || count == 0 || quantity != "" && quantity != strconv.Itoa(count) {
			return false
		}
	}
	return true
}
