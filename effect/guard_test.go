package effect_test

import (
	"testing"

	"recourse"
	"recourse/effect"
	"recourse/store"
)

func eur(minor int64) recourse.Money { return recourse.Money{Minor: minor, Currency: "EUR"} }

// TestGuard: what stands against paying at the last moment.
func TestGuard(t *testing.T) {
	base := func() (*store.Effect, *recourse.OrderFile) {
		e := &store.Effect{Effect: recourse.Effect{ID: "1-1/1", Kind: recourse.EffectRefund, Amount: eur(2990), Approval: recourse.ApprovalGiven}, Status: store.Sending}
		f := &recourse.OrderFile{Order: recourse.Order{ID: "1", Paid: eur(5980), Lines: []recourse.Line{{Line: 1, Quantity: 2, Price: eur(2990)}}},
			Refunds: []recourse.Refund{{ID: "1-1/1", Amount: eur(2990), Status: recourse.RefundSent}}}
		return e, f
	}
	for name, c := range map[string]struct {
		change func(e *store.Effect, f *recourse.OrderFile)
		code   string
	}{
		"as decided":                {func(*store.Effect, *recourse.OrderFile) {}, ""},
		"dropped":                   {func(e *store.Effect, _ *recourse.OrderFile) { e.Status = store.Dropped }, "moved"},
		"waits for an approval":     {func(e *store.Effect, _ *recourse.OrderFile) { e.Effect.Approval = recourse.ApprovalNeeded }, "not_approved"},
		"refused":                   {func(e *store.Effect, _ *recourse.OrderFile) { e.Effect.Approval = store.ApprovalRejected }, "not_approved"},
		"not in the file":           {func(_ *store.Effect, f *recourse.OrderFile) { f.Refunds = nil }, "not_owed"},
		"withdrawn":                 {func(_ *store.Effect, f *recourse.OrderFile) { f.Refunds[0].Status = recourse.RefundWithdrawn }, "not_owed"},
		"done already":              {func(_ *store.Effect, f *recourse.OrderFile) { f.Refunds[0].Status = recourse.RefundDone }, "not_owed"},
		"held by a bank":            {func(_ *store.Effect, f *recourse.OrderFile) { f.Refunds[0].Disputed = true }, "not_owed"},
		"no amount":                 {func(e *store.Effect, f *recourse.OrderFile) { e.Amount, f.Refunds[0].Amount = eur(0), eur(0) }, "amount_unknown"},
		"below nothing":             {func(e *store.Effect, f *recourse.OrderFile) { e.Amount, f.Refunds[0].Amount = eur(-1), eur(-1) }, "amount_unknown"},
		"another amount":            {func(e *store.Effect, _ *recourse.OrderFile) { e.Amount = eur(2991) }, "amount_changed"},
		"all that was paid":         {func(e *store.Effect, f *recourse.OrderFile) { e.Amount, f.Refunds[0].Amount = eur(5980), eur(5980) }, ""},
		"a cent more than was paid": {func(e *store.Effect, f *recourse.OrderFile) { e.Amount, f.Refunds[0].Amount = eur(5981), eur(5981) }, "more_than_paid"},
		"the rest left before": {func(_ *store.Effect, f *recourse.OrderFile) {
			f.Refunds = append(f.Refunds, recourse.Refund{ID: "x", Amount: eur(2990), Status: recourse.RefundDone, Outside: true})
		}, ""},
		"more than the rest left before": {func(_ *store.Effect, f *recourse.OrderFile) {
			f.Refunds = append(f.Refunds, recourse.Refund{ID: "x", Amount: eur(2991), Status: recourse.RefundSent})
		}, "more_than_paid"},
		"what failed did not leave": {func(_ *store.Effect, f *recourse.OrderFile) {
			f.Refunds = append(f.Refunds, recourse.Refund{ID: "x", Amount: eur(2991), Status: recourse.RefundFailed})
		}, ""},
		"in another currency":       {func(_ *store.Effect, f *recourse.OrderFile) { f.Order.Paid.Currency = "USD" }, "more_than_paid"},
		"nobody tells what is paid": {func(_ *store.Effect, f *recourse.OrderFile) { f.Order.Paid = recourse.Money{} }, ""},
		"nor what the goods cost": {func(_ *store.Effect, f *recourse.OrderFile) {
			f.Order.Paid, f.Order.Lines[0].Price = recourse.Money{}, recourse.Money{}
		}, "paid_unknown"},
	} {
		e, f := base()
		c.change(e, f)
		if got := effect.Guard(e, f); got != c.code {
			t.Errorf("%s: %q, %q is wanted", name, got, c.code)
		}
	}
}

