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
)

// Roles lists them, the one that may most first.
var Roles = []Role{Owner, Approver, Clerk, Viewer}

// Permission is something that may be allowed.
type Permission string

// The permissions.
const (
	Read    Permission = "read"    // look at orders, cases, acts and playbooks, personal fields included
	Work    Permission = "work"    // tell facts, choose remedies, say what became of an act
	Approve Permission = "approve" // let money leave or keep it, and confirm what would lose it twice
	Manage  Permission = "manage"  // tokens, playbooks, settings
)

// Permissions lists them.
var Permissions = []Permission{Read, Work, Approve, Manage}

// allowed is the one table of who may do what.
var allowed = map[Role][]Permission{
	Owner:    {Read, Work, Approve, Manage},
	Approver: {Read, Work, Approve},
	Clerk:    {Read, Work},
	Viewer:   {Read},
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
// less an approval for being sent as an event.
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
func (a Actor) Allow(p Permission) error {
	if a.Role.May(p) {
		return nil
	}
	return &recourse.Error{Kind: recourse.Forbidden, Code: "forbidden", Message: "the role " + string(a.Role) + " may not do this: it takes the permission " + string(p),
		Hint: "ask for a token of a role that may: " + who(p)}
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
