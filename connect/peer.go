package connect

import (
	"net/http"
	"sync"

	"recourse"
	"recourse/call"
)

// Loopback lets connections lead to this machine: for development, the demo and tests. It is set before anything is
// asked, or never.
var Loopback bool

// public is the transport to the addresses that merchants write.
var public = sync.OnceValue(func() http.RoundTripper { return call.Public(Loopback, nil) })

// Settings of whoever pays refunds back: above limit nobody but a person pays, above four_eyes_above another person
// approves than who decided. Both are amounts with their currency: 200.00 EUR.
var (
	limit    = Field{Name: "limit", Check: checkMoney("limit")}
	fourEyes = Field{Name: "four_eyes_above", Check: checkMoney("four_eyes_above")}
)

func checkMoney(field string) func(string) error {
	return func(v string) error {
		m, err := recourse.ParseMoney(v)
		if err == nil && m.Minor >= 0 {
			return nil
		}
		return &recourse.Error{Kind: recourse.Invalid, Code: "connection_field", Field: field, Message: field + ": it is no amount with a currency", Hint: "write 200.00 EUR", Err: err}
	}
}
