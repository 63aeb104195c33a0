//go:build unix

package chain_test

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// The test binary is also the child process that is killed in a deep reorg:
// these name the store's folder, how many transactions of the store the child
// may begin, whether a block of the heavier branch is invalid, and whether it is to
// invalidate the main chain by hand instead.
const (
	childFolder  = "CHAIN_TEST_CHILD_FOLDER"
	childUpdates = "CHAIN_TEST_CHILD_UPDATES"
	childSpoiled = "CHAIN_TEST_CHILD_SPOILED"
	childByHand  = "CHAIN_TEST_CHILD_BY_HAND"
)

// killedDepth is how many blocks the reorg takes back.
const killedDepth = 12

var (
	seedFlag     = flag.Uint64("seed", 0, "repeat a test with the seed that it printed; 0 takes a new one")
	journeysFlag = flag.Int("journeys", 2, "deep reorgs of either kind that TestKilledInADeepReorg goes through")
)

func TestMain(m *testing.M) {
	if os.Getenv(childFolder) == "" {
		os.Exit(m.Run())
	}
	if err := child(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child finishes what the one before it left under way, and adds the branch
// that outweighs the main chain.
func child() error {
	updates, err := strconv.Atoi(os.Getenv(childUpdates))
	if err != nil {
		return err
	}
	s, err := store.Open(os.Getenv(childFolder))
	if err != nil {
		return err
	}
	c, err := chain.OpenWithin(blockAPart(), &telling{s, updates}, chaintest.Genesis(), chaintest.Now)
	if err != nil {
		return err
	}
	main, side := rivals(os.Getenv(childSpoiled) != "")
	if os.Getenv(childByHand) != "" {
		_, err := c.Invalidate(main[1].Hash())
		return errors.Join(err, s.Close())
	}
	if _, err = c.AddBlocks(side...); err != nil && !chain.Invalid(err) {
		return err
	}
	return s.Close()
}

// rivals are a branch of killedDepth blocks, and one that is a block longer.
func rivals(spoiled bool) (main, side []types.Block) {
	g := chaintest.Genesis()
	root := g.State()
	main = fullBranch(root, alice, killedDepth, 1)
	if !spoiled {
		return main, fullBranch(root, bob, killedDepth+1, 2)
	}
	side = fullBranch(root, bob, killedDepth/2, 2)
	side = append(side, overdraft(g, chaintest.After(root, side...)))
	rest := killedDepth + 1 - len(side)
	return main, append(side, chaintest.Branch(chaintest.After(root, side...), bob, rest)...)
}

// telling is a store that says how far each of its transactions is. Once left of
// them have ended it waits to be killed.
type telling struct {
	chain.Store
	left int
}

func (s *telling) Update(fn func(chain.Writer) error) error {
	if s.left == 0 {
		_ = os.Stdout.Close() // nothing more will be said
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1) // the test has gone
	}
	s.left--
	fmt.Println("begun")
	err := s.Store.Update(func(w chain.Writer) error {
		defer fmt.Println("written")
		return fn(w)
	})
	if err == nil {
		fmt.Println("durable")
	}
	return err
}

// journey is one deep reorg, through as many children as it takes.
type journey struct {
	*testing.T
	rng            *rand.Rand
	folder         string
	spoiled        bool
	byHand         bool
	main, side     []types.Block
	begun, durable bool // of what the children told: a transaction
}

func newJourney(t *testing.T, rng *rand.Rand, spoiled bool) *journey {
	j := &journey{T: t, rng: rng, folder: t.TempDir(), spoiled: spoiled}
	j.main, j.side = rivals(spoiled)
	s, err := store.Open(j.folder)
	require.NoError(t, err)
	c, err := chain.Open(s, chaintest.Genesis(), chaintest.Now)
	require.NoError(t, err)
	_, err = c.AddBlocks(append(j.main, j.side[:killedDepth]...)...)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	return j
}

// kill starts a child and kills it at a random moment of at most so many
// transactions. It reports whether the child had ended before.
func (j *journey) kill(updates int) (ended bool) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childFolder+"="+j.folder, childUpdates+"="+strconv.Itoa(updates))
	if j.spoiled {
		cmd.Env = append(cmd.Env, childSpoiled+"=1")
	}
	if j.byHand {
		cmd.Env = append(cmd.Env, childByHand+"=1")
	}
	cmd.Stderr = os.Stderr
	_, err := cmd.StdinPipe()
	require.NoError(j, err)
	out, err := cmd.StdoutPipe()
	require.NoError(j, err)
	require.NoError(j, cmd.Start())
	lines, said := bufio.NewReader(out), ""
	for range j.rng.IntN(3 * updates) {
		line, err := lines.ReadString('\n')
		if said += line; err != nil {
			break
		}
	}
	_ = cmd.Process.Kill() // the only error says that it has ended
	rest, err := io.ReadAll(lines)
	require.NoError(j, err)
	_ = cmd.Wait()
	require.Contains(j, []int{-1, 0}, cmd.ProcessState.ExitCode(), "killed, or done")
	said += string(rest)
	j.begun = j.begun || strings.Contains(said, "begun")
	j.durable = j.durable || strings.Contains(said, "durable")
	return cmd.ProcessState.Success()
}

