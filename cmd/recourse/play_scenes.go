package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"recourse"
	"recourse/peer"
	"recourse/sample"
	"recourse/store"
	"recourse/web"
)

// scenes are the story: an order of two pieces, held by customs on its way, one piece broken, its claim carried to the
// marketplace, its money paid back once.
var scenes = []scene{
	{"The order: a webhook of Shopify", (*play).ordered},
	{"The purchase: DSers buys on Tmall", (*play).bought},
	{"The parcel: the shop tells its number, 17TRACK watches it", (*play).shipped},
	{"Customs hold the parcel: a webhook of 17TRACK", (*play).held},
	{"Released, and delivered", (*play).delivered},
	{"The buyer reports damage on their own page, with a photo", (*play).reported},
	{"The claim: the agent answers by mail", (*play).claimed},
	{"The refund: chosen and approved at the desk, paid by Stripe", (*play).refunded},
	{"Stripe tells that the money has arrived", (*play).settled},
}

// What the story is about.
const (
	storyPurchase = "3301948276554412"
	storyTracking = "LP00571943820CN"
	storyPayment  = "pi_lune_1"
	storyBuyer    = "aoife.byrne@post.example"
)

// day lets a day pass; the story takes nine of them.
const day = 24 * time.Hour

// storyLasts is how long the story takes, for who tells it as past.
const storyLasts = 9 * day

func euros(minor int64) recourse.Money { return recourse.Money{Minor: minor, Currency: "EUR"} }

func (p *play) ordered(ctx context.Context) error {
	p.order = p.shop.Place(peer.ShopifyOrder{
		Buyer:  recourse.Buyer{Name: "Aoife Byrne", Email: storyBuyer, Locale: "en-IE"},
		ShipTo: recourse.Address{Country: "IE", City: "Dublin", Postcode: "D08 X2E9", Street: "14 Bow Lane West", Name: "Aoife Byrne", Phone: "+353 1 555 0114"},
		Lines: []peer.ShopifyLine{
			{SKU: "VASE-CEL", Title: "Celadon vase", Quantity: 1, Price: euros(64_00)},
			{SKU: "BOWL-CEL", Title: "Celadon bowl", Quantity: 2, Price: euros(18_50)},
		},
		Shipping: euros(6_90),
		Gateways: []peer.ShopifyPayment{{Gateway: "stripe", Amount: euros(107_90), Code: storyPayment}},
	})
	p.number = strings.TrimPrefix(p.order.Name, "#")
	p.bank.Pay(storyPayment, "ch_lune_1", "eur", 107_90)
	if err := p.shopTells(ctx); err != nil {
		return err
	}
	err := p.until(ctx, "the order on the desk", func() (bool, error) { o, err := p.orderNow(ctx); return o != nil, err })
	p.say("    %s/orders/%s: €107.90, paid by Stripe", p.desk, p.number)
	return err
}

func (p *play) bought(ctx context.Context) error {
	p.pass(day)
	err := p.tell(ctx, recourse.PurchasePlacedEvent, "placed-"+storyPurchase, recourse.Data{Order: p.number, Purchase: storyPurchase, Supplier: "景德镇月窑", Cost: recourse.Money{Minor: 312_00, Currency: "CNY"}, ShipBy: p.now().Add(12 * day)})
	p.say("    Tmall order %s, CN¥312.00", storyPurchase)
	return err
}

func (p *play) shipped(ctx context.Context) error {
	p.pass(day)
	p.parcel = storyTracking
	p.shop.Fulfil(p.order, "Yanwen", p.parcel)
	if err := p.shopTells(ctx); err != nil {
		return err
	}
	err := p.until(ctx, "the number at 17TRACK", func() (bool, error) {
		numbers, _ := p.parcels.Registered()
		return len(numbers) == 1, nil
	})
	if err != nil {
		return err
	}
	p.say("    17TRACK watches %s", p.parcel)
	p.pass(3 * day)
	if err := p.scan(ctx, "InTransit_Departure", "Departed from transit centre", "Guangzhou", "CN"); err != nil {
		return err
	}
	return p.parcelIs(ctx, recourse.InTransit)
}

