package httpclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"

	"networkmngr/internal/api"
)

// Client sends requests to one server.
type Client struct {
	Base  string // such as http://127.0.0.1:5000
	Token string // may be empty
	HTTP  *http.Client
	Most  int64 // bytes of an answer
}

// SpeaksTLS is the code of the error of a server that was asked in plain HTTP and speaks TLS.
const SpeaksTLS = "speaks-tls"

// Call sends one request, with body as JSON unless it is nil, and decodes the
// answer. The error is an *api.Error if the server answered with one, or
// that of the connection.
func Call[T any](ctx context.Context, c *Client, method, path string, body any) (T, error) {
	return call[T](ctx, c, method, path, body, c.send)
}

// CallIdempotent is Call of a request that does nothing more when it comes twice. It is sent
// once more if its connection was closed before any answer, as a GET is: where a machine is
// out of breath, the time that a server leaves for a request's header passes before that is
// sent. Of other requests nobody knows whether the server has acted.
func CallIdempotent[T any](ctx context.Context, c *Client, method, path string, body any) (T, error) {
	return call[T](ctx, c, method, path, body, c.sendAgain)
}

func call[T any](ctx context.Context, c *Client, method, path string, body any, send func(*http.Request) (*http.Response, error)) (T, error) {
	var result T
	request, err := c.request(ctx, method, path, body)
	if err != nil {
		return result, err
	}
	response, err := send(request)
	if err != nil {
		return result, err
	}
	defer response.Body.Close()
	dec := json.NewDecoder(io.LimitReader(response.Body, c.Most))
	if err := dec.Decode(&result); err != nil {
		return result, fmt.Errorf("%s %s: read the answer: %w", method, request.URL, err)
	}
	return result, nil
}

// Stream asks for an answer of any size that is no JSON. The caller closes it. The error
// is as that of Call.
func Stream(ctx context.Context, c *Client, method, path string) (io.ReadCloser, error) {
	request, err := c.request(ctx, method, path, nil)
	if err != nil {
		return nil, err
	}
	response, err := c.send(request)
	if err != nil {
		return nil, err
	}
	return response.Body, nil
}

// send returns a successful answer. The caller closes its body.
func (c *Client) send(request *http.Request) (*http.Response, error) {
	if request.Method == http.MethodGet {
		return c.sendAgain(request)
	}
	return c.successful(c.HTTP.Do(request))
}

// sendAgain is send of an idempotent request. Go's transport sees to connections that were
// kept; see request.
func (c *Client) sendAgain(request *http.Request) (*http.Response, error) {
	response, err := c.HTTP.Do(request)
	if !isClosed(err) || request.Context().Err() != nil {
		return c.successful(response, err)
	}
	again := request.Clone(request.Context())
	if request.GetBody != nil {
		if again.Body, err = request.GetBody(); err != nil {
			return nil, err
		}
	}
	return c.successful(c.HTTP.Do(again))
}

func (c *Client) successful(response *http.Response, err error) (*http.Response, error) {
	if err != nil {
		return nil, err
	}
	if response.StatusCode/100 != 2 {
		defer response.Body.Close()
		return nil, c.refused(response)
	}
	return response, nil
}

// isClosed reports whether a server has closed the connection of a request: before that came,
// while it came, or after that.
func isClosed(err error) bool {
	closed := func(reason error) bool { return errors.Is(err, reason) }
	return slices.ContainsFunc([]error{io.EOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE}, closed)
}

// request has body, if it is not nil, as JSON without HTML escapes.
func (c *Client) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	var content io.Reader
	if body != nil {
		var text bytes.Buffer
		enc := json.NewEncoder(&text)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(body); err != nil {
			return nil, fmt.Errorf("%s %s: %w", method, path, err)
		}
		content = &text
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.Base, "/")+path, content)
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	// A server may close a kept connection just when a request comes on it. It has
	// then not acted on the request, which Go sends again if this key, which stays
	// here, is set (net/http.Transport).
	request.Header["Idempotency-Key"] = nil
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	return request, nil
}

// refused reads the error that a response carries.
func (c *Client) refused(response *http.Response) error {
	var form struct {
		Error  *api.Error      `json:"error"`
		Blocks json.RawMessage `json:"blocks"`
	}
	text, _ := io.ReadAll(io.LimitReader(response.Body, c.Most)) // what came says enough
	if err := json.Unmarshal(text, &form); err != nil || form.Error == nil {
		form.Error = &api.Error{Code: "unknown", Message: "answered " + response.Status}
	}
	if strings.Contains(string(text[:min(len(text), 256)]), "HTTP request to an HTTPS server") { // says net/http
		form.Error = &api.Error{Code: SpeaksTLS, Message: response.Request.URL.Host + " speaks TLS: its URL begins with https://"}
	}
	form.Error.Status, form.Error.Blocks = response.StatusCode, form.Blocks
	return form.Error
}
