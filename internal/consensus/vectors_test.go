package consensus_test

// The tables of this file are published figures, each checked by a computation
// of its own before it was written down here.

// bitcoinBlock is a block of Bitcoin's main chain. Hashes are in display
// order.
type bitcoinBlock struct {
	height uint64
	header string // 80 bytes in hex
	hash   string
	bits   uint32
	txids  []string // empty where only the header is of use
}

// bitcoinBlocks: every header hashes to its hash and meets its target, and the
// ids, where given, make the header's Merkle root. Their numbers are 1, 2, 3,
// 4, 6 and 9, so that an odd level occurs at the leaves, above them and thrice
// in one tree.
var bitcoinBlocks = []bitcoinBlock{
	{
		height: 0, bits: 0x1d00ffff,
		header: "010000000000000000000000000000000000000000000000000000000000000000000000" +
			"3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c",
		hash: "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
		txids: []string{
			"4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b",
		},
	},
	{
		height: 1, bits: 0x1d00ffff,
		header: "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000" +
			"982051fd1e4ba744bbbe680e1fee14677ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299",
		hash: "00000000839a8e6886ab5951d76f411475428afc90947ee320161bbf18eb6048",
		txids: []string{
			"0e3e2357e806b6cdb1f70b54c3a3a17b6714ee1f0e68bebb44a74b1efd512098",
		},
	},
	{
		height: 170, bits: 0x1d00ffff,
		header: "0100000055bd840a78798ad0da853f68974f3d183e2bd1db6a842c1feecf222a00000000" +
			"ff104ccb05421ab93e63f8c3ce5c2c2e9dbb37de2764b3a3175c8166562cac7d51b96a49ffff001d283e9e70",
		hash: "00000000d1145790a8694403d4063f323d499e655c83426834d4ce2f8dd4a2ee",
		txids: []string{
			"b1fea52486ce0c62bb442b530a3f0132b826c74e473d1f2c220bfa78111c5082",
			"f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16",
		},
	},
	{
		height: 546, bits: 0x1d00ffff,
		header: "0100000075616236cc2126035fadb38deb65b9102cc2c41c09cdf29fc051906800000000" +
			"fe7d5e12ef0ff901f6050211249919b1c0653771832b3a80c66cea42847f0ae1d4d26e49ffff001d00f0a441",
		hash: "000000005a4ded781e667e06ceefafb71410b511fe0d5adc3e5a27ecbec34ae6",
		txids: []string{
			"e980fe9f792d014e73b95203dc1335c5f9ce19ac537a419e6df5b47aecb93b70",
			"28204cad1d7fc1d199e8ef4fa22f182de6258a3eaafe1bbe56ebdcacd3069a5f",
			"6b0f8a73a56c04b519f1883e8aafda643ba61a30bd1439969df21bea5f4e27e2",
			"3c1d7e82342158e4109df2e0b6348b6e84e403d8b4046d7007663ace63cddb23",
		},
	},
	{
		height: 586, bits: 0x1d00ffff,
		header: "0100000038babc9586a5fcd60713573494f4377e7c401c33aa24729a4f6cff4600000000" +
			"4d5969c0d10dcce60868fee4d4de80ba5ef38abaeed8a75daa63e48c963d7b1950476f49ffff001d2d979137",
		hash: "000000000d0d23516c5efd3af4eb951603bb30b2c93884b522a318b30e918ee7",
		txids: []string{
			"d45724bacd1480b0c94d363ebf59f844fb54e60cdfda0cd38ef67154e9d0bc43",
			"4d6edbeb62735d45ff1565385a8b0045f066055c9425e21540ea7a8060f08bf2",
			"6bf363548b08aa8761e278be802a2d84b8e40daefe8150f9af7dd7b65a0de49f",
		},
	},
	{
		height: 2812, bits: 0x1d00ffff,
		header: "01000000a4c4e3441c87f39b28b82872de79b57714253c95be052f27f155fe2100000000" +
			"65cbca8fcfb37bb28089b2ea59c92058c2d32ddc2919188ffd98464cc4869a286bcc8749ffff001d1f8015ab",
		hash: "0000000049a63b4dda3a43450c19d085d6c28bfb4cbb2e0576815d7f31919c5d",
		txids: []string{
			"73c145f4a4ad7375a6fd0c2aa2de5ff2776033151f1a077bfa2ae893b0f4fa7b",
			"00e45be5b605fdb2106afa4cef5992ee6d4e3724de5dc8b13e729a3fc3ad4b94",
			"74c1a6dd6e88f73035143f8fc7420b5c395d28300a70bb35b943f7f2eddc656d",
			"131f68261e28a80c3300b048c4c51f3ca4745653ba7ad6b20cc9188322818f25",
			"a64be218809b61ac67ddc7f6c7f9fbebfe420cf75fe0318ebc727f060df48b37",
			"8f5db6d157f79f2649719d5c3ff12eb5502edf098dbfb69d6ce58363e6ff293f",
		},
	},
	{
		height: 100000, bits: 0x1b04864c,
		header: "0100000050120119172a610421a6c3011dd330d9df07b63616c2cc1f1cd0020000000000" +
			"6657a9252aacd5c0b2940996ecff952228c3067cc38d4885efb5a4ac4247e9f337221b4d4c86041b0f2b5710",
		hash: "000000000003ba27aa200b1cecaad478d2b00432346c3f1f3986da1afd33e506",
		txids: []string{
			"8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87",
			"fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4",
			"6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4",
			"e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d",
		},
	},
	{
		height: 100002, bits: 0x1b04864c,
		header: "0100000090f0a9f110702f808219ebea1173056042a714bad51b916cb680000000000000" +
			"5275289558f51c9966699404ae2294730c3c9f9bda53523ce50e9b95e558da2fdb261b4d4c86041b1ab1bf93",
		hash: "0000000000013b8ab2cd513b0261a14096412195a72a0c4827d229dcc7e0f7af",
		txids: []string{
			"ef1d870d24c85b89d92ad50f4631026f585d6a34e972eaf427475e5d60acf3a3",
			"f9fc751cb7dc372406a9f8d738d5e6f8f63bab71986a39cf36ee70ee17036d07",
			"db60fb93d736894ed0b86cb92548920a3fe8310dd19b0da7ad97e48725e1e12e",
			"220ebc64e21abece964927322cba69180ed853bb187fbc6923bac7d010b9d87a",
			"71b3dbaca67e9f9189dad3617138c19725ab541ef0b49c05a94913e9f28e3f4e",
			"fe305e1ed08212d76161d853222048eea1f34af42ea0e197896a269fbf8dc2e0",
			"21d2eb195736af2a40d42107e6abd59c97eb6cffd4a5a7a7709e86590ae61987",
			"dd1fd2a6fc16404faf339881a90adbde7f4f728691ac62e8f168809cdfae1053",
			"74d681e0e03bafa802c8aa084379aa98d9fcd632ddc2ed9782b586ec87451f20",
		},
	},
	{
		height: 125552, bits: 0x1a44b9f2,
		header: "0100000081cd02ab7e569e8bcd9317e2fe99f2de44d49ab2b8851ba4a308000000000000" +
			"e320b6c2fffc8d750423db8b1eb942ae710e951ed797f7affc8892b0f1fc122bc7f5d74df2b9441a42a14695",
		hash: "00000000000000001e8d6829a8a21adc5d38d0a473b144b6765798e61f98bd1d",
	},
	{
		height: 277647, bits: 0x1903a30c,
		header: "0200000053e679859867227ce7365a95043041ec3946be2fab2668c80000000000000000" +
			"c306afc96d3c0258c1952b53c660455e700451635d771fbe235cb08e2931ac36feccc0520ca303195d03ba96",
		hash: "0000000000000000054a714e580b16c583701712ab91060e92dbde6eb1e052a8",
	},
	{
		height: 540107, bits: 0x1729d72d,
		header: "00000020a1d2b3b757ad55fa1c670f9f59372a2a26f1a85197711e000000000000000000" +
			"70be58da7ef0a754ef5947910fa1bb0c19160d641cf212ae46ba53e0327233bc2367905b2dd729174c3ae2db",
		hash: "00000000000000000021868c2cefc52a480d173c849412fe81c4e5ab806f94ab",
	},
	{
		height: 574200, bits: 0x172c4e11,
		header: "0000002075aec137238bdabdc10d6cb80178ef9f6f3e5d869a891a000000000000000000" +
			"529e3a982a92c01aa00100bbb97e1e20670433d1297b24e0de66a8889f5843735773ca5c114e2c170ef23499",
		hash: "0000000000000000001602407ac49862a7bca9d00f7f402db20b7be2f5de59d2",
	},
}

