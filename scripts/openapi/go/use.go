// use MANAGER BEFORE AFTER asks the network of the manager at MANAGER, host:port, by
// the clients that scripts/openapi/clients generates into folders beside it. It fails
// unless alice has BEFORE coins, and AFTER once a block holds a transfer of the least
// amount for the least fee.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"networkmngr/scripts/openapi/go/manager"
	"networkmngr/scripts/openapi/go/node"
)

const least = json.Number("0.00000001")

func main() {
	log.SetFlags(0)
	if err := use(context.Background(), os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatal("error: ", err)
	}
	fmt.Println("Go:", os.Args[2], "coins were read exactly, and", os.Args[3], "after a transfer")
}

func use(ctx context.Context, address, before, after string) error {
	network, err := manager.NewClientWithResponses("http://" + address)
	if err != nil {
		return err
	}
	state, err := network.GetStateWithResponse(ctx, nil)
	if err != nil {
		return err
	}
	if state.JSON200 == nil || len(state.JSON200.Nodes) != 2 {
		return fmt.Errorf("/state has not two nodes: %s", state.Body)
	}
	first := state.JSON200.Nodes[0]
	wallet, err := node.NewClientWithResponses("http://" + first.Address)
	if err != nil {
		return err
	}
	if err := expectBalance(ctx, wallet, before); err != nil {
		return err
	}
	id, err := send(ctx, wallet)
	if err != nil {
		return err
	}
	if err := mine(ctx, network, first.Name, id); err != nil {
		return err
	}
	return expectBalance(ctx, wallet, after)
}

func expectBalance(ctx context.Context, wallet *node.ClientWithResponses, want string) error {
	account, err := wallet.GetAccountWithResponse(ctx, "alice", nil)
	if err != nil {
		return err
	}
	if account.JSON200 == nil || account.JSON200.Balance.String() != want {
		return fmt.Errorf("alice has not %s coins: %s", want, account.Body)
	}
	return nil
}

// send pays the least amount to the node itself.
func send(ctx context.Context, wallet *node.ClientWithResponses) (id node.Hash, err error) {
	transfer := node.UnsignedInput{Sender: "alice", Recipient: "node", Fee: new(node.AmountInput)}
	var body node.SubmitTransactionJSONRequestBody
	for _, step := range []error{
		transfer.Amount.FromAmount(least),
		transfer.Fee.FromAmount(least),
		body.FromUnsignedInput(transfer),
	} {
		if step != nil {
			return "", step
		}
	}
	sent, err := wallet.SubmitTransactionWithResponse(ctx, body)
	if err != nil {
		return "", err
	}
	if sent.JSON202 == nil {
		return "", fmt.Errorf("the transfer was not taken: %s", sent.Body)
	}
	return sent.JSON202.Id, nil
}

// mine has a node mine a block, which is to hold the transfer.
func mine(ctx context.Context, network *manager.ClientWithResponses, name, id string) error {
	mined, err := network.MineOnWithResponse(ctx, name, nil, manager.MineOnJSONRequestBody{})
	if err != nil {
		return err
	}
	if mined.JSON200 == nil {
		return fmt.Errorf("nothing was mined: %s", mined.Body)
	}
	for _, transaction := range mined.JSON200.Block.Transactions {
		transfer, err := transaction.AsTransfer()
		if err == nil && transfer.Id == id && transfer.Amount == least {
			return nil
		}
	}
	return fmt.Errorf("the block does not hold the transfer %s: %s", id, mined.Body)
}
