package view

import "net/url"

// LinkModel is the link to the buyer's page of an order, as the desk shows it.
type LinkModel struct {
	Order   string
	Back    string // the page to come back to: the case's or the order's
	Address string // whole, for the buyer; "": there is none that lasts
	Until   Instant
	Seen    Instant // when the buyer opened it last; empty: never
	By      string  // who made it
	Act     bool    // the visitor may make and revoke links
	ID      string  // the link's number, by which it is revoked
}

// LinkPath is where the forms about the link of an order are sent.
func LinkPath(order, act string) string { return "/orders/" + url.PathEscape(order) + "/link/" + act }
