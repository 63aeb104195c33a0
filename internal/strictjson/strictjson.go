// Package strictjson reads the JSON that users and other programs write: requests,
// files, and what processes tell each other at their start. A misspelt "fee" must not
// become a transfer without one, and no two readers shall see two different values. So
// unlike encoding/json it refuses unknown and duplicate keys, distinguishes upper from
// lower case, and refuses what follows the value. An error names the field, its value,
// and what would be right. How long a text may be is for its reader to say;
// encoding/json bounds its depth.
//
// The answers and events of a server are read by encoding/json, and so is a stream of
// events on disk: a newer program, which may have written them, adds keys.
package strictjson

import (
	"bufio"
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// ErrMalformed means that a text is not the JSON that it should be.
var ErrMalformed = errors.New("malformed JSON form")

// Unmarshal reads text, one JSON value, into what v points to. Structs are read by
// their json tags. The error wraps ErrMalformed, and what the UnmarshalJSON of a
// part returned. A byte order mark in front is passed over.
func Unmarshal(text []byte, v any) error {
	text = bytes.TrimPrefix(text, mark)
	r := reader{json.NewDecoder(bytes.NewReader(text)), text}
	err := r.read(reflect.ValueOf(v).Elem())
	if is[*json.SyntaxError](err) {
		err = misspelt(text)
	}
	if err != nil {
		return Malformed(err)
	}
	return Ended(r.Decoder)
}

// mark is the byte order mark that some editors put in front of a text in UTF-8. A
// reader may pass it over (RFC 8259, 8.1).
var mark = []byte("\uFEFF")

// Unmarked returns what reads from without a byte order mark in front. It begins to
// read at once.
func Unmarked(from io.Reader) io.Reader {
	text := bufio.NewReader(from)
	if start, _ := text.Peek(len(mark)); bytes.Equal(start, mark) { // what fails fails again when it is read
		_, _ = text.Discard(len(mark)) // which is there
	}
	return text
}

// Ended checks that nothing follows what dec has read. The error wraps ErrMalformed.
func Ended(dec *json.Decoder) error {
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something follows the JSON value", ErrMalformed)
	}
	return nil
}

// Malformed wraps ErrMalformed around an error of encoding/json, in JSON's words, or
// returns one that wraps it already.
func Malformed(err error) error {
	switch {
	case errors.Is(err, ErrMalformed):
		return err
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: the text is empty or cut off, want JSON", ErrMalformed)
	default:
		return fmt.Errorf("%w: %w", ErrMalformed, plain(err, nil))
	}
}

// reader reads text.
type reader struct {
	*json.Decoder
	text []byte
}

// read reads the next value. What holds others is read one by one, unless it reads
// itself; all else is encoding/json's, and so is null, which structs refuse.
func (r reader) read(into reflect.Value) error {
	switch kind := into.Kind(); {
	case readsItself(into):
	case kind == reflect.Struct:
		return r.readStruct(into)
	case r.atNull():
	case kind == reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return r.read(into.Elem())
	case kind == reflect.Map:
		return r.readMap(into)
	case kind == reflect.Slice:
		return r.readSlice(into)
	case kind == reflect.Interface:
		if holds := r.holds(); holds != nil {
			return r.readAny(into, holds)
		}
	}
	from := r.InputOffset()
	err := r.Decode(into.Addr().Interface())
	return plain(err, r.text[from:r.InputOffset()])
}

func readsItself(v reflect.Value) bool {
	switch v.Addr().Interface().(type) {
	case json.Unmarshaler, encoding.TextUnmarshaler:
		return true
	}
	return false
}

// separators stand between a value and what was read before it.
const separators = " \t\r\n:,"

// atNull reports whether the next value is null.
func (r reader) atNull() bool {
	return bytes.HasPrefix(bytes.TrimLeft(r.text[r.InputOffset():], separators), []byte("null"))
}

// holds is what the next value is read into where any may come, if it holds others.
func (r reader) holds() reflect.Type {
	switch next := bytes.TrimLeft(r.text[r.InputOffset():], separators); {
	case bytes.HasPrefix(next, []byte("{")):
		return reflect.TypeFor[map[string]any]()
	case bytes.HasPrefix(next, []byte("[")):
		return reflect.TypeFor[[]any]()
	default:
		return nil
	}
}

func (r reader) readAny(into reflect.Value, as reflect.Type) error {
	value := reflect.New(as).Elem()
	err := r.read(value)
	into.Set(value)
	return err
}

func (r reader) readStruct(into reflect.Value) error {
	fields := make(map[string]reflect.Value, into.NumField())
	addFields(into, fields)
	return r.members(func(key string) error {
		field, known := fields[key]
		switch {
		case !known:
			return UnknownKey(key, slices.Sorted(maps.Keys(fields)))
		case !field.IsValid():
			return DuplicateKey(key)
		}
		fields[key] = reflect.Value{}
		return within(key, r.read(field))
	})
}

// addFields adds the fields of a struct, and those of a struct that it embeds.
func addFields(of reflect.Value, fields map[string]reflect.Value) {
	for i := range of.NumField() {
		field := of.Type().Field(i)
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if key == "" && field.Anonymous {
			addFields(reflect.Indirect(of.Field(i)), fields)
		} else {
			fields[key] = of.Field(i)
		}
	}
}

func (r reader) readMap(into reflect.Value) error {
	into.Set(reflect.MakeMap(into.Type()))
	return r.members(func(key string) error {
		name, value := reflect.New(into.Type().Key()).Elem(), reflect.New(into.Type().Elem()).Elem()
		if err := setKey(name, key); err != nil {
			return within(key, err)
		}
		if into.MapIndex(name).IsValid() {
			return DuplicateKey(key)
		}
		err := r.readItem(value)
		into.SetMapIndex(name, value)
		return within(key, err)
	})
}

// setKey sets the key of a map, which is a string or reads itself from one.
func setKey(name reflect.Value, key string) error {
	if text, ok := name.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return text.UnmarshalText([]byte(key))
	}
	name.SetString(key)
	return nil
}

// members reads an object, and hands over each key before its value.
func (r reader) members(read func(key string) error) error {
	return r.list('{', "an object", func() error {
		token, err := r.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		return read(key)
	})
}

func (r reader) readSlice(into reflect.Value) error {
	into.Set(reflect.MakeSlice(into.Type(), 0, 0))
	return r.list('[', "an array", func() error {
		item := reflect.New(into.Type().Elem()).Elem()
		err := r.readItem(item)
		into.Set(reflect.Append(into, item))
		return within(strconv.Itoa(into.Len()-1), err)
	})
}

// readItem reads the next value of a list or a map, where null is no value that is
// absent: it would count as one that nobody has written.
func (r reader) readItem(into reflect.Value) error {
	if r.atNull() && !takesNull(into) {
		return fmt.Errorf("null, want %s", jsonName(into.Type()))
	}
	return r.read(into)
}

// takesNull reports whether null is a value like any other, or v itself judges it.
func takesNull(v reflect.Value) bool {
	_, judges := v.Addr().Interface().(json.Unmarshaler)
	return judges || v.Kind() == reflect.Interface
}

// list reads an opening bracket, items, and the closing bracket.
func (r reader) list(opening json.Delim, kind string, item func() error) error {
	from := r.InputOffset()
	switch start, err := r.Token(); {
	case err != nil:
		return err
	case start != opening:
		return fmt.Errorf("%s, want %s", found(r.text[from:r.InputOffset()]), kind)
	}
	for r.More() {
		if err := item(); err != nil {
			return err
		}
	}
	_, err := r.Token()
	return err
}
