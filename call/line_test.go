package call

import (
	"net"
	"testing"

	"recourse"
)

// TestLine: a mail server's name that leads into the house is found out when it is connected to.
func TestLine(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	t.Cleanup(func() { KeepOut(false) })
	KeepOut(true)
	for _, host := range []string{"127.0.0.1", "localhost", "::1", "169.254.169.254", "10.0.0.1", "::ffff:127.0.0.1", "0.0.0.0"} {
		if _, err := Dialer().DialContext(t.Context(), "tcp", net.JoinHostPort(host, port)); recourse.CodeOf(err) != "address_private" {
			t.Errorf("%s: %v", host, err)
		}
	}
	KeepOut(false)
	c, err := Dialer().DialContext(t.Context(), "tcp", net.JoinHostPort("localhost", port))
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}
