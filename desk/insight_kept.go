package desk

import (
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"recourse/insight"
	"recourse/store"
)

// The figures of an owner are looked at far more often than they change: by several people, again after each step into a
// case and back. So a report that was counted is kept, with all that it was counted from: the days as they were last written,
// the news by their names, and the question. Where any of it is another, it is counted anew. What is kept is thus never
// older than the database, whoever has written to it.

// The bounds of what is kept of all merchants: reports, and names in their lists. A name takes some 150 bytes.
const (
	mostReports = 64
	mostNames   = 50_000
)

// reportKey is what a report was counted from.
type reportKey struct {
	merchant                              string
	generation, rolled                    int64
	wanted                                bool
	news, steps                           uint64
	from, to, before, until               int64
	situation, supplier, country, channel string
}

func newReportKey(merchant string, c store.InsightCount, news []string, q *insight.Query) reportKey {
	slices.Sort(news)
	names, steps := fnv.New64a(), fnv.New64a()
	for _, id := range news {
		names.Write([]byte(id))
		names.Write([]byte{0})
	}
	for _, w := range q.Weeks {
		b, _ := w.UTC().MarshalBinary() // of a year that can be asked for there is no error
		steps.Write(b)
	}
	return reportKey{merchant, c.Generation, c.Rolled, c.Wanted, names.Sum64(), steps.Sum64(), q.From.Unix(), q.To.Unix(), q.Before.Unix(), q.Until.Unix(),
		q.Situation, q.Supplier, q.Country, q.Channel}
}

// reports are those that are kept, the latest first. The zero value keeps none yet.
type reports struct {
	mu  sync.Mutex
	all []keptReport
}

type keptReport struct {
	key    reportKey
	now    time.Time // that it was counted for
	report *insight.Report
}

// get is the report of a key as it stands at an instant; nil where none is kept.
func (r *reports) get(key reportKey, q insight.Query) *insight.Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.all, func(k keptReport) bool { return k.key == key })
	if i < 0 || q.Now.Before(r.all[i].now) || !q.Now.Before(r.all[i].report.Stands) {
		return nil
	}
	k := r.all[i]
	copy(r.all[1:], r.all[:i])
	r.all[0] = k
	out := *k.report
	out.Query = q
	return &out
}

// put keeps a report, in the place of an older one of the same question, and lets go what was not asked for longest.
func (r *reports) put(key reportKey, report *insight.Report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := func(k keptReport) bool {
		k.key.generation, k.key.rolled, k.key.wanted, k.key.news = key.generation, key.rolled, key.wanted, key.news
		return k.key == key
	}
	all := append([]keptReport{{key, report.Query.Now, report}}, slices.DeleteFunc(r.all, old)...)
	names, n := 0, 0
	for n < min(len(all), mostReports) {
		if names += len(all[n].report.Suppliers) + len(all[n].report.SupplierNames); names > mostNames {
			break
		}
		n++
	}
	r.all = slices.Clip(slices.Clone(all[:n])) // what is let go is not held by the list's end
}
