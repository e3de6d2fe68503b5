package mail

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"recourse"
	"recourse/effect"
	"recourse/peer"
)

// TestPrivate: letters leave over a private line, at once or after STARTTLS, and never over one whose other end is not
// who it should be.
func TestPrivate(t *testing.T) {
	web := httptest.NewTLSServer(nil)
	defer web.Close()
	own := &tls.Config{Certificates: web.TLS.Certificates}
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	d := newDesk(t, sqlite(t))
	m, err := peer.NewMail("desk@shop.example", "secret", own)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	plain, _ := net.Listen("tcp", "127.0.0.1:0")
	private, _ := tls.Listen("tcp", "127.0.0.1:0", own)
	imaps, _ := net.Listen("tcp", "127.0.0.1:0")
	spare, _ := net.Listen("tcp", "127.0.0.1:0")
	m.Serve(plain, imaps)
	m.Serve(private, spare)
	n := 0
	for security, at := range map[string]net.Listener{"starttls": plain, "tls": private} {
		_, port, _ := net.SplitHostPort(at.Addr().String())
		d.c.Settings["host"], d.c.Settings["port"], d.c.Settings["security"] = "127.0.0.1", port, security
		d.sender.TLS = nil
		n++
		d.want(security+" with a stranger", d.send(d.task(n)), effect.Later, "unreachable")
		if err := Check(t.Context(), d.c); recourse.CodeOf(err) != "mail_unreachable" {
			t.Error(err)
		}
		d.sender.TLS, d.sender.Timeout = &tls.Config{RootCAs: roots}, 5*time.Second
		d.want(security, d.send(d.task(n)), effect.Done, "")
	}
	if got := len(m.Got()); got != 2 {
		t.Errorf("%d letters", got)
	}
}
