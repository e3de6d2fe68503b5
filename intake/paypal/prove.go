package paypal

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"hash/crc32"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"

	"recourse"
	"recourse/call"
	"recourse/intake"
)

// The hosts that PayPal's certificates are taken from, and nothing else is. Whoever could name another would sign with a key
// of their own.
var hosts = map[string][]string{
	"live":    {"api.paypal.com", "api-m.paypal.com"},
	"sandbox": {"api.sandbox.paypal.com", "api-m.sandbox.paypal.com"},
}

// certPath begins the path of every certificate.
const certPath = "/v1/notifications/certs/"

// maxCertURL is how long the address of a certificate may be.
const maxCertURL = 500

// certified says whether an address is one of PayPal's certificates. The setting url, which nobody can enter, leads to a
// stand-in.
func certified(c *recourse.Connection, address string) bool {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxCertURL || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.RawPath != "" {
		return false
	}
	name, under := strings.CutPrefix(u.Path, certPath)
	if !under || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" || name == "" {
		return false
	}
	if own := c.Setting("url", ""); own != "" {
		return strings.HasPrefix(address, strings.TrimRight(own, "/")+certPath)
	}
	for _, h := range hosts[c.Setting("environment", "live")] {
		if u.Scheme == "https" && u.Host == h {
			return true
		}
	}
	return false
}

// prove checks the signature, with the certificate that the delivery names: of the transmission's id and instant, the id of
// the webhook as PayPal gave it to the merchant, and the CRC-32 of the body, parted by lines. Whoever gets hold of a delivery
// can write another body with the same CRC-32; since a delivery is known by its transmission, that would have to arrive first.
func prove(ctx context.Context, c *recourse.Connection, peer *call.Client, d *intake.Delivery) error {
	cert, err := certificate(ctx, c, peer, d)
	if err != nil {
		return err
	}
	signature, err := base64.StdEncoding.DecodeString(d.Header.Get(headerSignature))
	if err != nil {
		return intake.ErrSignature
	}
	said := strings.Join([]string{d.Header.Get(headerID), d.Header.Get(headerTime), c.Setting("webhook", ""), strconv.FormatUint(uint64(crc32.ChecksumIEEE(d.Body)), 10)}, "|")
	hash := sha256.Sum256([]byte(said))
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok || rsa.VerifyPKCS1v15(key, crypto.SHA256, hash[:], signature) != nil {
		return intake.ErrSignature
	}
	return nil
}

// chain is a certificate with those that vouch for it.
type chain struct {
	leaf   *x509.Certificate
	others *x509.CertPool // nil: none came with it
}

// What is kept of certificates: few, since PayPal changes its own once a year or so. Strangers can name what is not there:
// not more than a few are fetched in a minute, and what was not there is not asked for again for a while.
const (
	mostKept   = 50
	fetchFor   = 5 * time.Second
	fetchEvery = 6 * time.Second
	fetchBurst = 10
	missingFor = time.Minute
	maxCert    = 64 << 10
)

var kept = struct {
	sync.Mutex
	chains  map[string]*chain
	missing map[string]time.Time
	fetch   singleflight.Group
	rate    *rate.Limiter
}{chains: map[string]*chain{}, missing: map[string]time.Time{}, rate: rate.NewLimiter(rate.Every(fetchEvery), fetchBurst)}

// certificate is the one that a delivery names, good at the instant when it came.
func certificate(ctx context.Context, c *recourse.Connection, peer *call.Client, d *intake.Delivery) (*x509.Certificate, error) {
	address := d.Header.Get(headerCert)
	ch, missing := known(address, d.At)
	if missing {
		return nil, intake.ErrSignature
	}
	if ch == nil {
		got, err, _ := kept.fetch.Do(address, func() (any, error) { return fetch(ctx, peer, address, d.At) })
		if err != nil {
			return nil, err
		}
		ch = got.(*chain)
	}
	if err := ch.check(c.Setting("roots", ""), d.At); err != nil {
		return nil, intake.ErrSignature
	}
	return ch.leaf, nil
}

