package strictjson

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// within says in which part of a value an error is.
func within(part string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%.64s: %w", part, err)
}

// UnknownKey makes an error about a key of an object that may have those in want.
func UnknownKey(key string, want []string) error {
	return fmt.Errorf("unknown key %.64q, want %s", key, strings.Join(want, ", "))
}

// DuplicateKey makes an error about a key that an object has already.
func DuplicateKey(key string) error { return fmt.Errorf("key %.64q twice", key) }

// errMisspelt means that a text is not written as JSON is, or nests too deep.
var errMisspelt = errors.New("cannot be read as JSON")

// misspelt says where a text cannot be read, with what stands around that.
func misspelt(text []byte) error {
	const around = 16 // bytes
	var whole json.RawMessage
	wrong, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(text, &whole))
	if !ok {
		return errMisspelt
	}
	at := int(wrong.Offset) - 1 // the offset is behind the wrong byte
	return fmt.Errorf("%w at byte %d: %q", errMisspelt, at, text[max(0, at-around):min(len(text), at+around)])
}

func is[E error](err error) bool {
	_, is := errors.AsType[E](err)
	return is
}

// plain says in JSON's words what an error of encoding/json about a text says in
// Go's: "number -1, want string". It returns other errors as they are.
func plain(err error, text []byte) error {
	if is[*json.SyntaxError](err) && text == nil { // of a stream, whose place nobody knows
		return errMisspelt
	}
	mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return err
	}
	value := mismatch.Value
	if text != nil {
		value = found(text)
	}
	return fmt.Errorf("%s, want %s", value, jsonName(mismatch.Type))
}

// found says what value a text begins with. Of one that holds others, it says the
// kind alone.
func found(text []byte) string {
	text = bytes.TrimLeft(text, separators)
	switch kind := append(text[:len(text):len(text)], 0)[0]; kind {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return fmt.Sprintf("string %.64s", text)
	case 't', 'f', 'n':
		return string(text)
	default:
		return fmt.Sprintf("number %.64s", text)
	}
}

// jsonName is what JSON calls a value of type t. The range of an integer is part of
// its name.
func jsonName(t reflect.Type) string {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return "string"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return jsonName(t.Elem())
	case reflect.Uint, reflect.Uint64, reflect.Uint32, reflect.Uint16, reflect.Uint8:
		return "an integer from 0 to " + Bound(uint64(math.MaxUint64)>>(64-t.Bits()))
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Int16, reflect.Int8:
		highest := uint64(math.MaxInt64) >> (64 - t.Bits())
		return fmt.Sprintf("an integer from -%s to %s", Bound(highest+1), Bound(highest))
	case reflect.Float64, reflect.Float32:
		return "a number"
	case reflect.Bool:
		return "true or false"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Slice:
		return "an array"
	default:
		return t.Kind().String()
	}
}

// Bound is a bound of numbers in words: those of 64 bits are known by their power of two.
func Bound(n uint64) string {
	switch n {
	case math.MaxUint64:
		return "2^64-1"
	case math.MaxInt64:
		return "2^63-1"
	case math.MaxInt64 + 1:
		return "2^63"
	}
	return strconv.FormatUint(n, 10)
}
