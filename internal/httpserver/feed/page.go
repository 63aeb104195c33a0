package feed

import (
	"encoding/json"

	"networkmngr/internal/events"
)

// Page answers GET /events when it is asked for a part of the stream.
type Page struct {
	Stream string            `json:"stream"` // id; offsets of another one mean nothing here
	Next   uint64            `json:"next"`   // from= of the next page
	Events []json.RawMessage `json:"events"` // each an [events.Event]
}

// page reads what there is now, as much as was asked for.
func (f *Feed) page(reader *events.Reader, a asked) Page {
	p := Page{Stream: f.log.Stream(), Next: a.from, Events: []json.RawMessage{}}
	if a.foreign {
		p.Events = append(p.Events, reader.Foreign().JSON())
	}
	for {
		records := reader.Next()
		if len(records) == 0 {
			p.Next = reader.Offset() + 1
			return p
		}
		for _, record := range records {
			if len(p.Events) >= a.limit {
				return p
			}
			p.Events, p.Next = append(p.Events, record.JSON()), record.Offset+1
		}
	}
}
