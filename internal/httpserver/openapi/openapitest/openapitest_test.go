package openapitest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/httpserver"
	"networkmngr/internal/httpserver/openapi/openapitest"
)

const document = `
openapi: 3.1.1
tags: [{name: Things}]
paths:
  /things/{id}:
    get:
      tags: [Things]
      operationId: getThing
      summary: Show a thing
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer, format: int64, minimum: 1}}
        - {name: limit, in: query, schema: {$ref: '#/components/schemas/Limit'}}
        - {name: deep, in: query, schema: {type: boolean}}
      responses: &responses
        '200':
          description: It.
          content:
            application/json: {schema: {$ref: '#/components/schemas/Thing'}}
            text/event-stream:
              schema: {type: string}
              x-events: {thing: {$ref: '#/components/schemas/Thing'}}
        '404':
          description: None.
          content:
            application/json: {schema: {$ref: '#/components/schemas/Error'}}
    post:
      tags: [Things]
      operationId: changeThing
      summary: Change a thing
      security: [{token: []}, {}]
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer, format: int64, minimum: 1}}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/Thing'}}
      responses:
        <<: *responses
        '401':
          description: No.
          headers: {WWW-Authenticate: {schema: {const: Bearer}}}
          content:
            application/json: {schema: {$ref: '#/components/schemas/Error'}}
components:
  schemas:
    Error:
      type: object
      additionalProperties: false
      required: [error]
      properties: {error: {type: string}}
    Limit: {type: integer, format: int32, maximum: 9, default: 3}
    Thing:
      type: object
      additionalProperties: false
      required: [name]
      properties:
        name: {type: string, minLength: 2, maxLength: 3, pattern: '^[a-z]+$'}
        count: {type: [integer, 'null'], format: uint64, minimum: 0, maximum: 18446744073709551615}
        share: {type: number, format: double, maximum: 0.5}
        kind: {enum: [big, small]}
        when: {type: string, format: date-time}
        list: {type: array, minItems: 1, maxItems: 2, items: {type: boolean}}
        either: {oneOf: [{type: integer, format: int64}, {type: number, format: decimal, minimum: 5}]}
        some: {anyOf: [{const: a}, {const: b}]}
        all: {allOf: [{type: string}, {maxLength: 1}]}
      examples: [{name: ab}]
`

func parse(t *testing.T, text string) *openapitest.Description {
	d, err := openapitest.Parse([]byte(text))
	require.NoError(t, err)
	return d
}

// complaints are what a Transport reports.
type complaints []string

func (c *complaints) Errorf(format string, args ...any) {
	*c = append(*c, fmt.Sprintf(format, args...))
}

// answer is what a server sends to every request.
type answer struct {
	status int
	header string // "Key: value"
	body   string
}

// exchange sends a request to a server that gives this answer, and returns what
// the check says.
func exchange(t *testing.T, method, path, asked string, a answer) complaints {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		if key, value, ok := strings.Cut(a.header, ": "); ok {
			w.Header().Set(key, value)
		}
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.body)
	}))
	defer server.Close()
	var got complaints
	client := &http.Client{Transport: &openapitest.Transport{
		Description: parse(t, document), Next: server.Client().Transport, Reporter: &got,
	}}
	request, err := http.NewRequest(method, server.URL+path, strings.NewReader(asked))
	require.NoError(t, err)
	response, err := client.Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, a.body, string(body))
	return got
}

func TestGoodExchanges(t *testing.T) {
	good := answer{status: 200, body: `{"name":"ab"}`}
	refused := answer{status: 404, body: `{"error":"none"}`}
	require.Empty(t, exchange(t, "GET", "/things/1", "", good))
	require.Empty(t, exchange(t, "GET", "/things/1?limit=9&deep=true", "", good))
	require.Empty(t, exchange(t, "GET", "/things/1", "{}", good))
	require.Empty(t, exchange(t, "POST", "/things/1", `{"name":"abc"}`, good))
	require.Empty(t, exchange(t, "POST", "/things/x?y=z", `what?`, refused), "a refused request may be any")
	require.Empty(t, exchange(t, "POST", "/things/1", ``, answer{401, "WWW-Authenticate: Bearer", `{"error":"no"}`}))
	require.Empty(t, exchange(t, "GET", "/nothing", "", refused))
	require.Empty(t, exchange(t, "DELETE", "/things/1", "", answer{405, "Allow: GET, HEAD, POST", `{"error":"no"}`}))
	require.Empty(t, exchange(t, "GET", "/things/1/", "", good), "a slash at the end is taken")
	require.Empty(t, exchange(t, "HEAD", "/things/1", "", answer{status: 200}))
	require.Empty(t, exchange(t, "GET", "/things/1", "", answer{415, "", `{"error":"no"}`}))
	require.Empty(t, exchange(t, "GET", "/things/1", "", answer{431, "Content-Type: text/plain", "too large"}))
	require.Empty(t, exchange(t, "GET", "/things/1", "", answer{200, "Content-Type: text/event-stream",
		"event: thing\ndata: {\"name\":\"ab\"}\n\nevent: thing\ndata: {\"na"}))
	for _, body := range []string{
		`{"name":"ab","count":18446744073709551615}`, `{"name":"ab","count":null}`, `{"name":"ab","share":0.5}`,
		`{"name":"ab","kind":"big"}`, `{"name":"ab","when":"2026-11-20T19:00:13Z"}`, `{"name":"ab","list":[true,false]}`,
		`{"name":"ab","either":3}`, `{"name":"ab","either":5.5}`, `{"name":"ab","either":-4}`, `{"name":"ab","some":"b"}`, `{"name":"ab","all":"x"}`,
	} {
		require.Empty(t, exchange(t, "GET", "/things/1", "", answer{status: 200, body: body}), body)
	}
}

