package calendar

import (
	"slices"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/ar"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/mw"
	"github.com/rickar/cal/v2/nc"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"

	"recourse"
)

// country is a place whose days off follow from its law by rule.
//
// A country with several zones has one calendar all the same: the deadline of a merchant in
// California is counted on the days of New York, and differs from their own by hours, not by days
// off.
type country struct {
	zone     string // that of the capital or of most people, where there are several
	holidays []*cal.Holiday
}

// countries are those for which the library has one national list, England's and Wales's standing for the United
// Kingdom. Laws newer than the library (April 2023) are added where they are known. Left out are Australia and
// Switzerland, whose states and cantons each have their own; Russia, whose government moves days every year; Slovakia
// and Ukraine, which have since made working days of several in the library. An operator's file brings them in, as it
// brings single days off such as a state funeral.
var countries = map[string]country{
	"AR": {"America/Argentina/Buenos_Aires", ar.Holidays},
	"AT": {"Europe/Vienna", at.Holidays},
	"BE": {"Europe/Brussels", be.Holidays},
	"BG": {"Europe/Sofia", bg.Holidays},
	"BR": {"America/Sao_Paulo", slices.Concat(br.Holidays, []*cal.Holiday{
		since(2024, time.November, 20, "Consciência Negra"), // Lei 14.759/2023
	})},
	"CA": {"America/Toronto", ca.Holidays},
	"CZ": {"Europe/Prague", cz.Holidays},
	"DE": {"Europe/Berlin", de.Holidays},
	"DK": {"Europe/Copenhagen", dk.Holidays},
	"ES": {"Europe/Madrid", es.Holidays},
	"FR": {"Europe/Paris", fr.Holidays},
	"GB": {"Europe/London", gb.Holidays},
	"GR": {"Europe/Athens", gr.Holidays},
	"HR": {"Europe/Zagreb", hr.Holidays},
	"IE": {"Europe/Dublin", ie.Holidays},
	"IT": {"Europe/Rome", it.Holidays},
	"JP": {"Asia/Tokyo", jp.Holidays},
	"LT": {"Europe/Vilnius", lt.Holidays},
	"LV": {"Europe/Riga", lv.Holidays},
	"MW": {"Africa/Blantyre", mw.Holidays},
	"NC": {"Pacific/Noumea", nc.Holidays},
	"NL": {"Europe/Amsterdam", nl.Holidays},
	"NO": {"Europe/Oslo", no.Holidays},
	"NZ": {"Pacific/Auckland", nz.Holidays},
	"PL": {"Europe/Warsaw", slices.Concat(pl.Holidays, []*cal.Holiday{
		since(2025, time.December, 24, "Wigilia"), // Dz.U. 2024 poz. 1965
	})},
	"RO": {"Europe/Bucharest", slices.Concat(ro.Holidays, []*cal.Holiday{
		since(2024, time.January, 6, "Boboteaza"), // Legea 52/2023
		since(2024, time.January, 7, "Sfântul Ioan Botezătorul"),
	})},
	"SE": {"Europe/Stockholm", se.Holidays},
	"SI": {"Europe/Ljubljana", si.Holidays},
	"US": {"America/New_York", us.Holidays},
	"ZA": {"Africa/Johannesburg", za.Holidays},
}

// since is a day off that a law has brought in, on the same date every year.
//
// The year is that of the first time it was kept, which is often the one after that of the law.
func since(year int, month time.Month, day int, name string) *cal.Holiday {
	return &cal.Holiday{Name: name, StartYear: year, Month: month, Day: day, Func: cal.CalcDayOfMonth}
}

// definition computes the days off of all years of the tables. Where a day off on a weekend is made good on another
// day, the library knows; only that other day is taken.
func (c country) definition(code string) definition {
	location, err := time.LoadLocation(c.zone)
	if err != nil {
		panic(err) // The zones are linked in, and a test loads every one.
	}
	d := definition{code: code, location: location, lawful: true}
	for _, h := range c.holidays {
		// A day off may be observed in the year before or after its own.
		for year := firstYear - 1; year <= lastYear+1; year++ {
			if day, ok := observed(h, year); ok {
				d.byLaw = append(d.byLaw, holiday{day, day, h.Name})
			}
		}
	}
	return d
}

// observed is the day on which people stay at home for h of that year; ok is false where there is none in the tables.
func observed(h *cal.Holiday, year int) (day int64, ok bool) {
	_, t := h.Calc(year)
	day = dayNumber(recourse.DateOf(t))
	return day, !t.IsZero() && firstDay <= day && day < endDay
}
