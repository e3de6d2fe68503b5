package view

import (
	"slices"
	"strconv"
	"strings"

	"recourse"
	"recourse/playbook"
)

// PlaybookSettings is the form of a playbook's settings, made from their types.
type PlaybookSettings struct {
	Head   PlaybookHead
	Topics []SettingTopic
	Base   string // the number of the version that the form was made of
	Faults int
}

// SettingTopic are settings about one thing.
type SettingTopic struct {
	ID, Name string
	Settings []SettingField
}

// SettingField is a setting as a form shows it. Name is that of its fields: one, or with .unit, .calendar, .limit behind
// it where a value is made of several.
type SettingField struct {
	ID, Name  string
	Label     string
	Meaning   string
	Type      playbook.SettingType
	Value     string // of a text or a number
	Options   []SelectOption
	Units     []SelectOption // of a duration
	Calendars []SelectOption // of business days
	Limit     string         // of an approval: above what
	Default   string         // in words
	Changed   bool           // it differs from the default
	Uses      []string       // where it acts
	Wrong     string         // what is wrong with what was filled in
}

// SelectOption is a choice of a list.
type SelectOption struct {
	Value, Label string
	On           bool
}

// NewPlaybookSettings makes the form of a policy. filled are what somebody filled in, where that has to be shown again,
// and wrong what is wrong with it, by the settings' names.
func NewPlaybookSettings(r Reader, head PlaybookHead, p *playbook.Policy, countries []string, base int64, filled func(name string) (string, bool), wrong map[string]string) PlaybookSettings {
	out := PlaybookSettings{Head: head, Base: strconv.FormatInt(base, 10), Faults: len(wrong)}
	for i, s := range p.Playbook.Settings {
		topic, _, _ := strings.Cut(s.Name, ".")
		at := slices.IndexFunc(out.Topics, func(t SettingTopic) bool { return t.ID == "topic-"+topic })
		if at < 0 {
			at = len(out.Topics)
			out.Topics = append(out.Topics, SettingTopic{ID: "topic-" + topic, Name: r.Topic(topic)})
		}
		f := r.settingField(p, s, p.Values[i], countries, filled)
		f.Wrong = wrong[s.Name]
		out.Topics[at].Settings = append(out.Topics[at].Settings, f)
	}
	return out
}

// SettingPrefix begins the names of the form's fields.
const SettingPrefix = "set."

func (r Reader) settingField(p *playbook.Policy, s *playbook.Setting, v playbook.Value, countries []string, filled func(string) (string, bool)) SettingField {
	f := SettingField{ID: "set-" + strings.ReplaceAll(s.Name, ".", "-"), Name: SettingPrefix + s.Name, Label: r.Setting(s.Name), Meaning: r.Meaning(s.Name), Type: s.Type,
		Default: r.SettingValue(s, s.Default), Changed: s.Format(v) != s.Format(s.Default)}
	if f.Meaning == "" {
		f.Meaning = s.About
	}
	is := func(part, standard string) string {
		if filled != nil {
			if text, ok := filled(f.Name + part); ok {
				return text
			}
		}
		return standard
	}
	list := func(on string, values []string, label func(string) string) (out []SelectOption) {
		for _, one := range values {
			out = append(out, SelectOption{one, label(one), one == on})
		}
		return out
	}
	switch s.Type {
	case playbook.Choice:
		f.Options = list(is("", v.Text), s.Options, func(w string) string { return r.Option(s.Name, w) })
	case playbook.Flag:
		f.Options = list(is("", s.Format(v)), []string{"true", "false"}, r.yes)
	case playbook.CountryT:
		f.Options = list(is("", v.Text), withOwn(countries, v.Text), r.Country)
	case playbook.ApprovalT:
		word, limit := v.Text, ""
		if amount, ok := strings.CutPrefix(v.Text, "above "); ok {
			word, limit = "above", amount
		}
		f.Options, f.Limit = list(is("", word), []string{"always", "never", "above"}, r.approvalWord), is(".limit", limit)
	case playbook.Surcharge:
		word, limit := v.Text, ""
		if word != "never" {
			word, limit = "below", v.Text
		}
		f.Options, f.Limit = list(is("", word), []string{"never", "below"}, r.surchargeWord), is(".limit", limit)
	case playbook.Period:
		n, unit, cal := durationParts(*v.Span)
		f.Value = is("", n)
		f.Units = list(is(".unit", unit), []string{"minutes", "hours", "days", "business"}, r.unit)
		f.Calendars = list(is(".calendar", cal), append([]string{"merchant"}, withOwn(countries, cal)...), r.calendarName)
	case playbook.Percent, playbook.Count:
		f.Value = is("", strconv.FormatInt(v.N, 10))
	default:
		f.Value = is("", s.Format(v))
	}
	f.Uses = r.uses(p, s.Name)
	return f
}

