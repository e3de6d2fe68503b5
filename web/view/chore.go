package view

import (
	"net/url"

	"recourse"
	"recourse/desk"
)

// ChoreRow is something about the desk's links that a person has to mend.
type ChoreRow struct {
	What  string // in a sentence
	Do    string // what there is to do; "": only to look
	Href  string // where; "": the visitor may not
	Since Instant
}

// Chore tells one.
func (r Reader) Chore(c *desk.Chore) ChoreRow {
	row := ChoreRow{Since: r.Past(c.Since), Href: choreHref(c), Do: r.choreDo(c)}
	name, n, why := c.Name, r.Number(c.N), r.FailureWord(c.Reason)
	switch c.Kind {
	case desk.ChoreGone:
		row.What = r.T("conn_gone_say", "name", name)
	case desk.ChoreOpen:
		row.What = r.T("conn_open_say", "name", name, "n", n, "until", r.Clock(c.Until), "why", why)
	case desk.ChoreFailing:
		row.What = r.T("conn_failing_say", "name", name, "why", why)
		if row.Since.Text != "" {
			row.What = r.T("conn_failing_since", "name", name, "said", row.Since.Text, "why", why)
		}
	case desk.ChoreHook:
		row.What = r.T("chore_webhook_failing", "name", name, "when", row.Since.Text)
	case desk.ChoreDisabled:
		row.What = r.T("chore_webhook_disabled", "name", name)
		if c.Reason != "" {
			row.What += " " + r.T("webhook_why_"+c.Reason)
		}
	default:
		row.What = r.T("chore_"+string(c.Kind), "name", name, "n", n)
	}
	return row
}

// choreDo says what there is to do: what the failure's own words say, else what goes for its kind.
func (r Reader) choreDo(c *desk.Chore) string {
	if c.Kind == desk.ChoreOpen || c.Kind == desk.ChoreFailing {
		if _, do, ok := r.Error(&recourse.Error{Kind: recourse.Invalid, Code: c.Reason, Message: c.Reason}); ok && do != "" {
			return do
		}
	}
	return r.T("chore_" + string(c.Kind) + "_do")
}

// choreHref is where a chore is seen to.
func choreHref(c *desk.Chore) string {
	switch {
	case c.Kind == desk.ChoreUnread:
		return ConnectionPath(c.Connection) + "?status=failed#deliveries"
	case c.Kind == desk.ChoreLetters:
		return ReceiptPath(c.Connection, c.Receipt)
	case c.Connection != "":
		return ConnectionPath(c.Connection)
	}
	return "/webhooks/" + url.PathEscape(c.Webhook)
}
