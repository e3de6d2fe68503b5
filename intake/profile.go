package intake

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"recourse"
)

// Profile says how to read one kind of order book: which columns there are, what they mean, in which zone,
// currency and notation they are written, and which words of status are which events. It is made by
// [ParseProfile] and never changes.
//
// It can serve several books at once, since what depends on a file is in the plan and not here.
//
// The flags all begin as the strict reading: a row is a line, a missing column is an error, a row
// without a line is rejected, numbers that can be read in two ways are refused. A profile that is less
// strict says so in a word that its reader sees.
type Profile struct {
	Name  string // lower-case letters, digits, dashes; part of the source of every event
	Title string // one sentence for a person

	identify []column // what a header must have to be recognised
	perOrder bool     // a row holds a whole order, not a line of one
	lenient  bool     // columns that are missing are taken for empty
	lineless bool     // rows without a line are counted, not rejected

	zone      *time.Location // of times without an offset; nil: see offsets
	offsets   bool           // every time carries its offset
	mark      decimalMark
	layouts   []layout
	encoding  string // "": by the bytes
	delimiter byte   // 0: by the header
	sheet     string // "": the first

	sources  [fieldCount]source
	statuses []status
}

// column is a header's column by the names it may have; the first that is there counts.
type column struct {
	names []alternative
	pos   recourse.Position
}

// alternative is one column, or several whose texts are joined with a blank between.
type alternative []string

// source is where a field's value comes from.
//
// One of column, value and template tells where the value is; with within, ship_by needs none of them.
// The flags below are each of a few fields, which [source.readers] names, so that a profile cannot say
// "per: line" of a title.
//
// total matters because both habits are common: of a row with quantity 3 and price 30.00, one shop means
// 90.00 in all, and another 30.00.
type source struct {
	column
	value    string         // the same for all rows
	template []templatePart // put together from other fields
	factor   float64        // of a measure: how many grams or millimetres the column's unit has
	perLine  bool           // an amount that stands on every line and is added up
	total    bool           // a price that is for all pieces of the line
	whole    bool           // a parcel that is of the whole order, told in one of its rows
	within   time.Duration  // ship_by: so long after the purchase was placed, where no column tells
}

// mapped reports whether the profile says anything about the field.
func (s *source) mapped() bool {
	return len(s.names) > 0 || s.value != "" || len(s.template) > 0 || s.within > 0
}

// templatePart is a text, or a field whose value stands in its place.
type templatePart struct {
	text  string
	field field
	isRef bool
}

// status is a column whose words (or whose mere filling) are events.
//
// Either words or filled is set, never both: a column holds words, or the instant at which one certain
// thing happened.
type status struct {
	column  column
	words   map[string]*happening // by folded word; nil where any filling counts
	filled  *happening            // the cell holds the time itself
	ignored map[string]bool       // words that are no event
	strict  bool                  // other words are rejected, not counted
}

// happening is the event that a word of status stands for.
//
// scan is for parcels alone and amount for money. The reason goes into the event as the shop wrote it,
// unless the profile has a better word.
type happening struct {
	event   recourse.EventType
	at      column // columns with its time, the first filled one counts
	untimed untimed
	scan    recourse.ParcelStatus // of parcel.scanned
	amount  column                // of refund.succeeded and its like
	reason  string                // "": the word itself
}

// untimed says what becomes of a word of status whose time the book does not tell.
type untimed byte

const (
	// untimedReject: the row is rejected. The default: an instant is never made up unasked.
	untimedReject untimed = iota
	// untimedLeaveOut: what the row is about is history. Its purchase and parcel are left out and, when that
	// holds for all rows of the order, the order is; it is counted in [Summary].History.
	untimedLeaveOut
	// untimedSkip: this event alone is left out.
	untimedSkip
	// untimedPlaced: it happened when the order was placed.
	untimedPlaced
	// untimedLatest: it happened at the newest instant that the order's rows tell.
	untimedLatest
	// untimedArrival: it happened when it arrives here; the event has no time of its own.
	untimedArrival
)

var untimedWords = map[string]untimed{"reject": untimedReject, "leave_out": untimedLeaveOut, "skip": untimedSkip,
	"placed": untimedPlaced, "latest": untimedLatest, "arrival": untimedArrival}

// statusEvents are the events that a word of status may stand for: those that a row of a book can know enough for.
//
// Events that need more than a book can know, such as a reply of the buyer, are left out, so that no
// profile can tell half of one.
var statusEvents = map[string]recourse.EventType{}

