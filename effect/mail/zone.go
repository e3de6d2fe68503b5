package mail

import (
	"strings"
	"time"
	_ "time/tzdata" // the zones must be there on machines that bring none

	"recourse"
)

// zones are the zones of countries, by ISO 3166-1 alpha-2, after the IANA database: one, or where a country has several
// and the region is not known, those of its eastern and western end, where most people live.
var zones = map[string]string{
	"AD": "Europe/Andorra", "AE": "Asia/Dubai", "AL": "Europe/Tirane", "AM": "Asia/Yerevan", "AR": "America/Argentina/Buenos_Aires", "AT": "Europe/Vienna",
	"AU": "Australia/Sydney Australia/Perth", "AZ": "Asia/Baku", "BA": "Europe/Sarajevo", "BD": "Asia/Dhaka", "BE": "Europe/Brussels", "BG": "Europe/Sofia", "BH": "Asia/Bahrain",
	"BN": "Asia/Brunei", "BO": "America/La_Paz", "BR": "America/Sao_Paulo America/Manaus", "BY": "Europe/Minsk", "CA": "America/Halifax America/Vancouver", "CH": "Europe/Zurich", "CI": "Africa/Abidjan",
	"CL": "America/Santiago", "CM": "Africa/Douala", "CN": "Asia/Shanghai", "CO": "America/Bogota", "CR": "America/Costa_Rica", "CY": "Asia/Nicosia", "CZ": "Europe/Prague", "DE": "Europe/Berlin",
	"DK": "Europe/Copenhagen", "DO": "America/Santo_Domingo", "DZ": "Africa/Algiers", "EC": "America/Guayaquil", "EE": "Europe/Tallinn", "EG": "Africa/Cairo", "ES": "Europe/Madrid", "ET": "Africa/Addis_Ababa",
	"FI": "Europe/Helsinki", "FR": "Europe/Paris", "GB": "Europe/London", "GE": "Asia/Tbilisi", "GF": "America/Cayenne", "GH": "Africa/Accra", "GP": "America/Guadeloupe", "GR": "Europe/Athens",
	"GT": "America/Guatemala", "HK": "Asia/Hong_Kong", "HN": "America/Tegucigalpa", "HR": "Europe/Zagreb", "HU": "Europe/Budapest", "ID": "Asia/Jakarta Asia/Jayapura", "IE": "Europe/Dublin", "IL": "Asia/Jerusalem",
	"IN": "Asia/Kolkata", "IQ": "Asia/Baghdad", "IS": "Atlantic/Reykjavik", "IT": "Europe/Rome", "JM": "America/Jamaica", "JO": "Asia/Amman", "JP": "Asia/Tokyo", "KE": "Africa/Nairobi", "KG": "Asia/Bishkek",
	"KH": "Asia/Phnom_Penh", "KR": "Asia/Seoul", "KW": "Asia/Kuwait", "KZ": "Asia/Almaty", "LA": "Asia/Vientiane", "LB": "Asia/Beirut", "LI": "Europe/Vaduz", "LK": "Asia/Colombo", "LT": "Europe/Vilnius",
	"LU": "Europe/Luxembourg", "LV": "Europe/Riga", "MA": "Africa/Casablanca", "MC": "Europe/Monaco", "MD": "Europe/Chisinau", "ME": "Europe/Podgorica", "MG": "Indian/Antananarivo", "MK": "Europe/Skopje",
	"MM": "Asia/Yangon", "MN": "Asia/Ulaanbaatar", "MO": "Asia/Macau", "MQ": "America/Martinique", "MT": "Europe/Malta", "MU": "Indian/Mauritius", "MX": "America/Mexico_City America/Tijuana", "MY": "Asia/Kuala_Lumpur",
	"NC": "Pacific/Noumea", "NG": "Africa/Lagos", "NI": "America/Managua", "NL": "Europe/Amsterdam", "NO": "Europe/Oslo", "NP": "Asia/Kathmandu", "NZ": "Pacific/Auckland", "OM": "Asia/Muscat", "PA": "America/Panama",
	"PE": "America/Lima", "PF": "Pacific/Tahiti", "PH": "Asia/Manila", "PK": "Asia/Karachi", "PL": "Europe/Warsaw", "PR": "America/Puerto_Rico", "PT": "Europe/Lisbon", "PY": "America/Asuncion", "QA": "Asia/Qatar",
	"RE": "Indian/Reunion", "RO": "Europe/Bucharest", "RS": "Europe/Belgrade", "RU": "Asia/Vladivostok Europe/Moscow", "SA": "Asia/Riyadh", "SE": "Europe/Stockholm", "SG": "Asia/Singapore", "SI": "Europe/Ljubljana",
	"SK": "Europe/Bratislava", "SN": "Africa/Dakar", "SV": "America/El_Salvador", "TH": "Asia/Bangkok", "TN": "Africa/Tunis", "TR": "Europe/Istanbul", "TT": "America/Port_of_Spain", "TW": "Asia/Taipei",
	"TZ": "Africa/Dar_es_Salaam", "UA": "Europe/Kyiv", "UG": "Africa/Kampala", "US": "America/New_York America/Los_Angeles", "UY": "America/Montevideo", "UZ": "Asia/Tashkent", "VE": "America/Caracas",
	"VN": "Asia/Ho_Chi_Minh", "ZA": "Africa/Johannesburg", "ZM": "Africa/Lusaka", "ZW": "Africa/Harare",
}

// regions are the zones of states and provinces, by the postal code that shops write.
var regions = map[string]map[string]string{
	"US": spread(map[string]string{
		"America/New_York":    "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
		"America/Chicago":     "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
		"America/Denver":      "CO ID MT NM UT WY",
		"America/Phoenix":     "AZ",
		"America/Los_Angeles": "CA NV OR WA",
		"America/Anchorage":   "AK", "Pacific/Honolulu": "HI", "America/Puerto_Rico": "PR VI",
	}),
	"CA": spread(map[string]string{
		"America/St_Johns": "NL", "America/Halifax": "NB NS PE", "America/Toronto": "ON QC", "America/Winnipeg": "MB", "America/Regina": "SK", "America/Edmonton": "AB NT", "America/Vancouver": "BC", "America/Whitehorse": "YT", "America/Iqaluit": "NU",
	}),
	"AU": spread(map[string]string{
		"Australia/Sydney": "NSW ACT", "Australia/Melbourne": "VIC", "Australia/Hobart": "TAS", "Australia/Brisbane": "QLD", "Australia/Adelaide": "SA", "Australia/Darwin": "NT", "Australia/Perth": "WA",
	}),
}

func spread(by map[string]string) map[string]string {
	out := map[string]string{}
	for zone, names := range by {
		for name := range strings.FieldsSeq(names) {
			out[name] = zone
		}
	}
	return out
}

// zonesOf are the zones in which somebody at an address may live; none where nobody knows.
func zonesOf(a *recourse.Address) (out []*time.Location) {
	if a == nil {
		return nil
	}
	country := strings.ToUpper(a.Country)
	names := zones[country]
	if zone := regions[country][strings.ToUpper(strings.TrimSpace(a.Region))]; zone != "" {
		names = zone
	}
	for name := range strings.FieldsSeq(names) {
		if zone, err := time.LoadLocation(name); err == nil {
			out = append(out, zone)
		}
	}
	return out
}
