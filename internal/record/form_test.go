package record

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/mempool"
	"networkmngr/internal/types"
)

// An input that nobody has listed could be handled, but not written down.
func TestEveryInputIsListed(t *testing.T) {
	text, err := os.ReadFile("../core/input.go")
	require.NoError(t, err)
	var declared, listed []string
	for _, match := range regexp.MustCompile(`(?m)^func \((\w+)\) Input\(\)|^\t(\w+) += protocol\.`).FindAllSubmatch(text, -1) {
		declared = append(declared, string(match[1])+string(match[2]))
	}
	for _, in := range core.Inputs {
		listed = append(listed, reflect.TypeOf(in).Name())
	}
	slices.Sort(declared)
	slices.Sort(listed)
	require.Equal(t, declared, listed)
}

// header is that of a machine which knows two blocks beside the genesis block.
func header(t testing.TB) Header {
	genesis := chaintest.Genesis()
	view := chain.NewView(genesis, chain.DefaultLimits())
	b := chaintest.Branch(genesis.State(), types.Address{1}, 2)
	ref := func(i int) chain.Ref { return chain.Ref{Height: uint64(i + 1), ID: b[i].Hash()} }
	require.NoError(t, view.Apply(chain.Update{
		Headers: []types.Header{b[0].Header, b[1].Header}, Stored: []types.Hash{b[0].Hash()}, Updates: chain.Updates{Applied: []chain.Ref{ref(0)}},
	}))
	pool := mempool.New(mempool.DefaultLimits(), view.Tip())
	config := core.Config{Protocol: core.DefaultProtocol(3), Self: types.NodeInfo{ID: types.NodeID{9}}, Genesis: genesis.Params.GenesisID}
	return NewHeader("test/1", genesis, config, view, pool)
}

// written is a recording of inputs that had no effects.
func written(t testing.TB, inputs ...core.Input) []byte {
	var to bytes.Buffer
	w, err := NewWriter(&to, chaintest.Now(), header(t))
	require.NoError(t, err)
	for i, in := range inputs {
		w.Step(chaintest.Now().Add(time.Duration(i)), in, nil)
	}
	require.NoError(t, w.Flush())
	return to.Bytes()
}

// samples has each kind of input with something in every field.
func samples(t testing.TB) []core.Input {
	list := make([]core.Input, len(core.Inputs))
	for i, in := range core.Inputs {
		value := reflect.New(reflect.TypeOf(in)).Elem()
		fill(t, value, in)
		list[i] = value.Interface().(core.Input)
	}
	return list
}

var errSample = fmt.Errorf("%w: 7", mempool.ErrMoved)

// fill puts something into a value of exported fields.
func fill(t testing.TB, v reflect.Value, of core.Input) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		v.SetUint(7)
	case reflect.Float64:
		v.SetFloat(0.7)
	case reflect.String:
		v.SetString("seven")
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), of)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(t, v.Index(i), of)
		}
	case reflect.Map:
		key, element := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, of)
		fill(t, element, of)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, element)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(t, v.Field(i), of)
			}
		}
	case reflect.Interface:
		require.Equal(t, errorType, v.Type(), "of a %T", of)
		v.Set(reflect.ValueOf(errSample))
	default:
		t.Fatalf("a %T holds a %s, for which there is no form", of, v.Type())
	}
}

// Each kind of input is read as it was written.
func TestInputsAreReadAsTheyWere(t *testing.T) {
	want := samples(t)
	recording := written(t, want...)
	r, err := NewReader(bytes.NewReader(recording))
	require.NoError(t, err)
	for i, in := range want {
		s, err := r.Next()
		require.NoError(t, err)
		require.Equal(t, keepable(in), s.Input)
		require.True(t, chaintest.Now().Add(time.Duration(i)).Equal(s.At))
	}
	_, err = r.Next()
	require.ErrorIs(t, err, io.EOF)
	again := header(t)
	again.Start = r.Header.Start
	require.Equal(t, again.View, r.Header.View)
	require.Equal(t, again.Config, r.Header.Config)
	_, err = r.Header.Machine()
	require.NoError(t, err)
}

// A machine finds in an error what it would have found in the first place.
func TestErrorsAreWhatTheyWere(t *testing.T) {
	at := chain.Ref{Height: 3, ID: types.Hash{4}}
	broken := fmt.Errorf("%w: of 7", consensus.ErrOverspend)
	for _, err := range []error{
		errors.New("something"), broken, errSample, &chain.BlockError{Ref: at, Err: broken},
		&chain.BlockError{Ref: at, Err: chain.ErrUnknownParent}, fmt.Errorf("%w: %w", chain.ErrStore, errors.New("disk failed")),
		&chain.BlockError{Ref: at, Err: consensus.ErrMerkleRoot}, &chain.BlockError{Ref: at, Err: consensus.ErrTimeTooNew},
		&chain.BlockError{Ref: at, Err: chain.ErrInvalidAncestor},
	} {
		kept := faultOf(err)
		require.Equal(t, err.Error(), kept.Error())
		require.Same(t, kept, faultOf(kept))
		for _, kind := range kinds {
			require.Equal(t, errors.Is(err, kind), errors.Is(kept, kind), "%v, %v", err, kind)
		}
		require.Equal(t, chain.Invalid(err), chain.Invalid(kept), err)
		require.Equal(t, consensus.Mutated(err), consensus.Mutated(kept))
		var want, have *chain.BlockError
		require.Equal(t, errors.As(err, &want), errors.As(kept, &have))
		if want != nil {
			require.Equal(t, want.Ref, have.Ref)
		}
	}
	require.NoError(t, faultOf(nil))
}

