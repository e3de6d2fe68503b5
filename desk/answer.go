package desk

import (
	"strings"
	"time"

	"recourse"
)

// AnswerBy is when whoever was asked for an act is reminded of it, as the playbook has it now: the day by which an answer is
// awaited. It is zero where nobody is reminded.
func (v *View) AnswerBy(e *recourse.Effect) time.Time {
	for _, s := range v.Upcoming(e.Case) {
		if s.Recovery != "" && s.Recovery != e.ID || s.Recovery == "" && e.Kind == recourse.EffectRecovery {
			continue
		}
		for _, do := range s.Do {
			if strings.HasPrefix(do, "message agent ") {
				return s.At
			}
		}
	}
	return time.Time{}
}