// check opens the chain over a copy of what the child left, for the next one to
// go on with that, and reports whether there was a reorg under way.
func (j *journey) check() (under bool) {
	folder := j.TempDir()
	require.NoError(j, os.CopyFS(folder, os.DirFS(j.folder)))
	s, err := store.Open(folder)
	require.NoError(j, err)
	defer func() { require.NoError(j, s.Close()) }()
	under = noted(j, s)
	c, err := chain.OpenWithin(blockAPart(), s, chaintest.Genesis(), chaintest.Now)
	require.NoError(j, err)
	require.False(j, noted(j, s))
	reorg, resumed := c.Resumed()
	require.Equal(j, under, resumed)
	last := j.main[len(j.main)-1].Hash()
	require.True(j, !under || reorg.From.ID == last)
	require.Contains(j, j.tips(), c.Tip().ID)
	requireSound(j, c, s)
	return under
}

// tips are those that the chain may have now. Once the heavier branch is whole on
// disk, there is no way back from it but that it is invalid.
func (j *journey) tips() []types.Hash {
	before, after := j.main[len(j.main)-1].Hash(), j.side[len(j.side)-1].Hash()
	switch {
	case j.spoiled || !j.begun:
		return []types.Hash{before}
	case j.durable:
		return []types.Hash{after}
	}
	return []types.Hash{before, after}
}

// noted reports whether the store knows of a reorg that is under way.
func noted(t testing.TB, s chain.Store) bool {
	err := s.View(func(r chain.Reader) error {
		_, err := r.Reorg()
		return err
	})
	if err != nil {
		require.ErrorIs(t, err, chain.ErrNotFound)
	}
	return err == nil
}

// Killed at any moment of a deep reorg, and again while that is finished, a chain
// is where it began or where the heavier branch ends, and with an invalid block on
// the way it is always where it began. Each child may get further than the one
// before, as one that finds the block invalid must come all the way back.
func TestKilledInADeepReorg(t *testing.T) {
	seed := *seedFlag
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("repeat with -seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for _, name := range []string{"valid", "invalid"} {
		t.Run(name, func(t *testing.T) {
			children, cut := 0, 0
			for range *journeysFlag {
				j := newJourney(t, rng, name == "invalid")
				for round := 1; !j.kill(1 + rng.IntN(round*round*killedDepth)); round++ {
					under := j.check()
					require.True(t, under || round > 1 || !j.durable, "the first gets no further than the fork")
					if children++; under {
						cut++
					}
				}
				require.False(t, j.check(), "a child that ends leaves nothing under way")
			}
			t.Logf("%d children were killed, %d of them in the middle of the reorg", children, cut)
		})
	}
}

// Killed at any moment while a block is invalidated by hand, a chain is off it as a
// whole, and stays so, or not at all; once the child has ended, it is.
func TestKilledWhileInvalidating(t *testing.T) {
	seed := *seedFlag
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("repeat with -seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	for range *journeysFlag {
		j := newJourney(t, rng, false)
		j.byHand = true
		for round := 1; ; round++ {
			ended := j.kill(1 + rng.IntN(round*round*killedDepth))
			off := j.checkByHand()
			require.True(t, off || !ended)
			if off {
				break
			}
		}
	}
}

// checkByHand opens the chain over a copy of what the child left, and reports whether
// the block is off.
func (j *journey) checkByHand() (off bool) {
	folder := j.TempDir()
	require.NoError(j, os.CopyFS(folder, os.DirFS(j.folder)))
	s, err := store.Open(folder)
	require.NoError(j, err)
	defer func() { require.NoError(j, s.Close()) }()
	c, err := chain.OpenWithin(blockAPart(), s, chaintest.Genesis(), chaintest.Now)
	require.NoError(j, err)
	requireSound(j, c, s)
	h, _ := c.Header(j.main[1].Hash())
	before, after := j.main[len(j.main)-1].Hash(), j.side[killedDepth-1].Hash()
	require.True(j, c.Tip().ID == after || !h.ByHand && c.Tip().ID == before)
	last, _ := c.Header(before)
	require.Equal(j, h.ByHand, last.ByHand)
	return h.ByHand
}