// The words are the events' own names, so that a profile speaks the language of the events.
func init() {
	for _, t := range []recourse.EventType{recourse.OrderCancelRequested, recourse.PurchaseOutOfStockNow, recourse.PurchaseOversizedNow,
		recourse.PurchaseCancelledNow, recourse.OrderAddressWrong, recourse.ParcelScanned, recourse.RefundSucceeded,
		recourse.DisputeOpened, recourse.ReturnRequested, recourse.ReturnReceived} {
		statusEvents[string(t)] = t
	}
}

// ParseProfile reads a mapping file. name is the file's name in errors, which give line and column of what is
// wrong and what was meant. Errors are of kind Invalid or, for a file beyond all measure, TooLarge.
//
// An error is shown as a compiler would: file, line, column, what is wrong, and the nearest word that
// would be right.
func ParseProfile(name string, data []byte) (*Profile, error) {
	root, err := parseYAML(name, data)
	if err != nil {
		return nil, err
	}
	p := &Profile{layouts: isoOnly}
	if err := root.table("the profile", p.readers()); err != nil {
		return nil, err
	}
	return p, p.check(root)
}

// readers is the vocabulary of a profile's top level.
//
// It is a table of functions rather than a struct with tags because each key then checks its own value,
// with the position of that value at hand for the error.
func (p *Profile) readers() map[string]func(*node) error {
	readers := map[string]func(*node) error{
		"profile":  p.readName,
		"title":    func(n *node) (err error) { p.Title, err = n.string("title"); return },
		"identify": p.readIdentify,
		"row": func(n *node) (err error) {
			p.perOrder, err = choice(n, "row", map[string]bool{"line": false, "order": true})
			return
		},
		"missing_columns": func(n *node) (err error) {
			p.lenient, err = choice(n, "missing_columns", map[string]bool{"error": false, "empty": true})
			return
		},
		"without_line": func(n *node) (err error) {
			p.lineless, err = choice(n, "without_line", map[string]bool{"reject": false, "count": true})
			return
		},
		"zone":      p.readZone,
		"currency":  func(n *node) (err error) { return p.readSource(fieldCurrency, n) },
		"decimal":   func(n *node) (err error) { p.mark, err = choice(n, "decimal", markWords); return },
		"dates":     p.readDates,
		"encoding":  p.readEncoding,
		"delimiter": func(n *node) (err error) { p.delimiter, err = choice(n, "delimiter", delimiterWords); return },
		"sheet":     func(n *node) (err error) { p.sheet, err = n.string("sheet"); return },
		"status":    p.readStatuses,
	}
	for _, section := range []string{"order", "line", "purchase", "parcel"} {
		readers[section] = func(n *node) error { return n.table(section, p.sectionReaders(section)) }
	}
	return readers
}

var (
	markWords      = map[string]decimalMark{"point": markPoint, "comma": markComma, "unstated": markUnstated}
	delimiterWords = map[string]byte{"auto": 0, "comma": ',', "semicolon": ';', "tab": '\t', "bar": '|'}
)

// sectionReaders is the vocabulary of a section, straight from the table of fields.
//
// A new field needs its name in fieldNames and is then understood in the mapping file at once.
func (p *Profile) sectionReaders(prefix string) map[string]func(*node) error {
	readers := map[string]func(*node) error{}
	for f := range fieldCount {
		rest, ok := strings.CutPrefix(fieldNames[f], prefix+".")
		if !ok {
			continue
		}
		if sub, _, nested := strings.Cut(rest, "."); nested {
			readers[sub] = func(n *node) error { return n.table(prefix+"."+sub, p.sectionReaders(prefix+"."+sub)) }
			continue
		}
		readers[rest] = func(n *node) error { return p.readSource(f, n) }
	}
	return readers
}

// readName takes a name that can stand in ids, on a command line and in a URL without quoting.
func (p *Profile) readName(n *node) (err error) {
	p.Name, err = n.string("profile")
	if err != nil {
		return err
	}
	if strings.Trim(p.Name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" || len(p.Name) > 60 {
		return profileError(n.pos, "profile_name", "profile", fmt.Sprintf("a profile cannot be called %q", recourse.Shorten(p.Name, 40)), "use small letters, digits and dashes")
	}
	return nil
}

// readZone takes a zone of the IANA database, or the word that each time carries its offset.
func (p *Profile) readZone(n *node) error {
	name, err := n.string("zone")
	if err != nil {
		return err
	}
	if p.offsets = name == "offset"; p.offsets {
		return nil
	}
	p.zone, err = loadZone(name)
	if err != nil {
		return profileError(n.pos, "zone_unknown", "zone", fmt.Sprintf("unknown zone %q", recourse.Shorten(name, 40)), "write a zone of the IANA database, such as Europe/Paris, or offset where every time carries its own")
	}
	return nil
}

