package feed

import (
	"encoding/json"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
)

// page reads what there is now, as much as was asked for.
func (f *Feed) page(reader *events.Reader, a asked) api.EventPage {
	p := api.EventPage{Stream: f.log.Stream(), Next: a.from, Events: []json.RawMessage{}}
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
