package types

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strings"
)

// unmarshalStrict reads text, one JSON object, into the struct that form points
// to, by the struct's json tags. Unlike encoding/json it refuses unknown and
// duplicate keys, and distinguishes upper from lower case: a misspelt "fee" must
// not become a transfer without one, and no two readers shall see two different
// values. An error about a value names its key.
func unmarshalStrict(text []byte, form any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return fmt.Errorf("%w: want an object", ErrJSON)
	}
	unread := fieldsByKey(form)
	for dec.More() {
		if err := readField(dec, unread); err != nil {
			return fmt.Errorf("%w: %w", ErrJSON, err)
		}
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("%w: %w", ErrJSON, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("%w: something follows the object", ErrJSON)
	}
	return nil
}

// fieldsByKey has a pointer to each field of the struct that form points to.
func fieldsByKey(form any) map[string]any {
	value := reflect.ValueOf(form).Elem()
	fields := make(map[string]any, value.NumField())
	for i := range value.NumField() {
		key, _, _ := strings.Cut(value.Type().Field(i).Tag.Get("json"), ",")
		fields[key] = value.Field(i).Addr().Interface()
	}
	return fields
}

// readField reads one key and its value, and marks the field as read with nil.
func readField(dec *json.Decoder, unread map[string]any) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	key, _ := token.(string)
	field, known := unread[key]
	if !known {
		return fmt.Errorf("unknown key %.64q", key)
	}
	if field == nil {
		return fmt.Errorf("key %q twice", key)
	}
	unread[key] = nil
	if err := dec.Decode(field); err != nil {
		return fmt.Errorf("%s: %w", key, PlainJSONError(err))
	}
	return nil
}

// PlainJSONError says in JSON's words what an error of encoding/json says in Go's:
// "key: number -1, want string". It returns other errors as they are.
func PlainJSONError(err error) error {
	var mismatch *json.UnmarshalTypeError
	if !errors.As(err, &mismatch) {
		return err
	}
	where := ""
	if mismatch.Field != "" {
		where = mismatch.Field + ": "
	}
	return fmt.Errorf("%s%.64s, want %s", where, mismatch.Value, jsonName(mismatch.Type))
}

// jsonName is what JSON calls a value of type t. All numbers of our forms are
// integers, whose range is part of the name.
func jsonName(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		return jsonName(t.Elem())
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return "string"
	}
	switch t.Kind() {
	case reflect.Uint64, reflect.Uint32:
		return fmt.Sprintf("an integer from 0 to %d", uint64(math.MaxUint64)>>(64-t.Bits()))
	case reflect.Int32:
		return fmt.Sprintf("an integer from %d to %d", math.MinInt32, math.MaxInt32)
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Slice:
		return "array"
	default:
		return t.Kind().String()
	}
}
