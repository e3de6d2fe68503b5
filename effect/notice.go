package effect

import (
	"context"

	"recourse"
	"recourse/call"
)

// Notice is a piece of news for a shop that is kept in step with the desk. It comes at least once, and in the order of
// the decisions as far as failures allow: a mirror sets things to what they are to be, and looks before it adds.
type Notice struct {
	recourse.Notice
	Merchant string
	Shop     string // the merchant's name
	// File is the order as it is now: it may have moved on since the notice. Personal fields are tokens.
	File *recourse.OrderFile
	// Tags are all tags of ours that the order is to have now, recourse:customs_hold for each open case; none: it is to have
	// none that begins with [TagPrefix]. Tags of others are left as they are.
	Tags []string
	// Note is one line for the people of the shop, in the merchant's language: "Recourse 1001-1: held by customs". It ends in
	// the notice's id in brackets where a mirror finds by it that the line is there already. "": nothing is to be noted.
	Note string
	// Attempt counts from 1.
	Attempt int
}

// TagPrefix begins all tags of ours.
const TagPrefix = "recourse:"

// Mirror keeps a shop's order in step with a notice: the tags that it is to have, a line in its notes, cancelled in the
// shop when its cancellation was settled with a full refund (order.cancelled: without refunding there once more), the
// tracking of a replacement (replacement.shipped). It changes nothing that is so already, and answers Done, also for a
// notice that means nothing to the shop; Later or Unknown are tried again by the schedule of webhooks, Refused is not.
type Mirror func(ctx context.Context, c *recourse.Connection, peer *call.Client, n *Notice) Outcome
