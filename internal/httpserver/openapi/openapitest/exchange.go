package openapitest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// exchange is a request and its answer.
type exchange struct {
	request *http.Request
	asked   []byte // the request's body
	answer  *http.Response
	body    []byte // the answer's, as far as it was read
	whole   bool   // body is all of it
}

// find returns the operation of a method and a path, which may end with a slash. Where
// there is none, allowed are the methods that the path has, if it is described at all.
func (d *Description) find(method, path string) (o operation, values map[string]string, allowed []string) {
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	for _, o := range d.operations() {
		values, fits := match(o.path, path)
		if !fits {
			continue
		}
		if slices.Contains(o.methods(), method) {
			return o, values, nil
		}
		allowed = append(allowed, o.methods()...)
	}
	slices.Sort(allowed)
	return operation{}, nil, allowed
}

// methods are that of the operation, and HEAD where GET changes nothing, or only by what
// its body says.
func (o operation) methods() []string {
	if o.method == http.MethodGet && (o.step("security").value == nil || o.step("requestBody").value != nil) {
		return []string{o.method, http.MethodHead}
	}
	return []string{o.method}
}

// everywhere are the statuses of refusals that a description has in front, for all of
// its operations.
var everywhere = []int{http.StatusTemporaryRedirect, http.StatusUnsupportedMediaType}

// match returns the values of a template's placeholders in a path as it was sent, where
// an escaped slash is part of a value.
func match(template, path string) (values map[string]string, fits bool) {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	values = make(map[string]string)
	for i := range want {
		part, err := url.PathUnescape(got[i])
		switch {
		case err != nil:
			return nil, false
		case strings.HasPrefix(want[i], "{") && part != "":
			values[strings.Trim(want[i], "{}")] = part
		case want[i] != part:
			return nil, false
		}
	}
	return values, true
}

// check tells what of an exchange the description does not have. A request that
// was refused may be any.
func (d *Description) check(e *exchange, requests bool) error {
	if e.answer.StatusCode == http.StatusRequestHeaderFieldsTooLarge {
		return nil // from below the server, which sees no request then
	}
	o, values, allowed := d.find(e.request.Method, e.request.URL.EscapedPath())
	if o.value == nil {
		return d.checkStray(e, allowed)
	}
	if slices.Contains(everywhere, e.answer.StatusCode) {
		return d.checkRefusal(e)
	}
	if requests && e.answer.StatusCode < http.StatusBadRequest {
		if err := d.checkRequest(o, values, e); err != nil {
			return fmt.Errorf("the request was taken: %w", err)
		}
	}
	status := strconv.Itoa(e.answer.StatusCode)
	response := d.in(o.node, "responses", status)
	if response.value == nil {
		return fmt.Errorf("status %s is not described", status)
	}
	return d.checkAnswer(response, e)
}

// checkStray checks the answer to what is not described.
func (d *Description) checkStray(e *exchange, allowed []string) error {
	want := append([]int{http.StatusForbidden, http.StatusServiceUnavailable, http.StatusNotFound}, everywhere...)
	if len(allowed) > 0 {
		want[2] = http.StatusMethodNotAllowed
	}
	if !slices.Contains(want, e.answer.StatusCode) {
		return fmt.Errorf("no such operation is described, so the status must be one of %v", want)
	}
	if e.answer.StatusCode == http.StatusMethodNotAllowed {
		got := strings.Split(e.answer.Header.Get("Allow"), ", ")
		slices.Sort(got)
		if !slices.Equal(got, allowed) {
			return fmt.Errorf("header Allow is %q, described are %q", got, allowed)
		}
	}
	return d.checkRefusal(e)
}

func (d *Description) checkRefusal(e *exchange) error {
	if e.request.Method == http.MethodHead {
		return nil // has no body
	}
	return d.checkJSONAnswer(d.in(d.root, "components", "schemas", "Error"), e)
}

