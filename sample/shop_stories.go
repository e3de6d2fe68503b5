package sample

import (
	"time"

	"recourse"
)

// hour keeps the stories short.
const hour = time.Hour

// one is a single piece.
func one(w ...*ware) []sold {
	var all []sold
	for _, w := range w {
		all = append(all, sold{w, 1})
	}
	return all
}

// some are several pieces of one ware.
func some(n int, w *ware) []sold { return []sold{{w, n}} }

// stories are the orders of the shop: first those on which nothing is wrong, then the troubles in the order of the
// trade, before shipment, after it, and the special ones.
var stories = []story{
	// Nothing is wrong; the first of the late ones will be so within hours.
	{2 * hour, minji, one(buds), func(*sale) {}},
	{5 * hour, grace, one(vase, bowls), func(*sale) {}},
	{1*day + 6*hour, louis, some(2, lantern), func(s *sale) { s.buys(1*day+2*hour, 3) }},
	{2*day + 3*hour, imogen, one(jacket), func(s *sale) { s.buys(1*day+20*hour, 3) }},
	{5*day + 2*hour, anais, one(sewing), func(s *sale) { s.buys(4*day+19*hour, 3) }},
	{5*day + 1*hour, jeanne, one(hub), func(s *sale) { s.buys(5*day-3*time.Minute, 3) }}, // late three minutes from now
	{6 * day, tyler, one(hub), func(s *sale) { s.buys(5*day+20*hour, 2).ships(4*day+6*hour, recourse.Domestic) }},
	{9 * day, katrin, one(scarf, pillow), func(s *sale) {
		s.buys(8*day+18*hour, 3).ships(7*day, recourse.Domestic).scan(5*day, recourse.Delivered, "Yiwu warehouse", nil).flies(3*day, "Shanghai PVG")
	}},
	{17 * day, rhys, one(teaset), func(s *sale) {
		s.buys(16*day+12*hour, 5).ships(14*day, recourse.Domestic).flies(9*day, "Hangzhou HGH").scan(5*hour, recourse.OutForDelivery, "Cardiff", nil)
	}},
	{24 * day, sophie, one(kite, brushes), func(s *sale) { s.buys(23*day, 4).arrives(4*day, 17) }},
	{27 * day, camille, one(robe), func(s *sale) { s.buys(26*day, 3).arrives(8*day, 16) }},
	{33 * day, lukas, one(lamp, mat), func(s *sale) { s.buys(32*day, 3).arrives(14*day, 16).purchase(2).arrives(13*day, 18) }},
	{41 * day, niamh, one(tote), func(s *sale) { s.buys(40*day, 3).arrives(20*day, 18) }},
	{52 * day, sam, some(2, clock), func(s *sale) { s.buys(51*day, 2).arrives(33*day, 17) }},

	// The supplier has none.
	{4*day + 5*hour, jeanne, one(lamp), func(s *sale) {
		s.buys(4*day, 5).agent(3*hour, recourse.PurchaseOutOfStockNow, "缺货，预计两个月后到货")
	}},
	{6*day + 8*hour, beatriz, some(2, vase), func(s *sale) {
		s.buys(6*day, 5).agent(2*day, recourse.PurchaseOutOfStockNow, "Out of stock").offers(20*hour, 12, 4, 35)
	}},
	{8 * day, marion, one(scarf), func(s *sale) {
		s.buys(7*day+20*hour, 4).agent(4*day+2*hour, recourse.PurchaseOutOfStockNow, "这款颜色没有了").offers(2*day+20*hour, 9, -6).chooses(1*day+4*hour, recourse.PartyBuyer, recourse.RemedyReorder)
	}},
	{9*day + 4*hour, denise, one(buds), func(s *sale) {
		s.buys(9*day, 5).agent(4*day+6*hour, recourse.PurchaseOutOfStockNow, "Product unavailable").offers(3*day, 0).ships(7*hour, recourse.Domestic)
	}},
	{30 * day, mehdi, one(sconce), func(s *sale) {
		s.buys(29*day, 4).agent(26*day, recourse.PurchaseOutOfStockNow, "Out of stock").offers(25*day, 7, 2).chooses(24*day, recourse.PartyBuyer, recourse.RemedyReorder)
		s.again(23*day, 3).arrives(5*day, 16)
	}},
	{34 * day, junho, one(hub), func(s *sale) {
		s.buys(33*day, 4).agent(30*day, recourse.PurchaseOutOfStockNow, "停产").offers(29 * day)
		s.refunded(27*day).agent(16*day, recourse.RecoveryReceivedNow, "")
	}},
	{12 * day, caio, one(clock), func(s *sale) {
		s.buys(11*day+20*hour, 4).agent(8*day, recourse.PurchaseOutOfStockNow, "Out of stock").offers(7*day).money(6*hour, recourse.RefundSentNow, "")
	}},

	// Too big or too heavy.
	{3*day + 9*hour, jonas, one(chair), func(s *sale) {
		s.buys(3*day, 7).agent(6*hour, recourse.PurchaseOversizedNow, "Volumetric weight 62 kg, the line takes 30")
	}},
	{7 * day, grace, some(2, table), func(s *sale) {
		s.buys(6*day+12*hour, 7).agent(4*day, recourse.PurchaseOversizedNow, "Two pieces are over 30 kg").chooses(1*day+1*hour, recourse.PartyMerchant, recourse.RemedyAdjustment)
	}},

	// Late: just now, on the last day, shipped in between, given up.
	{6 * day, imogen, one(pillow), func(s *sale) { s.buys(5*day+6*hour, 3) }},
	{8*day + 6*hour, lukas, one(kite), func(s *sale) { s.buys(7*day+23*hour, 4) }},
	{9 * day, camille, one(bowls), func(s *sale) { s.buys(8*day+10*hour, 4).answers(1*day, "明天发货") }},
	{19 * day, louis, one(jacket), func(s *sale) { s.buys(18*day+14*hour, 3).arrives(1*day, 12) }},
	{11 * day, sophie, one(mat), func(s *sale) {
		s.buys(10*day+18*hour, 3).ships(4*day+2*hour, recourse.Domestic).flies(1*day+3*hour, "Shenzhen SZX")
	}},
	{8*day + 6*hour, tyler, one(lantern), func(s *sale) { s.buys(7*day+10*hour, 3) }},

	// Nobody answers.
	{4*day + 12*hour, anais, one(teaset), func(s *sale) {
		s.buys(4*day+6*hour, 6).asks(2*day+2*hour, "请问这套茶具什么时候可以发货？")
	}},
	{3*day + 20*hour, marion, one(brushes), func(s *sale) {
		s.buys(3*day+12*hour, 6).asks(1*day+18*hour, "收件人要求礼品包装，可以吗？")
	}},
	{5 * day, niamh, one(hub), func(s *sale) {
		s.buys(4*day+20*hour, 6).asks(2*day+20*hour, "颜色可以换成银色吗？").answers(1*day+22*hour, "可以，银色有货")
	}},

	// Held by customs: just now, for days, sent back, let go.
	{15 * day, minji, one(robe), func(s *sale) {
		s.buys(14*day+12*hour, 3).ships(12*day, recourse.Domestic).flies(6*day, "Incheon ICN").scan(5*hour, recourse.CustomsHold, "Incheon", s.customs("personal customs clearance code (개인통관고유부호)", 9*day))
	}},
	{20 * day, caio, one(buds, hub), func(s *sale) {
		s.buys(19*day+12*hour, 2).ships(18*day, recourse.Domestic).flies(11*day, "São Paulo GRU").scan(5*day+22*hour, recourse.CustomsHold, "Curitiba", s.customs("CPF of the consignee and payment of import tax", 11*day))
	}},
	{38 * day, beatriz, one(lamp), func(s *sale) {
		s.buys(37*day, 3).ships(35*day, recourse.Domestic).flies(28*day, "São Paulo GRU").scan(21*day, recourse.CustomsHold, "Valinhos", s.customs("CPF of the consignee", 5*day)).scan(1*day+2*hour, recourse.Returning, "Valinhos", nil)
	}},
	{25 * day, rhys, one(sconce), func(s *sale) {
		s.buys(24*day, 3).ships(22*day, recourse.Domestic).flies(15*day, "East Midlands EMA").scan(12*day, recourse.CustomsHold, "Langley HWDC", s.customs("proof of the price paid", 10*day)).scan(9*day, recourse.CustomsReleased, "Langley HWDC", nil).scan(6*day, recourse.Delivered, "Cardiff", nil)
	}},

	// Something else came.
	{22 * day, jeanne, one(jacket), func(s *sale) {
		s.buys(21*day, 3).arrives(4*day, 15).reports(2*day+22*hour, "wrong_item", 1, "J'ai reçu une veste noire en taille S, j'avais commandé la marine en L.")
	}},
	{29 * day, denise, one(pillow, scarf), func(s *sale) {
		s.buys(28*day, 3).arrives(9*day, 16).reports(8*day, "wrong_item", 1, "The pillowcase is polyester, not silk.").shows(7*day, "photo", "label of the pillowcase")
	}},
	{44 * day, lukas, one(vase), func(s *sale) {
		s.buys(43*day, 5).arrives(24*day, 15).reports(23*day, "wrong_item", 1, "Die Vase ist blau statt weiß.").shows(23*day-2*hour, "photo", "").verdict(3*day, recourse.ClaimApprovedNow, "")
	}},

	// Something was not in the parcel.
	{95 * day, sam, one(teaset), func(s *sale) {
		s.buys(94*day, 5).arrives(75*day, 14).reports(74*day, "missing_item", 1, "Only four of the six cups were in the box.").shows(72*day, "photo", "the open box")
	}},
	{61 * day, katrin, some(2, bowls), func(s *sale) {
		s.buys(60*day, 5).arrives(42*day, 14).reports(41*day, "missing_item", 1, "Es war nur ein Set im Paket.").shows(40*day, "photo", "").verdict(10*day, recourse.ClaimDeniedNow, "The weight of the parcel matches two sets")
	}},
	{70 * day, imogen, one(brushes), func(s *sale) {
		s.buys(69*day, 4).arrives(52*day, 13).reports(51*day, "missing_item", 1, "The largest brush was missing.").shows(50*day, "video", "unboxing").verdict(34*day, recourse.ClaimApprovedNow, "")
		s.chooses(33*day, recourse.PartyMerchant, recourse.RemedyReplacement).replaces(31*day).agent(20*day, recourse.RecoveryReceivedNow, "")
	}},

	// It arrived broken.
	{21 * day, grace, one(lamp), func(s *sale) {
		s.buys(20*day, 3).arrives(2*day, 15).reports(1*day, "damaged_item", 1, "The shade is crushed and the base has a crack.").shows(1*hour, "photo", "crack at the base").shows(59*time.Minute, "photo", "the shade from the side").shows(58*time.Minute, "photo", "what fell out")
	}},
	{48 * day, mehdi, one(teaset), func(s *sale) {
		s.buys(47*day, 5).arrives(27*day, 15).reports(26*day, "damaged_item", 1, "Deux tasses cassées à l'arrivée.").shows(25*day, "photo", "les deux tasses").verdict(4*day, recourse.ClaimApprovedNow, "").chooses(2*day, recourse.PartyMerchant, recourse.RemedyRefund)
	}},
	{104 * day, junho, one(vase), func(s *sale) {
		s.buys(103*day, 5).arrives(85*day, 13).reports(84*day, "damaged_item", 1, "꽃병에 금이 갔어요.").shows(83*day, "photo", "").verdict(60*day, recourse.ClaimApprovedNow, "").chooses(59*day, recourse.PartyMerchant, recourse.RemedyReplacement)
	}},
	{43 * day, camille, one(clock), func(s *sale) {
		s.buys(42*day, 2).arrives(24*day, 15).reports(22*day, "damaged_item", 1, "L'écran est rayé.")
	}},

	// The buyer no longer wants it: not bought, bought, on a domestic leg, abroad, stopped in time.
	{1*day + 4*hour, louis, one(tote), func(s *sale) { s.cancels(9*hour, "Commandé par erreur") }},
	{3 * day, katrin, one(robe), func(s *sale) { s.buys(2*day+18*hour, 4).cancels(1*day+2*hour, "Zu teuer mit Versand") }},
	{6 * day, anais, one(lantern, sconce), func(s *sale) {
		s.buys(5*day+14*hour, 3).ships(3*day+6*hour, recourse.Domestic).cancels(2*day+2*hour, "Trouvé ailleurs")
	}},
	{14 * day, tyler, one(scarf), func(s *sale) {
		s.buys(13*day, 3).ships(11*day, recourse.Domestic).flies(6*day, "Guangzhou CAN").cancels(2*day+9*hour, "Takes too long")
	}},
	{26 * day, marion, one(kite), func(s *sale) {
		s.buys(25*day, 4).ships(22*day, recourse.Domestic).cancels(21*day, "Anniversaire passé").stopped(19*day, recourse.InterceptionDone, "").refunded(17*day).agent(9*day, recourse.RecoveryReceivedNow, "")
	}},
	{5 * day, sophie, one(buds), func(s *sale) {
		s.cancels(4*day, "Commande en double").money(2*day+1*hour, recourse.RefundSentNow, "").money(1*day+5*hour, recourse.RefundFailedNow, "The card was closed")
	}},

	// The address: it cannot be delivered to, it was corrected in time, the parcel is on its way there.
	{10 * hour, hugo, one(sewing), func(*sale) {}},
	{4 * day, denise, one(mat), func(s *sale) { s.buys(3*day+20*hour, 5).moved(2*day+2*hour, "We have moved", newHouse) }},
	{6*day + 12*hour, jonas, one(brushes), func(s *sale) {
		s.buys(6*day, 4).ships(3*day, recourse.Domestic).moved(1*day+6*hour, "Umgezogen, neue Adresse", moved)
	}},
}

// customs is what customs asks the buyer for, within some time from now.
func (s *sale) customs(asks string, in time.Duration) *recourse.Customs {
	return &recourse.Customs{Asks: asks, By: s.now.Add(in).Format(time.DateOnly), WhoPays: string(recourse.PartyBuyer)}
}