// compactFact is what a compact target means: sign and overflow as flags, the
// magnitude in hex without leading zeros (empty where it overflows), and the
// compact form that the magnitude and sign have again.
type compactFact struct {
	bits     uint32
	target   string
	again    uint32
	negative bool
	overflow bool
}

// compactFacts: the first part is the table of Bitcoin Core's
// src/test/arith_uint256_tests.cpp (bignum_SetCompact); the second adds the
// borders of overflow by the same rule, and targets in use.
var compactFacts = []compactFact{
	{bits: 0x00000000, target: "0", again: 0x00000000},
	{bits: 0x00123456, target: "0", again: 0x00000000},
	{bits: 0x01003456, target: "0", again: 0x00000000},
	{bits: 0x02000056, target: "0", again: 0x00000000},
	{bits: 0x03000000, target: "0", again: 0x00000000},
	{bits: 0x04000000, target: "0", again: 0x00000000},
	{bits: 0x00923456, target: "0", again: 0x00000000},
	{bits: 0x01803456, target: "0", again: 0x00000000},
	{bits: 0x02800056, target: "0", again: 0x00000000},
	{bits: 0x03800000, target: "0", again: 0x00000000},
	{bits: 0x04800000, target: "0", again: 0x00000000},
	{bits: 0x01123456, target: "12", again: 0x01120000},
	{bits: 0x01fedcba, target: "7e", again: 0x01fe0000, negative: true},
	{bits: 0x02123456, target: "1234", again: 0x02123400},
	{bits: 0x03123456, target: "123456", again: 0x03123456},
	{bits: 0x04123456, target: "12345600", again: 0x04123456},
	{bits: 0x04923456, target: "12345600", again: 0x04923456, negative: true},
	{bits: 0x05009234, target: "92340000", again: 0x05009234},
	{bits: 0x20123456, target: "1234560000000000000000000000000000000000000000000000000000000000", again: 0x20123456},
	{bits: 0xff123456, overflow: true},

	{bits: 0x02008000, target: "80", again: 0x02008000},
	{bits: 0x1d00ffff, target: "ffff0000000000000000000000000000000000000000000000000000", again: 0x1d00ffff},
	{bits: 0x1f00ffff, target: "ffff00000000000000000000000000000000000000000000000000000000", again: 0x1f00ffff},
	{bits: 0x207fffff, target: "7fffff0000000000000000000000000000000000000000000000000000000000", again: 0x207fffff},
	{bits: 0x2100ffff, target: "ffff000000000000000000000000000000000000000000000000000000000000", again: 0x2100ffff},
	{bits: 0x220000ff, target: "ff00000000000000000000000000000000000000000000000000000000000000", again: 0x2100ff00},
	{bits: 0x21010000, overflow: true},
	{bits: 0x22000100, overflow: true},
	{bits: 0x23000001, overflow: true},
	{bits: 0x21923456, overflow: true, negative: true},
}

