package openapitest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// maxDepth bounds how far references lead to one another.
const maxDepth = 100

// schemas checks values against the schemas of a document.
type schemas struct {
	root     object
	patterns sync.Map // compiled, by text
}

// keyword checks one keyword of a schema.
type keyword func(s *schemas, schema object, value any) error

// keywords are those that say something of a value.
var keywords map[string]keyword

func init() { // the keywords check what is inside with all keywords
	keywords = map[string]keyword{
		"$ref": (*schemas).ref, "type": (*schemas).types, "const": (*schemas).constant, "enum": (*schemas).enum,
		"allOf": (*schemas).allOf, "anyOf": (*schemas).anyOf, "oneOf": (*schemas).oneOf,
		"required": (*schemas).required, "properties": (*schemas).properties, "additionalProperties": (*schemas).additional,
		"items": (*schemas).items, "minItems": (*schemas).size, "maxItems": (*schemas).size,
		"minLength": (*schemas).length, "maxLength": (*schemas).length, "pattern": (*schemas).pattern, "format": (*schemas).format,
		"minimum": (*schemas).bounds, "maximum": (*schemas).bounds,
	}
}

// remarks are keywords that are for readers alone.
var remarks = []string{"description", "default", "examples", "discriminator"}

// lookup finds what a reference into the document names.
func (s *schemas) lookup(ref any) (any, error) {
	path, ok := strings.CutPrefix(fmt.Sprint(ref), "#/")
	if !ok {
		return nil, fmt.Errorf("reference %v does not begin with #/", ref)
	}
	var at any = s.root
	for _, key := range strings.Split(path, "/") {
		at = child(at, "")[key]
		if at == nil {
			return nil, fmt.Errorf("reference %v leads nowhere", ref)
		}
	}
	return at, nil
}

// check tells how a value differs from a schema, or nil. Of several differences
// it is always the same.
func (s *schemas) check(schema, value any) error {
	object, ok := schema.(object)
	if !ok {
		return fmt.Errorf("%v is no schema", schema)
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if slices.Contains(remarks, key) {
			continue
		}
		check, known := keywords[key]
		if !known {
			return fmt.Errorf("this checker does not know the keyword %q", key)
		}
		if err := check(s, object, value); err != nil {
			return err
		}
	}
	return nil
}

func (s *schemas) ref(schema object, value any) error {
	target, err := s.lookup(schema["$ref"])
	if err != nil {
		return err
	}
	return s.check(target, value)
}

func (s *schemas) types(schema object, value any) error {
	want, ok := schema["type"].([]any)
	if !ok {
		want = []any{schema["type"]}
	}
	got := typeOf(value)
	if slices.Contains(want, any(got)) || got == "integer" && slices.Contains(want, any("number")) {
		return nil
	}
	return fmt.Errorf("%s is %s, want %v", short(value), got, want)
}

// typeOf is what JSON Schema calls the type of a decoded value.
func typeOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case object:
		return "object"
	case json.Number:
		if number(v).IsInt() {
			return "integer"
		}
		return "number"
	}
	return "unknown"
}

func number(text json.Number) *big.Rat {
	n, ok := new(big.Rat).SetString(text.String())
	if !ok {
		panic("a JSON number is no number: " + text)
	}
	return n
}

func short(value any) string { return fmt.Sprintf("%.80v", value) }

func (s *schemas) constant(schema object, value any) error {
	if !reflect.DeepEqual(schema["const"], value) {
		return fmt.Errorf("%s is not %v", short(value), schema["const"])
	}
	return nil
}

func (s *schemas) enum(schema object, value any) error {
	for _, allowed := range items(schema, "enum") {
		if reflect.DeepEqual(allowed, value) {
			return nil
		}
	}
	return fmt.Errorf("%s is not one of %v", short(value), schema["enum"])
}

func (s *schemas) allOf(schema object, value any) error {
	for _, part := range items(schema, "allOf") {
		if err := s.check(part, value); err != nil {
			return err
		}
	}
	return nil
}

