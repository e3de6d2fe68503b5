package track

import (
	"strings"
	"time"
	"unicode"

	"recourse/intake"
)

// countryOf is the country of a place as carriers write it: «SHENZHEN, CN», «Roissy, France», «深圳市», «LOS ANGELES CA, US»;
// "" where it does not tell.
func countryOf(place string) string {
	place = strings.TrimSpace(place)
	if place == "" || len(place) > maxPlace {
		return ""
	}
	if code := chinese(place); code != "" {
		return code
	}
	parts := strings.FieldsFunc(place, func(r rune) bool {
		return r == ',' || r == '，' || r == '/' || r == ';' || r == '(' || r == ')' || r == '[' || r == ']'
	})
	for i := len(parts) - 1; i >= 0; i-- {
		if code := named(strings.TrimSpace(parts[i]), i > 0); code != "" {
			return code
		}
	}
	return hubs[strings.ToLower(place)]
}

// named is the country that a part of a place names. Two letters are a country only where they stand last behind a comma,
// and are no state of the United States there: «Chicago, IL» is not in Israel.
func named(part string, behind bool) string {
	if len(part) == 2 {
		if up := strings.ToUpper(part); behind && !states[up] || up == "CN" || up == "US" || up == "FR" || up == "GB" {
			code, _ := intake.Country(up)
			return code
		}
		return ""
	}
	if part == "" || part == "Georgia" && behind {
		return ""
	}
	if code, ok := intake.Country(part); ok {
		return code
	}
	if code := hubs[strings.ToLower(part)]; code != "" {
		return code
	}
	if at := strings.LastIndexByte(part, ' '); at > 0 { // «SHENZHEN CN», «PARIS FRANCE»
		last := part[at+1:]
		if len(last) > 3 || last == "CN" || last == "FR" {
			code, _ := intake.Country(last)
			return code
		}
	}
	return ""
}

// states are the two letters that mean a state of the United States or a province of Canada and a country, too.
var states = set("AL AR AZ CA CO DE GA ID IL IN LA MA MD ME MN MO MS MT NC NE PA SC SD TN VA AK PR MB NL SK PE")

func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}

// hubs are places that carriers write without their country, in the trade from China: where parcels are collected and sent
// on. [M]
var hubs = map[string]string{
	"shenzhen": "CN", "guangzhou": "CN", "dongguan": "CN", "yiwu": "CN", "hangzhou": "CN", "shanghai": "CN", "beijing": "CN", "ningbo": "CN", "xiamen": "CN",
	"quanzhou": "CN", "foshan": "CN", "jinhua": "CN", "zhengzhou": "CN", "chengdu": "CN", "chongqing": "CN", "wuhan": "CN", "suzhou": "CN", "nanjing": "CN",
	"guangdong": "CN", "zhejiang": "CN", "fujian": "CN", "jiangsu": "CN", "hongkong": "HK", "hkg": "HK", "liege": "BE", "liège": "BE", "roissy": "FR",
}

// chinese is the country of a place in Chinese characters. Countries are named as they are; every other place in Chinese
// is in China: carriers write places abroad in Chinese with their country, or one of the cities here. [I]
func chinese(place string) string {
	if !strings.ContainsFunc(place, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return ""
	}
	for _, c := range abroad {
		if strings.Contains(place, c.name) {
			return c.code
		}
	}
	if strings.ContainsFunc(place, func(r rune) bool { return unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r) }) {
		return "JP"
	}
	return "CN"
}

