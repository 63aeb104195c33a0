package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
)

// A node's answers have types; what it refuses is an error with a code for programs
// and a message for users.
func Example() {
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/blockchain" {
			_, _ = fmt.Fprint(w, `{"name": "dev", "height": 7, "block_reward": 1.5}`)
			return
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprint(w, `{"error": {"code": "not-found", "message": "not found: block 8, the chain's height is 7"}}`)
	}))
	defer node.Close()
	c := client.NewNode(node.URL, "", node.Client())

	figures, err := c.Blockchain(context.Background())
	fmt.Println(figures.Name, figures.Height, figures.BlockReward, err)

	_, err = c.Block(context.Background(), "8")
	var refusal *api.Error
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Status, refusal.Code)
	}
	// Output:
	// dev 7 1.5 <nil>
	// 404 not-found
}
