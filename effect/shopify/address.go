package shopify

import (
	"context"
	"strings"
	"time"

	"recourse"
	api "recourse/call/shopify"
	"recourse/effect"
)

const addressFields = `shippingAddress{firstName lastName address1 city provinceCode zip countryCodeV2 phone}`

const readAddress = `query address($id:ID!){order(id:$id){id displayFulfillmentStatus cancelledAt ` + addressFields + `}}`

const editAddress = `mutation address($input:OrderInput!){orderUpdate(input:$input){order{id} userErrors{field message}}}`

type addressAnswer struct {
	Order *struct {
		Status    string `json:"displayFulfillmentStatus"`
		Cancelled string `json:"cancelledAt"`
		ShipTo    *struct {
			First    string `json:"firstName"`
			Last     string `json:"lastName"`
			Street   string `json:"address1"`
			City     string `json:"city"`
			Region   string `json:"provinceCode"`
			Postcode string `json:"zip"`
			Country  string `json:"countryCodeV2"`
			Phone    string `json:"phone"`
		} `json:"shippingAddress"`
	} `json:"order"`
}

// address writes the order's right address into the shop, as long as nothing of it was handed over. Writing it twice is
// writing it once.
func (s *Sender) address(ctx context.Context, shop *api.Shop, t *effect.Task, id string) effect.Outcome {
	to := t.File.Order.ShipTo
	if to == nil || to.Country == "" || to.Street == "" {
		return effect.Outcome{Result: effect.Refused, Code: "no_address", Detail: "no right address is known"}
	}
	a, out := readAddressOf(ctx, shop, id, t.Now)
	if a == nil {
		return out
	}
	switch {
	case a.same(to):
		return effect.Outcome{Result: effect.Done, Ref: id}
	case a.Order.Cancelled != "":
		return effect.Outcome{Result: effect.Refused, Code: "order_cancelled_in_shop", Detail: "the order is cancelled in the shop"}
	case a.Order.Status != "UNFULFILLED" && a.Order.Status != "ON_HOLD" && a.Order.Status != "SCHEDULED" && a.Order.Status != "OPEN":
		return effect.Outcome{Result: effect.Refused, Code: "already_fulfilled", Detail: "the shop says that the order is on its way: " + recourse.Shorten(strings.ToLower(a.Order.Status), 40)}
	}
	return update(ctx, shop, t.Now, editAddress, map[string]any{"input": map[string]any{"id": id, "shippingAddress": addressInput(to)}}, "orderUpdate", id)
}

func readAddressOf(ctx context.Context, shop *api.Shop, id string, now time.Time) (*addressAnswer, effect.Outcome) {
	var a addressAnswer
	if err := shop.Read(ctx, readAddress, map[string]any{"id": id}, &a); err != nil {
		return nil, failed(err, false, now)
	}
	if a.Order == nil {
		return nil, gone
	}
	return &a, effect.Outcome{}
}

// findAddress looks whether the shop has the address. One that it has not can be written again.
func (s *Sender) findAddress(ctx context.Context, shop *api.Shop, t *effect.Task, id string) effect.Outcome {
	a, out := readAddressOf(ctx, shop, id, t.Now)
	switch {
	case a == nil:
		out.Result = effect.Unknown
		return out
	case t.File.Order.ShipTo != nil && a.same(t.File.Order.ShipTo):
		return effect.Outcome{Result: effect.Done, Ref: id}
	}
	return effect.Outcome{Result: effect.Later, Code: "not_there", Detail: "the shop has another address"}
}

func (a *addressAnswer) same(to *recourse.Address) bool {
	b := a.Order.ShipTo
	if b == nil {
		return false
	}
	first, last := names(to.Name)
	return b.First == first && b.Last == last && b.Street == to.Street && b.City == to.City && b.Postcode == to.Postcode && b.Country == to.Country && b.Region == to.Region
}

func addressInput(to *recourse.Address) map[string]any {
	first, last := names(to.Name)
	in := map[string]any{"firstName": first, "lastName": last, "address1": to.Street, "address2": "", "city": to.City, "zip": to.Postcode, "countryCode": to.Country}
	if to.Region != "" {
		in["provinceCode"] = to.Region
	}
	if to.Phone != "" {
		in["phone"] = to.Phone
	}
	return in
}

// names parts a name as Shopify keeps it: the last word is the last name.
func names(name string) (first, last string) {
	name = strings.Join(strings.Fields(name), " ")
	if i := strings.LastIndexByte(name, ' '); i > 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}

// update asks for a change that is the same however often it is made.
func update(ctx context.Context, shop *api.Shop, now time.Time, document string, variables map[string]any, field, ref string) effect.Outcome {
	var a map[string]struct {
		Errors userErrors `json:"userErrors"`
		Cancel userErrors `json:"orderCancelUserErrors"`
	}
	if err := shop.Mutate(ctx, document, variables, &a); err != nil {
		return failed(err, true, now)
	}
	answer, there := a[field]
	switch {
	case !there:
		return effect.Outcome{Result: effect.Unknown, Code: "peer_answer", Detail: "Shopify answered with something else than was asked for"}
	case len(answer.Errors) > 0:
		return answer.Errors.outcome()
	case len(answer.Cancel) > 0:
		return answer.Cancel.outcome()
	}
	return effect.Outcome{Result: effect.Done, Ref: ref}
}
