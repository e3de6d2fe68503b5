// Package effect is the only room that changes the world: mail, refunds, webhooks, shops, the agent. What was decided and
// saved is carried out here, once, and every answer of the world returns as an event, by the door that all facts come by.
//
// A sender knows one kind of peer: how to ask it for an act, and how to find out whether an act happened that was asked for
// and never answered. The runner knows none of them: it takes acts whose turn it is, writes down that it is about to ask,
// asks, writes down what was answered, and tells the desk. Whatever dies in between, what is written down says whether
// the peer may have been asked; and then nobody asks again before the peer was asked whether it happened.
package effect

import (
	"context"
	"time"

	"recourse"
)

// Task is an act to be carried out, with all that a sender may need. Personal values are in it, in the clear.
type Task struct {
	recourse.Effect
	Merchant string
	Shop     string // the merchant's name, as buyers know it
	// Key is the name of the act for the peer: a UUID, the same at every attempt, another for every act of every merchant.
	Key        string
	File       *recourse.OrderFile
	Connection *recourse.Connection
	Words      string    // of a message that a person edited; "": the template's
	Attempt    int       // from 1
	FirstAt    time.Time // when the peer was asked first
	AskedAt    time.Time // when it was asked last; zero before the first time
	Now        time.Time
	// Others are the merchant's other connections, their secrets closed: a letter to the agent goes to the address that the
	// agent's has.
	Others []recourse.Connection
	// Refs are what the peer answered to earlier attempts, the newest last: its own ids of what it made.
	Refs []string
}

// Result says how an attempt ended.
type Result string

const (
	// Done: it happened. Final.
	Done Result = "done"
	// Taken: the peer has it and will say later how it ended, or can be asked. It must not be asked for again.
	Taken Result = "taken"
	// Refused: the peer said no. Nothing happened and nothing will; trying the same again is of no use.
	Refused Result = "refused"
	// Later: nothing happened, and it may be tried again: the peer could not be reached, was busy, or wants to be left alone.
	Later Result = "later"
	// Unknown: it may have happened: the peer was asked and did not answer, or with nothing that could be understood.
	Unknown Result = "unknown"
)

// Outcome is what came of an attempt, or of asking whether it happened.
type Outcome struct {
	Result Result
	Ref    string // the peer's own id of what it made
	Code   string // stable, for programs and for the words on the desk: card_expired, amount_too_high
	Detail string // what the peer said, shortened; no personal data
	// RetryAt is when the peer wants to be asked again; zero: the runner's own rhythm.
	RetryAt time.Time
	// Amount is what the peer says that it paid, where that is known.
	Amount recourse.Money
	// Events are further facts that the answer holds.
	Events []recourse.Event
}

// Codes that the runner itself looks at.
const (
	// CodeUnauthorized, with Later: the connection's key is no longer good. All its acts wait until a person has mended it.
	CodeUnauthorized = "unauthorized"
	// CodeNoAddress and CodeNoWords, with Refused: this connection cannot carry out the act, and was not asked to. It goes
	// back to the desk, where a person does it.
	CodeNoAddress = "no_address"
	CodeNoWords   = "no_words"
	// CodeUnreachable, with Later: the peer could not be reached.
	CodeUnreachable = "unreachable"
)

// Pacer is a Sender that has acts wait before they are begun, for a recipient's night or so that nobody gets too many
// letters at once. What waits so is not begun: it can still be taken back, and it counts as no failure.
type Pacer interface {
	// NotBefore is when an act may be begun; zero, or an instant that has passed: now.
	NotBefore(t *Task) time.Time
}

// Sender carries out acts through one kind of peer. It is safe for many goroutines.
type Sender interface {
	// Send asks the peer for the act. It is called again for the same act only when the attempt before gave Later, or Find said
	// that it had not happened.
	Send(ctx context.Context, t *Task) Outcome
	// Find asks the peer whether an act happened that was begun: Done, Taken or Refused when it is known, Refused with the Ref
	// of what was found that says so (without one it counts as Unknown: a payment that is not there any more says nothing
	// of what was paid back of it); Later when it
	// certainly did not happen and no request is on its way any more, so that it may be sent again; Unknown when the peer does
	// not say. It changes nothing.
	Find(ctx context.Context, t *Task) Outcome
}
