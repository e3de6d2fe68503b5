package intake

// remembered is the set of orders already told, by the hash of their numbers, in bounded memory: when one
// generation is full, the one before it is forgotten. Two orders of a book of four million share a hash once in
// two million books; the later one is then rejected, never lost.
//
// It answers one question: was this order opened before? While it is open it is found among the open
// ones; if not, its events are out and a further row comes too late. What is forgotten are orders more
// than two million orders above, and a row that comes later than that opens its order anew. Two
// generations are used instead of a list in order of age, which would need more memory for each.
type remembered struct {
	young, old []uint64 // open addressing, a power of two long, 0 for a free place
	count      int
}

// contains looks a hash up in one generation.
func contains(slots []uint64, hash uint64) bool {
	if len(slots) == 0 {
		return false
	}
	return slots[place(slots, hash)] == hash
}

// place is where a hash is, or would be put.
func place(slots []uint64, hash uint64) int {
	mask := uint64(len(slots) - 1)
	at := hash & mask
	for slots[at] != 0 && slots[at] != hash {
		at = (at + 1) & mask
	}
	return int(at)
}

// add takes a hash into the set. It reports whether that was new.
//
// Zero marks a free place, so the one hash that is zero is taken for 1.
func (s *remembered) add(hash uint64) bool {
	if s.count == maxRemember {
		s.old, s.young, s.count = s.young, nil, 0
	}
	if 4*(s.count+1) > 3*len(s.young) {
		s.grow()
	}
	hash = max(1, hash)
	at := place(s.young, hash)
	if s.young[at] != 0 || contains(s.old, hash) {
		return false
	}
	s.young[at] = hash
	s.count++
	return true
}

// firstPlaces is the size at the beginning, 16 MiB: enough for a million and a half orders, so that the table of
// nearly every book is never moved. The system gives its pages as they are touched, few for a small book.
const firstPlaces = 1 << 21

// grow doubles the young generation, which is kept at most three quarters full so that places are found soon.
func (s *remembered) grow() {
	bigger := make([]uint64, max(firstPlaces, 2*len(s.young)))
	for _, h := range s.young {
		if h != 0 {
			bigger[place(bigger, h)] = h
		}
	}
	s.young = bigger
}