// withOwn are the countries that have a calendar, and the one that is set though it may have none any more.
func withOwn(countries []string, own string) []string {
	if own == "" || own == "merchant" || slices.Contains(countries, own) {
		return countries
	}
	return append(slices.Clone(countries), own)
}

func (r Reader) yes(word string) string {
	if word == "true" {
		return r.T("yes")
	}
	return r.T("no")
}

func (r Reader) approvalWord(word string) string {
	switch word {
	case "always":
		return r.T("approval_always")
	case "never":
		return r.T("approval_never")
	}
	return r.T("approval_above")
}

func (r Reader) surchargeWord(word string) string {
	if word == "never" {
		return r.T("surcharge_never")
	}
	return r.T("surcharge_below")
}

func (r Reader) unit(word string) string {
	switch word {
	case "minutes":
		return r.T("unit_minutes")
	case "hours":
		return r.T("unit_hours")
	case "days":
		return r.T("unit_days")
	}
	return r.T("unit_business")
}

func (r Reader) calendarName(code string) string {
	if code == "merchant" {
		return r.T("calendar_merchant")
	}
	return r.T("calendar_of", "country", r.Country(code))
}

// durationParts are a duration's number, unit and calendar as a form shows them.
func durationParts(d playbook.Duration) (n, unit, cal string) {
	words := strings.Fields(d.String())
	switch {
	case d.Calendar != "":
		return words[0], "business", d.Calendar
	case strings.HasPrefix(words[1], "hour"):
		return words[0], "hours", "merchant"
	case strings.HasPrefix(words[1], "minute"):
		return words[0], "minutes", "merchant"
	}
	return words[0], "days", "merchant"
}

// SettingValue tells a value in words.
func (r Reader) SettingValue(s *playbook.Setting, v playbook.Value) string {
	switch s.Type {
	case playbook.Choice:
		return r.Option(s.Name, v.Text)
	case playbook.Flag:
		return r.yes(s.Format(v))
	case playbook.CountryT:
		return r.Country(v.Text)
	case playbook.Percent:
		return r.T("percent", "n", r.Number(int(v.N)))
	case playbook.Count:
		return r.Number(int(v.N))
	case playbook.Period:
		return r.Duration(v.Span.String())
	case playbook.ApprovalT:
		if amount, ok := strings.CutPrefix(v.Text, "above "); ok {
			if m, err := recourse.ParseMoney(amount); err == nil {
				return r.T("approval_above_amount", "amount", r.Money(m))
			}
		}
		return r.approvalWord(v.Text)
	case playbook.Surcharge:
		if v.Text == "never" {
			return r.surchargeWord(v.Text)
		}
		return r.T("surcharge_up_to", "bound", r.Bound(v.Text))
	}
	return s.Format(v)
}

// uses name where a setting acts.
func (r Reader) uses(p *playbook.Policy, setting string) (out []string) {
	for _, u := range p.Uses(setting) {
		switch {
		case u.Situation != nil:
			out = append(out, r.T("use_situation", "name", r.Language.Situation(u.Situation.Name)))
		case u.Question != nil:
			out = append(out, r.T("use_question", "name", r.Question(u.Question.Name)))
		case u.Template != nil:
			out = append(out, r.T("use_template", "name", r.Template(u.Template.Name)))
		default:
			out = append(out, r.T("use_state", "name", r.State(u.State.Full), "path", r.Path(u.State.Path.Name)))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// SettingChange is a setting that one policy has otherwise than another.
type SettingChange struct {
	Label, Topic, Name string
	Was, Is            string
	Uses               []string
}

// settingChanges are the settings that two policies have otherwise, in the words of their own playbooks.
func (r Reader) settingChanges(was, is *playbook.Policy) (out []SettingChange) {
	for i, s := range is.Playbook.Settings {
		topic, _, _ := strings.Cut(s.Name, ".")
		c := SettingChange{Label: r.Setting(s.Name), Topic: r.Topic(topic), Name: s.Name, Is: r.SettingValue(s, is.Values[i]), Uses: r.uses(is, s.Name)}
		before := was.Playbook.Setting(s.Name)
		if before == nil {
			c.Was = r.T("setting_new")
		} else if v := was.Value(s.Name); before.Type == s.Type && before.Format(v) == s.Format(is.Values[i]) {
			continue
		} else {
			c.Was = r.SettingValue(before, v)
		}
		out = append(out, c)
	}
	for i, s := range was.Playbook.Settings {
		if is.Playbook.Setting(s.Name) == nil {
			topic, _, _ := strings.Cut(s.Name, ".")
			out = append(out, SettingChange{Label: r.Setting(s.Name), Topic: r.Topic(topic), Name: s.Name, Was: r.SettingValue(s, was.Values[i]), Is: r.T("setting_gone")})
		}
	}
	return out
}
