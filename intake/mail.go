package intake

import "time"

// Mail is a letter that came in, as far as it can be understood by itself. Whose case it belongs to is found with what the
// house wrote before.
type Mail struct {
	ID      string // Message-ID, without the angle brackets; "": it has none
	Key     string // its identity: the same letter by another way has the same
	From    string // the address, in small letters
	Name    string // of the sender
	To      []string
	At      time.Time
	Subject string
	Text    string // what they wrote, without what they quote; at most [MostText] bytes
	Whole   string // with it
	// Refs are the Message-IDs that it answers, the nearest first.
	Refs []string
	// Tags are those of the addresses that it was sent to.
	Tags []string
	// Numbers are words of it that may be order numbers, as they stand.
	Numbers []string
	Files   []File
	// Left counts files that are neither photos nor videos: they are not evidence, and stay with the letter.
	Left int
	// Auto is the code of why no person wrote it: auto_reply, bulk, loop; "": a person may have.
	Auto string
	// Forged says that the receiving server found the sender's address to be untrue.
	// Unproven says that the receiving server looked, and found nothing that proves the domain of the sender.
	Unproven bool
	Forged   bool
	// Bounce is set for a report that a letter could not be delivered.
	Bounce *Bounce
}

// Bounce is a report about a letter of ours.
type Bounce struct {
	Letter string // its Message-ID; "": it does not say
	Code   string // 5.1.1, or 550
	Final  bool   // it will not be delivered; else it is late
}

// MostText bounds the words of a letter that are kept, in bytes.
const MostText = 8000
