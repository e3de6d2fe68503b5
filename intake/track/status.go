package track

import (
	"strings"

	"recourse"
)

// sense is what a word of a tracking service says about a parcel.
type sense struct {
	status recourse.ParcelStatus // "": no checkpoint of ours: nobody has the parcel in hand yet, or the word is not the carrier's
	border bool                  // the parcel is at a border, or beyond it: whatever comes next is international
	asks   bool                  // customs wants something: the carrier's text says what
	wrong  bool                  // it cannot be delivered where it is to go: the address is wrong
	note   string                // a code for a person, where no checkpoint follows
}

// senses is the one table of what the services' words mean here: statuses and sub-statuses of 17TRACK, tags and subtags of
// AfterShip. The words are [V]; what they mean to us is [I] throughout, after what the services' documentation says of
// each. A word that is not in the table means what its main word (before the underscore) means.
//
// What these words do not say is left to the playbook, which watches how long a parcel has been silent: customs that take
// long (InTransit_CustomsProcessing, InTransit_006), a parcel that nobody ever scanned (NotFound, InfoReceived, Pending),
// one that the service has given up (Expired: no news for 30 days, which is the service's silence and not the carrier's
// word, so that it is not «lost»).
var senses = map[string]sense{
	// 17TRACK. Whoever has only announced a parcel has not been handed it: InfoReceived is no checkpoint.
	"NotFound":                              {note: "not_found"},
	"NotFound_InvalidCode":                  {note: "number_invalid"},
	"InfoReceived":                          {note: "announced"},
	"InTransit":                             {status: recourse.InTransit},
	"InTransit_PickedUp":                    {status: recourse.InTransit},
	"InTransit_Departure":                   {status: recourse.InTransit, border: true}, // has left the port of the country of origin
	"InTransit_Arrival":                     {status: recourse.InTransit, border: true}, // has arrived at the port of the country of destination
	"InTransit_CustomsProcessing":           {status: recourse.InTransit, border: true},
	"InTransit_CustomsReleased":             {status: recourse.CustomsReleased, border: true},
	"InTransit_CustomsRequiringInformation": {status: recourse.CustomsHold, border: true, asks: true},
	"Expired":                               {note: "expired"},
	"AvailableForPickup":                    {status: recourse.OutForDelivery}, // it waits for the buyer: the last stage before delivered
	"OutForDelivery":                        {status: recourse.OutForDelivery},
	"DeliveryFailure":                       {status: recourse.DeliveryFailed},
	"DeliveryFailure_InvalidAddress":        {status: recourse.DeliveryFailed, wrong: true},
	"Delivered":                             {status: recourse.Delivered},
	"Exception":                             {status: recourse.InTransit}, // something is wrong and nobody says what: it is not lost
	"Exception_Returning":                   {status: recourse.Returning},
	"Exception_Returned":                    {status: recourse.Returned},
	"Exception_NoBody":                      {status: recourse.DeliveryFailed},
	"Exception_Rejected":                    {status: recourse.DeliveryFailed},
	"Exception_Security":                    {status: recourse.CustomsHold, border: true, asks: true}, // «security, customs clearance or fees»
	"Exception_Damage":                      {status: recourse.Damaged},
	"Exception_Destroyed":                   {status: recourse.Damaged},
	"Exception_Lost":                        {status: recourse.Lost},
	"Exception_Cancel":                      {note: "shipment_cancelled"}, // the shipment was called off, mostly before anybody had it

	// 17TRACK's stages of an event, where it has no sub-status.
	"PickedUp":  {status: recourse.InTransit},
	"Departure": {status: recourse.InTransit, border: true},
	"Arrival":   {status: recourse.InTransit, border: true},
	"Returning": {status: recourse.Returning},
	"Returned":  {status: recourse.Returned},

	// AfterShip. InTransit, OutForDelivery, AvailableForPickup, Delivered, InfoReceived, Exception and Expired are main words of both.
	"Pending":       {note: "not_found"},
	"InTransit_004": {status: recourse.InTransit, border: true}, // arrived at the country of destination
	"InTransit_005": {status: recourse.CustomsReleased, border: true},
	"InTransit_006": {status: recourse.InTransit, border: true}, // customs clearance started
	"AttemptFail":   {status: recourse.DeliveryFailed},
	"Exception_002": {status: recourse.DeliveryFailed, wrong: true}, // the customer has moved
	"Exception_003": {status: recourse.DeliveryFailed},              // refused
	"Exception_004": {status: recourse.CustomsHold, border: true, asks: true},
	"Exception_006": {status: recourse.CustomsHold, border: true, asks: true}, // held for a payment
	"Exception_007": {status: recourse.DeliveryFailed, wrong: true},
	"Exception_008": {status: recourse.DeliveryFailed}, // nobody picked it up
	"Exception_009": {status: recourse.DeliveryFailed}, // rejected by the carrier
	"Exception_010": {status: recourse.Returning},
	"Exception_011": {status: recourse.Returned},
	"Exception_012": {status: recourse.Damaged},
	"Exception_013": {status: recourse.Lost},
}

// senseOf is what a word says; ok is false where neither it nor its main word is known. A word that is not known is a
// sign of life all the same: something was told of the parcel.
func senseOf(word string) (s sense, ok bool) {
	if s, ok = senses[word]; ok {
		return s, true
	}
	main, _, _ := strings.Cut(word, "_")
	if s, ok = senses[main]; ok {
		return s, true
	}
	return sense{status: recourse.InTransit}, false
}
