package effect

import (
	"hash/fnv"
	"time"

	"recourse"
)

// How long things take. The lease is longer than a call by so much that whoever finds it over knows that no request of its
// holder is on its way any more.
const (
	leaseFor   = 5 * time.Minute
	sendFor    = 90 * time.Second
	settleFor  = 2 * time.Minute // before "it did not happen" is believed of a request that was not answered
	beginFor   = time.Hour       // the desk's own patience with who began an act; extended while it is known how it stands
	shortWait  = 2 * time.Minute // an act that waits longer goes back to the desk meanwhile, where it can be taken back
	askPerson  = 6               // looks without an answer, after which a person is asked
	maxLooks   = 30              // looks, after which the peer is left alone: the act is a person's
	pausedWait = 10 * time.Minute
	orderWait  = 2 * time.Second // another act of the same order is being carried out
)

// patience is for how long an act is tried: then a person is told that it did not go through.
func patience(recourse.EffectKind) time.Duration { return 72 * time.Hour }

var (
	againAfter = []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour}
	lookAfter  = []time.Duration{10 * time.Second, 30 * time.Second, 2 * time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour}
	openFor    = []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute}
)

// openAfter is how many failures in a row open a connection's circuit.
const openAfter = 5

// step is the n-th of a rhythm, from 1, the last for ever; with up to a fifth more, by the act's name, so that what failed
// together does not come back together.
func step(rhythm []time.Duration, n int, effect string) time.Duration {
	d := rhythm[min(max(n, 1), len(rhythm))-1]
	h := fnv.New32a()
	h.Write([]byte(effect))
	h.Write([]byte{byte(n)})
	return d + d/5*time.Duration(h.Sum32()%1000)/1000
}

// open is until when a connection is left alone after so many failures in a row; zero: it is not.
func open(failures int, code string, now time.Time) time.Time {
	switch {
	case code == CodeUnauthorized:
		return now.Add(openFor[len(openFor)-1])
	case failures < openAfter:
		return time.Time{}
	}
	return now.Add(openFor[min(failures-openAfter, len(openFor)-1)])
}
