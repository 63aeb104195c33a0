package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// client opens a connection for each request, as processes come and go.
var client = &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}

// get asks for what must be there.
func get[T any](t *testing.T, port int, path string) T {
	t.Helper()
	answer, err := try[T](http.MethodGet, port, path, nil)
	require.NoError(t, err)
	return answer
}

// post sends body as JSON, which must be taken.
func post[T any](t *testing.T, port int, path string, body any) T {
	t.Helper()
	answer, err := try[T](http.MethodPost, port, path, body)
	require.NoError(t, err)
	return answer
}

// try sends a request. A refusal is a *refusal.
func try[T any](method string, port int, path string, body any) (answer T, err error) {
	text, err := json.Marshal(body)
	if err != nil {
		return answer, err
	}
	if body == nil {
		text = nil
	}
	request, err := http.NewRequest(method, "http://"+address(port)+path, bytes.NewReader(text))
	if err != nil {
		return answer, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return answer, err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		return answer, err
	}
	if response.StatusCode/100 != 2 {
		return answer, &refusal{response.StatusCode, string(said)}
	}
	return answer, json.Unmarshal(said, &answer)
}

// refusal is an answer that is no success.
type refusal struct {
	status int
	body   string
}

func (r *refusal) Error() string { return fmt.Sprintf("status %d: %s", r.status, r.body) }

// requireRefused checks the code of a refusal.
func requireRefused(t *testing.T, err error, status int, code string) {
	t.Helper()
	var refused *refusal
	require.ErrorAs(t, err, &refused)
	require.Equal(t, status, refused.status, refused.body)
	require.Contains(t, refused.body, `"code":"`+code+`"`)
}

// event is one server-sent event.
type event struct {
	name string
	data string
}

// events asks for a stream and gives each event to take, until the stream ends
// or take has enough. It returns how it ended.
func events(port int, path string, take func(event) (more bool)) error {
	request, err := http.NewRequest(http.MethodGet, "http://"+address(port)+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "text/event-stream")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return &refusal{status: response.StatusCode}
	}
	return readEvents(response.Body, take)
}

func readEvents(stream io.Reader, take func(event) bool) error {
	var e event
	for lines := bufio.NewReader(stream); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err // io.EOF, or a stream that was cut: half an event does not count
		}
		switch key, value, _ := strings.Cut(strings.TrimSpace(line), ": "); key {
		case "event":
			e.name = value
		case "data":
			e.data = value
		case "":
			if e.data != "" && !take(e) { // one without data only says where the stream is
				return nil
			}
			e = event{}
		}
	}
}
