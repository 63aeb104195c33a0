package openapitest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
)

// maxKept bounds what is kept of a body; one that is longer is not checked.
const maxKept = 4 << 20

// Reporter is told of what does not fit, such as a testing.TB.
type Reporter interface {
	Errorf(format string, args ...any)
}

// Transport is an http.RoundTripper that checks what passes through it. An
// answer is checked when its body is read to its end or closed.
type Transport struct {
	Description *Description
	Next        http.RoundTripper
	Reporter    Reporter
	// AnyRequest leaves out the check that a request that was not refused is
	// one that the description has.
	AnyRequest bool
}

// RoundTrip passes a request on.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	asked := &kept{}
	sent := request
	if request.Body != nil && request.Body != http.NoBody {
		sent = request.Clone(request.Context())
		sent.Body = &copied{ReadCloser: request.Body, into: asked, done: func() {}}
	}
	response, err := t.Next.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	answered := &kept{}
	check := sync.OnceFunc(func() { t.check(request, response, asked, answered) })
	response.Body = &copied{ReadCloser: response.Body, into: answered, done: check}
	return response, nil
}

func (t *Transport) check(request *http.Request, response *http.Response, asked, answered *kept) {
	e := &exchange{request: request, answer: response}
	var tooLong bool
	e.asked, _, tooLong = asked.all()
	requests := !t.AnyRequest && !tooLong
	e.body, e.whole, tooLong = answered.all()
	if tooLong {
		e.body, e.whole = nil, false
	}
	if err := t.Description.check(e, requests); err != nil {
		t.Reporter.Errorf("%s %s was answered with %s, which is not as described: %v\n%.2000s",
			request.Method, request.URL, response.Status, err, e.body)
	}
}

// kept is the part of a body that has passed.
type kept struct {
	mu      sync.Mutex // guards what follows
	text    bytes.Buffer
	ended   bool
	tooLong bool
}

func (k *kept) add(part []byte, ended bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ended = k.ended || ended
	k.tooLong = k.tooLong || k.text.Len()+len(part) > maxKept
	if !k.tooLong {
		k.text.Write(part)
	}
}

func (k *kept) all() (text []byte, whole, tooLong bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return bytes.Clone(k.text.Bytes()), k.ended, k.tooLong
}

// copied is a body of which a copy is kept. done is called at its end.
type copied struct {
	io.ReadCloser
	into *kept
	done func()
}

func (c *copied) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.into.add(p[:n], errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF))
	if err != nil {
		c.done()
	}
	return n, err
}

func (c *copied) Close() error {
	err := c.ReadCloser.Close()
	c.done()
	return err
}
