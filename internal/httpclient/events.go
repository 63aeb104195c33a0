package httpclient

import (
	"bufio"
	"context"
	"io"
	"strings"
)

const (
	eventStream  = "text/event-stream"
	longestEvent = 64 << 20 // bytes of one line
)

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

// EventsOf is Events of a request with a body, as that of Call.
func (c *Client) EventsOf(ctx context.Context, method, path string, body any, take func(Event) error) error {
	return c.events(ctx, method, path, body, "", func() {}, take)
}

// events is Events after the event with the id last, if that is not empty. It calls
// heard for every line, as a sign of life.
func (c *Client) events(ctx context.Context, method, path string, body any, last string, heard func(), take func(Event) error) error {
	request, err := c.request(ctx, method, path, body)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", eventStream)
	if last != "" {
		request.Header.Set("Last-Event-ID", last)
	}
	response, err := c.send(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return readEvents(response.Body, heard, take)
}

// readEvents reads the part of the HTML standard's event streams that our servers
// use: fields "event", "id" and "data", comments, an empty line after each event. It
// ignores an incomplete event, and calls heard for every line, as a sign of life.
func readEvents(stream io.Reader, heard func(), take func(Event) error) error {
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, longestEvent)
	var next Event
	var data []string
	for lines.Scan() {
		heard()
		key, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case key == "event":
			next.Name = value
		case key == "id":
			next.ID = value
		case key == "data":
			data = append(data, value)
		case lines.Text() == "" && data != nil:
			next.Data = []byte(strings.Join(data, "\n"))
			if err := take(next); err != nil {
				return err
			}
			next, data = Event{}, nil
		}
	}
	return lines.Err()
}