func TestBadAnswers(t *testing.T) {
	for body, want := range map[string]string{
		``: "EOF", `{`: "EOF", `[]`: "got array", `{}`: "missing property 'name'", `{"name":"ab"} 1`: "after top-level value",
		`{"name":"ab","more":1}`: "'more' not allowed", `{"name":1}`: "got number, want string",
		`{"name":"a"}`: "minLength", `{"name":"abcd"}`: "maxLength", `{"name":"AB"}`: "does not match pattern",
		`{"name":"ab","count":-1}`: "is not valid uint64", `{"name":"ab","count":18446744073709551616}`: "is not valid uint64",
		`{"name":"ab","count":1.5}`: "got number, want", `{"name":"ab","share":0.51}`: "maximum", `{"name":"ab","kind":"no"}`: "must be one of",
		`{"name":"ab","when":"now"}`: "date-time", `{"name":"ab","list":[]}`: "minItems", `{"name":"ab","list":[true,true,true]}`: "maxItems",
		`{"name":"ab","list":[1]}`: "'/list/0': got number, want boolean", `{"name":"ab","either":5}`: "subschemas 0, 1 matched", `{"name":"ab","either":4.5}`: "oneOf",
		`{"name":"ab","either":-9223372036854775809}`: "is not valid int64",
		`{"name":"ab","some":"c"}`:                    "anyOf", `{"name":"ab","all":"xy"}`: "maxLength",
	} {
		got := exchange(t, "GET", "/things/1", "", answer{status: 200, body: body})
		require.Len(t, got, 1, body)
		require.Contains(t, got[0], want, body)
	}
}

func TestBadExchanges(t *testing.T) {
	good, refusal := `{"name":"ab"}`, `{"error":"no"}`
	for _, c := range []struct {
		method, path, asked string
		answer              answer
		want                string
	}{
		{"GET", "/things/1", "", answer{500, "", refusal}, "status 500 is not described"},
		{"GET", "/things/1", "", answer{200, "Content-Type: text/plain", good}, "content type text/plain"},
		{"GET", "/things/1", "", answer{404, "", good}, "'name' not allowed"},
		{"GET", "/things/0", "", answer{200, "", good}, "minimum: got 0"},
		{"GET", "/things/x", "", answer{200, "", good}, "parameter id"},
		{"GET", "/things/1?limit=10", "", answer{200, "", good}, "maximum: got 10"},
		{"GET", "/things/1?deep=x", "", answer{200, "", good}, "parameter deep"},
		{"GET", "/things/1?limit=1&limit=2", "", answer{200, "", good}, "comes twice"},
		{"GET", "/things/1?more=1", "", answer{200, "", good}, "more is not described"},
		{"GET", "/things/1", good, answer{200, "", good}, "no body is described"},
		{"POST", "/things/1", "", answer{200, "", good}, "EOF"},
		{"POST", "/things/1", `{"name":"AB"}`, answer{200, "", good}, "the request was taken: "},
		{"POST", "/things/1", good, answer{401, "", refusal}, "header WWW-Authenticate"},
		{"GET", "/nothing", "", answer{200, "", good}, "no such operation"},
		{"GET", "/things", "", answer{404, "", good}, "'name' not allowed"},
		{"DELETE", "/things/1", "", answer{404, "", refusal}, "no such operation"},
		{"DELETE", "/things/1", "", answer{405, "Allow: GET", refusal}, "header Allow"},
		{"GET", "/things/1", "", answer{200, "Content-Type: text/event-stream", "event: other\ndata: 1\n\n"}, `event "event: other`},
		{"GET", "/things/1", "", answer{200, "Content-Type: text/event-stream", "event: thing\ndata: {}\n\n"}, "missing property 'name'"},
	} {
		got := exchange(t, c.method, c.path, c.asked, c.answer)
		require.Len(t, got, 1, c.want)
		require.Contains(t, got[0], c.want)
	}
}

