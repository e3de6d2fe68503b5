package playbook

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"

	"recourse"
)

// Policy is a playbook with a merchant's settings. Policies of one playbook share its compiled conditions.
type Policy struct {
	*Playbook
	Values []Value // of the settings, by their place in the playbook
	Hash   string  // of the playbook and the settings: what a case is pinned to

	limit recourse.Money // of the approval setting
	waits bool
	texts []string // of the settings that are durations, as Text gives them
}

// With makes a policy of the playbook with some settings changed, as written: "late_shipment.urge_after" →
// "3 days". An unknown setting or value is an error of kind invalid that names the setting.
func (p *Playbook) With(settings map[string]string) (*Policy, error) {
	out := &Policy{Playbook: p, Values: make([]Value, len(p.Settings))}
	for i, s := range p.Settings {
		out.Values[i] = s.Default
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		i, ok := p.settings[name]
		if !ok {
			return nil, &recourse.Error{Kind: recourse.Invalid, Code: "setting", Field: name, Message: fmt.Sprintf("%s has no setting %q", p.Name, recourse.Shorten(name, 60)),
				Hint: recourse.Nearest(name, p.settingNames())}
		}
		v, err := p.Settings[i].Parse(settings[name])
		if err != nil {
			return nil, err
		}
		out.Values[i] = v
	}
	return out, out.finish()
}

// finish derives the hash and what the interpreter reads often.
func (p *Policy) finish() (err error) {
	h := sha256.New()
	io.WriteString(h, p.Playbook.Hash)
	for i, s := range p.Settings {
		fmt.Fprintf(h, "\n%s: %s", s.Name, s.Format(p.Values[i]))
	}
	p.Hash = hex.EncodeToString(h.Sum(nil))
	p.texts = make([]string, len(p.Values))
	for i, v := range p.Values {
		if v.Kind == Span {
			p.texts[i] = p.text(*v.Span)
		}
	}
	for _, i := range p.repeats {
		if d := p.Values[i].Span; d.Time == 0 && d.Business == 0 {
			return &recourse.Error{Kind: recourse.Invalid, Code: "setting_value", Field: p.Settings[i].Name, Message: p.Settings[i].Name + " says how often something repeats: it cannot be " + d.String()}
		}
	}
	p.limit, p.waits, err = approvalLimit(p.Values[p.approval].Text)
	return err
}

func (p *Playbook) settingNames() []string {
	names := make([]string, len(p.Settings))
	for i, s := range p.Settings {
		names[i] = s.Name
	}
	return names
}

// Value is the value of a setting; the zero Value when there is none of that name.
func (p *Policy) Value(setting string) Value {
	if i, ok := p.settings[setting]; ok {
		return p.Values[i]
	}
	return Value{}
}

// Approval says whether money to a buyer waits for a person. An amount in another currency than the limit's
// waits: it cannot be compared.
func (p *Policy) Approval(amount recourse.Money) recourse.Approval {
	if !p.waits {
		return recourse.ApprovalGiven
	}
	if p.limit.Currency != "" && p.limit.Currency == amount.Currency && amount.Minor <= p.limit.Minor {
		return recourse.ApprovalGiven
	}
	return recourse.ApprovalNeeded
}

// Text is a length in the form that ParseDuration reads, merchant given as the merchant's country. It is asked for with
// every deadline that acts, and so kept.
func (p *Policy) Text(l *Length) string {
	if l.Setting != "" {
		return p.texts[l.setting]
	}
	return p.text(l.Literal)
}

func (p *Policy) text(d Duration) string {
	if d.Calendar != "" {
		d.Calendar = p.Country(d)
	}
	return d.String()
}

// StaleAfter is the age from which facts are taken stock of in silence.
func (p *Policy) StaleAfter() Duration { return *p.Values[p.stale].Span }

// MaxIncrease is how many percent more than the purchase a reorder may cost.
func (p *Policy) MaxIncrease() int64 { return p.Values[p.increase].N }

// Country is the country of d's business days: merchant stands for the merchant's own.
func (p *Policy) Country(d Duration) string {
	if d.Calendar == "merchant" {
		return p.Values[p.country].Text
	}
	return d.Calendar
}
