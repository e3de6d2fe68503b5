package view

import (
	"recourse/store"
)

// Attempt is one time that a peer was asked for an act.
type Attempt struct {
	What   string // which, and through which connection
	At     Instant
	Said   string // what came of it, in words
	Code   string // the peer's word for it, for who looks it up
	Detail string // what it said
	Looks  string // how often it was asked whether it happened
	Ref    string // its own number
	Key    string // the act's name for it
}

// attempts tells the attempts at an act, the newest first.
func (r Reader) attempts(all []store.Attempt) (out []Attempt) {
	for i := len(all) - 1; i >= 0; i-- {
		a := &all[i]
		result := a.Result
		if result == "" {
			result = "none"
		}
		t := Attempt{What: r.T("attempt", "n", r.Number(a.N), "connection", a.Connection), At: r.Past(a.AskedAt), Said: r.T("attempt_result_" + result), Code: a.Code, Detail: a.Detail, Ref: a.Ref, Key: a.Key}
		if why := r.FailureWord(a.Code); why != a.Code {
			t.Said = r.T("two_sentences", "first", t.Said, "second", why)
		}
		if a.Looks > 0 {
			t.Looks = r.T("attempt_looks", "n", r.Number(a.Looks), "time", r.Past(a.LookedAt).Exact)
		}
		out = append(out, t)
	}
	return out
}