func (p *play) held(ctx context.Context) (err error) {
	p.pass(2 * day)
	if err := p.scan(ctx, "InTransit_CustomsRequiringInformation", "commercial invoice and proof of payment", "Portlaoise", "IE"); err != nil {
		return err
	}
	if p.customs, err = p.opened(ctx, "customs_hold"); err != nil {
		return err
	}
	if err := p.arrives(ctx, merchantAddress, p.number); err != nil {
		return err
	}
	p.letters()
	err = p.approve(ctx, p.customs, "read the draft for the buyer and approve it", func(e *web.Effect) bool {
		return e.Kind == recourse.EffectMessage && e.To == recourse.PartyBuyer
	})
	if err != nil {
		return err
	}
	p.pass(time.Minute)
	if err := p.arrives(ctx, storyBuyer, p.number); err != nil {
		return err
	}
	found := regexp.MustCompile(regexp.QuoteMeta(p.desk) + `/\S+`).FindString(p.letter(storyBuyer, p.number).Text)
	if found == "" {
		return &recourse.Error{Kind: recourse.Internal, Code: "story", Message: "the buyer's letter has no link to their page"}
	}
	p.link = strings.TrimRight(found, ".,>)")
	p.say("    The buyer’s page, from their letter: %s", p.link)
	return nil
}

// arrives waits for a letter.
func (p *play) arrives(ctx context.Context, to, with string) error {
	return p.until(ctx, "a letter to "+to, func() (bool, error) { return p.letter(to, with) != nil, nil })
}

func (p *play) delivered(ctx context.Context) error {
	p.pass(day)
	if err := p.scan(ctx, "InTransit_CustomsReleased", "Released by customs", "Portlaoise", "IE"); err != nil {
		return err
	}
	if err := p.parcelIs(ctx, recourse.CustomsReleased); err != nil {
		return err
	}
	p.pass(day - 3*time.Hour)
	if err := p.scan(ctx, "Delivered_Other", "Delivered to the recipient", "Dublin", "IE"); err != nil {
		return err
	}
	if err := p.parcelIs(ctx, recourse.Delivered); err != nil {
		return err
	}
	return p.until(ctx, "the end of the customs hold", func() (bool, error) {
		c, err := p.caseNow(ctx, p.customs)
		return err == nil && c.Status == recourse.Closed, err
	})
}

func (p *play) reported(ctx context.Context) (err error) {
	p.pass(2*time.Hour + 50*time.Minute)
	page, err := p.open(ctx, p.link)
	if err != nil {
		return err
	}
	action, fields, err := p.form(page, `value="problem.reported"`)
	if err != nil {
		return err
	}
	fields.Set("problem", "damaged_item")
	fields.Set("line", "1")
	fields.Set("quantity.1", "1")
	fields.Set("text", "The vase arrived with a long crack down one side. The bowls are fine.")
	if page, err = p.send(ctx, action, fields); err != nil {
		return err
	}
	if fields.Get("step") == "ahead" {
		if action, fields, err = p.form(page, `value="problem.reported"`); err == nil {
			_, err = p.send(ctx, action, fields)
		}
		if err != nil {
			return err
		}
	}
	if p.damage, err = p.opened(ctx, "damaged_item"); err != nil {
		return err
	}
	return p.photographed(ctx)
}

// photographed hands the photo in that the case waits for.
func (p *play) photographed(ctx context.Context) error {
	page, err := p.open(ctx, p.link)
	if err != nil {
		return err
	}
	action, fields, err := p.form(page, `type="file"`)
	if err != nil {
		return err
	}
	name, photo := sample.Photo(&recourse.Event{Type: recourse.EvidenceReceived, Data: recourse.Data{Order: "2101", Kind: "photo"}})
	if _, err := p.upload(ctx, action, fields, name, photo); err != nil {
		return err
	}
	if err := p.becomes(ctx, p.damage, "proof.claiming"); err != nil {
		return err
	}
	p.say("    %s/cases/%s: the photo is evidence, the claim is filed", p.desk, p.damage)
	return p.until(ctx, "the dossier of the claim", func() (bool, error) {
		l := p.letter(agentAddress, p.damage)
		return l != nil && len(l.Files) == 1, nil
	})
}

