package events_test

import (
	"fmt"
	"time"

	"networkmngr/internal/events"
)

// Who reads pulls, from any offset, and is told where events are missing.
func ExampleLog_Reader() {
	noon := func() time.Time { return time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC) }
	log := events.NewLog(events.Config{Stream: "a1", First: 1, Bytes: 1 << 20, Now: noon})
	log.Tell(events.NodeAnswering{})
	log.Tell(events.TipMoved{BlockRef: events.BlockRef{Index: 7}})

	reader := log.Reader(1, events.Filter{})
	defer reader.Close()
	for _, record := range reader.Next() {
		fmt.Println(record.Offset, record.Type)
	}
	// Output:
	// 1 node-answering
	// 2 tip-moved
}
