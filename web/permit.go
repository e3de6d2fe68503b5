package web

import (
	"context"

	"recourse"
	"recourse/account"
	"recourse/desk"
)

// permit is nil when somebody may tell a fact, and an error of kind [recourse.Forbidden] when not. Every fact that comes
// over HTTP passes here, whichever door it comes by.
//
// Where money is to go, the amount counts, and it is the one that was decided: not one that the teller names.
func permit(ctx context.Context, d *desk.Desk, who account.Actor, ev *recourse.Event) error {
	needs := account.Needs(ev)
	if needs != account.Approve || who.Allow(account.Approve) == nil || !who.Role.May(account.Work) {
		return who.Allow(needs)
	}
	switch ev.Type {
	case recourse.EffectApproved, recourse.EffectRejected:
		e, err := d.Act(ctx, who.Merchant, ev.Effect)
		if err != nil {
			return err
		}
		return who.AllowAct(&e.Effect)
	case recourse.RemedyChosen:
		if who.Limit.Currency == "" || ev.Case == "" {
			return who.AllowMoney(recourse.Money{})
		}
		v, err := d.Case(ctx, who.Merchant, ev.Case)
		if err != nil {
			return err
		}
		return who.AllowMoney(v.Decider.Stake(v.File, ev.Case))
	}
	return who.AllowMoney(recourse.Money{})
}
