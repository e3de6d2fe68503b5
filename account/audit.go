package account

import (
	"context"

	"recourse"
	"recourse/store"
)

type contextKey int

const byKey contextKey = iota

// By is a context in which what is changed of people and links is changed in somebody's name. Without it, it is whoever
// runs the program.
func By(ctx context.Context, name string) context.Context { return context.WithValue(ctx, byKey, name) }

// by is in whose name something is changed.
func by(ctx context.Context) string {
	name, _ := ctx.Value(byKey).(string)
	return name
}

// note keeps who changed what of a person.
func (a *Accounts) note(ctx context.Context, tx *store.Tx, what string, p *store.Person, changes ...store.FieldChange) error {
	return tx.PutAudit(store.Audit{Merchant: p.Merchant, At: a.clock(), By: by(ctx), What: what, About: p.Name, Changes: changes})
}

// noteChange keeps what has become of a person. What is nobody's business but theirs, a password say, is not noted.
func (a *Accounts) noteChange(ctx context.Context, tx *store.Tx, was, is *store.Person) error {
	if was.DisabledAt.IsZero() != is.DisabledAt.IsZero() {
		what := store.AuditBlocked
		if is.DisabledAt.IsZero() {
			what = store.AuditAdmitted
		}
		return a.note(ctx, tx, what, is)
	}
	if all := changes(was, is); len(all) > 0 {
		return a.note(ctx, tx, store.AuditChanged, was, all...)
	}
	return nil
}

// changes are the fields that two states of a person differ in, of those that say who they are and what they may.
func changes(was, is *store.Person) (all []store.FieldChange) {
	for _, c := range []store.FieldChange{
		{Field: "name", Was: was.Name, Is: is.Name}, {Field: "email", Was: was.Email, Is: is.Email}, {Field: "role", Was: was.Role, Is: is.Role},
		{Field: "limit", Was: limitText(was.Limit), Is: limitText(is.Limit)}, {Field: "supplier", Was: was.Supplier, Is: is.Supplier},
	} {
		if c.Was != c.Is {
			all = append(all, c)
		}
	}
	return all
}

func limitText(m recourse.Money) string {
	if m.Currency == "" {
		return ""
	}
	return m.String()
}
