package view

import (
	"net/url"
	"strings"

	"recourse"
	"recourse/store"
)

// EvidenceItem is a photo or a video as a gallery shows it. What is empty is not there.
type EvidenceItem struct {
	File     string
	Video    bool
	Label    string // what it is, for who does not see it
	Name     string // what it was called where it came from
	By       string // who sent it
	At       Instant
	Bytes    string
	Taken    string // when, by the camera's clock
	Text     string // what was written beside it
	Thumb    string // where the small picture is, and its size
	Width    int
	Height   int
	Full     string // … the large one
	Play     string // … the video
	Original string // … the file as it came
	State    string // why there is no picture
	Also     []Link // where it was used, too
	Same     bool   // … the very same file
}

// EvidencePlace is where a gallery's files are served from, and to whom: the desk's people may have the file as it came.
type EvidencePlace struct {
	Base     string // /evidence
	Original bool
}

// DeskEvidence is the place of the desk's own galleries.
var DeskEvidence = EvidencePlace{Base: "/evidence", Original: true}

// thumbSide is the longest side of a small picture, in pixels.
const thumbSide = 320

// NewEvidence makes a gallery's items. near says, by file, where a photo was used too; who looks from outside is not told.
func NewEvidence(r Reader, rows []store.Evidence, near map[string][]store.Near, p EvidencePlace) []EvidenceItem {
	items := make([]EvidenceItem, 0, len(rows))
	for i := range rows {
		e := &rows[i]
		it := EvidenceItem{File: e.File, Video: e.Kind == "video", Name: e.Name, Text: e.Text, By: sender(r, e), At: r.Past(e.At), Bytes: bytesText(r, e.Bytes)}
		it.Label = r.T("evidence_photo", "who", it.By)
		if it.Video {
			it.Label = r.T("evidence_video", "who", it.By)
		}
		if !e.Taken.IsZero() {
			it.Taken = r.T("evidence_taken", "time", r.Moment(e.Taken))
		}
		it.place(r, e, p)
		for _, n := range near[e.File] {
			l := Link{Label: n.Order, Href: OrderPath(n.Order)}
			if n.Case != "" {
				l = Link{Label: n.Case, Href: CasePath(n.Case)}
			}
			it.Also = append(it.Also, l)
			it.Same = it.Same || n.Same
		}
		items = append(items, it)
	}
	return items
}

// place says where its pictures are; where there are none it says why.
func (it *EvidenceItem) place(r Reader, e *store.Evidence, p EvidencePlace) {
	at := p.Base + "/" + url.PathEscape(e.File) + "/"
	if p.Original && e.Scan != store.ScanInfected {
		it.Original = at + "original"
	}
	switch {
	case e.Scan == store.ScanInfected:
		it.State = r.T("evidence_infected")
	case e.Scan == store.ScanWaiting:
		it.State = r.T("evidence_waiting")
	case !e.Shown && !e.Played:
		it.State = r.T("evidence_closed")
	default:
		it.show(e, at)
	}
}

func (it *EvidenceItem) show(e *store.Evidence, at string) {
	if e.Played {
		it.Play = at + "video"
	}
	if !e.Shown {
		return
	}
	it.Thumb, it.Full = at+"thumb", at+"full"
	it.Width, it.Height = e.Width, e.Height
	if long := max(e.Width, e.Height); long > thumbSide {
		it.Width, it.Height = max(1, e.Width*thumbSide/long), max(1, e.Height*thumbSide/long)
	}
}

// sender is who handed a file in, in words: a person of the merchant by their name, others by what they are.
func sender(r Reader, e *store.Evidence) string {
	if e.From == recourse.PartyMerchant && e.By != "" {
		return e.By
	}
	return r.Party(e.From)
}

// bytesText is a size in the unit that people say it in.
func bytesText(r Reader, n int64) string {
	if n < 1<<20 {
		return r.T("evidence_kb", "n", r.Number(int(max(1, n>>10))))
	}
	return r.T("evidence_mb", "n", r.Number(int((n+1<<19)>>20)))
}

// EvidencePath is where the form that adds files to a case is sent.
func EvidencePath(id string) string { return CasePath(id) + "/evidence" }

// alsoShown are the places where a photo was used too, for one sentence: three, and how many more.
func (it EvidenceItem) alsoShown() ([]Link, int) {
	n := min(3, len(it.Also))
	return it.Also[:n], len(it.Also) - n
}

// accepts is what a form's file field offers to choose. Phones know some of them by their ending only.
var accepts = strings.Join([]string{"image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "image/heif", ".heic", ".heif", "video/mp4", "video/quicktime", ".mov", "video/webm"}, ",")
