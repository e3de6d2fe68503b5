package stripe_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse"
	"recourse/call"
	"recourse/effect"
	"recourse/effect/stripe"
)

// TestStripeMock sends a refund to Stripe's own stand-in, which checks every parameter against Stripe's published API and
// answers with its fixtures. It has no state: what it cannot show is shown by the stand-in of the room peer.
func TestStripeMock(t *testing.T) {
	if testing.Short() || os.Getenv("RECOURSE_NO_STRIPE_MOCK") != "" {
		t.Skip("stripe-mock is left out")
	}
	url := startMock(t)
	c := &recourse.Connection{ID: "stripe", Settings: map[string]string{"url": url}, Secrets: map[string]string{"key": "sk_test_123"}}
	sender := stripe.New(c, call.New(call.Options{Timeout: 20 * time.Second}))
	for _, payment := range []string{"pi_123", "ch_123"} {
		x := task()
		x.Amount = recourse.Money{Minor: 100, Currency: "USD"}
		x.File.Order.Payment.ID = payment
		o := sender.Send(t.Context(), x)
		if o.Result != effect.Done || !strings.HasPrefix(o.Ref, "re_") || o.Amount.Currency != "USD" {
			t.Errorf("%s: %+v", payment, o)
		}
		// Its lists hold a refund of nobody's: ours is not there.
		if o := sender.Find(t.Context(), x); o.Result != effect.Later {
			t.Errorf("%s: found %+v", payment, o)
		}
	}
	c.Secrets["key"] = "not_a_key"
	if o := sender.Send(t.Context(), task()); o.Result != effect.Later || o.Code != effect.CodeUnauthorized {
		t.Errorf("a wrong key: %+v", o)
	}
}

// startMock builds stripe-mock, starts it, and gives its address.
func startMock(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "stripemock")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Dir = "testdata/stripemock"
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("stripe-mock cannot be built (RECOURSE_NO_STRIPE_MOCK=1 leaves it out): %v\n%s", err, out)
	}
	cmd := exec.Command(binary)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); _ = cmd.Wait() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "127.0.0.1:") {
			return "http://" + lines.Text()
		}
	}
	t.Fatal("stripe-mock does not say where it listens")
	return ""
}
