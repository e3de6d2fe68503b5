package playbook_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/playbook"
)

// broken are snippets, each with all that is said about it. Those that begin with a section extend tmall-dsers, whose
// own two lines stand above.
var broken = []struct{ name, text, want string }{
	{"unknown section", "setings: {}", `shop.yaml:3:1: unknown key "setings" (did you mean "settings"?)`},
	{"unknown key", "paths: {late: {states: {urged: {afer: 1}}}}", `shop.yaml:3:33: unknown key "afer" (did you mean "after"?)`},
	{"word where a map is wanted", "settings: 3", `shop.yaml:3:11: a map is wanted here, not a value`},
	{"map where a word is wanted", "about: {a: b}", `shop.yaml:3:9: a word is wanted here, not a map`},
	{"list where a word is wanted", "questions: {offer: {due: [3 days]}}", `shop.yaml:3:26: a word is wanted here, not a list`},
	{"unknown setting", "questions: {offer: {due: offer.choose_within}}", `shop.yaml:3:26: there is no setting "offer.choose_within" (there are cancel.answer_within, claim.appeal_within, claim.chase_every, claim.expect_after, claim.resolve_within, claim.verify_within, customs_hold.remind_every, evidence.ask_again_after, evidence.give_up_after, import.stale_after, interception.ask_again_after, interception.give_up_after, …)`},
	{"setting that is no duration", "questions: {offer: {due: reorder.similar}}", `shop.yaml:3:26: reorder.similar is a choice, not a duration`},
	{"no due", "questions: {fresh: {choices: [refund]}}", `shop.yaml:3:21: the question "fresh" has no due: a person's task needs a date`},
	{"unknown answer", "questions: {offer: {choices: [refnd]}}", `shop.yaml:3:30: "refnd" is neither a remedy nor an answer (did you mean "refund"?)`},
	{"wrong default", "settings: {reorder.similar: sometimes}", `shop.yaml:3:29: reorder.similar cannot be "sometimes" (there are ask, refuse, take)`},
	{"wrong flag", "settings: {evidence.required: 1}", `shop.yaml:3:31: evidence.required cannot be "1" (true or false)`},
	{"wrong percent", "settings: {reorder.max_increase: 2000}", `shop.yaml:3:34: reorder.max_increase cannot be "2000" (a whole number of percent from 0 to 1000)`},
	{"wrong approval", "settings: {refund.approval: above 50}", `shop.yaml:3:29: refund.approval cannot be "above 50" (always, never, or an amount as in "above 50.00 EUR")`},
	{"wrong country", "settings: {merchant.country: XX}", `shop.yaml:3:30: merchant.country cannot be "XX" (the two letters of a country with a calendar)`},
	{"two types", "settings: {fresh: {flag: true, count: 1}}", `shop.yaml:3:39: fresh is both a flag and a count`},
	{"choice of nothing", "settings: {fresh: {choice: [one, ''], default: one}}", `shop.yaml:3:28: fresh cannot be a choice of nothing`},
	{"no type", "settings: {fresh: {about: nothing}}", `shop.yaml:3:20: fresh needs a type and a default, as in {duration: 3 days}`},
	{"duration without unit", "settings: {cancel.answer_within: 3}", `shop.yaml:3:34: "3" is not a duration (write "2 days", "12 hours" or "10 business days CN")`},
	{"duration with a fraction", "settings: {cancel.answer_within: 1.5 days}", `shop.yaml:3:34: "1.5 days" is not a duration (it begins with a whole number from 0 to 3660)`},
	{"duration below zero", "settings: {cancel.answer_within: -1 days}", `shop.yaml:3:34: "-1 days" is not a duration (it begins with a whole number from 0 to 3660)`},
	{"duration of weeks", "settings: {cancel.answer_within: 2 weeks}", `shop.yaml:3:34: "2 weeks" is not a duration (write "2 days", "12 hours" or "10 business days CN")`},
	{"business days of nowhere", "settings: {cancel.answer_within: 2 business days}", `shop.yaml:3:34: "2 business days" is not a duration (write "2 days", "12 hours" or "10 business days CN")`},
	{"business days of an unknown country", "settings: {cancel.answer_within: 2 business days QQ}", `shop.yaml:3:34: there is no calendar "QQ" (a country's two letters, or "merchant")`},
	{"a hundred years", "settings: {cancel.answer_within: 36500 days}", `shop.yaml:3:34: "36500 days" is not a duration (write "2 days", "12 hours" or "10 business days CN")`},
	{"unknown state", "paths: {late: {states: {urged: {after: {in: 1 day, go: givenup}}}}}", `shop.yaml:3:56: there is no state "late.givenup" (did you mean "given_up"?)`},
	{"state of another path", "paths: {late: {states: {urged: {after: {in: 1 day, go: repay.payng}}}}}", `shop.yaml:3:56: there is no state "repay.payng" (there are asking, given_up, shipped, urged)`},
	{"unknown situation", "paths: {late: {states: {urged: {after: {in: 1 day, become: out_of_stok}}}}}", `shop.yaml:3:60: there is no situation "out_of_stok" (did you mean "out_of_stock"?)`},
	{"unknown path", "situations: {fresh: {path: repai}}", `shop.yaml:3:28: there is no path "repai" (did you mean "repay"?)`},
	{"no path", "situations: {fresh: {about: nothing}}", `shop.yaml:3:22: there is no path "" (there are address, cancel, customs, fit, late, proof, repay, resupply, silent)`},
	{"unknown event", "paths: {late: {states: {urged: {on: {parcel.shiped: {go: shipped}}}}}}", `shop.yaml:3:38: there is no event parcel.shiped here (did you mean "parcel.shipped"?)`},
	{"choice under on", "paths: {late: {states: {urged: {on: {remedy.chosen: {go: shipped}}}}}}", `shop.yaml:3:38: there is no event remedy.chosen here (what a person may choose stands under choose:)`},
	{"news of an act under on", "paths: {late: {states: {urged: {on: {effect.done: {go: shipped}}}}}}", `shop.yaml:3:38: there is no event effect.done here (wait for what the act leads to: refund.succeeded, replacement.shipped, purchase.placed, …)`},
	{"news of an act that opens", "situations: {late_shipment: {opens: {on: effect.failed}}}", `shop.yaml:3:42: there is no event effect.failed here (wait for what the act leads to: refund.succeeded, replacement.shipped, purchase.placed, …)`},
	{"unknown event that opens", "situations: {late_shipment: {opens: {on: parcel.shiped}}}", `shop.yaml:3:42: there is no event parcel.shiped here (did you mean "parcel.shipped"?)`},
	{"unknown remedy", "paths: {late: {states: {asking: {choose: {refnd: {go: shipped}}}}}}", `shop.yaml:3:43: there is no remedy refnd (did you mean "refund"?)`},
	{"unknown fact", "paths: {late: {states: {given_up: {when: {if: case.refnd == 'done', go: asking}}}}}", `shop.yaml:3:47: nothing is called "case.refnd" (did you mean "case.refund"?)`},
	{"unknown condition", "paths: {late: {states: {given_up: {when: {if: offerd, go: asking}}}}}", `shop.yaml:3:47: nothing is called "offerd" (did you mean "offered"?)`},
	{"impossible value", "paths: {late: {states: {given_up: {when: {if: case.refund == 'paid', go: asking}}}}}", `shop.yaml:3:59: case.refund is never "paid" (there are done, failed, none, rejected, requested, sent, withdrawn)`},
	{"condition that is a word", "paths: {late: {states: {given_up: {when: {if: case.refund, go: asking}}}}}", `shop.yaml:3:47: "case.refund" is not true or false`},
	{"condition that cannot be read", "paths: {late: {states: {given_up: {when: {if: case.fits >, go: asking}}}}}", `shop.yaml:3:58: the condition cannot be read: Syntax error: mismatched input '<EOF>'`},
	{"arithmetic", "paths: {late: {states: {given_up: {when: {if: case.fits + 1 > 2, go: asking}}}}}", `shop.yaml:3:57: only a fact, a setting or a constant can be compared (a condition is made of ==, !=, <, <=, >, >=, in, &&, ||, ! and parentheses)`},
	{"fact in a list", "paths: {late: {states: {given_up: {when: {if: \"case.fits in [case.similar]\", go: asking}}}}}", `shop.yaml:3:66: a list after in holds constants, of the type that is looked for (a condition is made of ==, !=, <, <=, >, >=, in, &&, ||, ! and parentheses)`},
	{"word in a list of numbers", "paths: {late: {states: {given_up: {when: {if: \"case.fits in [1, 'x']\", go: asking}}}}}", `shop.yaml:3:65: a list after in holds constants, of the type that is looked for (a condition is made of ==, !=, <, <=, >, >=, in, &&, ||, ! and parentheses)`},
	{"event in when", "paths: {late: {states: {given_up: {when: {if: event.early, go: asking}}}}}", `shop.yaml:3:43: when has no event to look at`},
	{"when that stays", "paths: {late: {states: {given_up: {when: {do: refund}}}}}", `shop.yaml:3:43: when leads on: it needs go or become`},
	{"unknown party", "paths: {late: {states: {urged: {do: [message custommer expedite]}}}}", `shop.yaml:3:38: "custommer" is nobody that can be reached here (there are agent, buyer, carrier, merchant, supplier)`},
	{"question to a carrier", "paths: {late: {states: {urged: {do: [ask carrier give_up]}}}}", `shop.yaml:3:38: "carrier" is nobody that can be reached here (there are buyer, merchant)`},
	{"unknown act", "paths: {late: {states: {urged: {do: [refnd]}}}}", `shop.yaml:3:38: "refnd" is not an act (did you mean "refund"?)`},
	{"too many words", "paths: {late: {states: {urged: {do: [refund buyer]}}}}", `shop.yaml:3:38: refund takes nothing more`},
	{"message without words", "paths: {late: {states: {urged: {do: [message buyer]}}}}", `shop.yaml:3:38: a message is written: message PARTY TEMPLATE, or with draft at the end`},
	{"unknown question", "paths: {late: {states: {urged: {do: [ask buyer give_upp]}}}}", `shop.yaml:3:38: there is no question "give_upp" (did you mean "give_up"?)`},
	{"unknown block", "paths: {late: {use: [money_new, goods_may_fail, buyer_may_change]}}", `shop.yaml:3:22: there is no block "money_new" (did you mean "money_news"?)`},
	{"unused block", "blocks: {fresh: {do: refund}}", `shop.yaml:3:10: no path and no state uses the block "fresh"`},
	{"unknown anchor", "paths: {late: {states: {urged: {after: {from: purchase.shipby, in: 1 day, go: shipped}}}}}", `shop.yaml:3:47: nothing can count from "purchase.shipby" (did you mean "purchase.ship_by"?)`},
	{"watch from nowhere", "situations: {late_shipment: {opens: {per: parcel, from: purchase.ship_by, after: 1 day}}}", `shop.yaml:3:38: a watch per parcel cannot count from "purchase.ship_by" (did you mean "parcel.shipped"?)`},
	{"opens by nothing", "situations: {late_shipment: {opens: {if: purchase.waiting}}}", `shop.yaml:3:38: opens needs on: EVENT, or a watch with per: purchase or parcel, from: and after:`},
	{"for ever at once", "paths: {late: {states: {urged: {every: {in: 0 days, do: refund}}}}}", `shop.yaml:3:45: every 0 days would never end`},
	{"go and become", "paths: {late: {states: {urged: {after: {in: 1 day, go: shipped, become: oversized}}}}}", `shop.yaml:3:41: go and become cannot stand together`},
	{"nothing done", "paths: {late: {states: {urged: {after: {in: 1 day}}}}}", `shop.yaml:3:41: nothing is done here: it needs do, go or become`},
	{"unknown outcome", "paths: {late: {states: {shipped: {outcome: shiped}}}}", `shop.yaml:3:44: there is no outcome "shiped" (did you mean "shipped"?)`},
	{"time in a final state", "paths: {late: {states: {shipped: {outcome: shipped, after: {in: 1 day, go: urged}}}}}", `shop.yaml:3:61: a state with an outcome waits for nothing: after does not belong here`},
	{"dot in a name", "paths: {late: {states: {on.time: {outcome: shipped}}}}", `shop.yaml:3:25: "on.time" cannot name a path or a state (a name is one word, without dots)`},
	{"double key", "paths: {}\npaths: {}", `shop.yaml:4:1: mapping key "paths" already defined at [3:1]`},
	{"tab", "paths:\n\tlate: {}", `shop.yaml:4:1: a tab stands where the line is indented (indent with spaces)`},
	{"anchor", "about: &a x", `shop.yaml:3:8: anchors, aliases, tags and merge keys are not read here (write the value out)`},
	{"open bracket", "paths: {late: [", `shop.yaml:3:15: sequence end token ']' not found`},
	{"not a playbook", "- 1", `shop.yaml: a playbook is one document, a map that begins with playbook: NAME`},
	{"empty", "", `shop.yaml: a playbook is one document, a map that begins with playbook: NAME`},
	{"unknown base", "playbook: x\nextends: tmall", `shop.yaml:2:10: there is no playbook "tmall" to extend (there are dropship, tmall-dsers)`},
	{"no name", "playbook:\nextends: tmall-dsers", "shop.yaml:1:10: a word is wanted here, not nothing\nshop.yaml:1:1: a playbook begins with playbook: NAME"},
	{"nothing required", "playbook: x", "shop.yaml:1:1: every playbook needs the question confirm_double_loss\nshop.yaml:1:1: every playbook needs the question which_case\nshop.yaml:1:1: every playbook needs the setting import.stale_after\nshop.yaml:1:1: every playbook needs the setting merchant.country\nshop.yaml:1:1: every playbook needs the setting refund.approval\nshop.yaml:1:1: every playbook needs the setting reorder.max_increase\nshop.yaml:1:1: every playbook needs the track recovery"},
}

