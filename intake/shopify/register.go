package shopify

import (
	"context"
	"slices"
	"strings"

	"recourse"
	"recourse/call"
	api "recourse/call/shopify"
)

// Scopes are what the app must be allowed, and what for is said where they are asked for; the second list is useful.
var (
	Scopes     = []string{"read_orders", "write_orders"}
	AlsoUseful = []string{"read_all_orders", "read_returns", "read_fulfillments", "read_customers", "write_merchant_managed_fulfillment_orders", "read_shopify_payments_disputes"}
)

const whoami = `query whoami{shop{name myshopifyDomain} currentAppInstallation{accessScopes{handle}}}`

// Test asks the shop who it is and what the app may do. shopify_scopes, of kind [recourse.Forbidden], names what is missing.
func Test(ctx context.Context, c *recourse.Connection, peer *call.Client) error {
	var a struct {
		Shop struct {
			Domain string `json:"myshopifyDomain"`
		} `json:"shop"`
		App struct {
			Scopes []struct {
				Handle string `json:"handle"`
			} `json:"accessScopes"`
		} `json:"currentAppInstallation"`
	}
	if err := api.Of(c, peer).Query(ctx, whoami, nil, &a); err != nil {
		return err
	}
	if a.Shop.Domain != c.Setting("shop", "") {
		return &recourse.Error{Kind: recourse.Invalid, Code: "shopify_shop_other", Field: "shop", Message: "the token is that of another shop: " + recourse.Shorten(a.Shop.Domain, 60)}
	}
	var missing []string
	for _, want := range Scopes {
		if !slices.ContainsFunc(a.App.Scopes, func(s struct {
			Handle string `json:"handle"`
		}) bool {
			return s.Handle == want
		}) {
			missing = append(missing, want)
		}
	}
	if len(missing) > 0 {
		return &recourse.Error{Kind: recourse.Forbidden, Code: "shopify_scopes", Message: "the app lacks " + strings.Join(missing, ", "), Hint: "give the app these scopes, install it again, and write its new token here"}
	}
	return nil
}

// registered are the topics that the shop is asked to tell. The three about privacy cannot be asked for: they are entered
// in the app's own configuration. [M]
func registered() []string {
	out := append(slices.Clone(tellOrder), nameOrder...)
	return append(append(out, meanNothing...), "app/uninstalled")
}

// enum is a topic as GraphQL names it: ORDERS_CREATE.
func enum(topic string) string { return strings.ToUpper(strings.ReplaceAll(topic, "/", "_")) }

const (
	subscriptions = `query subscriptions($after:String){webhookSubscriptions(first:100,after:$after){nodes{id topic uri} pageInfo{hasNextPage endCursor}}}`
	subscribe     = `mutation subscribe($topic:WebhookSubscriptionTopic!,$webhook:WebhookSubscriptionInput!){webhookSubscriptionCreate(topic:$topic,webhookSubscription:$webhook){webhookSubscription{id} userErrors{field message}}}`
)

// Register makes the shop tell us of all topics at address. What it tells there already is left as it is, so that it can be
// asked again and again; a topic that the app may not see is passed over, and only when all are is that an error.
func Register(ctx context.Context, c *recourse.Connection, peer *call.Client, address string) error {
	shop := api.Of(c, peer)
	there, err := subscribed(ctx, shop, address)
	if err != nil {
		return err
	}
	made, refused := 0, ""
	for _, topic := range registered() {
		if there[enum(topic)] {
			made++
			continue
		}
		var a struct {
			Create struct {
				Errors userErrors `json:"userErrors"`
			} `json:"webhookSubscriptionCreate"`
		}
		err := shop.Query(ctx, subscribe, map[string]any{"topic": enum(topic), "webhook": map[string]any{"uri": address}}, &a)
		switch {
		case err != nil && call.Heard(err), recourse.KindOf(err) == recourse.Unavailable:
			return err
		case err != nil:
			refused = err.Error()
		case len(a.Create.Errors) > 0 && !a.Create.Errors.taken():
			refused = a.Create.Errors[0].Message
		default:
			made++
		}
	}
	if made == 0 {
		return &recourse.Error{Kind: recourse.Invalid, Code: "shopify_webhooks", Message: "Shopify took none of the webhooks: " + recourse.Shorten(refused, 200), Hint: "the address must be reachable from outside by https"}
	}
	return nil
}

type userErrors []struct {
	Message string `json:"message"`
}

// taken says that the only objection is that it is so already.
func (u userErrors) taken() bool {
	return len(u) > 0 && strings.Contains(strings.ToLower(u[0].Message), "already been taken")
}

// subscribed are the topics that the shop tells at address.
func subscribed(ctx context.Context, shop *api.Shop, address string) (map[string]bool, error) {
	there := map[string]bool{}
	variables := map[string]any{}
	for range 10 {
		var a struct {
			Subscriptions struct {
				Nodes []struct {
					Topic string `json:"topic"`
					URI   string `json:"uri"`
				} `json:"nodes"`
				Page struct {
					More bool   `json:"hasNextPage"`
					End  string `json:"endCursor"`
				} `json:"pageInfo"`
			} `json:"webhookSubscriptions"`
		}
		if err := shop.Query(ctx, subscriptions, variables, &a); err != nil {
			return nil, err
		}
		for _, n := range a.Subscriptions.Nodes {
			if n.URI == address {
				there[n.Topic] = true
			}
		}
		if !a.Subscriptions.Page.More {
			break
		}
		variables["after"] = a.Subscriptions.Page.End
	}
	return there, nil
}