// A summary says whether effects are equal, whatever they hold.
func TestSummaries(t *testing.T) {
	block := chaintest.Next(chaintest.Genesis().State(), types.Address{1})
	effect := func(change func(*core.Write)) string {
		e := core.Write{Blocks: []types.Block{block}}
		change(&e)
		return Summary(e)
	}
	same := effect(func(*core.Write) {})
	require.True(t, strings.HasPrefix(same, "Write Whole=false #"), same)
	require.Equal(t, same, effect(func(e *core.Write) { e.Blocks = slices.Clone(e.Blocks) }))
	require.NotEqual(t, same, effect(func(e *core.Write) { e.Whole = true }))
	require.NotEqual(t, same, effect(func(e *core.Write) { e.Blocks = nil }))
	require.NotEqual(t, same, effect(func(e *core.Write) { e.Blocks = append(e.Blocks, block) }))
	other := block
	other.Nonce++
	require.NotEqual(t, same, effect(func(e *core.Write) { e.Blocks = []types.Block{other} }))
	require.Contains(t, Summary(core.Drop{Peer: types.NodeID{1}, Reason: errSample}), "Reason=\"tip moved: 7\"")

	hashOf := func(value any) uint64 {
		d := newDigest()
		d.value(reflect.ValueOf(value))
		return d.Sum64()
	}
	type pair struct {
		a any
		b map[string]float64
		c *int
	}
	seven, alsoSeven := 7, 7
	big := func(c *int) pair { return pair{time.Unix(1, 0), map[string]float64{"x": 1, "y": 2, "z": 3}, c} }
	require.Equal(t, hashOf(big(&seven)), hashOf(big(&alsoSeven)))
	require.NotEqual(t, hashOf(big(&seven)), hashOf(big(nil)))
	require.NotEqual(t, hashOf(true), hashOf(false))
	require.NotEqual(t, hashOf(map[string]int{"x": 1, "y": 2}), hashOf(map[string]int{"x": 2, "y": 1}))
	require.NotEqual(t, hashOf([]string{"ab", "c"}), hashOf([]string{"a", "bc"}))
}

// A bit that has changed is noticed.
func TestDamageIsNoticed(t *testing.T) {
	recording := written(t, samples(t)...)
	for at := 0; at < len(recording); at += 5 {
		damaged := slices.Clone(recording)
		damaged[at] ^= 4
		r, err := NewReader(bytes.NewReader(damaged))
		for err == nil {
			_, err = r.Next()
		}
		require.True(t, errors.Is(err, ErrDamaged) || errors.Is(err, io.ErrUnexpectedEOF), "byte %d", at)
	}
}

// framed is a value with its length and checksum.
func framed(value []byte) []byte {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(value)))
	return append(binary.BigEndian.AppendUint32(head, crc32.Checksum(value, castagnoli)), value...)
}

// FuzzReader reads what may be no recording, and a value of one that may be none.
func FuzzReader(f *testing.F) {
	recording, begun := written(f, samples(f)...), written(f)
	f.Add(recording)
	f.Add(recording[:len(recording)/2])
	f.Add(recording[len(begun)+frameHead:])
	f.Add([]byte("no recording"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, from := range [][]byte{text, append(slices.Clone(begun), framed(text)...)} {
			r, err := NewReader(bytes.NewReader(from))
			for err == nil {
				_, err = r.Next()
			}
			require.True(t, errors.Is(err, ErrDamaged) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF), err)
		}
	})
}

// A disk that is too slow costs the rest of a recording, and neither memory nor time of
// the node; what the recording has is played, and its end is told from one that a
// crash has cut off.
func TestWhoFallsBehindEndsTheRecording(t *testing.T) {
	var to bytes.Buffer
	w, err := NewWriter(&to, chaintest.Now(), header(t))
	require.NoError(t, err)
	in := core.Received{Frame: make([]byte, core.MaxFrame)}
	kept := 0
	for ; err == nil; kept++ {
		require.Less(t, kept, maxWaiting, "nothing ends it")
		err = w.Step(chaintest.Now(), in, nil)
	}
	require.ErrorIs(t, err, ErrBehind)
	require.LessOrEqual(t, w.waiting.Load(), int64(maxWaiting+core.MaxFrame+1<<10))
	require.NoError(t, w.Step(chaintest.Now(), core.Wake{}, nil), "is told once")
	require.NoError(t, w.Flush())
	require.Zero(t, w.waiting.Load())
	require.NoError(t, w.Step(chaintest.Now(), core.Wake{}, nil), "nothing follows a gap")
	require.NoError(t, w.Flush())

	r, err := NewReader(&to)
	require.NoError(t, err)
	result, err := r.Play(func(time.Time, core.Input) []core.Effect { return nil })
	require.NoError(t, err)
	require.Equal(t, Result{Software: "test/1", Steps: kept - 1, Behind: true}, result)
}