func (d *Description) checkRequest(o operation, values map[string]string, e *exchange) error {
	for name, value := range values {
		p := d.parameters(o, "path")[name]
		if err := d.checkText(p.step("schema"), value); err != nil {
			return fmt.Errorf("parameter %s: %w", name, err)
		}
	}
	query := d.parameters(o, "query")
	for name, given := range e.request.URL.Query() {
		if query[name].value == nil || len(given) != 1 {
			return fmt.Errorf("parameter %s is not described, or comes twice", name)
		}
		if err := d.checkText(query[name].step("schema"), given[0]); err != nil {
			return fmt.Errorf("parameter %s: %w", name, err)
		}
	}
	return d.checkBody(d.in(o.node, "requestBody"), e.asked)
}

// checkText checks a parameter, which is text whatever its type.
func (d *Description) checkText(schema node, text string) error {
	var value any = text
	switch d.resolved(schema).step("type").text() {
	case "integer", "number":
		value = json.Number(text)
		if _, err := strconv.ParseFloat(text, 64); err != nil {
			return err
		}
	case "boolean":
		parsed, err := strconv.ParseBool(text)
		if err != nil {
			return err
		}
		value = parsed
	}
	return d.schemas.check(schema, value)
}

// checkBody checks a request's body. A route without one takes an empty object; a byte
// order mark is no part of any.
func (d *Description) checkBody(described node, body []byte) error {
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	text := strings.TrimSpace(string(body))
	switch {
	case described.value == nil && (text == "" || text == "{}"):
		return nil
	case described.value == nil:
		return errors.New("no body is described")
	case text == "" && described.step("required").value != true:
		return nil
	}
	return d.checkJSON(described.step("content").step("application/json").step("schema"), body)
}

func (d *Description) checkAnswer(response node, e *exchange) error {
	headers := response.step("headers")
	for name := range headers.object() {
		if err := d.schemas.check(d.in(headers, name).step("schema"), e.answer.Header.Get(name)); err != nil {
			return fmt.Errorf("header %s: %w", name, err)
		}
	}
	if response.step("content").value == nil {
		return nil // has no body
	}
	kind, _, err := mime.ParseMediaType(e.answer.Header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("content type: %w", err)
	}
	content := response.step("content").step(kind)
	switch {
	case content.value == nil:
		return fmt.Errorf("content type %s is not described", kind)
	case e.request.Method == http.MethodHead:
		return nil
	case kind == "application/json":
		return d.checkJSONAnswer(content.step("schema"), e)
	case content.step("x-events").value != nil:
		return d.checkEvents(content.step("x-events"), e)
	}
	return nil
}

// checkJSONAnswer checks an answer's body, unless its reader left off in the
// middle.
func (d *Description) checkJSONAnswer(schema node, e *exchange) error {
	if !e.whole && !json.Valid(e.body) {
		return nil
	}
	return d.checkJSON(schema, e.body)
}

// checkJSON checks one JSON value, whose numbers stay exact.
func (d *Description) checkJSON(schema node, text []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return d.schemas.check(schema, value)
}

// checkEvents checks server-sent events against the schemas of their data, by
// name, or where that has none by "*".
func (d *Description) checkEvents(described node, e *exchange) error {
	events := strings.Split(string(e.body), "\n\n")
	for _, event := range events[:len(events)-1] { // the last one is not complete
		name, data := eventOf(event)
		schema := described.step(name)
		if schema.value == nil {
			schema = described.step("*")
		}
		if name == "" && data == "" {
			continue // a comment, or a time to wait
		}
		if schema.value == nil {
			return fmt.Errorf("event %.80q is not described", event)
		}
		if err := d.checkJSON(schema, []byte(data)); err != nil {
			return fmt.Errorf("event %s: %w", name, err)
		}
	}
	return nil
}

// eventOf reads the fields of an event.
func eventOf(text string) (name, data string) {
	for line := range strings.Lines(text) {
		switch key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": "); key {
		case "event":
			name = value
		case "data":
			data = value
		}
	}
	return name, data
}