func known(address string, now time.Time) (ch *chain, missing bool) {
	kept.Lock()
	defer kept.Unlock()
	until, gone := kept.missing[address]
	return kept.chains[address], gone && until.After(now)
}

// errAway says that the certificate could not be had now: PayPal comes again.
var errAway = &recourse.Error{Kind: recourse.Unavailable, Code: "peer_unreachable", Message: "PayPal's certificate cannot be had at the moment", Hint: "come again"}

// fetch asks PayPal for a certificate and keeps it.
func fetch(ctx context.Context, peer *call.Client, address string, now time.Time) (*chain, error) {
	if ch, missing := known(address, now); ch != nil || missing {
		return ch, missingError(missing)
	}
	if !kept.rate.AllowN(now, 1) {
		return nil, errAway
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), fetchFor)
	defer stop()
	a, err := peer.Do(ctx, http.MethodGet, address, http.Header{"Accept": {"application/x-pem-file, */*"}}, nil)
	if err != nil || a.Status == http.StatusTooManyRequests || a.Status >= 500 {
		return nil, errAway
	}
	var ch *chain
	if a.Good() && len(a.Body) <= maxCert {
		ch = parse(a.Body)
	}
	keep(address, ch, now)
	return ch, missingError(ch == nil)
}

func missingError(missing bool) error {
	if missing {
		return intake.ErrSignature
	}
	return nil
}

// keep keeps a certificate, or that there is none.
func keep(address string, ch *chain, now time.Time) {
	kept.Lock()
	defer kept.Unlock()
	if len(kept.chains) >= mostKept {
		clear(kept.chains)
	}
	if len(kept.missing) >= mostKept {
		clear(kept.missing)
	}
	if ch == nil {
		kept.missing[address] = now.Add(missingFor)
		return
	}
	kept.chains[address] = ch
}

// maxChain is how many certificates one file may have.
const maxChain = 10

// parse reads a file of certificates, the own one first; nil: it is none.
func parse(text []byte) *chain {
	var ch chain
	for n := 0; n < maxChain; n++ {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		text = rest
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil
		}
		if ch.leaf == nil {
			ch.leaf = cert
			continue
		}
		if ch.others == nil {
			ch.others = x509.NewCertPool()
		}
		ch.others.AddCert(cert)
	}
	if key, ok := leafKey(ch.leaf); !ok || key.N.BitLen() < 2048 {
		return nil
	}
	return &ch
}

func leafKey(leaf *x509.Certificate) (*rsa.PublicKey, bool) {
	if leaf == nil {
		return nil, false
	}
	key, ok := leaf.PublicKey.(*rsa.PublicKey)
	return key, ok
}

var errOther = errors.New("the certificate is not PayPal's, or not of this time")

// check says whether a certificate is PayPal's and good at an instant. Those that came with it must lead to a root of this
// machine's, or to roots, which are a stand-in's. One that came alone is vouched for by the place that it came from: PayPal's
// own host, over TLS.
func (ch *chain) check(roots string, now time.Time) error {
	name := ch.leaf.Subject.CommonName
	if len(ch.leaf.DNSNames) > 0 {
		name = ch.leaf.DNSNames[0]
	}
	if !strings.HasSuffix(strings.ToLower(name), ".paypal.com") || now.Before(ch.leaf.NotBefore) || now.After(ch.leaf.NotAfter) {
		return errOther
	}
	if ch.others == nil && roots == "" {
		return nil
	}
	o := x509.VerifyOptions{Intermediates: ch.others, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
	if roots != "" {
		o.Roots = x509.NewCertPool()
		o.Roots.AppendCertsFromPEM([]byte(roots))
	}
	_, err := ch.leaf.Verify(o)
	return err
}
