package web

import (
	"net/url"
	"strings"

	"recourse"
	"recourse/playbook"
	"recourse/web/view"
)

// settingsForm reads a form of settings. What it does not name stays as it is.
type settingsForm struct{ values url.Values }

// filled is what stands in a field.
func (f settingsForm) filled(name string) (string, bool) {
	all, ok := f.values[name]
	if !ok || len(all) == 0 {
		return "", false
	}
	return all[0], true
}

// read gives every setting as [playbook.Playbook.With] reads it, and what is wrong with those that cannot be read.
func (f settingsForm) read(p *playbook.Policy) (values, wrong map[string]string) {
	values, wrong = map[string]string{}, map[string]string{}
	for i, s := range p.Playbook.Settings {
		values[s.Name] = s.Format(p.Values[i])
		text, ok := f.filled(view.SettingPrefix + s.Name)
		if !ok {
			continue
		}
		text = strings.TrimSpace(text)
		part := func(name string) string {
			v, _ := f.filled(view.SettingPrefix + s.Name + name)
			return strings.TrimSpace(v)
		}
		switch s.Type {
		case playbook.Period:
			text = durationText(text, part(".unit"), part(".calendar"))
		case playbook.ApprovalT:
			if text == "above" {
				text = "above " + amountText(part(".limit"))
			}
		case playbook.Surcharge:
			if text == "below" {
				text = amountText(part(".limit"))
			}
		}
		v, err := s.Parse(text)
		if err != nil {
			wrong[s.Name] = sayWrong(err)
			continue
		}
		values[s.Name] = s.Format(v)
	}
	return values, wrong
}

// durationText is a duration as a playbook writes it. A unit that is not of the form is left for the playbook to refuse.
func durationText(n, unit, cal string) string {
	if unit == "business" {
		return n + " business days " + cal
	}
	return n + " " + unit
}

// amountText is an amount as people write it, as the playbook reads it: with a point, and the currency behind.
func amountText(s string) string {
	if strings.Count(s, ",") == 1 && !strings.Contains(s, ".") {
		s = strings.Replace(s, ",", ".", 1)
	}
	return s
}

// sayWrong is an error as a form says it beside a field.
func sayWrong(err error) string {
	e, ok := err.(*recourse.Error)
	if !ok || e.Hint == "" {
		return err.Error()
	}
	return e.Message + " (" + e.Hint + ")"
}
