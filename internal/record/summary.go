package record

import (
	"encoding/binary"
	"fmt"
	"hash"
	"hash/fnv"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// Summary is an effect in a line: its kind, its plain fields, and a hash of all that
// it holds. Equal effects have equal summaries, in any process.
func Summary(e core.Effect) string {
	value := reflect.ValueOf(e)
	var line strings.Builder
	line.WriteString(value.Type().Name())
	for i := range value.NumField() {
		if text := plain(value.Field(i)); text != "" {
			fmt.Fprintf(&line, " %s=%s", value.Type().Field(i).Name, text)
		}
	}
	d := newDigest()
	d.value(value)
	fmt.Fprintf(&line, " #%016x", d.Sum64())
	return line.String()
}

// plain is a field's text if it has a short one.
func plain(field reflect.Value) string {
	if !field.CanInterface() {
		return ""
	}
	switch value := field.Interface().(type) {
	case types.NodeID:
		return value.Short()
	case protocol.Message:
		return reflect.TypeOf(value).Name()
	case error:
		return fmt.Sprintf("%q", value)
	case bool, int, uint64, time.Duration:
		return fmt.Sprint(value)
	}
	return ""
}

// digest hashes values by what they hold: not by addresses, nor by the order of a map.
type digest struct{ hash.Hash64 }

func newDigest() digest { return digest{fnv.New64a()} }

func (d digest) number(n uint64) {
	var bytes [8]byte
	binary.LittleEndian.PutUint64(bytes[:], n)
	d.Write(bytes[:])
}

func (d digest) bytes(b []byte) {
	d.number(uint64(len(b)))
	d.Write(b)
}

// value hashes v.
func (d digest) value(v reflect.Value) {
	if v.IsValid() && v.CanInterface() && d.known(v.Interface()) {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		d.bytes(strconv.AppendBool(nil, v.Bool()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		d.number(uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		d.number(v.Uint())
	case reflect.String:
		d.bytes([]byte(v.String()))
	case reflect.Slice, reflect.Array:
		d.list(v)
	case reflect.Map:
		d.set(v)
	case reflect.Struct:
		for i := range v.NumField() {
			d.value(v.Field(i))
		}
	case reflect.Pointer, reflect.Interface:
		d.value(v.Elem())
	case reflect.Float32, reflect.Float64:
		d.number(math.Float64bits(v.Float()))
	case reflect.Invalid:
		d.number(0) // nil
	default: // a function or a channel is like any other
		d.bytes([]byte(v.Type().String()))
	}
}

// known hashes what has an id or a text of its own, or need not be hashed.
func (d digest) known(value any) bool {
	switch value := value.(type) {
	case []byte:
		d.bytes(value)
	case types.Hash:
		d.Write(value[:])
	case types.Block:
		id := value.Hash()
		d.Write(id[:])
	case types.Transaction:
		id := value.ID()
		d.Write(id[:])
	case consensus.State:
		d.Write(value.ID[:])
	case time.Time:
		d.number(uint64(value.UnixNano()))
	case error:
		d.bytes([]byte(value.Error()))
	case protocol.Message: // stands beside its frame
	default:
		return false
	}
	return true
}

func (d digest) list(v reflect.Value) {
	d.number(uint64(v.Len()))
	if v.Type().Elem().Kind() == reflect.Uint8 {
		bytes := make([]byte, v.Len())
		for i := range bytes {
			bytes[i] = byte(v.Index(i).Uint())
		}
		d.Write(bytes)
		return
	}
	for i := range v.Len() {
		d.value(v.Index(i))
	}
}

// set hashes a map's entries, and adds the hashes up.
func (d digest) set(v reflect.Value) {
	var sum uint64
	for key, element := range v.Seq2() {
		entry := newDigest()
		entry.value(key)
		entry.value(element)
		sum += entry.Sum64()
	}
	d.number(uint64(v.Len()))
	d.number(sum)
}
