package web_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"recourse"
	"recourse/account"
)

// BenchmarkCasePage asks for the page of a case with a history of two hundred entries, over HTTP, and tells the slowest of
// a hundred.
func BenchmarkCasePage(b *testing.B) {
	h := openHouse(b)
	h.held()
	for i := range 200 {
		switch i % 4 {
		case 0:
			h.tell(recourse.CaseNoted, fmt.Sprintf(`{"case":"77-1","order":"77","text":"note %d, of the usual length that people write"}`, i))
		case 1:
			h.tell(recourse.MessageReceived, fmt.Sprintf(`{"order":"77","case":"77-1","by":"buyer","text":"message %d"}`, i))
		case 2:
			h.tell(recourse.CaseAssigned, fmt.Sprintf(`{"case":"77-1","order":"77","person":"Person %d"}`, i%7))
		default:
			h.tell(recourse.ParcelScanned, fmt.Sprintf(`{"parcel":"P1","status":"customs_hold","leg":"international","place":"Roissy %d"}`, i))
		}
	}
	ada := h.enter("Ada", account.Owner)
	var took []time.Duration
	var size int
	for b.Loop() {
		began := time.Now()
		_, body := ada.get("/cases/77-1")
		took, size = append(took, time.Since(began)), len(body)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(size)/1024, "KiB")
}
