package intake

// Country gives the ISO 3166-1 code (two letters) of a country for its code or one of its names, as shops and carriers
// write it; ok is false where it is neither.
func Country(text string) (code string, ok bool) { return country([]byte(text)) }
