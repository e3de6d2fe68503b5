package connect

// imap is a mailbox that answers come to, smtp is what letters leave by.
var (
	imap = Kind{
		Name: "imap", Group: "mail",
		Fields: []Field{{Name: "host", Required: true}, {Name: "port", Standard: "993"}, {Name: "user", Required: true}, {Name: "password", Secret: true, Required: true}, {Name: "folder", Standard: "INBOX"}},
	}
	smtp = Kind{
		Name: "smtp", Group: "mail",
		Fields: []Field{{Name: "host", Required: true}, {Name: "port", Standard: "587"}, {Name: "user"}, {Name: "password", Secret: true}, {Name: "from", Required: true}},
	}
)
