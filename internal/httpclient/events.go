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
	Name string
	Data []byte
}

// Events sends a request without a body and calls take with each event of the
// answer as it comes, until the stream ends. The error is take's, or as that of
// Call.
func (c *Client) Events(ctx context.Context, method, path string, take func(Event) error) error {
	request, err := c.request(ctx, method, path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", eventStream)
	response, err := c.send(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return readEvents(response.Body, take)
}

// readEvents reads the part of the HTML standard's event streams that our servers
// use: fields "event" and "data", comments, an empty line after each event. It
// ignores an incomplete event.
func readEvents(stream io.Reader, take func(Event) error) error {
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, longestEvent)
	var name string
	var data []string
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case key == "event":
			name = value
		case key == "data":
			data = append(data, value)
		case lines.Text() == "" && data != nil:
			if err := take(Event{name, []byte(strings.Join(data, "\n"))}); err != nil {
				return err
			}
			name, data = "", nil
		}
	}
	return lines.Err()
}
