package httpclient

import (
	"bufio"
	"context"
	"io"
	"strings"
)

const (
	eventStream  = "text/event-stream"
	longestEvent = 64 << 20 // bytes
)

// ErrTooLong means that an event has more bytes than are taken of one.
var ErrTooLong = bufio.ErrTooLong

// Event is a server-sent event.
type Event struct {
	ID   string // empty if the server sent none
	Name string
	Data []byte
}

// Events sends a request without a body and calls take with each event of the
// answer as it comes, until the stream ends. The error is take's, or as that of
// Call.
func (c *Client) Events(ctx context.Context, method, path string, take func(Event) error) error {
	return c.EventsOf(ctx, method, path, nil, take)
}

// EventsOf is Events of a request with a body, as that of Call, with the same errors.
func (c *Client) EventsOf(ctx context.Context, method, path string, body any, take func(Event) error) error {
	return c.events(ctx, method, path, body, streaming{most: longestEvent, heard: func() {}, take: take})
}

// streaming says how a stream of events is read.
type streaming struct {
	last  string // id of the event after which it begins; empty for all
	most  int    // bytes that an event may have
	heard func() // called for every line, as a sign of life
	take  func(Event) error
}

// events is Events of a request with a body, as that of Call.
func (c *Client) events(ctx context.Context, method, path string, body any, as streaming) error {
	request, err := c.request(ctx, method, path, body)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", eventStream)
	if as.last != "" {
		request.Header.Set("Last-Event-ID", as.last)
	}
	response, err := c.send(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return as.read(response.Body)
}

// read reads the part of the HTML standard's event streams that our servers use: fields
// "event", "id" and "data", comments, an empty line after each event. It ignores an
// incomplete event.
func (as streaming) read(stream io.Reader) error {
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, as.most)
	var next Event
	var data []string
	size := 0 // of data, bytes
	for lines.Scan() {
		as.heard()
		key, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case key == "event":
			next.Name = value
		case key == "id":
			next.ID = value
		case key == "data":
			if size += 1 + len(value); size > as.most {
				return ErrTooLong
			}
			data = append(data, value)
		case lines.Text() == "" && data != nil:
			next.Data = []byte(strings.Join(data, "\n"))
			if err := as.take(next); err != nil {
				return err
			}
			next, data, size = Event{}, nil, 0
		}
	}
	return lines.Err()
}