// asertPoint is one line of a run: the bits that the block after the one at
// this height and time must have.
type asertPoint struct {
	height uint64
	time   int64
	bits   uint32
}

// asertRun is one published run of aserti3-2d. Its block time is 600 s, its
// half-life 172800 s (two days), and its limit 2^224-1 (compact 0x1d00ffff).
type asertRun struct {
	name         string
	anchorHeight uint64
	anchorTime   int64 // of the anchor block's parent
	anchorBits   uint32
	points       []asertPoint
}

// asertRuns: the test vectors run01 to run12 that the Bitcoin Cash
// specification 2020-11-15-asert refers to, published in Bitcoin Cash Node's
// qa-assets under test_vectors/aserti3-2d. Runs of ten are whole; of the longer
// ones the table has the first points, evenly spaced ones, every first and last
// point of the limit or of a target of 1, and the last.
var asertRuns = []asertRun{
	{
		name:         "run01: 600 s apart at the limit",
		anchorHeight: 1, anchorTime: 0, anchorBits: 0x1d00ffff,
		points: []asertPoint{
			{2, 1200, 0x1d00ffff}, {3, 1800, 0x1d00ffff}, {4, 2400, 0x1d00ffff},
			{5, 3000, 0x1d00ffff}, {6, 3600, 0x1d00ffff}, {7, 4200, 0x1d00ffff},
			{8, 4800, 0x1d00ffff}, {9, 5400, 0x1d00ffff}, {10, 6000, 0x1d00ffff},
			{11, 6600, 0x1d00ffff},
		},
	},
	{
		name:         "run02: 600 s apart, away from the limit",
		anchorHeight: 1, anchorTime: 0, anchorBits: 0x1a2b3c4d,
		points: []asertPoint{
			{2, 1200, 0x1a2b3c4d}, {3, 1800, 0x1a2b3c4d}, {4, 2400, 0x1a2b3c4d},
			{5, 3000, 0x1a2b3c4d}, {6, 3600, 0x1a2b3c4d}, {7, 4200, 0x1a2b3c4d},
			{8, 4800, 0x1a2b3c4d}, {9, 5400, 0x1a2b3c4d}, {10, 6000, 0x1a2b3c4d},
			{11, 6600, 0x1a2b3c4d},
		},
	},
	{
		name:         "run03: 600 s apart at a target of 1",
		anchorHeight: 1, anchorTime: 0, anchorBits: 0x01010000,
		points: []asertPoint{
			{2, 1200, 0x01010000}, {3, 1800, 0x01010000}, {4, 2400, 0x01010000},
			{5, 3000, 0x01010000}, {6, 3600, 0x01010000}, {7, 4200, 0x01010000},
			{8, 4800, 0x01010000}, {9, 5400, 0x01010000}, {10, 6000, 0x01010000},
			{11, 6600, 0x01010000},
		},
	},
	{
		name:         "run04: each block a half-life late, from a target of 1",
		anchorHeight: 1, anchorTime: 0, anchorBits: 0x01010000,
		points: []asertPoint{
			{2, 174000, 0x01020000}, {3, 347400, 0x01040000}, {4, 520800, 0x01080000},
			{16, 2601600, 0x03008000}, {31, 5202600, 0x04400000}, {46, 7803600, 0x06200000},
			{61, 10404600, 0x08100000}, {76, 13005600, 0x0a080000}, {91, 15606600, 0x0c040000},
			{106, 18207600, 0x0e020000}, {121, 20808600, 0x10010000}, {136, 23409600, 0x12008000},
			{151, 26010600, 0x13400000}, {166, 28611600, 0x15200000}, {181, 31212600, 0x17100000},
			{196, 33813600, 0x19080000}, {211, 36414600, 0x1b040000}, {224, 38668800, 0x1d008000},
			{225, 38842200, 0x1d00ffff}, {226, 39015600, 0x1d00ffff},
		},
	},
	{
		name:         "run05: 288 heights a step at one time, from the limit",
		anchorHeight: 1, anchorTime: 0, anchorBits: 0x1d00ffff,
		points: []asertPoint{
			{2, 0, 0x1d00fec5}, {290, 0, 0x1c7f62c0}, {578, 0, 0x1c3fb160},
			{4034, 0, 0x1b03fb16}, {8354, 0, 0x1907f62c}, {12674, 0, 0x170fec58},
			{16994, 0, 0x151fd8b0}, {21314, 0, 0x133fb160}, {25634, 0, 0x117f62c0},
			{29954, 0, 0x1000fec5}, {34274, 0, 0x0e01fd8b}, {38594, 0, 0x0c03fb16},
			{42914, 0, 0x0a07f62c}, {47234, 0, 0x080fec58}, {51554, 0, 0x061fd8b0},
			{55874, 0, 0x043fb160}, {60194, 0, 0x027f6200}, {63938, 0, 0x01030000},
			{64226, 0, 0x01010000}, {64514, 0, 0x01010000},
		},
	},
	{
		name:         "run06: random solve times, steady hash rate",
		anchorHeight: 1, anchorTime: 0, anchorBits: 0x1802aee8,
		points: []asertPoint{
			{2, 1200, 0x1802aee8}, {3, 1310, 0x1802ad91}, {4, 1327, 0x1802abf8},
			{68, 43493, 0x1802b663}, {135, 82413, 0x1802b2d0}, {201, 125604, 0x1802bcde},
			{268, 168805, 0x1802c55e}, {335, 210886, 0x1802cac1}, {401, 244075, 0x1802b891},
			{468, 279447, 0x1802ab33}, {534, 320964, 0x1802b075}, {601, 370035, 0x1802c977},
			{668, 407129, 0x1802c09b}, {734, 450072, 0x1802ca23}, {801, 482486, 0x1802b422},
			{867, 514016, 0x18029e1d}, {934, 546703, 0x18028a40}, {1000, 589215, 0x180291e0},
			{1001, 589738, 0x180291ad},
		},
	},
	{
		name:         "run07: random solve times, rising hash rate",
		anchorHeight: 1, anchorTime: 0, anchorBits: 0x1802aee8,
		points: []asertPoint{
			{2, 1200, 0x1802aee8}, {3, 1310, 0x1802ad91}, {4, 1327, 0x1802abf8},
			{68, 18236, 0x1802738a}, {135, 21918, 0x18021df8}, {201, 24359, 0x1801d2e0},
			{268, 26148, 0x18019043}, {335, 27504, 0x18015680}, {401, 28367, 0x1801253b},
			{468, 29144, 0x1800fa4e}, {534, 29936, 0x1800d63a}, {601, 30769, 0x1800b6f5},
			{668, 31316, 0x18009c0e}, {734, 31892, 0x1800856d}, {801, 32280, 0x1771ba06},
			{867, 32623, 0x17612bdd}, {934, 32954, 0x1752cf57}, {1000, 33360, 0x1746c2cd},
			{1001, 33365, 0x17469789},
		},
	},
	{
		name:         "run08: random solve times, falling hash rate",
		anchorHeight: 1, anchorTime: 0, anchorBits: 0x1802aee8,
		points: []asertPoint{
			{2, 1200, 0x1802aee8}, {3, 1310, 0x1802ad91}, {4, 1327, 0x1802abf8},
			{35, 56089, 0x180316c4}, {68, 151454, 0x18042eab}, {101, 333916, 0x180807f0},
			{135, 572167, 0x18133f13}, {168, 800142, 0x182c5c16}, {201, 1336050, 0x19015fa0},
			{234, 1771642, 0x190747a0}, {268, 2367645, 0x19494570}, {301, 3021970, 0x1a03a5c8},
			{334, 3644874, 0x1a28fec6}, {367, 4225341, 0x1b01848d}, {401, 4883769, 0x1b139eeb},
			{434, 5683371, 0x1c01bfd3}, {467, 6409471, 0x1c1dbc7b}, {484, 6930238, 0x1d00e688},
			{485, 6993399, 0x1d00ffff}, {500, 7421433, 0x1d00ffff}, {501, 7462933, 0x1d00ffff},
		},
	},
	{
		name:         "run09: 300 s apart, heights across 2^31",
		anchorHeight: 2147483642, anchorTime: 1234567290, anchorBits: 0x1802aee8,
		points: []asertPoint{
			{2147483643, 1234568190, 0x1802ae16}, {2147483644, 1234568490, 0x1802ad44}, {2147483645, 1234568790, 0x1802ac71},
			{2147483646, 1234569090, 0x1802ab9e}, {2147483647, 1234569390, 0x1802aacd}, {2147483648, 1234569690, 0x1802a9fa},
			{2147483649, 1234569990, 0x1802a929}, {2147483650, 1234570290, 0x1802a858}, {2147483651, 1234570590, 0x1802a787},
			{2147483652, 1234570890, 0x1802a6b7},
		},
	},
	{
		name:         "run10: 900 s apart, heights across 2^63, times across 2^31",
		anchorHeight: 9223372036854775802, anchorTime: 2147483047, anchorBits: 0x1802aee8,
		points: []asertPoint{
			{9223372036854775803, 2147484547, 0x1802afbb}, {9223372036854775804, 2147485447, 0x1802b08f}, {9223372036854775805, 2147486347, 0x1802b166},
			{9223372036854775806, 2147487247, 0x1802b23a}, {9223372036854775807, 2147488147, 0x1802b30e}, {9223372036854775808, 2147489047, 0x1802b3e5},
			{9223372036854775809, 2147489947, 0x1802b4bb}, {9223372036854775810, 2147490847, 0x1802b592}, {9223372036854775811, 2147491747, 0x1802b669},
			{9223372036854775812, 2147492647, 0x1802b73d},
		},
	},
	{
		name:         "run11: random solve times, some negative",
		anchorHeight: 1, anchorTime: 0, anchorBits: 0x1802aee8,
		points: []asertPoint{
			{2, 1200, 0x1802aee8}, {3, 1496, 0x1802ae12}, {4, 1398, 0x1802ac28},
			{68, 18577, 0x18027464}, {135, 37268, 0x1802406d}, {201, 59734, 0x18021a1a},
			{268, 78954, 0x1801eea2}, {335, 98194, 0x1801c6bf}, {401, 121807, 0x1801aa85},
			{468, 143015, 0x18018b45}, {534, 160625, 0x180169e9}, {601, 181782, 0x18014f47},
			{668, 202552, 0x18013628}, {734, 222957, 0x18011f29}, {801, 236085, 0x18010194},
			{867, 257249, 0x1800ef36}, {934, 273362, 0x1800d931}, {1000, 293956, 0x1800c943},
			{1001, 293713, 0x1800c896},
		},
	},
	{
		name:         "run12: each block 1 s before its parent",
		anchorHeight: 1, anchorTime: 10000, anchorBits: 0x1802aee8,
		points: []asertPoint{
			{2, 11200, 0x1802aee8}, {3, 11199, 0x1802ad44}, {4, 11198, 0x1802ab9e},
			{668, 10534, 0x180089ea}, {1335, 9867, 0x171b9f0f}, {2001, 9201, 0x17058be3},
			{2668, 8534, 0x17011c61}, {3335, 7867, 0x1638f3a6}, {4001, 7201, 0x160b6fbc},
			{4668, 6534, 0x16024a62}, {5334, 5868, 0x1575b5fc}, {6001, 5201, 0x151794c2},
			{6668, 4534, 0x1504b919}, {7334, 3868, 0x1500f2b5}, {8001, 3201, 0x14309efd},
			{8667, 2535, 0x1409c317}, {9334, 1868, 0x1401f474}, {10000, 1202, 0x13647d71},
			{10001, 1201, 0x13643f64},
		},
	},
}