// TestRoute: which connection carries an act out.
func TestRoute(t *testing.T) {
	kind := func(name string) *effect.Kind {
		sender := func(*recourse.Connection) effect.Sender { return nil }
		switch name {
		case "shopify":
			return &effect.Kind{Group: "shop", Acts: []recourse.EffectKind{recourse.EffectRefund}, Sender: sender}
		case "stripe":
			return &effect.Kind{Group: "payment", Acts: []recourse.EffectKind{recourse.EffectRefund}, Sender: sender}
		case "smtp":
			return &effect.Kind{Group: "mail", Acts: []recourse.EffectKind{recourse.EffectMessage, recourse.EffectClaim}, Sender: sender}
		case "dsers":
			return &effect.Kind{Group: "agent"}
		}
		return nil
	}
	conn := func(id, kind string, settings ...string) store.Connection {
		c := store.Connection{Connection: recourse.Connection{ID: id, Kind: kind, Status: recourse.ConnectionActive, Settings: map[string]string{}}}
		for i := 0; i+1 < len(settings); i += 2 {
			c.Settings[settings[i]] = settings[i+1]
		}
		return c
	}
	gone := conn("paris", "shopify")
	gone.Status = recourse.ConnectionGone
	paused := conn("paris", "shopify")
	paused.Status = recourse.ConnectionPaused
	refund := recourse.Effect{Kind: recourse.EffectRefund, Amount: eur(2990)}
	letter := recourse.Effect{Kind: recourse.EffectMessage, To: recourse.PartyBuyer}
	for name, c := range map[string]struct {
		act     recourse.Effect
		channel string
		all     []store.Connection
		want    string
	}{
		"the order's shop":                    {refund, "paris", []store.Connection{conn("lyon", "shopify"), conn("paris", "shopify")}, "paris"},
		"the only shop of its kind":           {refund, "shopify", []store.Connection{conn("paris", "shopify")}, "paris"},
		"two of its kind":                     {refund, "shopify", []store.Connection{conn("lyon", "shopify"), conn("paris", "shopify")}, ""},
		"an order of nowhere":                 {refund, "", []store.Connection{conn("paris", "shopify")}, ""},
		"paid back by hand":                   {refund, "paris", []store.Connection{conn("paris", "shopify", "refunds", "hand")}, ""},
		"paid back by another":                {refund, "paris", []store.Connection{conn("paris", "shopify", "refunds", "pay"), conn("pay", "stripe")}, "pay"},
		"by one that there is not":            {refund, "paris", []store.Connection{conn("paris", "shopify", "refunds", "pay")}, ""},
		"by one that cannot":                  {refund, "paris", []store.Connection{conn("paris", "shopify", "refunds", "mail"), conn("mail", "smtp")}, ""},
		"at the limit":                        {refund, "paris", []store.Connection{conn("paris", "shopify", "limit", "29.90 EUR")}, "paris"},
		"above the limit":                     {refund, "paris", []store.Connection{conn("paris", "shopify", "limit", "29.89 EUR")}, ""},
		"above the limit of the one who pays": {refund, "paris", []store.Connection{conn("paris", "shopify", "refunds", "pay"), conn("pay", "stripe", "limit", "10.00 EUR")}, ""},
		"a limit in another currency":         {refund, "paris", []store.Connection{conn("paris", "shopify", "limit", "100.00 USD")}, ""},
		"a shop that is gone":                 {refund, "paris", []store.Connection{gone}, ""},
		"a shop that is stopped":              {refund, "paris", []store.Connection{paused}, "paris"},
		"a letter":                            {letter, "paris", []store.Connection{conn("mail", "smtp")}, "mail"},
		"a letter without a way":              {letter, "paris", []store.Connection{conn("paris", "shopify")}, ""},
		"a request to the agent":              {recourse.Effect{Kind: recourse.EffectClaim}, "", []store.Connection{conn("agent", "dsers", "email", "a@example.com"), conn("mail", "smtp")}, "mail"},
		"an agent without an address":         {recourse.Effect{Kind: recourse.EffectClaim}, "", []store.Connection{conn("agent", "dsers"), conn("mail", "smtp")}, ""},
		"an act that mail does not carry":     {recourse.Effect{Kind: recourse.EffectReorder}, "", []store.Connection{conn("agent", "dsers", "email", "a@example.com"), conn("mail", "smtp")}, ""},
	} {
		file := &recourse.OrderFile{Order: recourse.Order{ID: "1", Channel: c.channel, Buyer: &recourse.Buyer{Email: "anne@example.com"}}}
		got := ""
		if r := effect.Route(&c.act, file, c.all, kind); r != nil {
			got = r.ID
		}
		if got != c.want {
			t.Errorf("%s: %q, %q is wanted", name, got, c.want)
		}
	}
	if effect.Route(&letter, &recourse.OrderFile{}, []store.Connection{conn("mail", "smtp")}, kind) != nil {
		t.Error("a letter to a buyer without an address has a way")
	}
}
