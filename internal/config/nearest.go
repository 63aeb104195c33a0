package config

import "github.com/agnivade/levenshtein"

// Nearest returns the name that somebody may have meant with a word that is none, or
// an empty text if there is no name so near.
func Nearest(word string, names []string) string {
	const far = 4 // edits
	nearest, least := "", min(far, len(word)/2+1)
	for _, name := range names {
		if edits := levenshtein.ComputeDistance(word, name); edits < least {
			nearest, least = name, edits
		}
	}
	return nearest
}
