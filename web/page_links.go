package web

import (
	"context"
	"net/http"
	"strings"

	"recourse"
	"recourse/account"
	"recourse/web/view"
)

// linkRoutes are the forms by which people of the merchant make and revoke the link to a buyer's page. The card that they
// stand in is [view.BuyerLink], on the pages of the case and the order.
var linkRoutes = []pageRoute{
	{pattern: "POST /orders/{order}/link/make", access: access{page, account.Work}, serve: (*site).makeLink},
	{pattern: "POST /orders/{order}/link/revoke", access: access{page, account.Work}, serve: (*site).revokeLink},
}

// BuyerLink is the whole address of the buyer's page of an order, for a message to name: the present link where it lasts,
// else a new one, made in the name of by.
func (s *Server) BuyerLink(ctx context.Context, merchant, order, by string) (string, error) {
	path, err := s.Accounts.BuyerLink(ctx, merchant, order, by)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(s.URL, "/") + path, nil
}

// origin is where the visitor, and so the buyer, finds this server.
func (v *visit) origin() string {
	if v.url != "" {
		return strings.TrimSuffix(v.url, "/")
	}
	if v.secure || v.r.TLS != nil {
		return "https://" + v.r.Host
	}
	return "http://" + v.r.Host
}

// link is what the card shows of an order's link; back is the page that it stands on.
func (v *visit) link(order, back string) (view.LinkModel, error) {
	m := view.LinkModel{Order: order, Back: back, Act: v.who.Role.May(account.Work)}
	all, err := v.accounts.ListLinks(v.r.Context(), v.who.Merchant, order)
	if err != nil {
		return m, err
	}
	for i := range all {
		l := &all[i]
		path, err := v.accounts.LinkPathOf(v.r.Context(), l)
		if err != nil {
			return m, err
		}
		if path != "" {
			m.Address, m.ID, m.By, m.Until, m.Seen = v.origin()+path, l.ID, l.CreatedBy, v.read.Due(l.ExpiresAt), v.read.Past(l.SeenAt)
			break
		}
	}
	return m, nil
}

// makeLink makes the link of an order, or finds the one that lasts.
func (s *site) makeLink(v *visit) error {
	if _, err := v.accounts.BuyerLink(v.r.Context(), v.who.Merchant, v.r.PathValue("order"), v.who.Name); err != nil {
		return err
	}
	return v.backFromLink("told_link")
}

// revokeLink ends one.
func (s *site) revokeLink(v *visit) error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	id, order := v.r.PostFormValue("link"), v.r.PathValue("order")
	all, err := v.accounts.ListLinks(v.r.Context(), v.who.Merchant, order)
	if err != nil {
		return err
	}
	for _, l := range all {
		if l.ID != id {
			continue
		}
		if err := v.accounts.RevokeLink(v.r.Context(), v.who.Merchant, id); err != nil {
			return err
		}
		return v.backFromLink("told_link_revoked")
	}
	return &recourse.Error{Kind: recourse.NotFound, Code: "link_unknown", Field: "link", Message: "the order has no such link"}
}

// backFromLink goes back to the page of the order or of one of its cases, and to no other.
func (v *visit) backFromLink(said string) error {
	back := v.r.PostFormValue("back")
	if !strings.HasPrefix(back, "/cases/") || strings.ContainsAny(back, "\\?#") {
		back = view.OrderPath(v.r.PathValue("order"))
	}
	return v.goOn(back+"#link", said)
}
