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
//
// The hash covers every value, defaults included. Setting something to its default therefore gives the same policy, and
// a case that is pinned to a hash is decided by the same rules for as long as it is open, whatever the merchant changes
// meanwhile.
type Policy struct {
	*Playbook
	Values []Value // of the settings, by their place in the playbook
	Hash   string  // of the playbook and the settings: what a case is pinned to

	limit    recourse.Money // of the approval setting
	waits    bool
	alone    Bound // of reorder.alone_below
	mayAlone bool
	texts    []string // of the settings that are durations, as Text gives them
}

// With makes a policy of the playbook with some settings changed, as written: "late_shipment.urge_after" →
// "3 days". An unknown setting or value is an error of kind invalid that names the setting.
func (p *Playbook) With(settings map[string]string) (*Policy, error) {
	return p.with(settings, official)
}

func (p *Playbook) with(settings map[string]string, known countries) (*Policy, error) {
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
		v, err := p.Settings[i].read(settings[name], known)
		if err != nil {
			return nil, err
		}
		out.Values[i] = v
	}
	return out, out.finish()
}

// finish derives the hash and what the interpreter reads often.
//
// Some errors can only be found here. That a repetition has a pause is a matter of the value and not of the playbook:
// every: {in: remind_every} is fine until somebody sets remind_every to 0 days. Loading refuses the literal 0 days by
// itself.
func (p *Policy) finish() (err error) {
	h := sha256.New()
	io.WriteString(h, p.Playbook.Hash)
	for i, s := range p.Playbook.Settings {
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
			return &recourse.Error{Kind: recourse.Invalid, Code: "setting_value", Field: p.name(i), Message: p.name(i) + " says how often something repeats: it cannot be " + d.String()}
		}
	}
	if v := p.Value(SettingAlone); v.Kind == Text {
		if p.alone, p.mayAlone, err = parseBound(v.Text); err != nil {
			return err
		}
	}
	p.limit, p.waits, err = approvalLimit(p.Values[p.approval].Text)
	return err
}

func (p *Policy) name(setting int) string { return p.Playbook.Settings[setting].Name }

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
//
// A first import brings months of history; without this bound each of its late parcels would be written about.
func (p *Policy) StaleAfter() Duration { return *p.Values[p.stale].Span }

// MaxIncrease is how many percent more than the purchase a reorder may cost.
func (p *Policy) MaxIncrease() int64 { return p.Values[p.increase].N }

// AloneBelow is how much dearer than the purchase an offer may be that is taken without asking anybody; false: none is.
func (p *Policy) AloneBelow() (Bound, bool) { return p.alone, p.mayAlone }

// AloneLikeness is how alike, in percent, a similar item has to be that is taken without asking anybody. Where a playbook does
// not say, only the same item is.
func (p *Policy) AloneLikeness() int64 {
	if v := p.Value(SettingAloneLikeness); v.Kind == Int && v.N > 0 {
		return v.N
	}
	return 101
}

// Country is the country of d's business days: merchant stands for the merchant's own.
func (p *Policy) Country(d Duration) string {
	if d.Calendar == "merchant" {
		return p.Values[p.country].Text
	}
	return d.Calendar
}
