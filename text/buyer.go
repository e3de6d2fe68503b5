package text

// Buyer is a word or a sentence of the buyer's page, filled in with pairs of names and values; "" where there is none.
// Names of a playbook, as in "state.late.urged", may be a merchant's own: whoever asks has something else to say then.
func (l *Language) Buyer(key string, pairs ...string) string {
	v := values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v[pairs[i]] = pairs[i+1]
	}
	return l.say("buyer."+key, v)
}

// HasBuyer says whether this very language has a word for the buyer's page: what another lends counts as missing.
func (l *Language) HasBuyer(key string) bool { return l.has("buyer." + key) }

// FirstBuyer is the first of some keys that has words.
func (l *Language) FirstBuyer(keys ...string) string {
	for _, key := range keys {
		if s := l.Buyer(key); s != "" {
			return s
		}
	}
	return ""
}
