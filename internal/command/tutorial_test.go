package command

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFlagsOfATutorial(t *testing.T) {
	typed := []string{"-p", "5000", "-bf", "blocks", "-bt=block", "--peers=-bf"}
	require.Equal(t, []string{"-p", "5000", "--blocks", "blocks", "--block-template=block", "--peers=-bf"}, spelledOut(typed))
	require.Equal(t, "-bf", typed[2], "they are as they were")
}