func (s *schemas) anyOf(schema object, value any) error {
	if matches, err := s.matches(items(schema, "anyOf"), value); matches == 0 {
		return fmt.Errorf("none of the forms that it may have: %w", err)
	}
	return nil
}

func (s *schemas) oneOf(schema object, value any) error {
	switch matches, err := s.matches(items(schema, "oneOf"), value); matches {
	case 0:
		return fmt.Errorf("none of the forms that it may have: %w", err)
	case 1:
		return nil
	default:
		return fmt.Errorf("%s has %d of the forms of which it may have one", short(value), matches)
	}
}

// matches counts the schemas that a value fits, and tells how it differs from
// the others.
func (s *schemas) matches(list []any, value any) (count int, differences error) {
	for _, schema := range list {
		if err := s.check(schema, value); err != nil {
			differences = errors.Join(differences, err)
		} else {
			count++
		}
	}
	return count, differences
}

func (s *schemas) required(schema object, value any) error {
	got, ok := value.(object)
	if !ok {
		return nil
	}
	for _, key := range items(schema, "required") {
		if _, there := got[fmt.Sprint(key)]; !there {
			return fmt.Errorf("%v is missing", key)
		}
	}
	return nil
}

func (s *schemas) properties(schema object, value any) error {
	properties := child(schema, "properties")
	got := child(value, "")
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if properties[key] == nil {
			continue
		}
		if err := s.check(properties[key], got[key]); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func (s *schemas) additional(schema object, value any) error {
	if schema["additionalProperties"] != false {
		return errors.New("this checker knows additionalProperties only as false")
	}
	for key := range child(value, "") {
		if child(schema, "properties")[key] == nil {
			return fmt.Errorf("key %q has no place in it", key)
		}
	}
	return nil
}

func (s *schemas) items(schema object, value any) error {
	list, _ := value.([]any)
	for i, inner := range list {
		if err := s.check(schema["items"], inner); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	return nil
}

func (s *schemas) size(schema object, value any) error {
	if list, ok := value.([]any); ok {
		return within(schema, "minItems", "maxItems", json.Number(fmt.Sprint(len(list))))
	}
	return nil
}

func (s *schemas) length(schema object, value any) error {
	if text, ok := value.(string); ok {
		return within(schema, "minLength", "maxLength", json.Number(fmt.Sprint(utf8.RuneCountInString(text))))
	}
	return nil
}

func (s *schemas) bounds(schema object, value any) error {
	if n, ok := value.(json.Number); ok {
		return within(schema, "minimum", "maximum", n)
	}
	return nil
}

// within checks a number against the bounds under two keys, of which either
// may be missing.
func within(schema object, least, most string, n json.Number) error {
	if bound, ok := schema[least].(json.Number); ok && number(n).Cmp(number(bound)) < 0 {
		return fmt.Errorf("%s is below %s %s", n, least, bound)
	}
	if bound, ok := schema[most].(json.Number); ok && number(n).Cmp(number(bound)) > 0 {
		return fmt.Errorf("%s is above %s %s", n, most, bound)
	}
	return nil
}

func (s *schemas) pattern(schema object, value any) error {
	text, ok := value.(string)
	if !ok {
		return nil
	}
	source := fmt.Sprint(schema["pattern"])
	compiled, known := s.patterns.Load(source)
	if !known {
		fresh, err := regexp.Compile(source)
		if err != nil {
			return err
		}
		compiled, _ = s.patterns.LoadOrStore(source, fresh)
	}
	if !compiled.(*regexp.Regexp).MatchString(text) {
		return fmt.Errorf("%q does not fit %s", short(text), source)
	}
	return nil
}

func (s *schemas) format(schema object, value any) error {
	if schema["format"] != "date-time" {
		return fmt.Errorf("this checker does not know the format %v", schema["format"])
	}
	_, err := time.Parse(time.RFC3339, fmt.Sprint(value))
	return err
}
