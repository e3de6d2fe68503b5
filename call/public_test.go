package call_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"recourse"
	"recourse/call"
)

// TestPublicRefuses dials every kind of address that leads into the house, written as it is.
func TestPublicRefuses(t *testing.T) {
	for _, host := range []string{
		"127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1",
		"198.18.0.1", "198.51.100.7", "203.0.113.7", "224.0.0.1", "240.0.0.1", "255.255.255.255", "[::]", "[::1]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::ffff:a9fe:a9fe]",
		"[fc00::1]", "[fd00:ec2::254]", "[fe80::1]", "[fec0::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[64:ff9b::a00:1]", "[64:ff9b::169.254.169.254]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2002:a00:1::1]",
		"[2001:0:1::1]", "[2001:db8::1]", "[3fff::1]", "[100::1]",
	} {
		client := &http.Client{Transport: call.Public(false, nil), Timeout: 5 * time.Second}
		_, err := client.Get("https://" + host + "/")
		if recourse.CodeOf(err) != "address_private" {
			t.Errorf("%s: %v", host, err)
		}
		if _, err := call.CheckURL("https://"+host+"/", false); recourse.CodeOf(err) != "address_private" {
			t.Errorf("CheckURL %s: %v", host, err)
		}
	}
}

// TestPublicAllows: what is refused is not simply everything.
func TestPublicAllows(t *testing.T) {
	for _, a := range []string{"https://93.184.216.34/", "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/x", "https://[64:ff9b::5db8:d822]/", "https://hooks.example.org:8443/a?b=c"} {
		if _, err := call.CheckURL(a, false); err != nil {
			t.Errorf("%s: %v", a, err)
		}
	}
	for a, code := range map[string]string{
		"http://example.org/": "url_scheme", "ftp://example.org/": "url_scheme", "https://u:p@example.org/": "url_password", "https:///x": "url_malformed", "example.org": "url_malformed",
		"https://example.org:99999/": "url_malformed", "https://exa\x01mple.org": "url_malformed", "https://localhost/": "address_private", "https://a.localhost./": "address_private", "http://localhost/": "url_scheme",
		"https://" + strings.Repeat("a", 3000): "url_malformed", "javascript:alert(1)": "url_malformed",
	} {
		if _, err := call.CheckURL(a, false); recourse.CodeOf(err) != code {
			t.Errorf("%q: %v, %s is wanted", a, err, code)
		}
	}
	if _, err := call.CheckURL("http://127.0.0.1:8080/x", true); err != nil {
		t.Errorf("for development: %v", err)
	}
	if _, err := call.CheckURL("http://10.0.0.1/x", true); recourse.CodeOf(err) != "url_scheme" {
		t.Errorf("for development, elsewhere: %v", err)
	}
}

// TestPublicRebinding asks for a name that stands for a public address when it is looked at first, and for this machine
// ever after; nothing arrives here.
func TestPublicRebinding(t *testing.T) {
	var arrived, asked atomic.Int32
	here := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	defer here.Close()
	_, port, _ := net.SplitHostPort(here.Listener.Addr().String())
	resolver := nameserver(t, func() [4]byte {
		if asked.Add(1) == 1 {
			return [4]byte{93, 184, 216, 34}
		}
		return [4]byte{127, 0, 0, 1}
	})
	if ips, err := resolver.LookupHost(t.Context(), "rebind.example.org"); err != nil || ips[0] != "93.184.216.34" {
		t.Fatalf("the first look: %v, %v", ips, err)
	}
	client := &http.Client{Transport: call.Public(false, resolver), Timeout: 5 * time.Second}
	_, err := client.Get("http://rebind.example.org:" + port + "/")
	if recourse.CodeOf(err) != "address_private" || arrived.Load() > 0 || asked.Load() < 2 {
		t.Errorf("%v; %d arrived, %d were asked for", err, arrived.Load(), asked.Load())
	}
	if res, err := (&http.Client{Transport: call.Public(true, resolver)}).Get("http://rebind.example.org:" + port + "/"); err != nil || arrived.Load() != 1 {
		t.Errorf("for development: %v", err)
	} else {
		res.Body.Close()
	}
}

// nameserver answers every question for an IPv4 address.
func nameserver(t *testing.T, answer func() [4]byte) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Header = dnsmessage.Header{ID: m.ID, Response: true, RecursionAvailable: true}
			m.Additionals = nil
			if q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: answer()}}}
			}
			if out, err := m.Pack(); err == nil {
				conn.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}
