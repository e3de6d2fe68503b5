package main

import (
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// memory watches what the process holds of the machine's memory.
//
// Peak is written by the watching alone and read after it has ended, which the group makes
// sure of.
type memory struct {
	done chan struct{}
	once sync.Once
	wg   sync.WaitGroup
	peak uint64
}

// memoryNames: all that the runtime has mapped, and what of it was given back to the operating system. The
// difference is what is resident, but for the text of the program itself. It is asked of the runtime and not of the
// system so that it means the same everywhere and starts anew for each benchmark.
var memoryNames = [...]string{"/memory/classes/total:bytes", "/memory/classes/heap/released:bytes"}

// watchEvery is often enough for no peak to pass by between two looks: memory is given back over minutes.
const watchEvery = 5 * time.Millisecond

// watchMemory begins to watch. What earlier benchmarks left is given back first.
func watchMemory() *memory {
	debug.FreeOSMemory()
	// A look costs some microseconds, which no rate notices.
	m := &memory{done: make(chan struct{})}
	m.wg.Go(func() {
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			m.peak = max(m.peak, held())
			select {
			case <-m.done:
				return
			case <-tick.C:
			}
		}
	})
	return m
}

// stop ends the watching and gives the most that was held, in MiB.
func (m *memory) stop() float64 {
	m.once.Do(func() { close(m.done) })
	m.wg.Wait()
	return float64(m.peak) / (1 << 20)
}

func held() uint64 {
	var samples [len(memoryNames)]metrics.Sample
	for i, name := range memoryNames {
		samples[i].Name = name
	}
	metrics.Read(samples[:])
	return samples[0].Value.Uint64() - samples[1].Value.Uint64()
}
