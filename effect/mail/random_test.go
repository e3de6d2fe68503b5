package mail

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse/effect"
	"recourse/peer"
	"recourse/store/pgtest"
)

// TestRandom: servers and lines fail at random, and whoever sends dies at random before the answer is used. Every letter is
// taken once and known to be, or it is refused and was not taken, or a person is asked; and none is taken twice.
// RECOURSE_SEED repeats a run, RECOURSE_RUNS says how many letters.
func TestRandom(t *testing.T) {
	for name, address := range map[string]func(*testing.T) string{"sqlite": sqlite, "postgres": func(t *testing.T) string { return pgtest.New(t) }} {
		t.Run(name, func(t *testing.T) {
			random(t, newDesk(t, address(t)), map[string]int{"sqlite": 60, "postgres": 20}[name])
		})
	}
}

func random(t *testing.T, d *desk, runs int) {
	seed := rand.Uint64()
	if n, err := strconv.ParseUint(os.Getenv("RECOURSE_SEED"), 10, 64); err == nil {
		seed = n
	}
	if n, err := strconv.Atoi(os.Getenv("RECOURSE_RUNS")); err == nil {
		runs = n
	}
	t.Logf("RECOURSE_SEED=%d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	d.c.Settings["hourly"], d.c.Settings["quiet"] = "1000", "off"
	d.c.Settings["daily"] = "1000"
	faults := make(chan peer.MailFault, 1)
	d.mail.Choose(func(int, string, string) peer.MailFault { return <-faults })
	ended := map[effect.Result]int{}
	for n := range runs {
		task := d.task(n)
		end := carry(d, task, rng, faults)
		ended[end]++
		taken := 0
		for _, m := range d.mail.Got() {
			if strings.Contains(string(m.Data), "\r\nMessage-ID: <"+task.Key) {
				taken++
			}
		}
		if taken > 1 || end == effect.Done && taken != 1 || end == effect.Refused && taken != 0 || end == effect.Later {
			t.Fatalf("letter %d ended as %s and was taken %d times", n, end, taken)
		}
	}
	t.Logf("%d letters: %v", runs, ended)
}

// carry does what a runner does: sends, forgets what came of it where it dies, finds, and sends again where that is said.
func carry(d *desk, task *effect.Task, rng *rand.Rand, faults chan peer.MailFault) effect.Result {
	for round := range 40 {
		fault := peer.MailNone
		if round < 8 && rng.IntN(3) > 0 {
			fault = peer.MailFaults[rng.IntN(len(peer.MailFaults))]
		}
		select {
		case <-faults: // of a letter that was not begun
		default:
		}
		faults <- fault
		out := d.send(task)
		if rng.IntN(3) == 0 { // it died, and another finds what it left behind
			task.Now = task.Now.Add(time.Hour)
			out = d.sender.Find(d.Context(), task)
		}
		if out.Result != effect.Later {
			return out.Result
		}
		task.Now = task.Now.Add(time.Minute)
	}
	return effect.Later
}
