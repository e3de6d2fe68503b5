package hook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"

	"recourse"
	"recourse/call"
	"recourse/store"
)

// way is how one delivery is tried: it fills in what came of it.
type way func(ctx context.Context, w *store.Webhook, t *try)

// way finds how a webhook is told.
func (s *Service) way(ctx context.Context, w *store.Webhook) (way, error) {
	if w.Kind == store.WebhookMirror {
		return s.mirror(ctx, w)
	}
	to, err := s.open(w)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, w *store.Webhook, t *try) { s.post(ctx, w, to, t) }, nil
}

// post sends one notice to a webhook.
func (s *Service) post(ctx context.Context, w *store.Webhook, to *target, t *try) {
	body, err := payload(t.notice, t.order, w.Personal)
	if err != nil {
		t.attempt.Code, t.verdict.final = recourse.CodeOf(err), true
		return
	}
	// What was good when it was kept may not be allowed any more.
	if _, err := call.CheckURL(to.URL, s.Loopback); err != nil {
		t.attempt.Code = recourse.CodeOf(err)
		return
	}
	now := s.Clock()
	signature, err := to.sign(t.notice.ID, now, body)
	if err != nil {
		t.attempt.Code = "webhook_signature"
		return
	}
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set("webhook-id", t.notice.ID)
	h.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	h.Set("webhook-signature", signature)
	a, err := s.client.Do(ctx, http.MethodPost, to.URL, h, body)
	if err != nil {
		t.attempt.Code = failure(err)
		return
	}
	t.attempt.Status, t.answer = a.Status, scrub(a.Body, t.order)
	t.verdict = judge(a)
	t.attempt.Code = codeOf(a.Status)
	t.verdict.retryAt = a.RetryAt(now)
}

// judge says what an answer means, as the specification has it.
func judge(a *call.Answer) verdict {
	switch {
	case a.Good():
		return verdict{done: true}
	case a.Status == http.StatusGone:
		return verdict{final: true, gone: true}
	case a.Status == http.StatusTooManyRequests, a.Status == http.StatusBadGateway, a.Status == http.StatusGatewayTimeout,
		a.Status == http.StatusServiceUnavailable && a.Header.Get("Retry-After") != "":
		return verdict{throttle: true}
	}
	return verdict{}
}

// codeOf is the code of a status; "": all went well.
func codeOf(status int) string {
	switch {
	case status >= 200 && status < 300:
		return ""
	case status >= 300 && status < 400:
		return "redirected"
	case status == http.StatusGone:
		return "gone"
	case status == http.StatusTooManyRequests || status == http.StatusBadGateway || status == http.StatusGatewayTimeout:
		return "throttled"
	case status < 500:
		return "refused"
	}
	return "broken"
}

// Codes are all codes of what may go wrong with a try, beside those of addresses.
var Codes = []string{"redirected", "gone", "throttled", "refused", "broken", "timeout", "unreachable", "dns", "tls", "cut", "address_private", "url_scheme", "url_malformed", "url_password",
	"notice_gone", "body_damaged", "webhook_signature", "vault_closed", "vault_sealed", "later", "unknown", "connection_off"}

// failure is the code of a request without an answer.
func failure(err error) string {
	if code := recourse.CodeOf(err); code == "address_private" {
		return code
	}
	if n, ok := errors.AsType[net.Error](err); ok && n.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return "timeout"
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "dns"
	}
	if secure(err) {
		return "tls"
	}
	if call.Heard(err) {
		return "cut"
	}
	return "unreachable"
}

// secure says that an error is about the encryption: a certificate that is not good, or no TLS at all.
func secure(err error) bool {
	_, verification := errors.AsType[*tls.CertificateVerificationError](err)
	_, header := errors.AsType[tls.RecordHeaderError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, name := errors.AsType[x509.HostnameError](err)
	return verification || header || alert || unknown || name
}

// cutting ends answers where enough was read of them: a receiver that says much has heard all the same.
type cutting struct{ http.RoundTripper }

// RoundTrip sends a request.
func (c cutting) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := c.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = cutBody{io.LimitReader(res.Body, maxAnswer), res.Body}
	}
	return res, err
}

type cutBody struct {
	io.Reader
	io.Closer
}
