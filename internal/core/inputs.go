package core

// Inputs has one of each kind, for whoever writes them down.
var Inputs = []Input{
	Connected{}, Disconnected{}, DialFailed{}, Received{}, Served{},
	Written{}, Followed{}, Admitted{}, Persisted{},
	Learned{}, Resolve{}, Replace{}, Mine{}, Solved{}, SetMining{}, Publish{}, Watch{}, Cancel{},
	Wake{}, Clock{},
}
