package view

import (
	"recourse"
	"recourse/playbook"
)

// Speech puts a picture of a playbook into the reader's words.
func (r Reader) Speech() *playbook.Speech {
	return &playbook.Speech{
		Name:   r.named,
		Act:    func(a *playbook.Action) string { return r.act(a.String()) },
		Length: func(d playbook.Duration) string { return r.Duration(d.String()) },
		Phrase: func(key string, pairs ...string) string { return r.T("draw_"+key, pairs...) },
	}
}

// named is the word for something that a playbook's file names.
func (r Reader) named(kind, name string) string {
	switch kind {
	case "state":
		return r.State(name)
	case "event":
		return r.Language.Event(recourse.EventType(name))
	case "remedy":
		return r.Choice(name)
	case "party":
		return r.Party(recourse.Party(name))
	case "situation":
		return r.Language.Situation(recourse.Situation(name))
	case "outcome":
		return r.Language.Outcome(recourse.Outcome(name))
	case "anchor":
		return r.Language.Anchor(name)
	}
	return r.Language.Path(name)
}
