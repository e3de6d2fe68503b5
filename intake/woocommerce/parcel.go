package woocommerce

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"recourse"
)

// TrackingMeta is where the plugins for shipment tracking keep a list of parcels: WooCommerce itself knows none. (Common
// knowledge; Shipment Tracking and Advanced Shipment Tracking agree on it.)
const TrackingMeta = "_wc_shipment_tracking_items"

// maxParcels of one order are read.
const maxParcels = 50

type tracked struct {
	Provider text `json:"tracking_provider"`
	Custom   text `json:"custom_tracking_provider"`
	Number   text `json:"tracking_number"`
	Shipped  text `json:"date_shipped"` // seconds since 1970
}

// shipped are the parcels that a plugin for tracking knows. A parcel goes by its tracking number.
func (o *order) shipped() []recourse.Event {
	var parcels []tracked
	if json.Unmarshal(o.Meta.get(TrackingMeta), &parcels) != nil {
		return nil // another plugin's
	}
	var out []recourse.Event
	for _, p := range parcels[:min(len(parcels), maxParcels)] {
		number := strings.TrimSpace(string(p.Number))
		if number == "" || len(number) > 100 {
			continue
		}
		e := o.event("parcel/"+number, recourse.ParcelShipped, p.at(o.Modified.Time))
		e.Parcel, e.Tracking, e.Carrier = number, number, joined("", string(p.Provider))
		if e.Carrier == "" {
			e.Carrier = joined("", string(p.Custom))
		}
		if e.Check() == nil {
			out = append(out, e)
		}
	}
	return out
}

// at is when a parcel was handed over; when that was not told, when the order was changed.
func (t *tracked) at(otherwise time.Time) time.Time {
	s, err := strconv.ParseInt(string(t.Shipped), 10, 64)
	if at := time.Unix(s, 0).UTC(); err == nil && at.Year() >= 1990 && at.Year() < 2200 {
		return at
	}
	return otherwise
}