// abroad are Chinese names of countries, and of cities that carriers name alone.
var abroad = []struct{ name, code string }{
	{"香港", "HK"}, {"澳门", "MO"}, {"台湾", "TW"}, {"台北", "TW"}, {"法国", "FR"}, {"巴黎", "FR"}, {"美国", "US"}, {"洛杉矶", "US"}, {"纽约", "US"}, {"芝加哥", "US"},
	{"英国", "GB"}, {"伦敦", "GB"}, {"德国", "DE"}, {"法兰克福", "DE"}, {"西班牙", "ES"}, {"马德里", "ES"}, {"意大利", "IT"}, {"米兰", "IT"}, {"比利时", "BE"}, {"列日", "BE"},
	{"荷兰", "NL"}, {"阿姆斯特丹", "NL"}, {"波兰", "PL"}, {"葡萄牙", "PT"}, {"瑞士", "CH"}, {"瑞典", "SE"}, {"奥地利", "AT"}, {"匈牙利", "HU"}, {"布达佩斯", "HU"}, {"爱尔兰", "IE"},
	{"日本", "JP"}, {"东京", "JP"}, {"大阪", "JP"}, {"韩国", "KR"}, {"首尔", "KR"}, {"仁川", "KR"}, {"新加坡", "SG"}, {"马来西亚", "MY"}, {"泰国", "TH"}, {"越南", "VN"},
	{"菲律宾", "PH"}, {"印度尼西亚", "ID"}, {"澳大利亚", "AU"}, {"悉尼", "AU"}, {"新西兰", "NZ"}, {"加拿大", "CA"}, {"多伦多", "CA"}, {"温哥华", "CA"}, {"墨西哥", "MX"}, {"巴西", "BR"},
	{"圣保罗", "BR"}, {"智利", "CL"}, {"哥伦比亚", "CO"}, {"俄罗斯", "RU"}, {"莫斯科", "RU"}, {"乌克兰", "UA"}, {"以色列", "IL"}, {"土耳其", "TR"}, {"沙特", "SA"}, {"迪拜", "AE"},
}

// origin is the country that a tracking number says it comes from: the last two letters of an international postal number
// (UPU S10: two letters, nine digits, two letters); "" for any other. [V]
func origin(number string) string {
	if len(number) != 13 || !letters(number[:2]) || !letters(number[11:]) {
		return ""
	}
	for _, c := range number[2:11] {
		if c < '0' || c > '9' {
			return ""
		}
	}
	code, _ := intake.Country(number[11:])
	return code
}

func letters(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' })
}

// zones are the time zones of countries that carriers tell times of without saying which zone: the capital's, or the one
// where most live. [M] A country that is not here counts as UTC.
var zones = map[string]string{
	"CN": "Asia/Shanghai", "HK": "Asia/Hong_Kong", "MO": "Asia/Macau", "TW": "Asia/Taipei", "JP": "Asia/Tokyo", "KR": "Asia/Seoul", "SG": "Asia/Singapore",
	"FR": "Europe/Paris", "DE": "Europe/Berlin", "ES": "Europe/Madrid", "IT": "Europe/Rome", "BE": "Europe/Brussels", "NL": "Europe/Amsterdam", "AT": "Europe/Vienna",
	"CH": "Europe/Zurich", "LU": "Europe/Luxembourg", "PL": "Europe/Warsaw", "CZ": "Europe/Prague", "HU": "Europe/Budapest", "SE": "Europe/Stockholm",
	"DK": "Europe/Copenhagen", "NO": "Europe/Oslo", "FI": "Europe/Helsinki", "GR": "Europe/Athens", "RO": "Europe/Bucharest", "BG": "Europe/Sofia",
	"GB": "Europe/London", "IE": "Europe/Dublin", "PT": "Europe/Lisbon", "UA": "Europe/Kyiv", "TR": "Europe/Istanbul", "RU": "Europe/Moscow", "IL": "Asia/Jerusalem",
	"US": "America/New_York", "CA": "America/Toronto", "MX": "America/Mexico_City", "BR": "America/Sao_Paulo", "CL": "America/Santiago", "CO": "America/Bogota",
	"AU": "Australia/Sydney", "NZ": "Pacific/Auckland", "TH": "Asia/Bangkok", "VN": "Asia/Ho_Chi_Minh", "MY": "Asia/Kuala_Lumpur", "PH": "Asia/Manila",
	"ID": "Asia/Jakarta", "SA": "Asia/Riyadh", "AE": "Asia/Dubai", "ZA": "Africa/Johannesburg",
}

// zoneOf is the zone that a time without one is read in: that of the place's country, else UTC.
func zoneOf(country string) *time.Location {
	if name := zones[country]; name != "" {
		if z, err := time.LoadLocation(name); err == nil {
			return z
		}
	}
	return time.UTC
}

// layouts are how times are written, those with a zone first.
var layouts = []string{
	time.RFC3339, "2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00",
	"2006-01-02T15:04:05", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
}

// instantOf reads a time; one that names no zone is told in the given one. Zero: it cannot be read.
func instantOf(text string, zone *time.Location) time.Time {
	for _, l := range layouts {
		if t, err := time.ParseInLocation(l, strings.TrimSpace(text), zone); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
