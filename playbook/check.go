package playbook

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"recourse"
)

// Finding is something that a check found wrong with a playbook that can be read: a case could be stuck, money
// could be lost, or something is written that never counts.
type Finding struct {
	Code    string            // stable, snake_case, one for each rule
	Message string            // one sentence for a person
	At      recourse.Position // where in the text
	Hint    string            // what to do about it
	Path    []string          // the witness: what would have to happen, one line for each thing; nil where there is none
}

// String is the finding as an error reads, file:line:column: message (hint), its witness on the lines below.
func (f Finding) String() string {
	head := &recourse.Error{Position: f.At, Message: f.Message, Hint: f.Hint}
	return strings.Join(append([]string{head.Error()}, f.Path...), "\n    ")
}

// The rules, by the code of their findings. Each has a playbook in testdata/check that breaks it and no other.
//
// What a case could suffer:
//
//   - refund_and_send: the buyer is paid back and the goods are sent again, and no person confirmed it.
//   - dead_end: a case can wait for ever. Every state has a way out by time, or is a person's task with a date.
//   - instant_loop: facts alone turn a case round and round.
//   - unanswerable_choice: a question offers what the state does not take: a button that does nothing.
//   - final_do_ask, final_choose: a closed case is to take a choice. It is not listening.
//   - missing_template: a message has no words in a language, so that it cannot be sent to some buyers.
//   - track_act: the track of a recovery orders what the interpreter does not do there.
//
// What stands there and never counts, so that a reader believes more than is true:
//
//   - unreachable_state, unopened_situation: no case ever gets there.
//   - shadowed_transition, never_true: a way on that is never taken.
//   - unused_setting, unused_condition, unused_question, unused_template, unused_path: nothing looks at it. (An unused
//     block is refused on loading: what it says is not even linked.)
//
// And too_large, when there is more to look at than a check looks at.

// checker collects findings.
//
// It has two explorations because neither can do what the other does. Where every fact is open, each way can be taken
// after any other, and a refund would be found before every second sending. Where the money is followed, what happens
// behind a confirmation is not looked at, and states that only lie there would be called unreachable.
type checker struct {
	*Playbook
	*domain
	reach *explorer // all facts open: what can be reached at all
	money *explorer // refund and second sending known
	found []Finding
}

// Check explores all that could happen under the playbook, with every value of its settings, and returns what is
// wrong, in the order of the text; none for a playbook that keeps its promises. templates says whether the words
// of a message exist in a language; nil: words are not looked at.
//
// A finding is no error: such a playbook can be loaded, and the interpreter guards against the worst at run time. But
// then a person must mend, case by case, what the playbook could have said.
//
// It errs on one side. A fact that is open may have any value at each step, so that a dead end or a double loss may be
// found that no real order would come to; what is not found is not there, in the model that the explorations make. What
// that leaves open: how long a duration is and which of two times comes first, several cases of one order, and money
// that somebody sends by other means.
func (p *Playbook) Check(templates func(lang, template string) bool, langs []string) []Finding {
	return p.CheckWithin(context.Background(), templates, langs)
}

// CheckWithin is Check, for as long as a context lasts. Of a playbook that could not be looked at in that time it finds
// that it is too_large, and nothing else: half a look proves nothing.
func (p *Playbook) CheckWithin(ctx context.Context, templates func(lang, template string) bool, langs []string) []Finding {
	d := newDomain(p)
	if ctx.Done() != nil {
		d.stop = func() bool { return ctx.Err() != nil }
	}
	c := &checker{Playbook: p, domain: d, reach: explore(p, d, false), money: explore(p, d, true)}
	for _, rule := range []func(){
		c.bounded, c.unopened, c.unreachable, c.unused, c.tracks, c.deadEnds, c.loops, c.lists, c.unanswerable, c.finalStates, c.losesTwice,
	} {
		if d.stopped || ctx.Err() != nil {
			return []Finding{{Code: "too_large", At: p.Paths[0].At, Message: "it could not be explored in the time that there is for it", Hint: "settings that many conditions look at multiply: split paths, or drop settings"}}
		}
		rule()
	}
	if templates != nil {
		c.templates(templates, langs)
	}
	return c.sorted()
}

// add notes a finding.
func (c *checker) add(f Finding) { c.found = append(c.found, f) }

// sorted gives the findings in the order of the text, each once: what stands once in the file, in a block or for a
// path, is found in every state that has it.
func (c *checker) sorted() []Finding {
	slices.SortStableFunc(c.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), a.At.Line-b.At.Line, a.At.Column-b.At.Column, cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(c.found, func(a, b Finding) bool { return a.At == b.At && a.Code == b.Code && a.Message == b.Message })
}

