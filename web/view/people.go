package view

// People is the page of who may come in.
type People struct {
	Rows      []PersonRow
	Roles     []RoleAbout
	Suppliers []string // known from the purchases
	Form      PersonForm
	Audit     []AuditLine // who changed what
}

// PersonRow is somebody in the list.
type PersonRow struct {
	Href, Name, Email string
	Role              string
	More              string // limit or supplier
	Seen              Instant
	State             string // in words
	Class             string // on, new, off
	Me                bool
}

// RoleAbout says what a role may do.
type RoleAbout struct{ Value, Label, About string }

// PersonForm is what may be set of a person, as it was filled in.
type PersonForm struct {
	Action                             string
	Name, Email, Role, Limit, Supplier string
	Wrong                              string // the field at fault
}

// PersonPage is one person, for an owner.
type PersonPage struct {
	PersonRow
	Form      PersonForm
	Roles     []RoleAbout
	Suppliers []string
	Sessions  int
	Disabled  bool
	Here      string // the address under which the acts are
}

// Handed is a link that somebody has to hand over: it is shown once.
type Handed struct {
	Name, Link, Until string
	Again             bool // not the first for that person
	Back              string
}

// Account is the page of one's own account.
type Account struct {
	Name, Email, Role, More string
	Personal                bool // there is a person behind the session; else it came by a link from the server
	Language                string
	Languages               []FieldOption
	HasPassword             bool
	Least                   string
	Passkeys                []PasskeyRow
	Possible                bool   // passkeys, at this address
	Elsewhere               string // where they would be possible
	Sessions                []SessionRow
	Wrong                   string
}

// PasskeyRow is one of one's own passkeys.
type PasskeyRow struct {
	Path, Name, Given string // Given: the name as it was given, perhaps none
	Made, Used        Instant
}

// SessionRow is one of one's own sessions.
type SessionRow struct {
	Path, Agent string
	Began, Seen Instant
	Here        bool // the one that looks
}

// Supplied is a supplier's own page.
type Supplied struct {
	Supplier string
	Waiting  []SupplyCard
	Others   []SupplyCard
	More     string // the page with more that wait; "": none
	First    string // the first page, where this is another
}

// SupplyCard is one purchase as its supplier sees it: nothing of the buyer, of money, or of anybody else.
type SupplyCard struct {
	Anchor, ID, Path string
	Goods            []Goods
	Status, Class    string
	Placed           Instant
	ShipBy           Instant
	Asked            Instant // since when a question waits for an answer
	Letters          []SupplyLetter
	Parcels          []ParcelLine
	Version          string
	Open             bool // it can be answered
	Ships            bool // something is still to be shipped
	Once             string
}

// SupplyLetter is what the supplier was written.
type SupplyLetter struct {
	At            Instant
	Subject, Body string
	Lang          string
}

// ParcelLine is a parcel of the purchase.
type ParcelLine struct{ Tracking, Carrier, Status string }
