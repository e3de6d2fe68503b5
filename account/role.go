package account

import (
	"slices"

	"recourse"
)

// Role is what a person or a program is to a merchant.
type Role string

// The roles.
const (
	Owner    Role = "owner"    // whose shop it is: everything
	Approver Role = "approver" // decides what money leaves, beside the daily work
	Clerk    Role = "clerk"    // tells facts and carries out what was decided
	Viewer   Role = "viewer"   // looks
	Supplier Role = "supplier" // sees the purchases made at it, and answers there; nothing else
)

// Roles lists them, the one that may most first.
var Roles = []Role{Owner, Approver, Clerk, Viewer, Supplier}

// Permission is something that may be allowed.
type Permission string

// The permissions.
const (
	Read    Permission = "read"    // look at orders, cases, acts and playbooks, personal fields included
	Work    Permission = "work"    // tell facts, choose remedies, say what became of an act
	Approve Permission = "approve" // let money leave or keep it, and confirm what would lose it twice
	Manage  Permission = "manage"  // people, tokens, playbooks, settings
	Answer  Permission = "answer"  // say what becomes of a supplier's own purchases
)

// Permissions lists them.
var Permissions = []Permission{Read, Work, Approve, Manage, Answer}

// allowed is the one table of who may do what.
var allowed = map[Role][]Permission{
	Owner:    {Read, Work, Approve, Manage, Answer},
	Approver: {Read, Work, Approve, Answer},
	Clerk:    {Read, Work, Answer},
	Viewer:   {Read},
	Supplier: {Answer},
}

// May says whether a role has a permission. A role that is not known may nothing.
func (r Role) May(p Permission) bool { return slices.Contains(allowed[r], p) }

// Permissions are those that a role has.
func (r Role) Permissions() []Permission { return slices.Clone(allowed[r]) }

// ParseRole reads the name of a role.
func ParseRole(s string) (Role, error) {
	if r := Role(s); slices.Contains(Roles, r) {
		return r, nil
	}
	names := make([]string, len(Roles))
	for i, r := range Roles {
		names[i] = string(r)
	}
	return "", &recourse.Error{Kind: recourse.Invalid, Code: "role_unknown", Field: "role", Message: `there is no role "` + recourse.Shorten(s, 40) + `"`, Hint: recourse.Nearest(s, names)}
}

// Needs is the permission that telling a fact takes. Whatever door a fact comes by, it is asked here: an approval is no
// less an approval for being sent as an event. What takes Approve may be told by somebody with a limit as well, where
// [Actor.AllowMoney] or [Actor.AllowAct] says so of the amount.
func Needs(ev *recourse.Event) Permission {
	switch ev.Type {
	case recourse.EffectApproved, recourse.EffectRejected, recourse.RefundRejectedNow:
		return Approve
	case recourse.RemedyChosen:
		if ev.Confirmed {
			return Approve // refunded and sent again: the merchant pays twice
		}
	}
	return Work
}

// Allow is nil when an actor has a permission, and the error forbidden, of kind [recourse.Forbidden], when not.
//
// To have the permission to approve means whatever the amount: somebody with a limit has it only through
// [Actor.AllowMoney] and [Actor.AllowAct], which are told the amount. So whoever forgets to tell it lets through too
// little, never too much.
func (a Actor) Allow(p Permission) error {
	if p == Approve && a.bounded() {
		return a.aboveLimit("this is not an amount that can be held against it")
	}
	if a.Role.May(p) {
		return nil
	}
	return &recourse.Error{Kind: recourse.Forbidden, Code: "forbidden", Message: "the role " + string(a.Role) + " may not do this: it takes the permission " + string(p),
		Hint: "ask for a token of a role that may: " + who(p)}
}

// bounded says that an actor may let money go up to a limit. An owner's limit would be their own to lift: it is not
// looked at. A limit makes no approver of who only looks.
func (a Actor) bounded() bool {
	return a.Limit.Currency != "" && (a.Role == Approver || a.Role == Clerk)
}

// AllowMoney is nil when an actor may let an amount go, and an error of kind [recourse.Forbidden] when not: forbidden,
// or limit where it is above theirs. It is the one place where that is decided.
//
//	owner      any amount
//	approver   any amount; with a limit, up to it
//	clerk      none; with a limit, up to it
//
// An amount in another currency than the limit's is above it, whatever the rate of the day, and so is one that is not
// known (the zero Money). The limit itself is not above it.
func (a Actor) AllowMoney(amount recourse.Money) error {
	if !a.bounded() {
		return a.Allow(Approve)
	}
	if amount.Currency == a.Limit.Currency && amount.Minor > 0 && amount.Minor <= a.Limit.Minor {
		return nil
	}
	if amount == (recourse.Money{}) {
		return a.aboveLimit("the amount is not known")
	}
	return a.aboveLimit("this is " + amount.String())
}

func (a Actor) aboveLimit(what string) error {
	return &recourse.Error{Kind: recourse.Forbidden, Code: "limit", Message: "your limit is " + a.Limit.String() + ", and " + what, Hint: "ask an owner, or somebody whose limit is higher"}
}

// AllowAct is nil when an actor may approve or reject an act that was decided. Words that were drafted are part of the
// daily work; everything else that waits for a yes costs the merchant money.
func (a Actor) AllowAct(e *recourse.Effect) error {
	if e.Kind == recourse.EffectMessage {
		return a.Allow(Work)
	}
	return a.AllowMoney(e.Amount)
}

// who are the roles that have a permission.
func who(p Permission) string {
	names := ""
	for _, r := range Roles {
		if r.May(p) {
			if names != "" {
				names += ", "
			}
			names += string(r)
		}
	}
	return names
}