// loadZone refuses "Local", which would make a book mean another thing on another machine.
func loadZone(name string) (*time.Location, error) {
	if name == "Local" || name == "" {
		return nil, fmt.Errorf("no zone %q", name)
	}
	return time.LoadLocation(name)
}

// readDates takes the layouts, tried in their order. Two that read the same text differently are the writer's
// choice: the first wins.
func (p *Profile) readDates(n *node) error {
	names, err := n.strings("dates")
	if err != nil {
		return err
	}
	p.layouts = make([]layout, len(names))
	for i, name := range names {
		if p.layouts[i], err = parseLayout(name); err != nil {
			err.(*recourse.Error).Position = n.pos
			return err
		}
	}
	return nil
}

// readEncoding takes an encoding by any of its usual names.
func (p *Profile) readEncoding(n *node) error {
	name, err := n.string("encoding")
	if err != nil {
		return err
	}
	if p.encoding, err = parseEncoding(name); err != nil {
		err.(*recourse.Error).Position = n.pos
	}
	return err
}

// readIdentify takes the columns by which a book of this kind is known. They should be those that no other
// kind has together.
func (p *Profile) readIdentify(n *node) error {
	for _, item := range n.items {
		c, err := readColumn(item, "identify")
		if err != nil {
			return err
		}
		p.identify = append(p.identify, c)
	}
	if len(p.identify) == 0 {
		return profileError(n.pos, "profile_value", "identify", "identify must be a list of columns", "")
	}
	return nil
}

// readColumn takes a name, a list of names of which the first present counts, or {join: [names]}.
func readColumn(n *node, what string) (column, error) {
	c := column{pos: n.pos}
	if !n.isText && !n.isTable {
		for _, item := range n.items {
			sub, err := readColumn(item, what)
			if err != nil {
				return c, err
			}
			c.names = append(c.names, sub.names...)
		}
		if len(c.names) == 0 {
			return c, profileError(n.pos, "profile_value", what, what+" is an empty list", "")
		}
		return c, nil
	}
	if n.isTable {
		return c, n.table(what, map[string]func(*node) error{"join": func(n *node) error {
			names, err := n.strings("join")
			c.names = []alternative{names}
			return err
		}})
	}
	name, err := n.string(what)
	c.names = []alternative{{name}}
	return c, err
}

// check sees to what a single key cannot.
//
// Without identify, a book is known by the column of its order number, which is seldom enough to guess
// by and always enough for a profile that was named.
func (p *Profile) check(root *node) error {
	if p.Name == "" {
		return profileError(root.pos, "profile_missing", "profile", "the profile has no name", "begin with profile: NAME")
	}
	if len(p.sources[fieldOrder].names) == 0 {
		return profileError(root.pos, "profile_missing", "order.order", "no column tells the order's number", "write order: {order: COLUMN}")
	}
	if !p.sources[fieldSKU].mapped() && !p.sources[fieldTitle].mapped() {
		return profileError(root.pos, "profile_missing", "line", "no column tells what was bought", "map line.sku or line.title")
	}
	if len(p.identify) == 0 {
		p.identify = []column{p.sources[fieldOrder].column}
	}
	for _, s := range p.statuses {
		for _, h := range append(slices.Collect(maps.Values(s.words)), s.filled) {
			if err := p.checkHappening(s, h); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkHappening refuses an event about something that the profile does not map.
//
// Found here it is one error with a line of the profile, instead of an event in every row that is about
// nothing.
func (p *Profile) checkHappening(s status, h *happening) error {
	if h == nil {
		return nil
	}
	about := map[recourse.EventType]field{recourse.PurchaseOutOfStockNow: fieldPurchase, recourse.PurchaseOversizedNow: fieldPurchase,
		recourse.PurchaseCancelledNow: fieldPurchase, recourse.ParcelScanned: fieldParcel}
	if f, ok := about[h.event]; ok && !p.sources[f].mapped() && !(f == fieldParcel && p.sources[fieldTracking].mapped()) {
		return profileError(s.column.pos, "profile_missing", fieldNames[f], fmt.Sprintf("%s needs %s, which is not mapped", h.event, fieldNames[f]), "")
	}
	if h.event == recourse.ParcelScanned && h.scan == "" {
		return profileError(s.column.pos, "profile_missing", "scan", "parcel.scanned needs scan, the status of the parcel", "")
	}
	return nil
}
