package recourse

import "time"

// Why is the reason of a decision: a code with typed arguments. It is put into words, in the reader's
// language, when it is read; no sentence is ever stored.
type Why struct {
	Code WhyCode `json:"code"`
	Args []Arg   `json:"args,omitempty"`
}

// WhyCode names a reason. Each has a sentence in every language of package text.
type WhyCode string

// The reasons, with their arguments.
const (
	WhyEvent      WhyCode = "event"      // a fact came: event, time
	WhyDeadline   WhyCode = "deadline"   // a time was up: after (a duration), setting, from (anchor), since, due
	WhyChosen     WhyCode = "chosen"     // a person chose: remedy, by
	WhyFacts      WhyCode = "facts"      // what is known made it so: condition
	WhyWatch      WhyCode = "watch"      // nothing happened in the set time: after, setting, from, since, due
	WhyBecame     WhyCode = "became"     // the case took another situation: from, to
	WhyJoined     WhyCode = "joined"     // the same trouble told again: event
	WhyHeld       WhyCode = "held"       // the fact waits until its order is known: event
	WhyNoted      WhyCode = "noted"      // the fact was taken in and moved nothing: event
	WhyDuplicate  WhyCode = "duplicate"  // the same event was there before: event
	WhyBusy       WhyCode = "busy"       // no case opened, the line has one: situation, case
	WhyDoubleLoss WhyCode = "doubleloss" // refused: refunded and sent again for the same pieces: line
	WhyPaid       WhyCode = "paid"       // refused: the line was refunded already: line
	WhySeveral    WhyCode = "several"    // several cases wait for such an answer and it names none: event
	WhyStale      WhyCode = "stale"      // older than import.stale_after: taken in as history, in silence
	WhyOvertaken  WhyCode = "overtaken"  // a message not sent because a later step came first: template
	WhyLoop       WhyCode = "loop"       // the playbook turned in a circle and was stopped: state
	WhyOutside    WhyCode = "outside"    // money left that no case had asked for: amount
	WhyAlone      WhyCode = "alone"      // the policy took an offer by itself: supplier, sum, cost, more, bound; of a similar item likeness, least
	WhyLateMoney  WhyCode = "late_money" // money for a recovery that was settled: amount
	WhyOver       WhyCode = "over"       // more money than was ever asked for or paid: amount
)

// Arg is one typed argument of a reason or one variable of a message.
type Arg struct {
	Name string    `json:"name"`
	Text string    `json:"text,omitempty"`
	N    int64     `json:"n,omitempty"`
	At   time.Time `json:"at,omitzero"`
	Sum  Money     `json:"sum,omitzero"`
}

// Arg returns the argument with that name, the zero Arg when there is none.
func (w Why) Arg(name string) Arg {
	for _, a := range w.Args {
		if a.Name == name {
			return a
		}
	}
	return Arg{}
}

// EntryKind says what an entry of the history records.
type EntryKind string

// The kinds of entry.
const (
	EntryOpened   EntryKind = "opened"   // a case was opened: To is its situation
	EntryBecame   EntryKind = "became"   // its situation changed: From, To
	EntryMoved    EntryKind = "moved"    // it went from state From to state To
	EntryClosed   EntryKind = "closed"   // To is its outcome
	EntryReopened EntryKind = "reopened" // a fact learned later opened it again
	EntryDid      EntryKind = "did"      // an effect was decided: Effect
	EntryDropped  EntryKind = "dropped"  // an effect was not carried out after all
	EntryRefused  EntryKind = "refused"  // a guard said no
	EntryNoted    EntryKind = "noted"    // a fact was taken in and moved nothing
)

// Entry is one line of an order's history: what happened, to which case, and why.
type Entry struct {
	At     time.Time `json:"at"`             // the instant it holds for
	Case   string    `json:"case,omitempty"` // "": the order as a whole
	Kind   EntryKind `json:"kind"`
	From   string    `json:"from,omitempty"`
	To     string    `json:"to,omitempty"`
	Effect string    `json:"effect,omitempty"` // id of the effect it is about
	Why    Why       `json:"why"`
}
