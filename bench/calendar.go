package main

import (
	"errors"
	"time"

	"recourse/calendar"
)

// prepareCalendar sums business days in China, whose calendar is the hardest: holidays, and weekends that are
// worked. The instants walk through two years that the notices speak for, the spans are those of the settings.
//
// The sum is kept outside the loop and looked at, so that the compiler cannot leave the work
// out. To make the instants is not counted.
func prepareCalendar() (work, string, error) {
	china, ok := calendar.Default().Calendar("CN")
	if !ok {
		return nil, "", errors.New("there is no calendar of China")
	}
	const many = 4096
	spans := [...]int{10, 30, 15, 5}
	var from [many]time.Time
	for i := range from {
		from[i] = time.Date(2025, 1, 1, 9, 0, 0, 0, china.Location()).Add(time.Duration(i) * 257 * time.Minute)
	}
	var sink time.Time
	return func() (int, error) {
		for i := range from {
			sink = china.Add(from[i], spans[i%len(spans)])
		}
		if sink.IsZero() {
			return 0, errors.New("no sum is the zero time")
		}
		return many, nil
	}, "", nil
}
