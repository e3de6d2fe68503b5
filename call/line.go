package call

import (
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"

	"recourse"
)

// Lines that are no HTTP, to mail servers, go where a merchant says, too. Whoever runs the desk for merchants that are
// strangers keeps them out of its network; whoever has a mail server of their own there lets them in.

var keptOut atomic.Bool

// KeepOut lets no line of [Dialer] lead to this machine or into its network from now on: such a one ends with
// address_private, of kind [recourse.Forbidden], whatever its name meant a moment before.
func KeepOut(out bool) { keptOut.Store(out) }

// Dialer connects to mail servers.
func Dialer() *net.Dialer {
	return &net.Dialer{Timeout: 20 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if keptOut.Load() && (err != nil || !public(to.Addr())) {
			return errInside
		}
		return nil
	}}
}

var errInside = &recourse.Error{Kind: recourse.Forbidden, Code: "address_private", Field: "host", Message: "the address is in a private network, or is this machine", Hint: "whoever runs the desk lets connections go there by recourse serve --lan"}