// bounded says so when a playbook has too many ways to look at all of them: silence would be a false promise.
func (c *checker) bounded() {
	if c.reach.cut || c.money.cut {
		c.add(Finding{Code: "too_large", At: c.Paths[0].At, Message: fmt.Sprintf("not all of it was explored: more than %d situations, or %d worlds, to look at", maxNodes, maxTried),
			Hint: "settings that many conditions look at multiply: split paths, or drop settings"})
	}
}

// unopened looks for situations that no case can ever be in.
func (c *checker) unopened() {
	for _, s := range c.Situations {
		if !c.opens(s) {
			c.add(Finding{Code: "unopened_situation", At: s.At, Message: fmt.Sprintf("nothing opens a case of %q and nothing becomes it", s.Name), Hint: "give it opens:, or drop it"})
		}
	}
}

// unreachable looks for states that no case can get to, whatever the settings and the facts. Of a playbook that was not
// explored to the end nothing can be said: what was not looked at may lead there.
//
// Money is not followed for this, so a state that only a strange turn of money leads to counts as reachable.
func (c *checker) unreachable() {
	for _, s := range c.everyState() {
		if _, ok := c.reach.visited[s]; !ok && !c.reach.cut {
			c.add(Finding{Code: "unreachable_state", At: s.At, Message: "nothing leads to " + s.Full, Hint: "nothing goes there, or what does can never be taken"})
		}
	}
}

// losesTwice reports the ways on that pay the buyer back and send the goods again without a person's confirmation. The
// interpreter refuses such a way when it comes to it, and asks; a playbook should not get there unawares.
func (c *checker) losesTwice() {
	for _, k := range c.money.clashes {
		to := k.t.target()
		if to == nil {
			to = c.money.steps[k.at].state
		}
		f := Finding{Code: "refund_and_send", At: k.t.At, Path: append(c.money.witness(k.at), k.label+" → "+to.Full)}
		if k.sent {
			f.Message, f.Hint = to.Full+" would send again what is paid back", "ask for confirm: true, or guard it with case.refund and withdraw_refund"
		} else {
			f.Message, f.Hint = to.Full+" would pay back what is sent again", "ask for confirm: true, or guard it with case.sent_again == 'none'"
		}
		c.add(f)
	}
}

// tracks looks for what a track cannot do. Money and goods are the case's; the track of a recovery speaks and asks.
//
// Loading refuses what a track's own states say wrongly. What is found here came through a block, or stands for the
// track as a whole.
func (c *checker) tracks() {
	c.eachAct(func(s *State, _ *Transition, a *Action) {
		if s.Path.Track && a.Verb != recourse.EffectMessage && a.Verb != recourse.EffectAsk {
			c.add(Finding{Code: "track_act", At: a.At, Message: fmt.Sprintf("a track speaks and asks, it cannot %q", a), Hint: "order it in a state of a path"})
		}
	})
	c.eachTransition(func(s *State, t *Transition) {
		if s.Path.Track && !trackTakes(s, t) {
			c.add(Finding{Code: "track_act", At: t.At, Message: "a track is led on by when: and go: only", Hint: "let a condition on recovery.status lead on"})
		}
	})
}

// trackTakes says whether the interpreter takes such a way on in a track: facts lead on, and times act in place.
func trackTakes(s *State, t *Transition) bool {
	onFacts := slices.Contains(s.When, t) && t.Go != nil
	inTime := t.Event == "" && t.Remedy == "" && !t.Moves()
	return onFacts || inTime
}

// templates looks for messages without words in one of the languages, where each is sent first.
//
// A playbook can be right and still be mute: which words there are is not its own affair, so it is told by whoever
// checks. A template is looked at once, however many states send it.
func (c *checker) templates(has func(lang, template string) bool, langs []string) {
	done := map[string]bool{}
	c.eachAct(func(_ *State, _ *Transition, a *Action) {
		if a.Verb != recourse.EffectMessage || done[a.Template] {
			return
		}
		done[a.Template] = true
		missing := slices.DeleteFunc(slices.Clone(langs), func(l string) bool { return has(l, a.Template) })
		if len(missing) > 0 {
			c.add(Finding{Code: "missing_template", At: a.At, Message: fmt.Sprintf("the message %q has no words in %s", a.Template, strings.Join(missing, ", ")), Hint: "write the template, or name another"})
		}
	})
}