func TestLoadErrors(t *testing.T) {
	for _, tt := range broken {
		t.Run(tt.name, func(t *testing.T) {
			text := tt.text
			if text != "" && !strings.HasPrefix(text, "playbook") && !strings.HasPrefix(text, "-") {
				text = "playbook: shop\nextends: tmall-dsers\n" + text
			}
			_, err := playbook.Load("shop.yaml", []byte(text))
			if err == nil || err.Error() != tt.want {
				t.Errorf("got\n\t%v\nwant\n\t%s", err, tt.want)
			}
		})
	}
}

// TestLoadBounds: what would take too long to read is refused by a look at it.
func TestLoadBounds(t *testing.T) {
	bomb := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c <= 'z'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+", ", 8) + "*" + string(c-1) + "]\n"
	}
	tests := map[string]struct {
		text []byte
		want string
	}{
		"100 MB": {bytes.Repeat([]byte("about: x\n"), 100<<20/9), "shop.yaml: 104857596 bytes, 1048576 are the most"},
		"bomb":   {[]byte(bomb), "shop.yaml:1:4: anchors, aliases, tags and merge keys are not read here (write the value out)"},
		"deep":   {bytes.Repeat([]byte("["), 1<<20), "shop.yaml:1: nested deeper than 64"},
		"long":   {[]byte("playbook: shop\nextends: tmall-dsers\nconditions: {x: \"" + strings.Repeat("!", 2_001) + "event.early\"}"), "shop.yaml:3:18: a condition of 2012 characters, 2000 are the most"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, err := playbook.Load("shop.yaml", tt.text)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %v", err)
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("it took %s", took)
			}
			if k := recourse.KindOf(err); name != "bomb" && k != recourse.TooLarge {
				t.Errorf("kind %s", k)
			}
		})
	}
}
