package events

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
)

// Record is an event in a stream, with its JSON form, which is made once, when it
// is first asked for.
type Record struct {
	Event
	log  *Log // that holds it, or nil
	size int  // bytes that log reckons with; guarded by its mu
	once sync.Once
	text []byte
}

// ParseRecord reads the JSON form of an event, and keeps it: text is the record's
// from then on. The error is that of encoding/json, or of the data of a type that is known.
func ParseRecord(text []byte) (*Record, error) {
	r := &Record{text: text}
	r.once.Do(func() {})
	return r, r.UnmarshalJSON(text) // by itself, as json.Unmarshal reads all of the text twice before
}

// JSON returns the event on one line, without the end of the line. It must not be
// changed.
func (r *Record) JSON() []byte {
	r.once.Do(func() {
		r.text = encode(&r.Event)
		if r.log != nil {
			r.log.weigh(r)
		}
	})
	return r.text
}

func encode(e *Event) []byte {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		panic(fmt.Sprintf("event of type %s has no JSON form: %v", e.Type, err)) // a number that is none
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}
