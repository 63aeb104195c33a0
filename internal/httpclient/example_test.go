package httpclient_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/api"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/httpserver"
)

// A server's error is an *api.Error at its client.
func ExampleCall() {
	server := httpserver.New(httpserver.Options{
		Routes: []httpserver.Route{
			{Methods: httpserver.Get, Path: "/height", Handle: func(c *gin.Context) error {
				return httpserver.Answer(c, http.StatusOK, 7)
			}},
		},
		Refuse: func(error) *api.Error { return nil },
		Logger: hclog.NewNullLogger(),
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- server.Serve(ctx, listener) }()

	client := &httpclient.Client{Base: "http://" + listener.Addr().String(), HTTP: http.DefaultClient, Most: 1 << 10}
	height, err := httpclient.Call[int](ctx, client, http.MethodGet, "/height", nil)
	fmt.Println(height, err)
	_, err = httpclient.Call[int](ctx, client, http.MethodGet, "/depth", nil)
	var refusal *api.Error
	fmt.Println(errors.As(err, &refusal), refusal.Code)

	http.DefaultClient.CloseIdleConnections()
	stop()
	fmt.Println(<-ended)
	// Output:
	// 7 <nil>
	// true not-found
	// <nil>
}
