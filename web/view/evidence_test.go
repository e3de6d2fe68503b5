package view

// Refusals of files are said by their codes.
func init() {
	ends["error_evidence_"] = both("none", "empty", "type", "photo_size", "video_size", "pixels", "truncated", "broken_off", "unreadable", "second", "infected", "unavailable", "many", "missing")
	ends["error_picture_"], ends["error_video_"] = both("missing"), both("missing")
}

// both are an error's two sentences.
func both(codes ...string) (out []string) {
	for _, c := range codes {
		out = append(out, c, c+"_say")
	}
	return out
}
