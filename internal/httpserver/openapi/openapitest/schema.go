package openapitest

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The addresses of what is compiled, of which none is ever asked for.
const (
	documentURL = "https://networkmngr.invalid/openapi"
	dialectURL  = "https://networkmngr.invalid/dialect"
)

// dialect is the form of a schema: that of JSON Schema 2020-12, with what
// OpenAPI adds to it, and nothing beyond, so that no misspelt keyword and no
// unknown format goes unchecked. Every number has a format, as generated clients
// read it into 32 bits otherwise.
const dialect = `{
	"$id": "` + dialectURL + `",
	"$schema": "https://json-schema.org/draft/2020-12/schema",
	"$dynamicAnchor": "meta",
	"$ref": "https://json-schema.org/draft/2020-12/schema",
	"properties": {"discriminator": {"type": "object"}, "format": {"enum": ["date-time", "int32", "int64", "uint64", "double", "decimal"]}},
	"patternProperties": {"^x-": true},
	"allOf": [
		{"if": {"required": ["type"], "properties": {"type": {"anyOf": [{"const": "integer"}, {"type": "array", "contains": {"const": "integer"}}]}}},
		 "then": {"required": ["format"], "properties": {"format": {"enum": ["int32", "int64", "uint64"]}}}},
		{"if": {"required": ["type"], "properties": {"type": {"anyOf": [{"const": "number"}, {"type": "array", "contains": {"const": "number"}}]}}},
		 "then": {"required": ["format"], "properties": {"format": {"enum": ["double", "decimal"]}}}}
	],
	"unevaluatedProperties": false
}`

// schemas checks values against the schemas of a document, each compiled once.
type schemas struct {
	mu       sync.Mutex // guards the compiler
	compiler *jsonschema.Compiler
	dialect  *jsonschema.Schema
}

func newSchemas(document any) (*schemas, error) {
	form, err := jsonschema.UnmarshalJSON(strings.NewReader(dialect))
	if err != nil {
		return nil, err
	}
	s := &schemas{compiler: jsonschema.NewCompiler()}
	s.compiler.DefaultDraft(jsonschema.Draft2020)
	s.compiler.AssertFormat()
	for _, format := range integers {
		s.compiler.RegisterFormat(format)
	}
	if err := s.compiler.AddResource(dialectURL, form); err != nil {
		return nil, err
	}
	if err := s.compiler.AddResource(documentURL, document); err != nil {
		return nil, err
	}
	s.dialect, err = s.compiler.Compile(dialectURL)
	return s, err
}

// integers are the formats of whole numbers, which a reader may put into so many bits.
var integers = []*jsonschema.Format{
	{Name: "int32", Validate: within(func(n *big.Int) bool { return n.IsInt64() && int64(int32(n.Int64())) == n.Int64() })},
	{Name: "int64", Validate: within((*big.Int).IsInt64)},
	{Name: "uint64", Validate: within((*big.Int).IsUint64)},
}

// within is the check that a value, if it is a whole number, is one that fits.
func within(fits func(*big.Int) bool) func(any) error {
	return func(value any) error {
		text, isNumber := value.(json.Number)
		if !isNumber {
			return nil
		}
		if n, ok := new(big.Rat).SetString(text.String()); ok && n.IsInt() && !fits(n.Num()) {
			return fmt.Errorf("%s does not fit", text)
		}
		return nil
	}
}

// compiled is the schema at a place of the document.
func (s *schemas) compiled(at string) (*jsonschema.Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.compiler.Compile(documentURL + at)
}

// check tells how a decoded value differs from a schema, or nil.
func (s *schemas) check(schema node, value any) error {
	if schema.value == nil {
		return fmt.Errorf("%s is no schema", schema.at)
	}
	compiled, err := s.compiled(schema.at)
	if err != nil {
		return err
	}
	return compiled.Validate(value)
}

// checkForm tells what of a schema is none.
func (s *schemas) checkForm(schema node) error {
	return s.dialect.Validate(schema.value)
}
