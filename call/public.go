package call

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"recourse"
)

// Addresses that strangers write (a webhook's, a shop's) must not lead into the house: to this machine, to its network, to
// the place where a cloud keeps its keys. What a name stands for is looked at when the connection is made, for every
// connection, so that a name which means something else a moment later is no way around it.

// maxHeader bounds the headers of an answer.
const maxHeader = 16 << 10

// Public is a transport that connects to public addresses only, through no proxy. Loopback lets it connect to this machine
// too, for development. A resolver of nil is the system's.
//
// An address that it refuses gives an error of code address_private, of kind [recourse.Forbidden].
func Public(loopback bool, resolver *net.Resolver) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Resolver: resolver, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !public(to.Addr()) && !(loopback && to.Addr().Unmap().IsLoopback()) {
			return errPrivate
		}
		return nil
	}}
	return &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxIdleConns: 200, MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute,
		TLSHandshakeTimeout: 10 * time.Second, MaxResponseHeaderBytes: maxHeader, DisableCompression: true,
	}
}

var errPrivate = &recourse.Error{Kind: recourse.Forbidden, Code: "address_private", Field: "url", Message: "the address is in a private network, or is this machine", Hint: "give one that everybody can reach"}

// The networks that are not public, beside those that netip knows by name. Sources: the IANA registries of special-purpose
// addresses for IPv4 and IPv6.
var special = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"168.63.129.16/32",                        // a cloud's own services, though the address is public
	"2001::/23", "2001:db8::/32", "2002::/16", // Teredo and others, documentation, 6to4: all lead elsewhere than they say
	"3fff::/20", "2620:4f:8000::/48", "64:ff9b:1::/48", // documentation, AS112, local NAT64
)

// globalIPv6 is all that is given out of IPv6; nat64 has an IPv4 address in its last four bytes.
var (
	globalIPv6 = netip.MustParsePrefix("2000::/3")
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
)

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		out[i] = netip.MustParsePrefix(t)
	}
	return out
}

// public says whether everybody can reach an address, and reaches the same by it.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if a.Zone() != "" {
		return false
	}
	if nat64.Contains(a) {
		b := a.As16()
		return public(netip.AddrFrom4([4]byte(b[12:])))
	}
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Is6() && !globalIPv6.Contains(a) {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// maxURL is how long an address may be.
const maxURL = 2000

// CheckURL refuses an address that nothing is to be sent to, before it is kept: it must be https, without a name and a
// password, and not visibly private. Loopback lets http to this machine pass, for development. What a name stands for is
// seen by [Public] when it is used.
func CheckURL(text string, loopback bool) (*url.URL, error) {
	wrong := func(code, message, hint string) (*url.URL, error) {
		return nil, &recourse.Error{Kind: recourse.Invalid, Code: code, Field: "url", Message: message, Hint: hint}
	}
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || u.Opaque != "" || len(text) > maxURL || strings.ContainsFunc(text, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return wrong("url_malformed", "this is not an address", "write https://example.org/hooks")
	}
	if u.User != nil {
		return wrong("url_password", "an address must not have a name and a password in it", "the signature tells who is calling")
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return wrong("url_malformed", "this is not an address: the port is wrong", "")
		}
	}
	here := localHost(u.Hostname())
	if loopback && here && (u.Scheme == "http" || u.Scheme == "https") {
		u.Fragment = ""
		return u, nil
	}
	if u.Scheme != "https" {
		return wrong("url_scheme", "the address must begin with https://", "what is sent is nobody else's business")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); here || err == nil && !public(ip) {
		return nil, errPrivate
	}
	u.Fragment = ""
	return u, nil
}

// localHost says whether a name stands for this machine.
func localHost(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
