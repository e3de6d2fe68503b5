package main

import (
	"testing"
	"time"
)

// TestKill kills the program twenty times, at random moments of an import and of load over HTTP. `go run ./bench -run
// kill` does it a thousand times.
func TestKill(t *testing.T) {
	k, err := newKiller(t.TempDir(), uint64(time.Now().UnixNano()))
	if err != nil {
		t.Fatal(err)
	}
	if err := k.kill(20); err != nil {
		t.Fatalf("after %d kills: %v", k.Kills, err)
	}
	if k.Promised == 0 {
		t.Error("no process lived long enough to promise anything: nothing was tested")
	}
	t.Logf("%d facts were promised, %d decisions of %d orders made again", k.Promised, k.Entries, k.Orders)
}
