package text

// Dossier is a word or a sentence of the dossiers that are handed to others, filled in with pairs of names and values.
func (l *Language) Dossier(key string, pairs ...string) string {
	v := values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v[pairs[i]] = pairs[i+1]
	}
	return l.say("dossier."+key, v)
}