func (p *play) claimed(ctx context.Context) error {
	p.letters()
	asked := p.letter(agentAddress, p.damage)
	p.pass(5 * time.Minute)
	answer := fmt.Sprintf("From: DSers Support <%s>\r\nTo: %s\r\nSubject: Re: %s\r\nMessage-ID: <answer-1@dsers.com>\r\nIn-Reply-To: %s\r\nReferences: %s\r\nDate: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"+
		"Hello,\r\n\r\nGood news: your claim for Tmall order %s has been approved by the marketplace. Please tell us whether a refund or a replacement is wanted.\r\n\r\nYour DSers team\r\n",
		agentAddress, deskAddress, asked.Subject, asked.ID, asked.ID, p.now().UTC().Format(time.RFC1123Z), storyPurchase)
	if err := p.mail.Put([]byte(answer)); err != nil {
		return err
	}
	p.say("    ✉ from %s: your claim … has been approved", agentAddress)
	return p.becomes(ctx, p.damage, "proof.merchant_chooses")
}

func isRefund(e *web.Effect) bool { return e.Kind == recourse.EffectRefund }

func (p *play) refunded(ctx context.Context) error {
	chosen := func() (bool, error) {
		c, err := p.caseNow(ctx, p.damage)
		return err == nil && c.State != "proof.merchant_chooses", err
	}
	err := p.person(ctx, "choose the refund: "+p.desk+"/cases/"+p.damage, chosen, func() error {
		return p.ask(ctx, p.clerk, http.MethodPost, "/api/v1/cases/"+url.PathEscape(p.damage)+"/actions", "application/json", map[string]any{"remedy": recourse.RemedyRefund}, nil)
	})
	if err != nil {
		return err
	}
	if err := p.approve(ctx, p.damage, "approve the refund", isRefund); err != nil {
		return err
	}
	p.pass(time.Minute)
	err = p.until(ctx, "the refund at Stripe", func() (bool, error) { _, n := p.bank.Left(storyPayment); return n > 0, nil })
	amount, n := p.bank.Left(storyPayment)
	p.say("    Stripe paid back %s, in %d refund", euros(amount), n)
	return err
}

func (p *play) settled(ctx context.Context) error {
	err := p.until(ctx, "Stripe’s answer on the desk", func() (bool, error) {
		e, err := p.act(ctx, p.damage, isRefund)
		return e != nil && e.Status != store.Pending, err
	})
	if err != nil {
		return err
	}
	refund := p.bank.Move("re_1", "succeeded", "")
	if refund == nil {
		return &recourse.Error{Kind: recourse.Internal, Code: "story", Message: "Stripe knows no refund"}
	}
	for range 2 { // Stripe tells a thing twice at times
		if err := p.stripeTells(ctx, refund); err != nil {
			return err
		}
	}
	err = p.until(ctx, "the end of the case", func() (bool, error) {
		c, err := p.caseNow(ctx, p.damage)
		return err == nil && c.Status == recourse.Closed, err
	})
	if err != nil {
		return err
	}
	p.pass(time.Minute)
	if err := p.until(ctx, "the letter that the money is back", func() (bool, error) {
		e, err := p.act(ctx, p.damage, func(e *web.Effect) bool { return e.Template == "refund_done" && e.Status == store.Done })
		return e != nil, err
	}); err != nil {
		return err
	}
	p.say("    %s/cases/%s is closed: refunded, once", p.desk, p.damage)
	return nil
}

func (p *play) stripeTells(ctx context.Context, refund map[string]any) error {
	r, err := peer.StripeWebhook(p.hook("stripe"), stripeSecret, "evt_1", "refund.updated", refund, p.now())
	if err != nil {
		return err
	}
	res, err := p.client.Do(r.WithContext(ctx))
	if err != nil {
		return err
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return &recourse.Error{Kind: recourse.Internal, Code: "story", Message: fmt.Sprintf("the desk answers Stripe with %d", res.StatusCode)}
	}
	return nil
}