// Whoever reads a part of an answer only is not told that the rest is missing.
func TestPartOfAnAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"wrong":1,`)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	var got complaints
	client := &http.Client{Transport: &openapitest.Transport{
		Description: parse(t, document), Next: server.Client().Transport, Reporter: &got,
	}}
	response, err := client.Get(server.URL + "/things/1")
	require.NoError(t, err)
	_, err = response.Body.Read(make([]byte, 5))
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Empty(t, got)
}

func TestCompare(t *testing.T) {
	routes := func() []httpserver.Route {
		handle := func(*gin.Context) error { return nil }
		return []httpserver.Route{
			{Methods: httpserver.Get, Path: "/things/:id", Handle: handle, Query: []string{"limit", "deep"}},
			{Methods: httpserver.Post, Path: "/things/:id", Handle: handle, Changes: true, Body: 1},
		}
	}
	d := parse(t, document)
	require.Empty(t, d.Compare(routes()))
	for _, c := range []struct {
		change func([]httpserver.Route) []httpserver.Route
		want   []string
	}{
		{func(r []httpserver.Route) []httpserver.Route { return r[:1] }, []string{"POST /things/{id} is described, and no route"}},
		{func(r []httpserver.Route) []httpserver.Route {
			return append(r, httpserver.Route{Methods: httpserver.Get, Path: "/more"})
		}, []string{"GET /more is not described"}},
		{func(r []httpserver.Route) []httpserver.Route { r[0].Query = []string{"limit"}; return r },
			[]string{"GET /things/{id}: query parameters described as [deep limit], routed as [limit]"}},
		{func(r []httpserver.Route) []httpserver.Route { r[1].Body = 0; return r },
			[]string{"POST /things/{id}: body described as true, routed as false"}},
		{func(r []httpserver.Route) []httpserver.Route { r[1].Changes = false; return r },
			[]string{"POST /things/{id}: answer 401 described as true, routed as false", "POST /things/{id}: need of the token described as true, routed as false"}},
		{func(r []httpserver.Route) []httpserver.Route {
			r[1] = httpserver.Route{Methods: httpserver.Post, Path: r[1].Path, AliasOf: "POST /other/:id"}
			return append(r, httpserver.Route{Methods: httpserver.Post, Path: "/other/:id", Changes: true, Body: 1})
		}, []string{"POST /other/{id} is not described", "POST /things/{id}: x-alias-of described as , routed as POST /other/{id}"}},
	} {
		require.Equal(t, c.want, d.Compare(c.change(routes())))
	}
}

func TestProblems(t *testing.T) {
	require.Empty(t, parse(t, document).Problems())
	for _, c := range []struct{ from, to, want string }{
		{"examples: [{name: ab}]", "examples: [{name: a}]", "minLength: got 1"},
		{"default: 3", "default: 10", "maximum: got 10"},
		{"operationId: changeThing", "operationId: getThing", "not the only one"},
		{"tags: [{name: Things}]", "tags: []", "want one of the document's"},
		{"summary: Show a thing", "description: none", "has no summary"},
		{"$ref: '#/components/schemas/Error'", "$ref: '#/components/schemas/Missing'", "leads nowhere"},
		{"    Error:", "    Unused: {type: string}\n    Error:", "schemas/Unused: is not used"},
		{"examples: [{name: ab}]", "examples: [{name: ab}]\n      maxLenght: 3", "'/maxLenght': false schema"},
		{"examples: [{name: ab}]", "examples: [{name: ab, when: '2026-11-20T19:00:13'}]", "'/when'"},
		{"pattern: '^[a-z]+$'", "patern: '^[a-z]+$'", "'/properties/name/patern': false schema"},
		{"pattern: '^[a-z]+$'", "pattern: '['", "regex"},
		{"format: date-time", "format: datetime", "'/properties/when/format': value must be one of"},
		{"{type: integer, format: int32, ", "{type: integer, ", "missing property 'format'"},
		{"[integer, 'null'], format: uint64", "[integer, 'null']", "missing property 'format'"},
		{"{type: number, format: double, ", "{type: number, ", "missing property 'format'"},
		{"{type: number, format: double, ", "{type: number, format: int64, ", "value must be one of 'double', 'decimal'"},
		{"maximum: 9, default: 3", "default: 3000000000", "3000000000 is not valid int32"},
		{"minItems: 1", "minItems: some", "got string, want integer"},
		{"x-events: {thing: {$ref: '#/components/schemas/Thing'}}", "x-events: {thing: {typ: string}}", "'/typ': false schema"},
	} {
		require.Contains(t, document, c.from)
		problems := parse(t, strings.ReplaceAll(document, c.from, c.to)).Problems()
		require.Contains(t, strings.Join(problems, "\n"), c.want)
	}
}

func TestAnAnchorTwice(t *testing.T) {
	text := strings.Replace(document, "schema: {type: integer, format: int64, minimum: 1}", "schema: &responses {type: integer}", 1)
	require.NotEqual(t, document, text)
	_, err := openapitest.Parse([]byte(text))
	require.ErrorContains(t, err, "anchor &responses comes twice")
}
